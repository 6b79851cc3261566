//! What the shape of a file does not say: secrets that stand in it, names that
//! nothing has, headers that cannot be sent, days that are none.

use std::ops::Range;
use std::path::Path;

use super::vocabulary::{Auth, ClaimsSection, Header, Secret, SystemUnderTest};
use crate::agreements::{Dialect, FhirVersion};
use crate::clock;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::scenario::{Concept, Dataset, Suite};
use crate::shape::list;
use crate::yaml::{Node, Value};

/// Headers that Toets sets by itself, or that frame a request.
const OURS: [&str; 9] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
    "user-agent",
];

/// Parts of the names of headers whose values are secrets.
const SECRET_PARTS: [&str; 8] = ["authorization", "cookie", "key", "token", "secret", "password", "assertion", "credential"];

const BOTH: &str = "take it out, or claim both parts with `claims: { actor: both }`";

/// Keys about a server that is asked.
const OF_SERVER: [&str; 6] = ["endpoints", "tls", "auth", "headers", "data", "limits"];

/// What the file may name.
pub(super) struct Names<'s> {
    personas: Vec<&'s str>,
    /// The dataset of the claimed version; all of them where no version can be read.
    datasets: Vec<&'s Dataset>,
    /// Those of other versions.
    elsewhere: Vec<&'s Dataset>,
    requirements: Vec<&'s str>,
}

impl<'s> Names<'s> {
    /// The names of a suite, for a product that claims what this file does.
    pub(super) fn of(suite: &'s Suite, root: &Node) -> Self {
        let claimed = claimed(root);
        let (datasets, elsewhere) = suite.datasets.iter().partition(|own| claimed.is_none_or(|fhir| fhir == own.fhir));
        Self {
            personas: suite.personas.iter().map(|persona| persona.persona.as_str()).collect(),
            datasets,
            elsewhere,
            requirements: suite.catalogue.iter().map(|requirement| requirement.id.as_str()).collect(),
        }
    }
}

/// The version of FHIR that a file claims; none when its word is no version, of which a mistake tells.
fn claimed(root: &Node) -> Option<FhirVersion> {
    let Some(version) = root.get("claims").and_then(|claims| claims.get("version")) else {
        return Some(ClaimsSection::default().version.fhir());
    };
    Dialect::ALL.into_iter().find(|dialect| Some(dialect.word()) == version.text()).map(Dialect::fhir)
}

/// Secrets that stand in the file as they are.
pub(super) fn literal_secrets(file: &Path, root: &Node) -> Vec<Diagnostic> {
    let auth = root.get("auth");
    let under = |key: &str| auth.and_then(|auth| auth.get(key));
    let credentials = under("headers").into_iter().flat_map(Node::entries).map(|(key, value)| (key.text.clone(), value));
    let extra = root.get("headers").into_iter().flat_map(Node::entries);
    let extra = extra.filter(|(key, _)| is_secret(&key.text)).map(|(key, value)| (key.text.clone(), value));
    let bearer = under("bearer").map(|value| ("bearer".to_owned(), value));
    let client = under("oauth2").and_then(|oauth| oauth.get("client-secret")).map(|value| ("client-secret".to_owned(), value));
    let bsn = root.get("data").and_then(|data| data.get("bsn")).map(|value| ("bsn".to_owned(), value));
    let literal = |(_, value): &(String, &Node)| value.text().is_some_and(|text| !text.is_empty());
    let all = bearer.into_iter().chain(client).chain(bsn).chain(credentials).chain(extra).filter(literal);
    let found = all.map(|(key, value)| {
        let variable = secret_variable(&key);
        Diagnostic::new(file, value.span.clone(), "secret-literal", format!("the secret of `{key}` stands in the file as it is"))
            .hint(format!("write `{key}: {{ env: {variable} }}` and set that variable; `file:` and `prompt:` work too. Whoever saw this file knows the secret: have it replaced"))
    });
    found.chain(passwords(file, root)).collect()
}

