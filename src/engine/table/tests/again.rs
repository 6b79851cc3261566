//! A table that was broken off and goes on.

use std::pin::Pin;

use super::*;
use crate::engine::Done;

#[tokio::test]
async fn table_that_goes_on_passes_over_what_was_over() {
    let first = bench("pages");
    first.order(Order::Next);
    first.order(Order::Next);
    let mut evidence = first.sit().await;
    // As if it had been killed in the second phase.
    let second = evidence.records.iter().rposition(|record| matches!(record, Record::Phase(_))).expect("it is there");
    evidence.records.truncate(second);
    let mut again = bench("pages");
    again.table.resumed = Some(evidence);
    again.order(Order::Next);
    let ends = again.sit().await;
    assert_eq!(phases(&ends).iter().map(|over| over.step.as_str()).collect::<Vec<_>>(), ["paged", "endless"]);
}

#[tokio::test]
async fn what_comes_when_a_table_goes_on_has_numbers_of_its_own() {
    let first = bench("empty");
    first.send(None, "");
    let mut evidence = first.sit().await;
    evidence.records.retain(|record| !matches!(record, Record::Phase(_) | Record::End(_)));
    let mut again = bench("empty");
    again.table.resumed = Some(evidence);
    again.send(None, "");
    let ids: Vec<String> = exchanges(&again.sit().await).iter().map(|exchange| exchange.id.clone()).collect();
    assert_eq!(ids, ["empty@r4.json.plain/nothing#1", "empty@r4.json.plain/nothing#2"]);
}

/// As if it had been killed when this was the last record.
fn killed(mut evidence: Evidence, last: impl Fn(&Record) -> bool) -> Evidence {
    let end = evidence.records.iter().rposition(last).expect("it is there");
    evidence.records.truncate(end + 1);
    evidence
}

#[tokio::test]
async fn phase_that_was_under_way_goes_on_with_what_came_before_and_from_its_first_start() {
    let first = bench("empty");
    let numbered = first.suite.exchanges.iter().filter(|exchange| exchange.query.as_deref().is_some_and(|query| query != "0"));
    let all: Vec<String> = numbered.filter_map(|exchange| exchange.request.get(&Dialect::R4Rc2)).cloned().collect();
    let (before, after) = all.split_at(all.len() / 2);
    let ask = |bench: &Bench, queries: &[String]| {
        for query in queries {
            let (recorded, _wait) = oneshot::channel();
            let url = format!("http://127.0.0.1/fhir/{}", query.replace("${patient}", "no-plan-patient"));
            let asks = bench.suite.exchanges.iter().find(|exchange| exchange.request.get(&Dialect::R4Rc2) == Some(query));
            let asks = asks.map(|exchange| exchange.exchange.clone());
            bench.came.try_send(Came { url, asks, ..request(None, "", recorded) }).expect("there is room");
        }
    };
    ask(&first, before);
    let evidence = killed(first.sit().await, |record| matches!(record, Record::Exchange(_)));
    let began = exchanges(&evidence)[0].started_us;
    let mut again = bench("empty");
    again.table.resumed = Some(evidence);
    ask(&again, after);
    let evidence = again.sit().await;
    let over = phases(&evidence)[0];
    assert_eq!((over.why, over.started_us), (PhaseEnd::Asked, began));
    let personas = evidence.records.iter().filter(|record| matches!(record, Record::Persona(_))).count();
    assert_eq!(personas, bench("empty").plan.personas.len(), "each is told of once");
}

#[tokio::test]
async fn questions_that_were_open_when_it_was_killed_are_asked_again() {
    let first = bench("empty");
    first.order(Order::Next);
    let evidence = killed(first.sit().await, |record| matches!(record, Record::Phase(_)));
    let mut again = bench("empty");
    again.table.attended = true;
    again.table.resumed = Some(evidence.clone());
    for question in ["no-crash", "shown"] {
        let statement = Statement { answer: Said::Yes, remark: None, exhibit: None, by: "the terminal".to_owned() };
        again.order(Order::Say(format!("empty/nothing/{question}"), statement));
    }
    let patience = Duration::from_secs(20);
    let evidence = tokio::time::timeout(patience, again.sit()).await.expect("these are all questions");
    assert_eq!((attested(&evidence).len(), phases(&evidence).len()), (2, 1));
    let mut once_more = bench("empty");
    once_more.table.attended = true;
    once_more.table.resumed = Some(evidence);
    let evidence = tokio::time::timeout(patience, once_more.sit()).await.expect("nothing is open");
    assert_eq!(attested(&evidence).len(), 2);
}

#[tokio::test]
async fn client_that_is_started_anew_begins_its_phase_anew() {
    let first = bench("empty");
    first.send(Some("procedures"), "");
    let evidence = killed(first.sit().await, |record| matches!(record, Record::Exchange(_)));
    let came = exchanges(&evidence)[0].started_us;
    let mut again = bench("empty");
    again.table.resumed = Some(evidence);
    let done = || -> Pin<Box<dyn Future<Output = Done> + Send>> { Box::pin(async { (ProgramEnd::Code(0), Statements::new()) }) };
    again.table.driver = Some(Driver::BuiltIn(Box::new(move |_| done())));
    let evidence = again.sit().await;
    assert!(phases(&evidence)[0].started_us > came, "what came before is not judged");
}
