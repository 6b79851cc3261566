//! What comes in: recorded, and answered only when it is stored.

use tokio::time::Instant;

use super::super::event::Event;
use super::super::log::Happened;
use super::{Came, Going, Sitting};
use crate::evidence::{Origin, Sent};
use crate::text::Text;

/// Requests of a phase that are kept, and bytes of them with their answers: memory and disk have an end, and a client that
/// shows a plan needs a hundredth of it.
pub(super) const MOST: usize = 5_000;
const MOST_BYTES: usize = 64 << 20;

/// Stands for credentials that we did not give out.
const ANOTHER: &str = "ANOTHER";

impl Sitting<'_> {
    pub(super) fn came(&self, going: &mut Going<'_>, came: Came) {
        if !self.log.keeps() {
            return;
        }
        let bytes = came.url.len() + came.body.len() + came.answer.body.len();
        if going.requests >= MOST || going.bytes + bytes > MOST_BYTES {
            going.beyond += 1;
            return;
        }
        (going.requests, going.bytes) = (going.requests + 1, going.bytes + bytes);
        going.count += 1;
        going.asked.extend(came.asks.clone());
        going.quiet = Instant::now() + self.scaled(going.phase.until.quiet_s);
        let form = String::from_utf8_lossy(&came.body).into_owned();
        let sent = Sent {
            method: came.method,
            url: came.url,
            headers: came.headers.into_iter().map(|header| self.without_secrets(header)).collect(),
            form: Some(form).filter(|form| !form.is_empty()),
            patient: None,
            persona: going.scenario.persona.clone(),
        };
        let id = format!("{}/{}#{}", going.name, going.step.id, going.count);
        let url = self.log.redacted(&sent.url);
        let redacted = |text: Text| Text { en: self.log.redacted(&text.en), nl: self.log.redacted(&text.nl) };
        let remarks = came.remarks.into_iter().map(redacted).collect();
        let received = Event::Received { exchange: id.clone(), method: sent.method.clone(), url, asks: came.asks, remarks };
        let is_stored = self.log.stored(Happened {
            id,
            scenario: &going.name,
            step: &going.step.id,
            origin: Origin::Client,
            sent,
            outcome: &Ok(came.answer),
            started_us: self.log.elapsed_us(),
            retries: 0,
        });
        if is_stored {
            self.log.tell(received);
            // Whoever waits for it may have gone.
            let _ = came.recorded.send(());
        }
        self.looked();
    }

    /// Credentials that we did not give out are nobody's business; ours are shown by their name.
    fn without_secrets(&self, (name, value): (String, String)) -> (String, String) {
        const SECRET: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token"];
        if !SECRET.contains(&name.as_str()) {
            return (name, value);
        }
        let ours = self.log.redacted(&value);
        if ours != value {
            return (name, ours);
        }
        let scheme = value.split_once(' ').map_or("", |(scheme, _)| scheme);
        (name, format!("{scheme} ${{{ANOTHER}}}").trim_start().to_owned())
    }
}
