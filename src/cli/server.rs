//! The server that is run against, out of the command line and the vendor's
//! file. What is said on the command line wins.

use std::fs;
use std::path::Path;

use super::address::{BASE, TOKEN};
use super::arguments::{AuthKind, RunArguments};
use super::failure::Failure;
use super::patients::{self, GivenPatient};
use super::secrets;
use super::suite;
use super::terminal::Terminal;
use crate::agreements::FhirVersion;
use crate::drive::{Access, Address, ClientSecret, OAuth2, Secrets, Source, Tls, TokenError, Tokens, Waits};
use crate::judge::ExitCode;
use crate::plan::{
    Claims, ExtraHeader, ExtraValue, KnownFailure, KnownSubject, Limits, NotEntered, OwnPatient, Target, TargetAuth,
};
use crate::sut::{self, Auth, Header, Product, Secret, Subject, SystemUnderTest};

/// A server and what is needed to ask it.
pub(crate) struct Server {
    pub(crate) target: Target,
    pub(crate) claims: Claims,
    pub(crate) secrets: Secrets,
    pub(crate) access: Access,
    pub(crate) known: Vec<KnownFailure>,
    /// Data that the file says cannot be entered.
    pub(crate) not_entered: Vec<NotEntered>,
    /// Logical ids that the file tells.
    pub(crate) patients: Vec<GivenPatient>,
    /// BSN of the patient with data of their own that the file tells.
    bsn: Option<String>,
}

impl Server {
    /// The server that the user named, here or in the file, with all that lets us in; none when that is nowhere.
    pub(crate) fn given(
        arguments: &RunArguments,
        sut: Option<&SystemUnderTest>,
        terminal: &Terminal,
    ) -> Result<Option<Self>, Failure> {
        let Some(mut server) = Self::named(arguments, sut)? else { return Ok(None) };
        // Whoever watches has given the keyboard to that.
        let terminal = if arguments.choose.watch { terminal.quiet() } else { *terminal };
        let mut entry = Entry { server: &mut server, terminal, tempo: arguments.tempo };
        entry.tls(sut)?;
        entry.auth(arguments, sut)?;
        entry.rest(sut)?;
        Ok(Some(server))
    }

    /// The same without secrets: what is known before anything is asked.
    pub(crate) fn named(arguments: &RunArguments, sut: Option<&SystemUnderTest>) -> Result<Option<Self>, Failure> {
        let Some(url) = arguments.url.as_deref().or(sut.and_then(|sut| sut.endpoints.as_ref()).map(|found| found.fhir.as_str()))
        else {
            return Ok(None);
        };
        // Looked at before a folder is made for the run.
        Address::new(url).map_err(|why| Failure::usage(why.to_string()).hint(BASE))?;
        let base = url.trim().trim_end_matches('/').to_owned();
        let target = Target {
            headers: sut.map(headers).unwrap_or_default(),
            insecure: arguments.insecure || sut.is_some_and(|sut| sut.tls.insecure),
            limits: limits(arguments, sut),
            ..Target::new(base, planned_auth(arguments, sut))
        };
        Ok(Some(Self {
            target,
            claims: claims(arguments, sut),
            secrets: Secrets::new(),
            access: Access::default(),
            known: sut.map(known).unwrap_or_default(),
            not_entered: sut.map(not_entered).unwrap_or_default(),
            patients: sut.map(patients).unwrap_or_default(),
            bsn: None,
        }))
    }

    /// The patient with data of their own that the run is about. One that is named on the command line replaces the one
    /// of the file.
    pub(crate) fn own(&self, arguments: &RunArguments) -> Result<Option<OwnPatient>, Failure> {
        let given = patients::own(&arguments.patients, arguments.bsn.as_deref())?;
        if given.is_some() { Ok(given) } else { patients::own(&self.patients, self.bsn.as_deref()) }
    }

