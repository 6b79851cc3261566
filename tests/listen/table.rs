//! Whose is it, over the wire: the table of correlation with its answers, places
//! that know nothing of each other, and the other origin.

use std::time::Duration;

use toets::scenario::{LinkFault, Misbehaviour, Target};
use toets::serve::{Behaviour, BehaviourError, Credential, ListenConfig, Listener, Reason, Seat, Strike};

use crate::client::{Table, ask, get, suite};

const PATIENT: &str = "Patient/full-plan-patient";

/// Path, token, status, vendor, reason.
type Case<'c> = (&'c str, Option<&'c str>, u16, Option<&'c str>, Option<Reason>);

fn strike(behaviour: Misbehaviour) -> Behaviour {
    let strikes = vec![Strike { on: Target::default(), behaviour: vec![behaviour] }];
    Behaviour { strikes, ..Behaviour::default() }
}

#[tokio::test]
async fn request_is_answered_and_told_with_its_answer() {
    let table = Table::of(&["anna", "bert"]).await;
    let answer = table.ask(&table.get(0, &format!("{PATIENT}?_format=json"))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let arrivals = table.after(1).await;
    let arrival = &arrivals[0];
    assert_eq!(arrival.seat.as_deref(), Some("anna"));
    assert_eq!((arrival.credential, &arrival.stray, arrival.broken), (Some(Credential::Right), &None, None));
    assert_eq!((arrival.request.method.as_str(), arrival.request.query.as_str()), ("GET", "_format=json"));
    assert_eq!(arrival.request.path, format!("{}/{PATIENT}", table.seat(0).path));
    let answered = arrival.answer.as_ref().expect("it was answered");
    assert_eq!((answered.status, String::from_utf8_lossy(&answered.body).as_ref()), (200, answer.body.as_str()));
    assert!(!arrival.at_other_origin && arrival.peer.ip().is_loopback() && arrival.at.ends_with('Z'));
}

#[tokio::test]
async fn correlation_decides_what_is_answered() {
    let table = Table::of(&["anna", "bert"]).await;
    let (anna, bert) = (table.seat(0).clone(), table.seat(1).clone());
    let path = format!("{}/{PATIENT}", anna.path);
    let short = format!("{}/{PATIENT}", anna.path.trim_end_matches("/fhir"));
    let cases: [Case<'_>; 8] = [
        (&path, Some(&anna.token), 200, Some("anna"), None),
        (&path, None, 401, Some("anna"), None),
        (&path, Some("nobody"), 401, Some("anna"), None),
        (&path, Some(&bert.token), 401, None, Some(Reason::TokenOfAnother)),
        (&short, Some(&anna.token), 404, None, Some(Reason::PathShort)),
        ("/fhir/Patient", Some(&anna.token), 404, None, Some(Reason::PathUnknown)),
        ("/fhir/Patient", Some("nobody"), 404, None, Some(Reason::NothingKnown)),
        ("/", None, 404, None, Some(Reason::NothingKnown)),
    ];
    for (at, (path, token, status, seat, reason)) in cases.into_iter().enumerate() {
        let answer = table.ask(&get(path, token)).await;
        assert_eq!(answer.status, status, "{path} {token:?}: {answer:?}");
        let arrivals = table.after(at + 1).await;
        let arrival = arrivals.last().expect("it was told");
        assert_eq!(
            (arrival.seat.as_deref(), arrival.stray.as_ref().map(|stray| stray.reason)),
            (seat, reason),
            "{path} {token:?}"
        );
        if status != 200 {
            assert!(answer.body.contains("OperationOutcome"), "{answer:?}");
            for secret in ["anna", "bert", &anna.token, &bert.token, "full-plan", "9999"] {
                assert!(!answer.body.contains(secret) && !answer.head.contains(secret), "{secret} in {answer:?}");
            }
        }
    }
    let nobody = table.ask(&get(&path, Some("nobody"))).await;
    let other = table.ask(&get(&path, Some(&bert.token))).await;
    assert_eq!(nobody.body, other.body, "whether a token is somebody else's is not told");
}

#[tokio::test]
async fn behaviour_is_of_one_place_and_ends_when_it_is_told() {
    let table = Table::of(&["anna", "bert"]).await;
    table.listener.set_behaviour("anna", &strike(Misbehaviour::Status(500))).expect("a status");
    assert_eq!(table.ask(&table.get(0, PATIENT)).await.status, 500);
    assert_eq!(table.ask(&table.get(1, PATIENT)).await.status, 200);
    let nobody_there = Behaviour { personas: Some(vec!["no-plan".to_owned()]), ..Behaviour::default() };
    table.listener.set_behaviour("anna", &nobody_there).expect("a persona");
    assert_eq!(table.ask(&table.get(0, PATIENT)).await.status, 404);
    assert_eq!(table.ask(&table.get(0, "Patient/no-plan-patient")).await.status, 200);
    assert_eq!(table.ask(&table.get(1, PATIENT)).await.status, 200);
    table.listener.set_behaviour("anna", &Behaviour::default()).expect("nothing wrong");
    assert_eq!(table.ask(&table.get(0, PATIENT)).await.status, 200);
    let unknown = Behaviour { personas: Some(vec!["nobody".to_owned()]), ..Behaviour::default() };
    assert!(matches!(table.listener.set_behaviour("anna", &unknown), Err(BehaviourError::UnknownPersona(_))));
    assert!(matches!(table.listener.set_behaviour("carl", &unknown), Err(BehaviourError::UnknownSeat(_))));
}

#[tokio::test]
async fn links_are_of_the_own_base_and_lead_elsewhere_when_told() {
    let table = Table::of(&["anna", "bert"]).await;
    let answer = table.ask(&table.get(1, "Patient?_count=1")).await;
    let base = table.listener.base("bert").expect("there is a bert");
    assert!(answer.body.contains(&format!("{base}/Patient")), "{answer:?}");
    assert!(!answer.body.contains(&table.seat(0).path), "{answer:?}");
    table.listener.set_behaviour("anna", &strike(Misbehaviour::NextLink(LinkFault::OtherOrigin))).expect("a link");
    let answer = table.ask(&table.get(0, "Patient")).await;
    let elsewhere = table.listener.base_elsewhere("anna").expect("there is an anna");
    assert!(answer.body.contains(&format!("{elsewhere}/Patient")), "{answer:?}");
    table.listener.set_behaviour("anna", &strike(Misbehaviour::Redirect("${elsewhere}/x".to_owned()))).expect("a place");
    let answer = table.ask(&table.get(0, "Patient")).await;
    assert!(answer.head.contains(&format!("location: {elsewhere}/x")), "{answer:?}");
}

#[tokio::test]
async fn other_origin_tells_who_comes_and_gives_nothing() {
    let table = Table::of(&["anna", "bert"]).await;
    let seat = table.seat(0).clone();
    for (path, token) in [(seat.path.as_str(), None), ("/elsewhere", Some(seat.token.as_str())), ("/elsewhere", None)] {
        let answer = ask(&table.other_address(), get(path, token).as_bytes()).await;
        assert_eq!(answer.status, 404, "{answer:?}");
        assert!(answer.body.contains("OperationOutcome") && !answer.body.contains("anna"), "{answer:?}");
    }
    let arrivals = table.after(3).await;
    assert!(arrivals.iter().all(|arrival| arrival.at_other_origin));
    let told: Vec<_> = arrivals.iter().map(|arrival| (arrival.seat.as_deref(), arrival.credential)).collect();
    assert_eq!(told, [(Some("anna"), Some(Credential::Missing)), (Some("anna"), Some(Credential::Right)), (None, None)]);
}

#[tokio::test]
async fn answer_waits_until_it_is_kept() {
    let seats = Seat::all(["anna"]).expect("a name");
    let (listener, mut arrivals) = Listener::start(ListenConfig::new(suite(), seats)).await.expect("a free port");
    let seat = listener.seats()[0].clone();
    let address = listener.origin().trim_start_matches("http://").to_owned();
    let request = get(&format!("{}/{PATIENT}", seat.path), Some(&seat.token));
    let asking = tokio::spawn({
        let (address, request) = (address.clone(), request.clone());
        async move { ask(&address, request.as_bytes()).await }
    });
    let heard = arrivals.next().await.expect("it came");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!asking.is_finished(), "an answer that is not kept does not go");
    drop(heard.kept());
    assert_eq!(asking.await.expect("it is answered").status, 200);

    let asking = tokio::spawn(async move { ask(&address, request.as_bytes()).await });
    drop(arrivals.next().await.expect("it came"));
    let answer = asking.await.expect("it is answered");
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(!answer.body.contains("full-plan"), "{answer:?}");
    listener.stop().await;
    assert!(arrivals.next().await.is_none(), "after the stop nothing comes");
}

#[tokio::test]
async fn slow_and_broken_answers_of_one_hold_nobody_else() {
    let table = Table::of(&["anna", "bert"]).await;
    table.listener.set_behaviour("anna", &strike(Misbehaviour::NeverAnswers)).expect("silence");
    let waiting: Vec<_> = (0..40)
        .map(|_| {
            let (address, request) = (table.address(), table.get(0, PATIENT));
            tokio::spawn(async move { ask(&address, request.as_bytes()).await })
        })
        .collect();
    let arrivals = table.after(40).await;
    assert!(arrivals.iter().all(|arrival| arrival.answer.is_some()));
    assert_eq!(table.ask(&table.get(1, PATIENT)).await.status, 200);
    assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
    table.listener.set_behaviour("anna", &strike(Misbehaviour::Truncate)).expect("half");
    let answer = table.ask(&table.get(0, PATIENT)).await;
    let whole = table.after(42).await.last().and_then(|arrival| arrival.answer.clone()).expect("it was answered");
    assert!(!answer.body.is_empty() && answer.body.len() < whole.body.len(), "{answer:?}");
}
