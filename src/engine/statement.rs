//! Statements: what is said about what a client shows, by a person at the
//! table, by the program that drives the client, or in a file beforehand.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use crate::evidence::{Exhibit, Said};
use crate::text::Text;

/// Bytes of a file with statements.
const LONGEST: u64 = 1 << 20;
/// Bytes of a screenshot.
const LARGEST_EXHIBIT: u64 = 16 << 20;

/// What is said about one expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Yes, no, or that it cannot be shown.
    pub answer: Said,
    /// In words.
    pub remark: Option<String>,
    /// A file that shows it, with its content.
    pub exhibit: Option<(Exhibit, Vec<u8>)>,
    /// Who says so.
    pub by: String,
}

/// Statements by the key of their expectation (`scenario/step/expectation`).
pub type Statements = BTreeMap<String, Statement>;

/// Why a file with statements cannot be used.
#[derive(Debug, Error)]
pub enum StatementError {
    /// It cannot be read.
    #[error("`{}` cannot be read: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is larger than anybody writes.
    #[error("`{}` is larger than {} bytes", path.display(), most)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The bound.
        most: u64,
    },
    /// It is not as it should be.
    #[error("`{}`: {problem}; write `\"{KEY_SHAPE}\": yes`, `no` or `cannot-show`, or `{{\"answer\": \"yes\", \"remark\": \"…\", \"file\": \"screen.png\"}}`", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

impl StatementError {
    /// The same in both languages.
    #[must_use]
    pub fn text(&self) -> Text {
        let nl = match self {
            Self::File { path, source } => format!("`{}` is niet te lezen: {source}", path.display()),
            Self::TooLarge { path, most } => format!("`{}` is groter dan {most} bytes", path.display()),
            Self::Shape { path, problem } => format!(
                "`{}`: {problem}; schrijf `\"{KEY_SHAPE}\": yes`, `no` of `cannot-show`, of `{{\"answer\": \"yes\", \"remark\": \"…\", \"file\": \"screen.png\"}}`",
                path.display()
            ),
        };
        Text { en: self.to_string(), nl }
    }
}

const KEY_SHAPE: &str = "scenario/step/expectation";

/// A statement as it is written.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Written {
    Word(String),
    Whole(Whole),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    answer: String,
    remark: Option<String>,
    file: Option<PathBuf>,
}

/// Statements in a file of JSON: by key, or in the file of a program by expectation or by what they are about.
/// Files that they name are looked for beside it.
///
/// # Errors
/// When the file, or one that it names, cannot be read or does not say what it should.
pub fn of_file(path: &Path) -> Result<Statements, StatementError> {
    let content = bounded(path, LONGEST)?;
    let wrong = |problem: String| StatementError::Shape { path: path.to_owned(), problem };
    let written: BTreeMap<String, Written> = serde_json::from_slice(&content).map_err(|why| wrong(why.to_string()))?;
    let by = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.parent().unwrap_or(Path::new("."));
    let statement = |(key, written): (String, Written)| {
        let (word, remark, file) = match written {
            Written::Word(word) => (word, None, None),
            Written::Whole(Whole { answer, remark, file }) => (answer, remark, file),
        };
        let answer = said(&word).ok_or_else(|| wrong(format!("`{key}` is answered with `{word}`")))?;
        let exhibit = file.map(|file| exhibit(&beside.join(file))).transpose()?;
        Ok((key, Statement { answer, remark, exhibit, by: by.clone() }))
    };
    written.into_iter().map(statement).collect()
}

/// What the program of a phase left of what its client shows; nothing when it left no file. The file is gone then.
pub(super) fn of_program(path: &Path) -> Result<Statements, StatementError> {
    let statements = if path.exists() { of_file(path) } else { Ok(Statements::new()) };
    // It may never have been there.
    let _ = std::fs::remove_file(path);
    let by = "the program that drives the client";
    Ok(statements?.into_iter().map(|(key, statement)| (key, Statement { by: by.to_owned(), ..statement })).collect())
}

/// The word for an answer, English or Dutch.
#[must_use]
pub fn said(word: &str) -> Option<Said> {
    match word.trim().to_lowercase().as_str() {
        "yes" | "y" | "ja" | "j" => Some(Said::Yes),
        "no" | "n" | "nee" => Some(Said::No),
        "cannot-show" | "cannot show" | "c" | "kan niet" | "kan-niet" => Some(Said::CannotShow),
        _ => None,
    }
}

/// A file that shows something.
///
/// # Errors
/// When it cannot be read or is too large.
pub fn exhibit(path: &Path) -> Result<(Exhibit, Vec<u8>), StatementError> {
    let content = bounded(path, LARGEST_EXHIBIT)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let media_type = media_type(&content).to_owned();
    Ok((Exhibit { name, media_type, digest: String::new() }, content))
}

/// What a file is by its first bytes; its name may say anything.
#[must_use]
pub fn media_type(content: &[u8]) -> &'static str {
    const KNOWN: [(&[u8], &str); 4] =
        [(b"\x89PNG\r\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"), (b"%PDF", "application/pdf")];
    let known = KNOWN.iter().find(|(start, _)| content.starts_with(start)).map(|(_, name)| *name);
    let webp = content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP");
    match known {
        Some(name) => name,
        None if webp => "image/webp",
        None if std::str::from_utf8(content).is_ok() => "text/plain",
        None => "application/octet-stream",
    }
}

fn bounded(path: &Path, most: u64) -> Result<Vec<u8>, StatementError> {
    let failed = |source| StatementError::File { path: path.to_owned(), source };
    let mut content = Vec::new();
    File::open(path).map_err(failed)?.take(most + 1).read_to_end(&mut content).map_err(failed)?;
    if content.len() as u64 > most {
        return Err(StatementError::TooLarge { path: path.to_owned(), most });
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, content: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("toets-statement-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("it can be made");
        let path = folder.join("said.json");
        std::fs::write(&path, content).expect("it can be written");
        path
    }

    #[test]
    fn of_file_takes_words_and_whole_statements_with_files_beside_it() {
        let path =
            file("whole", r#"{"a/b/c": "ja", "a/b/d": {"answer": "no", "remark": "two are missing", "file": "said.json"}}"#);
        let statements = of_file(&path).expect("it is well written");
        assert_eq!(statements["a/b/c"].answer, Said::Yes);
        let other = &statements["a/b/d"];
        assert_eq!((other.answer, other.remark.as_deref()), (Said::No, Some("two are missing")));
        assert_eq!(other.exhibit.as_ref().map(|(exhibit, _)| exhibit.media_type.as_str()), Some("text/plain"));
    }

    #[test]
    fn of_file_says_which_answer_is_none() {
        let error = of_file(&file("maybe", r#"{"a/b/c": "maybe"}"#)).expect_err("it is no answer").to_string();
        assert!(error.contains("`a/b/c` is answered with `maybe`"), "{error}");
    }

    #[test]
    fn of_program_tells_what_cannot_be_used_and_minds_no_file_that_is_not_there() {
        let path = file("program", r#"{"everything": true}"#);
        assert!(of_program(&path).expect_err("it is no answer").text().nl.contains("schrijf"));
        assert!(of_program(&path).expect("it is gone").is_empty());
    }

    #[test]
    fn media_type_looks_at_the_content() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n"), "image/png");
        assert_eq!(media_type(b"hello"), "text/plain");
        assert_eq!(media_type(b"\xff\x00"), "application/octet-stream");
    }
}
