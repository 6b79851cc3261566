//! Responses to small forms that they carry inside, each code with what just
//! gives it and what nearly does.

use std::sync::Arc;

use super::codes::CODES;
use crate::fhir::knowledge::Knowledge;
use crate::fhir::types::{self, Types};
use crate::fhir::validate::{Issue, Severity, Validator};
use crate::text::Language;

/// What is said of a response with these items to a form with these items: code and path.
fn judged(types: &'static Types, form: &str, status: &str, items: &str) -> Vec<(String, String, Severity)> {
    let said = issues(types, form, status, items).into_iter();
    said.map(|issue| (issue.code.name.to_owned(), issue.path, issue.severity)).collect()
}

/// The same as issues.
fn issues(types: &'static Types, form: &str, status: &str, items: &str) -> Vec<Issue> {
    let questionnaire = if types.definition().version.starts_with("3.") { r##"{"reference":"#q"}"## } else { "\"#q\"" };
    let text = format!(
        r##"{{"resourceType":"QuestionnaireResponse","status":"{status}","questionnaire":{questionnaire},
        "contained":[{{"resourceType":"Questionnaire","id":"q","status":"active","item":[{form}]}}],"item":[{items}]}}"##
    );
    let knowledge = Knowledge::load(&[], types).expect("nothing to load");
    let issues = Validator::new(Arc::new(knowledge)).judge_text(text.as_bytes(), &[]);
    issues.into_iter().filter(|issue| CODES.contains(&issue.code)).collect()
}

/// The codes alone, in R4, completed.
fn codes(form: &str, items: &str) -> Vec<String> {
    judged(types::r4(), form, "completed", items).into_iter().map(|(code, ..)| code).collect()
}

const NESTED: &str = r#"{"linkId":"g","type":"group","item":[
    {"linkId":"a","type":"string","item":[{"linkId":"a1","type":"string"}]},
    {"linkId":"b","type":"choice","repeats":true,"answerOption":[{"valueCoding":{"system":"urn:s","code":"x"}},
        {"valueCoding":{"system":"urn:s","code":"y"}}]},
    {"linkId":"d","type":"display","text":"hello there"}]}"#;

