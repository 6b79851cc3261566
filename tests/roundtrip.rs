//! Every R4 example in `../shared/fhir/examples` reads to a tree and writes back
//! the same. Needs `../shared` (or `TOETS_SHARED`); without it the trial reads
//! *ignored*.

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use toets::fhir::node::{Node, Tree};
use toets::fhir::types::r4;
use toets::fhir::{json, xml};

fn examples() -> PathBuf {
    let shared =
        std::env::var_os("TOETS_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("fhir/examples")
}

/// The text without white space between values: what a compact writer gives.
fn compact(text: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |letter: &char| {
        let within = quoted;
        match letter {
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && *letter == '\\' && !escaped;
        within || !letter.is_ascii_whitespace()
    };
    text.chars().filter(keep).collect()
}

fn json_survives(text: &str) -> Result<(), String> {
    let tree = json::read(text.as_bytes(), r4()).map_err(|error| error.to_string())?;
    let (expected, actual) = (compact(text), json::write(tree.root()));
    if expected == actual { Ok(()) } else { Err(difference(&expected, &actual)) }
}

/// JSON to XML and back: the tree is the same, and the JSON but for the order of keys.
fn xml_survives(text: &str) -> Result<(), String> {
    let first = json::read(text.as_bytes(), r4()).map_err(|error| error.to_string())?;
    let document = xml::write(first.root(), r4());
    let second = xml::read(document.as_bytes(), r4()).map_err(|error| format!("{error} in {document}"))?;
    same(first.root(), second.root())?;
    let [expected, actual] = [text, &json::write(second.root())].map(serde_json::from_str::<serde_json::Value>);
    if expected.map_err(|error| error.to_string())? != actual.map_err(|error| error.to_string())? {
        return Err("the JSON values differ".to_owned());
    }
    let again = xml::write(second.root(), r4());
    if document == again { Ok(()) } else { Err(difference(&document, &again)) }
}

/// XML follows the order of the table, so siblings are compared by name.
fn same(left: Node<'_>, right: Node<'_>) -> Result<(), String> {
    let facts = |node: Node<'_>| format!("{} {:?} {} {}", node.path(), node.literal(), node.type_name(), node.written_name());
    if facts(left) != facts(right) {
        return Err(format!("\n    from JSON: {}\n    from XML:  {}", facts(left), facts(right)));
    }
    let sorted = |node: Node<'_>| {
        let mut children: Vec<_> = node.children().map(Node::id).collect();
        children.sort_by(|left, right| node.tree().node(*left).name().cmp(node.tree().node(*right).name()));
        children
    };
    let (lefts, rights) = (sorted(left), sorted(right));
    if lefts.len() != rights.len() {
        return Err(format!("{} has {} elements from JSON, {} from XML", left.path(), lefts.len(), rights.len()));
    }
    lefts.iter().zip(&rights).try_for_each(|(one, other)| same(left.tree().node(*one), right.tree().node(*other)))
}

/// A damaged text is refused within itself, or read to a tree that both formats
/// can carry.
fn mutants_are_refused_or_survive(text: &str) -> Result<(), String> {
    let tree = json::read(text.as_bytes(), r4()).map_err(|error| error.to_string())?;
    let document = xml::write(tree.root(), r4());
    let mut random = Random(text.len() as u64 + 1);
    for _ in 0..5 {
        let (object, element) = (random.damage(&compact(text)), random.damage(&document));
        for (source, result) in [(&object, json::read(&object, r4())), (&element, xml::read(&element, r4()))] {
            let whole = match result {
                Ok(tree) => is_stable(&tree),
                Err(error) if error.offset > source.len() => Err(format!("{error} is not in the text")),
                Err(_) => Ok(()),
            };
            whole.map_err(|error| format!("{error}\n    mutant: {}", String::from_utf8_lossy(source)))?;
        }
    }
    Ok(())
}

fn is_stable(tree: &Tree) -> Result<(), String> {
    let (object, document) = (json::write(tree.root()), xml::write(tree.root(), r4()));
    let from_json = json::read(object.as_bytes(), r4()).map_err(|error| format!("{error} in {object}"))?;
    let from_xml = xml::read(document.as_bytes(), r4()).map_err(|error| format!("{error} in {document}"))?;
    let again = (json::write(from_json.root()), xml::write(from_xml.root(), r4()));
    if again == (object, document) { Ok(()) } else { Err("written again it differs".to_owned()) }
}

/// Xorshift: the same mutants every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("below a usize")
    }

    fn damage(&mut self, text: &str) -> Vec<u8> {
        const BYTES: &[u8] = b"{}[]\",:<>/=&;' \\_0-.eE!?#xn\0\x01\xc3\xa9";
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len());
            let byte = BYTES[self.below(BYTES.len())];
            match self.below(4) {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, byte),
                _ => {
                    let part = bytes[at..bytes.len().min(at + self.below(60))].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, part);
                }
            }
        }
        bytes
    }
}

fn difference(expected: &str, actual: &str) -> String {
    let same = expected.bytes().zip(actual.bytes()).take_while(|(left, right)| left == right).count();
    let cut =
        |text: &str| String::from_utf8_lossy(&text.as_bytes()[same.saturating_sub(40)..text.len().min(same + 60)]).into_owned();
    format!("\n    expected: …{}\n    actual:   …{}", cut(expected), cut(actual))
}

fn each_file(folder: &Path, check: Check) -> Result<Completion, Failed> {
    let mut failures = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            count += 1;
            if let Err(error) = check(&std::fs::read_to_string(&path)?) {
                failures.push(format!("  {}: {error}", path.file_name().unwrap_or_default().display()));
            }
        }
    }
    if count > 0 && failures.is_empty() {
        return Ok(Completion::Completed);
    }
    Err(format!("{} of {count} examples\n{}", failures.len(), failures.join("\n")).into())
}

type Check = fn(&str) -> Result<(), String>;

const CHECKS: [(&str, Check); 3] = [
    ("an_example_survives_json", json_survives),
    ("an_example_survives_json_to_xml_to_json", xml_survives),
    ("mutants_of_an_example_are_refused_or_survive", mutants_are_refused_or_survive),
];

fn trials() -> std::io::Result<Vec<Trial>> {
    let mut trials = Vec::new();
    for entry in std::fs::read_dir(examples())? {
        let folder = entry?.path();
        let package = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if package.contains(".r4.") {
            for (name, check) in CHECKS {
                let folder = folder.clone();
                trials.push(Trial::ignorable_test(format!("{name}::{package}"), move || each_file(&folder, check)));
            }
        }
    }
    Ok(trials)
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = trials().unwrap_or_else(|_| {
        let ignored = || Ok(Completion::ignored_with("the FHIR examples are not here: set `TOETS_SHARED`"));
        CHECKS.map(|(name, _)| Trial::ignorable_test(name, ignored)).into()
    });
    libtest_mimic::run(&arguments, trials).exit();
}
