//! Values of primitive types.

use super::{issues, of_observation, of_patient, said};
use crate::fhir::types;

/// What is said of an extension with a value of a type, as JSON writes it.
fn value(name: &str, value: &str) -> Vec<&'static str> {
    of_patient(&format!("\"extension\":[{{\"url\":\"http://x.nl/e\",\"value{name}\":{value}}}]"))
        .into_iter()
        .filter(|code| !code.starts_with("extension"))
        .collect()
}

fn all(name: &str, right: &[&str], wrong: &[(&str, &str)]) {
    for text in right {
        assert!(value(name, text).is_empty(), "{name} {text}: {:?}", value(name, text));
    }
    for (text, code) in wrong {
        assert_eq!(value(name, text), [*code], "{name} {text}");
    }
}

#[test]
fn numbers_and_booleans() {
    all("Boolean", &["true"], &[("\"true\"", "value-wrong-form"), ("1", "value-wrong-form"), ("\"yes\"", "boolean-wrong")]);
    all(
        "Integer",
        &["0", "-12", "2147483647"],
        &[("1.5", "integer-wrong"), ("2147483648", "integer-wrong"), ("1e2", "integer-wrong")],
    );
    all("PositiveInt", &["1"], &[("0", "integer-wrong"), ("-1", "integer-wrong")]);
    all("UnsignedInt", &["0"], &[("-1", "integer-wrong")]);
    all(
        "Decimal",
        &["1.50", "-0.1", "1E5"],
        &[("\"1.5\"", "value-wrong-form"), ("\"1,5\"", "decimal-wrong"), ("true", "value-wrong-form")],
    );
    let xml = |text: &str| said(&format!("<Patient xmlns=\"http://hl7.org/fhir\">{text}</Patient>"));
    assert_eq!(xml("<active value=\"yes\"/>")[0].0, "boolean-wrong");
    assert_eq!(xml("<multipleBirthInteger value=\"01\"/>")[0].0, "integer-wrong");
    assert!(xml("<active value=\"true\"/>").is_empty());
    let quantity =
        "<Observation xmlns=\"http://hl7.org/fhir\"><valueQuantity><value value=\"1,5\"/></valueQuantity></Observation>";
    assert_eq!(said(quantity)[0].0, "decimal-wrong");
}

#[test]
fn dates_are_of_the_calendar() {
    let right = ["\"2024\"", "\"2024-02\"", "\"2024-02-29\""];
    all(
        "Date",
        &right,
        &[("\"2023-02-29\"", "date-wrong"), ("\"2024-2-1\"", "date-wrong"), ("\"2024-02-01T10:00:00Z\"", "date-wrong")],
    );
    all("Date", &["\"1800\""], &[("\"1799\"", "date-far-away"), ("\"2101-01\"", "date-far-away")]);
    let right = ["\"2024\"", "\"2024-02-29T23:59:60Z\"", "\"2024-01-01T10:00:00.123+14:00\""];
    let wrong = [
        ("\"2024-01-01T10:00:00\"", "date-time-without-zone"),
        ("\"2024-01-01T10:00Z\"", "date-time-wrong"),
        ("\"2024-01-01 10:00:00Z\"", "date-time-wrong"),
        ("\"2024-01-01T24:00:00Z\"", "date-time-wrong"),
        ("\"2024-01-01T10:00:00+14:30\"", "date-time-wrong"),
    ];
    all("DateTime", &right, &wrong);
    all(
        "Instant",
        &["\"2024-01-01T10:00:00Z\""],
        &[("\"2024-01-01\"", "instant-wrong"), ("\"2024-01-01T10:00:00\"", "instant-wrong")],
    );
    all(
        "Time",
        &["\"10:00:00\""],
        &[("\"10:00\"", "time-wrong"), ("\"25:00:00\"", "time-wrong"), ("\"10:00:00Z\"", "time-wrong")],
    );
}

#[test]
fn uris_have_no_white_space_and_urns_are_whole() {
    all(
        "Uri",
        &["\"relative\"", "\"http://x.nl/a%20b\""],
        &[("\"http://x.nl/a b\"", "uri-white-space"), ("\" http://x.nl\"", "uri-white-space")],
    );
    all(
        "Uri",
        &["\"urn:oid:1.2.3\""],
        &[("\"urn:oid:1.2.a\"", "oid-wrong"), ("\"oid:1.2.3\"", "uri-without-urn"), ("\"urn:oid:1.02\"", "oid-wrong")],
    );
    let uuid = "\"urn:uuid:c757873d-ec9a-4326-a141-556f43239520\"";
    all(
        "Uri",
        &[uuid],
        &[("\"urn:uuid:123\"", "uuid-wrong"), ("\"urn:uuid:C757873D-EC9A-4326-A141-556F43239520\"", "uuid-wrong")],
    );
    all("Oid", &["\"urn:oid:1.2.3\""], &[("\"1.2.3\"", "oid-wrong")]);
    all("Uuid", &[uuid], &[("\"c757873d-ec9a-4326-a141-556f43239520\"", "uuid-wrong")]);
    all(
        "Canonical",
        &["\"http://x.nl/a|1.0\"", "\"urn:oid:1.2.3|1\""],
        &[("\"a|1\"", "canonical-relative"), ("\"#a\"", "canonical-lost")],
    );
}

