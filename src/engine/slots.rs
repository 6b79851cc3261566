//! Filling late slots: `${patient}`, `${bsn}`, `${patient:PERSONA}`,
//! `${unknown}` and captures, at the moment that a request is sent.

use std::collections::BTreeMap;

use crate::drive::{Credentials, Request, encode, encode_as, encode_path};
use crate::evidence::OmittedReason;
use crate::plan::{Piece, Plan, RequestTemplate, pieces};
use crate::scenario::{Auth, Method};

/// What slots are filled with.
pub(super) struct Slots<'a> {
    /// The plan, for BSNs.
    pub(super) plan: &'a Plan,
    /// Logical ids on the server by persona.
    pub(super) patients: &'a BTreeMap<String, String>,
    /// The persona that the request is about.
    pub(super) persona: Option<&'a str>,
    /// Captures of the scenario so far.
    pub(super) captures: &'a BTreeMap<String, Vec<String>>,
    /// The capture that the step repeats for, and its present value.
    pub(super) each: Option<(&'a str, &'a str)>,
    /// Sixteen letters of this step.
    pub(super) generated: &'a str,
}

impl Slots<'_> {
    /// The request without its slots, encoded.
    ///
    /// # Errors
    /// With the value that is missing, or that is several.
    pub(super) fn request(&self, template: &RequestTemplate, address: &crate::drive::Address) -> Result<Request, OmittedReason> {
        let path = self.fill(&template.path, encode_path)?;
        let mut parameters = Vec::with_capacity(template.parameters.len());
        for (name, value) in &template.parameters {
            parameters.push((self.fill(name, str::to_owned)?, self.fill(value, str::to_owned)?));
        }
        let query = match template.encoding {
            None => encode(&parameters),
            Some(encoding) => encode_as(&parameters, encoding),
        };
        let credentials = credentials(template.auth, self.generated);
        let (url, form) = match template.method {
            Method::Get => (address.request(&path, &query), None),
            Method::Post => (address.request(&search_path(&path), ""), Some(query)),
        };
        Ok(Request { url, method: template.method, form, format: template.format, credentials })
    }

    fn fill(&self, text: &str, encode: impl Fn(&str) -> String) -> Result<String, OmittedReason> {
        let mut filled = String::new();
        for piece in pieces(text) {
            match piece {
                Piece::Literal(literal) => filled.push_str(literal),
                // A whole absolute URL that an answer gave is taken as it is: `drive` holds it against the base.
                Piece::Slot(name) => {
                    let value = self.value(name)?;
                    let whole = text.len() == name.len() + 3 && value.contains("://");
                    filled.push_str(&if whole { value } else { encode(&value) });
                }
            }
        }
        Ok(filled)
    }

    fn value(&self, name: &str) -> Result<String, OmittedReason> {
        if let Some((capture, value)) = self.each
            && capture == name
        {
            return Ok(value.to_owned());
        }
        if let Some(values) = self.captures.get(name) {
            return match &values[..] {
                [value] => Ok(value.clone()),
                _ => Err(OmittedReason::Capture(name.to_owned())),
            };
        }
        let (kind, persona) = name.split_once(':').map_or((name, self.persona), |(kind, persona)| (kind, Some(persona)));
        match (kind, persona) {
            ("unknown", _) => Ok(format!("toets-{}", self.generated)),
            ("patient", Some(persona)) => {
                self.patients.get(persona).cloned().ok_or_else(|| OmittedReason::Persona(persona.to_owned()))
            }
            ("bsn", Some(persona)) => {
                let known = self.plan.persona(persona).ok_or_else(|| OmittedReason::Persona(persona.to_owned()))?;
                known.known_bsn().map(str::to_owned).ok_or(OmittedReason::Bsn)
            }
            _ => Err(OmittedReason::Capture(name.to_owned())),
        }
    }
}

