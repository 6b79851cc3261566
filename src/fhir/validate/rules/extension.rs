//! Extensions: whether their definition is known and met, and whether they
//! stand where it lets them. <https://hl7.org/fhir/R4/extensibility.html>

use std::sync::Arc;

use super::claims;
use super::context::{fits, name, places};
use super::invariant::is_true;
use super::primitive::is_absolute;
use crate::fhir::fhirpath::{self, Item};
use crate::fhir::knowledge::{Lack, split};
use crate::fhir::node::Node;
use crate::fhir::validate::profile::Profile;
use crate::fhir::validate::{Issue, Issues, Scene, Severity, codes, walk};
use crate::nearest::nearest;

codes! {
    /// There is no url.
    NO_URL "extension-url-missing" "required" Some("Extension_EXT_Url_NotFound");
        en "the extension has no `url`, so nobody can know what it says", "add the canonical of its definition as `url`";
        nl "de extensie heeft geen `url`, dus niemand kan weten wat zij zegt", "voeg de canonical van de definitie toe als `url`";
    /// The url is not absolute.
    URL_RELATIVE "extension-url-relative" "invalid" Some("Extension_EXT_URL_Absolute");
        en "`{found}` is no absolute URL, and only an extension within another may have such a name", "write the canonical of its definition";
        nl "`{found}` is geen absolute URL; alleen een extensie binnen een andere mag zo heten", "schrijf de canonical van de definitie";
    /// The url names a version.
    URL_VERSIONED "extension-url-versioned" "invalid" None;
        en "the url `{found}` names a version, which the url of an extension never does", "take `|` and the version away";
        nl "de url `{found}` noemt een versie, wat de url van een extensie nooit doet", "haal `|` en de versie weg";
    /// The definition is not known.
    UNKNOWN "extension-unknown" "extension" Some("Extension_EXT_Unknown_NotHere");
        en "the extension `{found}` is not known here", "mend the url, or load the package that defines it{meant}";
        nl "de extensie `{found}` is hier niet bekend", "herstel de url, of laad het package dat haar definieert{meant_nl}";
    /// The extension around it has no such part.
    PART_UNKNOWN "extension-part-unknown" "invalid" Some("Extension_EXT_SubExtension_Invalid");
        en "the extension `{expected}` has no part `{found}`", "use a part that its definition has{meant}";
        nl "de extensie `{expected}` heeft geen deel `{found}`", "gebruik een deel dat de definitie heeft{meant_nl}";
    /// It may not stand here.
    WRONG_CONTEXT "extension-wrong-context" "business-rule" Some("Extension_EXTP_Context_Wrong");
        en "the extension `{extension}` may not stand on `{found}`, only on {expected}", "move it to where it belongs, or take it out";
        nl "de extensie `{extension}` mag niet op `{found}` staan, alleen op {expected}", "zet haar waar zij hoort, of haal haar weg";
    /// What its definition asks of the element that it stands on is not so.
    CONTEXT_UNMET "extension-context-unmet" "business-rule" None;
        en "the extension `{extension}` may stand here only where `{expected}`", "mend what it depends on, or take it out";
        nl "de extensie `{extension}` mag hier alleen staan als `{expected}`", "herstel waar zij van afhangt, of haal haar weg";
    /// What its definition asks cannot be decided.
    CONTEXT_UNDECIDED "extension-context-undecided" "not-supported" None;
        en "whether the extension `{extension}` may stand here (`{expected}`) cannot be decided: {why}", "look at it by hand";
        nl "of de extensie `{extension}` hier mag staan (`{expected}`) is niet te beslissen: {why}", "bekijk het met de hand";
    /// It changes the meaning, and does not stand under `modifierExtension`.
    MODIFIER "extension-modifier" "business-rule" Some("Extension_EXT_Modifier_N");
        en "the extension `{extension}` changes the meaning of what it stands on", "put it under `modifierExtension`";
        nl "de extensie `{extension}` verandert de betekenis van waar zij op staat", "zet haar onder `modifierExtension`";
    /// It changes no meaning, and stands under `modifierExtension`.
    NO_MODIFIER "extension-no-modifier" "business-rule" Some("Extension_EXT_Modifier_Y");
        en "the extension `{extension}` does not change the meaning of what it stands on", "put it under `extension`";
        nl "de extensie `{extension}` verandert de betekenis niet van waar zij op staat", "zet haar onder `extension`";
}

