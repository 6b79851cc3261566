//! From the listener to the tables: each request goes to the table of its
//! vendor, and its answer leaves when it is recorded there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::Came;
use crate::drive::Reply;
use crate::recognise::{Asked, Recogniser};
use crate::scenario::{Answering, Misbehaviour};
use crate::serve::{Answered, Arrival, Arrivals, Behaviour, Heard, Listener, Strike};

/// Requests of a vendor that may wait to be recorded.
const WAITING: usize = 128;

/// Says how to answer from now on.
pub type Answers = Box<dyn Fn(&[Answering]) + Send + Sync>;

/// The place where the requests of one client come in.
pub struct Seat {
    /// Requests.
    pub came: mpsc::Receiver<Came>,
    /// Says how to answer from now on.
    pub answers: Answers,
}

/// The places at a listener, each with what comes in for it.
pub struct Seats {
    tables: BTreeMap<String, Table>,
}

struct Table {
    base: String,
    /// Scheme, host and port, here and at the other origin.
    origins: (String, String),
    came: mpsc::Sender<Came>,
}

impl Seats {
    /// A place for every vendor of the listener: those that hand out, and those that take in.
    #[must_use]
    pub fn new(listener: &Arc<Listener>, tempo: f64) -> (Self, BTreeMap<String, Seat>) {
        let (mut tables, mut seats) = (BTreeMap::new(), BTreeMap::new());
        for seat in listener.seats() {
            let name = seat.name.clone();
            let base = listener.base(&name).unwrap_or_default().to_owned();
            let (sender, came) = mpsc::channel(WAITING);
            let origins = (listener.origin().to_owned(), listener.other_origin().to_owned());
            tables.insert(name.clone(), Table { base, origins, came: sender });
            let (listener, of) = (Arc::clone(listener), name.clone());
            let answers = move |answering: &[Answering]| {
                let strike = |answering: &Answering| Strike {
                    on: answering.on.clone(),
                    behaviour: answering.behaviour.iter().map(|behaviour| scaled(behaviour, tempo)).collect(),
                };
                let behaviour = Behaviour { strikes: answering.iter().map(strike).collect(), ..Behaviour::default() };
                // The lint has held every behaviour of the suite against what a place can do.
                let _ = listener.set_behaviour(&of, &behaviour);
            };
            seats.insert(name, Seat { came, answers: Box::new(answers) });
        }
        (Self { tables }, seats)
    }

    /// Hands out what comes in until the listener stops. What fits nobody is told to `stray`.
    pub async fn hand_out(self, mut arrivals: Arrivals, recogniser: &Recogniser, stray: impl Fn(&Arrival)) {
        while let Some(heard) = arrivals.next().await {
            let table = heard.arrival.seat.as_ref().and_then(|seat| self.tables.get(seat));
            let (Some(table), Some(answer)) = (table, &heard.arrival.answer) else {
                stray(&heard.arrival);
                // There is nothing to wait for.
                let _ = heard.kept();
                continue;
            };
            let (recorded, wait) = oneshot::channel();
            let came = came((&heard.arrival, answer), table, recogniser, recorded);
            // A table that is over records nothing; its vendor gets no answer that nobody keeps.
            if table.came.send(came).await.is_ok() {
                tokio::spawn(release(heard, wait));
            }
        }
    }
}

async fn release(heard: Heard, recorded: oneshot::Receiver<()>) {
    if recorded.await.is_ok() {
        let _ = heard.kept();
    }
}

/// Waits are scaled as all of ours are (settled 22).
fn scaled(behaviour: &Misbehaviour, tempo: f64) -> Misbehaviour {
    match behaviour {
        Misbehaviour::Delay(milliseconds) => {
            let scaled = Duration::from_millis(u64::from(*milliseconds)).mul_f64(tempo.max(0.0)).as_millis();
            Misbehaviour::Delay(u32::try_from(scaled).unwrap_or(u32::MAX))
        }
        other => other.clone(),
    }
}

fn came((arrival, answer): (&Arrival, &Answered), table: &Table, recogniser: &Recogniser, recorded: oneshot::Sender<()>) -> Came {
    let asked = &arrival.request;
    let query = if asked.query.is_empty() { String::new() } else { format!("?{}", asked.query) };
    let origin = if arrival.at_other_origin { &table.origins.1 } else { &table.origins.0 };
    let url = format!("{}{}{query}", origin, asked.path);
    let form = String::from_utf8_lossy(&asked.body).into_owned();
    let form = Some(form.as_str()).filter(|form| !form.is_empty());
    let recognised = recogniser.recognise(&Asked::at(&asked.method, &url, form, &table.base));
    Came {
        method: asked.method.clone(),
        headers: asked.headers.clone(),
        body: asked.body.clone(),
        answer: Reply { status: answer.status, headers: answer.headers.clone(), body: answer.body.clone() },
        remarks: recognised.remarks(),
        asks: recognised.asks(recogniser.claimed()).map(|asks| asks.exchange.clone()),
        url,
        recorded,
    }
}
