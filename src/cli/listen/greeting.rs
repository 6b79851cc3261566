//! What a vendor has to know to point a client here, to be copied and sent.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{ListenArguments, said};
use crate::scenario::Persona;
use crate::serve::{Listener, PagePlace};
use crate::text::Language;

/// For each vendor what it has to know, to be copied and sent.
pub(super) fn greeting(
    listener: &Listener,
    (there, pages): (&[&Persona], &BTreeMap<String, PagePlace>),
    arguments: &ListenArguments,
    language: Language,
) -> String {
    let mut lines = Vec::new();
    let folder = &arguments.tls_folder;
    for seat in listener.seats() {
        let base = listener.base(&seat.name).unwrap_or_default();
        let certificate = listener.client_file(&seat.name).map(|file| folder.join(file));
        let ca = listener.ca_pem().map(|_| folder.join("ca.pem"));
        lines.push(format!("--- {} ---", seat.name));
        lines.push(format!("{:12}{base}", said(language, "base URL", "base-URL")));
        lines.push(format!("{:12}{}", "token", seat.token));
        lines.extend(ca.as_ref().map(|path| format!("{:12}{}", said(language, "authority", "autoriteit"), path.display())));
        lines.extend(
            certificate.as_ref().map(|path| format!("{:12}{}", said(language, "certificate", "certificaat"), path.display())),
        );
        for persona in there {
            lines.push(format!("{:12}{}", said(language, "patient", "patiënt"), patient(persona)));
        }
        let id = there.first().map_or("1", |persona| persona.patient.as_str());
        let option = |name: &str, path: &Option<PathBuf>| {
            path.as_ref().map(|path| format!("{name} '{}' ", path.display())).unwrap_or_default()
        };
        lines.push(format!(
            "{:12}curl {}{}-H 'Authorization: Bearer {}' '{base}/Patient/{id}'",
            said(language, "try", "probeer"),
            option("--cacert", &ca),
            option("--cert", &certificate),
            seat.token
        ));
        let page = pages.get(&seat.name).map(|place| &place.url);
        lines.extend(page.map(|url| format!("{:12}{url}", said(language, "live page", "livepagina"))));
        lines.push(String::new());
    }
    lines.push(said(language, "Ctrl-C stops it", "Ctrl-C stopt het").to_owned());
    lines.join("\n")
}

/// Name, BSN and date of birth, as they are looked up.
fn patient(persona: &Persona) -> String {
    let resource = persona.resources.get(&format!("Patient/{}", persona.patient));
    let resource: serde_json::Value = resource.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let text = |pointer: &str| resource.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let parts =
        [text("/name/0/text"), format!("BSN {}", persona.bsn), text("/birthDate"), format!("Patient/{}", persona.patient)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}
