//! `--watch`: runs again what failed when a file changes or a key is pressed, or
//! does other work again. Each round of a run has a folder of its own.

use std::collections::BTreeSet;
use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::{Duration, SystemTime};

use super::arguments::RunArguments;
use super::choose;
use super::failure::Failure;
use super::output::Concluded;
use super::run::{Run, new_folder};
use super::terminal::Terminal;
use super::{runtime, suite};
use crate::engine::RECORDS;
use crate::judge::ExitCode;
use crate::plan::Selection;

/// How often files are looked at.
const TICK: Duration = Duration::from_millis(200);
/// Files that are looked at, at most.
const FILES: usize = 10_000;

const KEYS: &str = "watching; Enter: again what failed · a: all · q: quit";

/// What happened while waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Again,
    All,
    Quit,
}

/// Runs, waits, and runs again, until the user quits; the exit code is that of the last round.
pub(crate) fn watch(arguments: &RunArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let paths = paths(arguments);
    let keys = keys();
    let mut failed = BTreeSet::new();
    let mut exit = ExitCode::Conformant;
    let mut wish = Wish::All;
    for number in 1_u32.. {
        let before = snapshot(&paths);
        match round(arguments, terminal, (number, wish, &failed)) {
            Ok(Some(round)) => {
                failed = choose::failed(&round.verdicts);
                exit = round.exit;
            }
            Ok(None) => {}
            // A suite that is half written will be mended; whoever cannot start at all is told at once.
            Err(failure) if number == 1 => return Err(failure),
            Err(failure) => terminal.failure(&failure),
        }
        terminal.note(KEYS);
        wish = runtime::block_on(wait(&paths, before, &keys))?;
        if wish == Wish::Quit {
            break;
        }
    }
    Ok(exit)
}

/// Does something, and again when one of these files changes or Enter is pressed, until the user quits.
pub(crate) fn again(
    paths: &[PathBuf],
    terminal: &Terminal,
    round: impl Fn() -> Result<ExitCode, Failure>,
) -> Result<ExitCode, Failure> {
    let keys = keys();
    loop {
        let before = snapshot(paths);
        let exit = round().unwrap_or_else(|failure| {
            terminal.failure(&failure);
            failure.exit
        });
        terminal.note("watching; Enter: again · q: quit");
        if runtime::block_on(wait(paths, before, &keys))? == Wish::Quit {
            return Ok(exit);
        }
    }
}

/// One round: what failed last time, or all that the user chose when nothing did.
fn round(
    arguments: &RunArguments,
    terminal: &Terminal,
    (number, wish, failed): (u32, Wish, &BTreeSet<String>),
) -> Result<Option<Concluded>, Failure> {
    let suite = suite::suite(arguments.suite.as_deref(), terminal)?;
    let selection = if wish == Wish::Again && !failed.is_empty() {
        Selection::Again { scenarios: failed.clone(), of: "what failed in the round before".to_owned() }
    } else {
        match choose::selection(arguments, &suite, terminal)? {
            Some(selection) => selection,
            None => return Ok(None),
        }
    };
    let folder = match &arguments.out {
        Some(out) if number > 1 => numbered(out, number),
        Some(out) => out.clone(),
        None => new_folder(),
    };
    let run = Run { arguments, suite: &suite, selection: &selection, folder: &folder, terminal: *terminal };
    run.round().map(Some)
}

/// `out-2`
fn numbered(out: &Path, number: u32) -> PathBuf {
    let name = out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    out.with_file_name(format!("{name}-{number}"))
}

/// What is watched: what the user named, else the vendor's file and the suite.
fn paths(arguments: &RunArguments) -> Vec<PathBuf> {
    if !arguments.choose.watch_path.is_empty() {
        return arguments.choose.watch_path.clone();
    }
    std::iter::once(PathBuf::from("sut.yaml")).chain(arguments.suite.clone()).collect()
}

/// Lines that the user types, from a thread that ends with the program.
fn keys() -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Waits for a key, a change that is over, or Ctrl-C.
async fn wait(paths: &[PathBuf], before: Snapshot, keys: &Receiver<String>) -> Wish {
    let mut seen = before.clone();
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return Wish::Quit,
            () = tokio::time::sleep(TICK) => {}
        }
        match keys.try_recv() {
            Ok(line) => match line.trim() {
                "" => return Wish::Again,
                "a" => return Wish::All,
                "q" => return Wish::Quit,
                _ => {}
            },
            // Without a keyboard only files are waited for.
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
        }
        let now = snapshot(paths);
        // A file that is still being written changes again before the next look.
        if now != before && now == seen {
            return Wish::Again;
        }
        seen = now;
    }
}

/// Files with their time and size.
type Snapshot = Vec<(PathBuf, Option<SystemTime>, u64)>;

fn snapshot(paths: &[PathBuf]) -> Snapshot {
    let mut found = Vec::new();
    paths.iter().for_each(|path| look(path, &mut found));
    found.sort();
    found
}

/// Looks at a file, or at all files below a folder; what is hidden, and runs, are left out.
fn look(path: &Path, found: &mut Snapshot) {
    let Ok(metadata) = fs::metadata(path) else { return };
    if found.len() >= FILES {
        return;
    }
    if !metadata.is_dir() {
        found.push((path.to_owned(), metadata.modified().ok(), metadata.len()));
        return;
    }
    // The folder of a run changes by running.
    if path.join(RECORDS).exists() {
        return;
    }
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        // A link may lead back up.
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if !hidden && !is_link {
            look(&entry.path(), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_later_rounds_are_numbered() {
        assert_eq!(numbered(Path::new("a/out"), 2), Path::new("a/out-2"));
    }

    #[test]
    fn snapshot_sees_a_file_that_comes_and_one_that_grows() {
        let folder = std::env::temp_dir().join(format!("toets-watch-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("below")).expect("it can be made");
        let paths = [folder.clone()];
        let first = snapshot(&paths);
        fs::write(folder.join("below/a"), "1").expect("it can be written");
        let second = snapshot(&paths);
        fs::write(folder.join("below/a"), "12").expect("it can be written");
        assert!(first != second && second != snapshot(&paths));
        let _ = fs::remove_dir_all(&folder);
    }
}
