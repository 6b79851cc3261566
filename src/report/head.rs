//! The head of the report: identity of everything involved, and the verdict in
//! a word, a sentence, and what would change it.

use std::collections::BTreeSet;

use super::view::{Cause, Gap, Head, LevelCounts};
use super::words::{self, both};
use super::{build, warnings};
use crate::agreements::{Effect, FhirVersion, Level};
use crate::evidence::{Evidence, Record};
use crate::judge::{Conclusion, Counts, Outcome, Verdicts};
use crate::plan::{Plan, TargetAuth};
use crate::text::Text;

/// Ids that are named before "and so many more".
const NAMED: usize = 6;

/// What the head is made of.
pub(super) struct Parts<'a> {
    pub(super) plan: &'a Plan,
    pub(super) evidence: &'a Evidence,
    pub(super) verdicts: &'a Verdicts,
    pub(super) counts: &'a [LevelCounts],
    pub(super) causes: &'a [Cause],
    pub(super) gaps: &'a [Gap],
}

/// The head of a report.
pub(super) fn head(parts: &Parts<'_>) -> Head {
    let Parts { plan, evidence, verdicts, .. } = parts;
    let binding = binding(parts.counts);
    let complete = is_complete(plan, verdicts);
    Head {
        product: plan.claims.product.clone(),
        actor: plan.claims.actor,
        dialect: plan.claims.dialect,
        claim: claim(plan),
        toets: evidence.start.toets.clone(),
        suite: plan.suite.version.clone(),
        suite_digest: plan.suite.digest.clone(),
        definitions: evidence.start.definitions.clone(),
        target: plan.target.base.clone(),
        token: token(plan),
        insecure: plan.target.insecure,
        built_in: plan.target.built_in,
        fault: plan.target.fault.clone(),
        at: evidence.start.at.clone(),
        took_us: took_us(evidence),
        seed: evidence.start.seed.clone(),
        tempo: evidence.start.tempo,
        selection: plan.selection.clone(),
        scenarios: plan.scenarios.len(),
        expectations: build::expectations(plan).count(),
        exchanges: evidence.records.iter().filter(|record| matches!(record, Record::Exchange(_))).count(),
        personas: plan.personas.iter().map(|persona| persona.persona.clone()).collect(),
        complete,
        conclusion: verdicts.conclusion,
        word: words::conclusion(verdicts.conclusion),
        sentence: sentence(parts, binding),
        known: None,
        change: change(parts, binding),
    }
}

fn claim(plan: &Plan) -> String {
    let fhir = match plan.claims.dialect.fhir() {
        FhirVersion::R4 => "R4",
        FhirVersion::Stu3 => "STU3",
    };
    format!("{fhir} {}", plan.claims.dialect.version())
}

fn token(plan: &Plan) -> Option<String> {
    match &plan.target.auth {
        TargetAuth::Headers(headers) => headers.first().map(|(_, secret)| secret.clone()),
        other => other.token().map(str::to_owned),
    }
}

/// The recorded duration; of a run that was killed, the end of its last exchange.
fn took_us(evidence: &Evidence) -> u64 {
    let end = |record: &Record| match record {
        Record::End(end) => end.took_us,
        Record::Exchange(exchange) => exchange.started_us + exchange.took_us,
        _ => 0,
    };
    evidence.records.iter().map(end).max().unwrap_or_default()
}

/// Every planned expectation has an outcome.
fn is_complete(plan: &Plan, verdicts: &Verdicts) -> bool {
    let judged: BTreeSet<&str> = verdicts.expectations.iter().map(|verdict| verdict.key.as_str()).collect();
    build::expectations(plan).all(|expectation| judged.contains(expectation.key.as_str()))
}

/// SHALL and MUST together.
fn binding(counts: &[LevelCounts]) -> Counts {
    let binding = counts.iter().filter(|counts| matches!(counts.level, Level::Shall | Level::Must));
    binding.map(|counts| counts.counts).fold(Counts::default(), sum)
}

/// Two levels counted as one.
pub(super) fn sum(a: Counts, b: Counts) -> Counts {
    Counts {
        claimed: a.claimed + b.claimed,
        pass: a.pass + b.pass,
        warn: a.warn + b.warn,
        remark: a.remark + b.remark,
        fail: a.fail + b.fail,
        cant_tell: a.cant_tell + b.cant_tell,
        untested: a.untested + b.untested,
        inapplicable: a.inapplicable + b.inapplicable,
        broken: a.broken + b.broken,
    }
}

