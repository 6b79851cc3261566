//! How the type tables and the search tables are made from the core packages
//! of R4 and STU3: facts only, sorted, one line an element. Shared by the
//! `definitions` example, which writes them, and `tests/definitions.rs`, which
//! holds them to the package. Reading them back is `src/fhir/types`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Versions of FHIR and the package of each.
const PACKAGES: [(&str, &str); 2] = [("r4", "hl7.fhir.r4.core-4.0.1.tgz"), ("stu3", "hl7.fhir.r3.core-3.0.2.tgz")];
const STRUCTURE: &str = "http://hl7.org/fhir/StructureDefinition/";
const TYPE_OF_STRING: &str = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

/// A table as text, and where it stands in this repository.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// The file on disk against the text that should be there; the error names the
/// first line that differs.
pub(crate) fn compare(path: &Path, text: &str) -> Result<(), String> {
    let found = std::fs::read_to_string(path).map_err(|error| error.to_string())?.replace('\r', "");
    if found == text {
        return Ok(());
    }
    let mut lines = found.lines().zip(text.lines()).enumerate();
    let difference = lines.find(|(_, (found, made))| found != made);
    Err(match difference {
        Some((index, (found, made))) => format!("line {} differs\n  found: {found}\n  made:  {made}", index + 1),
        None => format!("{} lines found, {} made", found.lines().count(), text.lines().count()),
    } + "\nhint: make it again with `cargo run --example definitions -- ../shared/fhir/packages`")
}

/// Makes all tables from the folder of packages.
pub(crate) fn make(packages: &Path) -> Result<Vec<Table>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/fhir/tables");
    let mut tables = Vec::new();
    for (fhir, package) in PACKAGES {
        let (types, search) = of_package(&packages.join(package))?;
        tables.push(Table { path: folder.join(format!("{fhir}.types")), text: types });
        tables.push(Table { path: folder.join(format!("{fhir}.search")), text: search });
    }
    Ok(tables)
}

/// The type table and the search table of a core package.
fn of_package(path: &Path) -> Result<(String, String), String> {
    let archive = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let digest: String =
        ring::digest::digest(&ring::digest::SHA256, &archive).as_ref().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
    let files = unpack(&archive).map_err(|error| format!("{}: {error}", path.display()))?;
    let package = files.iter().find(|file| file["name"].is_string() && file["resourceType"].is_null());
    let package = package.ok_or_else(|| format!("{}: has no package.json", path.display()))?;
    let source = format!("{}#{} sha256:{digest}", text(&package["name"]), text(&package["version"]));
    Ok((types(&source, &files), search(&source, &files)))
}

fn unpack(archive: &[u8]) -> std::io::Result<Vec<Value>> {
    let mut files = Vec::new();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if name == "package.json" || name.starts_with("StructureDefinition-") || name.starts_with("SearchParameter-") {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            files.push(serde_json::from_str(&text)?);
        }
    }
    Ok(files)
}

fn types(source: &str, files: &[Value]) -> String {
    let structures: BTreeMap<&str, &Value> = files
        .iter()
        .filter(|file| {
            file["resourceType"] == "StructureDefinition" && file["derivation"] != "constraint" && file["kind"] != "logical"
        })
        .map(|file| (text(&file["name"]), file))
        .collect();
    let mut blocks = BTreeMap::new();
    for (&name, structure) in &structures {
        let base = text(&structure["baseDefinition"]).trim_start_matches(STRUCTURE);
        let kind = text(&structure["kind"]).trim_end_matches("-type");
        let flag = if structure["abstract"] == true { " abstract" } else { "" };
        let head = format!("{name} {} {kind}{flag}\n", if base.is_empty() { "-" } else { base });
        add_block(&mut blocks, &structures, Block { structure, path: name, base, head });
        for element in elements(structure).iter().filter(|element| is_backbone(element)) {
            let path = text(&element["path"]);
            let base = text(&element["type"][0]["code"]);
            add_block(&mut blocks, &structures, Block { structure, path, base, head: format!("{path} {base} backbone\n") });
        }
    }
    blocks.values().fold(format!("types {source}\n"), |all, block| all + block)
}

struct Block<'f> {
    structure: &'f Value,
    path: &'f str,
    base: &'f str,
    head: String,
}

/// A type's line and a line for each element that its base does not give it as it is.
fn add_block<'f>(blocks: &mut BTreeMap<&'f str, String>, structures: &BTreeMap<&str, &'f Value>, block: Block<'f>) {
    let inherited: Vec<String> = structures.get(block.base).map(|base| lines(base, block.base)).unwrap_or_default();
    let own = lines(block.structure, block.path).into_iter().filter(|line| !inherited.contains(line));
    blocks.insert(block.path, own.fold(block.head, |all, line| all + &line));
}

