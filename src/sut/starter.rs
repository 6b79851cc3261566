//! The file that `toets init` writes: every key that most need, each with what
//! it is for; the others are in the manual.

use super::SCHEMA_FILE;
use crate::agreements::Dialect;

/// What is asked before the file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Name of the product.
    pub product: String,
    /// FHIR base URL.
    pub base: String,
    /// Version of the agreement.
    pub version: Dialect,
    /// How requests are authenticated.
    pub auth: AuthAnswer,
    /// The environment variable of the token or secret.
    pub variable: String,
}

/// How requests are authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthAnswer {
    /// Not at all.
    None,
    /// A bearer token in a variable.
    Bearer,
    /// OAuth 2 client credentials.
    OAuth2,
    /// A program that prints a token.
    Command,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            product: "My product".to_owned(),
            base: "https://test.example.org/fhir".to_owned(),
            version: Dialect::R4Rc2,
            auth: AuthAnswer::Bearer,
            variable: "TOETS_TOKEN".to_owned(),
        }
    }
}

/// The file with these answers.
#[must_use]
pub fn starter(answers: &Answers) -> String {
    let Answers { product, base, variable, .. } = answers;
    let version = serde_json::to_value(answers.version).unwrap_or_default();
    let version = version.as_str().unwrap_or("r4-rc2");
    let (token, auth) = match answers.auth {
        AuthAnswer::None => ("", "auth: none\n".to_owned()),
        AuthAnswer::Bearer => ("", format!("auth:\n  bearer: {{ env: {variable} }}\n")),
        AuthAnswer::OAuth2 => (
            "  token: \"https://test.example.org/oauth/token\"\n",
            format!(
                "auth:\n  oauth2:\n    client-id: \"toets\"\n    client-secret: {{ env: {variable} }}\n    # scope: \"system/*.read\"\n"
            ),
        ),
        AuthAnswer::Command => ("", "auth:\n  command: [get-token, --quiet]\n".to_owned()),
    };
    format!(
        "\
# yaml-language-server: $schema={SCHEMA_FILE}
# The system under test. `toets run` reads this file when it is in the folder
# where you run it; what you say on the command line wins. No secret stands in
# here, so it may go into version control.

product:
  # vendor: \"Example B.V.\"
  name: {product}
  # version: \"7.4.1\"

claims:
  actor: provider  # or consulter, for a client, or both
  version: {version}

endpoints:
  fhir: {base}
{token}
# none, bearer, oauth2, command or headers. Secrets come from the environment
# (`env`), a file (`file`) or the terminal (`prompt`).
{auth}
# tls:
#   authorities: \"our-ca.pem\"       # trusted beside those of this system
#   client: {{ certificate: \"client.pem\", key: \"client-key.pem\" }}

# data:
#   personas: {{ full-plan: \"123\", sparse-plan: \"124\", no-plan: \"125\", represented: \"126\" }}

# limits:
#   parallel: 8
#   per-second: 20
#   deadline: 20

# known-failures:
#   - requirement: PZP-QRY-023
#     reason: \"ticket 123: paging is being mended\"
#     until: \"2027-01-31\"
",
        product = quoted(product),
        base = quoted(base),
    )
}

/// Text between double quotes, as YAML reads it back.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
