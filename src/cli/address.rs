//! How a user says which server and with what credentials: words that several
//! subcommands share.

/// Name of the variable that holds the bearer token.
pub(crate) const TOKEN: &str = "TOETS_TOKEN";

/// How to name a server.
pub(crate) const BASE: &str = "name the FHIR base of the server, for example `--url https://test.example.nl/fhir`";
