//! The table with a client of our own making: what ends a phase, what is
//! recorded, and what is kept out.

mod again;

use tokio::sync::{mpsc, oneshot, watch};

use super::*;
use crate::agreements::{Actor, Dialect};
use crate::drive::{Program, Secrets};
use crate::engine::Recorder;
use crate::evidence::{Attested, Exchange, Exhibit, PhaseOver, Record, Said};
use crate::plan::{Claims, Selection, Target, TargetAuth, compile};
use crate::scenario::{Source, load};

const TOKEN: &str = "a-token-of-the-test";
const TEMPO: f64 = 0.001;

struct Bench {
    suite: Suite,
    plan: Plan,
    came: mpsc::Sender<Came>,
    orders: mpsc::Sender<Order>,
    table: Table,
}

/// A table for this scenario of the suite.
fn bench(scenario: &str) -> Bench {
    let suite = load(&Source::Embedded).expect("the suite of the house is right");
    let claims = Claims::new(Actor::Consulter, Dialect::R4Rc2);
    let target = Target::new("http://127.0.0.1/fhir", TargetAuth::Bearer("TOETS_TOKEN".to_owned()));
    let plan = compile(&suite, claims, target, &Selection::Only(vec![scenario.to_owned()])).expect("it compiles");
    let ((came, comes), (orders, ordered)) = (mpsc::channel(64), mpsc::channel(64));
    let table = Table::new(comes, ordered, Box::new(|_| ()));
    Bench { suite, plan, came, orders, table }
}

impl Bench {
    async fn sit(self) -> Evidence {
        self.sit_at(TEMPO).await
    }

    async fn sit_at(self, tempo: f64) -> Evidence {
        let (_stop, stop) = watch::channel(false);
        let mut secrets = Secrets::new();
        secrets.insert("TOETS_TOKEN", TOKEN).expect("it is long enough");
        let settings = Settings { secrets, tempo, stop, ..Settings::plain(Recorder::in_memory()) };
        serve(&self.plan, &self.suite, settings, self.table, |_| ()).await.evidence
    }

    fn send(&self, asks: Option<&str>, authorization: &str) -> oneshot::Receiver<()> {
        let (recorded, wait) = oneshot::channel();
        self.came.try_send(request(asks, authorization, recorded)).expect("there is room");
        wait
    }

    fn order(&self, order: Order) {
        self.orders.try_send(order).expect("there is room");
    }
}

fn request(asks: Option<&str>, authorization: &str, recorded: oneshot::Sender<()>) -> Came {
    Came {
        method: "GET".to_owned(),
        url: "http://127.0.0.1/fhir/Goal?patient=1".to_owned(),
        headers: vec![("authorization".to_owned(), authorization.to_owned())],
        body: Vec::new(),
        answer: Reply { status: 200, headers: Vec::new(), body: b"{}".to_vec() },
        asks: asks.map(str::to_owned),
        remarks: Vec::new(),
        recorded,
    }
}

fn phases(evidence: &Evidence) -> Vec<&PhaseOver> {
    evidence.records.iter().filter_map(|record| if let Record::Phase(over) = record { Some(over) } else { None }).collect()
}

fn exchanges(evidence: &Evidence) -> Vec<&Exchange> {
    let all = evidence.records.iter();
    all.filter_map(|record| if let Record::Exchange(exchange) = record { Some(&**exchange) } else { None }).collect()
}

fn attested(evidence: &Evidence) -> Vec<&Attested> {
    evidence.records.iter().filter_map(|record| if let Record::Attested(said) = record { Some(said) } else { None }).collect()
}

#[tokio::test]
async fn phase_is_over_when_all_is_asked_and_one_of_1a_and_1b_is_enough() {
    let bench = bench("empty");
    let all =
        bench.suite.exchanges.iter().filter(|exchange| !["encounters", "patient-lookup"].contains(&exchange.exchange.as_str()));
    all.for_each(|exchange| drop(bench.send(Some(&exchange.exchange), "Bearer x")));
    let evidence = bench.sit().await;
    assert_eq!(phases(&evidence)[0].why, PhaseEnd::Asked);
}

#[tokio::test]
async fn phase_in_which_something_is_not_asked_lasts_until_its_deadline() {
    let bench = bench("empty");
    bench.send(Some("procedures"), "Bearer x");
    let evidence = bench.sit().await;
    assert_eq!(phases(&evidence)[0].why, PhaseEnd::Deadline);
}

