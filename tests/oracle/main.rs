//! Our judge beside the HL7 validator: its recorded answers in `../shared` (or
//! `TOETS_SHARED`; without it the trials read *ignored*). Each set has a share
//! that must agree (`floors.txt`, which only rise); each difference is listed
//! with its reason (`differences.txt`). `TOETS_BLESS=1` raises the floors and
//! lists the differences again, new ones with `?`, which someone must answer.
//!
//! To work differences down: `TOETS_ORACLE_SHOW=mutants-r4` (or `all`) tells
//! them by kind, `TOETS_ORACLE_CASE=<start of an id>` tells all of a case.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells its table where people look")]

mod cases;
mod lists;
mod measure;
mod patch;
mod place;
mod run;
mod show;

use std::collections::BTreeMap;
use std::env;
use std::time::Instant;

use cases::Case;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use lists::{Differences, Exclusions, per_cent, share};
use measure::{Compared, Measure};

/// Cases that are measured in the same way.
struct Set {
    name: &'static str,
    read: fn() -> Result<Vec<Case>, String>,
    /// Cases that are measured at least: an empty set would agree with everything.
    least: usize,
    /// Kinds of message are left out on both sides.
    excludes: bool,
    /// What is measured, with the share that we aim at in tenths of a per cent.
    measures: &'static [(Measure, u64)],
}

/// One package's examples: verdicts, nothing that only we report, and XML.
const EXAMPLES: &[(Measure, u64)] = &[(Measure::Verdict, 990), (Measure::NoneOfOurs, 1000), (Measure::Xml, 1000)];
const MUTANTS: &[(Measure, u64)] = &[(Measure::Verdict, 990), (Measure::Element, 950), (Measure::Xml, 1000)];
const CASES: &[(Measure, u64)] = &[(Measure::Verdict, 950), (Measure::Count, 850)];
/// 15 of the 17, of which 4 are reported apart.
const CASES_STU3: &[(Measure, u64)] = &[(Measure::Verdict, 882), (Measure::Count, 850)];

static SETS: [Set; 8] = [
    Set { name: "validator-cases-r4", least: 134, read: || cases::validator_cases("r4"), excludes: false, measures: CASES },
    Set {
        name: "validator-cases-stu3",
        least: 13,
        read: || cases::validator_cases("stu3"),
        excludes: false,
        measures: CASES_STU3,
    },
    Set { name: "r4-pzp", least: 178, read: || cases::examples("r4-pzp"), excludes: true, measures: EXAMPLES },
    Set { name: "r4-nl-core", least: 271, read: || cases::examples("r4-nl-core"), excludes: true, measures: EXAMPLES },
    Set { name: "stu3-pzp", least: 78, read: || cases::examples("stu3-pzp"), excludes: true, measures: EXAMPLES },
    Set { name: "stu3-zib", least: 208, read: || cases::examples("stu3-zib"), excludes: true, measures: EXAMPLES },
    Set { name: "mutants-r4", least: 758, read: || cases::mutants("r4"), excludes: true, measures: MUTANTS },
    Set { name: "mutants-stu3", least: 259, read: || cases::mutants("stu3"), excludes: true, measures: MUTANTS },
];

/// What came out for a set.
struct Measured {
    table: String,
    shares: Vec<(&'static str, u64)>,
    differences: Differences,
    /// How many cases answer the question of the measure that fits fewest.
    measured: usize,
}

impl Set {
    fn exclusions(&self) -> Exclusions {
        if self.excludes { Exclusions::read() } else { Exclusions::none() }
    }

