//! `toets load`: writes personas to a server that allows it, or removes them.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use super::address::{BASE, TOKEN};
use super::arguments::AuthKind;
use super::check_data::personas;
use super::failure::Failure;
use super::server::server_auth;
use super::terminal::Terminal;
use super::{runtime, suite};
use crate::agreements::{Dialect, FhirVersion};
use crate::clock;
use crate::drive::{Client, Secrets};
use crate::judge::ExitCode;
use crate::load::{self, Ids, LoadError, Loaded, Place, Removed, Way};
use crate::plan::{Limits, Target};
use crate::redact::Redactor;

/// Bytes of a file with ids that are read at most.
const LARGEST: u64 = 1 << 20;

#[derive(Debug, Args)]
pub(crate) struct LoadArguments {
    /// Personas to write; all of them when left out
    #[arg(value_name = "PERSONA")]
    pub(crate) personas: Vec<String>,
    /// FHIR base URL of the server
    #[arg(long)]
    pub(crate) url: String,
    /// How requests are authenticated; a bearer token is read from TOETS_TOKEN
    #[arg(long, value_enum)]
    pub(crate) auth: Option<AuthKind>,
    /// How to write; each way is tried in turn when left out
    #[arg(long, value_enum)]
    pub(crate) how: Option<How>,
    /// Version of FHIR that the server speaks
    #[arg(long, value_enum, ignore_case = true, default_value = "r4")]
    pub(crate) fhir: super::validate::Fhir,
    /// Version of the agreement of which the data is written, such as r4-rc3-dev; the current one when left out
    #[arg(long, value_name = "VERSION", value_parser = super::suite::claimed, conflicts_with = "fhir")]
    pub(crate) dialect: Option<Dialect>,
    /// Remove the personas again: only what carries their tag
    #[arg(long, conflicts_with = "how")]
    pub(crate) remove: bool,
    /// Tell what would be written or removed, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Folder for the ids that the server chose, one file a persona
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(crate) ids: PathBuf,
    /// Folder with another suite than the built-in one
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
    /// Seconds in which a whole answer has to be there
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) deadline: Option<u32>,
}

/// A way of writing on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum How {
    /// Each resource by PUT, under its own id
    Put,
    /// All resources in one transaction, under their own ids
    Transaction,
    /// Each resource by POST, under an id of the server's choice
    Post,
}

/// The file with the ids that a server chose.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdsFile {
    /// The persona.
    persona: String,
    /// Base URL of the server.
    base: String,
    /// Logical id of the patient.
    patient: String,
    /// `Type/id` of the fixture to `Type/id` on the server.
    ids: Ids,
}

/// Writes the personas, or removes them.
pub(crate) fn load(arguments: &LoadArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let suite = suite::suite(arguments.suite.as_deref(), terminal)?;
    let personas = personas(&arguments.personas, &suite)?;
    let (client, secrets) = client(arguments)?;
    // What a server says may hold anything: the token that we sent, or numbers of its patients.
    let bsns = suite.personas.iter().map(|persona| persona.bsn.as_str());
    let redactor = Redactor::new(clock::random_hex(32).as_bytes(), secrets.iter(), bsns);
    runtime::block_on(async {
        let mut exit = ExitCode::Conformant;
        for persona in personas {
            let dialect = arguments.dialect.unwrap_or_else(|| suite::dialect(arguments.fhir.into()));
            let persona = persona.in_version(dialect);
            let place = Place { client: &client, persona: &persona, fhir: dialect.fhir() };
            let command = Command { arguments, place, redactor: &redactor, terminal };
            let done = if arguments.remove { command.remove().await } else { command.write().await };
            if done.map_err(|why| command.failure(why))? == Kept::Differs {
                exit = ExitCode::NotConformant;
            }
        }
        Ok(exit)
    })?
}

fn client(arguments: &LoadArguments) -> Result<(Client, Secrets), Failure> {
    let mut secrets = Secrets::new();
    let auth = server_auth(arguments.auth, &mut secrets)?;
    let usual = Limits::default();
    let deadline_ms = arguments.deadline.map_or(usual.deadline_ms, |seconds| u64::from(seconds) * 1_000);
    let base = arguments.url.trim().trim_end_matches('/').to_owned();
    let target = Target { limits: Limits { deadline_ms, ..usual }, ..Target::new(base, auth) };
    let client = Client::new(&target, secrets.clone(), 1.0).map_err(|why| Failure::usage(why.to_string()).hint(BASE))?;
    Ok((client, secrets))
}

/// Whether the server kept what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Whole,
    Differs,
}

/// Why a persona was not dealt with.
enum Why {
    Load(LoadError),
    Ids(Failure),
}

impl From<LoadError> for Why {
    fn from(why: LoadError) -> Self {
        Self::Load(why)
    }
}

/// One persona of the command.
struct Command<'l> {
    arguments: &'l LoadArguments,
    place: Place<'l>,
    redactor: &'l Redactor,
    terminal: &'l Terminal,
}

