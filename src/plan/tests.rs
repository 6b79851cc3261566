//! Plans of a small suite made in memory.

use std::collections::BTreeMap;

use super::*;
use crate::agreements::FhirVersion;
use crate::scenario::{
    Axes, Exchange, Expectation, FollowWhat, OneOrMany, Persona, Request, Scenario, Source, Step, Suite, TransactionGroup, When,
    With, load,
};

fn text(words: &str) -> Text {
    Text { en: words.to_owned(), nl: words.to_owned() }
}

fn exchange(name: &str, requests: &[(Dialect, &str)]) -> Exchange {
    Exchange {
        exchange: name.to_owned(),
        query: None,
        optional: None,
        title: text(name),
        group: TransactionGroup::IndividualResources,
        source: String::new(),
        request: requests.iter().map(|(dialect, url)| (*dialect, (*url).to_owned())).collect(),
        defects: Vec::new(),
        answer: BTreeMap::new(),
    }
}

fn persona(name: &str, bsn: &str) -> Persona {
    Persona {
        persona: name.to_owned(),
        title: text(name),
        why: text(name),
        bsn: bsn.to_owned(),
        patient: format!("{name}-1"),
        clock: "2026-11-25".to_owned(),
        exchanges: BTreeMap::new(),
        decoys: BTreeMap::new(),
        reachable: Vec::new(),
        resources: BTreeMap::new(),
        stu3: None,
        versions: BTreeMap::new(),
        version_resources: BTreeMap::new(),
    }
}

fn expectation(id: &str, req: &str) -> Expectation {
    Expectation {
        id: id.to_owned(),
        req: req.to_owned(),
        fhir: None,
        title: None,
        hint: None,
        hint_of_modifier: BTreeMap::new(),
        needs: None,
        check: Check::Status(OneOrMany::One(200)),
    }
}

fn step(id: &str) -> Step {
    Step { id: id.to_owned(), expect: vec![expectation("ok", "PZP-QRY-002")], ..Step::default() }
}

fn scenario(name: &str, steps: Vec<Step>) -> Scenario {
    Scenario {
        scenario: name.to_owned(),
        title: text(name),
        when: When { actor: Actor::Provider, fhir: vec![FhirVersion::R4] },
        persona: Some("anna".to_owned()),
        isolation: Isolation::ReadOnly,
        axes: Axes::default(),
        steps,
        over_run: Vec::new(),
    }
}

fn suite(scenarios: Vec<Scenario>) -> Suite {
    let procedures = exchange(
        "procedures",
        &[
            (Dialect::R4Rc2, "Procedure?patient=Patient/${patient}&code=http://snomed.info/sct|1&_include=Procedure:encounter"),
            (Dialect::R4Beta3, "Procedure?patient=${patient}&_include:Procedure:encounter"),
        ],
    );
    let lookup = exchange(PATIENT_LOOKUP, &[(Dialect::R4Rc2, "Patient?identifier=http://fhir.nl/fhir/NamingSystem/bsn|${bsn}")]);
    let only_now = exchange("only-now", &[(Dialect::R4Rc2, "Goal?patient=Patient/${patient}")]);
    Suite {
        exchanges: vec![procedures, lookup, only_now],
        scenarios,
        personas: vec![persona("anna", "999900006"), persona("bram", "999990019"), persona("cees", "999999990")],
        ..Suite::default()
    }
}

fn planned(suite: &Suite, dialect: Dialect, selection: &Selection) -> Result<Plan, PlanError> {
    let claims = Claims::new(Actor::Provider, dialect);
    let base = "http://localhost/fhir".to_owned();
    let target = Target::new(base, TargetAuth::None);
    compile(suite, claims, target, selection)
}

fn asks(id: &str, exchange: &str) -> Step {
    Step { exchange: Some(exchange.to_owned()), ..step(id) }
}

