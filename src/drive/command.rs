//! A program that prints a token. Its words of complaint go to the terminal as
//! they come; nothing of them is kept.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use tokio::time::timeout;

use super::token::TokenError;

/// Bytes that a program may print.
const LONGEST: u64 = 64 << 10;

/// Runs a program with its arguments and gives what it printed.
pub(super) async fn printed(command: &[String], deadline: Duration) -> Result<String, TokenError> {
    let (program, arguments) = command.split_first().map_or(("", &[][..]), |(program, arguments)| (program.as_str(), arguments));
    let failed = |problem: String| TokenError::Command { program: program.to_owned(), problem };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .map_err(|why| failed(format!("cannot be started: {why}")))?;
    let output = child.stdout.take();
    let work = async {
        let mut printed = Vec::new();
        if let Some(output) = output {
            output.take(LONGEST).read_to_end(&mut printed).await?;
        }
        Ok((printed, child.wait().await?))
    };
    let done = timeout(deadline, work).await.map_err(|_| failed(format!("did not end within {} ms", deadline.as_millis())))?;
    let (printed, status) = done.map_err(|why: std::io::Error| failed(format!("broke: {why}")))?;
    if !status.success() {
        return Err(failed(format!("failed: {status}")));
    }
    match String::from_utf8(printed).map(|text| text.trim().to_owned()) {
        Ok(text) if text.is_empty() => Err(failed("printed nothing".to_owned())),
        Ok(text) => Ok(text),
        Err(_) => Err(failed("printed what is no text".to_owned())),
    }
}
