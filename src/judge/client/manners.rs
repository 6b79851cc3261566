//! Manners of a client, whatever it asks: it reads only, asks for what FHIR has,
//! follows pages to their end, waits when it is told to, and does not crash.

use std::collections::BTreeMap;

use super::super::case::Case;
use super::super::code::Code;
use super::super::finding::{Finding, Place};
use super::super::ruling::Ruling;
use super::credentials::header;
use super::{Phase, attest, parameter, spelled};
use crate::evidence::{Exchange, Outcome, ProgramEnd};
use crate::recognise::negotiate;
use crate::scenario::crash_question;

/// The same page is not fetched more often: a bound is a bound, also one that is wide.
const MOST_OF_A_PAGE: usize = 100;
/// The same request is not sent more often while it is refused.
const MOST_REFUSED: usize = 6;
/// How much too early a request may be, as a part of the wait: clocks are not the same.
const TOLERANCE: f64 = 0.05;

/// Nothing is written.
pub(super) fn only_reads(phase: &Phase<'_>, ruling: &mut Ruling) {
    for exchange in phase.at_home() {
        ruling.judged();
        let method = exchange.request.method.as_str();
        let searches = method == "POST" && phase.path(exchange).is_some_and(|path| path.ends_with("_search"));
        if !searches && !matches!(method, "GET" | "HEAD" | "OPTIONS") {
            ruling.find(Finding::new(Code::WriteSent, phase.place(exchange), phase.name(exchange)));
        }
    }
}

/// JSON or XML is asked for, or whatever there is.
pub(super) fn format(phase: &Phase<'_>, ruling: &mut Ruling) {
    // A document is read in its own type.
    let is_document = |exchange: &&Exchange| phase.path(exchange).is_some_and(|path| path.starts_with("Binary/"));
    for exchange in phase.at_home().filter(|exchange| !is_document(exchange)) {
        ruling.judged();
        if let Some(asked) = no_format(exchange) {
            let finding = Finding::new(Code::FormatNotAsked, phase.place(exchange), phase.name(exchange));
            ruling.find(finding.expected("application/fhir+json, application/fhir+xml").actual(asked));
        }
    }
}

/// What a request asks for that is neither JSON nor XML, as it says so. Which version of FHIR it asks is another matter.
pub(super) fn no_format(exchange: &Exchange) -> Option<String> {
    let asked = parameter(exchange, "_format").filter(|asked| !asked.is_empty());
    let accept = header(exchange, "accept");
    negotiate(asked.as_deref(), accept, None).err()?;
    Some(asked.map_or_else(|| accept.unwrap_or_default().to_owned(), |asked| format!("_format={asked}")))
}

/// Every next link at our origin is fetched, or it is shown that not everything was got.
pub(super) fn follows_pages(phase: &Phase<'_>, ruling: &mut Ruling) {
    let told = phase.tells_that_it_is_incomplete();
    for exchange in phase.at_home() {
        let Some(next) = phase.next_link(exchange).filter(|next| phase.is_ours(next)) else { continue };
        ruling.judged();
        if !told && !phase.goes_on_from(exchange) && !phase.has_all_of(exchange) {
            let finding = Finding::new(Code::PageUnfetched, phase.place(exchange), phase.name(exchange));
            ruling.find(finding.expected(next));
        }
    }
}

/// No page is fetched for ever.
pub(super) fn ends_pages(phase: &Phase<'_>, ruling: &mut Ruling) {
    let mut times: BTreeMap<String, Vec<&Exchange>> = BTreeMap::new();
    for exchange in phase.at_home() {
        if phase.next_link(exchange).is_some() {
            ruling.judged();
            times.entry(spelled(&exchange.request.url)).or_default().push(exchange);
        }
    }
    for exchanges in times.into_values().filter(|exchanges| exchanges.len() > MOST_OF_A_PAGE) {
        let finding = Finding::new(Code::PagesEndless, phase.place(exchanges[0]), phase.name(exchanges[0]));
        ruling.find(finding.expected(format!("<= {MOST_OF_A_PAGE}")).actual(exchanges.len().to_string()));
    }
}

