//! Facts of the run in words: why there is no outcome, why there is no answer,
//! why a request was sent. English and Dutch side by side.

use super::view;
use super::words::both;
use crate::evidence::{BrokenKind, OmittedReason, Origin};
use crate::judge::Reason;
use crate::plan::OWN;
use crate::text::Text;

/// Why something has no outcome.
#[must_use]
pub(super) fn reason(reason: &Reason) -> view::Reason {
    let (code, detail) = code(reason);
    let Text { en, nl } = sentence(reason);
    view::Reason { code: code.to_owned(), detail: detail.map(str::to_owned), en, nl }
}

/// Why a requirement, or an expectation of it, has no outcome: of itself nothing is told to hang on itself.
#[must_use]
pub(super) fn of(requirement: &str, why: &Reason) -> view::Reason {
    let told = reason(why);
    match why {
        Reason::BlockedBy(other) if other == requirement => view::Reason {
            en: "the request was not answered as it should be, which is a finding of its own".to_owned(),
            nl: "het verzoek is niet beantwoord zoals het hoort; dat is een bevinding op zich".to_owned(),
            ..told
        },
        _ => told,
    }
}

fn code(reason: &Reason) -> (&'static str, Option<&str>) {
    match reason {
        Reason::CaptureMissing(name) => ("capture-missing", Some(name)),
        Reason::PersonaNotFound(name) => ("persona-not-found", Some(name)),
        Reason::DataUnknown => ("data-unknown", None),
        Reason::NotEntered(why) => ("not-entered", Some(why)),
        Reason::TransportBroken(detail) => ("transport-broken", Some(detail)),
        Reason::Unreachable => ("unreachable", None),
        Reason::Stopped => ("stopped", None),
        Reason::NoClient => ("no-client", None),
        Reason::Skipped => ("skipped", None),
        Reason::NotAttested => ("not-attested", None),
        Reason::NotAnswered(_) => ("not-answered", None),
        Reason::CannotShow(remark) => ("cannot-show", Some(remark).filter(|remark| !remark.is_empty()).map(String::as_str)),
        Reason::NotAllKept(_) => ("not-all-kept", None),
        Reason::BlockedBy(requirement) => ("blocked-by", Some(requirement)),
        Reason::NoAuthentication => ("no-authentication", None),
        Reason::NothingToJudge => ("nothing-to-judge", None),
        Reason::OtherStatus(request, _) => ("other-status", Some(request)),
        Reason::Undetermined(detail) => ("undetermined", Some(detail)),
        Reason::KnowledgeLacking(detail) => ("knowledge-lacking", Some(detail)),
        Reason::Pending(why) => ("pending", Some(why)),
        Reason::NotSelected => ("not-selected", None),
        Reason::OtherVersion(why) => ("other-version", Some(&why.en)),
        Reason::Harness(detail) => ("harness", Some(detail)),
    }
}

fn sentence(reason: &Reason) -> Text {
    match reason {
        Reason::CaptureMissing(name) => both(
            format!("an earlier answer held no value for `{name}`, which this needs"),
            format!("een eerder antwoord had geen waarde voor `{name}`, en die is hier nodig"),
        ),
        Reason::PersonaNotFound(name) if name == OWN => {
            both("no patient was found on the server by this BSN", "op de server is met dit BSN geen patiënt gevonden")
        }
        Reason::PersonaNotFound(name) => both(
            format!("the persona `{name}` was not found on the server: `toets load {name}` writes it there"),
            format!("de persona `{name}` is op de server niet gevonden: `toets load {name}` schrijft haar erheen"),
        ),
        Reason::NotEntered(why) => both(
            format!("the vendor cannot enter the data that it needs: {why}"),
            format!("de leverancier kan de gegevens die het nodig heeft niet invoeren: {why}"),
        ),
        Reason::DataUnknown => both("the data of this patient is not known", "de gegevens van deze patiënt zijn niet bekend"),
        Reason::TransportBroken(detail) => {
            both(format!("there was no whole answer: {detail}"), format!("er kwam geen volledig antwoord: {detail}"))
        }
        Reason::Unreachable => both("the server could not be reached", "de server was niet bereikbaar"),
        Reason::Stopped => both("the run was stopped before this", "de run is hiervoor gestopt"),
        Reason::NoClient => both("no client was at the table for this", "hiervoor zat geen client aan tafel"),
        Reason::Skipped => both("this was left out at the table", "dit is aan tafel overgeslagen"),
        Reason::NotAttested => both(
            "only a person who looks at the screen can tell, and nobody did",
            "alleen wie naar het scherm kijkt kan dit zeggen, en niemand deed dat",
        ),
        Reason::NotAnswered(seconds) => {
            let (minutes, seconds) = (seconds / 60, seconds % 60);
            both(
                format!("only a person who looks at the screen can tell, and nobody answered within {minutes} min {seconds} s"),
                format!(
                    "alleen wie naar het scherm kijkt kan dit zeggen, en niemand antwoordde binnen {minutes} min {seconds} s"
                ),
            )
        }
        Reason::CannotShow(remark) if remark.is_empty() => {
            both("whoever looked said that it cannot be shown", "wie keek zei dat het niet te tonen is")
        }
        Reason::CannotShow(remark) => both(
            format!("whoever looked said that it cannot be shown: {remark}"),
            format!("wie keek zei dat het niet te tonen is: {remark}"),
        ),
        Reason::NotAllKept(count) => both(
            format!("the client sent more than is kept of one phase: {count} requests were answered with 503 and not looked at"),
            format!(
                "de client stuurde meer dan van één fase wordt bewaard: {count} verzoeken kregen een 503 en zijn niet bekeken"
            ),
        ),
        Reason::BlockedBy(requirement) => both(
            format!("{requirement} failed first, and this hangs on it"),
            format!("{requirement} ging al mis, en dit hangt daarvan af"),
        ),
        Reason::NoAuthentication => both("the run used no authentication", "de run gebruikte geen authenticatie"),
        Reason::NothingToJudge => {
            both("the answers held nothing that this is about", "de antwoorden bevatten niets waar dit over gaat")
        }
        Reason::OtherStatus(request, status) => both(
            format!("`{request}` was answered with {status}, so that there was nothing to judge"),
            format!("op `{request}` kwam {status} als antwoord, dus er viel niets te beoordelen"),
        ),
        Reason::Undetermined(detail) => {
            both(format!("not decidable on this data: {detail}"), format!("niet te beslissen op deze gegevens: {detail}"))
        }
        Reason::KnowledgeLacking(detail) => {
            both(format!("Toets does not know enough: {detail}"), format!("Toets weet hiervoor niet genoeg: {detail}"))
        }
        Reason::Pending(why) => pending(why),
        Reason::NotSelected => both("not part of this selection", "geen deel van deze selectie"),
        Reason::OtherVersion(why) => both(
            format!("the claimed version is not held to this: {}", why.en),
            format!("de geclaimde versie wordt hier niet aan gehouden: {}", why.nl),
        ),
        Reason::Harness(detail) => both(format!("Toets itself broke: {detail}"), format!("Toets zelf ging stuk: {detail}")),
    }
}

