//! Loud warnings: what the reader must know before she believes the rest.

use super::reason;
use super::words::both;
use crate::agreements::Actor;
use crate::evidence::{Broken, BrokenKind, CodeAsked, Evidence, Outcome, Record};
use crate::fhir::terminology::Answer;
use crate::plan::{OWN, Plan, TargetAuth};
use crate::text::Text;

/// The warnings over a run.
#[must_use]
pub(super) fn warnings(plan: &Plan, evidence: &Evidence) -> Vec<Text> {
    [
        real_data(evidence),
        unchecked(plan),
        unreachable(plan, evidence),
        nothing_succeeded(plan, evidence),
        lost_personas(plan, evidence),
        fault(plan),
        ended_early(evidence),
        insecure(plan, evidence),
        token(evidence),
        terminology(evidence),
        no_authentication(plan),
        own_data(plan),
        approximation(evidence),
        part(plan),
        share(plan),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A number that passes the eleven-test and is no test number may be a person's (settled 21).
fn real_data(evidence: &Evidence) -> Option<Text> {
    let real = |record: &&Record| matches!(record, Record::Replaced(replaced) if replaced.elfproof && !replaced.test_range);
    let count = evidence.records.iter().filter(real).count();
    let (en, nl) = match count {
        0 => return None,
        1 => (
            "The answers held a number that may be a real citizen service number (BSN). It was replaced".to_owned(),
            "De antwoorden bevatten een nummer dat een echt burgerservicenummer (BSN) kan zijn. Het is vervangen".to_owned(),
        ),
        _ => (
            format!("The answers held {count} numbers that may be real citizen service numbers (BSN). They were replaced"),
            format!("De antwoorden bevatten {count} nummers die echte burgerservicenummers (BSN) kunnen zijn. Ze zijn vervangen"),
        ),
    };
    Some(both(
        format!("{en}, but the rest of the data may be about real people: stop, and use test data."),
        format!("{nl}, maar de andere gegevens kunnen over echte mensen gaan: stop, en gebruik testgegevens."),
    ))
}

/// Nothing was answered: everything else follows from that.
fn unreachable(plan: &Plan, evidence: &Evidence) -> Option<Text> {
    let first = broken(plan, evidence)?;
    let Text { en, nl } = reason::broken(first.kind);
    Some(both(
        format!("The server could not be reached: {en} ({}).", first.detail),
        format!("De server was niet bereikbaar: {nl} ({}).", first.detail),
    ))
}

/// What went wrong first, when nothing was answered and the way to the server is the cause.
pub(super) fn broken<'e>(plan: &Plan, evidence: &'e Evidence) -> Option<&'e Broken> {
    // A client that hangs up leaves the same trace, and is judged by it.
    if plan.claims.actor == Actor::Consulter {
        return None;
    }
    let mut first = None;
    for record in &evidence.records {
        let Record::Exchange(exchange) = record else { continue };
        match &exchange.outcome {
            Outcome::Broken(broken) if is_way(broken.kind) => first = first.or(Some(broken)),
            _ => return None,
        }
    }
    first
}

fn is_way(kind: BrokenKind) -> bool {
    use BrokenKind::{Connect, Cut, Deadline, Name, Protocol, Tls};
    matches!(kind, Name | Connect | Tls | Deadline | Cut | Protocol)
}

/// Everything was refused: that is the address or the credentials, hardly the server.
fn nothing_succeeded(plan: &Plan, evidence: &Evidence) -> Option<Text> {
    let first = refusals(evidence)?;
    if plan.claims.actor == Actor::Consulter {
        return Some(both(
            format!(
                "Toets could answer no request of the client with success; the first got {first}. Has the client the base \
                 URL and the token of this vendor, and the ids of the patients?"
            ),
            format!(
                "Toets kon geen enkel verzoek van de client met succes beantwoorden; het eerste kreeg {first}. Heeft de \
                 client de basis-URL en het token van deze leverancier, en de ids van de patiënten?"
            ),
        ));
    }
    Some(both(
        format!(
            "No request was answered with success; the first was answered with {first}. Is this the base URL of the FHIR \
             server (what stands before `/metadata`), and are the credentials right?"
        ),
        format!(
            "Geen enkel verzoek kreeg een geslaagd antwoord; het eerste kreeg {first}. Is dit de basis-URL van de \
             FHIR-server (wat voor `/metadata` staat), en kloppen de credentials?"
        ),
    ))
}