impl Command<'_> {
    fn name(&self) -> &str {
        &self.place.persona.persona
    }

    fn ways(&self) -> Vec<Way> {
        match self.arguments.how {
            None => Way::ALL.to_vec(),
            Some(How::Put) => vec![Way::Put],
            Some(How::Transaction) => vec![Way::Transaction],
            Some(How::Post) => vec![Way::Post],
        }
    }

    async fn write(&self) -> Result<Kept, Why> {
        let ways = self.ways();
        if self.arguments.dry_run {
            let before = load::look(self.place, &ways).await?;
            let ways = ways.iter().map(|way| way.name()).collect::<Vec<_>>().join(", then ");
            let (new, again) = (before.free.len(), before.tagged.len());
            self.terminal.say(&format!("{}: would write {new} new resources and {again} again, by {ways}", self.name()));
            self.twins(&before.twins);
            return Ok(Kept::Whole);
        }
        let loaded = load::load(self.place, &ways).await?;
        let Loaded { way, written, ids, twins, different } = loaded;
        self.terminal.say(&format!("{}: {written} resources written by {}", self.name(), way.name()));
        self.twins(&twins);
        different.iter().for_each(|(name, what)| self.terminal.say(&self.redactor.text(&format!("  {name}: {what}"))));
        let fixture = format!("Patient/{}", self.place.persona.patient);
        let patient = ids.get(&fixture).unwrap_or(&fixture).trim_start_matches("Patient/").to_owned();
        if way == Way::Post {
            let file = self.write_ids(&patient, ids).map_err(Why::Ids)?;
            self.terminal.say(&format!("  the ids are in {}", file.display()));
        }
        let version = match self.arguments.dialect {
            Some(dialect) => format!(" --dialect {}", dialect.word()),
            None if self.place.fhir == FhirVersion::Stu3 => " --fhir STU3".to_owned(),
            None => String::new(),
        };
        self.terminal.say(&format!(
            "  toets run --url {}{version} --patient {}={patient}",
            self.place.client.address().base(),
            self.name()
        ));
        if different.is_empty() {
            self.terminal.say("  all were read back as they were written");
            return Ok(Kept::Whole);
        }
        self.terminal.say("  the server changed what was written: answers may differ from the persona for that reason alone");
        Ok(Kept::Differs)
    }

    async fn remove(&self) -> Result<Kept, Why> {
        let file = self.ids_file();
        let ids = self.read_ids(&file).map_err(Why::Ids)?;
        let known = ids.clone().unwrap_or_default();
        let Removed { deleted, left } = if self.arguments.dry_run {
            load::removable(self.place, &known).await?
        } else {
            load::remove(self.place, &known).await?
        };
        let did = if self.arguments.dry_run { "would remove" } else { "removed" };
        self.terminal.say(&format!("{}: {did} {} resources", self.name(), deleted.len()));
        left.iter().for_each(|name| self.terminal.say(&format!("  {name} was left: it does not carry the tag")));
        if ids.is_some() && !self.arguments.dry_run {
            fs::remove_file(&file).map_err(|why| Why::Ids(Failure::unwritable(&file, why)))?;
        }
        Ok(Kept::Whole)
    }

    fn twins(&self, twins: &[String]) {
        for twin in twins {
            self.terminal.say(&format!("  note: {twin} has the same BSN and is not ours: a lookup by BSN finds both"));
        }
    }

    fn ids_file(&self) -> PathBuf {
        self.arguments.ids.join(format!("ids-{}.json", self.name()))
    }

    fn write_ids(&self, patient: &str, ids: Ids) -> Result<PathBuf, Failure> {
        let file = self.ids_file();
        let (persona, base) = (self.name().to_owned(), self.place.client.address().base().to_owned());
        let content = IdsFile { persona, base, patient: patient.to_owned(), ids };
        let text = serde_json::to_string_pretty(&content).map_err(|why| Failure::harness(why.to_string()))?;
        let written = fs::create_dir_all(&self.arguments.ids).and_then(|()| fs::write(&file, text + "\n"));
        written.map_err(|why| {
            Failure::harness(format!("`{}` cannot be written: {why}", file.display())).hint(
                "name a folder that you may write to, with `--ids DIR`; `--remove` finds the resources by their tag as well",
            )
        })?;
        Ok(file)
    }

    /// The ids that this server chose; nothing when they were not written down.
    fn read_ids(&self, file: &Path) -> Result<Option<Ids>, Failure> {
        let Ok(size) = fs::metadata(file).map(|file| file.len()) else { return Ok(None) };
        let text = if size <= LARGEST { fs::read_to_string(file).ok() } else { None };
        let read = text.and_then(|text| serde_json::from_str::<IdsFile>(&text).ok());
        let read = read.ok_or_else(|| {
            Failure::usage(format!("`{}` holds no ids of a persona", file.display())).hint("name another folder with `--ids DIR`")
        })?;
        let is_ours = read.base == self.place.client.address().base() && read.persona == self.name();
        Ok(is_ours.then_some(read.ids))
    }

    fn failure(&self, why: Why) -> Failure {
        let why = match why {
            Why::Ids(failure) => return failure,
            Why::Load(why) => why,
        };
        let failure = Failure { exit: exit(&why), ..Failure::usage(self.redactor.text(&format!("{}: {why}", self.name()))) };
        match why.hint() {
            Some(hint) => failure.hint(hint.replace("TOETS_TOKEN", TOKEN).replace("<persona>", self.name())),
            None => failure,
        }
    }
}

/// Nobody there is 3, as of a run; what the server does not do is wrong use of it.
fn exit(why: &LoadError) -> ExitCode {
    let unreached = match why {
        LoadError::Trouble(why) => why.status().is_none(),
        LoadError::NoWay { tried } => tried.iter().all(|(_, why)| why.status().is_none()),
        _ => false,
    };
    if unreached { ExitCode::Unreachable } else { ExitCode::WrongUse }
}