/// An extension on any element.
pub(crate) fn check<'t>(scene: &Scene<'_, 't>, node: Node<'t>, issues: &mut Issues) {
    let Some(parent) = node.parent().filter(|_| node.type_name() == "Extension") else { return };
    // An empty one is told of as any empty element.
    if node.children().next().is_none() {
        return;
    }
    let Some(url) = node.child_value("url").filter(|url| !url.is_empty()) else {
        return issues.push(Issue::error(&NO_URL, node));
    };
    if !is_absolute(url) {
        return match parent.type_name() {
            "Extension" => part(scene, node, (parent, url), issues),
            _ => issues.push(Issue::error(&URL_RELATIVE, node).with("found", url)),
        };
    }
    // Held against the definition all the same.
    if url.contains('|') {
        issues.push(Issue::error(&URL_VERSIONED, node).with("found", url));
    }
    match scene.profile(split(url).0) {
        Ok(profile) if *profile.definition.type_name == *"Extension" => {
            known(scene, node, (parent, url), &profile, issues);
        }
        Err(Lack::Broken { message, .. }) => {
            issues.push(Issue::cant_tell(&claims::PROFILE_BROKEN, node).with("profile", url).with("why", message));
        }
        _ => {
            let issue = Issue::new(&UNKNOWN, weight(scene, node), node).with("found", url);
            issues.push(issue.meaning(near_extension(scene, url)));
        }
    }
}

/// The extension that may have been meant by a url.
fn near_extension<'s>(scene: &Scene<'s, '_>, url: &str) -> Option<&'s str> {
    let near = scene.knowledge.nearest_canonical("StructureDefinition", url)?;
    scene.profile(near).ok().filter(|profile| *profile.definition.type_name == *"Extension").map(|_| near)
}

fn weight(scene: &Scene<'_, '_>, node: Node<'_>) -> Severity {
    match scene.refused.unknown_extensions {
        // Every element of every version of FHIR is an extension of the others by itself; its
        // definition is that of the element, which is not here.
        true if is_of_other_version(node) => Severity::CantTell,
        true => Severity::Error,
        // Who does not know a modifier cannot know what it stands on.
        false if node.name() == "modifierExtension" => Severity::CantTell,
        false => Severity::Warning,
    }
}

