//! OAuth 2 client credentials (RFC 6749, 4.4): one request, one answer.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::Value;
use tokio::time::timeout;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::broken::broken;
use super::client::ClientError;
use super::connect::{Tls, connections};
use super::token::TokenError;
use crate::evidence::BrokenKind;

/// Bytes of an answer that are read.
const LONGEST: usize = 64 << 10;
/// Letters of what an endpoint says that are shown.
const SHOWN: usize = 200;

/// How tokens are asked for.
#[derive(Clone)]
pub struct OAuth2 {
    /// Token endpoint.
    pub endpoint: String,
    /// Id of the client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Scopes.
    pub scope: Option<String>,
    /// How id and secret are sent.
    pub send: ClientSecret,
}

/// How id and secret of a client are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientSecret {
    /// In the Authorization header.
    Header,
    /// In the form.
    Form,
}

impl std::fmt::Debug for OAuth2 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OAuth2").field("endpoint", &self.endpoint).field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// What an endpoint gave.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) token: String,
    pub(super) lifetime_s: Option<u64>,
}

/// Connections to a token endpoint.
pub(super) fn connected(oauth: &OAuth2, connect: Duration, tls: &Tls) -> Result<reqwest::Client, ClientError> {
    let unreadable = |why: url::ParseError| ClientError::Endpoint(oauth.endpoint.clone(), why.to_string());
    connections(&Url::parse(&oauth.endpoint).map_err(unreadable)?, connect, tls)
}

/// Asks for a token.
pub(super) async fn granted(http: &reqwest::Client, oauth: &OAuth2, deadline: Duration) -> Result<Granted, TokenError> {
    let unreachable = |detail: String| TokenError::Unreachable { of: oauth.endpoint.clone(), detail };
    let late = || unreachable(format!("no whole answer within {} ms", deadline.as_millis()));
    let (status, body) = timeout(deadline, answer(http, oauth)).await.map_err(|_| late())?.map_err(unreachable)?;
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status != 200 {
        let told = told(&json, oauth);
        return Err(TokenError::Refused { of: oauth.endpoint.clone(), status, told, hint: hint(status, &json) });
    }
    read(&json).map_err(|problem| TokenError::Unusable { of: oauth.endpoint.clone(), problem })
}

async fn answer(http: &reqwest::Client, oauth: &OAuth2) -> Result<(u16, Vec<u8>), String> {
    let request = http.post(&oauth.endpoint).header(ACCEPT, "application/json");
    let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(oauth));
    let request = match oauth.send {
        ClientSecret::Header => {
            // RFC 6749, 2.3.1: both are encoded as in a form before they are put together.
            let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            request.basic_auth(encoded(&oauth.client_id), Some(encoded(&oauth.client_secret)))
        }
        ClientSecret::Form => request,
    };
    let mut response = request.send().await.map_err(|error| said(&error))?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| said(&error))? {
        if body.len() + piece.len() > LONGEST {
            return Err(format!("its answer is larger than {LONGEST} bytes"));
        }
        body.extend_from_slice(&piece);
    }
    Ok((status, body))
}

fn form(oauth: &OAuth2) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    form.extend_pairs(oauth.scope.iter().map(|scope| ("scope", scope)));
    if oauth.send == ClientSecret::Form {
        form.append_pair("client_id", &oauth.client_id).append_pair("client_secret", &oauth.client_secret);
    }
    form.finish()
}

fn said(error: &reqwest::Error) -> String {
    let broken = broken(error, None);
    match broken.kind {
        BrokenKind::Name => format!("the host name does not resolve ({})", broken.detail),
        BrokenKind::Connect => format!("nobody listens there ({})", broken.detail),
        BrokenKind::Tls => format!("the TLS connection failed ({})", broken.detail),
        _ => broken.detail,
    }
}

fn read(json: &Value) -> Result<Granted, String> {
    let token = json["access_token"].as_str().filter(|token| !token.is_empty()).ok_or("its answer holds no `access_token`")?;
    if let Some(kind) = json["token_type"].as_str().filter(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(format!("the token is of type `{}`, and only `Bearer` can be sent", shown(kind)));
    }
    let lifetime = &json["expires_in"];
    let lifetime_s = lifetime.as_u64().or_else(|| lifetime.as_str().and_then(|text| text.parse().ok()));
    Ok(Granted { token: token.to_owned(), lifetime_s: lifetime_s.filter(|seconds| *seconds > 0) })
}

/// What an endpoint says of its refusal, without the secret that it may repeat.
fn told(json: &Value, oauth: &OAuth2) -> String {
    let part = |key: &str| json[key].as_str().map(|text| shown(&text.replace(&oauth.client_secret, "…")));
    match (part("error"), part("error_description")) {
        (None, _) => String::new(),
        (Some(error), None) => format!(": `{error}`"),
        (Some(error), Some(description)) => format!(": `{error}` ({description})"),
    }
}

fn hint(status: u16, json: &Value) -> &'static str {
    match (json["error"].as_str(), status) {
        (Some("invalid_client"), _) | (None, 401) => {
            "look at `client-id` and the secret; an endpoint that wants them in the form needs `send: form`"
        }
        (Some("invalid_scope"), _) => "look at `scope`",
        (Some("unauthorized_client" | "unsupported_grant_type"), _) => "have the client allowed to use `client_credentials`",
        (_, 300..=399) => "it redirects: name the place where it leads as `endpoints.token`",
        (_, 404 | 405) => "look at `endpoints.token`: this is no token endpoint",
        _ => "look at `endpoints.token` and `auth.oauth2`",
    }
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN).map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn read_takes_a_lifetime_as_a_number_or_text_and_zero_as_unknown() {
        let lifetime = |value: Value| read(&json!({"access_token": "a", "expires_in": value})).map(|granted| granted.lifetime_s);
        assert_eq!(lifetime(json!(60)), Ok(Some(60)));
        assert_eq!(lifetime(json!("60")), Ok(Some(60)));
        assert_eq!(lifetime(json!(0)), Ok(None));
        assert_eq!(lifetime(json!(null)), Ok(None));
    }

    #[test]
    fn read_refuses_what_is_no_bearer_token() {
        assert!(read(&json!({"token": "a"})).is_err());
        assert!(read(&json!({"access_token": "a", "token_type": "DPoP"})).is_err());
    }
}