/// User names and passwords in addresses.
fn passwords<'n>(file: &'n Path, root: &'n Node) -> impl Iterator<Item = Diagnostic> + 'n {
    let endpoints = root.get("endpoints").into_iter().flat_map(Node::entries);
    let trigger = root.get("client").into_iter().flat_map(Node::entries).filter(|(key, _)| key.text == "trigger");
    let with = endpoints.chain(trigger).filter(|(_, value)| {
        let after = value.text().and_then(|text| text.split_once("://")).map(|(_, after)| after);
        after.is_some_and(|after| after.split(['/', '?', '#']).next().is_some_and(|host| host.contains('@')))
    });
    with.map(|(key, value)| {
        let message = format!("the address of `{}` holds a user name or password", key.text);
        Diagnostic::new(file, value.span.clone(), "secret-literal", message)
            .hint("take it out: who is asking is said below `auth`, and a command can read it from the environment. Whoever saw this file knows the secret: have it replaced")
    })
}

fn is_secret(header: &str) -> bool {
    let header = header.to_lowercase();
    SECRET_PARTS.iter().any(|part| header.contains(part))
}

/// The name of a variable for the secret of this key: `X-Api-Key` gives `TOETS_X_API_KEY`.
fn secret_variable(key: &str) -> String {
    let known = match key {
        "bearer" => "TOKEN",
        other => other,
    };
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    format!("TOETS_{}", known.chars().map(letter).collect::<String>())
}

/// Keys of a part that the product does not claim to play, and those that its part needs. Asked of the file as it was
/// written: a key that holds a mistake is there all the same.
pub(super) fn parts(file: &Path, root: &Node) -> Vec<Diagnostic> {
    let mut found = Found { file, problems: Vec::new() };
    let claims = root.get("claims");
    match claims.and_then(|claims| claims.get("actor")).map_or(Some("provider"), Node::text) {
        Some("provider") => {
            found.endpoints(root);
            found.unclaimed(root, &["client"], "is about a client, and a provider is none");
        }
        Some("consulter") => {
            found.unclaimed(root, &OF_SERVER, "is about a server, and a consulter is none: `toets listen` tells it where to ask");
            found.unclaimed_groups(claims);
        }
        Some("both") => found.endpoints(root),
        // That there is no such part is told already.
        _ => {}
    }
    found.problems
}

/// What does not fit together in a file of the right shape.
pub(super) fn check(file: &Path, root: &Node, names: &Names<'_>) -> Vec<Diagnostic> {
    let mut found = Found { file, problems: Vec::new() };
    found.trigger(root);
    found.oauth2(root);
    found.headers(root.get("headers"), Authorization::Refused);
    found.headers(root.get("auth").and_then(|auth| auth.get("headers")), Authorization::Taken);
    found.command(root);
    found.personas(root, names);
    found.not_entered(root, names);
    for known in root.get("known-failures").map(Node::items).unwrap_or_default() {
        found.known_failure(known, names);
    }
    found.problems
}

/// Whether `Authorization` may be among the headers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Authorization {
    Taken,
    Refused,
}

struct Found<'f> {
    file: &'f Path,
    problems: Vec<Diagnostic>,
}