fn template(step: &PlannedStep) -> &RequestTemplate {
    match &step.action {
        Action::Send(template) => template,
        Action::Follow(_) | Action::Serve(_) => panic!("the step sends"),
    }
}

#[test]
fn compile_keys_an_expectation_by_scenario_step_and_variant() {
    let mut both = scenario("a", vec![asks("ask", "procedures")]);
    both.axes.format = vec![Format::Json, Format::Xml];
    both.over_run = vec![expectation("any", "PZP-EX-001")];
    let plan = planned(&suite(vec![both]), Dialect::R4Rc2, &Selection::All).expect("it compiles");
    let keys: Vec<&str> = plan.scenarios.iter().flat_map(PlannedScenario::expectations).map(|e| e.key.as_str()).collect();
    assert_eq!(
        keys,
        ["a/ask/ok@r4.json.plain", "a/over-run/any@r4.json.plain", "a/ask/ok@r4.xml.plain", "a/over-run/any@r4.xml.plain"]
    );
    assert_eq!(template(&plan.scenarios[1].steps[0]).format, Format::Xml);
}

#[test]
fn compile_takes_the_template_of_the_claimed_dialect() {
    let suite = suite(vec![scenario("a", vec![asks("ask", "procedures"), asks("goals", "only-now")])]);
    let plan = planned(&suite, Dialect::R4Beta3, &Selection::All).expect("it compiles");
    let [step] = &plan.scenarios[0].steps[..] else { panic!("the exchange that beta3 lacks is left out") };
    assert_eq!(template(step).parameters[1], ("_include:Procedure:encounter".to_owned(), String::new()));
}

#[test]
fn compile_runs_a_scenario_for_every_exchange_of_its_axis_that_the_dialect_has() {
    let mut each = scenario("a", vec![asks("ask", "${exchange}")]);
    each.axes.exchange = vec!["procedures".to_owned(), "only-now".to_owned()];
    let variants = |dialect: Dialect| -> Vec<String> {
        let plan = planned(&suite(vec![each.clone()]), dialect, &Selection::All).expect("it compiles");
        plan.scenarios.iter().map(PlannedScenario::name).collect()
    };
    assert_eq!(variants(Dialect::R4Rc2), ["a@r4.json.plain.procedures", "a@r4.json.plain.only-now"]);
    assert_eq!(variants(Dialect::R4Beta3), ["a@r4.json.plain.procedures"]);
}

#[test]
fn compile_resolves_like_and_with() {
    let with = With {
        persona: Some("bram".to_owned()),
        method: Some(Method::Post),
        set: [("code".to_owned(), "x|2".to_owned()), ("_count".to_owned(), "1".to_owned())].into(),
        remove: vec!["_include".to_owned()],
        ..With::default()
    };
    let like = Step { like: Some("ask".to_owned()), with: Some(with), ..step("other") };
    let plan = planned(&suite(vec![scenario("a", vec![asks("ask", "procedures"), like])]), Dialect::R4Rc2, &Selection::All)
        .expect("it compiles");
    let step = &plan.scenarios[0].steps[1];
    let names: Vec<&str> = template(step).parameters.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((step.exchange.as_deref(), template(step).method), (Some("procedures"), Method::Post));
    assert_eq!(names, ["patient", "code", "_count"]);
    assert_eq!(template(step).parameters[1].1, "x|2");
}

#[test]
fn compile_plans_the_personas_that_are_needed_with_their_lookup() {
    let request = Request { method: Method::Get, url: "Patient/${patient:bram}".to_owned() };
    let reads = Step { request: Some(request), ..step("read") };
    let plan = planned(&suite(vec![scenario("a", vec![reads])]), Dialect::R4Rc2, &Selection::All).expect("it compiles");
    let names: Vec<&str> = plan.personas.iter().map(|persona| persona.persona.as_str()).collect();
    assert_eq!(names, ["anna", "bram"]);
    assert_eq!(plan.personas[0].lookup, "Patient?identifier=http://fhir.nl/fhir/NamingSystem/bsn|999900006");
}

