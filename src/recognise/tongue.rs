//! Which version of the agreement somebody speaks: the marks in what is asked
//! and answered, and what to change to reach another version. What the marks
//! are is data (`scenarios/dialects`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::asked::{Asked, Asks, Kind, Recognised};
use super::signs::{Here, Seen, Signs};
use crate::agreements::{Dialect, FhirVersion};
use crate::fhir::node::Node;
use crate::fhir::search::Query;
use crate::scenario::{Change, DialectFile, Exchange, Mark, Mistake, Side};
use crate::text::Text;

/// Hears which version somebody speaks.
#[derive(Debug, Clone)]
pub struct Tongue<'s> {
    files: &'s [DialectFile],
    exchanges: &'s [Exchange],
    signs: Signs,
    asked: Vec<(Asks, Seen)>,
    /// The exchange that is heard now.
    exchange: String,
    fhir: BTreeMap<FhirVersion, Seen>,
}

/// A version that somebody may speak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// The version.
    pub dialect: Dialect,
    /// What speaks for it.
    pub evidence: Vec<Evidence>,
    /// What speaks against it.
    pub against: Vec<Evidence>,
}

/// Something that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is: `ACP-SenseOfPurpose`, or a request.
    pub text: String,
    /// How often.
    pub count: usize,
    /// The resource or the request in which it was seen first.
    pub example: String,
    /// The exchange in which that was, where it was heard of one.
    pub exchange: Option<String>,
    /// The element there.
    pub path: Option<String>,
    /// A server said that it supports it, and never showed it.
    pub declared: bool,
}

/// What to change to reach a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<'s> {
    /// The change between the versions.
    pub change: &'s Change,
    /// How it is now.
    pub from: &'s str,
    /// How it has to be.
    pub to: &'s str,
    /// What was seen.
    pub seen: Evidence,
    /// The version to reach.
    pub reach: Dialect,
    /// It is of a later version, which the one to reach does not have yet.
    pub later: bool,
}

/// What is of no version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong<'s> {
    /// What it is.
    pub mistake: &'s Mistake,
    /// What was seen.
    pub seen: Evidence,
}

/// Which side of a change was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Saw {
    Before,
    After,
}

/// Something that was seen, and what it says of a version.
struct Hit<'s> {
    file: &'s DialectFile,
    /// Nothing for a mark that only this version has.
    change: Option<(&'s Change, Saw)>,
    /// The exchange of which the request tells it.
    exchange: Option<&'s str>,
    evidence: Evidence,
}

/// Requests that are kept at most; what comes after them says nothing new.
const MOST_ASKED: usize = 500;

impl<'s> Tongue<'s> {
    /// Has heard nothing yet.
    #[must_use]
    pub fn new(files: &'s [DialectFile], exchanges: &'s [Exchange]) -> Self {
        let (signs, asked, exchange, fhir) = (Signs::default(), Vec::new(), String::new(), BTreeMap::new());
        Self { files, exchanges, signs, asked, exchange, fhir }
    }

    /// What is heard next is of this exchange.
    pub fn at(&mut self, exchange: &str) -> &mut Self {
        exchange.clone_into(&mut self.exchange);
        self
    }

    /// Hears a request.
    pub fn request(&mut self, asked: &Asked<'_>, recognised: &Recognised) {
        let exchange = self.exchange.clone();
        let mark = if asked.query.is_empty() { "" } else { "?" };
        let name = format!("{} {}{mark}{}", asked.method, asked.path.unwrap_or_default(), asked.query);
        let here = Here { exchange: &exchange, thing: &name, ..Here::default() };
        if let Kind::Exchange(asks) = &recognised.kind {
            let versions: BTreeSet<FhirVersion> = asks.dialects.iter().map(|dialect| dialect.fhir()).collect();
            if let (Some(fhir), 1) = (versions.first(), versions.len()) {
                self.fhir.entry(*fhir).or_default().add(&here);
            }
            let is_full = self.asked.len() >= MOST_ASKED;
            match self.asked.iter_mut().find(|(known, _)| known == asks) {
                Some((_, seen)) => seen.add(&here),
                None if !is_full => {
                    let mut seen = Seen::default();
                    seen.add(&here);
                    self.asked.push((asks.clone(), seen));
                }
                None => {}
            }
        }
        for text in [Some(asked.query), asked.form].into_iter().flatten() {
            for parameter in Query::parse(text).unwrap_or_default().parameters {
                self.signs.parameter(&parameter, &here);
            }
        }
    }