fn lines(structure: &Value, path: &str) -> Vec<String> {
    let primitive = structure["kind"] == "primitive-type";
    elements(structure)
        .iter()
        .filter_map(|element| Some((text(&element["path"]).strip_prefix(path)?.strip_prefix('.')?, element)))
        .filter(|(name, _)| !(name.contains('.') || primitive && *name == "value"))
        .map(|(name, element)| line(name, element))
        .collect()
}

fn line(name: &str, element: &Value) -> String {
    let mut line = format!(" {name} {}..{}", element["min"], text(&element["max"]));
    // The attributes of FHIR's XML; `value` of a primitive is no element here.
    if element["representation"][0] == "xmlAttr" {
        line.push_str(" @");
    }
    if let Some(reference) = element["contentReference"].as_str() {
        line.push(' ');
        line.push_str(reference.trim_start_matches('#'));
    }
    for (name, targets) in kinds(element) {
        line.push(' ');
        line.push_str(name);
        if !targets.is_empty() {
            let _ = write!(line, "({})", targets.join("|"));
        }
    }
    line + "\n"
}

/// The types of an element with their targets. STU3 writes a type once for each
/// of its targets.
fn kinds(element: &Value) -> Vec<(&str, Vec<&str>)> {
    let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
    for kind in element["type"].as_array().into_iter().flatten() {
        let name = type_name(element, kind);
        let listed = kind["targetProfile"].as_array().into_iter().flatten();
        let targets = listed.map(text).chain(kind["targetProfile"].as_str()).map(|target| target.trim_start_matches(STRUCTURE));
        match kinds.last_mut().filter(|(last, _)| *last == name) {
            Some((_, known)) => known.extend(targets),
            None => kinds.push((name, targets.collect())),
        }
    }
    kinds
}

fn type_name<'f>(element: &'f Value, kind: &'f Value) -> &'f str {
    let path = text(&element["path"]);
    // The package gives `string` where the specification's own page of Resource says `id`.
    if element["base"]["path"] == "Resource.id" {
        return "id";
    }
    if is_backbone(element) {
        return path;
    }
    if text(&kind["code"]).starts_with("http://hl7.org/fhirpath/") {
        let extensions = kind["extension"].as_array().into_iter().flatten();
        let named = extensions
            .filter(|extension| extension["url"] == TYPE_OF_STRING)
            .find_map(|extension| extension["valueUrl"].as_str());
        return named.unwrap_or("string");
    }
    text(&kind["code"])
}

fn is_backbone(element: &Value) -> bool {
    text(&element["path"]).contains('.') && matches!(element["type"][0]["code"].as_str(), Some("BackboneElement" | "Element"))
}

fn elements(structure: &Value) -> &[Value] {
    structure["snapshot"]["element"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn search(source: &str, files: &[Value]) -> String {
    let resources: BTreeSet<&str> = files
        .iter()
        .filter(|file| file["kind"] == "resource" && file["derivation"] == "specialization" && file["abstract"] != true)
        .map(|file| text(&file["name"]))
        .filter(|name| *name != "Parameters")
        .collect();
    let mut lines = BTreeMap::new();
    // The experimental ones are samples, or search extensions of which the package knows nothing.
    for parameter in files.iter().filter(|file| file["resourceType"] == "SearchParameter" && file["experimental"] != true) {
        let targets = targets(parameter, &resources);
        for base in parameter["base"].as_array().into_iter().flatten().map(text) {
            let expression = expression_for(base, text(&parameter["expression"]));
            let (code, kind) = (text(&parameter["code"]), text(&parameter["type"]));
            lines.insert((base, code), format!("{base} {code} {kind} {targets} {expression}").trim_end().to_owned() + "\n");
        }
    }
    lines.values().fold(format!("search {source}\n"), |all, line| all + line)
}

/// A parameter that may point anywhere lists every resource, save `Parameters`
/// that no server stores; `Resource` says the same.
fn targets(parameter: &Value, resources: &BTreeSet<&str>) -> String {
    let targets: Vec<&str> = parameter["target"].as_array().into_iter().flatten().map(text).collect();
    match targets.len() {
        0 => "-".to_owned(),
        _ if resources.iter().all(|resource| targets.contains(resource)) => "Resource".to_owned(),
        _ => targets.join("|"),
    }
}

/// One parameter of many resources is a union of paths; a resource needs its own only.
fn expression_for(base: &str, expression: &str) -> String {
    let mut alternatives = vec![String::new()];
    let (mut depth, mut quoted) = (0, false);
    for letter in expression.chars() {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            '|' if !quoted && depth == 0 => {
                alternatives.push(String::new());
                continue;
            }
            _ => {}
        }
        alternatives.last_mut().expect("starts with one").push(letter);
    }
    let starts_here = |alternative: &&str| {
        let path = alternative.trim_start_matches('(');
        path.strip_prefix(base).is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric()))
    };
    let own: Vec<&str> = alternatives.iter().map(|alternative| alternative.trim()).filter(starts_here).collect();
    if own.is_empty() { expression.to_owned() } else { own.join(" | ") }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
