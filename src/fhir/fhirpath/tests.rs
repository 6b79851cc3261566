//! Behaviour of the whole: messages, logic in three values, bounds, references,
//! and the static check against the search parameters of R4.

use super::*;
use crate::fhir::json;
use crate::fhir::node::Tree;
use crate::fhir::types::r4;

fn tree(json: &str) -> Tree {
    json::read(json.as_bytes(), r4()).expect("a resource")
}

fn patient() -> Tree {
    tree(
        r##"{"resourceType": "Patient", "id": "p", "active": true, "name": [{"family": "Jansen", "given": ["Jan", "Piet"]}],
        "contained": [{"resourceType": "Organization", "id": "o", "name": "Ziekenhuis"}],
        "managingOrganization": {"reference": "#o"}, "generalPractitioner": [{"reference": "Practitioner/1"}]}"##,
    )
}

fn values(expression: &str) -> Vec<String> {
    let tree = patient();
    let items = parse(expression).expect("FHIRPath").evaluate(tree.root(), &Environment::new(r4())).expect("a result");
    items.iter().map(|item| item.text().unwrap_or_default()).collect()
}

fn truth(expression: &str) -> Truth {
    parse(expression).expect("FHIRPath").test(patient().root(), &Environment::new(r4()))
}

fn failure(expression: &str) -> EvaluationError {
    let tree = patient();
    let environment = Environment { work: 100_000, ..Environment::new(r4()) };
    parse(expression).expect("FHIRPath").evaluate(tree.root(), &environment).expect_err("no result")
}

fn syntax_error(expression: &str) -> (usize, usize, String) {
    let error = parse(expression).expect_err("no FHIRPath");
    let hint = error.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
    (error.start, error.end, format!("{}{hint}", error.message))
}

fn problems(context: &str, expression: &str) -> Vec<String> {
    let variables = Variables::from([("captured".to_owned(), String::new())]);
    let problems = parse(expression).expect("FHIRPath").check(context, &variables, r4());
    let shown = |problem: TypeProblem| {
        let hint = problem.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        format!("{}: {}{hint}", &expression[problem.start..problem.end], problem.message)
    };
    problems.into_iter().map(shown).collect()
}

#[test]
fn a_syntax_error_says_where_and_what_was_expected() {
    assert_eq!(
        syntax_error("name."),
        (5, 5, "the expression ends here, expected the name of an element or a function".to_owned())
    );
    assert_eq!(syntax_error("a == b").0, 3);
    assert_eq!(syntax_error("where(a").2, "the expression ends here, expected `,` or `)`");
    assert_eq!(syntax_error("a b").2, "`b` stands here, expected the end of the expression, or an operator");
}

#[test]
fn a_syntax_error_hints_how_to_mend_it() {
    assert_eq!(syntax_error("code = \"a\"").2, "`\"` has no place in FHIRPath; text stands between single quotes: `'text'`");
    assert_eq!(syntax_error("'abc").2, "this text has no end; close it with `'`");
    assert_eq!(syntax_error("matches('\\d')").2, "`\\d` is not an escape; a backslash itself is written `\\\\`");
    assert_eq!(syntax_error("$self").2, "unknown `$self`; known are `$this`, `$index` and `$total`");
    assert_eq!(syntax_error("1 /* x").0, 2);
}

#[test]
fn logic_has_three_values() {
    use ast::Operator::{And, Implies, Or, Xor};
    let (yes, no, open) = (Some(true), Some(false), None);
    let table = [
        (yes, yes, [yes, yes, no, yes]),
        (yes, no, [no, yes, yes, no]),
        (yes, open, [open, yes, open, open]),
        (no, yes, [no, yes, yes, yes]),
        (no, no, [no, no, no, yes]),
        (no, open, [no, open, open, yes]),
        (open, yes, [open, yes, open, yes]),
        (open, no, [no, open, open, open]),
        (open, open, [open, open, open, open]),
    ];
    for (left, right, expected) in table {
        let found = [And, Or, Xor, Implies].map(|operator| operators::logic(operator, left, right));
        assert_eq!(found, expected, "{left:?} {right:?}");
    }
}

