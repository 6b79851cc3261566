//! Queries and what they find, one kind of parameter after the other.

use super::*;
use crate::fhir::json;
use crate::fhir::store::Store;
use crate::fhir::types::r4;

const BASE: &str = "https://example.org/fhir";

fn store(resources: &[&str]) -> Store {
    let mut store = Store::new(r4(), BASE);
    for resource in resources {
        store.put(json::read(resource.as_bytes(), r4()).expect("a resource")).expect("a new id");
    }
    store
}

fn patients() -> Store {
    store(&[
        r#"{"resourceType":"Patient","id":"1","active":true,"birthDate":"1970-03-02","gender":"female",
            "identifier":[{"system":"urn:a","value":"11"}],"name":[{"family":"Zoë","given":["Anna"]}]}"#,
        r#"{"resourceType":"Patient","id":"2","active":false,"birthDate":"1970",
            "identifier":[{"value":"11"},{"system":"urn:b","value":"2,2"}],"name":[{"text":"Annette"}]}"#,
        r#"{"resourceType":"Patient","id":"12","birthDate":"2001-12-31"}"#,
        r#"{"resourceType":"Procedure","id":"p","status":"completed","subject":{"reference":"Patient/1"},
            "code":{"coding":[{"system":"urn:c","code":"x"}]}}"#,
        r#"{"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},
            "subject":{"reference":"https://example.org/fhir/Patient/1"},"reasonReference":[{"reference":"Procedure/p"}],
            "period":{"start":"2024-03-12T14:00:00+01:00","end":"2024-03-12T15:00:00+01:00"}}"#,
        r#"{"resourceType":"Encounter","id":"f","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/12"},
            "period":{"start":"2025-01-01"}}"#,
        r#"{"resourceType":"QuestionnaireResponse","id":"q","status":"completed","subject":{"reference":"Patient/1"},
            "questionnaire":"https://example.org/form|1.0"}"#,
        r#"{"resourceType":"QuestionnaireResponse","id":"r","status":"completed","subject":{"reference":"Patient/1"},
            "questionnaire":"https://example.org/form-2"}"#,
    ])
}

/// Ids of what a query finds.
fn find(url: &str) -> Vec<String> {
    try_find(url).expect("the query can be answered")
}

fn try_find(url: &str) -> Result<Vec<String>, SearchError> {
    let (resource, query) = url.split_once('?').expect("a query");
    let store = patients();
    let query = Query::parse(query).expect("a query that can be read");
    let criteria = store.prepare(resource, &query, Unknown::Refuse)?;
    Ok(store.find(&criteria).iter().filter_map(|node| node.child_value("id")).map(str::to_owned).collect())
}

#[test]
fn query_parse_decodes_and_keeps_the_escapes_of_fhir() {
    let query = Query::parse("a%3Ab=c%7Cd,e%5C%2Cf&x+y=%C3%AB&flag&&a%3Ab=2").expect("a query");
    assert_eq!(query.parameters[0], Parameter::new("a:b", "c|d,e\\,f"));
    assert_eq!(query.parameters[0].alternatives(), ["c|d", "e\\,f"]);
    assert_eq!(query.parameters[1], Parameter::new("x y", "ë"));
    assert_eq!(query.parameters[2], Parameter::new("flag", ""));
    assert_eq!(query.values_of("a:b").count(), 2);
}

#[test]
fn query_parse_refuses_broken_escapes() {
    assert_eq!(Query::parse("a=1&b=%4"), Err(QueryError::Escape(2)));
    assert_eq!(Query::parse("a=%zz"), Err(QueryError::Escape(1)));
    assert_eq!(Query::parse("a=%é1"), Err(QueryError::Escape(1)));
    assert_eq!(Query::parse("a=%ff"), Err(QueryError::Text(1)));
}

#[test]
fn query_write_gives_a_text_that_parse_reads_back() {
    let query = Query { parameters: vec![Parameter::new("a:b.c", "http://x|y,z \\,&=%+ë")] };
    assert_eq!(Query::parse(&query.write()), Ok(query));
}