#[tokio::test]
async fn orders_leave_a_phase_out_begin_it_again_and_go_on() {
    let bench = bench("pages");
    for order in [Order::Repeat, Order::Next, Order::Skip] {
        bench.order(order);
    }
    let evidence = bench.sit().await;
    let ends: Vec<_> = phases(&evidence).iter().map(|over| (over.step.as_str(), over.why)).collect();
    assert_eq!(ends, [("paged", PhaseEnd::Skipped), ("paged", PhaseEnd::Next), ("endless", PhaseEnd::Skipped)]);
}

#[tokio::test]
async fn credentials_are_named_when_they_are_ours_and_hidden_when_they_are_not() {
    let bench = bench("empty");
    bench.send(None, &format!("Bearer {TOKEN}"));
    bench.send(None, "Basic dXNlcjpzZWNyZXQ=");
    let evidence = bench.sit().await;
    let headers: Vec<_> = exchanges(&evidence).iter().map(|exchange| exchange.request.headers[0].1.clone()).collect();
    assert_eq!(headers, ["Bearer ${TOETS_TOKEN}", "Basic ${ANOTHER}"]);
}

#[tokio::test]
async fn what_is_known_of_the_screen_is_recorded_with_the_picture_that_shows_it() {
    let mut bench = bench("empty");
    let exhibit = Exhibit { name: "screen.png".to_owned(), media_type: "image/png".to_owned(), digest: String::new() };
    let statement =
        Statement { answer: Said::Yes, remark: None, exhibit: Some((exhibit, b"\x89PNG".to_vec())), by: "a file".to_owned() };
    bench.table.statements.insert("empty/nothing/shown".to_owned(), statement);
    bench.order(Order::Next);
    let evidence = bench.sit().await;
    let said = attested(&evidence);
    assert_eq!((said.len(), said[0].answer, said[0].expectation.as_str()), (1, Said::Yes, "shown"));
    let digest = &said[0].exhibit.as_ref().expect("there is a picture").digest;
    assert_eq!(evidence.blobs[digest].as_ref(), b"\x89PNG");
}

#[cfg(unix)]
#[tokio::test]
async fn program_tells_what_its_client_shows_and_how_it_ended() {
    let mut bench = bench("empty");
    let command = r#"test "$TOETS_PHASE" = nothing && echo '{"nothing": "no"}' > "$TOETS_ATTEST"; exit 3"#.to_owned();
    bench.table.driver = Some(Driver::Program(Program { command, environment: Vec::new() }));
    // Long enough for a shell to start.
    let evidence = bench.sit_at(0.01).await;
    assert_eq!(phases(&evidence)[0].program, Some(ProgramEnd::Code(3)));
    assert_eq!(attested(&evidence).iter().map(|said| said.answer).collect::<Vec<_>>(), [Said::No]);
}

#[tokio::test]
async fn address_that_nobody_answers_at_did_not_start_the_client() {
    let mut bench = bench("empty");
    bench.table.driver = Some(Driver::Call { url: "http://127.0.0.1:1/start".to_owned(), environment: Vec::new() });
    let evidence = bench.sit_at(0.01).await;
    assert!(matches!(phases(&evidence)[0].program, Some(ProgramEnd::NotStarted(_))));
    let noted = |record: &Record| matches!(record, Record::Note(noted) if noted.text.starts_with("the client was not started: "));
    assert!(evidence.records.iter().any(noted), "who reads the report learns why");
}

#[tokio::test]
async fn note_is_kept_with_its_phase_without_what_may_not_be_kept_and_ends_nothing() {
    let mut bench = bench("empty");
    bench.table.attended = true;
    bench.order(Order::Note(format!("  the list was slow, {TOKEN} "), "the terminal".to_owned()));
    bench.order(Order::Next);
    bench.order(Order::Note("asked about the screen".to_owned(), "the live page".to_owned()));
    bench.order(Order::Next);
    let evidence = tokio::time::timeout(Duration::from_secs(20), bench.sit()).await.expect("it ends");
    let notes = evidence.records.iter().filter_map(|record| if let Record::Note(noted) = record { Some(noted) } else { None });
    let notes: Vec<_> = notes.map(|noted| (noted.step.as_str(), noted.text.as_str(), noted.by.as_str())).collect();
    let wanted = [
        ("nothing", "the list was slow, ${TOETS_TOKEN}", "the terminal"),
        ("nothing", "asked about the screen", "the live page"),
    ];
    assert_eq!(notes, wanted);
}

