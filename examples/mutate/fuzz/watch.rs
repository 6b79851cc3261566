//! A dog for each run: an input that takes too long or too much memory ends the
//! program, with the input written where it can be found.

use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What one input may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Longer is a failure; four times as long ends the program.
    pub(crate) time: Duration,
    /// More memory on top of what there was is a failure, in KB; twice as much ends the program.
    pub(crate) memory: u64,
}

/// Memory of the process in KB: now, and at most. Zero where the system does not tell (not Linux).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    pub(crate) now: u64,
    pub(crate) most: u64,
}

impl Memory {
    pub(crate) fn read() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
        };
        Self { now: of("VmRSS:"), most: of("VmHWM:") }
    }
}

struct Running {
    name: String,
    text: Vec<u8>,
    began: Instant,
    before: u64,
}

/// Knows which input runs.
pub(crate) struct Watch {
    running: Mutex<Option<Running>>,
    /// Names the input that runs: a stack that overflows leaves nothing else behind.
    name: Mutex<Option<File>>,
    folder: PathBuf,
    pub(crate) limits: Limits,
}

impl Watch {
    /// A dog that writes to a folder. It barks as long as the program runs.
    pub(crate) fn start(folder: PathBuf, limits: Limits) -> Arc<Self> {
        // Without the folder only the name is told.
        let _ = fs::create_dir_all(&folder);
        let name = File::create(folder.join(format!("running-{}", std::process::id()))).ok();
        let watch = Arc::new(Self { running: Mutex::new(None), name: Mutex::new(name), folder, limits });
        let dog = Arc::clone(&watch);
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_millis(10));
                dog.look();
            }
        });
        watch
    }

    /// An input begins.
    pub(crate) fn begin(&self, name: String, text: &[u8], before: u64) {
        if let Some(file) = self.name.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            let _ = file.rewind().and_then(|()| file.write_all(format!("{name:<60}\n").as_bytes()));
        }
        let running = Running { name, text: text.to_vec(), began: Instant::now(), before };
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
    }

    /// It ended.
    pub(crate) fn end(&self) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn look(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(running) = running.as_ref() else { return };
        let (took, memory) = (running.began.elapsed(), Memory::read().now.saturating_sub(running.before));
        if took > self.limits.time * 4 || memory > self.limits.memory * 2 {
            let file = self.keep(&running.name, &running.text);
            eprintln!("{} is given up after {:.1} s and {} MB: {file}", running.name, took.as_secs_f64(), memory / 1024);
            std::process::exit(1);
        }
    }

    /// Writes an input; where it is.
    pub(crate) fn keep(&self, name: &str, text: &[u8]) -> String {
        let path = self.folder.join(name.replace(' ', "-"));
        match fs::write(&path, text) {
            Ok(()) => path.display().to_string(),
            Err(error) => format!("not written: {error}"),
        }
    }
}
