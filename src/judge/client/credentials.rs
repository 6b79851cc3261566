//! Credentials: on every request, and nowhere else (RFC 6750 section 5.3).

use super::super::code::Code;
use super::super::finding::Finding;
use super::super::ruling::Ruling;
use super::Phase;
use crate::evidence::Exchange;

/// Every request at our origin carries what was given out.
pub(super) fn judge(phase: &Phase<'_>, ruling: &mut Ruling) {
    for exchange in phase.at_home().filter(|exchange| !is_open(phase, exchange)) {
        ruling.judged();
        if !carries(phase, exchange) {
            let sent = header(exchange, "authorization").unwrap_or("-");
            let finding = Finding::new(Code::CredentialsMissing, phase.place(exchange), phase.name(exchange));
            ruling.find(finding.expected(format!("Bearer {}", phase.token())).actual(sent));
        }
    }
}

/// What leads to another origin is followed without them.
pub(super) fn judge_elsewhere(phase: &Phase<'_>, ruling: &mut Ruling) {
    for exchange in &phase.exchanges {
        if phase.is_at_home(exchange) {
            if phase.leads_elsewhere(exchange) {
                ruling.judged();
            }
            continue;
        }
        ruling.judged();
        let taken = exchange.request.headers.iter().find(|(_, value)| value.contains(&phase.token()));
        let in_url = exchange.request.url.contains(&phase.token());
        if taken.is_some() || in_url {
            let finding = Finding::new(Code::CredentialsElsewhere, phase.place(exchange), phase.name(exchange));
            let what = taken.map_or_else(|| exchange.request.url.clone(), |(name, value)| format!("{name}: {value}"));
            ruling.find(finding.actual(what));
        }
    }
}

/// What a server can do may be asked by anybody.
fn is_open(phase: &Phase<'_>, exchange: &Exchange) -> bool {
    let path = phase.path(exchange).unwrap_or_default();
    path == "metadata" || path.starts_with(".well-known") || exchange.request.method == "OPTIONS"
}

fn carries(phase: &Phase<'_>, exchange: &Exchange) -> bool {
    header(exchange, "authorization").is_some_and(|value| value.contains(&phase.token()))
}

/// The value of a header; names are in lower case.
pub(super) fn header<'c>(exchange: &'c Exchange, name: &str) -> Option<&'c str> {
    exchange.request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
