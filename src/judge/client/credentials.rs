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

/// By the scheme that was given out, and nothing beside it: anything else our server refuses.
fn carries(phase: &Phase<'_>, exchange: &Exchange) -> bool {
    let parts = header(exchange, "authorization").and_then(|value| value.split_once(' '));
    parts.is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && token.trim() == phase.token())
}

/// The value of a header; names are in lower case.
pub(super) fn header<'c>(exchange: &'c Exchange, name: &str) -> Option<&'c str> {
    exchange.request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::testing::Visit;
    use crate::agreements::Dialect;
    use crate::judge::Code;

    #[test]
    fn credentials_missing_is_found_for_whatever_is_not_the_token_as_it_was_given_out() {
        let found = |value: &str| {
            let visit = Visit::with_credentials("care-plan/everything", Dialect::R4Rc2, value);
            let verdict = visit.asks("Goal?patient=1", &[], 200).verdict("credentials");
            verdict.findings.into_iter().map(|finding| finding.code).collect::<Vec<_>>()
        };
        for right in ["Bearer ${TOETS_TOKEN}", "bearer ${TOETS_TOKEN}", "Bearer  ${TOETS_TOKEN} "] {
            assert_eq!(found(right), [], "{right}");
        }
        for wrong in ["${TOETS_TOKEN}", "Token ${TOETS_TOKEN}", "Basic ${TOETS_TOKEN}", "Bearer ${TOETS_TOKEN}x", "Bearer x"] {
            assert_eq!(found(wrong), [Code::CredentialsMissing], "{wrong}");
        }
    }
}