#[test]
fn items_stand_where_the_form_has_them() {
    let inside = |items: &str| codes(NESTED, &format!(r#"{{"linkId":"g","item":[{items}]}}"#));
    let a = r#"{"linkId":"a","answer":[{"valueString":"1","item":[{"linkId":"a1","answer":[{"valueString":"2"}]}]}]}"#;
    let b = r#"{"linkId":"b","answer":[{"valueCoding":{"system":"urn:s","code":"x"}}]}"#;
    assert!(inside(&format!("{a},{b}")).is_empty());
    assert_eq!(inside(&format!("{b},{a}")), ["form-item-order"]);
    assert_eq!(inside(&format!("{a},{a}")), ["form-item-twice"]);
    assert_eq!(inside(r#"{"linkId":"a1","answer":[{"valueString":"2"}]}"#), ["form-item-misplaced"]);
    assert_eq!(inside(r#"{"linkId":"z"}"#), ["form-item-unknown"]);
    assert_eq!(inside(r#"{"text":"no id"}"#), ["form-link-id-missing"]);
    assert_eq!(inside(r#"{"linkId":"a","item":[{"linkId":"a1"}]}"#), ["form-items-outside-answer"]);
    assert_eq!(codes(NESTED, r#"{"linkId":"g","answer":[{"valueString":"1"}]}"#), ["form-group-answered"]);
    assert_eq!(inside(r#"{"linkId":"d","answer":[{"valueString":"1"}]}"#), ["form-display-answered"]);
    assert_eq!(inside(r#"{"linkId":"d","item":[{"linkId":"a1"}]}"#), ["form-display-with-items"]);
}

#[test]
fn a_text_differs_only_in_what_is_not_white_space() {
    let inside = |text: &str| codes(NESTED, &format!(r#"{{"linkId":"g","item":[{{"linkId":"d","text":"{text}"}}]}}"#));
    assert!(inside("hello  there").is_empty());
    assert_eq!(inside("hello thére"), ["form-text-differs"]);
}

#[test]
fn a_question_that_repeats_has_its_answers_in_one_item() {
    let form = r#"{"linkId":"a","type":"string","repeats":true}"#;
    let a = r#"{"linkId":"a","answer":[{"valueString":"1"}]}"#;
    assert_eq!(codes(form, &format!("{a},{a}")), ["form-item-split"]);
    assert!(codes(form, r#"{"linkId":"a","answer":[{"valueString":"1"},{"valueString":"2"}]}"#).is_empty());
    let group = r#"{"linkId":"g","type":"group","repeats":true,"item":[{"linkId":"a","type":"string"}]}"#;
    let g = format!(r#"{{"linkId":"g","item":[{a}]}}"#);
    assert!(codes(group, &format!("{g},{g}")).is_empty());
}

#[test]
fn not_equal_is_left_open_where_fhir_and_its_readers_disagree() {
    let form = r#"{"linkId":"a","type":"string","repeats":true},{"linkId":"b","type":"string","required":true,
        "enableWhen":[{"question":"a","operator":"!=","answerString":"x"}]}"#;
    let a = |values: &[&str]| {
        let answers: Vec<String> = values.iter().map(|value| format!(r#"{{"valueString":"{value}"}}"#)).collect();
        format!(r#"{{"linkId":"a","answer":[{}]}}"#, answers.join(","))
    };
    let b = r#"{"linkId":"b","answer":[{"valueString":"1"}]}"#;
    assert!(codes(form, &format!("{},{b}", a(&["y", "z"]))).is_empty());
    assert_eq!(codes(form, &a(&["y"])), ["form-answer-missing"]);
    assert!(codes(form, &a(&["x"])).is_empty());
    assert_eq!(codes(form, &format!("{},{b}", a(&["x"]))), ["form-item-disabled"]);
    for open in [format!("{},{b}", a(&["x", "y"])), a(&["x", "y"]), b.to_owned(), String::new()] {
        assert_eq!(codes(form, &open), ["form-condition-unclear"], "{open}");
    }
}

#[test]
fn answers_are_of_the_type_and_among_the_options_of_the_item() {
    let b = |answers: &str| codes(NESTED, &format!(r#"{{"linkId":"g","item":[{{"linkId":"b","answer":[{answers}]}}]}}"#));
    assert!(b(r#"{"valueCoding":{"system":"urn:s","code":"x"}},{"valueCoding":{"system":"urn:s","code":"y"}}"#).is_empty());
    assert_eq!(b(r#"{"valueCoding":{"system":"urn:s","code":"z"}}"#), ["form-answer-not-offered"]);
    assert_eq!(b(r#"{"valueCoding":{"system":"urn:other","code":"x"}}"#), ["form-answer-not-offered"]);
    assert_eq!(b(r#"{"valueString":"x"}"#), ["form-answer-not-offered"]);
    assert_eq!(b(r#"{"valueBoolean":true}"#), ["form-answer-type"]);
}

#[test]
fn an_open_choice_takes_free_text_but_no_code_of_its_own() {
    let form = r#"{"linkId":"o","type":"open-choice","answerOption":[{"valueCoding":{"code":"x"}}]}"#;
    let o = |answer: &str| codes(form, &format!(r#"{{"linkId":"o","answer":[{{{answer}}}]}}"#));
    assert!(o(r#""valueString":"something else""#).is_empty());
    assert!(o(r#""valueCoding":{"display":"something else"}"#).is_empty());
    assert!(o(r#""valueCoding":{"code":"x"}"#).is_empty());
    assert_eq!(o(r#""valueCoding":{"code":"y"}"#), ["form-answer-not-offered"]);
}

#[test]
fn what_is_required_may_still_come_while_a_response_is_in_progress() {
    let form = r#"{"linkId":"r","type":"string","required":true}"#;
    let severity = |status: &str| judged(types::r4(), form, status, "").first().map(|found| found.2);
    assert_eq!(severity("completed"), Some(Severity::Error));
    assert_eq!(severity("amended"), Some(Severity::Error));
    assert_eq!(severity("in-progress"), Some(Severity::Warning));
    assert!(codes(form, r#"{"linkId":"r","answer":[{"valueString":"1"}]}"#).is_empty());
    assert_eq!(codes(form, r#"{"linkId":"r","answer":[{"valueString":"1"},{"valueString":"2"}]}"#), ["form-answers-too-many"]);
    let group = r#"{"linkId":"g","type":"group","required":true,"item":[{"linkId":"s","type":"string"}]}"#;
    assert_eq!(codes(group, r#"{"linkId":"g"}"#), ["form-group-empty"]);
}

/// `t` hangs on `n` (a number) and `c` (a code).
fn conditional(behaviour: &str, conditions: &str) -> String {
    format!(
        r#"{{"linkId":"n","type":"integer"}},{{"linkId":"c","type":"choice","answerOption":[{{"valueCoding":{{"code":"x"}}}},
        {{"valueCoding":{{"code":"y"}}}}]}},{{"linkId":"t","type":"string"{behaviour},"enableWhen":[{conditions}]}}"#
    )
}

const N: &str = r#"{"linkId":"n","answer":[{"valueInteger":5}]}"#;
const C: &str = r#"{"linkId":"c","answer":[{"valueCoding":{"code":"y"}}]}"#;
const T: &str = r#"{"linkId":"t","answer":[{"valueString":"1"}]}"#;

#[test]
fn conditions_know_all_operators() {
    let holds = |condition: &str| codes(&conditional("", &format!("{{{condition}}}")), &format!("{N},{C},{T}")).is_empty();
    for (operator, number, expected) in [
        ("=", 5, true),
        ("=", 6, false),
        ("!=", 6, true),
        (">", 4, true),
        (">", 5, false),
        ("<", 6, true),
        (">=", 5, true),
        ("<=", 4, false),
    ] {
        let condition = format!(r#""question":"n","operator":"{operator}","answerInteger":{number}"#);
        assert_eq!(holds(&condition), expected, "5 {operator} {number}");
    }
    assert!(holds(r#""question":"c","operator":"=","answerCoding":{"code":"y"}"#));
    assert!(!holds(r#""question":"c","operator":"!=","answerCoding":{"code":"y"}"#));
    assert!(holds(r#""question":"n","operator":"exists","answerBoolean":true"#));
    assert!(!holds(r#""question":"n","operator":"exists","answerBoolean":false"#));
}

#[test]
fn any_and_all_conditions_count_as_the_form_says() {
    let two = r#"{"question":"n","operator":"=","answerInteger":5},{"question":"c","operator":"=","answerCoding":{"code":"x"}}"#;
    let answered = format!("{N},{C},{T}");
    assert!(codes(&conditional(r#","enableBehavior":"any""#, two), &answered).is_empty());
    assert_eq!(codes(&conditional(r#","enableBehavior":"all""#, two), &answered), ["form-item-disabled"]);
    assert_eq!(codes(&conditional("", two), &answered), ["form-condition-unclear"]);
    assert_eq!(
        codes(&conditional("", r#"{"question":"nowhere","operator":"=","answerInteger":5}"#), &answered),
        ["form-condition-nowhere", "form-condition-unclear"]
    );
}

#[test]
fn conditions_of_stu3_have_an_answer_or_none() {
    let said = |condition: &str| {
        let form = format!(r#"{{"linkId":"n","type":"integer"}},{{"linkId":"t","type":"string","enableWhen":[{condition}]}}"#);
        judged(types::stu3(), &form, "completed", &format!("{N},{T}")).into_iter().map(|found| found.0).collect::<Vec<_>>()
    };
    assert!(said(r#"{"question":"n","hasAnswer":true}"#).is_empty());
    assert_eq!(said(r#"{"question":"n","hasAnswer":false}"#), ["form-item-disabled"]);
    assert!(said(r#"{"question":"n","answerInteger":6},{"question":"n","answerInteger":5}"#).is_empty());
}

#[test]
fn a_condition_looks_in_the_nearest_group_that_holds_both() {
    let form = r#"{"linkId":"g","type":"group","repeats":true,"item":[{"linkId":"n","type":"integer"},
        {"linkId":"t","type":"string","enableWhen":[{"question":"n","operator":"=","answerInteger":5}]}]}"#;
    let other = r#"{"linkId":"n","answer":[{"valueInteger":6}]}"#;
    let items = format!(r#"{{"linkId":"g","item":[{N},{T}]}},{{"linkId":"g","item":[{other},{T}]}}"#);
    let found = judged(types::r4(), form, "completed", &items);
    let expected = ("form-item-disabled".to_owned(), "QuestionnaireResponse.item[1].item[1]".to_owned(), Severity::Error);
    assert_eq!(found, [expected]);
}

/// What is said of one answer to an item with these extensions.
fn limited(kind: &str, extensions: &str, answer: &str) -> Vec<String> {
    let form = format!(r#"{{"linkId":"i","type":"{kind}","repeats":true,"extension":[{extensions}]}}"#);
    codes(&form, &format!(r#"{{"linkId":"i","answer":[{answer}]}}"#))
}

#[test]
fn answers_keep_within_the_limits_of_the_form() {
    let core = |name: &str, value: &str| format!(r#"{{"url":"http://hl7.org/fhir/StructureDefinition/{name}",{value}}}"#);
    let cases = [
        ("string", core("minLength", r#""valueInteger":3"#), r#""valueString":"ab""#, "form-answer-too-short"),
        ("string", core("regex", r#""valueString":"[0-9]+""#), r#""valueString":"12a""#, "form-answer-pattern"),
        ("string", core("regex", r#""valueString":"(?=a)""#), r#""valueString":"12a""#, "form-pattern-unclear"),
        ("integer", core("minValue", r#""valueInteger":3"#), r#""valueInteger":2"#, "form-answer-below-minimum"),
        ("date", core("maxValue", r#""valueDate":"2022-03""#), r#""valueDate":"2022-04-01""#, "form-answer-above-maximum"),
        ("date", core("maxValue", r#""valueDate":"2022-03-01""#), r#""valueDate":"2022-03""#, "form-limit-unclear"),
        ("decimal", core("maxDecimalPlaces", r#""valueInteger":1"#), r#""valueDecimal":1.25"#, "form-decimal-places"),
        (
            "attachment",
            core("mimeType", r#""valueCode":"image/gif""#),
            r#""valueAttachment":{"contentType":"text/plain"}"#,
            "form-attachment-type",
        ),
        ("attachment", core("maxSize", r#""valueDecimal":2"#), r#""valueAttachment":{"data":"YWFh"}"#, "form-attachment-size"),
        (
            "quantity",
            core("questionnaire-unitOption", r#""valueCoding":{"system":"u","code":"m"}"#),
            r#""valueQuantity":{"value":1,"system":"u","code":"g"}"#,
            "form-unit-not-allowed",
        ),
        (
            "reference",
            core("questionnaire-referenceResource", r#""valueCode":"Patient""#),
            r#""valueReference":{"reference":"Device/1"}"#,
            "form-reference-type",
        ),
        (
            "reference",
            core("questionnaire-hidden", r#""valueBoolean":true"#),
            r#""valueReference":{"reference":"Chicken/1"}"#,
            "form-reference-no-resource",
        ),
        ("string", core("questionnaire-minOccurs", r#""valueInteger":2"#), r#""valueString":"a""#, "form-answers-too-few"),
    ];
    for (kind, extension, answer, code) in cases {
        assert_eq!(limited(kind, &extension, &format!("{{{answer}}}")), [code], "{answer}");
    }
    assert!(limited("string", &core("regex", r#""valueString":"[0-9]+""#), r#"{"valueString":"12"}"#).is_empty());
    assert!(limited("decimal", &core("maxDecimalPlaces", r#""valueInteger":1"#), r#"{"valueDecimal":1.20}"#).is_empty());
    assert!(limited("attachment", &core("maxSize", r#""valueDecimal":3"#), r#"{"valueAttachment":{"data":"YWFh"}}"#).is_empty());
    assert!(
        limited(
            "reference",
            &core("questionnaire-referenceResource", r#""valueCode":"Patient""#),
            r#"{"valueReference":{"reference":"http://a.nl/fhir/Patient/1/_history/2"}}"#
        )
        .is_empty()
    );
}

#[test]
fn quantities_compare_by_their_formal_units() {
    let most = r#"{"url":"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-maxQuantity",
        "valueQuantity":{"value":5,"system":"http://unitsofmeasure.org","code":"kg"}}"#;
    let answer = |value: u32, code: &str| {
        limited(
            "quantity",
            most,
            &format!(r#"{{"valueQuantity":{{"value":{value},"system":"http://unitsofmeasure.org","code":"{code}"}}}}"#),
        )
    };
    assert!(answer(4000, "g").is_empty());
    assert_eq!(answer(6000, "g"), ["form-answer-above-maximum"]);
    assert_eq!(answer(1, "[mi_i]"), ["form-answer-other-dimension"]);
    assert_eq!(answer(1, "[unheard]"), ["form-limit-unclear"]);
}

#[test]
fn a_preset_is_kept_and_an_exclusive_answer_stands_alone() {
    let form = r#"{"linkId":"p","type":"choice","readOnly":true,"answerOption":[{"valueCoding":{"code":"x"}},{"valueCoding":{"code":"y"}}],
        "initial":[{"valueCoding":{"code":"x"}}]}"#;
    assert!(codes(form, r#"{"linkId":"p","answer":[{"valueCoding":{"code":"x"}}]}"#).is_empty());
    assert_eq!(codes(form, r#"{"linkId":"p","answer":[{"valueCoding":{"code":"y"}}]}"#), ["form-preset-changed"]);
    let form = r#"{"linkId":"e","type":"choice","repeats":true,"answerOption":[{"valueCoding":{"code":"x"}},{"valueCoding":{"code":"y"},
        "extension":[{"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive","valueBoolean":true}]}]}"#;
    let both = r#"{"linkId":"e","answer":[{"valueCoding":{"code":"x"}},{"valueCoding":{"code":"y"}}]}"#;
    assert_eq!(codes(form, both), ["form-answer-exclusive"]);
    assert!(codes(form, r#"{"linkId":"e","answer":[{"valueCoding":{"code":"y"}}]}"#).is_empty());
}

#[test]
fn an_unknown_form_cannot_be_told_and_none_is_good_to_know() {
    let knowledge = Arc::new(Knowledge::load(&[], types::r4()).expect("nothing to load"));
    let said = |questionnaire: &str| {
        let text = format!(r#"{{"resourceType":"QuestionnaireResponse","status":"completed"{questionnaire}}}"#);
        let issues = Validator::new(Arc::clone(&knowledge)).judge_text(text.as_bytes(), &[]);
        issues.into_iter().find(|issue| CODES.contains(&issue.code)).map(|issue| (issue.code.name, issue.severity))
    };
    assert_eq!(said(r#","questionnaire":"http://a.nl/Q""#), Some(("form-unknown", Severity::CantTell)));
    assert_eq!(said(r##","questionnaire":"#gone""##), Some(("form-unknown", Severity::CantTell)));
    assert_eq!(said(""), Some(("form-not-named", Severity::Information)));
}

#[test]
fn what_the_form_presets_and_what_may_be_unknown_is_told_when_it_is_not_there() {
    let form = r#"{"linkId":"g","type":"group","item":[{"linkId":"p","type":"choice","readOnly":true,
        "answerOption":[{"valueCoding":{"code":"x"},"initialSelected":true}]},{"linkId":"u","type":"choice","answerOption":[
        {"valueCoding":{"system":"http://terminology.hl7.org/CodeSystem/v3-NullFlavor","code":"UNK"}}]}]}"#;
    assert_eq!(codes(form, r#"{"linkId":"g"}"#), ["form-preset-missing", "form-question-open"]);
    assert_eq!(codes(form, ""), ["form-question-open"]);
    let unknown = r#"{"linkId":"u","answer":[{"valueCoding":{"system":"http://terminology.hl7.org/CodeSystem/v3-NullFlavor","code":"UNK"}}]}"#;
    let preset = r#"{"linkId":"p","answer":[{"valueCoding":{"code":"x"}}]}"#;
    assert!(codes(form, &format!(r#"{{"linkId":"g","item":[{preset},{unknown}]}}"#)).is_empty());
}

#[test]
fn conditions_of_a_form_look_at_questions_before_it() {
    let said = |question: &str| {
        let item = |id: &str, more: &str| format!(r#"{{"linkId":"{id}","type":"string"{more}}}"#);
        let when = format!(
            r#","enableWhen":[{{"question":"{question}","operator":"exists","answerBoolean":true}}],"item":[{}]"#,
            item("in", "")
        );
        let items = [item("before", ""), item("it", &when), item("after", "")].join(",");
        let text = format!(r#"{{"resourceType":"Questionnaire","status":"active","item":[{items}]}}"#);
        let knowledge = Knowledge::load(&[], types::r4()).expect("nothing to load");
        let issues = Validator::new(Arc::new(knowledge)).judge_text(text.as_bytes(), &[]);
        let mut of_forms = issues.into_iter().filter(|issue| CODES.contains(&issue.code));
        of_forms.next().map(|issue| (issue.code.name, issue.path, issue.severity))
    };
    let at = |code, severity| Some((code, "Questionnaire.item[1]".to_owned(), severity));
    assert_eq!(said("before"), None);
    assert_eq!(said("after"), at("form-condition-ahead", Severity::Warning));
    assert_eq!(said("in"), at("form-condition-inside", Severity::Error));
    assert_eq!(said("it"), at("form-condition-inside", Severity::Error));
    assert_eq!(said("nowhere"), at("form-condition-nowhere", Severity::Error));
}

#[test]
fn form_unknown_tells_the_versions_that_are_here_or_which_may_have_been_meant() {
    let knowledge = Arc::new(Knowledge::load(&[], types::r4()).expect("nothing to load"));
    let said = |canonical: &str| {
        let text = format!(r#"{{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"{canonical}"}}"#);
        let issues = Validator::new(Arc::clone(&knowledge)).judge_text(text.as_bytes(), &[]).into_iter();
        let issue = issues.into_iter().find(|issue| issue.code.name == "form-unknown");
        issue.map(|issue| (issue.message(Language::En), issue.detail("meant").unwrap_or_default().to_owned()))
    };
    let form = "https://api.iknl.nl/docs/pzp/r4/Questionnaire/ACP-zib2020";
    assert_eq!(said(form), None);
    let (version, _) = said(&format!("{form}|9.9")).expect("there is no such version");
    assert!(version.contains("1.0.0-rc2"), "{version}");
    let meant = format!("; did you mean `{form}`?");
    assert_eq!(said(&form.replace("zib2020", "zib202")).expect("there is none").1, meant);
    assert_eq!(said("https://example.org/Questionnaire/other").expect("there is none").1, "");
}

#[test]
fn what_is_wrong_with_an_item_names_its_place() {
    let a = r#"{"linkId":"a","answer":[{"valueString":"1"}]}"#;
    let b = r#"{"linkId":"b","answer":[{"valueCoding":{"system":"urn:s","code":"x"}}]}"#;
    let of = |items: &str| {
        let said = issues(types::r4(), NESTED, "completed", &format!(r#"{{"linkId":"g","item":[{items}]}}"#));
        let [issue] = &said[..] else { panic!("{said:?}") };
        let place = issue.detail("place").map(str::to_owned);
        (issue.code.name, issue.path.clone(), place, issue.mend(Language::En))
    };
    let holder = "QuestionnaireResponse.item[0]";
    for (items, code) in [
        (format!("{b},{a}"), "form-item-order"),
        (format!("{a},{a}"), "form-item-twice"),
        (format!(r#"{a},{{"linkId":"zzzz"}}"#), "form-item-unknown"),
    ] {
        let (found, path, place, _) = of(&items);
        assert_eq!((found, path.as_str(), place.as_deref()), (code, holder, Some(&*format!("{holder}.item[1]"))));
    }
    assert_eq!(of(r#"{"linkId":"A1"}"#).3, "use a `linkId` of the questionnaire; did you mean `a1`?");
    assert_eq!(of(r#"{"linkId":"zzzz"}"#).3, "use a `linkId` of the questionnaire");
}