    /// Hears an answer: a resource with all that is in it.
    pub fn answer(&mut self, resource: Node<'_>) {
        let exchange = self.exchange.clone();
        self.signs.resource(resource, &exchange);
        if resource.type_name() == "CapabilityStatement"
            && let Some(number) = resource.child_value("fhirVersion")
        {
            self.fhir_number(number, "CapabilityStatement.fhirVersion");
        }
    }

    /// Hears a version of FHIR: of a statement, or of a media type.
    pub fn fhir_number(&mut self, number: &str, place: &str) {
        if let Some(fhir) = FhirVersion::ALL.into_iter().find(|fhir| number.starts_with(fhir.short())) {
            let here = Here { exchange: &self.exchange, thing: place, ..Here::default() };
            self.fhir.entry(fhir).or_default().add(&here);
        }
    }

    /// Every version that something speaks for, with what does and what speaks against it; the likeliest first.
    #[must_use]
    pub fn spoken(&self) -> Vec<Spoken> {
        let hits = self.hits();
        let mut all: Vec<Spoken> = self.files.iter().map(|file| self.of(file, &hits)).collect();
        all.retain(|spoken| !spoken.evidence.is_empty());
        all.sort_by_key(|spoken| (spoken.against.len(), std::cmp::Reverse(spoken.evidence.len())));
        all
    }

    /// The versions that least speaks against, of those that something speaks for. More than one: they cannot be told
    /// apart by what was seen. What says which version of FHIR it is goes before all else.
    #[must_use]
    pub fn likeliest(&self) -> BTreeSet<Dialect> {
        let mut spoken = self.spoken();
        if spoken.iter().any(|spoken| self.fhir.contains_key(&spoken.dialect.fhir())) {
            spoken.retain(|spoken| self.fhir.contains_key(&spoken.dialect.fhir()));
        }
        let least = spoken.first().map(|spoken| spoken.against.len());
        spoken.iter().filter(|spoken| Some(spoken.against.len()) == least).map(|spoken| spoken.dialect).collect()
    }

