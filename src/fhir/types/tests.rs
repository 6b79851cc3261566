//! Tests of the type table: what a reader of FHIR would look up by hand.

use super::*;

fn names(found: &Type) -> Vec<&str> {
    found.elements.iter().map(|element| element.name).collect()
}

#[test]
fn a_resource_has_the_elements_of_its_bases_first() {
    let consent = r4().get("Consent").expect("R4 has Consent");
    let expected = [
        "id",
        "meta",
        "implicitRules",
        "language",
        "text",
        "contained",
        "extension",
        "modifierExtension",
        "identifier",
        "status",
    ];
    assert_eq!(names(consent)[..10], expected);
}

#[test]
fn a_content_reference_is_the_backbone_it_points_to() {
    let provision = r4().get("Consent.provision").expect("R4 has Consent.provision");
    let nested = provision.element("provision").expect("provisions nest");
    assert_eq!((nested.types[0].name, nested.list), ("Consent.provision", true));
    assert_eq!(provision.kind, Kind::Backbone);
}

#[test]
fn written_names_give_the_element_and_the_chosen_type() {
    let extension = r4().get("Extension").expect("R4 has Extension");
    for (written, name, type_name) in
        [("valueString", "value", "string"), ("valueCodeableConcept", "value", "CodeableConcept"), ("url", "url", "uri")]
    {
        let (element, found) = extension.written(written).expect(written);
        assert_eq!((element.name, found.name), (name, type_name));
    }
    for wrong in ["value", "valuestring", "valueConsent", "urlString", "values", ""] {
        assert!(extension.written(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn reference_targets_are_kept() {
    let subject = &r4().get("Consent").and_then(|consent| consent.element("patient")).expect("in R4").types[0];
    assert_eq!((subject.name, subject.targets.as_slice()), ("Reference", ["Patient"].as_slice()));
}

#[test]
fn attributes_of_xml_are_id_of_an_element_and_url_of_an_extension() {
    let attributes: std::collections::BTreeSet<&str> =
        r4().iter().flat_map(|found| &found.elements).filter(|element| element.attribute).map(|element| element.name).collect();
    assert_eq!(attributes.into_iter().collect::<Vec<_>>(), ["id", "url"]);
    let id = |name: &str| r4().get(name).and_then(|found| found.element("id")).map(|id| (id.attribute, id.types[0].name));
    assert_eq!(id("Patient"), Some((false, "id")));
    assert_eq!(id("Patient.contact"), Some((true, "string")));
}

#[test]
fn xhtml_has_no_extension_and_primitives_have_no_value_element() {
    assert_eq!(r4().get("xhtml").map(names), Some(vec!["id"]));
    assert_eq!(r4().get("code").map(names), Some(vec!["id", "extension"]));
}

#[test]
fn is_a_follows_the_bases() {
    for (name, ancestor) in [
        ("Consent", "DomainResource"),
        ("Consent", "Resource"),
        ("Bundle", "Resource"),
        ("code", "string"),
        ("positiveInt", "integer"),
        ("Age", "Quantity"),
        ("Consent.provision", "Element"),
        ("code", "code"),
    ] {
        assert!(r4().is_a(name, ancestor), "{name} is a {ancestor}");
    }
    for (name, other) in [("Bundle", "DomainResource"), ("string", "code"), ("Consent", "Element"), ("Nothing", "Nothing")] {
        assert!(!r4().is_a(name, other), "{name} is no {other}");
    }
}

#[test]
fn every_type_that_an_element_names_is_in_the_table() {
    for found in r4().iter() {
        for element in &found.elements {
            assert!(element.choice || element.types.len() == 1, "{}.{}", found.name, element.name);
            for of in &element.types {
                assert!(r4().get(of.name).is_some(), "{}.{}: {}", found.name, element.name, of.name);
            }
        }
    }
}

#[test]
fn resources_are_the_146_that_can_occur() {
    assert_eq!(r4().resources().count(), 146);
    assert!(r4().resource("DomainResource").is_none());
}

#[test]
fn search_parameters_are_found_on_the_bases_too() {
    let id = r4().search_parameter("Consent", "_id").expect("of Resource");
    assert_eq!((id.resource, id.kind, id.expression), ("Resource", ParameterKind::Token, "Resource.id"));
    assert!(r4().search_parameter("Bundle", "_text").is_none(), "Bundle is no DomainResource");
    assert!(r4().search_parameter("Consent", "colour").is_none());
}

#[test]
fn a_search_parameter_shared_by_resources_keeps_the_path_of_each() {
    let patient = r4().search_parameter("Consent", "patient").expect("R4 has it");
    assert_eq!((patient.expression, patient.targets.as_slice()), ("Consent.patient", ["Patient", "Group"].as_slice()));
    let family = r4().search_parameter("Patient", "family").expect("R4 has it");
    assert_eq!(family.expression, "Patient.name.family");
}

#[test]
fn the_table_says_which_package_it_is_made_from() {
    let definition = r4().definition();
    assert_eq!((definition.id, definition.version), ("hl7.fhir.r4.core", "4.0.1"));
    assert!(definition.digest.starts_with("sha256:24c2cf04"));
}
