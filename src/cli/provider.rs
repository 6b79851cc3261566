//! `toets provider`: the reference provider, until it is stopped.

use super::arguments::ProviderArguments;
use super::failure::Failure;
use super::terminal::Terminal;
use super::{runtime, suite};
use crate::agreements::FhirVersion;
use crate::clock;
use crate::judge::ExitCode;
use crate::nearest;
use crate::scenario::Suite;
use crate::serve::{self, Config, StartError};

/// Serves until Ctrl-C.
pub(crate) fn provider(arguments: &ProviderArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let suite = suite::suite(arguments.suite.as_deref(), terminal)?;
    let token = std::env::var(super::address::TOKEN).ok().filter(|token| !token.trim().is_empty());
    let token = token.unwrap_or_else(|| clock::random_hex(16));
    runtime::block_on(async {
        let mut config = Config::new(&suite, token.clone());
        config.fhir = arguments.fhir.into();
        config.port = arguments.port;
        config.faults.clone_from(&arguments.faults);
        let running = serve::start(config).await.map_err(|why| failure(why, &suite))?;
        terminal.say(&greeting((&running.base_url, &token), &suite, arguments));
        // Without signals it serves until the process is ended.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        running.stop().await;
        Ok(ExitCode::Conformant)
    })?
}

fn greeting((base, token): (&str, &str), suite: &Suite, arguments: &ProviderArguments) -> String {
    let fhir = FhirVersion::from(arguments.fhir);
    let version = if fhir == FhirVersion::R4 { String::new() } else { format!(", speaking {}", fhir.name()) };
    let mut lines = vec![format!("Toets reference provider on {base}{version}"), format!("  token    {token}")];
    lines.extend(arguments.faults.iter().map(|fault| format!("  fault    {fault}")));
    for persona in &suite.personas {
        lines.push(format!("  persona  {}  BSN {}  Patient/{}", persona.persona, persona.bsn, persona.patient));
    }
    let patient = suite.personas.first().map_or("1", |persona| persona.patient.as_str());
    lines.push(format!("  try      curl -H 'Authorization: Bearer {token}' '{base}/Consent?patient={patient}'"));
    lines.push("Ctrl-C stops it".to_owned());
    lines.join("\n")
}

/// Why the provider did not start, as the user can mend it.
pub(crate) fn failure(why: StartError, suite: &Suite) -> Failure {
    let failure = Failure::usage(why.to_string());
    match &why {
        StartError::Port { .. } => failure.hint("name another port with `--port`; 0 takes one that is free"),
        StartError::UnknownFault(name) => match nearest::nearest(name, suite.faults.iter().map(|fault| fault.fault.as_str())) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint("faults are the files in `scenarios/faults`"),
        },
        _ => Failure { exit: ExitCode::Harness, ..failure },
    }
}