/// Nothing is asked again before the time that a refusal names, nor over and over.
pub(super) fn obeys_retry_after(phase: &Phase<'_>, ruling: &mut Ruling) {
    let mut asked: BTreeMap<(&str, &str, &str), Vec<&Exchange>> = BTreeMap::new();
    for exchange in phase.at_home() {
        let request = &exchange.request;
        asked.entry((&request.method, &request.url, request.form.as_deref().unwrap_or_default())).or_default().push(exchange);
    }
    for exchanges in asked.values() {
        let refused: Vec<_> = exchanges.iter().filter_map(|exchange| Some((*exchange, told_to_wait(exchange)?))).collect();
        let Some((first, seconds)) = refused.first() else { continue };
        ruling.judged();
        let soon = exchanges.windows(2).find_map(|pair| too_soon((pair[0], pair[1]), phase.tempo()));
        let finding = || Finding::new(Code::RetryTooSoon, phase.place(first), phase.name(first));
        if let Some(after_us) = soon {
            ruling.find(finding().expected(format!(">= {seconds} s")).actual(format!("{:.1} s", after_us as f64 / 1e6)));
        } else if refused.len() > MOST_REFUSED {
            ruling.find(finding().expected(format!("<= {MOST_REFUSED}")).actual(refused.len().to_string()));
        }
    }
}

/// Microseconds after which a refused request came again, when that is too soon.
fn too_soon((refused, again): (&Exchange, &Exchange), tempo: f64) -> Option<u64> {
    let wait_us = told_to_wait(refused)? as f64 * 1e6 * tempo;
    let after = again.started_us.saturating_sub(refused.started_us);
    ((after as f64) < wait_us * (1.0 - TOLERANCE)).then_some(after)
}

/// Seconds that a refusal asks to wait.
fn told_to_wait(exchange: &Exchange) -> Option<u64> {
    let Outcome::Answered(received) = &exchange.outcome else { return None };
    if !matches!(received.status, 429 | 503) {
        return None;
    }
    let (_, value) = received.headers.iter().find(|(name, _)| name == "retry-after")?;
    value.trim().parse().ok()
}

/// The program that drives the client ended by itself, and told so. Where no program does, somebody who looked says it.
pub(super) fn no_crash(case: &Case<'_>, ruling: &mut Ruling) {
    let record = case.run.answers.step(case.key, &case.step.id);
    let Some(program) = record.and_then(|record| record.phase?.program.as_ref()) else {
        *ruling = attest::judge(case, &crash_question());
        return;
    };
    let crashed = match program {
        ProgramEnd::Code(code) if *code >= 128 => format!("exit code {code}"),
        ProgramEnd::Code(_) => return ruling.judged(),
        ProgramEnd::Signal => "ended by a signal".to_owned(),
        ProgramEnd::Deadline => "still running when the phase was over".to_owned(),
        // Then there was no client, and nothing here is judged.
        ProgramEnd::NotStarted(_) => return,
    };
    ruling.find(Finding::new(Code::ClientCrashed, Place::default(), crashed));
}

#[cfg(test)]
mod tests {
    use super::super::testing::Visit;
    use super::*;
    use crate::agreements::Dialect;
    use crate::evidence::Said;
    use crate::judge::{Outcome, Reason};

    fn format_of(path: &str, headers: &[(&str, &str)]) -> Vec<(Code, Vec<String>)> {
        let verdict = Visit::to("care-plan/everything", Dialect::R4Rc2).asks(path, headers, 200).verdict("format");
        verdict.findings.into_iter().map(|finding| (finding.code, finding.actual)).collect()
    }

    #[test]
    fn format_not_asked_is_found_by_the_parameter_where_there_is_one_and_else_by_the_header() {
        let html = ("accept", "text/html");
        let found = |actual: &str| vec![(Code::FormatNotAsked, vec![actual.to_owned()])];
        assert_eq!(format_of("Goal?patient=1", &[html]), found("text/html"));
        assert_eq!(format_of("Goal?patient=1&_format=json", &[html]), []);
        assert_eq!(format_of("Goal?patient=1&_format=application%2Ffhir%2Bxml", &[html]), []);
        assert_eq!(format_of("Goal?patient=1&_format=html", &[("accept", "application/fhir+json")]), found("_format=html"));
    }