    fn measure(&self, compared: &[Compared<'_>]) -> Measured {
        let mut result =
            Measured { table: String::new(), shares: Vec::new(), differences: Differences::new(), measured: compared.len() };
        for (measure, aim) in self.measures {
            let (mut good, mut of) = (0, 0);
            for one in compared {
                let Some(found) = one.measured(*measure) else { continue };
                of += 1;
                match found {
                    Ok(()) => good += 1,
                    Err(kind) => {
                        // The recorded answers of the validator's own cases have no message ids: each is a kind.
                        let kind = if self.excludes { kind } else { format!("{kind} in {}", one.case.id) };
                        let key = (self.name.to_owned(), measure.name().to_owned(), kind);
                        result.differences.entry(key).or_default().push(one.case.id.clone());
                    }
                }
            }
            result.measured = result.measured.min(of);
            let share = share(good, of);
            let (percent, aim) = (per_cent(share), per_cent(*aim));
            result.table +=
                &format!("{:<22} {:<13} {good:>5} of {of:<5} {percent:>6} %  (aim {aim} %)\n", self.name, measure.name());
            result.shares.push((measure.name(), share));
        }
        result
    }

    /// Measures all of the set; tells the differences when asked to.
    fn run(&self, show: bool) -> Result<Measured, String> {
        let cases = (self.read)()?;
        let started = Instant::now();
        let outcomes = run::judge(&cases)?;
        let (exclusions, mut excluded) = (self.exclusions(), BTreeMap::new());
        let all = cases.iter().zip(&outcomes);
        let all: Vec<_> = all.map(|(case, outcome)| Compared::new(case, outcome, &exclusions, &mut excluded)).collect();
        let (apart, measured): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.case.apart);
        let mut result = self.measure(&measured);
        let panics = outcomes.iter().filter(|outcome| outcome.panic).count();
        result.table += &format!("    {} cases, {panics} panics, {:.1} s", cases.len(), started.elapsed().as_secs_f64());
        result.table +=
            &excluded.iter().map(|(line, count)| format!("\n    left out {count:>4} times: {line}")).collect::<String>();
        if !apart.is_empty() {
            let told = self.measure(&apart).table;
            result.table += &format!("\n  of other judges, only told:\n{}", told.trim_end());
        }
        if show {
            let told = self.measures.iter().map(|(measure, _)| show::differences(*measure, &measured));
            result.table += &format!("\n{}{}", show::alone(&measured), told.collect::<String>());
        }
        Ok(result)
    }

    fn trial(&self) -> Result<Completion, Failed> {
        if !cases::shared().is_dir() {
            return Ok(Completion::ignored_with("the recorded answers are not here: set `TOETS_SHARED`"));
        }
        let bless = env::var_os("TOETS_BLESS").is_some();
        let result = self.run(false)?;
        eprintln!("{}", result.table);
        let many = if result.measured < self.least {
            Err(format!("{}: only {} cases were measured, of {}", self.name, result.measured, self.least))
        } else {
            Ok(())
        };
        let floors = lists::hold_floors(self.name, &result.shares, bless);
        let differences = lists::hold_differences(self.name, &result.differences, bless);
        let wrong: Vec<String> = [many, floors, differences].into_iter().filter_map(Result::err).collect();
        if wrong.is_empty() { Ok(Completion::Completed) } else { Err(wrong.join("\n").into()) }
    }
}

fn show(wanted: &str) -> Result<(), String> {
    for set in SETS.iter().filter(|set| wanted == "all" || wanted.split(',').any(|name| name == set.name)) {
        println!("{}", set.run(true)?.table);
    }
    Ok(())
}

fn show_case(wanted: &str) -> Result<(), String> {
    for set in &SETS {
        let cases: Vec<Case> = (set.read)()?.into_iter().filter(|case| case.id.starts_with(wanted)).take(3).collect();
        for (case, outcome) in cases.iter().zip(run::judge(&cases)?) {
            println!("{}", show::case(case, &outcome));
        }
    }
    Ok(())
}

fn hold_aims() -> Result<(), String> {
    let aims = |set: &'static Set| set.measures.iter().map(|(measure, aim)| (set.name, measure.name(), *aim));
    lists::hold_aims(&SETS.iter().flat_map(aims).collect::<Vec<_>>())
}

fn main() {
    for (variable, tell) in [("TOETS_ORACLE_SHOW", show as fn(&str) -> _), ("TOETS_ORACLE_CASE", show_case)] {
        if let Ok(wanted) = env::var(variable) {
            return tell(&wanted).unwrap_or_else(|error: String| eprintln!("{error}"));
        }
    }
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = SETS.iter().map(|set| Trial::ignorable_test(set.name, move || set.trial())).collect();
    trials.push(Trial::test("every_aim_has_a_floor_that_reaches_it", || Ok(hold_aims()?)));
    trials.push(Trial::test("places_are_compared_without_what_only_one_judge_writes", || {
        place::places_are_compared_without_what_only_one_judge_writes();
        Ok(())
    }));
    libtest_mimic::run(&arguments, trials).exit();
}
