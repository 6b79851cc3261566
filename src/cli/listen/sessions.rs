//! A session for each vendor: its own plan, evidence, live page and report,
//! all at one listener and beside each other.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::super::failure::Failure;
use super::super::output::Concluded;
use super::super::table::{self, Company, Strays};
use super::super::terminal::Terminal;
use super::super::{address, definitions, output, run, runtime, stop};
use super::again::{self, Again};
use super::guests::{self, Guest};
use super::{ListenArguments, config, failure, free, greeting, there, warn_of_others};
use crate::drive::Program;
use crate::engine::{self, Driver, Finished, Recorder, Seats, Statements};
use crate::evidence::Evidence;
use crate::fhir::validate::Validator;
use crate::nearest::nearest;
use crate::plan::{Plan, Selection};
use crate::recognise::Recogniser;
use crate::redact::Redactor;
use crate::scenario::{Persona, Suite};
use crate::serve::{Arrivals, ListenConfig, Listener, PagePlace, Seat};

/// What all sessions share.
struct House<'h> {
    arguments: &'h ListenArguments,
    suite: &'h Suite,
    selection: &'h Selection,
    validator: &'h Validator,
    terminal: Terminal,
    /// Several vendors sit here: the terminal is nobody's.
    many: bool,
    /// Factor on every wait and deadline.
    tempo: f64,
}

/// One vendor's session, before it begins.
struct Session {
    guest: Guest,
    /// Of its place.
    name: String,
    token: String,
    plan: Plan,
    folder: PathBuf,
    /// What came that is nobody's, and nearest to it.
    strays: Strays,
    recorder: Recorder,
    resumed: Option<Evidence>,
}

/// Goes through the suite with every vendor, judges and reports.
pub(crate) fn hold(
    arguments: &ListenArguments,
    (suite, selection): (&Suite, &Selection),
    terminal: Terminal,
) -> Result<Held, Failure> {
    let resumed = arguments.resume.as_deref().map(again::tables).transpose()?;
    let guests = match &resumed {
        Some(tables) => again::guests(tables, arguments, (suite, &terminal))?,
        None => guests::guests(arguments, suite, &terminal)?,
    };
    let fhir = guests::dialect(&guests)?.fhir();
    let validator = definitions::validator(&arguments.packages, fhir)?;
    let seats = seats(&guests, resumed.as_deref())?;
    let many = seats.len() > 1;
    // Waits that were recorded at one tempo are judged by it.
    let tempo = resumed.as_ref().and_then(|tables| tables.first()).map_or(arguments.tempo, |table| table.evidence.start.tempo);
    let house = House { arguments, suite, selection, validator: &validator, terminal, many, tempo };
    let runtime = runtime::made()?;
    let (listener, arrivals) = runtime.block_on(async {
        let mut config = ListenConfig { fhir, ..config(arguments, suite, seats)? };
        config.port = resumed.as_deref().and_then(again::port).unwrap_or(config.port);
        Listener::start(config).await.map_err(|why| failure(why, suite))
    })?;
    again::check(&listener, resumed.as_deref().unwrap_or_default())?;
    let listener = Arc::new(listener);
    let there: Vec<&Persona> = there(&[], suite, fhir)?;
    let pages = house.pages((&listener, &guests))?;
    terminal.say(&greeting::greeting(&listener, (&there, &pages), arguments, terminal.language()));
    warn_of_others(arguments, &terminal);
    let sessions = house.sessions((&listener, guests), resumed)?;
    let folders: Vec<(PathBuf, Strays)> =
        sessions.iter().map(|session| (session.folder.clone(), session.strays.clone())).collect();
    let stop = runtime.block_on(async { stop::on_interrupt(terminal) });
    let finished = house.beside_each_other(runtime.handle(), (&listener, arrivals), (sessions, pages, stop))?;
    let of_all = folders.first().and_then(|(folder, _)| folder.parent()).filter(|_| many).map(Path::to_owned);
    let told = finished.into_iter().zip(&folders).map(|(finished, (folder, strays))| house.report(finished, folder, strays));
    Ok(Held { of_all, concluded: told.collect::<Result<_, Failure>>()? })
}

/// What came of a table.
pub(crate) struct Held {
    /// The folder of all vendors, where there are several.
    pub(crate) of_all: Option<PathBuf>,
    /// Of each vendor.
    pub(crate) concluded: Vec<Concluded>,
}

