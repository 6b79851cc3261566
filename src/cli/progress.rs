//! One line that moves while work is going on: what is asked now, how much is
//! done. Nothing at all when standard error is no terminal.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::Terminal;

/// The line.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// What is asked and not answered yet, by id of the exchange, the longest waiting first.
    open: Arc<Mutex<Vec<(String, String)>>>,
}

impl Progress {
    /// A line for this many scenarios or files.
    pub(crate) fn new(terminal: &Terminal, count: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::hidden());
        if terminal.moves() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {pos}/{len}  {elapsed}  {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self { bar, open: Arc::default() }
    }

    /// A line for a file that is fetched: how much of it is here.
    pub(crate) fn of_bytes(terminal: &Terminal, name: &str) -> Self {
        let line = Self::new(terminal, 0);
        let style = ProgressStyle::with_template("{spinner} {msg}  {bytes}/{total_bytes}  {elapsed}");
        line.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        line.bar.set_message(name.to_owned());
        line
    }

    /// So many bytes are here, of so many.
    pub(crate) fn bytes(&self, here: usize, of: Option<u64>) {
        self.bar.set_length(of.unwrap_or(here as u64));
        self.bar.set_position(here as u64);
    }

    /// Something is asked.
    pub(crate) fn sent(&self, exchange: &str, what: &str) {
        let what = what.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        self.change(|open| open.push((exchange.to_owned(), what)));
    }

    /// It was answered, or will not be.
    pub(crate) fn came(&self, exchange: &str) {
        self.change(|open| open.retain(|(id, _)| id != exchange));
    }

    /// One more scenario is done.
    pub(crate) fn scenario_done(&self) {
        self.bar.inc(1);
    }

    /// So many are done, and this one is next.
    pub(crate) fn at(&self, done: usize, what: &str) {
        self.bar.set_position(done as u64);
        self.bar.set_message(what.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect::<String>());
    }

    /// Makes room for what is printed in the meantime.
    pub(crate) fn aside<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }

    /// The line goes away.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// The line shows what has been waited for longest: that is what may be late.
    fn change(&self, change: impl FnOnce(&mut Vec<(String, String)>)) {
        // A poisoned list is still a list; the line is only for looking at.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut open);
        self.bar.set_message(open.first().map(|(_, what)| what.clone()).unwrap_or_default());
    }
}