#[tokio::test]
async fn question_that_nobody_answers_in_time_is_recorded_as_that_and_the_table_goes_on() {
    let mut bench = bench("empty");
    bench.table.attended = true;
    bench.table.patience = Some(Duration::from_secs(100));
    bench.order(Order::Next);
    // Who could still give orders is there all the time.
    let _people = bench.orders.clone();
    let evidence = tokio::time::timeout(Duration::from_secs(20), bench.sit()).await.expect("no question blocks for ever");
    let unanswered = evidence.records.iter().find_map(|record| match record {
        Record::Unanswered(unanswered) => {
            Some((unanswered.step.as_str(), unanswered.expectations.join(","), unanswered.waited_s))
        }
        _ => None,
    });
    assert_eq!(unanswered, Some(("nothing", "no-crash,shown".to_owned(), 0)));
    assert!(attested(&evidence).is_empty());
}

/// How `empty` goes when these orders come while its question is open.
async fn while_asked(orders: Vec<Order>) -> Vec<PhaseEnd> {
    let mut bench = bench("empty");
    bench.table.attended = true;
    bench.order(Order::Next);
    orders.into_iter().for_each(|order| bench.order(order));
    let evidence = tokio::time::timeout(Duration::from_secs(20), bench.sit()).await.expect("it ends");
    phases(&evidence).iter().map(|over| over.why).collect()
}

#[tokio::test]
async fn orders_while_questions_are_open_go_on_leave_the_phase_out_or_begin_it_again() {
    assert_eq!(while_asked(vec![Order::Next]).await, [PhaseEnd::Next]);
    assert_eq!(while_asked(vec![Order::Skip]).await, [PhaseEnd::Next, PhaseEnd::Skipped]);
    let again = while_asked(vec![Order::Repeat, Order::Next, Order::Next]).await;
    assert_eq!(again, [PhaseEnd::Next, PhaseEnd::Next]);
}