#[test]
fn codes_ids_and_texts() {
    all(
        "Code",
        &["\"a b\""],
        &[("\"a  b\"", "code-white-space"), ("\" a\"", "code-white-space"), ("\"a\\tb\"", "code-white-space")],
    );
    let long = format!("\"{}\"", "a".repeat(65));
    let longest = format!("\"{}\"", "a".repeat(64));
    all("Id", &[&longest, "\"A-1.b\""], &[(&long, "id-too-long"), ("\"a_b\"", "id-wrong")]);
    all("String", &["\"a\\n\\tb\""], &[("\"\"", "value-empty"), ("\" a\"", "text-white-space"), ("\"  \"", "value-blank")]);
    all("String", &[], &[("\"a\\u0001\"", "text-control-character"), ("5", "value-wrong-form")]);
    let links = ["\" a \"", "\"1 < 2 > 0, <http://x.nl>\""];
    all("Markdown", &links, &[("\" \"", "value-blank"), ("\"<b>x</b>\"", "markdown-html"), ("\"a<br/>b\"", "markdown-html")]);
    let longest = "a".repeat(1 << 20);
    all("String", &[&format!("\"{longest}\"")], &[(&format!("\"{longest}a\""), "text-too-long")]);
    all(
        "Base64Binary",
        &["\"YWJj\"", "\"YQ==\""],
        &[("\"YW\"", "base64-wrong"), ("\"Y!==\"", "base64-wrong"), ("\"YW Jj\"", "base64-white-space")],
    );
}

#[test]
fn letters_of_a_wrong_encoding_are_told() {
    let wrong =
        ["PatiÃ«nt", "naÃ¯ef Ã©Ã©n", "Pati\u{fffd}nt", "Â\u{a0}jaar", "25 â‚¬", "zoâ€™n", "zo\u{e2}\u{80}\u{99}n", "Ãƒ Ã«"];
    for text in wrong {
        assert_eq!(value("String", &format!("\"{text}\"")), ["text-garbled"], "{text}");
    }
    for text in ["Patiënt", "één", "Â", "Âge", "NÃO", "Ã la", "25 €", "crâne", "„Ö“ — ‘ß’"] {
        assert!(value("String", &format!("\"{text}\"")).is_empty(), "{text}");
    }
    let long = format!("\"{} {}Ã«{}\"", "a".repeat(200), "b".repeat(60), "c".repeat(200));
    let issues = issues(types::r4(), &[], &format!("{{\"resourceType\":\"Patient\",\"name\":[{{\"text\":{long}}}]}}"));
    let told =
        issues.iter().find(|issue| issue.code.name == "text-garbled").map(|issue| format!("{issue:?}")).expect("it is told");
    assert!(told.contains(&format!("{}Ã«{}", "b".repeat(40), "c".repeat(38))), "{told}");
}

#[test]
fn ids_of_elements_have_no_white_space_and_come_once() {
    assert!(of_patient("\"name\":[{\"id\":\"/a=\",\"text\":\"x\"}]").is_empty());
    assert_eq!(of_patient("\"name\":[{\"id\":\"a b\",\"text\":\"x\"}]"), ["element-id-white-space"]);
    assert_eq!(of_patient("\"name\":[{\"id\":\"a\",\"text\":\"x\"},{\"id\":\"a\",\"text\":\"y\"}]"), ["element-id-twice"]);
    let inside = "\"name\":[{\"id\":\"a\",\"text\":\"x\"}],\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"a\",\"name\":[{\"id\":\"a\",\"text\":\"x\"}]}]";
    assert!(!of_patient(inside).contains(&"element-id-twice"));
}

#[test]
fn stu3_has_the_same_forms() {
    let of = |elements: &str| {
        let text = format!("{{\"resourceType\":\"Patient\",{elements}}}");
        issues(types::stu3(), &[], &text).into_iter().map(|issue| issue.code.name).collect::<Vec<_>>()
    };
    assert_eq!(of("\"birthDate\":\"2020-1-1\""), ["date-wrong"]);
    assert_eq!(of("\"id\":\"a_b\""), ["id-wrong"]);
    assert!(of("\"birthDate\":\"2020-01-01\",\"id\":\"a\"").is_empty());
    assert!(of_observation("\"effectiveDateTime\":\"2020-01\"").is_empty());
}

#[test]
fn what_fhir_allows_is_an_error_where_it_is_refused() {
    use crate::fhir::validate::rules::trying::Try;
    use crate::fhir::validate::{Refused, Severity};
    let errors = |refused: Refused, extension: &str| {
        let text = format!("{{\"resourceType\":\"Patient\",\"extension\":[{{\"url\":\"http://x.nl/e\",{extension}}}]}}");
        let found = Try { refused, ..Try::default() }.issues(&text).into_iter();
        found.filter(|issue| issue.severity == Severity::Error).map(|issue| issue.code.name).collect::<Vec<_>>()
    };
    let (plain, html) = (Refused::default(), "\"valueMarkdown\":\"<b>x</b>\"");
    assert!(errors(plain, html).is_empty());
    assert_eq!(errors(Refused { markdown_html: true, ..plain }, html), ["markdown-html"]);
    let refused = Refused { example_urls: true, ..plain };
    let of = |refused, kind: &str, url: &str| errors(refused, &format!("\"value{kind}\":\"{url}\""));
    for url in ["http://example.org", "https://a.Example.com:8080/x", "http://u@server.example/x", "http://x.test?y"] {
        assert_eq!(of(refused, "Url", url), ["uri-example"], "{url}");
        assert!(of(plain, "Url", url).is_empty(), "{url}");
    }
    for url in ["http://myexample.org/x", "http://x.nl/example.org", "urn:oid:1.2.3", "http://example.nl"] {
        assert!(of(refused, "Uri", url).is_empty(), "{url}");
    }
}