/// The first status, when there are answers and none is a success.
fn refusals(evidence: &Evidence) -> Option<u16> {
    let status = |record: &Record| match record {
        Record::Exchange(exchange) => match &exchange.outcome {
            Outcome::Answered(received) => Some(received.status),
            Outcome::Broken(_) => None,
        },
        _ => None,
    };
    let mut statuses = evidence.records.iter().filter_map(status);
    let first = statuses.next()?;
    std::iter::once(first).chain(statuses).all(|status| !(200..300).contains(&status)).then_some(first)
}

/// Nobody to ask about: most of what is untested follows from that.
fn lost_personas(plan: &Plan, evidence: &Evidence) -> Option<Text> {
    if broken(plan, evidence).is_some() || refusals(evidence).is_some() {
        return None;
    }
    let lost = evidence.records.iter().filter_map(|record| match record {
        Record::Persona(found) if found.patient.is_none() => Some(found.persona.as_str()),
        _ => None,
    });
    let lost: Vec<&str> = lost.collect();
    let names = lost.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    // A patient with data of their own is in no fixture.
    let ours: Vec<&str> = lost.iter().copied().filter(|name| *name != OWN).collect();
    let load = format!("`{}`", ["toets load", &ours.join(" ")].join(" ").trim_end());
    let first = ours.first().unwrap_or(&"PERSONA");
    (!lost.is_empty()).then(|| {
        both(
            format!(
                "Not found on the server, by BSN or by the id of the fixtures: {names}. What is asked about them is untested. \
                 Write them to it with {load}, or say what they are called there: `--patient {first}=ID`."
            ),
            format!(
                "Op de server niet gevonden, op BSN noch op het id van de fixtures: {names}. Wat over hen gevraagd wordt, is \
                 niet getest. Schrijf ze erheen met {load}, of zeg hoe ze daar heten: `--patient {first}=ID`."
            ),
        )
    })
}

fn fault(plan: &Plan) -> Option<Text> {
    plan.target.fault.as_deref().map(|fault| {
        let actor = if plan.claims.actor == Actor::Consulter { "consulter" } else { "provider" };
        both(
            format!("The built-in {actor} was told to misbehave (fault `{fault}`)."),
            format!("De ingebouwde {actor} moest zich misdragen (fout `{fault}`)."),
        )
    })
}

fn ended_early(evidence: &Evidence) -> Option<Text> {
    let end = evidence.records.iter().rev().find_map(|record| if let Record::End(end) = record { Some(end) } else { None });
    match end {
        Some(end) if !end.stopped => None,
        Some(_) => Some(both("The run was stopped before its end.", "De run is voor het einde gestopt.")),
        None => Some(both(
            "The run has no end: Toets was killed, or could not write any more. What was recorded is judged.",
            "De run heeft geen einde: Toets is afgebroken, of kon niet meer schrijven. Wat is vastgelegd, is beoordeeld.",
        )),
    }
}

fn insecure(plan: &Plan, evidence: &Evidence) -> Option<Text> {
    let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let base = plan.target.base.to_lowercase();
    let plain = base.starts_with("http://") && !loopback.iter().any(|prefix| base.starts_with(prefix));
    let (en, nl) = match plan.claims.actor {
        Actor::Consulter => ("The client asked", "De client vroeg"),
        _ => ("The server was asked", "De server is bevraagd"),
    };
    (plain && evidence.records.iter().any(was_sent)).then(|| {
        both(
            format!("{en} over plain http: tokens and data went over the network unprotected."),
            format!("{nl} over gewoon http: tokens en gegevens gingen onbeschermd over het netwerk."),
        )
    })
}

