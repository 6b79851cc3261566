//! Planted secrets and numbers, in every place where they come by.

use super::*;

/// Passes the eleven-test and is outside the test range.
const REAL: &str = "123456782";
const FIXTURE: &str = "999900006";
const SECRET: &str = "s3cr3t/to+ken=\"1\"";

fn redactor() -> Redactor {
    Redactor::new(b"key", [("TOETS_TOKEN", SECRET)], [FIXTURE])
}

fn token() -> String {
    redactor().text(REAL)
}

#[test]
fn eleven_test_tells_a_bsn_from_nine_digits() {
    assert!(is_elfproof(REAL.as_bytes()));
    assert!(is_elfproof(b"111222333"));
    assert!(!is_elfproof(b"123456789"));
    assert!(!is_elfproof(b"000000000"));
}

#[test]
fn token_has_the_length_of_the_number_and_is_the_same_everywhere() {
    let redactor = redactor();
    let json = redactor.text(r#"{"value":"123456782"}"#);
    let xml = redactor.text(r#"<value value="123456782"/>"#);
    assert_eq!(json, format!(r#"{{"value":"{}"}}"#, token()));
    assert_eq!(xml, format!(r#"<value value="{}"/>"#, token()));
    assert_eq!(token().len(), REAL.len());
    assert!(token().starts_with("bsn"));
}

#[test]
fn number_is_found_behind_percent_and_json_escapes() {
    let redactor = redactor();
    for (before, after) in [
        ("bsn%7C", ""),
        ("?q=%20", "%20x"),
        ("\"\\u0020", "\""),
        ("\"\\n", "\""),
        ("a", "b"),
        ("C:\\", ""),
        ("5%", ""),
        ("bsn|", "&x=1"),
    ] {
        assert_eq!(redactor.text(&format!("{before}{REAL}{after}")), format!("{before}{}{after}", token()));
    }
}

#[test]
fn number_in_a_longer_run_of_digits_stays() {
    let text = "1123456782 1234567820 31123456782";
    assert_eq!(redactor().text(text), text);
}

#[test]
fn bare_json_number_becomes_digits_that_fail_the_eleven_test() {
    let redactor = redactor();
    let redacted = redactor.text(r#"{"a": "x", "n": 123456782, "m":[123456782]}"#);
    let value: serde_json::Value = serde_json::from_str(&redacted).expect("it is still JSON");
    let token = value["n"].as_u64().expect("it is still a number").to_string();
    assert_eq!(token.len(), 9);
    assert!(!is_elfproof(token.as_bytes()));
    assert_eq!(value["m"][0], value["n"]);
}

#[test]
fn bsn_of_a_fixture_person_may_be_shown() {
    assert_eq!(redactor().text(FIXTURE), FIXTURE);
    assert!(redactor().take_fresh().is_empty());
}

#[test]
fn replaced_record_says_whether_the_number_is_in_the_test_range() {
    let redactor = redactor();
    let _ = redactor.text("123456782 999990019 123456782");
    let fresh = redactor.take_fresh();
    assert_eq!(fresh.iter().map(|record| record.test_range).collect::<Vec<_>>(), [false, true]);
    assert!(fresh.iter().all(|record| record.elfproof && record.hmac.len() == 16));
    assert!(redactor.take_fresh().is_empty());
}

/// 105000 + check digits that make a concept id which passes the eleven-test as well.
fn concept() -> String {
    (100_000..999_999_u32)
        .flat_map(|head| (0..10).map(move |check| format!("{head}00{check}")))
        .find(|digits| {
            is_elfproof(digits.as_bytes()) && number::judge(format!("\"code\":\"{digits}").as_bytes(), 8) == Verdict::Keep
        })
        .expect("one in a hundred is")
}

#[test]
fn snomed_concept_stays_where_a_code_stands_and_only_there() {
    let code = concept();
    for (before, after) in [
        ("{\"code\": \"", "\"}"),
        ("<code value=\"", "\"/>"),
        ("code=http://snomed.info/sct|", "&x"),
        ("code=http://snomed.info/sct%7C1,", ""),
        ("code=http://snomed.info/sct%7C1%2C22%2C", ""),
        ("SNOMED CT ", ""),
    ] {
        let text = format!("{before}{code}{after}");
        assert_eq!(redactor().text(&text), text);
    }
    for before in ["{\"value\": \"", "<value value=\"", "identifier=http://fhir.nl/fhir/NamingSystem/bsn|"] {
        let text = format!("{before}{code}");
        assert_ne!(redactor().text(&text), text);
    }
}

#[test]
fn is_verhoeff_knows_concepts_of_the_agreement() {
    for code in ["129125009", "713603004", "465460004", "72506001"] {
        assert!(number::is_verhoeff(code.as_bytes()), "{code}");
    }
    assert!(!number::is_verhoeff(b"129125008"));
    assert!(!number::is_verhoeff(b"192125009"));
}

#[test]
fn nanoseconds_are_no_bsn() {
    let text = "2026-11-25T14:03:22.123456782Z";
    assert_eq!(redactor().text(text), text);
}

#[test]
fn last_group_of_a_uuid_is_no_bsn() {
    let text = "urn:uuid:0f8fad5b-d9cb-469f-a165-a123456782bc.";
    assert_eq!(redactor().text(text), text);
    for other in ["a165-a123456782bc", "0f8fad5b-d9cb-469f-a165-a123456782bcd", "x0f8fad5b-d9cb-469f-a165-a123456782bc"] {
        assert_ne!(redactor().text(other), other);
    }
}

#[test]
fn number_that_has_to_be_hidden_is_hidden_wherever_it_stands() {
    let redactor = redactor().hiding([REAL]);
    let text = redactor.text("urn:uuid:0f8fad5b-d9cb-469f-a165-a123456782bc");
    assert!(!text.contains(REAL) && text.len() == 45, "{text}");
}

#[test]
fn secret_is_replaced_in_every_spelling() {
    let redactor = redactor();
    for spelling in [
        SECRET.to_owned(),
        "s3cr3t/to+ken=\\\"1\\\"".to_owned(),
        "s3cr3t/to+ken=&quot;1&quot;".to_owned(),
        "s3cr3t%2Fto%2Bken%3D%221%22".to_owned(),
        "s3cr3t%2fto%2bken%3d%221%22".to_owned(),
        "s3cr3t\\/to+ken=\\\"1\\\"".to_owned(),
        "s3cr3t/to\\u002Bken\\u003d\\u00221\\u0022".to_owned(),
        "s3cr3t&#x2F;to+ken&#61;&#34;1&#34;".to_owned(),
        "s3cr3t%252Fto%252Bken%253D%25221%2522".to_owned(),
        "czNjcjN0L3RvK2tlbj0iMSI".to_owned(),
    ] {
        assert_eq!(redactor.text(&format!("Bearer {spelling}.")), "Bearer ${TOETS_TOKEN}.", "{spelling}");
    }
}

#[test]
fn longer_secret_goes_before_one_that_it_holds() {
    let redactor = Redactor::new(b"key", [("SHORT", "abcd"), ("LONG", "abcdefgh")], []);
    assert_eq!(redactor.text("abcdefgh abcd"), "${LONG} ${SHORT}");
}

#[test]
fn bytes_that_are_no_text_pass_unchanged() {
    let bytes: Vec<u8> = (0..=255).cycle().take(4096).collect();
    assert_eq!(&*redactor().bytes(&bytes), &*bytes);
    let mut planted = vec![0xff, 0x00];
    planted.extend_from_slice(REAL.as_bytes());
    planted.push(0xfe);
    assert_eq!(redactor().bytes(&planted).len(), planted.len());
    assert_ne!(&*redactor().bytes(&planted), &*planted);
}

#[test]
fn redacting_twice_changes_nothing_more() {
    let redactor = redactor();
    let once = redactor.text(r#"{"a":123456782,"b":"123456782"}"#);
    assert_eq!(redactor.text(&once), once);
}

#[test]
fn numbers_beyond_the_bound_are_replaced_without_a_record() {
    let numbers: Vec<String> = (200_000_000_u32..)
        .map(|number| number.to_string())
        .filter(|digits| is_elfproof(digits.as_bytes()))
        .take(10_010)
        .collect();
    let redactor = redactor();
    let redacted = redactor.text(&numbers.join(" "));
    assert!(redacted.split(' ').all(|token| token.starts_with("bsn")));
    assert_eq!(redactor.take_fresh().len(), MOST_RECORDED);
    assert_eq!(redactor.text(&numbers[10_009]), redactor.text(&numbers[10_009]));
}

#[test]
fn longest_secret_is_found() {
    let secret = "aB3+/".repeat(1600);
    let redactor = Redactor::new(b"key", [("LONG", secret.as_str())], []);
    assert_eq!(redactor.text(&format!("<{secret}>")), "<${LONG}>");
}

#[test]
fn learned_secret_is_replaced_as_those_of_the_start_are() {
    let redactor = Redactor::new(b"key", [("FIRST", "first-secret")], []);
    assert_eq!(redactor.text("first-secret later-token"), "${FIRST} later-token");
    redactor.learn("TOKEN", "later-token");
    assert_eq!(redactor.text("first-secret later-token later%2Dtoken"), "${FIRST} ${TOKEN} ${TOKEN}");
}