#[tokio::test]
async fn questions_are_seen_by_who_looks_before_anybody_answers() {
    let mut bench = bench("empty");
    let asked = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (orders, seen) = (bench.orders.clone(), Arc::clone(&asked));
    bench.table.attended = true;
    bench.table.look = Some(Box::new(move |_| {
        if seen.load(std::sync::atomic::Ordering::SeqCst) {
            // There is room for one more, or the one before has not been taken yet.
            let _ = orders.try_send(Order::Next);
        }
        true
    }));
    bench.order(Order::Next);
    let (_stop, stop) = watch::channel(false);
    let settings = Settings { tempo: 1.0, stop, ..Settings::plain(Recorder::in_memory()) };
    let tell = move |event| {
        if matches!(event, Event::Question { .. }) {
            asked.store(true, std::sync::atomic::Ordering::SeqCst);
        }
    };
    let served = serve(&bench.plan, &bench.suite, settings, bench.table, tell);
    let finished = tokio::time::timeout(Duration::from_secs(20), served).await.expect("who looks sees the question");
    assert_eq!(phases(&finished.evidence).len(), 1);
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_answered_and_the_table_says_so_and_ends() {
    let folder = std::env::temp_dir().join(format!("toets-table-gone-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let bench = bench("pages");
    let (told_in, mut told) = mpsc::unbounded_channel();
    let first = bench.send(None, "");
    let came = bench.came.clone();
    let recorder = Recorder::in_folder(&folder);
    let (_stop, stop) = watch::channel(false);
    let settings = Settings { stop, ..Settings::plain(recorder) };
    let served = serve(&bench.plan, &bench.suite, settings, bench.table, move |event| drop(told_in.send(event)));
    let client = async {
        first.await.expect("it was stored");
        std::fs::remove_dir_all(folder.join(super::super::BLOBS)).expect("it is there");
        let (recorded, wait) = oneshot::channel();
        came.send(request(None, "", recorded)).await.expect("there is room");
        wait.await.expect_err("it was not stored");
    };
    let (finished, ()) = tokio::join!(served, client);
    assert_eq!(exchanges(&finished.evidence).len(), 1, "what was not answered so is no evidence");
    assert!(finished.stored.is_err());
    let all: Vec<Event> = std::iter::from_fn(|| told.try_recv().ok()).collect();
    let troubles: Vec<_> =
        all.iter().filter_map(|event| if let Event::NotKept(why) = event { Some(why) } else { None }).collect();
    assert!(troubles.len() == 1 && troubles[0].contains("blobs"), "{troubles:?}");
    assert_eq!(phases(&finished.evidence)[0].why, PhaseEnd::Stopped);
    let _ = std::fs::remove_dir_all(&folder);
}

/// Asks for as long as anybody listens.
async fn flood(came: mpsc::Sender<Came>) {
    loop {
        let (recorded, _) = oneshot::channel();
        if came.send(request(None, "", recorded)).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn client_that_never_stops_asking_holds_up_neither_clock_nor_people_nor_ctrl_c() {
    let patience = Duration::from_secs(20);
    let clock = bench("empty");
    tokio::spawn(flood(clock.came.clone()));
    let evidence = tokio::time::timeout(patience, clock.sit()).await.expect("the deadline counts");
    assert_eq!(phases(&evidence)[0].why, PhaseEnd::Deadline);

    let people = bench("empty");
    tokio::spawn(flood(people.came.clone()));
    people.order(Order::Skip);
    let evidence = tokio::time::timeout(patience, people.sit_at(1.0)).await.expect("orders count");
    assert_eq!(phases(&evidence)[0].why, PhaseEnd::Skipped);

    let stopped = bench("empty");
    tokio::spawn(flood(stopped.came.clone()));
    let (stop_in, stop) = watch::channel(false);
    let settings = Settings { stop, ..Settings::plain(Recorder::in_memory()) };
    let served = serve(&stopped.plan, &stopped.suite, settings, stopped.table, |_| ());
    let press = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        stop_in.send(true).expect("somebody listens");
    };
    let (finished, ()) = tokio::time::timeout(patience, async { tokio::join!(served, press) }).await.expect("Ctrl-C counts");
    assert_eq!(phases(&finished.evidence)[0].why, PhaseEnd::Stopped);
}

#[tokio::test]
async fn of_a_phase_only_so_much_is_kept_and_the_rest_is_counted() {
    let bench = bench("empty");
    let (bound, more) = (super::came::MOST, 7);
    let came = bench.came.clone();
    let client = async move {
        let mut refused = 0;
        for _ in 0..bound + more {
            let (recorded, wait) = oneshot::channel();
            came.send(request(None, "", recorded)).await.expect("there is room");
            refused += usize::from(wait.await.is_err());
        }
        refused
    };
    let orders = bench.orders.clone();
    let press = async {
        let refused = client.await;
        orders.send(Order::Next).await.expect("somebody listens");
        refused
    };
    let (evidence, refused) = tokio::join!(bench.sit_at(1.0), press);
    assert_eq!((exchanges(&evidence).len(), refused), (bound, more));
    assert_eq!(phases(&evidence)[0].beyond, Some(more as u64));
}

#[tokio::test]
async fn who_looks_sees_many_records_at_once_and_all_at_last() {
    let mut bench = bench("empty");
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (counts, ready) = (Arc::clone(&seen), std::sync::Mutex::new(Instant::now()));
    bench.table.look = Some(Box::new(move |so_far| {
        let mut ready = ready.lock().expect("nobody breaks");
        if Instant::now() < *ready {
            return false;
        }
        *ready = Instant::now() + Duration::from_millis(100);
        counts.lock().expect("nobody breaks").push(exchanges(so_far).len());
        true
    }));
    for _ in 0..50 {
        bench.send(None, "");
    }
    let orders = bench.orders.clone();
    let press = async {
        while seen.lock().expect("nobody breaks").last() != Some(&50) {
            sleep(Duration::from_millis(10)).await;
        }
        orders.send(Order::Next).await.expect("somebody listens");
    };
    let both = async { tokio::join!(bench.sit_at(1.0), press) };
    tokio::time::timeout(Duration::from_secs(20), both).await.expect("the last is seen though nothing more comes");
    assert!(seen.lock().expect("nobody breaks").len() < 10, "{seen:?}");
}
