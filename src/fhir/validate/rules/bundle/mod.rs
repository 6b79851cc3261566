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
    /// Entries lack what is asked of them, or was.
    PART_MISSING "bundle-entry-part-missing" "invariant" None;
        en "`{entry}`{more} lacks `{element}`, which each entry of a Bundle of type `{type}` has ({key})", "add `{element}`, or mend `Bundle.type`";
        nl "`{entry}`{more} mist `{element}`, dat elke entry van een Bundle van type `{type}` heeft ({key})", "voeg `{element}` toe, of herstel `Bundle.type`";
    /// Entries have what their Bundle has no use for.
    PART_NOT_HERE "bundle-entry-part-not-allowed" "invariant" None;
        en "`{entry}`{more} has `{element}`, which no entry of a Bundle of type `{type}` has ({key})", "take `{element}` out, or mend `Bundle.type`";
        nl "`{entry}`{more} heeft `{element}`, dat geen entry van een Bundle van type `{type}` heeft ({key})", "haal `{element}` weg, of herstel `Bundle.type`";
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
pub(super) const SAID: &[&str] = &["bdl-3", "bdl-4", "bdl-7", "bdl-11", "bdl-12"];

/// Links between the pages of an answer. R4 names the one before `previous`, others `prev`.
const PAGES: [&str; 5] = ["first", "previous", "prev", "next", "last"];
/// Types of Bundle whose entries have a request, and those whose entries have a response.
const WITH_REQUEST: [&str; 3] = ["batch", "transaction", "history"];
const WITH_RESPONSE: [&str; 3] = ["batch-response", "transaction-response", "history"];
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
    if !of_type.is_empty() {
        parts(scene, bundle, (&entries, of_type), ("request", "bdl-3", &WITH_REQUEST), issues);
        parts(scene, bundle, (&entries, of_type), ("response", "bdl-4", &WITH_RESPONSE), issues);
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
        if resource.is_some_and(|resource| !is_note(entry, resource, of_type)) && !WITHOUT_URL.contains(&of_type) {
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

/// Whether it is a note of a search that is kept nowhere: what has no identity has no address
/// (R4 and STU3, Bundle.entry.fullUrl).
fn is_note(entry: Node<'_>, resource: Node<'_>, of_type: &str) -> bool {
    let mode = entry.child("search").and_then(|search| search.child_value("mode"));
    of_type == "searchset" && mode == Some("outcome") && resource.child("id").is_none()
}

/// What entries have in Bundles of some types, and in no others. Said once of the Bundle, as
/// the invariant is, and shown at the first entry: the FHIRPath would look up the type of
/// the Bundle anew for each, through all of them.
fn parts(
    scene: &Scene<'_, '_>,
    bundle: Node<'_>,
    (entries, of_type): (&[Node<'_>], &str),
    (element, key, types): (&str, &str, &[&str]),
    issues: &mut Issues,
) {
    let wanted = types.contains(&of_type);
    // STU3 asks for neither, and lets the entries of a history have requests only.
    let (asked, allowed) = match scene.is_stu3() {
        true => (false, wanted && (of_type, element) != ("history", "response")),
        false => (wanted, wanted),
    };
    let is_wrong = |entry: &Node<'_>| match entry.child(element) {
        Some(_) => !allowed,
        None => asked,
    };
    let mut wrong = entries.iter().enumerate().filter(|(_, entry)| is_wrong(entry));
    let Some((at, first)) = wrong.next() else { return };
    let more = match wrong.count() {
        0 => String::new(),
        count => format!(" (+{count})"),
    };
    let code = if asked { &PART_MISSING } else { &PART_NOT_HERE };
    let issue = Issue::error(code, bundle).shown_at(*first).keyed(key).with("entry", format!("entry[{at}]"));
    issues.push(issue.with("more", more).with("element", element).with("type", of_type).with("key", key));
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
            let issue = Issue::error(&URL_TWICE, bundle).shown_at(*entry).keyed("bdl-7");
            issues.push(issue.with("entry", format!("entry[{at}]")).with("found", url));
        }
    }
}
