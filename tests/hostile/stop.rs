//! Ctrl-C: what was done is reported.
#![cfg(unix)]

use std::sync::Mutex;
use std::sync::mpsc::channel;

use crate::program::{Folder, command, start};
use crate::server::{Held, serve};
use crate::servers::reported;

#[test]
fn ctrl_c_ends_the_wait_and_reports_what_was_done() {
    let (sender, waits) = channel();
    let (held, sender) = (Held::default(), Mutex::new(sender));
    let base = serve(move |asked| {
        if asked.number < 2 {
            return asked.answer("200 OK", "content-type: text/html\r\n", "<p>");
        }
        held.hold(asked);
        let _ = sender.lock().expect("nobody panicked").send(());
    });
    let folder = Folder::new();
    let program = start(&mut command(&["run", "--ci", "--url", &base, "--out", folder.text()]));
    waits.recv().expect("a third request comes");
    program.interrupt();
    let ended = program.end().with(0);
    assert!(ended.stderr.starts_with("stopping: the report of what was done is written"), "{}", ended.stderr);
    ended.tells(&["! The run was stopped before its end.", "not tested: the run was stopped", "INCOMPLETE"]);
    let run = reported(&folder);
    let exchanges = run["exchanges"].as_array().map_or(0, Vec::len);
    assert!(exchanges >= 3, "what was done is in it: {exchanges} exchanges");
    assert!(folder.read("evidence.ndjson").lines().last().is_some_and(|line| line.contains("\"stopped\":true")));
}
