//! From a request to its answer at the table: whose it is, what its place
//! answers, and that it is kept before the answer goes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, State};
use axum::http::request::Parts;
use axum::response::Response;
use tokio::sync::{Semaphore, mpsc, watch};

use super::ListenConfig;
use super::arrival::{Answered, Arrival, Asked, Broken, Heard};
use super::fit::{Fit, Reason, Shown, Stray, fit, fit_elsewhere};
use super::place::{BehaviourError, Open, Place, Stock};
use super::seat::Seat;
use crate::agreements::FhirVersion;
use crate::clock::{self, Stopwatch};
use crate::fhir::json;
use crate::scenario::Format;
use crate::serve::answer::{Answer, Refusal};
use crate::serve::format::content_type;
use crate::serve::gate::Visit;
use crate::serve::request::Request;
use crate::serve::server::{self, BodyError, NEVER};
use crate::serve::wire::Deadlines;

/// Bytes of a body. Searches are forms; what else comes is a mistake that is told, and need not be whole.
const MOST_BODY: usize = 256 << 10;
/// Requests of nobody that are answered at the same time.
const STRAYS_AT_ONCE: usize = 32;

/// All that answering needs.
pub(super) struct Table {
    pub(super) places: Vec<Arc<Place>>,
    /// The same in the same order, to look a request up in.
    pub(super) seats: Vec<Seat>,
    strays: Arc<Semaphore>,
    pub(super) arrivals: mpsc::Sender<Heard>,
    deadlines: Deadlines,
    /// The version of FHIR that is spoken to nobody's requests as well.
    fhir: FhirVersion,
    pub(super) clock: Stopwatch,
    pub(super) numbers: AtomicU64,
    pub(super) unheard: AtomicU64,
}

/// One of the two origins.
#[derive(Clone)]
pub(super) struct Origin {
    pub(super) table: Arc<Table>,
    pub(super) is_other: bool,
    pub(super) stopped: watch::Receiver<bool>,
}

/// A request of which all but the body is there.
struct Came {
    number: u64,
    at: String,
    started_us: u64,
    watch: Stopwatch,
    peer: SocketAddr,
    parts: Parts,
    headers: Vec<(String, String)>,
    fit: Fit,
    is_other: bool,
    /// Its own place has room for it.
    has_room: bool,
}

/// Answers a request, after it was kept.
pub(super) async fn handle(
    State(origin): State<Origin>,
    ConnectInfo(visit): ConnectInfo<Visit>,
    request: axum::extract::Request,
) -> Response {
    let _under_way = visit.line.begin();
    let table = Arc::clone(&origin.table);
    let fhir = table.fhir;
    let mut unheard = Unheard(Some(Arc::clone(&table)));
    let (parts, body) = request.into_parts();
    let headers = server::headers(&parts);
    let shown = Shown { path: parts.uri.path(), headers: &headers, certificate: visit.certificate.as_ref() };
    let fit = if origin.is_other { fit_elsewhere(&table.seats, shown) } else { fit(&table.seats, shown) };
    let place = if let Fit::Seat(at, _) = fit { Some(&table.places[at]) } else { None };
    let open: Option<Open> = place.and_then(Place::open);
    let came = Came {
        number: table.numbers.fetch_add(1, Ordering::AcqRel),
        at: clock::now(),
        started_us: table.clock.elapsed_us(),
        watch: Stopwatch::start(),
        peer: visit.peer,
        headers,
        is_other: origin.is_other,
        has_room: place.is_none() || open.is_some(),
        fit,
        parts,
    };
    let turns = place.map_or(&table.strays, |place| &place.turns);
    let turn = Arc::clone(turns).acquire_owned().await;
    if place.is_some() {
        visit.line.is_of_known();
    }
    // In a task of its own: whoever hangs up now is kept all the same.
    let answering = Arc::clone(&table);
    let work = tokio::spawn(async move {
        let _turn = turn;
        answering.answer(came, body).await
    });
    unheard.0 = None;
    let (answer, closes) = work.await.unwrap_or_else(|_| (refused(&Refusal::of_status(500), fhir), true));
    if closes {
        visit.line.close();
    }
    let response = server::send(answer, &visit, NEVER, origin.stopped).await;
    if closes { server::closing(response) } else { response }
}

/// Counts a request that was given up before it was kept.
struct Unheard(Option<Arc<Table>>);

impl Drop for Unheard {
    fn drop(&mut self) {
        if let Some(table) = &self.0 {
            table.unheard.fetch_add(1, Ordering::AcqRel);
        }
    }
}

impl Table {
    pub(super) fn new(
        config: &ListenConfig<'_>,
        arrivals: mpsc::Sender<Heard>,
        [origin, other_origin]: [&str; 2],
        stock: &Stock,
    ) -> Result<Self, BehaviourError> {
        let place = |seat: &Seat| Ok(Arc::new(Place::new(seat.clone(), origin, other_origin, stock)?));
        Ok(Self {
            places: config.seats.iter().map(place).collect::<Result<_, BehaviourError>>()?,
            seats: config.seats.clone(),
            strays: Arc::new(Semaphore::new(STRAYS_AT_ONCE)),
            arrivals,
            deadlines: config.deadlines,
            fhir: config.fhir,
            clock: Stopwatch::start(),
            numbers: AtomicU64::new(0),
            unheard: AtomicU64::new(0),
        })
    }