#[test]
fn test_is_undetermined_for_nothing_for_several_and_for_errors() {
    assert_eq!(truth("active"), Truth::True);
    assert_eq!(truth("active = false"), Truth::False);
    assert_eq!(truth("birthDate < today()"), Truth::Undetermined("`today` needs a clock, and none is given here".to_owned()));
    assert_eq!(truth("deceased = true"), Truth::Undetermined("the expression gives nothing".to_owned()));
    assert_eq!(truth("name.given"), Truth::Undetermined("the expression gives 2 items, expected one".to_owned()));
    assert_eq!(truth("name.given + 'x'"), Truth::Undetermined("`+` takes one item, here are 2".to_owned()));
}

#[test]
fn deep_nesting_is_an_error_not_an_overflow() {
    for text in ["(".repeat(8_000), "-".repeat(8_000), "a.".repeat(8_000), "a|".repeat(8_000), "iif(".repeat(4_000)] {
        assert!(parse(&text).is_err());
    }
    assert!(parse(&format!("a{}", ".b".repeat(500))).expect_err("too deep").message.contains("nested more than"));
    assert!(parse(&" ".repeat(20_000)).expect_err("too long").message.contains("bytes"));
}

#[test]
fn the_deepest_expression_that_parses_can_be_evaluated() {
    let nested = |open: &str, close: &str| format!("{}true{}", open.repeat(90), close.repeat(90));
    for text in [nested("iif(true, ", ")"), nested("select(", ")"), nested("name.exists(", ")")] {
        assert_eq!(parse(&text).expect("FHIRPath").check("", &Variables::default(), r4()), []);
        truth(&text);
    }
}

#[test]
fn an_expression_that_never_ends_is_given_up() {
    for text in [
        "0.repeat($this + 1)",
        "(1 | 2).repeat($this * 2 + 1 | $this * 3 + 1)",
        "('a' | 'b').repeat(iif($this is String, $this + 'aaaaaaaaaaaaaaaa', {}))",
    ] {
        assert_eq!(failure(text).failure, Failure::Work, "{text}");
    }
}

#[test]
fn a_text_that_doubles_again_and_again_is_given_up() {
    let doubling = "('0123456789abcdef'.toChars()).aggregate($total + $total, 'ab')";
    let twice = format!("{doubling}.replace('', '{}').replace('', '{}')", "x".repeat(2_000), "y".repeat(2_000));
    assert_eq!(failure(&twice).failure, Failure::Work);
}

#[test]
fn a_collection_that_grows_is_given_up() {
    for text in [
        "'0123456789abcdef0123456789abcdef'.toChars().aggregate($total.combine($total), 1)",
        "'0123456789abcdef'.toChars().aggregate($total.select($total), 1 | 2)",
        "repeat(children()).select(%resource.repeat(children()).select(%resource.descendants().select(%resource.descendants())))",
    ] {
        assert_eq!(failure(text).failure, Failure::Work, "{text}");
    }
}

#[test]
fn a_number_that_grows_keeps_few_digits() {
    let squares = "'0123456789abcdef0123456789abcdef'.toChars().aggregate($total * $total, 1.5)";
    assert!(values(squares).iter().all(|number| number.len() < 1_100));
    assert_eq!(values("'1e999999999'.toDecimal()"), Vec::<String>::new());
    assert_eq!(values("10.power(1000000)"), Vec::<String>::new());
}

#[test]
fn a_regular_expression_is_bounded() {
    let error = failure("'a'.matches('(a{1000}){1000}')");
    assert_eq!(error.failure, Failure::Expression);
    assert!(error.message.contains("too large"), "{}", error.message);
    assert!(failure("'a'.matches('(')").message.contains("unclosed group"));
}

