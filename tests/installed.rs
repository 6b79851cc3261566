//! Packages that are here: which of them judge, where they come from, and what
//! is refused. The packages are small and written by the tests.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

const DIRECTIVE: &str = "https://api.iknl.nl/docs/pzp/r4/StructureDefinition/ACP-TreatmentDirective";

/// A folder of one test; it goes when the test does.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("toets-installed-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        let folder = Self(path);
        folder.write("c.json", &format!(r#"{{"resourceType": "Consent", "id": "c", "meta": {{"profile": ["{DIRECTIVE}"]}}}}"#));
        // So few mistakes of its own that each that a profile adds is shown.
        let plain = r#""status": "active", "scope": {"text": "a"}, "category": [{"text": "a"}], "policyRule": {"text": "a"}"#;
        let own = r#""meta": {"profile": ["http://example.org/own"]}"#;
        folder.write("v.json", &format!(r#"{{"resourceType": "Consent", "id": "v", {own}, {plain}}}"#));
        folder
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder of the test");
        fs::write(&path, text).expect("a file of the test");
        path
    }

    /// An unpacked package, as other tools leave it, in which a Consent needs an element.
    fn package(&self, name: &str, dependencies: &str, (url, needs): (&str, &str)) {
        let id_version = name.rsplit('/').next().unwrap_or(name);
        self.write(&format!("{name}/package/package.json"), &manifest(id_version, dependencies));
        self.write(&format!("{name}/package/profile.json"), &profile(url, needs));
    }

    fn archive(&self, name: &str, id_version: &str, needs: &str) -> PathBuf {
        let bytes = archive(&[
            ("package/package.json", &manifest(id_version, "")),
            ("package/profile.json", &profile("http://example.org/own", needs)),
        ]);
        let path = self.0.join(name);
        fs::write(&path, bytes).expect("a file of the test");
        path
    }

    fn toets(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
        command.env("TOETS_CACHE", "cache").args(arguments).env_remove("TOETS_LANG").current_dir(&self.0);
        let output = command.output().expect("the program runs");
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        (output.status.code().expect("no signal ended it"), said)
    }

    fn validate(&self, file: &str, arguments: &[&str]) -> (i32, String) {
        self.toets(&[&["validate", "--ci", file], arguments].concat())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn manifest(id_version: &str, dependencies: &str) -> String {
    let (id, version) = id_version.split_once('#').expect("a name has a version");
    format!(r#"{{"name": "{id}", "version": "{version}", "fhirVersions": ["4.0.1"], "dependencies": {{{dependencies}}}}}"#)
}

fn profile(url: &str, needs: &str) -> String {
    let element =
        |path: &str, min: u32, code: &str| json!({"id": path, "path": path, "min": min, "max": "1", "type": [{"code": code}]});
    let own = format!("Consent.{needs}");
    json!({
        "resourceType": "StructureDefinition", "url": url, "version": "1", "name": "Own", "status": "active",
        "fhirVersion": "4.0.1", "kind": "resource", "abstract": false, "type": "Consent", "derivation": "constraint",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Consent",
        "differential": {"element": [{"id": "Consent", "path": "Consent"}, element(&own, 1, "code")]},
    })
    .to_string()
}

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, text.as_bytes()).expect("memory can be written");
    }
    let mut encoder = tar.into_inner().expect("memory can be written");
    encoder.flush().expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

fn change_a_byte(path: &Path) {
    let mut bytes = fs::read(path).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).expect("it can be written");
}

#[track_caller]
fn says((code, said): (i32, String), expected: i32, words: &[&str], none_of: &[&str]) {
    assert_eq!(code, expected, "{said}");
    words.iter().for_each(|words| assert!(said.contains(words), "`{words}` is missing: {said}"));
    none_of.iter().for_each(|words| assert!(!said.contains(words), "`{words}` is there: {said}"));
}

#[test]
fn an_installed_package_goes_before_what_is_built_in() {
    let folder = Folder::new("wins");
    folder.package("cache/iknl.fhir.r4.pzp#1.0.0-rc2", r#""no.such.package": "0.9.0""#, (DIRECTIVE, "language"));
    let told = folder.validate("c.json", &[]);
    let used = [
        "Consent.language",
        "FHIR 4.0.1: in cache: iknl.fhir.r4.pzp#1.0.0-rc2; behind them, built in: nictiz",
        "`no.such.package#0.9.0` is not here; iknl.fhir.r4.pzp#1.0.0-rc2 asks for it",
    ];
    says(told, 1, &used, &["rc2-approx", "stands for 1.0.0-rc2)"]);
    let without = ["built in: iknl.fhir.r4.pzp#1.0.0-rc2-approx (69ade3320069, stands for 1.0.0-rc2), "];
    says(folder.validate("c.json", &["--no-cache"]), 1, &without, &["Consent.language", "in cache"]);
    says(folder.validate("c.json", &["--cache", "other"]), 1, &[without[0], "nothing in `other` is a package"], &["in cache"]);
    says(folder.validate("c.json", &["--cache", "cache"]), 1, &used, &["nothing in"]);
}

#[test]
fn an_installed_package_of_another_version_is_left_out_and_told() {
    let folder = Folder::new("other");
    folder.package("cache/iknl.fhir.r4.pzp#2.0.0", "", (DIRECTIVE, "language"));
    let told = "`iknl.fhir.r4.pzp` is in the cache as 2.0.0, not as 1.0.0-rc2, and is left out";
    says(folder.validate("c.json", &[]), 1, &[told, "built in: iknl"], &["Consent.language"]);
    let named = ["--package", "iknl.fhir.r4.pzp#2.0.0"];
    says(folder.validate("c.json", &named), 1, &["Consent.language", "in cache: iknl.fhir.r4.pzp#2.0.0"], &[]);
}

#[test]
fn a_run_is_judged_by_what_is_installed_and_again_by_what_it_was_judged_by() {
    let folder = Folder::new("run");
    folder.package("cache/iknl.fhir.r4.pzp#1.0.0-rc2", "", (DIRECTIVE, "language"));
    let run = ["run", "PZP-QRY-001", "--ci", "--tempo", "0.1", "--out"];
    folder.toets(&[&run[..], &["with"]].concat());
    folder.toets(&[&run[..], &["without", "--no-cache"]].concat());
    let report = |name: &str| fs::read_to_string(folder.0.join(name).join("run.json")).expect("there is a report");
    assert!(report("with").contains(r#""version": "1.0.0-rc2""#), "{}", report("with"));
    assert!(!report("without").contains(r#""version": "1.0.0-rc2""#));
    // With and without the cache each run finds what it was judged by.
    for name in ["with", "without"] {
        let (code, said) = folder.toets(&["judge", name]);
        assert!(code < 2, "{said}");
    }
    fs::remove_dir_all(folder.0.join("cache")).expect("the cache can go");
    says(folder.toets(&["judge", "with"]), 2, &["judged by other definitions", "iknl.fhir.r4.pzp 1.0.0-rc2"], &[]);
}

#[test]
fn of_a_folder_with_packages_each_counts_in_its_newest_version() {
    let folder = Folder::new("many");
    folder.package("many/own.profiles#1.9.0", "", ("http://example.org/own", "language"));
    folder.package("many/own.profiles#1.10.0", "", ("http://example.org/own", "implicitRules"));
    folder.package("many/iknl.fhir.r4.pzp#1.0.0-rc2", "", (DIRECTIVE, "language"));
    let told = folder.validate("v.json", &["--package", "many"]);
    says(
        told,
        1,
        &["Consent.implicitRules", "own.profiles#1.10.0", "iknl.fhir.r4.pzp#1.0.0-rc2"],
        &["Consent.language", "1.9.0"],
    );
}

#[test]
fn definitions_that_lie_loose_in_a_folder_are_a_package() {
    let folder = Folder::new("loose");
    folder.write("mine/own.json", &profile("http://example.org/own", "language"));
    says(folder.validate("v.json", &["--package", "mine"]), 1, &["Consent.language", "mine#unversioned ("], &[]);
    folder.write("data/a.json", r#"{"resourceType": "Patient"}"#);
    says(folder.validate("v.json", &["--package", "data"]), 2, &["no definition in JSON"], &[]);
    folder.write("empty/readme.txt", "");
    says(folder.validate("v.json", &["--package", "empty"]), 2, &["has no `package.json`"], &[]);
}

#[test]
fn a_package_that_was_noted_is_held_to_its_digest() {
    let folder = Folder::new("lock");
    folder.archive("one.tgz", "own.profiles#1.0.0", "language");
    folder.archive("two.tgz", "own.profiles#1.0.0", "implicitRules");
    let name = ["--package", "own.profiles#1.0.0"];
    says(folder.toets(&["packages", "add", "one.tgz"]), 0, &["own.profiles#1.0.0"], &[]);
    says(folder.toets(&["packages", "add", "one.tgz"]), 0, &["own.profiles#1.0.0"], &[]);
    says(folder.validate("v.json", &name), 1, &["Consent.language"], &[]);
    says(folder.toets(&["packages", "add", "two.tgz"]), 2, &["with another digest", "--replace"], &[]);
    says(folder.validate("v.json", &name), 1, &["Consent.language"], &[]);
    says(folder.toets(&["packages", "add", "two.tgz", "--replace"]), 0, &[], &[]);
    says(folder.validate("v.json", &name), 1, &["Consent.implicitRules"], &["Consent.language"]);
    let left: Vec<_> =
        fs::read_dir(folder.0.join("cache")).expect("the cache").flatten().map(|entry| entry.file_name()).collect();
    assert!(
        left.iter().all(|name| !name.to_string_lossy().starts_with(".own") && !name.to_string_lossy().starts_with(".toets.lock")),
        "{left:?}"
    );

    fs::copy(folder.0.join("one.tgz"), folder.0.join("cache/own.profiles-1.0.0.tgz")).expect("it can be written over");
    let changed = ["is not the package that was added", "was noted", "--replace"];
    says(folder.validate("v.json", &name), 2, &changed, &[]);
    says(folder.validate("v.json", &["--package", "cache/own.profiles-1.0.0.tgz"]), 2, &changed, &[]);
    says(folder.toets(&["packages", "verify"]), 2, &["wrong  own.profiles-1.0.0.tgz", "1 packages, 1 wrong"], &[]);
    change_a_byte(&folder.0.join("cache/own.profiles-1.0.0.tgz"));
    says(folder.toets(&["packages", "verify"]), 2, &["1 wrong"], &[]);
    fs::remove_file(folder.0.join("cache/own.profiles-1.0.0.tgz")).expect("it is there");
    says(folder.toets(&["packages", "verify"]), 2, &["1 wrong"], &[]);
}

#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_refused_and_never_waited_for() {
    let folder = Folder::new("pipe");
    folder.package("own#1.0.0", "", ("http://example.org/own", "language"));
    std::os::unix::fs::symlink("/etc/hosts", folder.0.join("own#1.0.0/package/link.json")).expect("a link of the test");
    says(folder.validate("v.json", &["--package", "own#1.0.0"]), 2, &["`link.json`, which is no plain file"], &[]);
    fs::remove_file(folder.0.join("own#1.0.0/package/link.json")).expect("it is there");
    let pipe = folder.0.join("own#1.0.0/package/pipe.json");
    if !Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        // There is no mkfifo here: pipes cannot be tried.
        return;
    }
    says(folder.validate("v.json", &["--package", "own#1.0.0"]), 2, &["`pipe.json`, which is no plain file"], &[]);
    fs::create_dir_all(folder.0.join("cache")).expect("a folder of the test");
    fs::rename(&pipe, folder.0.join("cache/iknl.fhir.r4.pzp-1.0.0-rc2.tgz")).expect("a pipe can be moved");
    says(folder.validate("c.json", &[]), 1, &["built in: iknl"], &["in cache"]);
}

/// The index and the texts that are kept of the one package in the cache.
fn kept(folder: &Folder) -> [PathBuf; 2] {
    ["index", "texts"].map(|end| folder.0.join(format!("cache/.toets/own.profiles-1.0.0.tgz.{end}")))
}

#[test]
fn an_index_is_kept_and_made_anew_when_it_is_damaged_or_of_another() {
    let folder = Folder::new("kept");
    folder.archive("one.tgz", "own.profiles#1.0.0", "language");
    folder.archive("two.tgz", "own.profiles#1.0.0", "implicitRules");
    let name = ["--package", "own.profiles#1.0.0"];
    let [index, texts] = kept(&folder);
    says(folder.toets(&["packages", "add", "one.tgz"]), 0, &[], &[]);
    let (good, good_texts) = (fs::read_to_string(&index).expect("it is kept"), fs::read(&texts).expect("they are kept"));
    assert!(good.starts_with("toets-index-1 sha256:") && good.contains("http://example.org/own"), "{good}");
    says(folder.validate("v.json", &name), 1, &["Consent.language"], &[]);

    // It is what answers: another text that the index knows is believed.
    let changed = String::from_utf8(good_texts.clone()).expect("JSON").replace("language", "dateTime");
    let body = good.trim_end().rsplit_once('\n').expect("an index has lines").0;
    let short = |text: &[u8]| toets::digest::sha256_hex(text)[..16].to_owned();
    let body = body.replace(&short(&good_texts), &short(changed.as_bytes()));
    fs::write(&index, format!("{body}\n{}\n", toets::digest::sha256_hex(body.as_bytes()))).expect("it can be written");
    fs::write(&texts, changed).expect("it can be written");
    says(folder.validate("v.json", &name), 1, &["Consent.dateTime"], &["Consent.language"]);
    fs::write(&texts, &good_texts).expect("it can be written");

    let lying = good.replace("toets-index-1", "toets-index-9");
    let cut = &good[..good.len() / 2];
    let renamed = good.replace("http://example.org/own", "http://example.org/not");
    for damaged in [lying.as_str(), cut, &renamed, "", "\u{0}"] {
        fs::write(&index, damaged).expect("it can be written");
        says(folder.validate("v.json", &name), 1, &["Consent.language"], &[]);
        assert_eq!(fs::read_to_string(&index).expect("it is made anew"), good);
    }
    for damage in [true, false] {
        if damage {
            change_a_byte(&texts);
        } else {
            fs::write(&texts, b"short").expect("it can be written");
        }
        says(folder.validate("v.json", &name), 1, &["Consent.language"], &["cannot be used"]);
        assert_eq!(fs::read(&texts).expect("they are made anew"), good_texts);
    }
    says(folder.toets(&["packages", "add", "two.tgz", "--replace"]), 0, &[], &[]);
    fs::write(&index, &good).expect("it can be written");
    fs::write(&texts, &good_texts).expect("it can be written");
    says(folder.validate("v.json", &name), 1, &["Consent.implicitRules"], &["Consent.language"]);
}

#[test]
fn dependencies_that_are_ranges_are_met_or_told() {
    let folder = Folder::new("ranges");
    folder.package("cache/base.profiles#1.4.0", "", ("http://example.org/base", "language"));
    folder.package("cache/base.profiles#1.10.0", "", ("http://example.org/base", "language"));
    folder.package("cache/base.profiles#2.0.0", "", ("http://example.org/base", "language"));
    let of = |range: &str| {
        folder.package("own#1.0.0", &format!(r#""base.profiles": "{range}""#), ("http://example.org/own", "implicitRules"));
        folder.validate("v.json", &["--package", "own#1.0.0"])
    };
    says(of("^1.0.0"), 1, &["base.profiles#1.10.0"], &["base.profiles#2.0.0", "base.profiles#1.4.0"]);
    says(of("*"), 1, &["base.profiles#2.0.0"], &[]);
    says(of("3.x || 4.x"), 2, &["`base.profiles#3.x || 4.x` is not here", "found there: 1.4.0, 1.10.0, 2.0.0"], &[]);
    says(of("newest"), 2, &["`newest` is no version and no range of versions"], &[]);

    let bytes = archive(&[(
        "package/package.json",
        &manifest("more#1.0.0", r#""base.profiles": "^1.0.0", "hl7.fhir.r4.core": "4.0.x", "far": "^2", "odd": "newest""#),
    )]);
    fs::write(folder.0.join("more.tgz"), bytes).expect("a file of the test");
    let lacking = "it stands on what is not here: far#^2, odd#newest (which is no version and no range)\n";
    says(folder.toets(&["packages", "add", "more.tgz"]), 0, &[lacking, "toets packages add"], &["base.profiles", "r4.core"]);
}
