//! The program as a child: what it told, how it ended, how much memory it took.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Nothing that a server does may keep the program busy for longer.
const LONGEST: Duration = Duration::from_secs(90);
/// How often the memory of the program is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// A folder of a test alone, which goes away with it.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// A path where nothing is yet.
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("toets-hostile-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }

    pub(crate) fn text(&self) -> &str {
        self.0.to_str().expect("the folder for temporary files is named in text")
    }

    /// A file below it as text.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
    }

    /// Every file below it.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).expect("it can be listed").flatten() {
                let path = entry.path();
                if path.is_dir() { walk(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        walk(&self.0, &mut found);
        found
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
        let _ = fs::remove_file(&self.0);
    }
}

/// How the program ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Kilobytes that it held at most, where the system tells it.
    pub(crate) peak: Option<u64>,
}

impl Ended {
    /// Holds the exit code and the memory against what they should be.
    #[track_caller]
    pub(crate) fn with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        assert!(self.peak.unwrap_or_default() < 150 << 10, "{:?} kB were held", self.peak);
        self
    }

    /// Holds what was told, on either stream, against what should be in it.
    #[track_caller]
    pub(crate) fn tells(self, wanted: &[&str]) -> Self {
        let told = format!("{}{}", self.stdout, self.stderr);
        for wanted in wanted {
            assert!(told.contains(wanted), "`{wanted}` is not in\n{told}");
        }
        self
    }
}

/// The program with these arguments.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
    command.env("TOETS_CACHE", "none");
    command.args(arguments).env_remove("TOETS_TOKEN").env_remove("TOETS_LANG").current_dir(std::env::temp_dir());
    command
}

/// Runs the program against a server, its evidence and reports in this folder.
pub(crate) fn run(url: &str, folder: &Folder, more: &[&str]) -> Ended {
    let arguments: Vec<&str> = ["run", "--ci", "--url", url, "--out", folder.text()].iter().chain(more).copied().collect();
    end(&mut command(&arguments))
}

/// Runs a command to its end.
pub(crate) fn end(command: &mut Command) -> Ended {
    start(command).end()
}

/// A program that runs.
pub(crate) struct Started {
    child: Child,
    began: Instant,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

pub(crate) fn start(command: &mut Command) -> Started {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let (stdout, stderr) = (child.stdout.take().expect("it is piped"), child.stderr.take().expect("it is piped"));
    Started { child, began: Instant::now(), stdout: all_of(stdout), stderr: all_of(stderr) }
}

fn all_of(mut stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receiver
}

impl Started {
    /// Ctrl-C.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        let status = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().expect("there is `kill`");
        assert!(status.success());
    }

    /// Waits for the end, within bounds.
    pub(crate) fn end(mut self) -> Ended {
        let mut peak = None;
        let stdout = loop {
            match self.stdout.recv_timeout(LOOK) {
                Ok(stdout) => break stdout,
                Err(RecvTimeoutError::Timeout) if self.began.elapsed() < LONGEST => peak = self.peak().or(peak),
                Err(_) => {
                    let _ = self.child.kill();
                    panic!("the program does not end");
                }
            }
        };
        let stderr = self.stderr.recv_timeout(LONGEST).expect("both streams end together");
        let status = self.child.wait().expect("it was started here");
        Ended { code: status.code(), stdout, stderr, peak }
    }

    fn peak(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }
}
