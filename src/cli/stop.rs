//! Ctrl-C: once stops the run and the report is still written, twice quits.

use tokio::signal::ctrl_c;
use tokio::sync::watch;

use super::terminal::Terminal;

/// What a shell expects of a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// Turns true at the first Ctrl-C; the second ends the program.
pub(crate) fn on_interrupt(terminal: Terminal) -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        if ctrl_c().await.is_err() {
            // Without signals there is nothing to wait for; the sender lives on so that the value stays false.
            sender.closed().await;
            return;
        }
        terminal.note("stopping: the report of what was done is written; Ctrl-C again quits at once");
        // Fails only when the run is over already.
        let _ = sender.send(true);
        if ctrl_c().await.is_ok() {
            std::process::exit(INTERRUPTED);
        }
    });
    receiver
}