/// Loud, because everything else in the report stands on it.
fn unchecked(plan: &Plan) -> Option<Text> {
    plan.target.insecure.then(|| {
        both(
            "INSECURE: certificates were not checked, of the server nor of the token endpoint. Anybody in between may have read or changed everything, tokens included; nothing shows that this was the right server.",
            "ONVEILIG: certificaten zijn niet gecontroleerd, niet van de server en niet van het token-endpoint. Iedereen daartussen kan alles hebben gelezen of veranderd, ook tokens; niets laat zien dat dit de juiste server was.",
        )
    })
}

/// A token that ended and could not be had again.
fn token(evidence: &Evidence) -> Option<Text> {
    let problem = evidence.records.iter().find_map(|record| match record {
        Record::Token(asked) => asked.problem.as_deref(),
        _ => None,
    })?;
    Some(both(
        format!("No new token could be had while the run went: {problem}."),
        format!("Tijdens de run was geen nieuw token te krijgen: {problem}."),
    ))
}

/// Codes that somebody else judged, by an edition of a code system that is not ours.
fn terminology(evidence: &Evidence) -> Option<Text> {
    let asked: Vec<&CodeAsked> = evidence
        .records
        .iter()
        .filter_map(|record| match record {
            Record::Terminology(asked) => Some(&**asked),
            _ => None,
        })
        .collect();
    let (first, count) = (asked.first()?, asked.len());
    let open = asked.iter().filter(|asked| matches!(asked.answer, Answer::Unanswered(_))).count();
    let of = &first.of;
    Some(both(
        format!("Codes that are not known here were looked up at {of}: {count}, of which {open} without an answer."),
        format!("Codes die hier niet bekend zijn, zijn opgezocht bij {of}: {count}, waarvan {open} zonder antwoord."),
    ))
}

/// Whether a request left for the server at all.
fn was_sent(record: &Record) -> bool {
    use BrokenKind::{Connect, Name, NotAllowed, Tls};
    let Record::Exchange(exchange) = record else { return false };
    match &exchange.outcome {
        Outcome::Answered(_) => true,
        Outcome::Broken(broken) => !matches!(broken.kind, Name | Connect | Tls | NotAllowed),
    }
}

fn no_authentication(plan: &Plan) -> Option<Text> {
    (plan.target.auth == TargetAuth::None).then(|| {
        both(
            "The run used no authentication, so nothing is known of how the server guards its data.",
            "De run gebruikte geen authenticatie; hoe de server de gegevens bewaakt is dus niet bekend.",
        )
    })
}

fn own_data(plan: &Plan) -> Option<Text> {
    plan.own_patient().map(|_| {
        both(
            "The run was about a patient with data of their own: what needs known data is untested.",
            "De run ging over een patiënt met eigen gegevens: wat bekende gegevens nodig heeft, is niet getoetst.",
        )
    })
}

fn approximation(evidence: &Evidence) -> Option<Text> {
    let names: Vec<String> = evidence
        .start
        .definitions
        .iter()
        .filter(|definition| definition.approximation)
        .map(|definition| format!("{} {}", definition.id, definition.version))
        .collect();
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        both(
            format!("Some definitions are an approximation of the published packages ({names}): nothing in this report can be certified."),
            format!("Sommige definities zijn een benadering van de gepubliceerde pakketten ({names}): niets in dit rapport is te certificeren."),
        )
    })
}

fn part(plan: &Plan) -> Option<Text> {
    plan.selection.as_deref().map(|selection| {
        both(
            format!("Only a part of the suite was run: {selection}."),
            format!("Maar een deel van de toetsset is uitgevoerd: {selection}."),
        )
    })
}

fn share(plan: &Plan) -> Option<Text> {
    plan.shard.map(|shard| {
        both(
            format!("This is share {shard} of a run that was split: `toets merge` joins the shares and judges the whole."),
            format!("Dit is deel {shard} van een gesplitste run: `toets merge` voegt de delen samen en beoordeelt het geheel."),
        )
    })
}
