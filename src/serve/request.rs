//! A request as plain values, and what it asks for. Nothing here answers it.

use crate::fhir::search::{Query, QueryError};
use crate::fhir::types::Types;

/// A request, read from the wire.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    /// `GET`
    pub(super) method: String,
    /// Path below the base, without slashes at its ends; `None` when it is not below the base.
    pub(super) path: Option<String>,
    /// Query of the URL, as written.
    pub(super) query: String,
    /// Headers, names in small letters.
    pub(super) headers: Vec<(String, String)>,
    /// Body.
    pub(super) body: Vec<u8>,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Interaction {
    /// `GET metadata`
    Capabilities,
    /// `GET Type/id`
    Read { resource: String, id: String },
    /// `GET Type?…` or `POST Type/_search`
    Search { resource: String },
    /// There is something here, but not by this method; the ones that are allowed.
    WrongMethod(&'static str),
    /// There is no such resource type.
    UnknownType,
    /// There is nothing here.
    Nowhere,
}

const FORM: &str = "application/x-www-form-urlencoded";

/// The bearer token in a header `Authorization`.
pub(super) fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl Request {
    /// The value of the first header with this name, which is in small letters.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// The bearer token it carries.
    pub(super) fn token(&self) -> Option<&str> {
        bearer(self.header("authorization")?)
    }

    /// Whether the client wants unknown parameters refused.
    pub(super) fn is_strict(&self) -> bool {
        let preferred = self.headers.iter().filter(|(name, _)| name == "prefer").flat_map(|(_, value)| value.split([',', ';']));
        preferred.map(str::trim).any(|preference| preference == "handling=strict")
    }

    /// Whether a search sends its parameters as something else than a form.
    pub(super) fn is_other_form(&self) -> bool {
        let media_type = self.header("content-type").unwrap_or(FORM);
        !media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(FORM)
    }

    /// The parameters of the URL and of the form in the body.
    pub(super) fn parameters(&self) -> Result<Query, QueryError> {
        let mut query = Query::parse(&self.query)?;
        if self.method == "POST" && !self.is_other_form() {
            query.parameters.extend(Query::parse(&String::from_utf8_lossy(&self.body))?.parameters);
        }
        Ok(query)
    }

    /// What it asks for.
    pub(super) fn interaction(&self, types: &Types) -> Interaction {
        let Some(path) = &self.path else { return Interaction::Nowhere };
        let segments: Vec<&str> = path.split('/').collect();
        let get = self.method == "GET";
        match *segments {
            ["metadata"] if get => Interaction::Capabilities,
            ["metadata"] => Interaction::WrongMethod("GET"),
            [""] => Interaction::Nowhere,
            [resource, ..] if types.resource(resource).is_none() => Interaction::UnknownType,
            [resource] if get => Interaction::Search { resource: resource.to_owned() },
            [_] => Interaction::WrongMethod("GET"),
            [resource, "_search"] if self.method == "POST" => Interaction::Search { resource: resource.to_owned() },
            [_, "_search"] => Interaction::WrongMethod("POST"),
            [resource, id] if get => Interaction::Read { resource: resource.to_owned(), id: id.to_owned() },
            [_, _] => Interaction::WrongMethod("GET"),
            _ => Interaction::Nowhere,
        }
    }
}