#[test]
fn parameter_is_taken_apart_in_name_modifier_and_chain() {
    let parts = |key: &str| {
        let parameter = Parameter::new(key, "");
        (parameter.name().to_owned(), parameter.modifier().map(str::to_owned), parameter.chain().map(str::to_owned))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(parts("code"), ("code".to_owned(), None, None));
    assert_eq!(parts("code:not"), ("code".to_owned(), some("not"), None));
    assert_eq!(parts("device.type:in"), ("device".to_owned(), None, some("type:in")));
    assert_eq!(parts("reason-reference:Procedure.code"), ("reason-reference".to_owned(), some("Procedure"), some("code")));
}

#[test]
fn token_tells_any_system_no_system_and_this_system_apart() {
    assert_eq!(find("Patient?identifier=11"), ["1", "2"]);
    assert_eq!(find("Patient?identifier=|11"), ["2"]);
    assert_eq!(find("Patient?identifier=urn:a|11"), ["1"]);
    assert_eq!(find("Patient?identifier=urn:b|11"), [""; 0]);
    assert_eq!(find("Patient?identifier=urn:b|"), ["2"]);
    assert_eq!(find("Patient?identifier=urn:b|2%5C,2"), ["2"]);
}

#[test]
fn token_matches_codes_booleans_and_lists_and_can_be_negated() {
    assert_eq!(find("Patient?gender=female"), ["1"]);
    assert_eq!(find("Patient?active=true,false"), ["1", "2"]);
    assert_eq!(find("Patient?active:not=true"), ["12", "2"]);
    assert_eq!(find("Patient?active:missing=true"), ["12"]);
}

#[test]
fn repeated_parameter_means_and() {
    assert_eq!(find("Patient?identifier=11&identifier=urn:b|"), ["2"]);
}

#[test]
fn reference_is_found_by_id_type_and_id_and_url_and_never_by_ending() {
    for spelling in ["1", "Patient/1", "https://example.org/fhir/Patient/1"] {
        assert_eq!(find(&format!("Encounter?patient={spelling}")), ["e"]);
        assert_eq!(find(&format!("Encounter?subject={spelling}")), ["e"]);
    }
    assert_eq!(find("Encounter?subject:Patient=1"), ["e"]);
    assert_eq!(find("Encounter?patient=2"), [""; 0]);
    assert_eq!(find("Encounter?patient=https://elsewhere.example/fhir/Patient/1"), [""; 0]);
    assert_eq!(find("Encounter?patient=1,12"), ["e", "f"]);
}

#[test]
fn chain_follows_the_reference() {
    assert_eq!(find("Encounter?reason-reference:Procedure.code=urn:c|x"), ["e"]);
    assert_eq!(find("Encounter?reason-reference.code=x"), ["e"]);
    assert_eq!(find("Encounter?reason-reference:Procedure.code=y"), [""; 0]);
    assert_eq!(find("Encounter?reason-reference:Procedure.patient.identifier=urn:a|11"), ["e"]);
    assert_eq!(find("Encounter?patient.identifier=11"), ["e"]);
}

#[test]
fn canonical_without_version_finds_every_version() {
    assert_eq!(find("QuestionnaireResponse?questionnaire=https://example.org/form"), ["q"]);
    assert_eq!(find("QuestionnaireResponse?questionnaire=https://example.org/form|1.0"), ["q"]);
    assert_eq!(find("QuestionnaireResponse?questionnaire=https://example.org/form|2.0"), [""; 0]);
}

#[test]
fn string_is_the_beginning_of_any_part_without_case_and_accents() {
    assert_eq!(find("Patient?family=zoe"), ["1"]);
    assert_eq!(find("Patient?name=ann"), ["1", "2"]);
    assert_eq!(find("Patient?name:contains=NET"), ["2"]);
    assert_eq!(find("Patient?name:exact=Anna"), ["1"]);
    assert_eq!(find("Patient?name:exact=anna"), [""; 0]);
}

#[test]
fn date_compares_spans_by_prefix() {
    assert_eq!(find("Patient?birthdate=1970"), ["1", "2"]);
    assert_eq!(find("Patient?birthdate=1970-03"), ["1"]);
    assert_eq!(find("Patient?birthdate=ne1970"), ["12"]);
    assert_eq!(find("Patient?birthdate=gt1970"), ["12"]);
    assert_eq!(find("Patient?birthdate=ge1970"), ["1", "12", "2"]);
    assert_eq!(find("Patient?birthdate=lt1970-03"), ["2"]);
    assert_eq!(find("Patient?birthdate=eb2001-12-31"), ["1", "2"]);
}

#[test]
fn date_minds_zones_and_open_periods() {
    assert_eq!(find("Encounter?date=2024-03-12"), ["e"]);
    assert_eq!(find("Encounter?date=ge2024-03-12T13:30Z"), ["e", "f"]);
    assert_eq!(find("Encounter?date=sa2024-03-12T12:59:59Z"), ["e", "f"]);
    assert_eq!(find("Encounter?date=gt2030"), ["f"]);
}

#[test]
fn id_is_a_search_parameter_of_everything() {
    assert_eq!(find("Patient?_id=12,2,unknown"), ["12", "2"]);
}

#[test]
fn wrong_modifiers_values_and_names_are_told_apart() {
    assert_eq!(try_find("Patient?gender:in=x"), Err(SearchError::Modifier("gender:in".to_owned())));
    assert_eq!(
        try_find("Encounter?reason-reference:Procedure.code:in=x"),
        Err(SearchError::Modifier("reason-reference:Procedure.code:in".to_owned()))
    );
    assert_eq!(try_find("Patient?birthdate=soon"), Err(SearchError::Value("birthdate".to_owned())));
    assert_eq!(try_find("Patient?birthdate=1"), Err(SearchError::Value("birthdate".to_owned())));
    assert_eq!(try_find("Patient?gender="), Err(SearchError::Value("gender".to_owned())));
    assert_eq!(try_find("Patient?colour=red"), Err(SearchError::Parameter("colour".to_owned())));
    assert_eq!(try_find("Patient?gender.code=x"), Err(SearchError::Parameter("gender.code".to_owned())));
    assert_eq!(try_find("Encounter?_include=Encounter:status"), Err(SearchError::Include));
}

#[test]
fn list_of_alternatives_is_bounded() {
    let many = vec!["x"; 501].join(",");
    assert_eq!(try_find(&format!("Patient?gender={many}")), Err(SearchError::Value("gender".to_owned())));
}

#[test]
fn include_brings_what_matches_refer_to_once_and_no_match_again() {
    let store = patients();
    let name =
        |node: &crate::fhir::node::Node<'_>| format!("{}/{}", node.type_name(), node.child_value("id").unwrap_or_default());
    let included = |query: &str| -> Vec<String> {
        let query = Query::parse(query).expect("a query");
        let criteria = store.prepare("Encounter", &query, Unknown::Refuse).expect("criteria");
        store.search(&criteria).includes.iter().map(name).collect()
    };
    let all = ["Patient/1", "Patient/12", "Procedure/p"];
    assert_eq!(included("_include=Encounter:subject&_include=Encounter:reason-reference:Procedure"), all);
    assert_eq!(included("_include=Encounter:subject"), all[..2]);
    assert_eq!(
        (included("_include=*"), included("_include=Encounter:*")),
        (all.map(str::to_owned).into(), all.map(str::to_owned).into())
    );
    assert_eq!(try_find("Encounter?_include=Procedure:*"), Err(SearchError::Include));
}

#[test]
fn type_of_a_reference_may_be_said_where_it_may_be_of_any() {
    assert_eq!(find("QuestionnaireResponse?subject:Patient=1"), ["q", "r"]);
    assert_eq!(find("Encounter?subject:Patient=12"), ["f"]);
    let no_type = Err(SearchError::Modifier("subject:Person2".to_owned()));
    assert_eq!(try_find("QuestionnaireResponse?subject:Person2=1"), no_type);
}

#[test]
fn search_for_one_patient_looks_at_that_patient_only() {
    let goal = |patient: usize| {
        format!(
            r#"{{"resourceType":"Goal","id":"g{patient}","lifecycleStatus":"active","description":{{"text":"x"}},
                "subject":{{"reference":"Patient/{patient}"}}}}"#
        )
    };
    let goals: Vec<String> = (0..2000).map(goal).collect();
    let store = store(&goals.iter().map(String::as_str).collect::<Vec<_>>());
    let query = Query::parse("subject=Patient/1").expect("a query");
    let criteria = store.prepare("Goal", &query, Unknown::Refuse).expect("criteria");
    assert_eq!(criteria.candidates(), Candidates::Referring(vec![("Patient".to_owned(), "1".to_owned())]));
    assert_eq!(store.find(&criteria).len(), 1);
}
