//! Which version of FHIR a server says that it speaks, for commands that would
//! compare it with the data of another without a word. Judges nothing.

use super::failure::Failure;
use crate::agreements::{Dialect, FhirVersion};
use crate::drive::{Client, Credentials, Reply, Request};
use crate::evidence::{Evidence, Outcome, Record};
use crate::scenario::{Format, Method};

/// The version at `metadata`: what stands there, else what the answer is sent as. Nothing where neither is to be had.
pub(crate) async fn at_metadata(client: &Client) -> Option<String> {
    let url = client.address().request("metadata", "");
    let request = Request { url, method: Method::Get, form: None, format: Format::Json, credentials: Credentials::Run };
    let reply = client.send(&request).await.outcome.ok().filter(|reply| (200..300).contains(&reply.status))?;
    stated(&reply).or_else(|| sent_as(&reply.headers))
}

/// The version that the first of the answers to say so was sent as.
pub(crate) fn in_answers(evidence: &Evidence) -> Option<String> {
    evidence.records.iter().find_map(|record| match record {
        Record::Exchange(exchange) => match &exchange.outcome {
            Outcome::Answered(received) if (200..300).contains(&received.status) => sent_as(&received.headers),
            _ => None,
        },
        _ => None,
    })
}

/// Ends the command when the server speaks another version than it would be held against.
pub(crate) fn agrees(said: Option<&str>, meant: FhirVersion) -> Result<(), Failure> {
    let Some(said) = said.filter(|said| !is_of(said, meant)) else { return Ok(()) };
    let (meant, number) = (meant.name(), meant.number());
    match FhirVersion::ALL.into_iter().find(|fhir| is_of(said, *fhir)) {
        Some(spoken) => {
            let name = spoken.name();
            let claims = Dialect::ALL.into_iter().filter(|dialect| dialect.fhir() == spoken).map(Dialect::word);
            let claims = claims.collect::<Vec<_>>().join(", ");
            let what = format!("the server says that it speaks {name} ({said}), and would be compared with the data in {meant}");
            Err(Failure::usage(what).hint(format!(
                "compare with `--fhir {name}` (in sut.yaml: `claims: {{ version: … }}` with one of {claims}), \
                 or name the address at which it speaks {meant}"
            )))
        }
        None => {
            let what = format!("the server says that it speaks FHIR {said}, and would be compared with the data in {meant}");
            Err(Failure::usage(what).hint(format!("name the address at which it speaks {meant} ({number})")))
        }
    }
}

/// Whether a version number is one of a version of FHIR: `4.0.1` and `4.0` are.
fn is_of(said: &str, fhir: FhirVersion) -> bool {
    said == fhir.short() || said.strip_prefix(fhir.short()).is_some_and(|rest| rest.starts_with('.'))
}

/// The element of a CapabilityStatement, in JSON or XML.
fn stated(reply: &Reply) -> Option<String> {
    let text = String::from_utf8_lossy(&reply.body);
    let (_, rest) = text.split_once("fhirVersion").filter(|_| text.contains("CapabilityStatement"))?;
    number(rest)
}

/// The parameter of a media type: `application/fhir+json; fhirVersion=4.0`.
fn sent_as(headers: &[(String, String)]) -> Option<String> {
    let (_, media) = headers.iter().find(|(name, _)| name == "content-type")?;
    number(media.split_once("fhirVersion=")?.1)
}

/// The number that a text begins with, behind what is put around it.
fn number(text: &str) -> Option<String> {
    let text = text.trim_start_matches(|letter: char| letter.is_whitespace() || "\":=".contains(letter));
    let text = text.strip_prefix("value=\"").unwrap_or(text);
    let number: String = text.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    number.starts_with(|first: char| first.is_ascii_digit()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &str) -> Option<String> {
        stated(&Reply { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() })
    }

    #[test]
    fn stated_is_the_version_in_json_and_in_xml() {
        let json = r#"{ "resourceType": "CapabilityStatement", "fhirVersion" : "3.0.2" }"#;
        assert_eq!(said(json).as_deref(), Some("3.0.2"));
        let xml = r#"<CapabilityStatement xmlns="http://hl7.org/fhir"><fhirVersion value="4.0.1"/></CapabilityStatement>"#;
        assert_eq!(said(xml).as_deref(), Some("4.0.1"));
        assert_eq!(said("<html>fhirVersion 4.0.1</html>"), None);
        assert_eq!(said(r#"{ "resourceType": "CapabilityStatement", "fhirVersion": null }"#), None);
    }

    #[test]
    fn sent_as_is_the_parameter_of_the_media_type() {
        let headers = |media: &str| vec![("content-type".to_owned(), media.to_owned())];
        assert_eq!(sent_as(&headers("application/fhir+json; fhirVersion=3.0; charset=utf-8")).as_deref(), Some("3.0"));
        assert_eq!(sent_as(&headers("application/fhir+json")), None);
    }

    #[test]
    fn agrees_stops_at_another_version_and_at_none_that_is_known() {
        assert!(agrees(None, FhirVersion::R4).is_ok());
        assert!(agrees(Some("4.0"), FhirVersion::R4).is_ok() && agrees(Some("4.0.0"), FhirVersion::R4).is_ok());
        let other = agrees(Some("3.0.2"), FhirVersion::R4).expect_err("it is another");
        assert!(other.hint.is_some_and(|hint| hint.contains("--fhir STU3") && hint.contains("stu3-rc2")));
        assert!(agrees(Some("4.3.0"), FhirVersion::R4).is_err() && agrees(Some("4.0.1"), FhirVersion::Stu3).is_err());
    }
}
