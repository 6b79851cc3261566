//! Bundles: the addresses of entries and the links of the whole; what a search
//! answer asks is in `search`, what a document or message asks in `document`. The
//! resources of entries are judged as any other. Invariants of `Bundle` stay with
//! FHIRPath, but for those that can be said of an entry instead of the whole.
//! <https://hl7.org/fhir/R4/bundle.html>

mod document;
mod search;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::primitive::{is_absolute, is_id};
use crate::fhir::node::Node;
use crate::fhir::validate::{Code, Issue, Issues, Scene, codes};

codes! {
    /// The address of an entry is relative.
    URL_RELATIVE "bundle-full-url-relative" "invalid" Some("BUNDLE_ENTRY_URL_ABSOLUTE");
        en "the `fullUrl` is `{found}`, which is no absolute URL", "write the whole address, or `urn:uuid:` and a UUID";
        nl "de `fullUrl` is `{found}`, wat geen absolute URL is", "schrijf het hele adres, of `urn:uuid:` en een UUID";
    /// The address of an entry is that of another resource.
    URL_OF_OTHER "bundle-full-url-mismatch" "invalid" Some("BUNDLE_ENTRY_URL_MATCHES_TYPE_ID");
        en "the `fullUrl` `{found}` is that of another resource: it has to end with `{expected}`", "make type and id of `fullUrl` and resource the same";
        nl "de `fullUrl` `{found}` is die van een andere resource: hij moet eindigen op `{expected}`", "maak type en id van `fullUrl` en resource gelijk";
    /// The resource of an entry has no address.
    URL_MISSING "bundle-full-url-missing" "required" Some("BUNDLE_BUNDLE_ENTRY_FULLURL_REQUIRED");
        en "the entry has no `fullUrl`, so nothing can refer to its resource", "add the address of the resource, or `urn:uuid:` and a UUID";
        nl "de entry heeft geen `fullUrl`, dus niets kan naar de resource verwijzen", "voeg het adres van de resource toe, of `urn:uuid:` en een UUID";
    /// Two entries have the same address.
    URL_TWICE "bundle-full-url-twice" "invariant" Some("http://hl7.org/fhir/StructureDefinition/Bundle#bdl-7");
        en "`{entry}` has the `fullUrl` and version of an entry before it: `{found}` (bdl-7)", "take one of them out, or tell them apart by `meta.versionId`";
        nl "`{entry}` heeft de `fullUrl` en versie van een eerdere entry: `{found}` (bdl-7)", "haal er een weg, of onderscheid ze met `meta.versionId`";
    /// A link is there twice.
    LINK_TWICE "bundle-link-twice" "invalid" Some("BUNDLE_LINK_SEARCH_NO_DUPLICATES");
        en "there is more than one link `{found}`", "keep one";
        nl "er is meer dan een link `{found}`", "houd er een over";
    /// A link between pages of what has no pages.
    LINK_OF_PAGES "bundle-link-of-pages" "invalid" Some("BUNDLE_LINK_SEARCH_PROHIBITED");
        en "a Bundle of type `{expected}` has no pages, so no link `{found}`", "take the link out, or mend `Bundle.type`";
        nl "een Bundle van type `{expected}` heeft geen pagina's, dus geen link `{found}`", "haal de link weg, of herstel `Bundle.type`";
}

/// Codes of all rules of Bundles.
pub(super) const ALL: [&[&Code]; 3] = [CODES, search::CODES, document::CODES];

/// Keys of the invariants of `Bundle` that are said here.
pub(super) const SAID: &[&str] = &["bdl-7", "bdl-11", "bdl-12"];

/// Links between the pages of an answer. R4 names the one before `previous`, others `prev`.
const PAGES: [&str; 5] = ["first", "previous", "prev", "next", "last"];
/// Types of Bundle whose entries may have no address: requests to create, and answers to requests.
const WITHOUT_URL: [&str; 4] = ["transaction", "batch", "transaction-response", "batch-response"];

