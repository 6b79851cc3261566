//! Whose a request is, as a table.

use super::fit::{Credential, Fit, Reason, Shown, Stray, fit, fit_elsewhere};
use super::seat::{Fingerprint, Seat};

fn seats() -> Vec<Seat> {
    let seat = |name: &str, certificate: &[u8]| Seat {
        name: name.to_owned(),
        path: format!("/{name}-00112233/fhir"),
        token: format!("token-of-{name}"),
        client_certificate: Some(Fingerprint::of(certificate)),
    };
    vec![seat("anna", b"a"), seat("bert", b"b")]
}

/// Path, values of `Authorization`, certificate.
fn ask(path: &str, tokens: &[&str], certificate: Option<&[u8]>, elsewhere: bool) -> Fit {
    let headers: Vec<(String, String)> = tokens.iter().map(|token| ("authorization".to_owned(), (*token).to_owned())).collect();
    let certificate = certificate.map(Fingerprint::of);
    let shown = Shown { path, headers: &headers, certificate: certificate.as_ref() };
    if elsewhere { fit_elsewhere(&seats(), shown) } else { fit(&seats(), shown) }
}

fn stray(nearest: Option<&str>, other: Option<&str>, reason: Reason) -> Fit {
    Fit::Stray(Stray { nearest: nearest.map(str::to_owned), other: other.map(str::to_owned), reason })
}

const A: &str = "/anna-00112233/fhir/Consent";
const B: &str = "/bert-00112233/fhir";
const TOKEN_A: &str = "Bearer token-of-anna";
const TOKEN_B: &str = "bearer  token-of-bert";

#[test]
fn path_and_token_together() {
    use Credential::{Malformed, Missing, Right, Unknown};
    let table: &[(&str, &[&str], Fit)] = &[
        (A, &[TOKEN_A], Fit::Seat(0, Right)),
        (B, &[TOKEN_B], Fit::Seat(1, Right)),
        (A, &[], Fit::Seat(0, Missing)),
        (A, &["Bearer nobody"], Fit::Seat(0, Unknown)),
        (A, &["Bearer "], Fit::Seat(0, Unknown)),
        (A, &["Basic dG9rZW4="], Fit::Seat(0, Malformed)),
        (A, &[TOKEN_A, "Bearer nobody"], Fit::Seat(0, Malformed)),
        (A, &[TOKEN_B], stray(Some("anna"), Some("bert"), Reason::TokenOfAnother)),
        (A, &[TOKEN_A, TOKEN_B], stray(Some("anna"), Some("bert"), Reason::TwoTokens)),
        ("/x/y", &[TOKEN_A, TOKEN_B], stray(Some("anna"), Some("bert"), Reason::TwoTokens)),
        ("/x/y", &[TOKEN_A], stray(Some("anna"), None, Reason::PathUnknown)),
        ("/anna-00112233/Consent", &[TOKEN_A], stray(Some("anna"), None, Reason::PathShort)),
        ("/anna-00112233", &[], stray(Some("anna"), None, Reason::PathShort)),
        ("/Anna-00112233/fhir/Consent", &[TOKEN_A], stray(Some("anna"), None, Reason::PathAlmost)),
        ("/anna-00112234/fhir/Consent", &[], stray(Some("anna"), None, Reason::PathAlmost)),
        ("/anna-00112233/fhirs", &[], stray(Some("anna"), None, Reason::PathShort)),
        ("/bert-00112233/fhi", &[TOKEN_A], stray(Some("anna"), None, Reason::PathUnknown)),
        ("/", &[], stray(None, None, Reason::NothingKnown)),
        ("", &["Bearer nobody"], stray(None, None, Reason::NothingKnown)),
        ("//anna-00112233/fhir/Consent", &[], stray(Some("anna"), None, Reason::PathShort)),
        ("/%61nna-00112233/fhir/Consent", &[], stray(Some("anna"), None, Reason::PathAlmost)),
        ("/anna-00112233/fhir/../../bert-00112233/fhir/Consent", &[TOKEN_A], Fit::Seat(0, Right)),
        (
            "/anna-00112233/fhir/../../bert-00112233/fhir/Consent",
            &[TOKEN_B],
            stray(Some("anna"), Some("bert"), Reason::TokenOfAnother),
        ),
    ];
    for (path, tokens, wanted) in table {
        assert_eq!(ask(path, tokens, None, false), *wanted, "{path} {tokens:?}");
    }
}

#[test]
fn client_certificate_has_to_fit_as_well() {
    use Credential::{Missing, Right};
    let table: &[(&str, &[&str], &[u8], Fit)] = &[
        (A, &[TOKEN_A], b"a", Fit::Seat(0, Right)),
        (A, &[], b"a", Fit::Seat(0, Missing)),
        (A, &[TOKEN_A], b"b", stray(Some("bert"), Some("anna"), Reason::CertificateOfAnother)),
        (A, &[], b"b", stray(Some("bert"), Some("anna"), Reason::CertificateOfAnother)),
        (A, &[TOKEN_B], b"a", stray(Some("anna"), Some("bert"), Reason::CertificateOfAnother)),
        (A, &[TOKEN_A], b"other", stray(Some("anna"), None, Reason::CertificateUnknown)),
        ("/x", &[], b"a", stray(Some("anna"), None, Reason::PathUnknown)),
        ("/x", &[TOKEN_A], b"a", stray(Some("anna"), None, Reason::PathUnknown)),
        ("/x", &[TOKEN_B], b"a", stray(Some("anna"), Some("bert"), Reason::CertificateOfAnother)),
        ("/anna-00112233", &[], b"a", stray(Some("anna"), None, Reason::PathShort)),
    ];
    for (path, tokens, certificate, wanted) in table {
        assert_eq!(ask(path, tokens, Some(certificate), false), *wanted, "{path} {tokens:?}");
    }
}

#[test]
fn at_the_other_origin_path_or_token_is_enough() {
    let nobody = stray(None, None, Reason::NothingKnown);
    assert_eq!(ask(A, &[], None, true), Fit::Seat(0, Credential::Missing));
    assert_eq!(ask("/next", &[TOKEN_A], None, true), Fit::Seat(0, Credential::Right));
    assert_eq!(ask(A, &[TOKEN_A], None, true), Fit::Seat(0, Credential::Right));
    assert_eq!(ask("/next", &["Bearer nobody"], None, true), nobody);
    assert_eq!(ask(A, &[TOKEN_B], None, true), stray(Some("anna"), Some("bert"), Reason::TokenOfAnother));
    assert_eq!(ask(B, &[TOKEN_A], None, true), stray(Some("bert"), Some("anna"), Reason::TokenOfAnother));
}
