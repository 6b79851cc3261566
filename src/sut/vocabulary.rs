//! The keys of `sut.yaml`, as documented types. What is wrong with a file is
//! for `load` and `check`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::agreements::Dialect;
use crate::scenario::TransactionGroup;

/// A system under test.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SystemUnderTest {
    /// What is tested, for the report.
    #[serde(default)]
    pub product: Option<Product>,
    /// What it claims to be.
    #[serde(default)]
    pub claims: ClaimsSection,
    /// Where it is found. What claims to be a provider has it.
    #[serde(default)]
    pub endpoints: Option<Endpoints>,
    /// What `toets listen` has to know of a client.
    #[serde(default)]
    pub client: ClientSection,
    /// How a connection is trusted.
    #[serde(default)]
    pub tls: Tls,
    /// How requests are authenticated. When left out: with the bearer token in TOETS_TOKEN, where that is set.
    #[serde(default)]
    pub auth: Option<Auth>,
    /// Headers that go with every request, to the FHIR base only.
    #[serde(default)]
    pub headers: BTreeMap<String, Header>,
    /// Which data the server has.
    #[serde(default)]
    pub data: Data,
    /// Bounds on what is done to the server.
    #[serde(default)]
    pub limits: LimitsSection,
    /// Failures that are known and being mended: shown, and not counted in the exit code.
    #[serde(default)]
    pub known_failures: Vec<KnownFailure>,
}

/// What is tested.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Product {
    /// Who makes it.
    #[serde(default)]
    pub vendor: Option<String>,
    /// Its name.
    pub name: String,
    /// Its version, in quotes.
    #[serde(default)]
    pub version: Option<String>,
}

/// What the product claims to be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ClaimsSection {
    /// The part that it plays.
    pub actor: Part,
    /// The version of the agreement that it speaks.
    #[schemars(extend("x-other-words" = ["dialect"]))]
    pub version: Dialect,
    /// The transaction groups that it serves as a provider; both when left out. What is only about the other is then
    /// not claimed.
    pub groups: Vec<TransactionGroup>,
}

impl Default for ClaimsSection {
    fn default() -> Self {
        Self { actor: Part::Provider, version: Dialect::R4Rc2, groups: Vec::new() }
    }
}

/// The part that a product plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The server that has care plans.
    Provider,
    /// The client that asks for them.
    Consulter,
    /// Both.
    Both,
}

impl Part {
    /// Whether it is a server.
    #[must_use]
    pub fn is_provider(self) -> bool {
        matches!(self, Self::Provider | Self::Both)
    }

    /// Whether it is a client.
    #[must_use]
    pub fn is_consulter(self) -> bool {
        matches!(self, Self::Consulter | Self::Both)
    }
}

/// A client, as `toets listen` has to know it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ClientSection {
    /// Command that starts it for each phase, or a URL that is called. Without it people go through the phases.
    pub trigger: Option<String>,
    /// JSON file with what is known of what it shows, relative to the file that names it.
    pub attest: Option<PathBuf>,
}

/// Where the product is found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Endpoints {
    /// FHIR base URL.
    #[schemars(regex(pattern = r"^https?://[^\s?#@]+$"))]
    pub fhir: String,
    /// Token endpoint of OAuth 2.
    #[serde(default)]
    #[schemars(regex(pattern = r"^https?://[^\s#@]+$"))]
    pub token: Option<String>,
}

/// How a connection is trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Tls {
    /// PEM file with authorities that are trusted beside those of this system.
    pub authorities: Option<PathBuf>,
    /// Certificate that is shown to the server.
    pub client: Option<ClientCertificate>,
    /// Do not look at the server's certificate at all. The report says so loudly.
    pub insecure: bool,
}

/// A certificate that is shown to the server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClientCertificate {
    /// PEM file with the certificate, and those between it and its authority.
    pub certificate: PathBuf,
    /// PEM file with its private key.
    pub key: PathBuf,
}