    /// The reference provider that was started for this run.
    pub(crate) fn built_in(arguments: &RunArguments, base: &str, token: &str) -> Result<Self, Failure> {
        let mut secrets = Secrets::new();
        secrets.insert(TOKEN, token).map_err(|why| Failure::harness(why.to_string()))?;
        let auth = match arguments.auth {
            Some(AuthKind::None) => TargetAuth::None,
            _ => TargetAuth::Bearer(TOKEN.to_owned()),
        };
        let target = Target {
            built_in: true,
            fault: arguments.fault.clone(),
            limits: limits(arguments, None),
            ..Target::new(base.to_owned(), auth)
        };
        let claims = claims(arguments, None);
        let (known, not_entered, patients) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { target, claims, secrets, access: Access::default(), known, not_entered, patients, bsn: None })
    }

    /// Has a token, where one is asked for.
    pub(crate) async fn prepare(&self) -> Result<(), Failure> {
        match &self.access.tokens {
            Some(tokens) => tokens.prepare().await.map_err(no_token),
            None => Ok(()),
        }
    }
}

/// How a server is asked when no file says so; the token becomes a secret.
pub(crate) fn server_auth(auth: Option<AuthKind>, secrets: &mut Secrets) -> Result<TargetAuth, Failure> {
    let token = std::env::var(TOKEN).ok().filter(|token| !token.trim().is_empty());
    match (auth, token) {
        (Some(AuthKind::None), _) | (None, None) => Ok(TargetAuth::None),
        (Some(AuthKind::Bearer), None) => {
            let failure = Failure::usage(format!("there is no bearer token in the environment variable {TOKEN}"));
            Err(failure.hint(format!("set {TOKEN}, or ask without credentials with `--auth none`")))
        }
        (_, Some(token)) => {
            secrets.insert(TOKEN, &token).map_err(|why| Failure::usage(why.to_string()))?;
            Ok(TargetAuth::Bearer(TOKEN.to_owned()))
        }
    }
}

fn no_token(why: TokenError) -> Failure {
    let failure = Failure::usage(why.to_string());
    match why {
        TokenError::Unreachable { .. } => Failure { exit: ExitCode::Unreachable, ..failure }
            .hint("look at `endpoints.token`, at `tls`, and at the proxy of this system"),
        TokenError::Refused { hint, .. } => failure.hint(hint),
        TokenError::Unusable { .. } => failure.hint("look at `endpoints.token`: is it the token endpoint of OAuth 2?"),
        TokenError::Command { .. } => failure.hint("run it by hand: it has to print the token alone, and end with 0"),
        TokenError::Secret(_) => failure.hint("look at what gives out the token"),
    }
}

fn limits(arguments: &RunArguments, sut: Option<&SystemUnderTest>) -> Limits {
    let usual = Limits::default();
    let file = sut.map(|sut| sut.limits.clone()).unwrap_or_default();
    let parallel = arguments.parallel.map(u32::from).or(file.parallel);
    let milliseconds = |seconds: u32| u64::from(seconds) * 1_000;
    Limits {
        parallel: parallel.and_then(|parallel| usize::try_from(parallel).ok()).unwrap_or(usual.parallel),
        per_second: file.per_second,
        deadline_ms: arguments.deadline.or(file.deadline).map_or(usual.deadline_ms, milliseconds),
        connect_ms: file.connect.map_or(usual.connect_ms, milliseconds),
        ..usual
    }
}

pub(crate) fn claims(arguments: &RunArguments, sut: Option<&SystemUnderTest>) -> Claims {
    let product = arguments.product.clone().or_else(|| sut.and_then(|sut| sut.product.as_ref()).map(product));
    let asked = arguments.fhir.map(FhirVersion::from);
    let usual = suite::claims(product.as_deref(), asked.unwrap_or(FhirVersion::R4));
    let usual = Claims { dialect: arguments.dialect.unwrap_or(usual.dialect), ..usual };
    match sut {
        Some(sut) => {
            let groups = sut.claims.groups.clone();
            // Who asks for another version of FHIR than the file claims, asks for the newest of that.
            let of_file = Some(sut.claims.version).filter(|claimed| asked.is_none_or(|fhir| fhir == claimed.fhir()));
            let dialect = arguments.dialect.or(of_file).unwrap_or(usual.dialect);
            Claims { dialect, groups, ..usual }
        }
        None => usual,
    }
}

