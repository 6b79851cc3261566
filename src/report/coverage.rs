//! Coverage of the suite: which requirement is judged by which expectations, and
//! by which faults each of these was shown to be able to fail.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::words;
use crate::agreements::{Actor, Dialect, Level, Pending, Requirement};
use crate::plan::{Claims, Plan, without_variant};
use crate::scenario::{Fault, Kill, Suite, fits_key};
use crate::text::{Language, Text};

/// What a suite covers for the claims of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The claimed requirements, in the order of the catalogue.
    pub rows: Vec<Row>,
    /// Requirements of the catalogue that no current version asks of a product, and how each of them is held.
    pub elsewhere: Vec<Elsewhere>,
}

/// A requirement that is held in another way than by a run of a current version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// `PZP-DAT-004`
    pub req: String,
    /// Its level.
    pub level: Level,
    /// What holds it.
    pub held: Held,
}

/// What holds a requirement that no run of a current version does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// Tests of Toets itself, since it is about Toets: as the catalogue tells.
    ByToets(String),
    /// A run in which this version is claimed.
    InVersion(Actor, Dialect),
}

/// A requirement and what judges it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `PZP-EX-001`
    pub req: String,
    /// Its level.
    pub level: Level,
    /// Why nothing judges it, as the catalogue says.
    pub pending: Option<Pending>,
    /// Why the claimed version is not held to it, where it is not.
    pub excused: Option<Text>,
    /// `scenario/step/expectation`, without variant, to the faults that turn it red.
    pub expectations: BTreeMap<String, BTreeSet<String>>,
}

impl Coverage {
    /// What is covered.
    #[must_use]
    pub fn new(plan: &Plan, suite: &Suite) -> Self {
        let mut judged: BTreeMap<&str, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        let mut excused: BTreeMap<&str, &Text> = BTreeMap::new();
        for expectation in super::build::expectations(plan) {
            if let Some(own) = suite.excuse(plan.claims.dialect, &expectation.key, &expectation.req) {
                excused.entry(&expectation.req).or_insert(&own.why);
                continue;
            }
            let name = without_variant(&expectation.key).to_owned();
            let faults = killers(suite, &name, &plan.claims);
            judged.entry(&expectation.req).or_default().insert(name, faults);
        }
        let claimed = suite.catalogue.iter().filter(|row| suite.asks(row, plan.claims.actor, plan.claims.dialect));
        let row = |row: &crate::agreements::Requirement| Row {
            req: row.id.clone(),
            level: row.level,
            pending: row.pending,
            excused: excused.get(row.id.as_str()).map(|why| (*why).clone()),
            expectations: judged.get(row.id.as_str()).cloned().unwrap_or_default(),
        };
        let rows: Vec<Row> = claimed.map(row).collect();
        let is_told = |requirement: &&Requirement| rows.iter().all(|row| row.req != requirement.id);
        let elsewhere = suite.catalogue.iter().filter(is_told).filter_map(|requirement| elsewhere(suite, requirement)).collect();
        Self { rows, elsewhere }
    }

    /// Expectations that no fault turns red: nothing shows that they can fail.
    pub fn unproven(&self) -> impl Iterator<Item = &str> {
        let expectations = self.rows.iter().flat_map(|row| &row.expectations);
        expectations.filter(|(_, faults)| faults.is_empty()).map(|(name, _)| name.as_str())
    }

    /// Claimed requirements that nothing judges.
    pub fn unjudged(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.expectations.is_empty())
    }
}

/// How a requirement is held that no current version asks of a product.
fn elsewhere(suite: &Suite, requirement: &Requirement) -> Option<Elsewhere> {
    let is_current = |dialect: &Dialect| suite.current(dialect.fhir()).is_none_or(|current| current == *dialect);
    let held = match requirement.actor {
        Actor::Harness => Held::ByToets(requirement.test.clone()),
        actor if !requirement.versions.iter().any(is_current) => Held::InVersion(actor, *requirement.versions.last()?),
        _ => return None,
    };
    Some(Elsewhere { req: requirement.id.clone(), level: requirement.level, held })
}

