//! A client at the table: phases, people at a terminal or at a page, programs
//! in CI. Everything that `toets listen` and `toets run --actor consulter` share.

mod board;
mod people;
mod plan;
mod reference;
mod strays;
mod words;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::terminal::Terminal;
use crate::engine::{self, Driver, Finished, Look, Order, Seat, Settings, Statements, Table};
use crate::evidence::Evidence;
use crate::fhir::validate::Validator;
use crate::plan::Plan;
use crate::recognise::Recogniser;
use crate::report::live::Now;
use crate::scenario::Suite;
use crate::serve::{LivePage, PagePlace, Viewers, live_page};

pub(crate) use plan::{called, plan, questions, recorder, settings};
pub use reference::Reference;
pub(crate) use strays::{Strays, nearest, stray};
pub(crate) use words::no_page;

/// Without a request for so long, it is said where to look.
const SILENCE: Duration = Duration::from_secs(30);

/// Orders that may wait.
const ORDERS: usize = 64;

/// Who else is at the table.
pub(crate) struct Company {
    /// Starts the client for each phase.
    pub(crate) driver: Option<Driver>,
    /// What is known beforehand of what the client shows.
    pub(crate) statements: Statements,
    /// Where the live page is; none is served when absent.
    pub(crate) page: Option<PagePlace>,
    /// What had happened before, when a table that was broken off goes on.
    pub(crate) resumed: Option<Evidence>,
    /// Somebody at the terminal gives orders.
    pub(crate) attended: bool,
    /// What came that is nobody's, and nearest to this client.
    pub(crate) strays: Strays,
    /// How long questions wait for an answer; for ever when absent.
    pub(crate) patience: Option<Duration>,
    /// Where the report will be, for who looks at the page.
    pub(crate) folder: Option<String>,
}

/// Goes through the plan with the client, and shows how it stands meanwhile.
pub(crate) async fn sit(
    (plan, suite, validator): (&Plan, &Suite, &Validator),
    (seat, company): (Seat, Company),
    settings: Settings,
    terminal: Terminal,
) -> Finished {
    let now = Arc::new(Mutex::new(Now { folder: company.folder.clone(), ..Now::default() }));
    let (orders_in, orders) = mpsc::channel(ORDERS);
    let (evidence_in, evidence) = mpsc::channel(1);
    let (state_in, state) = watch::channel(Arc::<str>::from("null"));
    let page = company.page.and_then(|place| page(place, state, (&orders_in, &now), &terminal));
    let listens = company.attended || page.is_some();
    if company.attended {
        people::listen(orders_in.clone(), Arc::clone(&now), terminal);
    }
    drop(orders_in);
    let (ready, viewers) = (Arc::new(AtomicBool::new(true)), page.as_ref().map(LivePage::viewers));
    let look = look((company.attended, viewers), Arc::clone(&ready), evidence_in);
    let table = Table {
        came: seat.came,
        orders,
        attended: listens,
        patience: company.patience,
        answers: seat.answers,
        driver: company.driver,
        statements: company.statements,
        resumed: company.resumed,
        look,
    };
    let tells = words::Teller { terminal, now: Arc::clone(&now), attended: company.attended };
    let recogniser = Recogniser::new(&suite.exchanges, plan.claims.dialect).explaining(&suite.dialects);
    let follows = company.attended.then_some(terminal);
    let board = board::Board {
        plan,
        suite,
        validator,
        recogniser,
        now: Arc::clone(&now),
        ready,
        terminal: follows,
        state: state_in,
        silence: SILENCE.mul_f64(settings.tempo.max(0.0)),
        told: AtomicBool::new(false),
        strays: company.strays,
    };
    let (finished, ()) = tokio::join!(
        async {
            let finished = engine::serve(plan, suite, settings, table, move |event| tells.tell(&event)).await;
            let mut now = lock(&now);
            now.done = true;
            now.questions.clear();
            drop(now);
            finished
        },
        board.keep(evidence)
    );
    if let Some(page) = page {
        board.last(&finished.evidence);
        // Whoever looks sees the end of it: the events are sent before the page goes.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        page.stop();
    }
    finished
}

/// Takes what there is for the board: while somebody follows at the terminal or looks at the page, when the board is
/// ready for it, and once at the beginning, so that the page is not empty.
fn look((attended, viewers): (bool, Option<Viewers>), ready: Arc<AtomicBool>, evidence: mpsc::Sender<Evidence>) -> Option<Look> {
    if !attended && viewers.is_none() {
        return None;
    }
    let is_first = AtomicBool::new(true);
    Some(Box::new(move |so_far| {
        let is_seen = attended || viewers.as_ref().is_some_and(Viewers::any);
        let is_wanted = is_seen || is_first.load(Ordering::Acquire);
        if !is_wanted || !ready.swap(false, Ordering::AcqRel) {
            return false;
        }
        is_first.store(false, Ordering::Release);
        evidence.try_send(so_far.clone()).is_ok()
    }))
}

fn page(
    place: PagePlace,
    state: watch::Receiver<Arc<str>>,
    (orders, now): (&mpsc::Sender<Order>, &Arc<Mutex<Now>>),
    terminal: &Terminal,
) -> Option<LivePage> {
    let (pressed_in, pressed) = mpsc::channel(ORDERS);
    match live_page(place, crate::report::live::PAGE, state, pressed_in) {
        Ok(page) => {
            people::pressed(pressed, orders.clone(), Arc::clone(now));
            Some(page)
        }
        Err(why) => {
            terminal.note(&words::no_page(terminal.language(), &why));
            None
        }
    }
}

/// The state behind a lock, whatever happened to who held it last.
fn lock<T>(state: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