/// What is shown to the server; an invalid token is the step's own.
pub(super) fn credentials(auth: Auth, generated: &str) -> Credentials {
    match auth {
        Auth::Normal => Credentials::Run,
        Auth::None => Credentials::None,
        Auth::Invalid => Credentials::Invalid(format!("toets-invalid-{generated}")),
    }
}

/// `Patient/_search`
fn search_path(path: &str) -> String {
    if path.ends_with("_search") { path.to_owned() } else { format!("{}/_search", path.trim_end_matches('/')) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreements::{Actor, Dialect};
    use crate::drive::Address;
    use crate::plan::{Claims, Data, PlannedPersona, SuiteId, Target, TargetAuth, split};
    use crate::scenario::Format;

    fn plan() -> Plan {
        let base = "http://localhost/fhir".to_owned();
        let target = Target::new(base, TargetAuth::None);
        let persona = PlannedPersona {
            persona: "anna".to_owned(),
            bsn: "999900006".to_owned(),
            given: None,
            fixture: "a".to_owned(),
            lookup: String::new(),
            data: Data::Fixture,
        };
        Plan {
            claims: Claims { product: None, actor: Actor::Provider, dialect: Dialect::R4Rc2, groups: Vec::new() },
            suite: SuiteId { version: "0".to_owned(), digest: String::new() },
            target,
            personas: vec![persona],
            scenarios: Vec::new(),
            unclaimed: std::collections::BTreeSet::new(),
            selection: None,
            known: Vec::new(),
            not_entered: Vec::new(),
            shard: None,
        }
    }

    fn url(template: &str, capture: &[&str]) -> Result<String, OmittedReason> {
        let (path, parameters) = split(template);
        let method = Method::Get;
        let (format, auth) = (Format::Json, Auth::Normal);
        let template = RequestTemplate { method, path, parameters, format, auth, persona: None, encoding: None };
        let values = capture.iter().map(|value| (*value).to_owned()).collect();
        let (plan, captures) = (plan(), BTreeMap::from([("c".to_owned(), values)]));
        let patients = BTreeMap::from([("anna".to_owned(), "7".to_owned())]);
        let slots = Slots {
            plan: &plan,
            patients: &patients,
            persona: None,
            captures: &captures,
            each: None,
            generated: "0123456789abcdef",
        };
        let address = Address::new("http://localhost/fhir").expect("it is a base");
        slots.request(&template, &address).map(|request| request.url.replace("http://localhost/fhir/", ""))
    }

    #[test]
    fn slot_of_a_persona_is_its_id_or_its_bsn() {
        assert_eq!(
            url("Goal?patient=Patient/${patient:anna}&x=${bsn:anna}", &[]).as_deref(),
            Ok("Goal?patient=Patient/7&x=999900006")
        );
        assert_eq!(url("Goal/${patient:bram}", &[]), Err(OmittedReason::Persona("bram".to_owned())));
    }

    #[test]
    fn captured_value_adds_no_query_to_a_path_and_no_parameter_to_a_query() {
        assert_eq!(url("Goal/${c}", &["a?b=c#d&e"]).as_deref(), Ok("Goal/a%3Fb=c%23d%26e"));
        assert_eq!(url("Goal?x=${c}", &["a&b=c"]).as_deref(), Ok("Goal?x=a%26b=c"));
    }

    #[test]
    fn captured_absolute_url_is_taken_whole() {
        assert_eq!(url("${c}", &["http://localhost/fhir/Patient/1"]).as_deref(), Ok("Patient/1"));
    }

    #[test]
    fn capture_with_no_or_several_values_is_no_value() {
        for values in [&[][..], &["a", "b"]] {
            assert_eq!(url("Goal/${c}", values), Err(OmittedReason::Capture("c".to_owned())));
        }
    }

    #[test]
    fn unknown_looks_like_an_id_of_ours() {
        assert_eq!(url("Goal/${unknown}", &[]).as_deref(), Ok("Goal/toets-0123456789abcdef"));
    }
}
