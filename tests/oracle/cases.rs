//! The cases of each set with what the HL7 validator said of them.

use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;
use toets::fhir::validate::Refused;

use super::patch;
use super::place::Place;

/// Modules of the validator's own cases that ask for another judge: a
/// terminology server, other versions of FHIR, measures, definitions.
const APART: [&str; 5] = ["tx", "tx-advanced", "xver", "measure", "sd"];

/// Something that the HL7 validator said.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) error: bool,
    /// Message id, or the kind of issue where it has none.
    pub(crate) code: String,
    pub(crate) place: String,
    pub(crate) message: String,
}

/// One resource with what was said of it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) id: String,
    /// Files of packages to load, from what is asked first.
    pub(crate) packages: Vec<String>,
    pub stu3: bool,
    /// Files with definitions that come before the packages.
    pub(crate) supporting: Vec<PathBuf>,
    pub(crate) profile: Option<String>,
    /// What the run took to be against the rules.
    pub(crate) refused: Refused,
    pub(crate) text: Vec<u8>,
    /// The text is one that no JSON value can hold.
    pub(crate) raw: bool,
    pub(crate) said: Vec<Said>,
    /// Errors of the example that this is a mutant of.
    pub(crate) before: Vec<Said>,
    /// Belongs to another judge; reported, not measured.
    pub(crate) apart: bool,
}

impl Said {
    /// The elements that it may be about. Of an unknown element the HL7 validator
    /// names the one around it; of a text that is no resource none at all.
    pub(crate) fn elements(&self) -> Vec<Place> {
        let around = Place::read(&self.place);
        let unknown = self.message.strip_prefix("Unrecognized property '").and_then(|rest| rest.split('\'').next());
        if let Some(name) = unknown {
            return vec![Place::read(&format!("{}.{name}", self.place)), around];
        }
        let is_text = ["The JSON property '", "There is an extra comma", "This content cannot be parsed"];
        let is_text = self.place == "$" || is_text.iter().any(|start| self.message.starts_with(start));
        vec![if is_text { Place::read("") } else { around }]
    }

    /// Whether our judge names the same element.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        let ours = Place::read(path);
        self.elements().iter().any(|place| place.is(&ours))
    }
}

impl Case {
    /// Errors that the change made: those that its example did not have.
    pub(crate) fn new_errors<'c>(&self, errors: &[&'c Said]) -> Vec<&'c Said> {
        let old = |said: &&Said| self.before.iter().any(|before| before.code == said.code && before.place == said.place);
        errors.iter().filter(|said| !old(said)).copied().collect()
    }
}

