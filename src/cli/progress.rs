//! One line that moves while a run is going on: what is asked now, how much is
//! done. Nothing at all when standard error is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::Terminal;

/// The line.
#[derive(Debug, Clone)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A line for a run of this many scenarios.
    pub(crate) fn new(terminal: &Terminal, scenarios: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(scenarios as u64), ProgressDrawTarget::hidden());
        if terminal.moves() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {pos}/{len}  {elapsed}  {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self(bar)
    }

    /// What is being asked right now.
    pub(crate) fn asking(&self, what: &str) {
        self.0.set_message(what.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect::<String>());
    }

    /// One more scenario is done.
    pub(crate) fn scenario_done(&self) {
        self.0.inc(1);
    }

    /// The line goes away.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
