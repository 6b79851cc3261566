//! `toets recognise`: what a request is, how it differs from the agreement, and
//! which version it is of.

use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use super::suite;
use super::terminal::Terminal;
use crate::agreements::Dialect;
use crate::judge::ExitCode;
use crate::recognise::{Asked, Difference, Kind, Recognised, Recogniser, Tongue};
use crate::scenario::Suite;
use crate::text::{Language, Text};

/// Arguments of `toets recognise`.
#[derive(Debug, Args)]
pub(crate) struct RecogniseArguments {
    /// Request below the base URL, between quotes: "Goal?patient=1&category=http://snomed.info/sct|713603004"
    #[arg(value_name = "REQUEST")]
    pub(crate) request: String,
    /// Version that is claimed
    #[arg(long, value_name = "VERSION", default_value = "r4-rc2", value_parser = suite::claimed)]
    pub(crate) claimed: Dialect,
    /// Base URL of the server, where the request names it
    #[arg(long, value_name = "URL", default_value = "")]
    pub(crate) base: String,
    /// Folder with another suite than the built-in one
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
}

/// Tells what a request is.
pub(crate) fn recognise(arguments: &RecogniseArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let suite = suite::suite(arguments.suite.as_deref(), terminal)?;
    let recogniser = Recogniser::new(&suite.exchanges, arguments.claimed).explaining(&suite.dialects);
    let asked = match arguments.request.contains("://") && !arguments.base.is_empty() {
        true => Asked::at("GET", &arguments.request, None, &arguments.base),
        false => Asked::get(&arguments.request, &arguments.base),
    };
    let recognised = recogniser.recognise(&asked);
    let mut tongue = Tongue::new(&suite.dialects, &suite.exchanges);
    tongue.request(&asked, &recognised);
    let language = terminal.language();
    let mut lines = told(&recognised, &suite, language);
    let spoken: Vec<_> = tongue.likeliest().into_iter().map(name).collect();
    if !spoken.is_empty() {
        let (en, nl) = (format!("spoken: {}", spoken.join(", ")), format!("gesproken: {}", spoken.join(", ")));
        lines.push(Text { en, nl }.get(language).to_owned());
    }
    let reach = tongue.to_reach(arguments.claimed).into_iter().map(|step| step.text());
    let wrong = tongue.wrong().into_iter().map(|wrong| wrong.text());
    lines.extend(reach.chain(wrong).map(|text| format!("  {}", text.get(language))));
    terminal.say(&lines.join("\n"));
    Ok(ExitCode::Conformant)
}

/// What it is, with what differs.
fn told(recognised: &Recognised, suite: &Suite, language: Language) -> Vec<String> {
    let say = |en: String, nl: String| Text { en, nl }.get(language).to_owned();
    let mut lines = Vec::new();
    match &recognised.kind {
        Kind::Exchange(asks) => {
            let title = title(suite, &asks.exchange, language);
            let of: Vec<String> = asks.dialects.iter().copied().map(name).collect();
            lines.push(match asks.exact {
                true => say(format!("this is {title}"), format!("dit is {title}")),
                false => say(
                    format!("this is {title}, not exactly or not all of it"),
                    format!("dit is {title}, niet precies of niet alles"),
                ),
            });
            if !of.is_empty() {
                lines.push(say(format!("as in {}", of.join(", ")), format!("zoals in {}", of.join(", "))));
            }
        }
        Kind::Near(nearby) => {
            if nearby.len() > 1 {
                lines.push(say(
                    "this is near to several exchanges alike".to_owned(),
                    "dit lijkt even veel op meerdere uitwisselingen".to_owned(),
                ));
            }
            for near in nearby {
                let title = title(suite, &near.exchange, language);
                let version = name(near.dialect);
                lines.push(say(format!("nearest to {title} ({version})"), format!("het dichtst bij {title} ({version})")));
                lines.extend(near.differences.iter().flat_map(|difference| lines_of(difference, language)));
            }
        }
        other => lines.push(other.text().get(language).to_owned()),
    }
    lines.extend(recognised.findings.iter().flat_map(|difference| lines_of(difference, language)));
    lines
}

fn lines_of(difference: &Difference, language: Language) -> Vec<String> {
    let because = difference.because.iter().map(|text| format!("    {}", text.get(language)));
    std::iter::once(format!("  {}", difference.text().get(language))).chain(because).collect()
}

fn title(suite: &Suite, exchange: &str, language: Language) -> String {
    let Some(known) = suite.exchange(exchange) else { return exchange.to_owned() };
    let number = known.query.as_deref().map(|number| format!("{number} ")).unwrap_or_default();
    format!("{number}`{exchange}`: {}", known.title.get(language))
}

fn name(dialect: Dialect) -> String {
    format!("{} {}", dialect.fhir().name(), dialect.version())
}
