//! Elements that are not there, or not so.

use super::{issues, of_observation, of_patient, said};
use crate::fhir::types;
use crate::text::Language;

fn one(code: &'static str, path: &str) -> Vec<(&'static str, String)> {
    vec![(code, path.to_owned())]
}

fn patient(elements: &str) -> Vec<(&'static str, String)> {
    said(&format!("{{\"resourceType\":\"Patient\",{elements}}}"))
}

fn as_xml(inside: &str) -> Vec<(&'static str, String)> {
    said(&format!("<Patient xmlns=\"http://hl7.org/fhir\">{inside}</Patient>"))
}

#[test]
fn element_unknown_says_what_may_have_been_meant() {
    let mend = |text: &str| issues(types::r4(), &[], text)[0].mend(Language::En);
    assert_eq!(patient("\"gendre\":\"male\""), one("element-unknown", "Patient.gendre"));
    assert_eq!(mend(r#"{"resourceType":"Patient","gendre":"male"}"#), "did you mean `gender`?");
    assert_eq!(mend(r#"{"resourceType":"Patient","deceasedBolean":true}"#), "did you mean `deceasedBoolean`?");
    assert_eq!(mend(r#"{"resourceType":"Patient","family":"x"}"#), "`Patient.name` has it: move it there");
    assert_eq!(mend(r#"{"resourceType":"Patient","name":[{"birthDate":"2000"}]}"#), "`Patient` has it: move it there");
    assert!(patient("\"gender\":\"male\"").is_empty());
    assert_eq!(as_xml("<gendre value=\"male\"/>"), one("element-unknown", "Patient.gendre"));
}

#[test]
fn an_element_sibling_holds_id_and_extensions_of_a_primitive() {
    let sibling = |elements: &str| patient(elements);
    assert!(sibling("\"gender\":\"male\",\"_gender\":{\"id\":\"a\"}").is_empty());
    assert!(sibling("\"_gender\":{\"id\":\"a\"}").is_empty());
    assert_eq!(sibling("\"gender\":\"male\",\"_gender\":\"x\""), one("element-sibling-wrong", "Patient.gender"));
    assert_eq!(sibling("\"gender\":\"male\",\"_gender\":[{\"id\":\"a\"}]"), one("element-sibling-wrong", "Patient.gender[0]"));
    assert_eq!(sibling("\"gender\":\"male\",\"_gender\":null"), one("element-sibling-wrong", "Patient.gender"));
    assert_eq!(sibling("\"gender\":\"male\",\"_gender\":{}"), one("element-sibling-wrong", "Patient.gender"));
    assert_eq!(sibling("\"deceasedBoolean\":true,\"_deceasedBoolean\":1"), one("element-sibling-wrong", "Patient.deceased"));
    let given = |values: &str| sibling(&format!("\"name\":[{{\"given\":[\"a\"],\"_given\":{values}}}]"));
    assert!(given("[{\"id\":\"a\"}]").is_empty());
    assert_eq!(given("{\"id\":\"a\"}"), one("element-sibling-wrong", "Patient.name[0].given"));
    assert_eq!(sibling("\"_name\":[{\"id\":\"a\"}]"), one("element-sibling-not-allowed", "Patient.name[0]"));
    // The value is `null`: that is told once.
    assert_eq!(sibling("\"gender\":null,\"_gender\":{\"id\":\"a\"}"), one("element-empty", "Patient.gender"));
}

#[test]
fn element_not_a_value_is_an_object_for_a_primitive() {
    assert_eq!(patient("\"gender\":{\"value\":\"male\"}"), one("element-not-a-value", "Patient.gender"));
    assert_eq!(patient("\"deceasedBoolean\":{\"id\":\"a\"}"), one("element-not-a-value", "Patient.deceased"));
    let given = "\"name\":[{\"given\":[\"a\",{\"id\":\"x\"}]}]";
    assert_eq!(patient(given), one("element-not-a-value", "Patient.name[0].given[1]"));
    assert_eq!(patient("\"name\":[\"Jan\"]"), one("element-not-an-object", "Patient.name[0]"));
}

#[test]
fn a_choice_has_one_value_and_says_its_type() {
    assert_eq!(of_observation("\"value\":\"x\""), ["choice-without-type"]);
    assert_eq!(of_observation("\"valueMoney\":{\"value\":1}"), ["element-unknown"]);
    assert_eq!(of_observation("\"valueString\":\"x\",\"valueBoolean\":true"), ["choice-twice"]);
    assert!(of_observation("\"valueString\":\"x\"").is_empty());
    let xml = as_xml("<deceasedBoolean value=\"true\"/><deceasedDateTime value=\"2000\"/>");
    assert_eq!(xml, one("choice-twice", "Patient"));
}

#[test]
fn lists_are_lists_and_nothing_is_empty() {
    assert_eq!(patient("\"gender\":[\"male\"]"), one("element-a-list", "Patient.gender[0]"));
    assert_eq!(patient("\"name\":{\"text\":\"x\"}"), one("element-not-a-list", "Patient.name"));
    assert!(as_xml("<name><text value=\"x\"/></name>").is_empty());
    for empty in ["null", "[]", "[null]", "[{}]"] {
        assert!(of_patient(&format!("\"name\":{empty}")).contains(&"element-empty"), "{empty}");
    }
    assert_eq!(patient("\"gender\":null"), one("element-empty", "Patient.gender"));
    assert_eq!(as_xml("<name/>"), one("element-empty", "Patient.name[0]"));
    let filled = "\"name\":[{\"given\":[\"a\",null],\"_given\":[null,{\"id\":\"x\"}]}]";
    assert!(patient(filled).is_empty());
}

#[test]
fn a_resource_inside_another_says_its_type() {
    let contained = |resource: &str| {
        let found = patient(&format!("\"contained\":[{resource}]")).into_iter();
        found.filter(|(code, _)| code.starts_with("resource-type")).collect::<Vec<_>>()
    };
    assert_eq!(contained("{\"id\":\"a\"}"), one("resource-type-missing", "Patient.contained[0]"));
    for wrong in ["Patiant", "HumanName"] {
        let resource = format!("{{\"resourceType\":\"{wrong}\",\"id\":\"a\"}}");
        assert_eq!(contained(&resource), one("resource-type-unknown", "Patient.contained[0]"));
    }
    assert!(contained("{\"resourceType\":\"Patient\",\"id\":\"a\"}").is_empty());
}

#[test]
fn xml_has_an_order_and_attributes_where_json_has_none() {
    let (name, gender) = ("<name><text value=\"x\"/></name>", "<gender value=\"male\"/>");
    assert!(as_xml(&format!("{name}{gender}")).is_empty());
    assert_eq!(as_xml(&format!("{gender}{name}")), one("element-out-of-order", "Patient.name[0]"));
    assert_eq!(as_xml(&format!("{name}{gender}{name}")), one("element-out-of-order", "Patient.name[1]"));
    assert!(patient("\"gender\":\"male\",\"name\":[{\"text\":\"x\"}]").is_empty());
    assert!(as_xml("<name id=\"a\"><text value=\"x\"/></name>").is_empty());
    let inside = as_xml("<name><id value=\"a\"/><text value=\"x\"/></name>");
    assert_eq!(inside, one("element-not-an-attribute", "Patient.name[0].id"));
    assert_eq!(as_xml("<name value=\"x\"/>"), one("element-not-an-object", "Patient.name[0]"));
}
