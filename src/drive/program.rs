//! A program that starts a client under test: it gets the address and the
//! credentials in its environment, and is ended when its time is over.

use std::io;
use std::process::{ExitStatus, Stdio};

use tokio::process::{Child, Command};

/// A program as the shell takes it, with its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The command line.
    pub command: String,
    /// Names and values.
    pub environment: Vec<(String, String)>,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With this exit code.
    Code(i32),
    /// By a signal.
    Signal,
}

/// A program that was started.
#[derive(Debug)]
pub struct Started(Child);

impl Program {
    /// Starts it. What it says goes to our own error output: only its exit code and its requests count.
    ///
    /// # Errors
    /// When the shell cannot be started.
    pub fn start(&self) -> io::Result<Started> {
        let mut command = shell(&self.command);
        command
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        command.spawn().map(Started)
    }
}

impl Started {
    /// Waits until it ends. May be given up and asked again.
    ///
    /// # Errors
    /// When the system does not tell how it ended.
    pub async fn ended(&mut self) -> io::Result<Ended> {
        self.0.wait().await.map(how)
    }

    /// Ends it.
    pub async fn end(mut self) {
        #[cfg(unix)]
        if let Some(leader) = self.0.id() {
            // The whole group: what a shell has started outlives it otherwise.
            let mut kill = Command::new("/bin/sh");
            kill.args(["-c", &format!("kill -9 -{leader}")]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let _ = kill.status().await;
        }
        // One that has ended by itself meanwhile cannot be ended again, which is as good.
        let _ = self.0.kill().await;
    }
}

fn how(status: ExitStatus) -> Ended {
    status.code().map_or(Ended::Signal, Ended::Code)
}

#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", line]).process_group(0);
    command
}

#[cfg(not(unix))]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    command.args(["/C", line]);
    command
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn program(command: &str) -> Program {
        Program { command: command.to_owned(), environment: vec![("TOETS_URL".to_owned(), "http://127.0.0.1".to_owned())] }
    }

    #[tokio::test]
    async fn program_has_its_environment_and_tells_its_exit_code() {
        let mut started = program("sh -c 'test \"$TOETS_URL\" = http://127.0.0.1 && exit 7'").start().expect("there is a shell");
        assert_eq!(started.ended().await.expect("it ends"), Ended::Code(7));
    }

    #[tokio::test]
    async fn program_that_is_ended_by_a_signal_says_so() {
        let mut started = program("kill -9 $$").start().expect("there is a shell");
        assert_eq!(started.ended().await.expect("it ends"), Ended::Signal);
    }

    #[tokio::test]
    async fn end_ends_what_the_shell_has_started_too() {
        let mark = std::env::temp_dir().join(format!("toets-program-{}", std::process::id()));
        let started = program(&format!("(sleep 1; touch {}) & wait", mark.display())).start().expect("there is a shell");
        started.end().await;
        tokio::time::sleep(std::time::Duration::from_millis(1_300)).await;
        assert!(!mark.exists());
    }
}