impl Found<'_> {
    fn add(&mut self, range: Range<usize>, code: &'static str, message: String, hint: String) {
        self.problems.push(Diagnostic::new(self.file, range, code, message).hint(hint));
    }

    fn unclaimed(&mut self, root: &Node, keys: &[&str], why: &str) {
        for (key, _) in root.entries().iter().filter(|(key, _)| keys.contains(&key.text.as_str())) {
            self.add(key.span.clone(), "key-unclaimed", format!("`{}` {why}", key.text), BOTH.to_owned());
        }
    }

    fn unclaimed_groups(&mut self, claims: Option<&Node>) {
        if let Some((groups, _)) = entry(claims, "groups") {
            let message = "a consulter asks for every group: `groups` says what a provider serves".to_owned();
            self.add(groups, "key-unclaimed", message, BOTH.to_owned());
        }
    }

    fn endpoints(&mut self, root: &Node) {
        if let (None, Some((first, _))) = (root.get("endpoints"), root.entries().first()) {
            let hint = "`endpoints`: where it is found. What only asks for care plans claims `actor: consulter` and needs none";
            self.add(first.span.clone(), "key-missing", "system under test has no `endpoints`".to_owned(), hint.to_owned());
        }
    }

    fn trigger(&mut self, root: &Node) {
        let Some((_, trigger)) = entry(root.get("client"), "trigger") else { return };
        if trigger.text().is_none_or(|text| text.trim().is_empty()) {
            let hint = "write the command that starts the client, or the URL that does; leave it out where people do".to_owned();
            self.add(trigger.span.clone(), "value-missing", "`trigger` names nothing".to_owned(), hint);
        }
    }

    fn oauth2(&mut self, root: &Node) {
        let Some((key, _)) = entry(root.get("auth"), "oauth2") else { return };
        if root.get("endpoints").is_some_and(|endpoints| endpoints.get("token").is_none()) {
            let message = "`oauth2` needs to know where tokens are given out".to_owned();
            self.add(key, "key-missing", message, "write the token endpoint as `endpoints: { token: \"https://…\" }`".to_owned());
        }
    }

    fn headers(&mut self, headers: Option<&Node>, authorization: Authorization) {
        for (key, value) in headers.map(Node::entries).unwrap_or_default() {
            let name = key.text.to_lowercase();
            let token =
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
            if !token {
                let message = format!("`{}` cannot be the name of a header", key.text);
                self.add(key.span.clone(), "value-pattern", message, "letters, digits and `-`".to_owned());
            } else if OURS.contains(&name.as_str()) {
                let message = format!("the header `{}` is Toets's own", key.text);
                self.add(key.span.clone(), "value-unknown", message, "leave it out: scenarios say what it holds".to_owned());
            } else if name == "authorization" && authorization == Authorization::Refused {
                let message = "`Authorization` says who is asking, so it is left out where a scenario asks without credentials";
                self.add(key.span.clone(), "value-unknown", message.to_owned(), "write it below `auth`".to_owned());
            }
            if value.text().is_some_and(|text| !text.bytes().all(|byte| (0x20..0x7f).contains(&byte))) {
                let message = format!("the value of `{}` holds what a header cannot hold", key.text);
                self.add(value.span.clone(), "value-pattern", message, "letters of ASCII on one line".to_owned());
            }
        }
    }

    fn command(&mut self, root: &Node) {
        let Some((_, command)) = entry(root.get("auth"), "command") else { return };
        let program = command.items().first().and_then(Node::text);
        if program.is_none_or(|program| program.trim().is_empty()) {
            let hint = "name it with its arguments: `command: [get-token, --quiet]`".to_owned();
            self.add(command.span.clone(), "value-missing", "`command` names no program".to_owned(), hint);
        }
    }

    fn personas(&mut self, root: &Node, names: &Names<'_>) {
        let personas = root.get("data").and_then(|data| data.get("personas"));
        for (key, _) in personas.map(Node::entries).unwrap_or_default() {
            if !names.personas.contains(&key.text.as_str()) {
                self.add(
                    key.span.clone(),
                    "persona-unknown",
                    format!("there is no persona `{}`", key.text),
                    meant(&key.text, &names.personas, &format!("the personas are {}", list(&names.personas))),
                );
            }
        }
    }

    fn not_entered(&mut self, root: &Node, names: &Names<'_>) {
        let list = root.get("data").and_then(|data| data.get("not-entered"));
        for own in list.map(Node::items).unwrap_or_default() {
            if let Some(persona) = own.get("persona")
                && let Some(name) = persona.text().filter(|name| !names.personas.contains(name))
            {
                let hint = meant(name, &names.personas, "leave it out where it is about all of them");
                self.add(persona.span.clone(), "persona-unknown", format!("there is no persona `{name}`"), hint);
            }
            for concept in own.get("concepts").map(Node::items).unwrap_or_default() {
                self.concept(concept, names);
            }
            if let Some(reason) = own.get("reason").filter(|reason| reason.text().is_none_or(|text| text.trim().is_empty())) {
                let hint = "say why it cannot be entered: it is shown beside what is untested for it".to_owned();
                self.add(reason.span.clone(), "value-missing", "data that cannot be entered without a reason".to_owned(), hint);
            }
        }
    }

    fn concept(&mut self, concept: &Node, names: &Names<'_>) {
        let Some(id) = concept.text() else { return };
        let number = id.parse().ok();
        if number.is_some_and(|number| names.datasets.iter().any(|own| own.concept(number).is_some())) {
            return;
        }
        let own: Vec<&str> = names.datasets.iter().map(|own| own.dataset.as_str()).collect();
        let message = format!("the dataset {} has no concept `{id}`", own.join(" or "));
        let other = number.and_then(|number| names.elsewhere.iter().find_map(|own| Some((*own, own.concept(number)?))));
        let hint = match other {
            Some((other, own)) => elsewhere(other, own, &names.datasets),
            None => "the ids are in the table of the dataset in report.html, and on the sheet of `toets sheet`".to_owned(),
        };
        self.add(concept.span.clone(), "concept-unknown", message, hint);
    }

    fn known_failure(&mut self, known: &Node, names: &Names<'_>) {
        if let Some(requirement) = known.get("requirement")
            && let Some(id) = requirement.text().filter(|id| !names.requirements.contains(id))
        {
            self.add(
                requirement.span.clone(),
                "requirement-unknown",
                format!("the catalogue has no requirement `{id}`"),
                meant(id, &names.requirements, "`toets coverage` lists them"),
            );
        }
        if let Some(until) = known.get("until")
            && let Some(day) = until.text().filter(|day| !clock::is_day(day))
        {
            let message = format!("`{day}` is no day");
            self.add(until.span.clone(), "value-pattern", message, "write it as `\"2027-01-31\"`".to_owned());
        }
        if let Some(reason) = known.get("reason")
            && reason.text().is_some_and(|text| text.trim().is_empty())
        {
            let hint = "say why it fails and where that is followed".to_owned();
            self.add(reason.span.clone(), "value-missing", "a known failure without a reason".to_owned(), hint);
        }
    }
}