    #[test]
    fn format_not_asked_is_found_where_json_and_xml_are_refused_or_only_part_of_a_name() {
        for accept in ["application/fhir+json;q=0", "application/jsonp", "image/svg+xml", "*/*;q=0"] {
            assert_eq!(format_of("Goal?patient=1", &[("accept", accept)]), [(Code::FormatNotAsked, vec![accept.to_owned()])]);
        }
        for accept in ["*/*", "text/html, */*;q=0.1", "application/fhir+json; fhirVersion=3.0", "text/xml"] {
            assert_eq!(format_of("Goal?patient=1", &[("accept", accept)]), [], "{accept}");
        }
        assert_eq!(format_of("Goal?patient=1", &[]), []);
    }

    #[test]
    fn format_not_asked_is_not_found_of_a_document_which_is_read_in_its_own_type() {
        let pdf = ("accept", "application/pdf");
        assert_eq!(format_of("Binary/1", &[pdf]), []);
        assert_eq!(format_of("DocumentReference/1", &[pdf]).len(), 1);
    }

    const FIRST: &str = "Goal?patient=Patient/full-plan-patient&category=http://snomed.info/sct%7C713603004";

    fn found_of(visit: Visit, expectation: &str) -> Vec<Code> {
        visit.verdict(expectation).findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn page_unfetched_is_not_found_of_a_look_ahead_at_what_is_got_whole_beside_it() {
        let second = format!("{FIRST}&_page=2");
        let ahead = |visit: Visit| visit.pages(&format!("{FIRST}&_count=1"), Some(&format!("{FIRST}&_count=1&_page=2")));
        let visit = || ahead(Visit::to("pages/paged", Dialect::R4Rc2));
        assert_eq!(found_of(visit(), "follows-pages"), [Code::PageUnfetched]);
        assert_eq!(found_of(visit().pages(FIRST, Some(&second)), "follows-pages").len(), 2);
        assert_eq!(found_of(visit().pages(FIRST, Some(&second)).pages(&second, None), "follows-pages"), []);
        let other = FIRST.replace("full-plan", "no-plan");
        assert_eq!(found_of(visit().pages(&other, None), "follows-pages"), [Code::PageUnfetched], "of another patient");
    }

    #[test]
    fn pages_endless_is_found_above_the_bound_and_not_at_it() {
        let times = |count: usize| {
            let visit = Visit::to("pages/endless", Dialect::R4Rc2);
            found_of((0..count).fold(visit, |visit, _| visit.pages(FIRST, Some(FIRST))), "ends-pages")
        };
        assert_eq!(times(MOST_OF_A_PAGE), []);
        assert_eq!(times(MOST_OF_A_PAGE + 1), [Code::PagesEndless]);
    }

    fn crash(visit: Visit) -> (Outcome, Option<Reason>, Vec<Code>) {
        let verdict = visit.verdict("no-crash");
        (verdict.outcome, verdict.reason, verdict.findings.iter().map(|finding| finding.code).collect())
    }

    #[test]
    fn client_crashed_is_told_by_the_program_and_where_there_is_none_by_who_looked() {
        let visit = || Visit::to("errors/broken", Dialect::R4Rc2).asks("Goal?patient=1", &[], 200);
        assert_eq!(crash(visit().ended(ProgramEnd::Code(3))), (Outcome::Pass, None, vec![]));
        assert_eq!(crash(visit().ended(ProgramEnd::Signal)), (Outcome::Fail, None, vec![Code::ClientCrashed]));
        assert_eq!(crash(visit()), (Outcome::Untested, Some(Reason::NotAttested), vec![]));
        assert_eq!(crash(visit().said("no-crash", Said::Yes)), (Outcome::Pass, None, vec![]));
        assert_eq!(crash(visit().said("no-crash", Said::No)), (Outcome::Fail, None, vec![Code::AttestedOtherwise]));
        // The program knows better.
        assert_eq!(crash(visit().said("no-crash", Said::Yes).ended(ProgramEnd::Code(139))).0, Outcome::Fail);
    }
}