fn pending(why: &str) -> Text {
    match why.to_lowercase().as_str() {
        "suite" => both("no scenario judges this yet", "nog geen scenario beoordeelt dit"),
        "dataset" => both("Toets does not measure coverage of the dataset yet", "Toets meet de dekking van de dataset nog niet"),
        other => both(format!("not judged yet: {other}"), format!("nog niet beoordeeld: {other}")),
    }
}

/// Why a step was not run.
#[must_use]
pub(super) fn omitted(reason: &OmittedReason) -> Text {
    match reason {
        OmittedReason::Capture(name) => sentence(&Reason::CaptureMissing(name.clone())),
        OmittedReason::Persona(name) => sentence(&Reason::PersonaNotFound(name.clone())),
        OmittedReason::Bsn => both("the BSN of this patient is not known", "het BSN van deze patiënt is niet bekend"),
        OmittedReason::NothingToFollow => {
            both("earlier answers held nothing to follow", "eerdere antwoorden hadden niets om te volgen")
        }
        OmittedReason::Unreachable => sentence(&Reason::Unreachable),
        OmittedReason::Stopped => sentence(&Reason::Stopped),
        OmittedReason::NoClient => sentence(&Reason::NoClient),
        OmittedReason::Skipped => sentence(&Reason::Skipped),
    }
}

/// Why there is no whole answer.
#[must_use]
pub(super) fn broken(kind: BrokenKind) -> Text {
    match kind {
        BrokenKind::Name => both("the host name does not resolve", "de hostnaam is niet te vinden"),
        BrokenKind::Connect => both("nobody listens at this address", "op dit adres luistert niemand"),
        BrokenKind::Tls => both("the TLS connection failed", "de TLS-verbinding mislukte"),
        BrokenKind::Deadline => both("no whole answer before the deadline", "geen volledig antwoord binnen de tijd"),
        BrokenKind::TooLarge => both("the body is larger than Toets takes", "de body is groter dan Toets aanneemt"),
        BrokenKind::Cut => both("the connection ended in the middle", "de verbinding brak halverwege af"),
        BrokenKind::Protocol => {
            both("the answer is no HTTP, or against its rules", "het antwoord is geen HTTP, of niet volgens de regels")
        }
        BrokenKind::NotAllowed => both("the link leads where Toets does not go", "de link leidt naar waar Toets niet heen gaat"),
        BrokenKind::Stopped => sentence(&Reason::Stopped),
        BrokenKind::Token => {
            both("the token ended, and no other could be had", "het token verliep, en een ander was niet te krijgen")
        }
    }
}

/// What made us send a request.
#[must_use]
pub(super) fn origin(origin: &Origin) -> Text {
    match origin {
        Origin::Client => both("the client under test", "de client die getest wordt"),
        Origin::Step => both("the step itself", "de stap zelf"),
        Origin::ForEach(value) => both(format!("for the value `{value}`"), format!("voor de waarde `{value}`")),
        Origin::NextLink(from) => both(format!("next link of {from}"), format!("next-link van {from}")),
        Origin::Resource(from) => both(format!("a resource in {from}"), format!("een resource in {from}")),
        Origin::Reference(path, from) => {
            both(format!("the reference {path} in {from}"), format!("de verwijzing {path} in {from}"))
        }
        Origin::Persona(name) if name == OWN => both("looking for the patient", "zoeken naar de patiënt"),
        Origin::Persona(name) => both(format!("looking for the persona `{name}`"), format!("zoeken naar de persona `{name}`")),
    }
}