/// `http://hl7.org/fhir/5.0/StructureDefinition/extension-Patient.contact`
fn is_of_other_version(node: Node<'_>) -> bool {
    let rest = node.child_value("url").and_then(|url| url.strip_prefix("http://hl7.org/fhir/"));
    let version = rest.and_then(|rest| rest.split_once("/StructureDefinition/extension-")).map(|(version, _)| version);
    version.is_some_and(|version| version.contains('.') && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

fn part(scene: &Scene<'_, '_>, node: Node<'_>, (around, url): (Node<'_>, &str), issues: &mut Issues) {
    let Some(canonical) = around.child_value("url").filter(|canonical| is_absolute(canonical)) else { return };
    let Ok(profile) = scene.profile(canonical) else { return };
    let parts = profile.child(profile.root(), "extension").map(|index| &profile.rules[index].slices);
    let fixed = |slice: &usize| {
        let rule = profile.child(&profile.rules[*slice], "url").map(|index| &profile.rules[index].element);
        rule.and_then(|element| element.fixed.as_ref()).and_then(|fixed| fixed.root().value())
    };
    let known: Vec<&str> = parts.into_iter().flatten().filter_map(fixed).collect();
    if !known.contains(&url) {
        let issue = Issue::error(&PART_UNKNOWN, node).with("expected", canonical).with("found", url);
        issues.push(issue.meaning(nearest(url, known)));
    }
}

fn known<'t>(
    scene: &Scene<'_, 't>,
    node: Node<'t>,
    (parent, url): (Node<'t>, &str),
    profile: &Arc<Profile>,
    issues: &mut Issues,
) {
    walk::against(scene, node, profile, issues);
    let is_modifier = profile.root().element.is_modifier;
    let stands_as_modifier = node.name() == "modifierExtension";
    if is_modifier && !stands_as_modifier {
        issues.push(Issue::error(&MODIFIER, node).with("extension", url));
    } else if !is_modifier && stands_as_modifier {
        issues.push(Issue::error(&NO_MODIFIER, node).with("extension", url));
    }
    let contexts = &profile.definition.contexts;
    if !contexts.is_empty() && !contexts.iter().any(|context| fits(scene, parent, context)) {
        let allowed: Vec<String> = contexts.iter().map(|context| format!("`{}`", name(context))).collect();
        let issue = Issue::error(&WRONG_CONTEXT, parent).of(&profile.canonical).with("extension", url);
        issues.push(issue.with("found", places(parent).remove(0)).with("expected", allowed.join(", ")));
    }
    for expression in &profile.definition.context_invariants {
        invariant(scene, node, (parent, url), (profile, expression), issues);
    }
}

/// What an extension asks of the element that it stands on: `%extension` is the extension.
fn invariant<'t>(
    scene: &Scene<'_, 't>,
    node: Node<'t>,
    (parent, url): (Node<'t>, &str),
    (profile, expression): (&Profile, &str),
    issues: &mut Issues,
) {
    let environment = scene.environment.clone().with("extension", vec![Item::Node(node)]);
    let parsed = fhirpath::parse(expression).map_err(|error| error.to_string());
    let said = |issue: Issue| issue.of(&profile.canonical).with("extension", url).with("expected", expression);
    match parsed.and_then(|parsed| parsed.evaluate(parent, &environment).map_err(|error| error.to_string())) {
        Ok(items) if is_true(&items) => {}
        Ok(_) => issues.push(said(Issue::error(&CONTEXT_UNMET, node))),
        Err(why) => issues.push(said(Issue::cant_tell(&CONTEXT_UNDECIDED, node)).with("why", why)),
    }
}

#[cfg(test)]
mod tests {
    use super::CODES;
    use crate::fhir::validate::Refused;
    use crate::fhir::validate::rules::trying::{Try, definition};

    const ROOT: &str = r#""id":"Extension","path":"Extension""#;

    /// An extension for this context.
    fn for_context(kind: &str, expression: &str) -> String {
        definition("urn:x", "Extension", &format!(r#""context":[{{"type":"{kind}","expression":"{expression}"}}]"#), &[ROOT])
    }

    fn said(definitions: &[String], text: &str) -> Vec<String> {
        Try::with(definitions.to_vec()).said(CODES, text)
    }

    fn on_patient(extension: &str) -> String {
        format!(r#"{{"resourceType":"Patient","extension":[{extension}]}}"#)
    }

    const X: &str = r#"{"url":"urn:x","valueString":"a"}"#;

    #[test]
    fn an_extension_has_an_absolute_url_without_version() {
        let known = [for_context("element", "Element")];
        assert!(said(&known, &on_patient(X)).is_empty());
        assert!(said(&[], &on_patient("{}")).is_empty());
        assert_eq!(said(&[], &on_patient(r#"{"valueString":"a"}"#)), ["extension-url-missing at Patient.extension[0]"]);
        assert_eq!(
            said(&[], &on_patient(r#"{"url":"x","valueString":"a"}"#)),
            ["extension-url-relative at Patient.extension[0]"]
        );
        let versioned = on_patient(r#"{"url":"urn:x|1","valueString":"a"}"#);
        assert_eq!(said(&known, &versioned), ["extension-url-versioned at Patient.extension[0]"]);
    }

    #[test]
    fn an_unknown_one_is_allowed_refused_or_cannot_be_told() {
        let modifier = r#"{"resourceType":"Patient","modifierExtension":[{"url":"urn:x","valueString":"a"}]}"#;
        assert_eq!(said(&[], &on_patient(X)), ["~extension-unknown at Patient.extension[0]"]);
        assert_eq!(said(&[], modifier), ["?extension-unknown at Patient.modifierExtension[0]"]);
        let strict = Try { refused: Refused { unknown_extensions: true, ..Refused::default() }, ..Try::default() };
        assert_eq!(strict.said(CODES, &on_patient(X)), ["extension-unknown at Patient.extension[0]"]);
        assert_eq!(strict.said(CODES, modifier), ["extension-unknown at Patient.modifierExtension[0]"]);
        let of_version = |version: &str| {
            let url = format!("http://hl7.org/fhir/{version}/StructureDefinition/extension-Patient.contact");
            strict.said(CODES, &on_patient(&format!(r#"{{"url":"{url}","valueString":"a"}}"#)))
        };
        assert_eq!(of_version("5.0"), ["?extension-unknown at Patient.extension[0]"]);
        assert_eq!(of_version("next"), ["extension-unknown at Patient.extension[0]"]);
    }

    #[test]
    fn a_profile_of_something_else_is_no_extension() {
        let patient = definition("urn:x", "Patient", "", &[r#""id":"Patient","path":"Patient""#]);
        assert_eq!(said(&[patient], &on_patient(X)), ["~extension-unknown at Patient.extension[0]"]);
    }

    #[test]
    fn it_has_the_parts_of_its_definition() {
        let part = r#""id":"Extension.extension:a","path":"Extension.extension","sliceName":"a""#;
        let url = r#""id":"Extension.extension:a.url","path":"Extension.extension.url","fixedUri":"a""#;
        let all = r#""id":"Extension.extension","path":"Extension.extension""#;
        let known = [definition("urn:x", "Extension", "", &[ROOT, all, part, url])];
        let with = |name: &str| on_patient(&format!(r#"{{"url":"urn:x","extension":[{{"url":"{name}","valueString":"a"}}]}}"#));
        assert!(said(&known, &with("a")).is_empty());
        assert_eq!(said(&known, &with("b")), ["extension-part-unknown at Patient.extension[0].extension[0]"]);
        let meant = |name: &str| {
            Try::with(known.clone()).issues(&with(name)).iter().find_map(|issue| issue.detail("meant").map(str::to_owned))
        };
        assert_eq!(meant("A").as_deref(), Some("; did you mean `a`?"));
        assert_eq!(meant("other").as_deref(), Some(""));
    }

    #[test]
    fn an_unknown_one_tells_which_may_have_been_meant() {
        let of = |url: &str, of: &str| definition(url, of, "", &[&format!(r#""id":"{of}","path":"{of}""#)]);
        let known = Try::with([of("http://x.nl/ext-Comment", "Extension"), of("http://x.nl/profile", "Patient")]);
        let meant = |url: &str| {
            let issues = known.issues(&on_patient(&format!(r#"{{"url":"{url}","valueString":"a"}}"#)));
            issues.iter().find_map(|issue| issue.detail("meant").map(str::to_owned))
        };
        assert_eq!(meant("http://x.nl/ext-Coment").as_deref(), Some("; did you mean `http://x.nl/ext-Comment`?"));
        assert_eq!(meant("http://x.nl/profil").as_deref(), Some(""), "a profile is no extension");
        assert_eq!(meant("http://x.nl/ext-Comment"), None);
    }

    #[test]
    fn it_stands_where_its_definition_lets_it() {
        let text = r#"{"resourceType":"Patient","deceasedBoolean":false,"_deceasedBoolean":{"extension":[EXT]},
            "name":[{"family":"a","_family":{"extension":[EXT]}}]}"#
            .replace("EXT", X);
        let wrong = |kind: &str, expression: &str| said(&[for_context(kind, expression)], &text);
        let (deceased, family) =
            ("extension-wrong-context at Patient.deceased", "extension-wrong-context at Patient.name[0].family");
        assert!(wrong("element", "Element").is_empty());
        assert!(wrong("fhirpath", "descendants()").is_empty());
        assert_eq!(wrong("element", "Patient.name.family"), [deceased]);
        assert_eq!(wrong("element", "HumanName.family"), [deceased]);
        assert_eq!(wrong("element", "string"), [deceased]);
        assert_eq!(wrong("element", "urn:profile#Patient.name.family"), [deceased]);
        assert_eq!(wrong("fhirpath", "Patient.name.family"), [deceased]);
        assert_eq!(wrong("element", "Patient.deceased[x]"), [family]);
        assert_eq!(wrong("element", "Patient.deceasedBoolean"), [family]);
        assert_eq!(wrong("element", "Patient.name"), [deceased, family]);
        assert_eq!(wrong("element", "DomainResource.deceased"), [family]);
        assert_eq!(wrong("element", "Group.deceased"), [deceased, family]);
        assert_eq!(wrong("extension", "urn:other"), [deceased, family]);
        let within = |around: &str| on_patient(&format!(r#"{{"url":"{around}","extension":[{X}]}}"#));
        let on_other = [for_context("extension", "urn:other")];
        assert_eq!(said(&on_other, &within("urn:other")), ["~extension-unknown at Patient.extension[0]"]);
        let wrong = said(&on_other, &within("urn:elsewhere"));
        assert!(wrong.contains(&"extension-wrong-context at Patient.extension[0]".to_owned()), "{wrong:?}");
    }

    #[test]
    fn what_its_definition_asks_of_the_element_has_to_be_so() {
        let asking = |expression: &str| {
            let asked = format!(r#""context":[{{"type":"element","expression":"Element"}}],"contextInvariant":["{expression}"]"#);
            said(&[definition("urn:x", "Extension", &asked, &[ROOT])], &on_patient(X))
        };
        assert!(asking("active.empty()").is_empty());
        assert!(asking("Patient.active.empty() and %extension.value = 'a'").is_empty());
        assert_eq!(asking("%extension.value = 'b'"), ["extension-context-unmet at Patient.extension[0]"]);
        assert_eq!(asking("active.exists()"), ["extension-context-unmet at Patient.extension[0]"]);
        assert_eq!(asking("active ="), ["?extension-context-undecided at Patient.extension[0]"]);
    }

    #[test]
    fn one_that_changes_the_meaning_says_so() {
        let with = |flag: &str| [definition("urn:x", "Extension", "", &[&format!(r#"{ROOT}{flag}"#)])];
        let (plain, modifier) = (with(""), with(r#","isModifier":true"#));
        let under = r#"{"resourceType":"Patient","modifierExtension":[{"url":"urn:x","valueString":"a"}]}"#;
        assert!(said(&plain, &on_patient(X)).is_empty());
        assert!(said(&modifier, under).is_empty());
        assert_eq!(said(&modifier, &on_patient(X)), ["extension-modifier at Patient.extension[0]"]);
        assert_eq!(said(&plain, under), ["extension-no-modifier at Patient.modifierExtension[0]"]);
    }

    #[test]
    fn a_definition_that_cannot_be_used_tells_nothing() {
        let broken = r#"{"resourceType":"StructureDefinition","url":"urn:x","name":"X","kind":"complex-type","type":"Extension",
            "derivation":"constraint","baseDefinition":"urn:nobody","differential":{"element":[{"id":"Extension","path":"Extension"}]}}"#;
        let strict =
            Try { refused: Refused { unknown_extensions: true, ..Refused::default() }, ..Try::with([broken.to_owned()]) };
        assert!(strict.said(CODES, &on_patient(X)).is_empty());
        let issues = strict.issues(&on_patient(X));
        assert!(issues.iter().any(|issue| issue.code.name == "profile-unusable"), "{issues:?}");
    }
}
