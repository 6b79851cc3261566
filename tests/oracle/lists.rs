//! The three committed lists: floors, exclusions, differences.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use toets::fhir::validate::Issue;

use super::cases::Said;

/// Several sets write to the same files.
static WRITING: Mutex<()> = Mutex::new(());

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_default().replace('\r', "")
}

/// What a file says at its top.
fn opening(text: &str) -> String {
    text.lines().take_while(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}

/// Kinds of message that are left out on both sides.
pub(crate) struct Exclusions(Vec<Exclusion>);

struct Exclusion {
    side: String,
    code: String,
    /// What must stand in the message of the HL7 validator, empty for any; or `not at` an element.
    text: String,
    line: String,
}

impl Exclusions {
    /// None at all.
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    /// Reads `hl7 | code | text in the message | why` and `ours | code | | why`; the
    /// text may be `not at language`: everywhere but at elements of that name.
    /// `hl7-above` is left out only where it follows from something else that is:
    /// at the same element, or one around it. `ours-at | code | HL7 message id | why`
    /// leaves ours out where the HL7 validator says that it did not look.
    pub(crate) fn read() -> Self {
        let text = read("exclusions.txt");
        let one = |line: &str| {
            let parts: Vec<&str> = line.splitn(4, '|').map(str::trim).collect();
            let [side, code, text, why] = parts[..] else { panic!("an exclusion has four parts: {line}") };
            assert!(
                !why.is_empty() && ["hl7", "hl7-above", "ours", "ours-at"].contains(&side),
                "an exclusion has a side and a reason: {line}"
            );
            Exclusion { side: side.into(), code: code.into(), text: text.into(), line: format!("{side} {code} {text}") }
        };
        Self(text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(one).collect())
    }

    pub(crate) fn of_theirs(&self, said: &Said, all: &[Said]) -> Option<&str> {
        let has = |one: &Exclusion, said: &Said| match one.text.strip_prefix("not at ") {
            Some(name) => !said.place.ends_with(name),
            None => said.message.contains(&one.text),
        };
        let fits = |one: &&Exclusion, said: &Said| one.code == said.code && has(one, said);
        let alone = |said: &Said| self.0.iter().filter(|one| one.side == "hl7").find(|one| fits(one, said));
        let below = |other: &Said| other.place.starts_with(&said.place) && alone(other).is_some();
        let above = || self.0.iter().filter(|one| one.side == "hl7-above").find(|one| fits(one, said));
        alone(said).or_else(|| above().filter(|_| all.iter().any(below))).map(|one| one.line.as_str())
    }

    pub(crate) fn of_ours(&self, issue: &Issue, all: &[Said]) -> Option<&str> {
        let not_looked = |id: &str| all.iter().any(|said| said.code == id && said.is_at(&issue.path));
        let fits = |one: &&Exclusion| match &*one.side {
            "ours" => true,
            "ours-at" => not_looked(&one.text),
            _ => false,
        };
        self.0.iter().filter(|one| one.code == issue.code.name).find(fits).map(|one| one.line.as_str())
    }
}

/// Shares in tenths of a per cent, by set and measure.
type Shares = BTreeMap<(String, String), u64>;

fn floors() -> Shares {
    let one = |line: &str| {
        let mut words = line.split_whitespace();
        let (set, measure, share) = (words.next()?, words.next()?, words.next()?);
        let tenths = share.replace('.', "").parse().ok()?;
        Some(((set.to_owned(), measure.to_owned()), tenths))
    };
    read("floors.txt").lines().filter(|line| !line.starts_with('#')).filter_map(one).collect()
}

/// Tenths of a per cent, rounded down. Of nothing at all nothing is right.
pub(crate) fn share(good: usize, of: usize) -> u64 {
    (good * 1000).checked_div(of).unwrap_or_default() as u64
}

pub(crate) fn per_cent(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Holds shares against their floors; a blessed run raises them.
pub(crate) fn hold_floors(set: &str, shares: &[(&'static str, u64)], bless: bool) -> Result<(), String> {
    let _writing = WRITING.lock().map_err(|error| error.to_string())?;
    let mut floors = floors();
    let mut low = Vec::new();
    for (measure, share) in shares {
        let key = (set.to_owned(), (*measure).to_owned());
        if !bless && !floors.contains_key(&key) {
            low.push(format!("{set} {measure}: there is no floor"));
            continue;
        }
        let floor = floors.entry(key).or_default();
        if share < floor {
            low.push(format!("{set} {measure}: {} %, the floor is {} %", per_cent(*share), per_cent(*floor)));
        } else if share > floor && bless {
            *floor = *share;
        } else if share > floor {
            eprintln!("{set} {measure}: {} %, the floor can be raised from {} %", per_cent(*share), per_cent(*floor));
        }
    }
    if bless {
        let lines = floors.iter().map(|((set, measure), share)| format!("{set} {measure} {}\n", per_cent(*share)));
        fs::write(path("floors.txt"), opening(&read("floors.txt")) + &lines.collect::<String>())
            .map_err(|error| error.to_string())?;
    }
    if low.is_empty() { Ok(()) } else { Err(low.join("\n")) }
}

/// Each aim has a floor, and none is below it.
pub(crate) fn hold_aims(aims: &[(&str, &str, u64)]) -> Result<(), String> {
    let floors = floors();
    let told = |(set, measure, aim): &(&str, &str, u64)| match floors.get(&((*set).to_owned(), (*measure).to_owned())) {
        None => Some(format!("{set} {measure}: there is no floor")),
        Some(floor) if floor < aim => {
            Some(format!("{set} {measure}: the floor is {} %, the aim {} %", per_cent(*floor), per_cent(*aim)))
        }
        Some(_) => None,
    };
    let mut wrong: Vec<String> = aims.iter().filter_map(told).collect();
    let aimed = |(set, measure): &&(String, String)| aims.iter().any(|(of, by, _)| of == set && by == measure);
    wrong.extend(floors.keys().filter(|key| !aimed(key)).map(|(set, measure)| format!("{set} {measure}: a floor of nothing")));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// By set, measure and kind: the cases that differ in that way.
pub(crate) type Differences = BTreeMap<(String, String, String), Vec<String>>;

/// As they are listed, each kind with its reason.
fn listed(text: &str) -> BTreeMap<(String, String, String), (String, Vec<String>)> {
    let mut known: BTreeMap<_, (String, Vec<String>)> = BTreeMap::new();
    let mut last = None;
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some(id) = line.strip_prefix("    ") {
            let entry = last.as_ref().and_then(|key| known.get_mut(key)).expect("an id stands below a kind");
            entry.1.push(id.to_owned());
        } else {
            let (key, why) = line.split_once(" => ").expect("a difference has a reason, or `?`");
            let mut parts = key.splitn(3, ": ").map(str::to_owned);
            let key = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            known.insert(key.clone(), (why.to_owned(), Vec::new()));
            last = Some(key);
        }
    }
    known
}

/// Holds the differences of a set against those that are listed; a blessed run
/// lists them again and keeps the reasons that are known.
pub(crate) fn hold_differences(set: &str, found: &Differences, bless: bool) -> Result<(), String> {
    let _writing = WRITING.lock().map_err(|error| error.to_string())?;
    let text = read("differences.txt");
    let mut known = listed(&text);
    if bless {
        let (mut old, others): (BTreeMap<_, _>, BTreeMap<_, _>) = known.into_iter().partition(|((of, ..), _)| of == set);
        known = others;
        for (key, ids) in found {
            let why = old.remove(key).map_or("?".to_owned(), |(why, _)| why);
            known.insert(key.clone(), (why, ids.clone()));
        }
        let text = known.iter().fold(opening(&text), |text, ((set, measure, kind), (why, ids))| {
            let ids: String = ids.iter().map(|id| format!("    {id}\n")).collect();
            text + &format!("{set}: {measure}: {kind} => {why}\n{ids}")
        });
        fs::write(path("differences.txt"), text).map_err(|error| error.to_string())?;
    }
    let mut wrong = Vec::new();
    for (key, ids) in found {
        let (why, listed) = known.get(key).map_or(("", &[][..]), |(why, ids)| (why, ids));
        let new: Vec<&str> = ids.iter().filter(|id| !listed.contains(id)).map(String::as_str).collect();
        if !new.is_empty() {
            wrong.push(format!("not listed: {}: {}: {}", key.1, key.2, new.join(", ")));
        } else if why == "?" || why.is_empty() {
            wrong.push(format!("without a reason: {}: {}", key.1, key.2));
        }
    }
    for (key, (_, ids)) in known.iter().filter(|((of, ..), _)| of == set) {
        let gone: Vec<&str> =
            ids.iter().filter(|id| !found.get(key).is_some_and(|ids| ids.contains(id))).map(String::as_str).collect();
        if !gone.is_empty() {
            wrong.push(format!("listed, but there is no such difference: {}: {}: {}", key.1, key.2, gone.join(", ")));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}
