//! `junit.xml`: a suite per scenario, a case per expectation; and cases of
//! anything else. The only file that
//! names junit_report, which writes text as it comes and stamps the present time
//! unless told: text is cleaned and times are set here.

use junit_report::{Duration, OffsetDateTime, ReportBuilder, TestCase, TestCaseBuilder, TestSuite, TestSuiteBuilder};

use super::view::{Expectation, Finding, Reason, Report, Scenario};
use super::words;
use crate::agreements::Effect;
use crate::judge::Outcome;
use crate::text::{Language, Text};

/// Findings written out in one case.
const FINDINGS: usize = 20;

/// The report as JUnit XML.
///
/// # Panics
/// Never: writing to memory does not fail.
#[must_use]
pub fn junit(report: &Report, language: Language) -> String {
    let mut builder = ReportBuilder::new();
    for suite in suites(report, language) {
        builder.add_testsuite(suite);
    }
    written(&mut builder)
}

/// Several reports in one; each suite is called by its run as well.
///
/// # Panics
/// Never: writing to memory does not fail.
#[must_use]
pub(super) fn several(reports: &[(&str, &Report)], language: Language) -> String {
    let mut builder = ReportBuilder::new();
    for (name, report) in reports {
        for mut suite in suites(report, language) {
            let scenario = suite.name;
            suite.name = format!("{} {scenario}", clean(name));
            suite.package = format!("toets.{}.{scenario}", clean(name));
            builder.add_testsuite(suite);
        }
    }
    written(&mut builder)
}

fn suites(report: &Report, language: Language) -> Vec<TestSuite> {
    let format = Format { report, language };
    let start = unix_seconds(&report.head.at).and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let start = start.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    report.scenarios.iter().map(|scenario| format.suite(scenario, start)).collect()
}

/// A case of anything else than a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// What it belongs to.
    pub class: String,
    /// How it ended.
    pub outcome: CaseOutcome,
    /// What there is to read beside it.
    pub text: Option<String>,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseOutcome {
    /// Well.
    Success,
    /// Not decided.
    Skipped {
        /// What sort of thing.
        kind: String,
        /// Why.
        message: String,
    },
    /// Wrong.
    Failure {
        /// What sort of thing.
        kind: String,
        /// What is wrong.
        message: String,
    },
    /// It could not be looked at.
    Error {
        /// What sort of thing.
        kind: String,
        /// Why.
        message: String,
    },
}

/// Cases in one suite, which was made at a time and says something itself.
pub(super) fn cases(suite: &str, cases: &[Case], (at, said): (&str, &str)) -> String {
    let start = unix_seconds(at).and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let mut builder = TestSuiteBuilder::new(&clean(suite));
    builder.set_timestamp(start.unwrap_or(OffsetDateTime::UNIX_EPOCH));
    if !said.is_empty() {
        builder.set_system_out(&cdata(said));
    }
    for Case { name, class, outcome, text } in cases {
        let (name, none) = (clean(name), microseconds(0));
        let mut case = match outcome {
            CaseOutcome::Success => TestCaseBuilder::success(&name, none),
            CaseOutcome::Skipped { kind, message } => TestCaseBuilder::skipped_with_cause(&name, kind, &clean(message)),
            CaseOutcome::Failure { kind, message } => TestCaseBuilder::failure(&name, none, kind, &clean(message)),
            CaseOutcome::Error { kind, message } => TestCaseBuilder::error(&name, none, kind, &clean(message)),
        };
        case.set_classname(&clean(class));
        let text = text.as_deref().map(cdata);
        match (outcome, text) {
            (CaseOutcome::Failure { .. } | CaseOutcome::Error { .. }, Some(text)) => case.set_trace(&text),
            (_, Some(text)) => case.set_system_out(&text),
            (_, None) => &mut case,
        };
        builder.add_testcase(case.build());
    }
    written(ReportBuilder::new().add_testsuite(builder.build()))
}

/// The report as text.
fn written(builder: &mut ReportBuilder) -> String {
    let mut xml = Vec::new();
    builder.build().write_xml(&mut xml).expect("writing to memory does not fail");
    let mut xml = String::from_utf8(xml).expect("the writer was given text");
    xml.push('\n');
    xml
}

struct Format<'a> {
    report: &'a Report,
    language: Language,
}

