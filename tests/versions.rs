//! Which version somebody speaks, told of whole runs: the reference provider and
//! the reference consulter, right and told to speak another version.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// `run.json` of a run with these arguments, and what the terminal showed.
fn run(name: &str, arguments: &[&str]) -> (Value, String) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("versions").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
    command.env("TOETS_CACHE", "none");
    command.args(["run", "--tempo", "0.1", "--out"]).arg(&folder).args(arguments);
    let output = command.env_remove("TOETS_TOKEN").output().expect("the program runs");
    let shown = String::from_utf8(output.stdout).expect("the terminal shows text");
    let text = std::fs::read_to_string(folder.join("run.json")).unwrap_or_else(|why| panic!("{name}: {why}: {shown}"));
    let page = std::fs::read_to_string(folder.join("report.html")).expect("there is a page");
    assert!(page.contains("id=\"spoken\""), "{name}");
    (serde_json::from_str(&text).expect("it is JSON"), shown)
}

fn words(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The likeliest versions, and the changes up to the claimed one.
fn heard(run: &Value) -> (Vec<String>, Vec<String>) {
    let spoken = &run["spoken"];
    let differences = spoken["differences"].as_array().into_iter().flatten();
    (words(&spoken["likeliest"]), differences.filter_map(|own| own["id"].as_str().map(str::to_owned)).collect())
}

fn expect(name: &str, arguments: &[&str], spoken: &str, differences: &[&str]) -> Value {
    let (run, shown) = run(name, arguments);
    let (likeliest, found) = heard(&run);
    assert_eq!(likeliest, [spoken], "{name}: {}", run["spoken"]);
    assert_eq!(found, differences, "{name}: {}", run["spoken"]);
    for own in run["spoken"]["differences"].as_array().into_iter().flatten() {
        assert!(own["seen"]["exchange"].is_string() && own["seen"]["count"].as_u64() > Some(0), "{name}: {own}");
    }
    assert_eq!(words(&run["spoken"]["ofNoVersion"]), Vec::<String>::new(), "{name}");
    assert!(shown.contains("Version spoken: "), "{name}: {shown}");
    run
}

/// One calm line, and no more.
fn is_calm(name: &str, arguments: &[&str], spoken: &str) {
    let (run, shown) = run(name, arguments);
    assert_eq!(heard(&run), (vec![spoken.to_owned()], vec![]), "{name}: {}", run["spoken"]);
    assert_eq!(run["spoken"]["fits"], true, "{name}: {}", run["spoken"]);
    assert_eq!(shown.matches("as is claimed.\n").count(), 1, "{name}: {shown}");
}

#[test]
fn reference_provider_speaks_what_it_claims_and_no_more() {
    is_calm("provider-r4", &[], "r4-rc2");
    is_calm("provider-stu3", &["--fhir", "STU3"], "stu3-rc2");
}

#[test]
fn reference_consulter_speaks_what_it_claims_and_no_more() {
    is_calm("consulter-r4", &["--actor", "consulter"], "r4-rc2");
}

#[test]
fn provider_that_speaks_another_version_is_heard_with_every_difference() {
    let old = ["sense-of-purpose", "goal-profile-renamed"];
    let with = |more: &[&'static str]| [more, &old].concat();
    expect("provider-r4-rc1", &["--fault", "speaks-r4-rc1"], "r4-rc1", &[&old[..], &["capacity-renamed"]].concat());
    let beta3 = [with(&["canonical-moved"]), vec!["capacity-renamed"]].concat();
    expect("provider-r4-beta3", &["--fault", "speaks-r4-beta3"], "r4-beta3", &beta3);
    expect(
        "provider-r4-rc3-dev",
        &["--fault", "speaks-r4-rc3-dev"],
        "r4-rc3-dev",
        &["capacity-observed", "procedure-types-opened"],
    );
    expect("provider-stu3-rc1", &["--fhir", "STU3", "--fault", "speaks-stu3-rc1"], "stu3-rc1", &old);
}

#[test]
fn client_that_asks_another_version_is_heard_with_every_difference() {
    let consulter = |name: &str, dialect: &str, differences: &[&str]| {
        let fault = format!("dialect-{dialect}");
        let run = expect(name, &["--actor", "consulter", "--fault", &fault], dialect, differences);
        let example = run["spoken"]["differences"][0]["seen"]["example"].as_str().unwrap_or_default().to_owned();
        assert!(example.starts_with("GET ") && example.contains('?'), "{name}: {example}");
    };
    let old = ["goal-by-category", "communication-request", "includes-with-equals", "donor-asked", "device-codes-listed"];
    consulter("consulter-r4-rc1", "r4-rc1", &old);
    let beta3 = [
        "canonical-moved",
        "device-codes-listed",
        "goal-by-category",
        "communication-request",
        "includes-with-equals",
        "donor-asked",
    ];
    consulter("consulter-r4-beta3", "r4-beta3", &beta3);
    consulter("consulter-r4-rc3-dev", "r4-rc3-dev", &["capacity-observed"]);
}

/// Under an earlier claim a newer thing is told to be newer, and what speaks for the newer version is not said for the older.
#[test]
fn what_is_of_a_later_version_is_told_to_be_not_there_yet() {
    is_calm("calm-r4-rc1", &["--fault", "speaks-r4-rc1", "--dialect", "r4-rc1"], "r4-rc1");
    let (run, shown) = run("newer-r4-rc1", &["--dialect", "r4-rc1"]);
    let differences = run["spoken"]["differences"].as_array().cloned().unwrap_or_default();
    let ids: Vec<&str> = differences.iter().filter_map(|own| own["id"].as_str()).collect();
    assert!(ids.contains(&"sense-of-purpose") && ids.contains(&"goal-by-category"), "{ids:?}");
    assert!(!ids.contains(&"contact-role-added") && !ids.contains(&"donor-self-reported"), "what is only added: {ids:?}");
    assert!(differences.iter().all(|own| own.get("why").is_none()), "{differences:?}");
    let joined = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains("hint: the modifier `:in` of this version"), "the hint is about what was refused: {shown}");
    assert!(!joined.contains("PZP-QRY-030 failed first"), "nothing hangs on itself: {shown}");
    assert!(
        joined.contains("Not in R4 1.0.0-rc1 yet, of what was seen (5):") && !joined.contains("things have to change"),
        "{shown}"
    );
}

/// What is wrong with the agreement is told to its owners, whoever was tested.
#[test]
fn defects_of_the_agreement_are_told_of_both_actors() {
    let of = |name: &str, actor: &str| {
        let (run, _) = run(name, &["--actor", actor, "--fhir", "STU3"]);
        let defects = run["agreementDefects"].as_array().cloned().unwrap_or_default();
        defects.iter().filter_map(|own| own["exchange"].as_str().map(str::to_owned)).collect::<BTreeSet<_>>()
    };
    let (provider, consulter) = (of("defects-provider", "provider"), of("defects-consulter", "consulter"));
    assert!(consulter.contains("encounters") && consulter.contains("medical-devices"), "{consulter:?}");
    assert_eq!(provider, consulter);
}

/// Who claims another version: asked and judged by that version, never certified, and no failure that is its own.
fn on_its_own_terms(name: &str, arguments: &[&str]) -> Value {
    let (run, shown) = run(name, arguments);
    let of = |outcome: &str| -> Vec<String> {
        let expectations = run["expectations"].as_array().into_iter().flatten().filter(|own| own["outcome"] == outcome);
        expectations.filter_map(|own| own["key"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(of("fail"), Vec::<String>::new(), "{name}");
    assert!(of("pass").len() > 10, "{name}: much is judged");
    assert_eq!(run["conclusion"], "INCOMPLETE", "{name}");
    assert!(shown.contains("Not certifiable: "), "{name}: {shown}");
    let warnings = run["warnings"].to_string();
    assert!(warnings.contains("Not certifiable: ") && warnings.contains("Niet te certificeren: "), "{name}: {warnings}");
    run
}

#[test]
fn provider_of_another_version_is_tested_on_its_own_terms() {
    let run = on_its_own_terms("own-r4-rc1", &["--fault", "speaks-r4-rc1", "--dialect", "r4-rc1"]);
    assert_eq!((&run["claims"]["dialect"], &run["spoken"]["standing"]), (&"r4-rc1".into(), &"superseded".into()));
    let goals = run["exchanges"].to_string();
    assert!(goals.contains("Goal?patient=full-plan-patient&description="), "the request of that version is sent");
    on_its_own_terms("own-r4-beta3", &["--fault", "speaks-r4-beta3", "--dialect", "r4-beta3"]);
    let next = on_its_own_terms("own-r4-rc3-dev", &["--fault", "speaks-r4-rc3-dev", "--dialect", "r4-rc3-dev"]);
    let outcome = |id: &str| {
        let all = next["requirements"].as_array().into_iter().flatten();
        all.filter(|own| own["id"] == id).find_map(|own| own["outcome"].as_str()).map(str::to_owned)
    };
    for id in ["PZP-QRY-016", "PZP-PRO-059", "PZP-PRO-063"] {
        assert_eq!(outcome(id).as_deref(), Some("pass"), "{id} is judged where the version that asks it is claimed");
    }
    on_its_own_terms("own-stu3-rc1", &["--fault", "speaks-stu3-rc1", "--dialect", "stu3-rc1"]);
}

#[test]
fn consulter_of_another_version_is_tested_on_its_own_terms() {
    for dialect in ["r4-beta3", "r4-rc1", "r4-rc3-dev"] {
        let fault = format!("dialect-{dialect}");
        let name = format!("own-consulter-{dialect}");
        on_its_own_terms(&name, &["--actor", "consulter", "--fault", &fault, "--dialect", dialect]);
    }
}

#[test]
fn what_a_version_is_held_to_still_fails() {
    let (run, _) = run("own-wrong", &["--fault", "bundle-collection", "--dialect", "r4-rc1"]);
    assert_eq!(run["conclusion"], "NOT_CONFORMANT");
}