/// `Example B.V. EPD 7.4.1`
pub(crate) fn product(product: &Product) -> String {
    let parts = [product.vendor.as_deref(), Some(product.name.as_str()), product.version.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// How requests will be authenticated, by name.
fn planned_auth(arguments: &RunArguments, sut: Option<&SystemUnderTest>) -> TargetAuth {
    let bearer = |name: String| TargetAuth::Bearer(name);
    match (arguments.auth, sut.and_then(|sut| sut.auth.as_ref())) {
        (Some(AuthKind::None), _) | (None, Some(Auth::None)) => TargetAuth::None,
        (Some(AuthKind::Bearer), _) | (None, Some(Auth::OAuth2(_) | Auth::Command(_))) => bearer(TOKEN.to_owned()),
        (None, Some(Auth::Bearer(secret))) => bearer(secret.name("bearer")),
        (None, Some(Auth::Headers(headers))) => {
            TargetAuth::Headers(headers.iter().map(|(header, secret)| (header.clone(), secret.name(header))).collect())
        }
        (None, None) if std::env::var_os(TOKEN).is_some_and(|token| !token.is_empty()) => bearer(TOKEN.to_owned()),
        (None, None) => TargetAuth::None,
    }
}

fn headers(sut: &SystemUnderTest) -> Vec<ExtraHeader> {
    let value = |name: &str, header: &Header| match header {
        Header::Text(text) => ExtraValue::Text(text.clone()),
        Header::Secret(secret) => ExtraValue::Secret(secret.name(name)),
    };
    sut.headers.iter().map(|(name, header)| ExtraHeader { name: name.clone(), value: value(name, header) }).collect()
}

fn patients(sut: &SystemUnderTest) -> Vec<GivenPatient> {
    let personas = sut.data.personas.iter().map(|(name, id)| GivenPatient::Persona(name.clone(), id.clone()));
    personas.chain(sut.data.patient.clone().map(GivenPatient::Own)).collect()
}

fn not_entered(sut: &SystemUnderTest) -> Vec<NotEntered> {
    let one = |own: &sut::NotEntered| NotEntered {
        concepts: own.concepts.clone(),
        persona: own.persona.clone(),
        reason: own.reason.clone(),
    };
    sut.data.not_entered.iter().map(one).collect()
}

pub(crate) fn known(sut: &SystemUnderTest) -> Vec<KnownFailure> {
    let one = |known: &sut::KnownFailure| KnownFailure {
        subject: match &known.subject {
            Subject::Expectation(key) => KnownSubject::Expectation(key.clone()),
            Subject::Requirement(id) => KnownSubject::Requirement(id.clone()),
        },
        reason: known.reason.clone(),
        until: known.until.clone(),
    };
    sut.known_failures.iter().map(one).collect()
}

/// What lets us in, while it is gathered.
struct Entry<'e> {
    server: &'e mut Server,
    terminal: Terminal,
    tempo: f64,
}

impl Entry<'_> {
    fn tls(&mut self, sut: Option<&SystemUnderTest>) -> Result<(), Failure> {
        let mut tls = Tls { insecure: self.server.target.insecure, ..Tls::default() };
        if let Some(sut) = sut {
            tls.authorities = sut.tls.authorities.as_deref().map(pem).transpose()?;
            if let Some(client) = &sut.tls.client {
                let mut both = pem(&client.certificate)?;
                both.push(b'\n');
                both.extend(pem(&client.key)?);
                tls.identity = Some(both);
            }
        }
        self.server.access.tls = tls;
        Ok(())
    }

    fn auth(&mut self, arguments: &RunArguments, sut: Option<&SystemUnderTest>) -> Result<(), Failure> {
        let auth = match (arguments.auth, sut.and_then(|sut| Some((sut, sut.auth.as_ref()?)))) {
            (Some(AuthKind::None), _) => TargetAuth::None,
            (None, Some((sut, auth))) => self.auth_of_file(sut, auth)?,
            (kind, _) => server_auth(kind, &mut self.server.secrets)?,
        };
        self.server.target.auth = auth;
        Ok(())
    }

    fn auth_of_file(&mut self, sut: &SystemUnderTest, auth: &Auth) -> Result<TargetAuth, Failure> {
        match auth {
            Auth::None => Ok(TargetAuth::None),
            Auth::Bearer(secret) => Ok(TargetAuth::Bearer(self.secret("bearer", secret)?.0)),
            Auth::Headers(headers) => {
                let named = |(header, secret): (&String, &Secret)| Ok((header.clone(), self.secret(header, secret)?.0));
                headers.iter().map(named).collect::<Result<_, Failure>>().map(TargetAuth::Headers)
            }
            Auth::OAuth2(oauth) => {
                let (_, client_secret) = self.secret("client-secret", &oauth.client_secret)?;
                self.issued(Source::OAuth2(OAuth2 {
                    endpoint: sut.endpoints.as_ref().and_then(|found| found.token.clone()).unwrap_or_default(),
                    client_id: oauth.client_id.clone(),
                    client_secret,
                    scope: oauth.scope.clone(),
                    send: match oauth.send {
                        sut::Send::Header => ClientSecret::Header,
                        sut::Send::Form => ClientSecret::Form,
                    },
                }))
            }
            Auth::Command(command) => self.issued(Source::Command(command.clone())),
        }
    }

    fn issued(&mut self, source: Source) -> Result<TargetAuth, Failure> {
        let waits = Waits::new(&self.server.target.limits, self.tempo);
        let tokens = Tokens::new(TOKEN, source, &self.server.access.tls, waits).map_err(|why| Failure::usage(why.to_string()))?;
        let planned = tokens.planned();
        self.server.access.tokens = Some(tokens);
        Ok(TargetAuth::Issued(planned))
    }

    /// Secrets in headers, and the BSN of the file.
    fn rest(&mut self, sut: Option<&SystemUnderTest>) -> Result<(), Failure> {
        if let Some(bsn) = sut.and_then(|sut| sut.data.bsn.as_ref()) {
            let value = secrets::value(&bsn.name("bsn"), bsn, &self.terminal)?;
            self.server.bsn = Some(value.trim().to_owned());
        }
        for (name, header) in sut.iter().flat_map(|sut| &sut.headers) {
            if let Header::Secret(secret) = header {
                self.secret(name, secret)?;
            }
        }
        Ok(())
    }

    /// The name and the value of the secret of a key, kept.
    fn secret(&mut self, key: &str, secret: &Secret) -> Result<(String, String), Failure> {
        let name = secret.name(key);
        let value = secrets::value(&name, secret, &self.terminal)?;
        self.keep(&name, &value)?;
        Ok((name, value.trim().to_owned()))
    }

    fn keep(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        self.server.secrets.insert(name, value).map_err(|why| Failure::usage(why.to_string()))
    }
}

/// A file of certificates or a key.
fn pem(path: &Path) -> Result<Vec<u8>, Failure> {
    const LONGEST: u64 = 16 << 20;
    let unreadable = |why: String| {
        Failure::usage(format!("`{}` cannot be read: {why}", path.display()))
            .hint("`tls` names files in PEM, relative to the folder that the file is in")
    };
    let length = fs::metadata(path).map_err(|why| unreadable(why.to_string()))?.len();
    if length > LONGEST {
        return Err(unreadable(format!("it has more than {LONGEST} bytes")));
    }
    fs::read(path).map_err(|why| unreadable(why.to_string()))
}
