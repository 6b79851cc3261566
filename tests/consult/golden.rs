//! The care plan as it is printed, of two personas.

use std::fs;
use std::path::Path;

use toets::consult::print;
use toets::scenario::Misbehaviour;
use toets::text::Language;

use super::{consulted, provider, settings, suite, wrong_provider};

#[tokio::test]
async fn printed_plans_are_as_they_were() {
    let running = provider(&[], 100).await;
    for (persona, language, file) in
        [("full-plan", Language::Nl, "full-plan.nl.txt"), ("sparse-plan", Language::En, "sparse-plan.en.txt")]
    {
        let outcome = consulted(&settings(&running.base_url, &format!("{persona}-patient"))).await;
        hold(file, &print::text(&outcome.plan, language, |name| suite().exchange(name).map(|exchange| exchange.title.clone())));
    }
    running.stop().await;
    // A provider that fails on one query: nothing may look complete.
    let failing = wrong_provider("medical-devices", Misbehaviour::Status(500)).await;
    let outcome = consulted(&settings(&failing.base_url, "sparse-plan-patient")).await;
    hold(
        "incomplete.nl.txt",
        &print::text(&outcome.plan, Language::Nl, |name| suite().exchange(name).map(|exchange| exchange.title.clone())),
    );
    failing.stop().await;
}

/// Holds a text against a file of `tests/golden/consult/`; `TOETS_BLESS=1` makes it again.
#[track_caller]
fn hold(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/consult").join(name);
    if std::env::var_os("TOETS_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(&path, text).expect("the file can be written");
    }
    let golden = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let differs = golden.lines().zip(text.lines()).find(|(was, is)| was != is);
    assert!(golden == text, "`{name}` differs at {differs:?}; TOETS_BLESS=1 makes it again");
}