fn sentence(parts: &Parts<'_>, binding: Counts) -> Text {
    let Counts { claimed, fail, broken, cant_tell, untested, .. } = binding;
    let open = cant_tell + untested;
    if parts.plan.scenarios.is_empty() {
        return both("Nothing was selected, so nothing was tested.", "Er is niets geselecteerd, dus er is niets getoetst.");
    }
    if warnings::broken(parts.plan, parts.evidence).is_some() {
        return both(
            "The server could not be reached, so nothing was tested.",
            "De server was niet bereikbaar, dus er is niets getoetst.",
        );
    }
    match parts.verdicts.conclusion {
        Conclusion::NotConformant => both(
            format!("{fail} of the {claimed} claimed SHALL and MUST requirements failed; {open} were not decided."),
            format!("{fail} van de {claimed} geclaimde SHALL- en MUST-eisen gingen fout; {open} zijn niet beslist."),
        ),
        Conclusion::Incomplete if broken > 0 => both(
            format!("Toets itself broke on {broken} of the {claimed} claimed SHALL and MUST requirements."),
            format!("Toets zelf ging stuk bij {broken} van de {claimed} geclaimde SHALL- en MUST-eisen."),
        ),
        Conclusion::Incomplete => both(
            format!("Nothing failed, but {open} of the {claimed} claimed SHALL and MUST requirements were not decided."),
            format!("Er ging niets fout, maar {open} van de {claimed} geclaimde SHALL- en MUST-eisen zijn niet beslist."),
        ),
        Conclusion::Conformant => both(
            format!("All {claimed} claimed SHALL and MUST requirements were met."),
            format!("Aan alle {claimed} geclaimde SHALL- en MUST-eisen is voldaan."),
        ),
    }
}

fn change(parts: &Parts<'_>, binding: Counts) -> Text {
    if warnings::broken(parts.plan, parts.evidence).is_some() {
        return both("Have a server answer at this address.", "Laat een server op dit adres antwoorden.");
    }
    match parts.verdicts.conclusion {
        Conclusion::NotConformant => mend(parts),
        Conclusion::Incomplete => decide(parts, binding),
        Conclusion::Conformant => both(
            "One SHALL or MUST that fails, or that can no longer be decided, would change this.",
            "Eén SHALL of MUST die fout gaat, of niet meer te beslissen is, zou dit veranderen.",
        ),
    }
}

fn mend(parts: &Parts<'_>) -> Text {
    let failing: BTreeSet<&str> =
        parts.causes.iter().filter(|cause| cause.effect == Effect::Fail).map(|cause| cause.req.as_str()).collect();
    let (ids, more) = named(failing);
    let (en, nl) =
        if more == 0 { (String::new(), String::new()) } else { (format!(" and {more} more"), format!(" en nog {more}")) };
    both(format!("Mend {ids}{en}."), format!("Herstel {ids}{nl}."))
}

fn decide(parts: &Parts<'_>, binding: Counts) -> Text {
    let is_open = |gap: &&Gap| gap.binding > 0 && gap.outcome != Outcome::Inapplicable;
    let mut open: Vec<&Gap> = parts.gaps.iter().filter(is_open).collect();
    open.sort_by_key(|gap| std::cmp::Reverse(gap.binding));
    let reasons = |pick: fn(&Gap) -> &str| {
        let list: Vec<String> = open.iter().take(3).map(|gap| format!("{} ({})", pick(gap), gap.binding)).collect();
        list.join("; ")
    };
    if open.is_empty() {
        let count = binding.cant_tell + binding.untested;
        return both(format!("Deciding the {count} that are open."), format!("De {count} die open staan beslissen."));
    }
    both(
        format!("Deciding what is open: {}.", reasons(|gap| &gap.reason.en)),
        format!("Beslissen wat open staat: {}.", reasons(|gap| &gap.reason.nl)),
    )
}

/// The first ids, and how many more there are.
fn named(ids: BTreeSet<&str>) -> (String, usize) {
    let more = ids.len().saturating_sub(NAMED);
    (ids.into_iter().take(NAMED).collect::<Vec<_>>().join(", "), more)
}