    /// What was seen that the version to reach has otherwise, in the order of the changes. What a later version only
    /// adds is none of it.
    #[must_use]
    pub fn to_reach(&self, reach: Dialect) -> Vec<Step<'s>> {
        let mut steps: Vec<Step<'s>> = Vec::new();
        for hit in self.hits() {
            let Some((change, saw)) = hit.change else { continue };
            let before = change.before.as_ref().map_or("-", |side| side.text.as_str());
            let (from, to) = match (saw, self.relation(hit.file, reach)) {
                (Saw::Before, Relation::Same | Relation::Later) => (before, change.after.text.as_str()),
                (Saw::After, Relation::Earlier) if !change.additive => (change.after.text.as_str(), before),
                _ => continue,
            };
            let later = saw == Saw::After;
            // Where the request changed again later, the last word counts.
            let last = hit.exchange.filter(|_| saw == Saw::Before).and_then(|name| self.last_change(hit.file, reach, name));
            let (change, from, to) = last.map_or((change, from, to), |last| (last, requested(change, last), &*last.after.text));
            match steps.iter_mut().find(|known| std::ptr::eq(known.change, change)) {
                Some(known) => known.seen.count += hit.evidence.count,
                None => steps.push(Step { change, from, to, seen: hit.evidence, reach, later }),
            }
        }
        steps
    }

    /// What else changed between the version that is spoken and the one to reach, and was not seen, because nothing that is
    /// exchanged shows it: who changes versions has to look at it.
    #[must_use]
    pub fn unseen(&self, spoken: &BTreeSet<Dialect>, reach: Dialect) -> Vec<&'s Change> {
        let hits = self.hits();
        let is_seen = |change: &Change| hits.iter().filter_map(|hit| hit.change).any(|(seen, _)| std::ptr::eq(seen, change));
        super::between::unseen(self.files, spoken, reach).into_iter().filter(|change| !is_seen(change)).collect()
    }

    /// The last change of the request of an exchange, from the version of a file up to the one to reach.
    fn last_change(&self, from: &DialectFile, reach: Dialect, exchange: &str) -> Option<&'s Change> {
        let until = self.files.iter().filter(|file| file.dialect == reach || self.relation(file, reach) == Relation::Later);
        let until = until.filter(|file| file.dialect == from.dialect || self.relation(from, file.dialect) == Relation::Later);
        until.flat_map(|file| &file.changes).rfind(|change| change.exchanges.iter().any(|name| name == exchange))
    }

    /// What was seen that is of no version.
    #[must_use]
    pub fn wrong(&self) -> Vec<Wrong<'s>> {
        let mistakes = self.files.iter().flat_map(|file| &file.mistakes);
        mistakes.filter_map(|mistake| Some(Wrong { mistake, seen: self.evidence(&mistake.mark, &[])? })).collect()
    }

    fn of(&self, file: &DialectFile, hits: &[Hit<'_>]) -> Spoken {
        let (mut evidence, mut against) = (Vec::new(), Vec::new());
        for hit in hits {
            let speaks_for = match (hit.change, self.relation(hit.file, file.dialect)) {
                (None, Relation::Same) => true,
                (None, Relation::Later | Relation::Earlier) => false,
                (Some((_, Saw::After)), Relation::Same | Relation::Later) => true,
                (Some((_, Saw::After)), Relation::Earlier) => false,
                (Some((_, Saw::Before)), Relation::Earlier) => true,
                (Some((_, Saw::Before)), Relation::Same | Relation::Later) => false,
                (_, Relation::None) => continue,
            };
            if speaks_for { &mut evidence } else { &mut against }.push(hit.evidence.clone());
        }
        for (fhir, seen) in &self.fhir {
            let mine = *fhir == file.dialect.fhir();
            if mine { &mut evidence } else { &mut against }.push(seen.evidence(&format!("FHIR {}", fhir.number())));
        }
        Spoken { dialect: file.dialect, evidence, against }
    }

    /// All that was seen.
    fn hits(&self) -> Vec<Hit<'s>> {
        let mut hits = Vec::new();
        for file in self.files {
            let before = self.files.iter().filter(|known| known.dialect.fhir() == file.dialect.fhir());
            let canonicals: Vec<&str> = before.map(|known| known.canonical.as_str()).collect();
            let own = file.marks.iter().filter_map(|mark| self.evidence(mark, &[file.canonical.as_str()]));
            hits.extend(own.map(|evidence| Hit { file, change: None, exchange: None, evidence }));
            for change in &file.changes {
                let sides = [(Saw::Before, change.before.as_ref()), (Saw::After, Some(&change.after))];
                let first = hits.len();
                for (saw, side) in sides {
                    let marks = side.map(|side: &Side| side.marks.as_slice()).unwrap_or_default();
                    let seen = marks.iter().filter_map(|mark| Some((None, self.evidence(mark, &canonicals)?)));
                    let asked = change.exchanges.iter();
                    let asked = asked.filter_map(|name| Some((Some(name.as_str()), self.asks(file, name, saw)?)));
                    let change = Some((change, saw));
                    hits.extend(seen.chain(asked).map(|(exchange, evidence)| Hit { file, change, exchange, evidence }));
                }
                forget_offers(&mut hits, first);
            }
        }
        hits
    }

    fn evidence(&self, mark: &Mark, canonicals: &[&str]) -> Option<Evidence> {
        self.signs.find(mark, canonicals)
    }

    /// Whether an exchange is asked as a version has it and the one before has not, or the other way round.
    fn asks(&self, file: &DialectFile, name: &str, saw: Saw) -> Option<Evidence> {
        let (wanted, other) = match saw {
            Saw::After => (file.dialect, file.after?),
            Saw::Before => (file.after?, file.dialect),
        };
        let of = |(asks, _): &&(Asks, Seen)| asks.exchange == name;
        let text = format!("{name} ({})", wanted.version());
        let evidence = |all: Vec<&(Asks, Seen)>| {
            let mut all = all.into_iter().map(|(_, seen)| seen.evidence(&text));
            let mut first = all.next()?;
            first.count += all.map(|other| other.count).sum::<usize>();
            Some(first)
        };
        let only =
            self.asked.iter().filter(of).filter(|(asks, _)| asks.dialects.contains(&wanted) && !asks.dialects.contains(&other));
        // One request a code is right, so what a list lacks shows in all requests together.
        let listed = || {
            let exchange = self.exchanges.iter().find(|known| known.exchange == name)?;
            let (wanted, other) = (super::recogniser::codes(exchange, wanted)?, super::recogniser::codes(exchange, other)?);
            let requests: Vec<_> = self.asked.iter().filter(of).collect();
            let asked: BTreeSet<String> = requests.iter().flat_map(|(asks, _)| asks.codes.clone()).collect();
            (wanted != other && asked == wanted).then_some(requests)
        };
        evidence(only.collect()).or_else(|| evidence(listed()?))
    }

    /// Where a version stands that is looked at, seen from the one of a file.
    fn relation(&self, file: &DialectFile, looked_at: Dialect) -> Relation {
        let is_after = |mut later: Dialect, earlier: Dialect| {
            // As many steps as there are files at most, whatever they say of each other.
            for _ in self.files {
                match self.files.iter().find(|known| known.dialect == later).and_then(|known| known.after) {
                    Some(before) if before == earlier => return true,
                    Some(before) => later = before,
                    None => return false,
                }
            }
            false
        };
        match file.dialect {
            own if own == looked_at => Relation::Same,
            own if is_after(looked_at, own) => Relation::Later,
            own if is_after(own, looked_at) => Relation::Earlier,
            _ => Relation::None,
        }
    }
}

