//! `toets listen --free`: a line for everything that arrives, and no verdict.

use super::super::terminal::Terminal;
use super::said;
use crate::redact::Redactor;
use crate::serve::{Arrival, Arrivals, Listener};
use crate::text::{Language, Text, steers};

/// Letters of a path that are shown.
const SHOWN: usize = 200;

/// One line for everything that arrives, until Ctrl-C.
pub(super) async fn tell(listener: Listener, mut arrivals: Arrivals, terminal: &Terminal) {
    let secrets: Vec<_> = listener.seats().iter().map(|seat| (seat.name.clone(), seat.token.clone())).collect();
    let redactor = Redactor::masking(secrets.iter().map(|(name, token)| (name.as_str(), token.as_str())));
    let mut interrupted = std::pin::pin!(async {
        // Without signals it serves until the process is ended.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    });
    loop {
        tokio::select! {
            heard = arrivals.next() => match heard {
                Some(heard) => terminal.say(&line(&heard.kept(), &redactor, terminal.language())),
                None => break,
            },
            () = &mut interrupted => break,
        }
    }
    let rest = async {
        while let Some(heard) = arrivals.next().await {
            terminal.say(&line(&heard.kept(), &redactor, terminal.language()));
        }
        std::future::pending::<()>().await;
    };
    // Answers under way are still told; it ends when the listener has.
    tokio::select! {
        () = listener.stop() => {}
        () = rest => {}
    }
}

/// `14:03:22.125  anna  GET /anna-…/fhir/Consent  200  right token`
pub(super) fn line(arrival: &Arrival, redactor: &Redactor, language: Language) -> String {
    let time = arrival.at.split('T').nth(1).unwrap_or(&arrival.at).trim_end_matches('Z');
    let asked = &arrival.request;
    let shown: String = redactor.text(&asked.path).chars().take(SHOWN).collect();
    // What never became a request may hold any byte; none of it may steer the terminal.
    let clean = |text: &str| text.chars().map(|letter| if steers(letter) { '?' } else { letter }).collect::<String>();
    let status = arrival.answer.as_ref().map_or_else(|| "---".to_owned(), |answer| answer.status.to_string());
    let seat = arrival.seat.as_deref().unwrap_or("?");
    let mut parts = vec![time.to_owned(), seat.to_owned()];
    parts.push(format!("{} {}", clean(&asked.method), clean(&shown)).trim().to_owned());
    parts.push(status);
    if arrival.at_other_origin {
        parts.push(said(language, "at the other origin", "op de andere origin").to_owned());
    }
    let notes: [Option<Text>; 3] = [
        arrival.credential.map(crate::serve::Credential::text),
        arrival.stray.as_ref().map(|stray| stray.reason.text()),
        arrival.broken.map(crate::serve::Broken::text),
    ];
    parts.extend(notes.into_iter().flatten().map(|text| text.get(language).to_owned()));
    if let Some(stray) = &arrival.stray {
        let names: Vec<&str> = stray.nearest.iter().chain(&stray.other).map(String::as_str).collect();
        if !names.is_empty() {
            parts.push(format!("({})", names.join(", ")));
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("  ")
}
