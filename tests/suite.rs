//! The suite as a whole: every requirement is judged or says why not, and what
//! files say of each other and of the judge is so.

use std::collections::BTreeSet;
use std::path::Path;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use toets::agreements::{Actor, Dialect};
use toets::judge::finding_names;
use toets::plan::{Claims, Selection, Target, TargetAuth, compile};
use toets::report::coverage::{Coverage, Held};
use toets::scenario::{Source, Suite, lint, load};

type Check = fn(&Suite) -> Result<Completion, Failed>;

/// Who is tried: by the current version for each FHIR, and by the next one.
const CLAIMS: [(Actor, Dialect); 5] = [
    (Actor::Provider, Dialect::R4Rc2),
    (Actor::Provider, Dialect::R4Rc3Dev),
    (Actor::Provider, Dialect::Stu3Rc2),
    (Actor::Consulter, Dialect::R4Rc2),
    (Actor::Consulter, Dialect::Stu3Rc2),
];

const CHECKS: [(&str, Check); 7] = [
    ("the_suite_has_no_mistake", the_suite_has_no_mistake),
    ("each_requirement_is_judged_or_says_why_not", each_requirement_is_judged_or_says_why_not),
    ("each_pending_requirement_is_really_not_judged", each_pending_requirement_is_really_not_judged),
    ("each_claimed_requirement_is_judged_or_says_why_not", each_claimed_requirement_is_judged_or_says_why_not),
    ("each_requirement_is_told_by_coverage", each_requirement_is_told_by_coverage),
    ("each_expectation_has_a_fault_that_kills_it", each_expectation_has_a_fault_that_kills_it),
    ("each_finding_that_a_fault_names_is_a_code_of_the_judge", each_finding_that_a_fault_names_is_a_code_of_the_judge),
];

fn judged(suite: &Suite) -> BTreeSet<&str> {
    let in_steps = suite.scenarios.iter().flat_map(|scenario| &scenario.steps).flat_map(|step| &step.expect);
    let over_run = suite.scenarios.iter().flat_map(|scenario| &scenario.over_run);
    in_steps.chain(over_run).map(|expectation| expectation.req.as_str()).collect()
}

/// Nothing left, or what is.
fn none(left: &[String], what: &str) -> Result<Completion, Failed> {
    if left.is_empty() { Ok(Completion::Completed) } else { Err(format!("{what}:\n{}", left.join("\n")).into()) }
}

fn the_suite_has_no_mistake(_: &Suite) -> Result<Completion, Failed> {
    let problems = lint(Path::new(env!("CARGO_MANIFEST_DIR")), &[]);
    none(&problems.iter().map(|problem| format!("{problem:?}")).collect::<Vec<_>>(), "mistakes")
}

fn each_requirement_is_judged_or_says_why_not(suite: &Suite) -> Result<Completion, Failed> {
    let judged = judged(suite);
    // What the harness itself has to do is held by its own tests.
    let rows = suite.catalogue.iter().filter(|row| row.actor != Actor::Harness);
    let left: Vec<_> =
        rows.filter(|row| row.pending.is_none() && !judged.contains(row.id.as_str())).map(|row| row.id.clone()).collect();
    none(&left, "requirements that no expectation judges and that do not say `pending`")
}

fn each_pending_requirement_is_really_not_judged(suite: &Suite) -> Result<Completion, Failed> {
    let judged = judged(suite);
    let left: Vec<_> = suite
        .catalogue
        .iter()
        .filter(|row| row.pending.is_some() && judged.contains(row.id.as_str()))
        .map(|row| row.id.clone())
        .collect();
    none(&left, "requirements that say `pending` and are judged")
}