/// The folder `fhir` of what is shared.
pub(crate) fn shared() -> PathBuf {
    let shared =
        std::env::var_os("TOETS_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("fhir")
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn lines(name: &str) -> Result<Vec<Value>, String> {
    let bytes = read(&shared().join("oracle").join(name))?;
    let mut text = String::new();
    if name.ends_with(".gz") {
        GzDecoder::new(&*bytes).read_to_string(&mut text).map_err(|error| error.to_string())?;
    } else {
        text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
    }
    text.lines().map(|line| serde_json::from_str(line).map_err(|error| error.to_string())).collect()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn said(line: &Value) -> Vec<Said> {
    let one = |issue: &Value| Said {
        error: matches!(text(issue, "severity"), "error" | "fatal"),
        code: issue["messageId"].as_str().unwrap_or_else(|| text(issue, "type")).to_owned(),
        place: text(issue, "expression").to_owned(),
        message: text(issue, "message").to_owned(),
    };
    line["issues"].as_array().into_iter().flatten().map(one).collect()
}

/// The packages of a line and those that were loaded beside them.
fn packages(line: &Value, stu3: bool) -> Vec<String> {
    let named = line["packages"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut files: Vec<String> = named.map(|name| format!("{}.tgz", name.replace('#', "-"))).collect();
    files.reverse();
    let beside: &[&str] = if stu3 {
        &["hl7.terminology.r4-7.0.1.tgz", "hl7.fhir.r3.core-3.0.2.tgz"]
    } else {
        &["hl7.terminology.r4-7.0.1.tgz", "hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1.tgz", "hl7.fhir.r4.core-4.0.1.tgz"]
    };
    files.extend(beside.iter().map(|file| (*file).to_owned()));
    files
}

/// What a run took to be against the rules: unknown extensions always; the rest by
/// its flags, of which `examples` is only ever set to forbid.
fn refused(line: &Value) -> Refused {
    let has = |name: &str| line["flags"].as_array().into_iter().flatten().any(|flag| flag == name);
    Refused { unknown_extensions: true, markdown_html: has("noHtmlInMarkdown"), example_urls: has("examples") }
}

fn example(file: &str) -> Result<Vec<u8>, String> {
    read(&shared().join("examples").join(file))
}

/// The text of a line, and whether it is one that JSON cannot hold.
fn text_of(line: &Value, base: &str) -> Result<(Vec<u8>, bool), String> {
    if let Some(raw) = line["raw"].as_str() {
        return Ok((raw.as_bytes().to_vec(), true));
    }
    if !line["resource"].is_null() {
        return Ok((line["resource"].to_string().into_bytes(), false));
    }
    let text = example(base)?;
    if line["patch"].is_null() {
        return Ok((text, false));
    }
    let mut value: Value = serde_json::from_slice(&text).map_err(|error| format!("{base}: {error}"))?;
    patch::apply(&mut value, &line["patch"]).map_err(|error| format!("{base}: {error}"))?;
    Ok((value.to_string().into_bytes(), false))
}

fn case(line: &Value, id: String, base: &str, stu3: bool) -> Result<Case, String> {
    let (text, raw) = text_of(line, base)?;
    Ok(Case {
        id,
        packages: packages(line, stu3),
        stu3,
        supporting: Vec::new(),
        profile: line["profile"].as_str().map(str::to_owned),
        refused: refused(line),
        text,
        raw,
        said: said(line),
        before: Vec::new(),
        apart: false,
    })
}

/// The examples of a package: `r4-pzp`.
pub(crate) fn examples(name: &str) -> Result<Vec<Case>, String> {
    let mut seen = HashMap::new();
    let mut cases = Vec::new();
    for line in lines(&format!("{name}.jsonl"))? {
        let file = text(&line, "file");
        let times = seen.entry(file.to_owned()).and_modify(|times| *times += 1).or_insert(1);
        let package =
            line["packages"].as_array().and_then(|packages| packages.last()).and_then(Value::as_str).unwrap_or_default();
        let id = if *times == 1 { file.to_owned() } else { format!("{file} in {package}") };
        cases.push(case(&line, id, file, name.starts_with("stu3"))?);
    }
    Ok(cases)
}

/// The mutants of a version of FHIR: `r4`. Those that crashed the validator are left out.
pub(crate) fn mutants(version: &str) -> Result<Vec<Case>, String> {
    let stu3 = version == "stu3";
    let mut before: HashMap<(String, String), Vec<Said>> = HashMap::new();
    for name in if stu3 { ["stu3-pzp", "stu3-zib"] } else { ["r4-pzp", "r4-nl-core"] } {
        for line in lines(&format!("{name}.jsonl"))? {
            let errors = said(&line).into_iter().filter(|said| said.error).collect();
            before.insert((text(&line, "file").to_owned(), line["packages"].to_string()), errors);
        }
    }
    let mut cases = Vec::new();
    for line in lines(&format!("mutants-{version}.jsonl.gz"))?.iter().filter(|line| line["crashed"] != true) {
        let base = text(line, "base");
        let mut case = case(line, text(line, "name").to_owned(), base, stu3)?;
        case.before = before.get(&(base.to_owned(), line["packages"].to_string())).cloned().unwrap_or_default();
        cases.push(case);
    }
    Ok(cases)
}

/// The validator's own cases for a version of FHIR: `r4`.
pub(crate) fn validator_cases(version: &str) -> Result<Vec<Case>, String> {
    let folder = shared().join("validator-cases");
    let stu3 = version == "stu3";
    let list: Vec<Value> =
        serde_json::from_slice(&read(&folder.join(format!("cases-{version}.json")))?).map_err(|error| error.to_string())?;
    let one = |line: &Value| {
        let expected = &line["expected"];
        let error = |found: &Value| Said {
            error: true,
            code: found[0].as_str().unwrap_or_default().to_owned(),
            place: found[1].as_str().unwrap_or_default().to_owned(),
            message: found[2].as_str().unwrap_or_default().to_owned(),
        };
        let said: Vec<Said> = expected["expr"].as_array().into_iter().flatten().map(error).collect();
        if Some(said.len() as u64) != expected["errors"].as_u64() {
            return Err(format!("{}: {} errors are named, {} are said", line["id"], said.len(), expected["errors"]));
        }
        Ok(Case {
            id: text(line, "id").to_owned(),
            packages: packages(line, stu3),
            stu3,
            supporting: line["supporting"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(|file| folder.join(file))
                .collect(),
            profile: line["profile"].as_str().map(str::to_owned),
            refused: refused(line),
            text: read(&folder.join(text(line, "file")))?,
            raw: true,
            said,
            before: Vec::new(),
            apart: APART.contains(&text(line, "module")) || expected["tx_errors"].as_u64() != Some(0),
        })
    };
    list.iter().map(one).collect()
}
