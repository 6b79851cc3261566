//! `toets validate` as its users call it. The definitions are a small package
//! that the test writes: no others are needed.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// A folder of one test, with a package in it; it goes when the test does.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("toets-validate-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        let folder = Self(path);
        let manifest = json!({"name": "test.definitions", "version": "1.0.0", "fhirVersions": ["4.0.1"]});
        folder.write("package/package.json", manifest.to_string());
        for definition in [patient(), human_name()] {
            let id = definition["id"].as_str().expect("the test's own").to_owned();
            folder.write(&format!("package/StructureDefinition-{id}.json"), definition.to_string());
        }
        folder
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder of the test");
        fs::write(path, text).expect("a file of the test");
    }

    /// The program in this folder, with the package.
    fn toets(&self, arguments: &[&str]) -> Told {
        let given = ["validate", "--ci", "--package", "package"];
        self.run(&[&given, arguments].concat(), b"")
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> Told {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
        command.env("TOETS_CACHE", "none");
        command.args(arguments).env_remove("TOETS_LANG").env("TOETS_TOKEN", TOKEN).current_dir(&self.0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut program = command.spawn().expect("the program starts");
        // One that does not read has closed it already.
        let _ = program.stdin.take().expect("it is piped").write_all(input);
        Told::new(&program.wait_with_output().expect("the program ends"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What the program said.
struct Told {
    code: i32,
    out: String,
    errors: String,
}

impl Told {
    fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the program says text");
        Self { code: output.status.code().expect("no signal ended it"), out: text(&output.stdout), errors: text(&output.stderr) }
    }

    #[track_caller]
    fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.out, self.errors);
        self
    }
}

const TOKEN: &str = "pl4nted-s3cret-t0ken";
/// Passes the eleven-test, and is not in the range of test numbers.
const BSN: &str = "123456782";
/// The same, in the range of test numbers.
const TEST_BSN: &str = "999900110";

const VALID: &str = r#"{"resourceType": "Patient", "id": "a", "name": [{"family": "Jansen"}]}"#;
const INVALID: &str =
    "{\n  \"resourceType\": \"Patient\",\n  \"id\": \"b\",\n  \"name\": [{ \"famly\": \"x\" }],\n  \"gendr\": \"male\"\n}\n";
const INVALID_XML: &str = "<Patient xmlns=\"http://hl7.org/fhir\">\n  <id value=\"c\"/>\n  <gendr value=\"male\"/>\n  <name><family value=\"y\"/></name>\n</Patient>\n";

fn patient() -> Value {
    definition("Patient", "resource", &[("Patient", 0, "*", "Patient"), ("Patient.name", 1, "*", "HumanName")])
}

fn human_name() -> Value {
    definition("HumanName", "complex-type", &[("HumanName", 0, "*", "HumanName"), ("HumanName.family", 0, "1", "string")])
}

fn definition(name: &str, kind: &str, elements: &[(&str, u32, &str, &str)]) -> Value {
    let elements: Vec<Value> = elements
        .iter()
        .map(|(path, min, max, code)| json!({"id": path, "path": path, "min": min, "max": max, "type": [{"code": code}]}))
        .collect();
    json!({
        "resourceType": "StructureDefinition",
        "id": name,
        "url": format!("http://hl7.org/fhir/StructureDefinition/{name}"),
        "version": "4.0.1",
        "name": name,
        "status": "active",
        "kind": kind,
        "abstract": false,
        "type": name,
        "derivation": "specialization",
        "fhirVersion": "4.0.1",
        "snapshot": {"element": elements},
    })
}

/// Holds a text against a golden file, without what differs from run to run.
#[track_caller]
fn hold(name: &str, text: &str) {
    let version = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let mut text = text.replace(&version, "\"version\":\"0\"");
    if let Some((before, behind)) = text.split_once("timestamp=\"") {
        let behind = behind.split_once('"').expect("an attribute ends").1;
        text = format!("{before}timestamp=\"0\"{behind}");
    }
    hold_at(&format!("tests/golden/validate/{name}"), &text);
}

#[track_caller]
fn hold_at(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("TOETS_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(&path, text).expect("the file can be written");
    }
    let golden = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(golden == text, "`{name}` differs; TOETS_BLESS=1 makes it again\n{text}");
}

/// A folder with a resource of every verdict.
fn mixed(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write("in/a.json", VALID);
    folder.write("in/b.json", INVALID);
    folder.write("in/c.xml", INVALID_XML);
    folder.write("in/d.ndjson", format!("{VALID}\n\n{{\"resourceType\": \"Patient\", \"id\": \"e\"}}\n{{\"resourceType\":\n"));
    folder.write("in/e.json", r#"{"resourceType": "Observation", "id": "o"}"#);
    folder.write("in/notes.txt", "no resource");
    let long = format!("{}, \"active\": true, \"gendr\": \"male\"}}", VALID.trim_end_matches('}'));
    folder.write("in/f.json", long.replace("Jansen", &"Jansen ".repeat(60)));
    folder
}

#[test]
fn text_draws_the_line_and_tells_a_verdict_for_each() {
    let folder = mixed("text");
    hold("mixed.en.txt", &folder.toets(&["in"]).ends_with(1).out);
    hold("mixed.nl.txt", &folder.toets(&["in", "--lang", "nl"]).ends_with(1).out);
}

#[test]
fn text_is_quiet_when_all_is_well() {
    let folder = Folder::new("quiet");
    folder.write("in/a.json", VALID);
    folder.write("in/b.json", VALID);
    let told = folder.toets(&["in", "--min-severity", "error"]).ends_with(0);
    let quiet =
        "2 resources: 2 valid\n  FHIR 4.0.1: test.definitions#1.0.0; behind them, built in: iknl.fhir.r4.pzp#1.0.0-rc2-approx";
    assert!(told.out.starts_with(quiet) && told.out.lines().count() == 2, "{}", told.out);
    let told = folder.toets(&["in/a.json", "--min-severity", "error"]).ends_with(0);
    assert!(told.out.starts_with("valid          in/a.json (Patient/a)\n"), "{}", told.out);
}

#[test]
fn json_is_one_outcome_or_one_a_line_and_valid_itself() {
    let folder = mixed("json");
    let one = folder.toets(&["in/b.json", "--format", "json"]).ends_with(1);
    hold("one.json", &one.out);
    let many = folder.toets(&["in", "--format", "json"]).ends_with(1);
    hold("mixed.ndjson", &many.out);
    let types = toets::fhir::types::r4();
    let knowledge = std::sync::Arc::new(toets::fhir::knowledge::Knowledge::load(&[], types).expect("nothing to load"));
    let judge = toets::fhir::validate::Validator::new(knowledge);
    for text in many.out.lines().chain([one.out.as_str()]) {
        let outcome: Value = serde_json::from_str(text).expect("each line is JSON");
        assert_eq!(outcome["resourceType"], "OperationOutcome");
        let issues = judge.judge_text(text.as_bytes(), &[]);
        let errors: Vec<_> = issues.iter().filter(|issue| issue.severity == toets::fhir::validate::Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn junit_has_a_case_for_each_resource() {
    let folder = mixed("junit");
    let told = folder.toets(&["in", "--format", "junit"]).ends_with(1);
    assert_eq!(told.out.matches("<testcase ").count(), 8);
    assert!(
        told.out.contains("FHIR 4.0.1: test.definitions#1.0.0, iknl.fhir.r4.pzp#1.0.0-rc2-approx (69ade3320069, stands for ")
    );
    hold("mixed.junit.xml", &told.out);
}

#[test]
fn sarif_has_rules_results_and_relative_addresses() {
    let folder = mixed("sarif");
    folder.write("in/g h#.json", INVALID);
    let told = folder.toets(&["in", "missing.json", "--format", "sarif"]).ends_with(2);
    let log: Value = serde_json::from_str(&told.out).expect("SARIF is JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), toets::fhir::validate::all_codes().count());
    assert!(rules.iter().all(|rule| !rule["shortDescription"]["text"].as_str().expect("words").contains('{')));
    let definitions = run["tool"]["extensions"].as_array().expect("definitions");
    assert!(definitions.iter().any(|one| one["name"] == "test.definitions" && one["properties"]["builtIn"] == false));
    let of_pzp = definitions.iter().find(|one| one["name"] == "iknl.fhir.r4.pzp").expect("it is built in");
    assert_eq!((&of_pzp["version"], &of_pzp["properties"]["standsFor"]), (&json!("1.0.0-rc2-approx"), &json!("1.0.0-rc2")));
    assert!(of_pzp["properties"]["digest"].as_str().is_some_and(|digest| digest.starts_with("sha256:") && digest.len() == 71));
    let results = run["results"].as_array().expect("results");
    assert!(results.len() > 8);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small")];
        assert_eq!(rule["id"], result["ruleId"]);
        // The specification: what is no failure has no level.
        let is_fail = result["kind"] == "fail";
        assert_eq!(is_fail, result["level"] != "none", "{result}");
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].as_str().is_some_and(|uri| uri.starts_with("in/")), "{place}");
        let region = &place["region"];
        assert!(region["startLine"].as_u64() >= Some(1) && region["startColumn"].as_u64() >= Some(1), "{region}");
        assert!(region["endColumn"].as_u64() > region["startColumn"].as_u64(), "{region}");
    }
    assert!(told.out.contains("in/g%20h%23.json"));
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert!(run["invocations"][0]["toolExecutionNotifications"][0].to_string().contains("missing.json"));
}

#[test]
fn out_writes_a_file_that_is_not_judged_itself() {
    let folder = mixed("out");
    let told = folder.toets(&["in", "--format", "json", "--out", "in/report.json"]).ends_with(1);
    assert!(told.out.contains("8 resources") && told.out.ends_with("in/report.json\n"), "{}", told.out);
    let first = fs::read_to_string(folder.0.join("in/report.json")).expect("it was written");
    folder.toets(&["in", "--format", "json", "--out", "in/report.json"]).ends_with(1);
    assert_eq!(fs::read_to_string(folder.0.join("in/report.json")).expect("it was written"), first);
    folder.toets(&["in", "--out", "nowhere/report.txt"]).ends_with(4);
}

#[test]
fn output_is_the_same_however_many_work() {
    let folder = Folder::new("order");
    for number in 0..60 {
        folder.write(&format!("in/{number:02}.json"), if number % 3 == 0 { INVALID } else { VALID });
    }
    let one = folder.toets(&["in", "--parallel", "1"]).ends_with(1).out;
    assert_eq!(folder.toets(&["in", "--parallel", "7"]).ends_with(1).out, one);
}

#[test]
fn standard_input_may_be_json_xml_or_a_resource_a_line() {
    let folder = Folder::new("stdin");
    let given = ["validate", "--ci", "--package", "package", "-"];
    let told = |text: &str| folder.run(&given, text.as_bytes());
    told(VALID).ends_with(0);
    assert!(told(INVALID).ends_with(1).out.contains(" --> -:5:3\n"));
    assert!(told(INVALID_XML).ends_with(1).out.contains(" --> -:3:3\n"));
    let lines = told(&format!("\u{feff}{VALID}\r\n\r\n{VALID}\r\n{{\"resourceType\": \"Patient\"}}")).ends_with(1).out;
    assert!(lines.contains("-:4 (Patient)") && lines.contains("3 resources: 2 valid, 1 invalid"), "{lines}");
}

#[test]
fn exit_codes_are_those_of_a_run() {
    let folder = mixed("exit");
    folder.toets(&["in/a.json"]).ends_with(0);
    folder.write(
        "in/doubt.json",
        r#"{"resourceType": "Patient", "id": "d", "meta": {"profile": ["http://example.org/none"]}, "name": [{"family": "J"}]}"#,
    );
    folder.toets(&["in/doubt.json"]).ends_with(0);
    folder.toets(&["in/doubt.json", "--require-complete"]).ends_with(1);
    folder.toets(&["in/b.json"]).ends_with(1);
    let told = folder.toets(&["in/b.json", "missing.json", "in/a.json"]).ends_with(2);
    assert!(told.out.contains("unread         missing.json: ") && told.out.contains("1 valid, 1 invalid"), "{}", told.out);
    fs::create_dir_all(folder.0.join("empty")).expect("a folder of the test");
    assert!(folder.toets(&["empty"]).ends_with(2).errors.contains("nothing to judge"));
    folder.toets(&["in/a.json", "--package", "no.such#1.0.0"]).ends_with(2);
    folder.toets(&["in/a.json", "--package", "nothing"]).ends_with(2);
    folder.toets(&["in/a.json", "--format", "pdf"]).ends_with(2);
    folder.toets(&["--watch"]).ends_with(2);
}

#[test]
fn without_packages_a_resource_is_judged_by_what_is_built_in() {
    let folder = Folder::new("none");
    let consent = r#"{"resourceType": "Consent", "id": "c", "statuss": "active",
  "meta": {"profile": ["https://api.iknl.nl/docs/pzp/r4/StructureDefinition/ACP-TreatmentDirective"]}}"#;
    folder.write("c.json", consent);
    let told = folder.run(&["validate", "--ci", "c.json"], b"").ends_with(1);
    assert!(told.out.contains("did you mean `status`?") && told.out.contains(" --> c.json:1:40"), "{}", told.out);
    assert!(
        told.out.contains("slice-missing") && told.out.contains("built in: iknl.fhir.r4.pzp#1.0.0-rc2-approx"),
        "{}",
        told.out
    );
}

#[test]
fn a_profile_that_was_asked_for_is_never_passed_over() {
    let folder = Folder::new("profile");
    folder.write("a.json", VALID);
    let told = folder.toets(&["a.json", "--profile", "http://example.org/none"]).ends_with(0);
    assert!(told.out.contains("profile-asked-unknown") && told.out.contains("1 cannot tell"), "{}", told.out);
    let of_names = "http://hl7.org/fhir/StructureDefinition/HumanName";
    assert!(folder.toets(&["a.json", "--profile", of_names]).ends_with(1).out.contains("profile-asked-other-type"));
    folder.toets(&["a.json", "--profile", "http://hl7.org/fhir/StructureDefinition/Patient"]).ends_with(0);
}

#[test]
fn the_version_of_fhir_is_the_one_that_a_resource_names_or_has_alone() {
    let folder = Folder::new("version");
    folder.write("stu3.json", r#"{"resourceType": "ProcedureRequest", "id": "p"}"#);
    folder.write("named.json", r#"{"resourceType": "StructureDefinition", "fhirVersion": "3.0.2"}"#);
    folder.write("r4.json", VALID);
    assert!(folder.toets(&["stu3.json"]).out.contains("  FHIR 3.0.2: "));
    assert!(folder.toets(&["named.json"]).out.contains("  FHIR 3.0.2: "));
    let both = folder.toets(&["stu3.json", "r4.json"]).out;
    assert!(both.contains("  FHIR 4.0.1: test.definitions#1.0.0; ") && both.contains("  FHIR 3.0.2: built in: "), "{both}");
    assert!(folder.toets(&["stu3.json", "--fhir", "r4"]).ends_with(1).out.contains("resource-unreadable"));
    folder.toets(&["r4.json", "--fhir", "stu3"]).ends_with(2);
}

#[test]
fn a_bundle_is_of_the_version_that_its_entries_claim() {
    let folder = Folder::new("claims");
    for (fhir, version) in [("r4", "4.0.1"), ("stu3", "3.0.2")] {
        let resource = format!(
            r#"{{"resourceType": "Goal", "id": "a", "meta": {{"profile": ["https://api.iknl.nl/docs/pzp/{fhir}/StructureDefinition/ACP-MedicalPolicyGoal"]}}}}"#
        );
        let entry =
            format!(r#"{{"fullUrl": "https://a.example/Goal/a", "search": {{"mode": "match"}}, "resource": {resource}}}"#);
        let bundle = format!(r#"{{"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": [{entry}]}}"#);
        folder.write("a.json", &bundle);
        let told = folder.run(&["validate", "--ci", "a.json"], b"").out;
        assert!(told.contains(&format!("  FHIR {version}: ")) && told.contains("error["), "{fhir}: {told}");
        assert!(!told.contains("profile-unknown") && !told.contains("version-"), "{fhir}: {told}");
    }
}

#[test]
fn a_resource_that_names_no_version_is_of_the_one_whose_shape_it_has() {
    let folder = Folder::new("shape");
    let built_in = |text: &str, more: &[&str]| {
        folder.write("a.json", text);
        folder.run(&[&["validate", "--ci", "a.json"], more].concat(), b"").out
    };
    // `comment` is of STU3, `note` of R4.
    let status = r#""status": "final", "code": {"text": "a"}"#;
    let stu3 = format!(r#"{{"resourceType": "Observation", {status}, "comment": "a"}}"#);
    let told = built_in(&stu3, &[]);
    assert!(told.contains("warning[version-taken]") && told.contains("  FHIR 3.0.2: ") && !told.contains("error["), "{told}");
    assert!(told.contains("`Observation` has no element `comment`"), "it says why: {told}");
    assert!(built_in(&stu3, &["--fhir", "r4"]).contains("error[element-unknown]"));
    let r4 = format!(r#"{{"resourceType": "Observation", {status}, "note": [{{"text": "a"}}]}}"#);
    let told = built_in(&r4, &[]);
    assert!(!told.contains("version-") && told.contains("  FHIR 4.0.1: ") && !told.contains("FHIR 3.0.2"), "{told}");
    // What is wrong in both is no reason to leave the usual one.
    let neither = stu3.replace("comment", "coment");
    let told = built_in(&neither, &[]);
    assert!(
        told.contains("error[element-unknown]") && told.contains("  FHIR 4.0.1: ") && !told.contains("version-taken"),
        "{told}"
    );
    // What merely lacks neither: an R4 resource would pass as STU3.
    let told = built_in(r#"{"resourceType": "Encounter", "status": "finished"}"#, &[]);
    assert!(told.contains("error[element-missing]") && told.contains("  FHIR 4.0.1: "), "{told}");
    let better = format!(r#"{{"resourceType": "Observation", {status}, "comment": "a", "nothing": 1}}"#);
    let told = built_in(&better, &[]);
    assert!(told.contains("warning[version-doubtful]") && told.contains("--fhir stu3"), "{told}");
    // An extension that the usual version alone knows is no reason to leave it, whatever is wrong in it.
    let wrong = r#"{"resourceType": "Patient", "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
        "valueString": "a"}, {"url": "https://api.iknl.nl/docs/pzp/r4/StructureDefinition/ext-Patient.LegallyCapableMedicalTreatmentDecisions",
        "extension": [{"url": "legallyCapable", "valueString": "a"}]}]}"#;
    let told = built_in(wrong, &[]);
    assert!(told.contains("error[") && told.contains("  FHIR 4.0.1: ") && !told.contains("version-"), "{told}");
    // Extensions that one version alone knows tell it before any shape does.
    let extended = |url: &str| format!(r#"{{"resourceType": "Patient", "extension": [{{"url": "{url}", "valueString": "a"}}]}}"#);
    let told = built_in(&extended("http://nictiz.nl/fhir/StructureDefinition/patient-proficiency"), &[]);
    assert!(told.contains("  FHIR 3.0.2: ") && !told.contains("version-taken"), "{told}");
    assert!(built_in(&extended("http://example.org/unknown"), &[]).contains("  FHIR 4.0.1: "));
}

#[test]
fn issues_that_say_the_same_are_told_once() {
    let folder = Folder::new("same");
    let names = vec![json!({"famly": "x"}); 40];
    let other = |at: usize| json!({"url": "http://example.org", format!("x{at}"): 1});
    let extensions: Vec<Value> = (0..40).map(other).collect();
    folder.write("a.json", json!({"resourceType": "Patient", "name": names, "extension": extensions}).to_string());
    let told = folder.toets(&["a.json", "--min-severity", "error"]).ends_with(1);
    assert!(told.out.matches("error[element-unknown]").count() < 45, "{}", told.out);
    assert_eq!(told.out.matches("`HumanName` has no element `famly`").count(), 1, "{}", told.out);
    assert!(told.out.contains("and 34 more"), "{}", told.out);
}

#[test]
fn hostile_files_are_told_one_by_one_and_end_nothing() {
    let folder = Folder::new("hostile");
    folder.write("in/a-deep.json", "[".repeat(200_000));
    folder.write("in/b-deep.json", format!(r#"{{"resourceType":"Patient","extension":{}"#, r#"[{"extension":"#.repeat(50_000)));
    folder.write("in/c-deep.xml", format!("<Patient xmlns=\"http://hl7.org/fhir\">{}", "<extension>".repeat(50_000)));
    folder.write("in/d-empty.json", "");
    folder.write("in/e-bytes.json", b"{\"resourceType\": \"Patient\", \"id\": \"\xff\xfe\"}");
    folder.write("in/f-null.json", b"\0\0\0\0");
    folder.write("in/g-draws.json", "{\"resourceType\": \"Patient\", \"\u{1b}[2J\u{202e}x\": 1}");
    folder.write("in/h-line.json", format!("{{\"resourceType\":\"Patient\",\"a\":\"{}\",\"b\":1}}", "é".repeat(200_000)));
    folder.write("in/i-doctype.xml", "<!DOCTYPE x [<!ENTITY y \"z\">]><Patient xmlns=\"http://hl7.org/fhir\"/>");
    folder.write("in/z-good.json", VALID);
    let told = folder.toets(&["in"]).ends_with(1);
    assert!(told.out.contains("10 resources: 1 valid, 9 invalid"), "{}", told.out);
    assert!(!told.out.contains(['\u{1b}', '\u{202e}', '\0']));
    let longest = told.out.lines().map(|line| line.chars().count()).max();
    assert!(longest < Some(1_000), "{longest:?}");
    for format in ["json", "junit", "sarif"] {
        let told = folder.toets(&["in", "--format", format]).ends_with(1);
        assert!(!told.out.contains(['\u{1b}', '\0']), "{format}");
    }
}

#[test]
fn a_line_that_is_too_long_is_told_and_the_next_is_judged() {
    let folder = Folder::new("long");
    let mut text = vec![b' '; (64 << 20) + 10];
    text[0] = b'{';
    text.push(b'\n');
    text.extend(VALID.as_bytes());
    folder.write("a.ndjson", text);
    let told = folder.toets(&["a.ndjson"]).ends_with(2);
    assert!(told.out.contains("unread         a.ndjson:1: the line is longer than 64 MiB"), "{}", told.out);
    assert!(told.out.contains("1 resource: 1 valid"), "{}", told.out);
}

#[cfg(unix)]
#[test]
fn a_folder_that_leads_to_itself_is_looked_at_once() {
    let folder = Folder::new("loop");
    folder.write("in/below/a.json", VALID);
    std::os::unix::fs::symlink("..", folder.0.join("in/below/up")).expect("a link of the test");
    std::os::unix::fs::symlink("nowhere", folder.0.join("in/gone.json")).expect("a link of the test");
    let told = folder.toets(&["in"]).ends_with(2);
    assert!(told.out.contains("1 resource: 1 valid") && told.out.contains("unread         in/gone.json"), "{}", told.out);
}

#[test]
fn numbers_and_tokens_are_in_no_output() {
    let folder = Folder::new("planted");
    let texts = [
        format!(r#"{{"resourceType": "Patient", "id": "{BSN}", "{BSN}": "{TEST_BSN}", "name": "{TOKEN}", "x": {BSN}}}"#),
        format!(
            "{{\n \"resourceType\": \"Patient\",\n \"identifier\": [{{ \"value\": \"{BSN}\", \"y\": \"Bearer {TOKEN}\" }}]\n}}"
        ),
        format!("<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"{BSN}\"/><gendr value=\"{TOKEN} {BSN}\"/></Patient>"),
        format!(r#"{{"resourceType": "{BSN}", "id": "{TOKEN}"}}"#),
        format!(r#"{{"resourceType": "Patient", "bsn": "{TEST_BSN}"}}"#),
        format!(r#"{{"resourceType": "Patient", "z": "\u0031{}"}}"#, &BSN[1..]),
        format!(r#"{{"resourceType": "Patient", "meta": {{"profile": ["http://example.org/{BSN}/{TOKEN}"]}}}}"#),
    ];
    for (at, text) in texts.iter().enumerate() {
        folder.write(&format!("in/{at}-{BSN}.json"), text);
    }
    let mut shown = false;
    for format in ["text", "json", "junit", "sarif"] {
        let told = folder.toets(&["in", &format!("gone-{BSN}.json"), "--format", format, "--profile", "http://example.org/none"]);
        let all = format!("{}{}", told.out, told.errors);
        assert!(all.contains("bsnhidden") && !all.contains(BSN), "{format}: {all}");
        assert!(!all.contains(TOKEN) && !all.contains(&format!("\\u0031{}", &BSN[1..])), "{format}: {all}");
        shown |= all.contains(TEST_BSN);
    }
    assert!(shown, "a test number may be shown");
}

#[test]
fn explain_knows_the_codes_of_the_judge() {
    let folder = Folder::new("explain");
    let told = folder.run(&["explain", "element-unknown"], b"").ends_with(0);
    assert!(told.out.starts_with("element-unknown\n") && told.out.contains("Unknown_element_0"), "{}", told.out);
    let told = folder.run(&["explain", "elemnt-unknown"], b"").ends_with(2);
    assert!(told.errors.contains("did you mean `element-unknown`?"), "{}", told.errors);
}

#[test]
fn the_list_of_codes_is_that_of_the_judge() {
    let mut codes: Vec<_> = toets::fhir::validate::all_codes().collect();
    codes.sort_by_key(|code| code.name);
    let mut text = String::from(
        "# Codes of the judge\n\nMade by `TOETS_BLESS=1 cargo test --test validate`. `…` stands for what an issue fills in.\n\n\
         | code | what is wrong | HL7 message id |\n|---|---|---|\n",
    );
    for code in codes {
        let what = toets::fhir::validate::without_holes(code.words(toets::text::Language::En).what).replace('|', "\\|");
        text.push_str(&format!("| `{}` | {what} | {} |\n", code.name, code.message_id.unwrap_or("-")));
    }
    hold_at("docs/validate-codes.md", &text);
}