fn each_expectation_has_a_fault_that_kills_it(suite: &Suite) -> Result<Completion, Failed> {
    let mut left = Vec::new();
    for (actor, dialect) in CLAIMS {
        let target = Target::new(String::from("http://127.0.0.1/fhir"), TargetAuth::None);
        let plan = compile(suite, Claims::new(actor, dialect), target, &Selection::All).map_err(|why| why.to_string())?;
        let coverage = Coverage::new(&plan, suite);
        left.extend(coverage.unproven().map(|name| format!("{name} of a {actor:?} in {}", dialect.word())));
    }
    none(&left, "expectations that no fault kills")
}

/// A requirement that is claimed in a version is judged in that version, or says why not.
fn each_claimed_requirement_is_judged_or_says_why_not(suite: &Suite) -> Result<Completion, Failed> {
    let mut left = Vec::new();
    for (actor, dialect) in CLAIMS {
        let target = Target::new(String::from("http://127.0.0.1/fhir"), TargetAuth::None);
        let plan = compile(suite, Claims::new(actor, dialect), target, &Selection::All).map_err(|why| why.to_string())?;
        let coverage = Coverage::new(&plan, suite);
        let unjudged = coverage.unjudged().filter(|row| row.pending.is_none() && row.excused.is_none());
        left.extend(unjudged.map(|row| format!("{} of a {actor:?} in {}", row.req, dialect.word())));
    }
    none(&left, "claimed requirements that no expectation judges and that do not say `pending`")
}

/// A row is in the table of who claims a current version, or below it with what holds it; and what is said to hold it does.
fn each_requirement_is_told_by_coverage(suite: &Suite) -> Result<Completion, Failed> {
    let cover = |actor, dialect| {
        let target = Target::new(String::from("http://127.0.0.1/fhir"), TargetAuth::None);
        let plan = compile(suite, Claims::new(actor, dialect), target, &Selection::All).map_err(|why| why.to_string())?;
        Ok::<_, Failed>(Coverage::new(&plan, suite))
    };
    let mut left: BTreeSet<String> = suite.catalogue.iter().map(|row| row.id.clone()).collect();
    for (actor, dialect) in CLAIMS.into_iter().filter(|(_, dialect)| suite.current(dialect.fhir()) == Some(*dialect)) {
        let coverage = cover(actor, dialect)?;
        for row in &coverage.rows {
            left.remove(&row.req);
        }
        for own in &coverage.elsewhere {
            let is_held = match &own.held {
                Held::ByToets(_) => true,
                Held::InVersion(actor, dialect) => {
                    let there = cover(*actor, *dialect)?;
                    there.rows.iter().any(|row| row.req == own.req && !row.expectations.is_empty())
                }
            };
            if is_held {
                left.remove(&own.req);
            }
        }
    }
    none(&left.into_iter().collect::<Vec<_>>(), "requirements of which no coverage tells anything")
}

fn each_finding_that_a_fault_names_is_a_code_of_the_judge(suite: &Suite) -> Result<Completion, Failed> {
    let known = finding_names();
    let of_servers = suite.faults.iter().flat_map(|fault| fault.kills.iter().map(move |kill| (&fault.fault, kill)));
    let of_clients =
        suite.consulter_faults.iter().flat_map(|fault| fault.kills.iter().map(move |kill| (&fault.consulter_fault, kill)));
    let left: Vec<_> = of_servers
        .chain(of_clients)
        .filter(|(_, kill)| !known.contains(&kill.finding.as_str()))
        .map(|(fault, kill)| format!("{fault}: {}", kill.finding))
        .collect();
    none(&left, "findings that the judge does not have")
}

/// One trial per check; they are ignored where there is nothing to hold together.
fn trial(name: &'static str, check: Check) -> Trial {
    Trial::ignorable_test(name, move || {
        let suite = load(&Source::Embedded).map_err(|problems| format!("the embedded suite does not load: {problems:#?}"))?;
        if suite.scenarios.is_empty() {
            return Ok(Completion::ignored_with("this build has no scenarios"));
        }
        check(&suite)
    })
}

fn main() {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, CHECKS.into_iter().map(|(name, check)| trial(name, check)).collect()).exit();
}