impl House<'_> {
    /// A session for each guest: their places are in the same order.
    fn sessions(
        &self,
        (listener, guests): (&Listener, Vec<Guest>),
        resumed: Option<Vec<Again>>,
    ) -> Result<Vec<Session>, Failure> {
        let seated = guests.into_iter().zip(listener.seats());
        if let Some(tables) = resumed {
            let session = |((guest, seat), table): ((Guest, &Seat), Again)| {
                let Again { folder, recorder, evidence } = table;
                let (name, token, plan) = (seat.name.clone(), seat.token.clone(), evidence.start.plan.clone());
                let strays = Strays::of(&folder);
                Session { guest, name, token, plan, folder, strays, recorder, resumed: Some(evidence) }
            };
            return Ok(seated.zip(tables).map(session).collect());
        }
        let folder = self.arguments.out.clone().unwrap_or_else(run::new_folder);
        let session = |(guest, seat): (Guest, &Seat)| {
            let base = listener.base(&seat.name).unwrap_or_default();
            let folder = if self.many { folder.join(&seat.name) } else { folder.clone() };
            let (name, token) = (seat.name.clone(), seat.token.clone());
            let (plan, recorder) = (self.plan(&guest, base)?, table::recorder(&folder)?);
            let strays = Strays::of(&folder);
            Ok(Session { guest, name, token, plan, folder, strays, recorder, resumed: None })
        };
        seated.map(session).collect()
    }

    fn plan(&self, guest: &Guest, base: &str) -> Result<Plan, Failure> {
        let mut plan = table::plan(self.suite, (guest.product.clone(), guest.dialect), base, self.selection)?;
        plan.known.clone_from(&guest.known);
        Ok(plan)
    }

    /// Each session on a thread of its own, and one that hands out what comes in.
    fn beside_each_other(
        &self,
        handle: &Handle,
        (listener, arrivals): (&Arc<Listener>, Arrivals),
        (sessions, mut pages, stop): (Vec<Session>, BTreeMap<String, PagePlace>, watch::Receiver<bool>),
    ) -> Result<Vec<Finished>, Failure> {
        let (tables, mut places) = Seats::new(listener, self.tempo);
        let claimed = sessions.first().map(|session| session.plan.claims.dialect);
        let claimed = claimed.ok_or_else(|| Failure::harness("nobody is at the table"))?;
        let recogniser = Recogniser::new(&self.suite.exchanges, claimed).explaining(&self.suite.dialects);
        let (over, mut is_over) = watch::channel(false);
        let secrets: Vec<_> = listener.seats().iter().map(|seat| (seat.name.clone(), seat.token.clone())).collect();
        let redactor = Redactor::masking(secrets.iter().map(|(name, token)| (name.as_str(), token.as_str())));
        // A vendor is shown what came near to it, and of the others not even the name.
        let to_vendors = Redactor::masking(secrets.iter().map(|(_, token)| (address::TOKEN, token.as_str())));
        let strays: BTreeMap<String, Strays> =
            sessions.iter().map(|session| (session.name.clone(), session.strays.clone())).collect();
        let stray = |arrival: &crate::serve::Arrival| {
            self.terminal.note(&free::line(arrival, &redactor, self.terminal.language()));
            if let Some(nearest) = table::nearest(arrival, listener.seats())
                && let Some(strays) = strays.get(nearest)
            {
                strays.add(table::stray(arrival, (nearest, listener.seats()), &to_vendors));
            }
        };
        // All that can be wrong is found before anybody sits down: a thread that waits would wait for ever.
        let mut prepared = Vec::new();
        for session in sessions {
            let seat = places.remove(&session.name).ok_or_else(|| Failure::harness("a vendor has no place"))?;
            let company = self.company(&session, listener, pages.remove(&session.name))?;
            prepared.push((session, seat, company));
        }
        std::thread::scope(|scope| {
            let hands = scope.spawn(|| {
                handle.block_on(async {
                    tokio::select! {
                        () = tables.hand_out(arrivals, &recogniser, stray) => {}
                        // An error means that all sessions are gone, which is the end as well.
                        _ = is_over.wait_for(|over| *over) => {}
                    }
                });
            });
            let sit = |(session, seat, company)| {
                let stop = stop.clone();
                scope.spawn(move || handle.block_on(self.sit((session, seat), company, stop)))
            };
            let sitting: Vec<_> = prepared.into_iter().map(sit).collect();
            let broke = |_| Failure::harness("a session broke");
            let finished: Result<Vec<_>, Failure> = sitting.into_iter().map(|one| one.join().map_err(broke)?).collect();
            // Fails only when nobody hands out any more.
            let _ = over.send(true);
            hands.join().map_err(|_| Failure::harness("what came in could not be handed out"))?;
            finished
        })
    }

    /// A page for each guest whom nothing but people drives: its port is taken before its address is handed out.
    fn pages(&self, (listener, guests): (&Listener, &[Guest])) -> Result<BTreeMap<String, PagePlace>, Failure> {
        let arguments = self.arguments;
        let mut pages = BTreeMap::new();
        if arguments.no_page || arguments.ci {
            return Ok(pages);
        }
        if arguments.page_address.is_unspecified() && arguments.host.is_none() {
            let failure = Failure::usage("`--page-address` is no address that others can be told");
            return Err(failure.hint("say by which name or address they reach this machine with `--host NAME`"));
        }
        // Only one page can have a port that was asked for.
        let at = SocketAddr::new(arguments.page_address, if self.many { 0 } else { arguments.page });
        let host = arguments.host.as_deref().filter(|_| !arguments.page_address.is_loopback());
        let people = guests.iter().zip(listener.seats()).filter(|(guest, _)| guest.trigger.is_none());
        for (_, seat) in people {
            match PagePlace::take(at, host) {
                Ok(place) => drop(pages.insert(seat.name.clone(), place)),
                Err(why) => self.terminal.note(&table::no_page(self.terminal.language(), &why)),
            }
        }
        Ok(pages)
    }

    fn company(&self, session: &Session, listener: &Listener, page: Option<PagePlace>) -> Result<Company, Failure> {
        let arguments = self.arguments;
        let driver = session.guest.trigger.as_deref().map(|trigger| driver(trigger, session, listener, arguments));
        let statements = match &session.guest.attest {
            Some(file) => self.statements(file)?,
            None => Statements::new(),
        };
        let attended = !self.many && driver.is_none() && self.terminal.answers();
        Ok(Company {
            patience: patience(arguments.answer_within, attended),
            attended,
            driver,
            statements,
            page,
            strays: session.strays.clone(),
            resumed: session.resumed.clone(),
            folder: Some(session.folder.join("report.html").display().to_string()),
        })
    }

    /// What a file says that the client shows. A name that no question has would be lost without a word.
    fn statements(&self, file: &Path) -> Result<Statements, Failure> {
        let statements = engine::of_file(file).map_err(|why| Failure::usage(why.to_string()))?;
        let questions = table::questions(self.suite);
        let Some(unknown) = statements.keys().find(|key| !questions.contains(*key)) else { return Ok(statements) };
        let failure = Failure::usage(format!("`{}`: no question is called `{unknown}`", file.display()));
        let near = nearest(unknown, questions.iter().map(String::as_str));
        let called = || table::called(unknown, &questions);
        Err(failure.hint(near.map_or_else(called, |near| format!("did you mean `{near}`?"))))
    }

    async fn sit(
        &self,
        (session, seat): (Session, engine::Seat),
        company: Company,
        stop: watch::Receiver<bool>,
    ) -> Result<Finished, Failure> {
        let settings = table::settings(session.recorder, &session.token, (self.tempo, self.validator), stop)?;
        Ok(table::sit((&session.plan, self.suite, self.validator), (seat, company), settings, self.terminal).await)
    }

    fn report(&self, finished: Finished, folder: &Path, strays: &Strays) -> Result<Concluded, Failure> {
        let completeness = run::completeness(self.arguments.require_complete);
        let bench = output::Bench { suite: self.suite, validator: self.validator, completeness };
        let folder = output::Folder { path: folder, trouble: finished.stored.err() };
        let concluded = output::conclude(&finished.evidence, &bench, &folder, &self.terminal)?;
        if let Some(summary) = strays.summary(self.terminal.language()) {
            self.terminal.say(&summary);
        }
        Ok(concluded)
    }
}

