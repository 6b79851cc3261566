//! One transaction group is enough (PZP-EX-001): who claims one is not judged on the other.

#[path = "support/definitions.rs"]
mod definitions;

use toets::agreements::{Actor, Dialect};
use toets::drive::Secrets;
use toets::engine::{self, Recorder, Settings};
use toets::judge::{Conclusion, Outcome, Verdicts, judge};
use toets::plan::{Claims, Selection, Target, TargetAuth, compile};
use toets::scenario::{Source, Suite, TransactionGroup, load};
use toets::serve;

const TOKEN: &str = "a-token-of-the-test";

/// A provider that has the form only, judged on what it claims.
async fn form_only(suite: &Suite, groups: Vec<TransactionGroup>) -> Verdicts {
    let mut config = serve::Config::new(suite, TOKEN);
    config.faults = vec!["form-only".to_owned()];
    let provider = serve::start(config).await.expect("there is a free port");
    let target =
        Target { built_in: true, ..Target::new(provider.base_url.clone(), TargetAuth::Bearer("TOETS_TOKEN".to_owned())) };
    let claims = Claims { groups, ..Claims::new(Actor::Provider, Dialect::R4Rc2) };
    let plan = compile(suite, claims, target, &Selection::All).expect("the suite compiles");
    let mut secrets = Secrets::new();
    secrets.insert("TOETS_TOKEN", TOKEN).expect("it is long enough");
    let settings = Settings { secrets, ..Settings::plain(Recorder::in_memory()) };
    let evidence = engine::run(&plan, suite, settings, |_| ()).await.expect("it runs").evidence;
    provider.stop().await;
    judge(&plan, &evidence, suite, definitions::validator(toets::agreements::FhirVersion::R4))
}

fn outcome(verdicts: &Verdicts, id: &str) -> (bool, Outcome) {
    let row = verdicts.requirements.iter().find(|row| row.id == id).unwrap_or_else(|| panic!("no {id}"));
    (row.claimed, row.outcome)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn form_only_provider_that_claims_the_form_is_only_told_that_resources_are_preferred() {
    let suite = load(&Source::Embedded).expect("the suite in the binary has no mistakes");
    let verdicts = form_only(&suite, vec![TransactionGroup::Form]).await;
    let red = verdicts.expectations.iter().filter(|verdict| !verdict.findings.is_empty()).map(|verdict| verdict.key.as_str());
    assert_eq!(red.collect::<Vec<_>>(), ["groups/over-run/prefers-resources@r4.json.plain"]);
    assert_eq!(verdicts.conclusion, Conclusion::Conformant);
    assert_eq!(outcome(&verdicts, "PZP-EX-001"), (true, Outcome::Pass));
    assert_eq!(outcome(&verdicts, "PZP-QRY-021"), (true, Outcome::Pass));
    assert_eq!(outcome(&verdicts, "PZP-QRY-007"), (false, Outcome::Inapplicable));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn form_only_provider_that_claims_the_resources_is_told_what_lacks() {
    let suite = load(&Source::Embedded).expect("the suite in the binary has no mistakes");
    let verdicts = form_only(&suite, vec![TransactionGroup::IndividualResources]).await;
    assert_eq!(verdicts.conclusion, Conclusion::NotConformant);
    assert_eq!(outcome(&verdicts, "PZP-QRY-007"), (true, Outcome::Fail));
    assert_eq!(outcome(&verdicts, "PZP-QRY-021"), (false, Outcome::Inapplicable));
}