/// How the request was before its last change: as the first of its changes says, unless that is of more than requests.
fn requested<'c>(first: &'c Change, last: &'c Change) -> &'c str {
    let of_request = first.before.as_ref().filter(|side| side.marks.is_empty());
    of_request.or(last.before.as_ref()).map_or("-", |side| side.text.as_str())
}

/// Who says that both sides of a change are supported, and shows only the later one, offers a choice: that is no
/// difference. What was found of the change begins at `first`.
fn forget_offers(hits: &mut Vec<Hit<'_>>, first: usize) {
    let is_after = |hit: &Hit<'_>| matches!(hit.change, Some((_, Saw::After)));
    if !hits[first..].iter().any(is_after) {
        return;
    }
    let mut at = 0;
    hits.retain(|hit| {
        at += 1;
        at <= first || is_after(hit) || !hit.evidence.declared
    });
}

/// Where a version stands, seen from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Same,
    Later,
    Earlier,
    /// One of another version of FHIR.
    None,
}

impl Step<'_> {
    /// In words: before, after and why.
    #[must_use]
    pub fn text(&self) -> Text {
        let Self { change, from, to, reach, .. } = self;
        let (fhir, version) = (reach.fhir().name(), reach.version());
        if self.later {
            return Text {
                en: format!("{fhir} {version} does not have `{from}` yet; it has `{to}`"),
                nl: format!("{fhir} {version} heeft `{from}` nog niet; daar is het `{to}`"),
            };
        }
        Text {
            en: format!("to reach {fhir} {version}: `{from}` becomes `{to}`. {}: {}", change.what.en, change.why.en),
            nl: format!("om {fhir} {version} te bereiken: `{from}` wordt `{to}`. {}: {}", change.what.nl, change.why.nl),
        }
    }
}

impl Wrong<'_> {
    /// In words.
    #[must_use]
    pub fn text(&self) -> Text {
        let (found, right, what) = (&self.seen.text, &self.mistake.instead, &self.mistake.what);
        Text {
            en: format!("`{found}` is of no version; write `{right}`. {}", what.en),
            nl: format!("`{found}` is van geen enkele versie; schrijf `{right}`. {}", what.nl),
        }
    }
}
