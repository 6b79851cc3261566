//! The live page in a browser, as the server of the house serves it: states come
//! by server-sent events, and what is pressed comes back.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Failed;
use toets::report::live::{Line, Live, Note, PAGE, Phase, Question, Request, Stray};
use toets::serve::{PagePlace, Pressed, live_page};
use toets::text::Text;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use crate::{DARK, Tools, View, checked};

const CHECK: &str = include_str!("live.js");
/// A browser that starts on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn check(tools: &Tools, view: &View) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let found = runtime.block_on(found(tools, view))?;
    if found == "nothing" { Ok(()) } else { Err(found.into()) }
}

async fn found(tools: &Tools, view: &View) -> Result<String, Failed> {
    let (state_in, state) = watch::channel(written(&live(Vec::new()))?);
    let (pressed_in, mut pressed) = mpsc::channel(8);
    let place = PagePlace::take(([127, 0, 0, 1], 0).into(), None)?;
    let page = live_page(place, &copy(tools, view)?, state, pressed_in)?;
    let profile = std::env::temp_dir().join(format!("toets-live-{}-{}-{}", std::process::id(), view.language, view.look));
    let mut browser = Browser(
        Command::new(&tools.browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0"])
            .arg(format!("--window-size={},900", view.width))
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(&page.url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?,
    );
    let found = timeout(PATIENCE, async {
        loop {
            match pressed.recv().await {
                Some(Pressed::Order(order)) if order == "next" => state_in.send(written(&live(questions()))?)?,
                Some(Pressed::Note(found)) => break Ok(found),
                other => break Err(Failed::from(format!("the page sent {other:?}"))),
            }
        }
    });
    let found = found.await.unwrap_or_else(|_| Err("the check did not end".into()));
    browser.end();
    page.stop();
    let _ = std::fs::remove_dir_all(profile);
    found
}

/// Ended when the test is.
struct Browser(Child);

impl Browser {
    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.end();
    }
}

fn written(live: &Live) -> Result<Arc<str>, Failed> {
    Ok(serde_json::to_string(live)?.into())
}

fn copy(tools: &Tools, view: &View) -> Result<String, Failed> {
    if !PAGE.contains(DARK) {
        return Err("the page has no rule that makes it dark".into());
    }
    Ok(checked(PAGE, CHECK, tools, view))
}

fn text(text: &str) -> Text {
    Text { en: text.to_owned(), nl: text.to_owned() }
}

fn questions() -> Vec<Question> {
    ["a/b/shown", "a/b/names"].map(|key| Question { key: key.to_owned(), ask: text("Is it shown?") }).into()
}

/// A table with one of everything.
fn live(questions: Vec<Question>) -> Live {
    let line = |state: &'static str| Line {
        key: format!("a/b/{state}"),
        req: "PZP-CQ-004".to_owned(),
        sentence: text("The client asks for the goals"),
        state,
        notes: vec![Note {
            text: text("the client asked `goals`, but not as the agreement has it"),
            expected: vec!["data-missing".to_owned(), format!("Goal?category={}", "x".repeat(200))],
            actual: vec!["GET Goal?categorie=1".to_owned()],
            differs: vec![text("`category` is missing; add `category=http://snomed.info/sct|713603004`")],
        }],
        hint: Some(text("compare `both`")),
    };
    let phase = |state: &'static str| Phase {
        key: format!("a/{state}"),
        title: text("A patient with all of a plan"),
        instruct: text("Open the plan"),
        state,
        checks: ["wrong", "doubt", "done", "question", "open"].map(line).into(),
        notes: vec!["data-note".to_owned()],
    };
    Live {
        product: Some("Example EPD".to_owned()),
        base: "http://127.0.0.1:8421/example-0123456789abcdef/fhir".to_owned(),
        done: false,
        word: text("INCOMPLETE"),
        sentence: text("Not all was asked."),
        counts: vec![text("SHALL: 1")],
        folder: None,
        instruct: Some(text("Open the plan of Fenna")),
        silence: Some(text("data-silence: look at `/fhir`")),
        questions,
        phases: ["now", "over", "waiting", "skipped"].map(phase).into(),
        requests: vec![Request {
            id: "a@b/c#1".to_owned(),
            method: "GET".to_owned(),
            url: format!("Goal?patient=Patient/1&categorie={}", "x".repeat(200)),
            asks: Some(text("query 4: goals")),
            differs: vec![text("data-differs: `category` is missing")],
            status: Some(200),
        }],
        count: 1,
        strays: vec![Stray {
            at: "2026-01-01T00:00:00Z".to_owned(),
            method: "GET".to_owned(),
            path: "/data-stray".to_owned(),
            status: Some(404),
            reasons: vec![text("the base URL is not whole")],
        }],
    }
}