#[test]
fn resolve_finds_contained_resources_and_what_the_resolver_knows() {
    assert_eq!(values("managingOrganization.resolve().name"), ["Ziekenhuis"]);
    assert_eq!(values("generalPractitioner.resolve()"), Vec::<String>::new());
    let practitioner = tree(r#"{"resourceType": "Practitioner", "id": "1"}"#);
    let resolver = |reference: &str| (reference == "Practitioner/1").then(|| practitioner.root());
    let tree = patient();
    let environment = Environment { resolver: Some(&resolver), ..Environment::new(r4()) };
    let found = parse("generalPractitioner.resolve().id").expect("FHIRPath").evaluate(tree.root(), &environment);
    assert_eq!(found.expect("a result")[0].text().as_deref(), Some("1"));
}

#[test]
fn resolve_finds_entries_of_the_bundle() {
    let bundle = tree(
        r#"{"resourceType": "Bundle", "type": "searchset", "entry": [
        {"fullUrl": "https://a.example/fhir/Consent/1", "resource": {"resourceType": "Consent", "id": "1", "patient": {"reference": "Patient/2"}}},
        {"fullUrl": "https://b.example/fhir/Patient/2", "resource": {"resourceType": "Patient", "id": "2", "active": false}},
        {"fullUrl": "https://a.example/fhir/Patient/2", "resource": {"resourceType": "Patient", "id": "2", "active": true}}]}"#,
    );
    let expression = parse("Bundle.entry.resource.ofType(Consent).patient.resolve().active").expect("FHIRPath");
    assert_eq!(expression.test(bundle.root(), &Environment::new(r4())), Truth::True);
}

