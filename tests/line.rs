//! The line from suite to evidence: the whole plan against the reference provider.

use toets::agreements::{Actor, Dialect};
use toets::drive::Secrets;
use toets::engine::{self, Recorder, Settings};
use toets::evidence::{Evidence, FoundHow, Outcome, Record};
use toets::plan::{Claims, Plan, Selection, Target, TargetAuth, compile};
use toets::scenario::{Source, Suite, load};
use toets::serve;

const TOKEN: &str = "a-token-of-the-test";

fn planned(suite: &Suite, base: &str) -> Plan {
    let claims = Claims::new(Actor::Provider, Dialect::R4Rc2);
    let auth = TargetAuth::Bearer("TOETS_TOKEN".to_owned());
    let target = Target { built_in: true, ..Target::new(base.to_owned(), auth) };
    compile(suite, claims, target, &Selection::All).expect("the suite compiles")
}

async fn run() -> Evidence {
    let suite = load(&Source::Embedded).expect("the suite in the binary has no mistakes");
    let provider = serve::start(serve::Config::new(&suite, TOKEN)).await.expect("there is a free port");
    let mut secrets = Secrets::new();
    secrets.insert("TOETS_TOKEN", TOKEN).expect("it is long enough");
    let settings = Settings { secrets, ..Settings::plain(Recorder::in_memory()) };
    let finished = engine::run(&planned(&suite, &provider.base_url), &suite, settings, |_| ()).await.expect("it runs");
    provider.stop().await;
    finished.evidence
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whole_plan_runs_against_the_reference_provider_and_leaves_nothing_out() {
    let evidence = run().await;
    for record in &evidence.records {
        match record {
            Record::Omitted(omitted) => panic!("left out: {omitted:?}"),
            Record::Persona(found) => assert_eq!(found.how, FoundHow::Lookup, "{}", found.persona),
            Record::Exchange(exchange) => {
                assert!(matches!(exchange.outcome, Outcome::Answered(_)), "{}: {:?}", exchange.id, exchange.outcome);
            }
            Record::Replaced(replaced) => panic!("taken for a BSN: {replaced:?}"),
            other @ (Record::Phase(_) | Record::Attested(_) | Record::Note(_) | Record::Unanswered(_)) => {
                panic!("not of such a run: {other:?}")
            }
            Record::Capture(_) | Record::Token(_) | Record::Terminology(_) | Record::End(_) => {}
        }
    }
    assert!(matches!(evidence.records.last(), Some(Record::End(end)) if !end.stopped));
}