/// How requests are authenticated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// Not at all.
    None,
    /// With this bearer token.
    Bearer(Secret),
    /// With a token from `endpoints.token`, by OAuth 2 client credentials. Renewed before it ends.
    #[serde(rename = "oauth2")]
    OAuth2(OAuth2),
    /// With the token that this program prints: the program and its arguments. Run again when the server refuses the token.
    Command(#[schemars(length(min = 1))] Vec<String>),
    /// With secrets in headers of their own.
    Headers(BTreeMap<String, Secret>),
}

/// OAuth 2 client credentials.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OAuth2 {
    /// Id of the client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// Scopes that are asked for, with spaces between them.
    #[serde(default)]
    pub scope: Option<String>,
    /// How id and secret are sent.
    #[serde(default)]
    pub send: Send,
}

/// How id and secret of a client are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Send {
    /// In the Authorization header, as every token endpoint has to take them.
    #[default]
    Header,
    /// In the form.
    Form,
}

/// Where the value of a secret comes from. The value itself is never in the file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Secret {
    /// From this environment variable.
    Env(#[schemars(regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]*$"))] String),
    /// From this file, relative to the file that names it.
    File(PathBuf),
    /// From whoever sits at the terminal, asked with this text. Not with `--ci`.
    Prompt(String),
}

/// The value of a header.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Header {
    /// Text that is no secret.
    Text(String),
    /// A secret.
    Secret(Secret),
}

/// Which data the server has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Data {
    /// Logical id on the server, by persona. When left out it is looked up by BSN.
    #[schemars(schema_with = "persona_ids")]
    pub personas: BTreeMap<String, String>,
    /// Logical id of a patient with data of their own that the run is about.
    #[schemars(regex(pattern = r"^[A-Za-z0-9.-]{1,64}$"))]
    pub patient: Option<String>,
    /// BSN of a patient with data of their own that the run is about. It is a secret: it is kept out of every output.
    pub bsn: Option<Secret>,
    /// Data of personas that cannot be entered in the product: what needs it is untested, never wrong for that reason.
    pub not_entered: Vec<NotEntered>,
}

/// Data that cannot be entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NotEntered {
    /// Ids of concepts of the dataset: an item, or a group with all that is in it.
    pub concepts: Vec<u32>,
    /// The persona that this is about; all when left out.
    #[serde(default)]
    pub persona: Option<String>,
    /// Why it cannot be entered.
    pub reason: String,
}

/// Names of personas with a FHIR id each: it becomes part of a URL as it is.
fn persona_ids(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "additionalProperties": { "type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$" }
    })
}

/// Bounds on what is done to a server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct LimitsSection {
    /// Scenarios at the same time.
    #[schemars(range(min = 1, max = 64))]
    pub parallel: Option<u32>,
    /// Requests that are begun in a second, at most.
    #[schemars(range(min = 1, max = 1000))]
    pub per_second: Option<u32>,
    /// Seconds in which a whole answer has to be there.
    #[schemars(range(min = 1, max = 3600))]
    pub deadline: Option<u32>,
    /// Seconds in which a connection has to be there.
    #[schemars(range(min = 1, max = 600))]
    pub connect: Option<u32>,
}

/// A failure that is known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct KnownFailure {
    /// Why it fails, and what is done about it.
    pub reason: String,
    /// The last day on which it is known: `"2027-01-31"`.
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    pub until: String,
    /// What fails.
    #[serde(flatten)]
    pub subject: Subject,
}

/// What is known to fail.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Expectations by their key, `scenario/step/expectation`, with `@variant` only in that variant; `*` stands for anything within a part.
    Expectation(#[schemars(regex(pattern = r"^[^/\s]+/[^/\s]+/[^/\s]+$"))] String),
    /// Every expectation of this requirement.
    Requirement(#[schemars(regex(pattern = r"^PZP-[A-Z]+-[0-9]{3}$"))] String),
}