#[test]
fn compile_leaves_out_scenarios_of_another_version() {
    let mut other = scenario("stu3", vec![asks("ask", "procedures")]);
    other.when.fhir = vec![FhirVersion::Stu3];
    let plan = planned(&suite(vec![other]), Dialect::R4Rc2, &Selection::All).expect("it compiles");
    assert!(plan.scenarios.is_empty());
}

#[test]
fn selection_keeps_whole_scenarios_and_says_so_in_the_plan() {
    let suite = suite(vec![
        scenario("a", vec![asks("ask", "procedures"), asks("again", "procedures")]),
        scenario("b", vec![asks("ask", "procedures")]),
    ]);
    for id in ["a", "a/again/ok", "a/again/ok@r4.json.plain"] {
        let plan = planned(&suite, Dialect::R4Rc2, &Selection::Only(vec![id.to_owned()])).expect("it compiles");
        assert_eq!(plan.scenarios.len(), 1, "{id}");
        assert_eq!(plan.scenarios[0].steps.len(), 2, "{id}");
        assert_eq!(plan.selection.as_deref(), Some(id));
    }
    let plan = planned(&suite, Dialect::R4Rc2, &Selection::Only(vec!["PZP-QRY-002".to_owned()])).expect("it compiles");
    assert_eq!(plan.scenarios.len(), 2);
}

#[test]
fn unknown_selection_is_an_error_that_names_the_nearest() {
    let suite = suite(vec![scenario("consents", vec![asks("ask", "procedures")])]);
    let error = planned(&suite, Dialect::R4Rc2, &Selection::Only(vec!["consent".to_owned()])).expect_err("there is no such");
    assert_eq!(error.to_string(), "nothing in the suite is called `consent`; did you mean `consents`?");
}

#[test]
fn exchange_that_the_suite_does_not_hold_is_an_error_with_its_place() {
    let error = planned(&suite(vec![scenario("a", vec![asks("ask", "procedure")])]), Dialect::R4Rc2, &Selection::All)
        .expect_err("there is no such");
    let expected = "step `ask` of scenario `a` speaks of exchange `procedure`, which the suite does not hold; run `toets lint`";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn follow_forgets_steps_that_the_dialect_does_not_have() {
    let what = FollowWhat::Resources;
    let follow = |of: &[&str]| Some(Follow { of: of.iter().map(|step| (*step).to_owned()).collect(), what });
    let steps = vec![
        asks("ask", "procedures"),
        asks("goals", "only-now"),
        Step { follow: follow(&["ask", "goals"]), ..step("read") },
        Step { follow: follow(&["goals"]), ..step("read-goals") },
    ];
    let plan = planned(&suite(vec![scenario("a", steps)]), Dialect::R4Beta3, &Selection::All).expect("it compiles");
    let ids: Vec<&str> = plan.scenarios[0].steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["ask", "read"]);
}

#[test]
fn suite_in_the_binary_compiles_for_every_dialect() {
    let suite = load(&Source::Embedded).expect("the suite in the binary has no mistakes");
    for dialect in [Dialect::R4Beta3, Dialect::R4Rc1, Dialect::R4Rc2, Dialect::R4Rc3Dev, Dialect::Stu3Rc1, Dialect::Stu3Rc2] {
        let plan = planned(&suite, dialect, &Selection::All).expect("it compiles");
        let keys: Vec<&String> = plan.scenarios.iter().flat_map(PlannedScenario::expectations).map(|e| &e.key).collect();
        let distinct: std::collections::BTreeSet<&String> = keys.iter().copied().collect();
        assert_eq!(keys.len(), distinct.len(), "keys are the names of results");
        assert!(plan.personas.iter().any(|persona| persona.persona == "full-plan"), "{dialect:?}");
    }
}