/// Where a concept is from that the claimed dataset does not have, with the one of the same name there.
fn elsewhere(other: &Dataset, concept: &Concept, claimed: &[&Dataset]) -> String {
    let named = claimed.iter().flat_map(|own| &own.concepts).filter(|own| own.name == concept.name);
    let here = match named.map(|own| own.id.to_string()).collect::<Vec<_>>().as_slice() {
        [only] => format!("take `{only}`"),
        _ => "take the id on the sheet of `toets sheet`".to_owned(),
    };
    let (fhir, edition) = (other.fhir.name(), &other.dataset);
    format!(
        "`{}` is `{}` of {edition}, the dataset for {fhir}: {here}, or claim a `version` for {fhir}",
        concept.id, concept.name
    )
}

/// The key and the value of an entry.
fn entry<'n>(node: Option<&'n Node>, key: &str) -> Option<(Range<usize>, &'n Node)> {
    let Value::Mapping(entries) = &node?.value else { return None };
    entries.iter().find(|(known, _)| known.text == key).map(|(known, value)| (known.span.clone(), value))
}

fn meant(written: &str, known: &[&str], otherwise: &str) -> String {
    nearest(written, known.iter().copied()).map_or_else(|| otherwise.to_owned(), |meant| format!("did you mean `{meant}`?"))
}

/// Every place of a secret.
pub(super) fn secrets_of(sut: &mut SystemUnderTest) -> Vec<&mut Secret> {
    let mut secrets: Vec<&mut Secret> = Vec::new();
    match &mut sut.auth {
        Some(Auth::Bearer(secret)) => secrets.push(secret),
        Some(Auth::OAuth2(oauth)) => secrets.push(&mut oauth.client_secret),
        Some(Auth::Headers(headers)) => secrets.extend(headers.values_mut()),
        Some(Auth::None | Auth::Command(_)) | None => {}
    }
    secrets.extend(&mut sut.data.bsn);
    secrets.extend(sut.headers.values_mut().filter_map(|header| match header {
        Header::Secret(secret) => Some(secret),
        Header::Text(_) => None,
    }));
    secrets
}

impl Secret {
    /// The name by which plan and evidence know the secret of this key.
    #[must_use]
    pub fn name(&self, key: &str) -> String {
        match self {
            Self::Env(name) => name.clone(),
            Self::File(_) | Self::Prompt(_) => secret_variable(key),
        }
    }
}