#[test]
fn resolve_among_thousands_of_entries_stays_within_its_work() {
    let consent = |at: usize| {
        format!(r#"{{"resource": {{"resourceType": "Consent", "id": "{at}", "patient": {{"reference": "Patient/{at}"}}}}}}"#)
    };
    let patient = |at: usize| format!(r#"{{"resource": {{"resourceType": "Patient", "id": "{at}", "active": true}}}}"#);
    let entries: Vec<String> = (0..4_000).flat_map(|at| [consent(at), patient(at)]).collect();
    let mut bundle = tree(&format!(r#"{{"resourceType": "Bundle", "type": "collection", "entry": [{}]}}"#, entries.join(",")));
    let expression = parse("Bundle.entry.resource.ofType(Consent).patient.resolve().active.count()").expect("FHIRPath");
    let count = |bundle: &Tree| match expression.evaluate(bundle.root(), &Environment::new(r4())) {
        Ok(found) => format!("{found:?}"),
        Err(error) => error.to_string(),
    };
    assert!(count(&bundle).contains("4000"), "{}", count(&bundle));
    // What is changed is seen.
    let resource = bundle.root().children_named("entry").nth(1).and_then(|entry| entry.child("resource")).map(Node::id);
    let id = bundle.node(resource.expect("a Patient")).child("id").expect("it has one").id();
    bundle.set_literal(id, "another");
    assert!(count(&bundle).contains("3999"), "{}", count(&bundle));
}

#[test]
fn what_a_reference_says_is_enough_to_ask_for_its_type() {
    assert_eq!(truth("generalPractitioner.where(resolve() is Practitioner).exists()"), Truth::True);
    assert_eq!(truth("generalPractitioner.where(resolve() is Patient).exists()"), Truth::False);
}

#[test]
fn given_variables_win_from_the_built_in_ones() {
    let tree = patient();
    let environment = Environment::new(r4()).with("sct", vec![Item::String("mine".to_owned())]);
    let expression = parse("%sct = 'mine' and %loinc = 'http://loinc.org' and %resource.id = 'p' and %context.id = 'p'");
    assert_eq!(expression.expect("FHIRPath").test(tree.root(), &environment), Truth::True);
}

#[test]
fn variables_names_what_an_expression_reads() {
    let expression = parse("name.where(family = %first or given in %second).exists(%`first`)").expect("FHIRPath");
    let found: Vec<_> = expression.variables().map(|(name, range)| (name, &expression.text()[range])).collect();
    assert_eq!(found, [("first", "%first"), ("second", "%second"), ("first", "%`first`")]);
}

#[test]
fn memberof_asks_who_knows_the_value_set() {
    assert_eq!(failure("gender.memberOf('http://x')| 'a'.memberOf('http://x')").failure, Failure::Unsupported);
    let tree = patient();
    let membership = |_: &Item<'_>, url: &str| Some(url == "http://x");
    let environment = Environment { membership: Some(&membership), ..Environment::new(r4()) };
    assert_eq!(parse("id.memberOf('http://x')").expect("FHIRPath").test(tree.root(), &environment), Truth::True);
}

#[test]
fn check_names_an_element_that_its_type_does_not_have() {
    assert_eq!(problems("Consent", "provision.cod"), ["cod: `Consent.provision` has no element `cod`; did you mean `code`?"]);
    assert_eq!(
        problems("Observation", "valueQuantity.unit"),
        ["valueQuantity: `Observation` has no element `valueQuantity`; in FHIRPath this is `value.ofType(Quantity)`"]
    );
    assert_eq!(problems("Bundle", "entry.resource.statuss.exists()"), ["statuss: `Resource` has no element `statuss`"]);
    assert_eq!(problems("Bundle", "entry.resource.where(status = 'active').ofType(Consent).dateTime"), Vec::<String>::new());
}

#[test]
fn check_names_what_is_not_known() {
    assert_eq!(problems("Patient", "name.exist()"), ["exist: unknown function `exist`; did you mean `exists`?"]);
    assert_eq!(problems("Patient", "%captued"), ["%captued: unknown variable `%captued`; did you mean `%captured`?"]);
    assert_eq!(problems("Patient", "name.first(1)"), ["first: `first` takes no arguments, here are 1"]);
    assert_eq!(problems("Patient", "$this is Pateint"), ["Pateint: unknown type `Pateint`; did you mean `Patient`?"]);
    assert_eq!(problems("Patient", "Consent.status"), ["Consent: this starts from `Consent`, where `Patient` stands"]);
    assert_eq!(problems("Observation", "value.ofType(Consent)").len(), 1);
}

#[test]
fn check_is_silent_where_the_type_cannot_be_told() {
    for expression in ["managingOrganization.resolve().foo", "%captured.foo.bar", "%rootResource.foo", "descendants().foo"] {
        assert_eq!(problems("Patient", expression), Vec::<String>::new(), "{expression}");
    }
    assert_eq!(problems("", "foo.bar"), Vec::<String>::new());
}

#[test]
fn check_finds_no_fault_with_the_search_parameters_of_r4() {
    for resource in r4().resources() {
        for parameter in r4().search_parameters(resource.name).filter(|parameter| !parameter.expression.is_empty()) {
            let expression = parse(parameter.expression).expect(parameter.expression);
            let problems = expression.check(resource.name, &Variables::default(), r4());
            assert_eq!(problems, [], "{} {}: {}", resource.name, parameter.code, parameter.expression);
        }
    }
}

#[test]
fn items_without_a_common_order_are_an_error_however_many() {
    // Enough of them for a sort that looks at pairs in more ways than one.
    let many = "('abcdefghijklmnopqrstuvwxyz'.toChars() | 'zyxwvutsrqponmlkjihgfedcba'.toChars()).select($index)";
    let mixed = format!("{many}.select(iif($this mod 3 = 0, (100 - $this).toString(), 100 - $this))");
    assert_eq!(failure(&format!("{mixed}.sort()")).message, "these items have no common order");
    assert_eq!(values("(3 | 1 | 2).sort()"), ["1", "2", "3"]);
    assert_eq!(values("('a' | 'c' | 'b').sort(-$this)"), ["c", "b", "a"]);
}
