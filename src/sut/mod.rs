//! The vendor's file, `sut.yaml`: what the system under test is, how it is
//! reached, and what of it is known to fail. The vocabulary as types, loading
//! with every mistake at once. Values of secrets are never here: only where
//! they come from.

mod check;
mod load;
mod starter;
mod vocabulary;

pub use load::{Mistakes, is_vendors_file, load, schema};
pub use starter::{Answers, AuthAnswer, starter};
pub use vocabulary::{
    Auth, ClaimsSection, ClientCertificate, ClientSection, Data, Endpoints, Header, KnownFailure, LimitsSection, NotEntered,
    OAuth2, Part, Product, Secret, Send, Subject, SystemUnderTest, Tls,
};

/// Name of the file that is read when no other is named.
pub const FILE: &str = "sut.yaml";

/// Name of its schema.
pub const SCHEMA_FILE: &str = "sut.schema.json";