/// Minutes that a question waits where nobody may be there to answer it.
const PATIENCE: u32 = 15;

/// How long questions wait: one person at a terminal may take all the time, nobody else keeps a table waiting for ever.
fn patience(given: Option<u32>, attended: bool) -> Option<Duration> {
    let minutes = given.or((!attended).then_some(PATIENCE))?;
    Some(Duration::from_secs(u64::from(minutes) * 60))
}

/// What starts the client of a vendor.
fn driver(trigger: &str, session: &Session, listener: &Listener, arguments: &ListenArguments) -> Driver {
    let mut environment = vec![
        ("TOETS_URL".to_owned(), listener.base(&session.name).unwrap_or_default().to_owned()),
        (address::TOKEN.to_owned(), session.token.clone()),
        ("TOETS_VENDOR".to_owned(), session.name.clone()),
        ("TOETS_FHIR".to_owned(), session.plan.claims.dialect.fhir().name().to_owned()),
    ];
    if listener.ca_pem().is_some() {
        environment.push(("TOETS_CA".to_owned(), arguments.tls_folder.join("ca.pem").display().to_string()));
    }
    if let Some(file) = listener.client_file(&session.name) {
        let file = arguments.tls_folder.join(file);
        environment.push(("TOETS_CLIENT_CERTIFICATE".to_owned(), file.display().to_string()));
    }
    if trigger.starts_with("http://") || trigger.starts_with("https://") {
        return Driver::Call { url: trigger.to_owned(), environment };
    }
    Driver::Program(Program { command: trigger.to_owned(), environment })
}

/// The vendors' places, with the tokens that the environment has for them.
fn seats(guests: &[Guest], resumed: Option<&[Again]>) -> Result<Vec<Seat>, Failure> {
    let mut seats = guests::seats(guests)?;
    // A table that goes on keeps its addresses and its tokens; every other has new ones, whatever the environment holds.
    let Some(again) = resumed else { return Ok(seats) };
    let many = seats.len() > 1;
    for seat in &mut seats {
        let own = format!("{}_{}", address::TOKEN, seat.name.replace('-', "_").to_uppercase());
        let name = if many { own } else { address::TOKEN.to_owned() };
        if let Some(token) = std::env::var(name).ok().filter(|token| !token.trim().is_empty()) {
            token.trim().clone_into(&mut seat.token);
        }
    }
    again::sit_again(&mut seats, again);
    Ok(seats)
}