impl Format<'_> {
    fn suite(&self, scenario: &Scenario, start: OffsetDateTime) -> TestSuite {
        let mut suite = TestSuiteBuilder::new(&clean(&scenario.name));
        suite.set_timestamp(start + microseconds(scenario.started_us));
        for step in &scenario.steps {
            for (index, expectation) in step.expectations.iter().enumerate() {
                // The time of a step is told once, so that the sum over a suite is the time that was spent.
                let took = if index == 0 { step.took_us } else { 0 };
                suite.add_testcase(self.case(expectation, took));
            }
        }
        for expectation in &scenario.over_run {
            suite.add_testcase(self.case(expectation, 0));
        }
        let mut suite = suite.build();
        suite.package = clean(&format!("toets.{}", scenario.name));
        suite
    }

    fn case(&self, expectation: &Expectation, took_us: u64) -> TestCase {
        let sentence = expectation.sentence.get(self.language);
        let name = clean(&format!("{} {}: {sentence}", expectation.req, expectation.name));
        let took = microseconds(took_us);
        let reason = expectation.reason.as_ref().map(|reason| self.reason(reason)).unwrap_or_default();
        let mut case = match expectation.outcome {
            Outcome::Fail if expectation.known.is_some() => self.known(&name, expectation),
            Outcome::Pass | Outcome::Warn => TestCaseBuilder::success(&name, took),
            Outcome::Fail => self.failure(&name, took, expectation),
            Outcome::Broken => TestCaseBuilder::error(&name, took, "harness", &clean(reason)),
            outcome @ (Outcome::Untested | Outcome::CantTell | Outcome::Inapplicable) => {
                TestCaseBuilder::skipped_with_cause(&name, words::outcome_name(outcome), &clean(reason))
            }
        };
        case.set_classname(&self.class_name(&expectation.req));
        if expectation.effect != Effect::Fail && !expectation.findings.is_empty() {
            case.set_system_out(&cdata(&self.findings(&expectation.findings)));
        }
        case.build()
    }

    /// A failure that is known breaks no build: it is skipped, with the reason and what was found.
    fn known(&self, name: &str, expectation: &Expectation) -> TestCaseBuilder {
        let sentence = expectation.known.as_ref().map(|known| known.sentence.get(self.language)).unwrap_or_default();
        let mut case = TestCaseBuilder::skipped_with_cause(name, "known-failure", &clean(sentence));
        case.set_system_out(&cdata(&self.findings(&expectation.findings)));
        case
    }

    fn failure(&self, name: &str, took: Duration, expectation: &Expectation) -> TestCaseBuilder {
        let first = expectation.findings.first();
        let class = expectation.class.unwrap_or("conformance");
        let message = first.map(|finding| finding.sentence.get(self.language)).unwrap_or_default();
        let mut case = TestCaseBuilder::failure(name, took, class, &clean(message));
        case.set_trace(&cdata(&self.findings(&expectation.findings)));
        case
    }

    /// `pzp.exchange`: CI systems make a tree of the dots.
    fn class_name(&self, requirement: &str) -> String {
        let holds = |group: &&super::view::Group| group.requirements.iter().any(|row| row.id == requirement);
        let group = self.report.groups.iter().find(holds).map_or("other", |group| group.name.as_str());
        clean(&format!("pzp.{group}"))
    }

    fn reason<'r>(&self, reason: &'r Reason) -> &'r str {
        match self.language {
            Language::En => &reason.en,
            Language::Nl => &reason.nl,
        }
    }

    fn findings(&self, findings: &[Finding]) -> String {
        let mut blocks: Vec<String> = findings.iter().take(FINDINGS).map(|finding| self.finding(finding)).collect();
        if findings.len() > FINDINGS {
            blocks.push(format!("{} {}", findings.len() - FINDINGS, self.word("findings-left-out")));
        }
        blocks.join("\n\n")
    }

    fn finding(&self, finding: &Finding) -> String {
        let mut lines = vec![format!("{} [{}]", finding.sentence.get(self.language), finding.code)];
        if let Some(exchange) = &finding.exchange {
            let path = finding.path.as_deref().map(|path| format!(", {path}")).unwrap_or_default();
            let line = finding.line.map(|line| format!(", {} {line}", self.word("line"))).unwrap_or_default();
            lines.push(format!("{}: {exchange}{path}{line}", self.word("where").to_lowercase()));
        }
        lines.extend(finding.expected.iter().map(|value| format!("{}: {value}", self.word("expected").to_lowercase())));
        lines.extend(finding.actual.iter().map(|value| format!("{}: {value}", self.word("actual").to_lowercase())));
        lines
            .extend(finding.hint.iter().map(|hint| format!("{}: {}", self.word("hint").to_lowercase(), hint.get(self.language))));
        lines.extend(finding.curl.iter().map(|curl| format!("{}: {curl}", self.word("again").to_lowercase())));
        lines.join("\n")
    }

    fn word(&self, name: &str) -> String {
        let Text { en, nl } = words::word(name);
        match self.language {
            Language::En => en,
            Language::Nl => nl,
        }
    }
}

fn microseconds(count: u64) -> Duration {
    Duration::microseconds(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Text for an attribute: one line, only characters that XML 1.0 knows.
fn clean(text: &str) -> String {
    text.chars().map(|letter| if letter == '\n' || letter == '\t' { ' ' } else { known(letter) }).collect()
}

/// Text for a CDATA section: it cannot end in the middle.
fn cdata(text: &str) -> String {
    text.chars().map(known).collect::<String>().replace("]]>", "]] >")
}

/// XML 1.0 has no control characters, and no U+FFFE and U+FFFF.
fn known(letter: char) -> char {
    match letter {
        '\n' | '\t' => letter,
        letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => '\u{fffd}',
        letter => letter,
    }
}

/// Seconds since 1970 of an RFC 3339 time in UTC, as the clock of the run writes it.
fn unix_seconds(at: &str) -> Option<i64> {
    let (date, time) = at.trim_end_matches('Z').split_once('T')?;
    let date: Vec<i64> = date.split('-').map(str::parse).collect::<Result<_, _>>().ok()?;
    let time: Vec<i64> = time.split('.').next()?.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let ([year, month, day], [hour, minute, second]) = (date.as_slice(), time.as_slice()) else { return None };
    // Days since 1970 in the proleptic Gregorian calendar, counting years from March so that the leap day is the last.
    let (year, month) = if *month < 3 { (year - 1, month + 9) } else { (*year, month - 3) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_seconds_knows_leap_years() {
        assert_eq!(unix_seconds("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(unix_seconds("2024-02-29T12:00:01Z"), Some(1_709_208_001));
        assert_eq!(unix_seconds("2026-11-22T14:03:05.123Z"), Some(1_795_356_185));
        assert_eq!(unix_seconds("yesterday"), None);
    }

    #[test]
    fn cdata_cannot_end_in_the_middle() {
        assert!(!cdata("a]]>b").contains("]]>"));
        assert_eq!(cdata("a\u{1b}[31m\u{0}"), "a\u{fffd}[31m\u{fffd}");
    }
}
