//! Answers to a search: what was asked, and what each entry is there for.
//! <https://hl7.org/fhir/R4/http.html#search>

use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, Scene, Severity, codes};

codes! {
    /// What was asked is not said.
    NO_SELF "search-self-missing" "required" Some("BUNDLE_SEARCH_NOSELF");
        en "the answer has no link `self`, so nobody can see what was searched", "add the link `self` with the search as it was understood";
        nl "het antwoord heeft geen link `self`, dus niemand kan zien waarop is gezocht", "voeg de link `self` toe met de zoekvraag zoals die is begrepen";
    /// An entry does not say why it is there.
    NO_MODE "search-entry-mode-missing" "required" Some("BUNDLE_SEARCH_NO_MODE");
        en "`search.mode` is not there, so a match cannot be told from what came along", "add `search.mode`: `match`, `include` or `outcome`";
        nl "`search.mode` ontbreekt, dus een treffer is niet te onderscheiden van wat is meegekomen", "voeg `search.mode` toe: `match`, `include` of `outcome`";
    /// An entry has no resource.
    NO_RESOURCE "search-entry-empty" "required" Some("BUNDLE_SEARCH_ENTRY_NO_RESOURCE");
        en "the entry of a search answer has no resource", "add the resource, or take the entry out";
        nl "de entry van een zoekantwoord heeft geen resource", "voeg de resource toe, of haal de entry weg";
    /// A found resource has no id.
    NO_ID "search-resource-id-missing" "required" Some("BUNDLE_SEARCH_ENTRY_NO_RESOURCE_ID");
        en "the `{found}` that was found has no `id`", "add the `id` that the server keeps it under";
        nl "de gevonden `{found}` heeft geen `id`", "voeg het `id` toe waaronder de server hem bewaart";
    /// A match of another type than was asked for.
    OTHER_TYPE "search-match-other-type" "invalid" Some("BUNDLE_SEARCH_ENTRY_WRONG_RESOURCE_TYPE_MODE");
        en "a `{found}` cannot be a match: the link `self` searched {expected}", "make its mode `include` or `outcome`, or mend the link `self`";
        nl "een `{found}` kan geen treffer zijn: de link `self` zocht {expected}", "maak de mode `include` of `outcome`, of herstel de link `self`";
    /// A note that is no OperationOutcome.
    NO_OUTCOME "search-outcome-other-type" "invalid" Some("BUNDLE_SEARCH_ENTRY_WRONG_RESOURCE_TYPE_OUTCOME");
        en "an entry with mode `outcome` holds an OperationOutcome, found a `{found}`", "make its mode `match` or `include`";
        nl "een entry met mode `outcome` bevat een OperationOutcome, gevonden: een `{found}`", "maak de mode `match` of `include`";
    /// There are more matches than `total` says.
    TOTAL "search-total-too-small" "invalid" None;
        en "`total` is {expected}, but this page alone has {found} matches", "count all matches of the search, without what came along";
        nl "`total` is {expected}, maar deze pagina alleen al heeft {found} treffers", "tel alle treffers van de zoekvraag, zonder wat is meegekomen";
}

/// What the entries of a search answer are there for.
pub(super) fn check(scene: &Scene<'_, '_>, bundle: Node<'_>, entries: &[Node<'_>], issues: &mut Issues) {
    let own = bundle.children_named("link").find(|link| link.child_value("relation") == Some("self"));
    let asked = own.and_then(|link| link.child_value("url")).map_or_else(Vec::new, |url| types(scene, url));
    if own.is_none() {
        issues.push(Issue::warning(&NO_SELF, bundle));
    }
    let has_modes = entries.iter().any(|entry| mode(*entry).is_some());
    if !has_modes && !entries.is_empty() {
        // Of one type, as asked, all are matches all the same.
        let mut found = entries.iter().filter_map(|entry| entry.child("resource")).map(Node::type_name);
        let is_plain = found.all(|found| asked.is_empty() || asked.contains(&found) || found == "OperationOutcome");
        let severity = if is_plain { Severity::Information } else { Severity::Warning };
        issues.push(Issue::new(&NO_MODE, severity, bundle));
    }
    for entry in entries {
        if has_modes && mode(*entry).is_none() {
            issues.push(Issue::warning(&NO_MODE, *entry));
        }
        one(*entry, &asked, issues);
    }
    total(bundle, entries, issues);
}

fn mode(entry: Node<'_>) -> Option<&str> {
    entry.child("search")?.child_value("mode")
}

fn one(entry: Node<'_>, asked: &[&str], issues: &mut Issues) {
    let Some(resource) = entry.child("resource") else { return issues.push(Issue::error(&NO_RESOURCE, entry)) };
    let (found, has_id) = (resource.type_name(), resource.child("id").is_some());
    let said = |code, severity| Issue::new(code, severity, resource).with("found", found);
    let is_other = !asked.is_empty() && !asked.contains(&found);
    let expected = || asked.iter().map(|asked| format!("`{asked}`")).collect::<Vec<_>>().join(", ");
    match mode(entry) {
        Some(mode @ ("match" | "include")) => {
            if !has_id {
                issues.push(said(&NO_ID, Severity::Error));
            }
            if mode == "match" && is_other {
                issues.push(said(&OTHER_TYPE, Severity::Error).with("expected", expected()));
            }
        }
        Some("outcome") if found != "OperationOutcome" => issues.push(said(&NO_OUTCOME, Severity::Error)),
        None if found != "OperationOutcome" && !has_id => issues.push(said(&NO_ID, Severity::Warning)),
        _ => {}
    }
}

/// `total` counts the matches of all pages.
fn total(bundle: Node<'_>, entries: &[Node<'_>], issues: &mut Issues) {
    let Some((node, total)) = bundle.child("total").and_then(|node| Some((node, node.value()?.parse::<usize>().ok()?))) else {
        return;
    };
    let matches = entries.iter().filter(|entry| mode(**entry) == Some("match")).count();
    if matches > total {
        let issue = Issue::warning(&TOTAL, node).with("expected", total.to_string());
        issues.push(issue.with("found", matches.to_string()));
    }
}

/// The types that a search asks for: `[base]/Patient?…`, `[base]/Patient/1/Observation?…`,
/// `[base]/Patient/_search?…`, `[base]?_type=Patient,Observation`; none where it does not say.
fn types<'u>(scene: &Scene<'_, '_>, url: &'u str) -> Vec<&'u str> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let path = path.strip_suffix("/_search").unwrap_or(path);
    let last = path.rsplit('/').next().unwrap_or_default();
    if scene.types().resource(last).is_some() {
        return vec![last];
    }
    let named = query.split('&').filter_map(|part| part.strip_prefix("_type="));
    named.flat_map(|names| names.split(',')).filter(|name| scene.types().resource(name).is_some()).collect()
}