/// Faults that turn an expectation red, by its key without variant: those of a server, or of a client where the claims
/// are a client's.
pub(super) fn killers(suite: &Suite, name: &str, claims: &Claims) -> BTreeSet<String> {
    let fhir = claims.dialect.fhir();
    let is_in = |pattern: &str| {
        pattern.split_once('@').is_none_or(|(_, variant)| variant.starts_with('*') || variant.starts_with(fhir.folder()))
    };
    let kill = |kills: &[Kill]| {
        let mut fitting = kills.iter().filter(|kill| fits_key(without_variant(&kill.expect), name));
        fitting.any(|kill| is_in(&kill.expect))
    };
    if claims.actor == Actor::Consulter {
        let faults = suite.consulter_faults.iter().filter(|fault| fault.is_for(fhir) && kill(&fault.kills));
        return faults.map(|fault| fault.consulter_fault.clone()).collect();
    }
    let is_of = |fault: &Fault| fault.version.is_none_or(|version| version == claims.dialect);
    let is_for = |fault: &&Fault| fault.fhir.is_none_or(|only| only == fhir) && is_of(fault);
    suite.faults.iter().filter(is_for).filter(|fault| kill(&fault.kills)).map(|fault| fault.fault.clone()).collect()
}

/// The table for a terminal.
#[must_use]
pub fn table(coverage: &Coverage, language: Language) -> String {
    let say = |en: &'static str, nl: &'static str| if language == Language::En { en } else { nl };
    let mut text = String::new();
    for row in &coverage.rows {
        let _ = writeln!(text, "{}", line(row, language).trim_end());
    }
    let judged = coverage.rows.iter().filter(|row| !row.expectations.is_empty()).count();
    let expectations: usize = coverage.rows.iter().map(|row| row.expectations.len()).sum();
    let unproven: Vec<&str> = coverage.unproven().collect();
    let _ = writeln!(
        text,
        "\n{judged}/{} {}; {}/{expectations} {}",
        coverage.rows.len(),
        say("claimed requirements are judged", "geclaimde eisen worden beoordeeld"),
        expectations - unproven.len(),
        say("expectations are proven able to fail", "verwachtingen kunnen aantoonbaar falen"),
    );
    for name in unproven {
        let _ = writeln!(text, "  {} {name}", say("no fault turns red:", "geen fout maakt rood:"));
    }
    if !coverage.elsewhere.is_empty() {
        let _ = writeln!(text, "\n{}", say("held in another way:", "op een andere manier gehouden:"));
    }
    for own in &coverage.elsewhere {
        let _ = writeln!(text, "{:<12} {:<7} {}", own.req, words::level(own.level), own.held.text().get(language));
    }
    text
}

impl Held {
    fn text(&self) -> Text {
        match self {
            Self::ByToets(test) => Text {
                en: format!("about Toets itself, not a product: {test}"),
                nl: format!("gaat over Toets zelf, niet over een product: {test}"),
            },
            Self::InVersion(actor, dialect) => {
                let name = format!("{} {}", dialect.fhir().name(), dialect.version());
                let actor = if *actor == Actor::Consulter { " --actor consulter" } else { "" };
                let command = format!("toets coverage{actor} --dialect {}", dialect.word());
                Text {
                    en: format!("asked in {name} only; `{command}` tells by what it is judged"),
                    nl: format!("alleen gevraagd in {name}; `{command}` vertelt waarmee het beoordeeld wordt"),
                }
            }
        }
    }
}

/// `PZP-EX-001  SHALL   3/3  directives, metadata  killed by: …`
fn line(row: &Row, language: Language) -> String {
    let head = format!("{:<12} {:<7}", row.req, words::level(row.level));
    if row.expectations.is_empty() {
        let not_judged = if language == Language::En { "not judged" } else { "niet beoordeeld" };
        let pending = row.pending.map(|pending| format!(" ({})", format!("{pending:?}").to_lowercase()));
        let why = row.excused.as_ref().map(|why| format!(": {}", why.get(language))).or(pending).unwrap_or_default();
        return format!("{head}   –    {not_judged}{why}");
    }
    let proven = row.expectations.values().filter(|faults| !faults.is_empty()).count();
    let scenarios: BTreeSet<&str> = row.expectations.keys().filter_map(|name| name.split('/').next()).collect();
    let faults: BTreeSet<&str> = row.expectations.values().flatten().map(String::as_str).collect();
    format!("{head} {:>5}  {:<40} {}", format!("{proven}/{}", row.expectations.len()), few(&scenarios), few(&faults))
}

/// The first names, and how many there are more.
fn few(names: &BTreeSet<&str>) -> String {
    let shown: Vec<&str> = names.iter().take(3).copied().collect();
    let more = if names.len() > 3 { format!(" +{}", names.len() - 3) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
