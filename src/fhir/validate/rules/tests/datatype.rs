//! Quantities, identifiers, attachments.

use super::{of_observation, of_patient};

#[test]
fn a_unit_is_one_of_ucum() {
    let unit = |code: &str| {
        of_observation(&format!(r#""valueQuantity":{{"value":1,"system":"http://unitsofmeasure.org","code":"{code}"}}"#))
    };
    assert!(unit("mm[Hg]").is_empty());
    assert_eq!(unit("mm Hg"), ["unit-broken"]);
    assert_eq!(unit("mm[Hg"), ["unit-broken"]);
    assert_eq!(unit("flurb"), ["unit-unknown"]);
    assert_eq!(unit("{score}"), ["unit-annotated"]);
    assert!(of_observation(r#""valueQuantity":{"value":1,"system":"http://x.nl","code":"mm Hg"}"#).is_empty());
}

#[test]
fn an_identifier_has_an_absolute_system_and_a_uri_where_it_says_so() {
    let of = |system: &str, value: &str| of_patient(&format!(r#""identifier":[{{"system":"{system}","value":"{value}"}}]"#));
    assert!(of("http://x.nl/i", "1").is_empty());
    assert_eq!(of("bsn", "1"), ["identifier-system-relative"]);
    assert_eq!(of("urn:ietf:rfc:3986", "123"), ["identifier-value-not-a-uri"]);
    assert!(of("urn:ietf:rfc:3986", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520").is_empty());
}

#[test]
fn an_attachment_has_the_size_that_it_says() {
    let of = |elements: &str| of_patient(&format!("\"photo\":[{{{elements}}}]"));
    assert!(of(r#""contentType":"image/png","data":"YWJjZA==","size":4"#).is_empty());
    assert_eq!(of(r#""contentType":"image/png","data":"YWJjZA==","size":5"#), ["attachment-size-wrong"]);
    assert_eq!(of(r#""title":"x""#), ["attachment-without-content"]);
}
