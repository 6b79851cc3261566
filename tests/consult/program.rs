//! `toets consult` as a program: its exit codes, and what is in its output.

use std::process::{Command, Output};

use toets::scenario::Misbehaviour;

use super::{TOKEN, provider, wrong_provider};

fn toets(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
    command.env("TOETS_CACHE", "none");
    command.arg("consult").args(arguments).env("TOETS_TOKEN", TOKEN).env("LC_ALL", "nl_NL.UTF-8").env_remove("TOETS_LANG");
    command.output().expect("the program runs")
}

fn ended(output: &Output) -> (Option<i32>, String) {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (output.status.code(), String::from_utf8(both).expect("it is text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_are_complete_incomplete_misuse_and_unreachable() {
    let running = provider(&[], 100).await;
    let failing = wrong_provider("medical-devices", Misbehaviour::Status(500)).await;
    let (right, wrong) = (running.base_url.clone(), failing.base_url.clone());
    let (code, shown) = ended(&toets(&["--url", &right, "--bsn", "999938174"]));
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.starts_with("Proactieve zorgplanning: J. Testerink") && !shown.contains("999938174") && !shown.contains(TOKEN));
    let (code, shown) = ended(&toets(&["--url", &wrong, "--patient", "sparse-plan-patient", "--lang", "en"]));
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("INCOMPLETE") && shown.contains("ICD (INCOMPLETE)"));
    let (code, shown) = ended(&toets(&["--url", &right, "--patient", "sparse-plan-patient", "--format", "json"]));
    assert_eq!(code, Some(0), "{shown}");
    let written: serde_json::Value = serde_json::from_str(&shown).expect("it is JSON");
    assert_eq!((&written["plan"]["complete"], written["plan"]["sections"].as_array().map(Vec::len)), (&true.into(), Some(9)));
    for misuse in [
        vec!["--url", &right],
        vec!["--url", "ftp://example.org", "--patient", "p"],
        vec!["--url", &right, "--patient", "p", "--fault", "no-such"],
        vec!["--url", "https://example.org/fhir", "--patient", "p", "--fault", "skips-form"],
        vec!["--url", &right, "--bsn", "123456789"],
        vec!["--url", &right, "--patient", "p", "--token-env", "TOETS_NO_SUCH_VARIABLE"],
    ] {
        let (code, shown) = ended(&toets(&misuse));
        assert_eq!(code, Some(2), "{misuse:?}: {shown}");
    }
    running.stop().await;
    failing.stop().await;
    assert_eq!(ended(&toets(&["--url", &right, "--patient", "p"])).0, Some(3));
}