    /// The answer, kept, and whether the connection ends after it.
    async fn answer(&self, came: Came, body: Body) -> (Answer, bool) {
        let has_body = !body.is_end_stream();
        let decided = self.decide(&came, body).await;
        let closes = decided.unread && has_body || decided.broken.is_some();
        let (answer, arrival) = self.arrival(came, decided);
        let (heard, kept) = Heard::waiting(arrival);
        let is_kept = self.arrivals.send(heard).await.is_ok() && kept.await.is_ok();
        if is_kept {
            return (answer, closes);
        }
        let text = "this request could not be kept, so it is not answered";
        (refused(&Refusal::new(503, "transient", text).header("retry-after", "5"), self.fhir), true)
    }

    async fn decide(&self, came: &Came, body: Body) -> Decided {
        let unread =
            |refusal: &Refusal, broken| Decided { answer: refused(refusal, self.fhir), body: Vec::new(), broken, unread: true };
        if let Err(refusal) = server::refuse_long_head(&came.parts, &came.headers) {
            return unread(&refusal, Some(Broken::HeadTooLong));
        }
        let at = match &came.fit {
            Fit::Stray(stray) => return unread(&stray_refusal(stray, came), None),
            Fit::Seat(at, _) => *at,
        };
        if !came.has_room {
            let text = "there are too many requests of yours open at once";
            return unread(&Refusal::new(503, "throttled", text).header("retry-after", "1"), Some(Broken::TooManyOpen));
        }
        let body = match server::read_body(body, MOST_BODY, self.deadlines.body).await {
            Ok(body) => body,
            Err(why) => return unread(&why.refusal(), Some(broken_body(why))),
        };
        if came.is_other {
            let refusal = Refusal::new(404, "not-found", "there is nothing at this address");
            return Decided { answer: refused(&refusal, self.fhir), body, broken: None, unread: false };
        }
        let place = &self.places[at];
        let request = server::request(&came.parts, came.headers.clone(), body, &place.seat.path);
        let answer = place.responder().respond(&request);
        Decided { answer, body: request.body, broken: None, unread: false }
    }

    fn arrival(&self, came: Came, decided: Decided) -> (Answer, Arrival) {
        let (seat, stray, credential) = match came.fit {
            Fit::Seat(at, credential) => (Some(self.seats[at].name.clone()), None, Some(credential)),
            Fit::Stray(stray) => (None, Some(stray), None),
        };
        let arrival = Arrival {
            number: came.number,
            seat,
            stray,
            credential,
            request: Asked {
                method: came.parts.method.to_string(),
                path: came.parts.uri.path().to_owned(),
                query: came.parts.uri.query().unwrap_or_default().to_owned(),
                headers: came.headers,
                body: decided.body,
            },
            answer: Some(Answered::of(&decided.answer)),
            at: came.at,
            started_us: came.started_us,
            took_us: came.watch.elapsed_us(),
            peer: came.peer,
            at_other_origin: came.is_other,
            broken: decided.broken,
        };
        (decided.answer, arrival)
    }
}

/// What becomes of a request.
struct Decided {
    answer: Answer,
    body: Vec<u8>,
    broken: Option<Broken>,
    /// Whether its body was left where it was.
    unread: bool,
}

fn broken_body(why: BodyError) -> Broken {
    match why {
        BodyError::TooLong => Broken::BodyTooLong,
        BodyError::CutOff => Broken::BodyCutOff,
        BodyError::TooSlow => Broken::BodyTooSlow,
    }
}

/// What a request of nobody is told: the same for all, nothing of any vendor.
fn stray_refusal(stray: &Stray, came: &Came) -> Refusal {
    let nowhere = || Refusal::new(404, "not-found", "there is nothing at this address");
    match stray.reason {
        Reason::PathUnknown | Reason::PathAlmost | Reason::PathShort | Reason::NothingKnown => nowhere(),
        Reason::TokenOfAnother | Reason::TwoTokens | Reason::CertificateOfAnother | Reason::CertificateUnknown
            if came.is_other =>
        {
            nowhere()
        }
        // Word for word what a token of nobody gets.
        Reason::TokenOfAnother | Reason::TwoTokens | Reason::CertificateOfAnother | Reason::CertificateUnknown => {
            Refusal::credentials(&Request { headers: came.headers.clone(), ..Request::default() })
        }
    }
}

/// A refusal without a place.
fn refused(refusal: &Refusal, fhir: FhirVersion) -> Answer {
    let mut answer = Answer::new(
        refusal.status,
        content_type(Format::Json, fhir),
        json::write(refusal.tree(fhir.types()).root()).into_bytes(),
    );
    answer.headers.extend(refusal.headers.clone());
    answer.delay = Duration::ZERO;
    answer
}