/// A Bundle as a whole, and its entries.
pub(crate) fn check<'t>(scene: &Scene<'_, 't>, bundle: Node<'t>, issues: &mut Issues) {
    let entries: Vec<Node<'t>> = bundle.children_named("entry").collect();
    let of_type = bundle.child_value("type").unwrap_or_default();
    links(bundle, of_type, issues);
    for entry in &entries {
        address(scene, *entry, of_type, issues);
    }
    if of_type != "history" || scene.is_stu3() {
        twice(bundle, &entries, issues);
    }
    match of_type {
        "searchset" => search::check(scene, bundle, &entries, issues),
        "document" | "message" => document::check(scene, bundle, &entries, issues),
        _ => {}
    }
}

fn links(bundle: Node<'_>, of_type: &str, issues: &mut Issues) {
    let has_pages = matches!(of_type, "searchset" | "history");
    let mut seen: Vec<&str> = Vec::new();
    for link in bundle.children_named("link") {
        let Some(relation) = link.child("relation").filter(|relation| relation.value().is_some()) else { continue };
        let name = relation.value().unwrap_or_default();
        if name != "self" && !PAGES.contains(&name) {
            continue;
        }
        if name != "self" && !has_pages && !of_type.is_empty() {
            issues.push(Issue::error(&LINK_OF_PAGES, relation).with("found", name).with("expected", of_type));
        } else if seen.contains(&name) {
            issues.push(Issue::error(&LINK_TWICE, link).with("found", name));
        }
        seen.push(name);
    }
}

/// Whether an entry has the address of its resource.
fn address(scene: &Scene<'_, '_>, entry: Node<'_>, of_type: &str, issues: &mut Issues) {
    let resource = entry.child("resource");
    let Some(url) = entry.child_value("fullUrl") else {
        if resource.is_some() && !WITHOUT_URL.contains(&of_type) {
            issues.push(Issue::error(&URL_MISSING, entry));
        }
        return;
    };
    if !is_absolute(url) {
        return issues.push(Issue::error(&URL_RELATIVE, entry).with("found", url));
    }
    let Some(resource) = resource.filter(|_| is_of_server(scene, url)) else { return };
    let ending = format!("/{}/{}", resource.type_name(), resource.child_value("id").unwrap_or("?"));
    // A version is told elsewhere (bdl-8).
    if !url.split("/_history/").next().unwrap_or(url).ends_with(&ending) {
        issues.push(Issue::error(&URL_OF_OTHER, entry).with("found", url).with("expected", ending));
    }
}

/// Whether an address is one of a FHIR server: `https://server/fhir/Patient/1`.
fn is_of_server(scene: &Scene<'_, '_>, url: &str) -> bool {
    let plain = url.split("/_history/").next().unwrap_or(url);
    let mut parts = plain.rsplit('/');
    let (id, of_type) = (parts.next(), parts.next());
    let is_web = plain.starts_with("http://") || plain.starts_with("https://");
    is_web && id.is_some_and(is_id) && of_type.is_some_and(|of_type| scene.types().resource(of_type).is_some())
}

/// Entries with the same address and version: said of the Bundle, as the invariant is, and
/// shown at the later entry.
fn twice(bundle: Node<'_>, entries: &[Node<'_>], issues: &mut Issues) {
    let mut seen: HashMap<(&str, Option<&str>), usize> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        let Some(url) = entry.child_value("fullUrl") else { continue };
        let meta = entry.child("resource").and_then(|resource| resource.child("meta"));
        if seen.insert((url, meta.and_then(|meta| meta.child_value("versionId"))), at).is_some() {
            let issue = Issue::error(&URL_TWICE, bundle).shown_at(*entry).as_invariant("bdl-7");
            issues.push(issue.with("entry", format!("entry[{at}]")).with("found", url));
        }
    }
}
