//! The report and the live page read by a browser: axe-core finds nothing, and everything can be
//! reached by keyboard, in both languages, light, dark and narrow. *Ignored*,
//! with the reason, where there is no Chromium or no axe-core (`axe.sh` gets it).

mod live;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const PAGES: [&str; 2] = ["everything", "nothing"];
const CHECK: &str = include_str!("check.js");
/// What both checks ask of a page.
const REACH: &str = include_str!("reach.js");
/// The rule that makes the page dark; the copy follows it always or never.
const DARK: &str = "@media (prefers-color-scheme: dark)";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let tools = tools();
    let mut trials = Vec::new();
    for page in PAGES {
        for language in ["en", "nl"] {
            for (look, width) in [("light", 1200), ("dark", 1200), ("narrow", 500)] {
                let name = format!("{page}_is_accessible_in_{language}_{look}");
                let view = View { page, language, look, width };
                trials.push(match tools.clone() {
                    Ok(tools) => Trial::test(name, move || check(&tools, &view)),
                    Err(why) => Trial::test(format!("{name} ({why})"), || Ok(())).with_ignored_flag(true),
                });
            }
        }
    }
    for language in ["en", "nl"] {
        for (look, width) in [("light", 1200), ("dark", 1200), ("narrow", 500)] {
            let name = format!("live_page_follows_events_and_is_accessible_in_{language}_{look}");
            let view = View { page: "live", language, look, width };
            trials.push(match tools.clone() {
                Ok(tools) => Trial::test(name, move || live::check(&tools, &view)),
                Err(why) => Trial::test(format!("{name} ({why})"), || Ok(())).with_ignored_flag(true),
            });
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What the browser is shown.
struct View {
    page: &'static str,
    language: &'static str,
    look: &'static str,
    width: u32,
}

/// Browser and axe.
#[derive(Clone)]
struct Tools {
    browser: PathBuf,
    axe: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn tools() -> Result<Tools, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let given = std::env::var_os("TOETS_CHROMIUM").map(PathBuf::from);
    let installed = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let browser = given.into_iter().chain(installed).find(|path| path.is_file());
    let browser = browser.ok_or_else(|| "no Chromium in PATH, nor in TOETS_CHROMIUM".to_owned())?;
    let usual = root().join("target/axe/node_modules/axe-core/axe.min.js");
    let axe = std::env::var_os("TOETS_AXE").map_or(usual, PathBuf::from);
    let axe = fs::read_to_string(axe).map_err(|_| "no axe-core: run tests/page/axe.sh, or set TOETS_AXE".to_owned())?;
    Ok(Tools { browser, axe })
}

fn check(tools: &Tools, view: &View) -> Result<(), Failed> {
    let page = fs::read_to_string(root().join(format!("tests/golden/report/{}.html", view.page)))?;
    let folder = std::env::temp_dir().join(format!("toets-page-{}-{}-{}", std::process::id(), view.page, view.language));
    let folder = folder.with_extension(view.look);
    fs::create_dir_all(&folder)?;
    let file = folder.join("report.html");
    fs::write(&file, copy(&page, tools, view)?)?;
    let dom = shown(tools, &folder, &file, view.width);
    let _ = fs::remove_dir_all(&folder);
    let dom = dom?;
    let found = dom.split("<pre id=\"found\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    match found {
        Some("") => Ok(()),
        Some(found) => Err(found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").into()),
        None => Err(format!("the check did not end: {}", dom.chars().take(2_000).collect::<String>()).into()),
    }
}

/// The page with the check in it, and without the policy that would refuse a script that is not its own.
fn copy(page: &str, tools: &Tools, view: &View) -> Result<String, Failed> {
    if !page.contains(DARK) || !page.contains("http-equiv=\"Content-Security-Policy\"") {
        return Err("the page has no dark look or no policy".into());
    }
    let page = page.replace("http-equiv=\"Content-Security-Policy\"", "name=\"policy\"");
    // Axe looks at what is laid out, and here that has to be all.
    let page = page.replace("content-visibility: auto", "content-visibility: visible");
    Ok(checked(&page, CHECK, tools, view))
}

/// A page that is light or dark for good, with axe and this check in it.
fn checked(page: &str, check: &str, tools: &Tools, view: &View) -> String {
    let look = if view.look == "dark" { "@media all" } else { "@media not all" };
    let own = format!("const PAGE_LANGUAGE = '{}';\n{REACH}\n{check}", view.language);
    let scripts = format!("<script>{}</script><script>{own}</script></body>", tools.axe);
    page.replace(DARK, look).replacen("</body>", &scripts, 1)
}

/// The page after its scripts ran.
fn shown(tools: &Tools, folder: &Path, file: &Path, width: u32) -> Result<String, Failed> {
    let output = Command::new(&tools.browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"])
        .args(["--virtual-time-budget=60000", "--timeout=60000", "--dump-dom"])
        .arg(format!("--window-size={width},900"))
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}", file.display()))
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
