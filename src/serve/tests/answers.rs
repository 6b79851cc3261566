//! What stands around the matches: links, totals, formats, capabilities.

use super::*;

const DIRECTIVES: &str = "Consent?patient=Patient/full-plan-patient&scope=treatment";

#[test]
fn full_url_is_absolute_and_names_the_resource() {
    let tree = responder().respond(&get(DIRECTIVES)).tree();
    for entry in tree.root().children_named("entry") {
        let resource = entry.child("resource").expect("an entry has a resource");
        let name = format!("{BASE}/{}/{}", resource.type_name(), resource.child_value("id").unwrap_or_default());
        assert_eq!(entry.child_value("fullUrl"), Some(&*name));
    }
}

#[test]
fn self_link_repeats_the_parameters_that_were_used_and_no_others() {
    let answer = responder().respond(&get("Goal?patient=full-plan-patient&colour=red&category=http://snomed.info/sct|713603004"));
    let expected = format!("{BASE}/Goal?patient=full-plan-patient&category=http://snomed.info/sct%7C713603004");
    assert_eq!(answer.link("self"), Some(expected));
}

#[test]
fn self_link_of_a_later_page_leads_to_that_page() {
    let responder = responder();
    let first = responder.respond(&get(&format!("{DIRECTIVES}&_count=2")));
    let second = responder.respond(&get(relative(&first.link("next").expect("there is more"))));
    let again = responder.respond(&get(relative(&second.link("self").expect("a self link"))));
    assert_eq!(second.matches(), again.matches());
    assert_ne!(first.matches(), second.matches());
}

#[test]
fn page_beyond_the_end_is_empty() {
    let answer = responder().respond(&get(&format!("{DIRECTIVES}&_page=pffffffffffffffff")));
    assert_eq!((answer.status, answer.matches().len(), answer.link("next")), (200, 0, None));
}

#[test]
fn count_of_zero_gives_the_total_alone() {
    let answer = responder().respond(&get(&format!("{DIRECTIVES}&_count=0")));
    assert_eq!((answer.matches().len(), answer.link("next")), (0, None));
    assert_ne!(answer.tree().root().child_value("total"), Some("0"));
}

#[test]
fn total_counts_the_matches_of_all_pages_without_includes() {
    let answer = responder().respond(&get(&format!("{DIRECTIVES}&_count=1&_include=Consent:actor")));
    let all = responder().respond(&get(DIRECTIVES)).matches().len();
    assert_eq!(answer.tree().root().child_value("total"), Some(&*all.to_string()));
}

#[test]
fn format_parameter_wins_from_accept() {
    let request = get("Patient/no-plan-patient?_format=application/fhir+xml").with("accept", "application/fhir+json");
    assert_eq!(responder().respond(&request).header("content-type"), Some("application/fhir+xml; fhirVersion=4.0"));
}

#[test]
fn accept_is_weighed_by_quality() {
    let request = get("Patient/no-plan-patient").with("accept", "application/fhir+json;q=0.5, application/fhir+xml;q=0.9");
    assert_eq!(responder().respond(&request).header("content-type"), Some("application/fhir+xml; fhirVersion=4.0"));
}

#[test]
fn json_is_the_format_when_nothing_is_asked() {
    let answer = responder().respond(&get("Patient/no-plan-patient"));
    assert_eq!(answer.header("content-type"), Some("application/fhir+json; fhirVersion=4.0"));
}

#[test]
fn metadata_needs_no_token_and_names_every_type_of_the_agreement() {
    for accept in ["application/fhir+json", "application/fhir+xml"] {
        let answer = responder().respond(&get("metadata").without("authorization").with("accept", accept));
        assert_eq!(answer.status, 200);
        let tree = answer.tree();
        assert_eq!(tree.root().child_value("kind"), Some("instance"));
        assert_eq!(tree.root().child_value("fhirVersion"), Some("4.0.1"));
        assert_eq!(tree.root().child("rest").map(|rest| rest.children_named("resource").count()), Some(13));
    }
}

#[test]
fn metadata_names_only_search_parameters_that_exist() {
    let tree = responder().respond(&get("metadata")).tree();
    let rest = tree.root().child("rest").expect("a rest");
    for resource in rest.children_named("resource") {
        let kind = resource.child_value("type").expect("a type");
        for parameter in resource.children_named("searchParam") {
            let code = parameter.child_value("name").expect("a name");
            assert!(r4().search_parameter(kind, code).is_some(), "{kind} {code}");
        }
    }
}

#[test]
fn metadata_in_stu3_is_of_that_version_and_names_only_its_search_parameters() {
    for accept in ["application/fhir+json", "application/fhir+xml"] {
        let tree = stu3_responder().respond(&get("metadata").with("accept", accept)).tree_in(FhirVersion::Stu3);
        assert_eq!(tree.root().child_value("fhirVersion"), Some("3.0.2"));
        assert_eq!(tree.root().child_value("acceptUnknown"), Some("both"));
        let rest = tree.root().child("rest").expect("a rest");
        let resources: Vec<_> = rest.children_named("resource").collect();
        assert_eq!(resources.len(), 13);
        let named = |name: &'static str, of: &Node<'_>| {
            of.children_named(name).filter_map(|one| one.child_value("name").map(str::to_owned)).collect::<Vec<_>>()
        };
        for resource in &resources {
            let kind = resource.child_value("type").expect("a type");
            for code in named("searchParam", resource) {
                assert!(FhirVersion::Stu3.types().search_parameter(kind, &code).is_some(), "{kind} {code}");
            }
            for include in resource.children_named("searchInclude").filter_map(|include| include.value()) {
                let (_, code) = include.split_once(':').expect("an include names a parameter");
                assert!(FhirVersion::Stu3.types().search_parameter(kind, code).is_some(), "{include}");
            }
        }
    }
}

#[test]
fn stu3_finds_what_only_it_has() {
    let found = |url: &str| stu3_responder().respond(&get(url));
    let parties = found("Consent?patient=full-plan-patient&category=11341000146107&_include=Consent:consentor");
    assert_eq!(parties.includes(), ["RelatedPerson/full-plan-representative"]);
    assert_eq!(found("Encounter?patient=full-plan-patient&diagnosis:Procedure.code=713603004").matches().len(), 2);
    assert_eq!(found("Procedure?context=Encounter/full-plan-encounter-1").matches(), ["Procedure/full-plan-procedure-1"]);
    // R4 alone has a scope.
    let refused = stu3_responder().respond(&get("Consent?scope=treatment").with("prefer", "handling=strict"));
    assert_eq!(refused.status, 400);
}
