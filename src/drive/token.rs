//! Tokens that are given out: had before the run, and again when they end or
//! are refused while it goes. Which of them holds is known here alone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::time::Instant;

use super::client::ClientError;
use super::command;
use super::connect::Tls;
use super::oauth::{self, Granted, OAuth2};
use super::secrets::{SecretError, Secrets};
use crate::clock::{self, Stopwatch};
use crate::evidence::{TokenAsked, TokenWhy};
use crate::plan::{IssuedToken, Limits};

/// A token is renewed so long before its end, or a tenth of its life.
const MARGIN: Duration = Duration::from_secs(30);

/// Who gives tokens out.
#[derive(Debug, Clone)]
pub enum Source {
    /// A token endpoint.
    OAuth2(OAuth2),
    /// A program that prints one, with its arguments.
    Command(Vec<String>),
}

/// How long a token is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Waits {
    connect: Duration,
    whole: Duration,
}

impl Waits {
    /// As long as for an answer within these limits, at this tempo.
    #[must_use]
    pub fn new(limits: &Limits, tempo: f64) -> Self {
        Self { connect: clock::scaled(limits.connect_ms, tempo), whole: clock::scaled(limits.deadline_ms, tempo) }
    }
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TokenError {
    /// Nobody answered.
    #[error("the token endpoint `{of}` cannot be reached: {detail}")]
    Unreachable {
        /// The endpoint.
        of: String,
        /// What the network said.
        detail: String,
    },
    /// It gave none.
    #[error("the token endpoint `{of}` answered {status}{told}")]
    Refused {
        /// The endpoint.
        of: String,
        /// Status code.
        status: u16,
        /// What it said of it.
        told: String,
        /// How to mend it.
        hint: &'static str,
    },
    /// What it gave cannot be used.
    #[error("the token endpoint `{of}` gave no token that can be used: {problem}")]
    Unusable {
        /// The endpoint.
        of: String,
        /// Why not.
        problem: String,
    },
    /// The program gave none.
    #[error("the program `{program}`, which is to print a token, {problem}")]
    Command {
        /// The program.
        program: String,
        /// What it did.
        problem: String,
    },
    /// It cannot be sent or redacted.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// A token that just came, or did not.
#[derive(Clone)]
pub struct FreshToken {
    /// What is recorded of it.
    pub asked: TokenAsked,
    /// The token, to be kept out of everything.
    pub value: Option<String>,
}

/// Which token it was, counting from 1.
pub(super) type Generation = u64;

/// Tokens of a run. Clones share them.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    token: IssuedToken,
    source: Connected,
    deadline: Duration,
    /// Held while a token is asked for, so that one is asked for at a time.
    asking: tokio::sync::Mutex<()>,
    held: Mutex<Held>,
}

/// A source that can be asked.
enum Connected {
    OAuth2(OAuth2, reqwest::Client),
    Command(Vec<String>),
}

#[derive(Default)]
struct Held {
    value: Option<String>,
    generation: Generation,
    renew_at: Option<Instant>,
    /// A new token was refused as the one before was: asking for more helps nobody.
    futile: bool,
    fresh: Vec<FreshToken>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Tokens").field(&self.0.token).finish()
    }
}

impl Tokens {
    /// Tokens of this source. Nothing is asked for yet. The program is a name and no more: its arguments may be secret.
    ///
    /// # Errors
    /// When the endpoint is no URL, or TLS cannot be set up.
    pub fn new(name: &str, source: Source, tls: &Tls, waits: Waits) -> Result<Self, ClientError> {
        let (by, source) = match source {
            Source::OAuth2(oauth) => {
                let http = oauth::connected(&oauth, waits.connect, tls)?;
                (oauth.endpoint.clone(), Connected::OAuth2(oauth, http))
            }
            Source::Command(command) => (command.first().cloned().unwrap_or_default(), Connected::Command(command)),
        };
        let token = IssuedToken { name: name.to_owned(), by };
        let deadline = waits.whole;
        let (asking, held) = (tokio::sync::Mutex::default(), Mutex::default());
        Ok(Self(Arc::new(Inner { token, source, deadline, asking, held })))
    }

    /// What a plan says of them.
    #[must_use]
    pub fn planned(&self) -> IssuedToken {
        self.0.token.clone()
    }

    /// Makes sure that there is a token which has not ended.
    ///
    /// # Errors
    /// When there is none, and why.
    pub async fn prepare(&self) -> Result<(), TokenError> {
        self.ready().await.map(drop)
    }

    pub(super) async fn ready(&self) -> Result<Generation, TokenError> {
        if let Some(generation) = self.holding() {
            return Ok(generation);
        }
        let _asking = self.0.asking.lock().await;
        if let Some(generation) = self.holding() {
            return Ok(generation);
        }
        let why = if self.held().generation == 0 { TokenWhy::First } else { TokenWhy::Ended };
        self.ask(why).await
    }

    /// The server refused this token: whether there is another now.
    pub(super) async fn refused(&self, generation: Generation) -> bool {
        let _asking = self.0.asking.lock().await;
        let (now, futile) = {
            let held = self.held();
            (held.generation, held.futile)
        };
        if now != generation {
            return true;
        }
        !futile && self.ask(TokenWhy::Refused).await.is_ok()
    }

    /// A new token was refused as well: refusals are about something else.
    pub(super) fn do_not_renew(&self) {
        self.held().futile = true;
    }

    pub(super) fn value(&self) -> Option<String> {
        self.held().value.clone()
    }

    /// Whoever waits here is told only after `take` was.
    pub(super) fn drain(&self, mut take: impl FnMut(FreshToken)) {
        let mut held = self.held();
        std::mem::take(&mut held.fresh).into_iter().for_each(&mut take);
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token that holds, unless it is about to end.
    fn holding(&self) -> Option<Generation> {
        let held = self.held();
        let ends = held.renew_at.is_some_and(|at| at <= Instant::now());
        (held.value.is_some() && !ends).then_some(held.generation)
    }

    async fn ask(&self, why: TokenWhy) -> Result<Generation, TokenError> {
        let (at, watch) = (clock::now(), Stopwatch::start());
        let came = self.granted().await;
        let mut held = self.held();
        let asked = TokenAsked {
            of: self.0.token.by.clone(),
            why,
            at,
            took_us: watch.elapsed_us(),
            lifetime_s: came.as_ref().ok().and_then(|granted| granted.lifetime_s),
            problem: came.as_ref().err().map(ToString::to_string),
        };
        held.fresh.push(FreshToken { asked, value: came.as_ref().ok().map(|granted| granted.token.clone()) });
        let Granted { token, lifetime_s } = came?;
        held.value = Some(token);
        held.generation += 1;
        held.renew_at =
            lifetime_s.map(Duration::from_secs).map(|life| Instant::now() + life.saturating_sub(MARGIN.min(life / 10)));
        Ok(held.generation)
    }

    async fn granted(&self) -> Result<Granted, TokenError> {
        let granted = match &self.0.source {
            Connected::OAuth2(oauth, http) => oauth::granted(http, oauth, self.0.deadline).await?,
            Connected::Command(command) => Granted { token: command::printed(command, self.0.deadline).await?, lifetime_s: None },
        };
        // Held to what every secret is held to: it goes into a header, and is redacted.
        Secrets::new().insert(&self.0.token.name, &granted.token)?;
        Ok(granted)
    }
}
