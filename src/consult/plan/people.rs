//! Who somebody is: names, and what they are to the patient.

use super::Party;
use super::value::{all_extended, concept, extended};
use super::words::{both, text};
use crate::consult::records::Records;
use crate::fhir::node::Node;

/// Roles behind roles that are looked at: a reference may lead back to where it came from.
const DEPTH: u8 = 3;

/// The name of a person: as it is written, or put together from its parts.
pub(super) fn name(person: Node<'_>) -> Option<String> {
    let names: Vec<Node<'_>> = person.children_named("name").collect();
    let is_old = |name: &Node<'_>| matches!(name.child_value("use"), Some("old" | "maiden"));
    let official = names.iter().find(|name| name.child_value("use") == Some("official"));
    let usual = names.iter().find(|name| name.child_value("use") == Some("usual")).and_then(|name| name.child_value("given"));
    let best = official.or(names.iter().find(|name| !is_old(name))).or(names.first())?;
    if let Some(written) = best.child_value("text").filter(|written| !written.trim().is_empty()) {
        return Some(written.to_owned());
    }
    let given: Vec<&str> = best.children_named("given").filter_map(Node::value).collect();
    let parts = [usual.map(str::to_owned).or(Some(given.join(" "))), best.child_value("family").map(str::to_owned)];
    let whole = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    (!whole.is_empty()).then_some(whole)
}

/// Whom a Reference means.
pub(super) fn party(records: &Records, reference: Node<'_>) -> Party {
    party_within(records, reference, DEPTH)
}

fn party_within(records: &Records, reference: Node<'_>, depth: u8) -> Party {
    let target = records.target(reference);
    let mut party = target.map_or_else(nobody, |target| described(records, target, depth));
    // In STU3 the role of a professional is beside the reference to them.
    if let Some(role) = extended(reference, "/practitionerrole-reference").filter(|_| depth > 0) {
        let role = party_within(records, role, depth - 1);
        party.name = party.name.or(role.name);
        party.roles.extend(role.roles);
    }
    if party.name.is_none() {
        party.name = reference.child_value("display").map(str::to_owned);
    }
    party
}

fn nobody() -> Party {
    Party { name: None, roles: Vec::new(), telecom: Vec::new() }
}

/// Somebody, as their resource has them.
pub(super) fn described(records: &Records, person: Node<'_>, depth: u8) -> Party {
    let telecom =
        person.children_named("telecom").filter_map(|contact| contact.child_value("value")).map(str::to_owned).collect();
    let mut party = Party { name: name(person), roles: Vec::new(), telecom };
    match person.type_name() {
        "Patient" => {
            party.roles.push(text("patient", "patiënt"));
            // How the patient is reached is no part of who agreed.
            party.telecom.clear();
        }
        "RelatedPerson" => {
            // What they may do goes before what they are; STU3 has it in extensions.
            let (kin, roles): (Vec<_>, Vec<_>) = person.children_named("relationship").partition(|role| is_kin(*role));
            let beside = all_extended(person, "/nl-core-relatedperson-role");
            party.roles.extend(roles.into_iter().chain(beside).chain(kin).filter_map(concept));
        }
        "PractitionerRole" => {
            party.telecom.clear();
            if let Some(practitioner) = person.child("practitioner").filter(|_| depth > 0) {
                party.name = party_within(records, practitioner, depth - 1).name;
            }
            let functions = person.children_named("specialty").chain(person.children_named("code"));
            party.roles.extend(functions.filter_map(concept));
            if let Some(organization) = person.child("organization").and_then(|organization| organization.child_value("display"))
            {
                party.roles.push(both(organization));
            }
        }
        "Practitioner" => party.telecom.clear(),
        _ => {}
    }
    party
}

/// Whether it says how somebody is related, and not what they may do.
fn is_kin(role: Node<'_>) -> bool {
    let mut codings = role.children_named("coding");
    codings.any(|coding| coding.child_value("system").is_some_and(|system| system.ends_with("RoleCode")))
}

/// Whom references mean, each once.
pub(super) fn parties<'r>(records: &Records, references: impl Iterator<Item = Node<'r>>) -> Vec<Party> {
    let mut parties = Vec::new();
    for reference in references {
        let party = party(records, reference);
        if !parties.contains(&party) {
            parties.push(party);
        }
    }
    parties
}

/// Parties as one line, for a detail.
pub(super) fn line(parties: &[Party]) -> Option<crate::text::Text> {
    let named = |english: bool| {
        let one = |party: &Party| {
            let unknown = if english { "name not known" } else { "naam niet bekend" };
            let name = party.name.as_deref().unwrap_or(unknown);
            let roles: Vec<&str> =
                party.roles.iter().map(|role| if english { role.en.as_str() } else { role.nl.as_str() }).collect();
            if roles.is_empty() { name.to_owned() } else { format!("{name} ({})", roles.join(", ")) }
        };
        parties.iter().map(one).collect::<Vec<_>>().join("; ")
    };
    (!parties.is_empty()).then(|| text(named(true), named(false)))
}
