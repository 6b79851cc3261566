//! A request that was not sent, as a line for the shell: what only a run knows
//! stands in it as a variable.

use crate::drive::{encode, encode_as, encode_path};
use crate::plan::{ExtraHeader, ExtraValue, IssuedToken, Piece, RequestTemplate, Target, TargetAuth, pieces};
use crate::scenario::{Auth, Encoding, Format, Method};

/// The request as one line for the shell.
#[must_use]
pub fn curl(template: &RequestTemplate, target: &Target) -> String {
    let mut line = format!("curl -H 'accept: {}'", media_type(template.format));
    match (template.auth, &target.auth) {
        (Auth::Normal, TargetAuth::Bearer(variable) | TargetAuth::Issued(IssuedToken { name: variable, .. })) => {
            line.push_str(&format!(" -H \"authorization: Bearer ${variable}\""));
        }
        (Auth::Normal, TargetAuth::Headers(headers)) => {
            headers.iter().for_each(|(name, variable)| line.push_str(&format!(" -H \"{name}: ${variable}\"")));
        }
        (Auth::Invalid, _) => line.push_str(" -H 'authorization: Bearer nobody-gave-this-out'"),
        (Auth::Normal, TargetAuth::None) | (Auth::None, _) => {}
    }
    for ExtraHeader { name, value } in &target.headers {
        line.push_str(&match value {
            ExtraValue::Text(text) => format!(" -H \"{name}: {}\"", literal(text)),
            ExtraValue::Secret(variable) => format!(" -H \"{name}: ${variable}\""),
        });
    }
    let query: Vec<String> = template.parameters.iter().map(|(name, value)| parameter(name, value, template.encoding)).collect();
    let query = query.join("&");
    let url = format!("{}/{}", literal(&target.base), filled(&template.path, encode_path));
    match template.method {
        Method::Post => line.push_str(&format!(" --data \"{query}\" \"{url}/_search\"")),
        Method::Get if query.is_empty() => line.push_str(&format!(" \"{url}\"")),
        Method::Get => line.push_str(&format!(" \"{url}?{query}\"")),
    }
    line
}

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Json => "application/fhir+json",
        Format::Xml => "application/fhir+xml",
    }
}

fn parameter(name: &str, value: &str, encoding: Option<Encoding>) -> String {
    let encoded = |text: &str| match encoding {
        Some(encoding) => encode_as(&[(String::new(), text.to_owned())], encoding).split_off(1),
        None => encode_path(text),
    };
    let name = literal(&encode(&[(name.to_owned(), String::new())]));
    if value.is_empty() { name } else { format!("{name}={}", filled(value, encoded)) }
}

/// Encoded, with late slots as variables.
fn filled(text: &str, encoded: impl Fn(&str) -> String) -> String {
    let piece = |piece| match piece {
        Piece::Literal(text) => literal(&encoded(text)),
        Piece::Slot(name) => format!("${{{}}}", variable(name)),
    };
    pieces(text).into_iter().map(piece).collect()
}

/// `patient:no-plan` is no name that a shell takes.
fn variable(slot: &str) -> String {
    slot.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}

/// Text within double quotes.
fn literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '"' | '\\' | '$' | '`') {
            escaped.push('\\');
        }
        escaped.push(if letter.is_control() { ' ' } else { letter });
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(template: &RequestTemplate) -> String {
        let auth = TargetAuth::Bearer("TOETS_TOKEN".into());
        let base = "https://a.example/fhir";
        curl(template, &Target::new(base, auth))
    }

    fn template() -> RequestTemplate {
        RequestTemplate {
            method: Method::Get,
            path: "Goal".into(),
            parameters: vec![("patient".into(), "Patient/${patient:no-plan}".into()), ("code".into(), "a|1 2".into())],
            format: Format::Json,
            auth: Auth::Normal,
            persona: None,
            encoding: None,
        }
    }

    #[test]
    fn slots_and_the_token_are_variables() {
        let expected = r#"curl -H 'accept: application/fhir+json' -H "authorization: Bearer $TOETS_TOKEN" "https://a.example/fhir/Goal?patient=Patient/${patient_no_plan}&code=a%7C1%202""#;
        assert_eq!(line(&template()), expected);
    }

    #[test]
    fn a_form_is_posted_and_no_credentials_are_none() {
        let template = RequestTemplate { method: Method::Post, auth: Auth::None, ..template() };
        let expected = r#"curl -H 'accept: application/fhir+json' --data "patient=Patient/${patient_no_plan}&code=a%7C1%202" "https://a.example/fhir/Goal/_search""#;
        assert_eq!(line(&template), expected);
    }
}
