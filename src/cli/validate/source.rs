//! Texts of resources out of files, one after another: a file is one, or every
//! line of it is. Only one line or file is held at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::vec::IntoIter;

use super::inputs::{From, Input};

/// Bytes of one resource that are read; the reader of FHIR refuses what is longer.
const MOST: u64 = (64 << 20) + 1;

/// A text, and where it came from.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) name: String,
    /// Its line, where every line is a resource.
    pub(crate) line: Option<usize>,
    /// Or why it could not be read.
    pub(crate) text: Result<Vec<u8>, String>,
    pub(crate) is_named: bool,
    /// How many files come before its file.
    pub(crate) file: usize,
}

type Reader = BufReader<Box<dyn Read + Send>>;

/// Gives texts.
pub(crate) struct Source {
    inputs: IntoIter<Input>,
    files: usize,
    open: Option<Lines>,
}

/// A file of which every line is a resource.
struct Lines {
    input: Input,
    reader: Reader,
    number: usize,
}

impl Source {
    pub(crate) fn new(inputs: Vec<Input>) -> Self {
        Self { inputs: inputs.into_iter(), files: 0, open: None }
    }

    fn item(&self, input: &Input, line: Option<usize>, text: Result<Vec<u8>, String>) -> Item {
        Item { name: input.name.clone(), line, text, is_named: input.is_named, file: self.files.saturating_sub(1) }
    }

    /// The whole text of a file, unless its lines are resources.
    fn whole(&mut self, input: Input) -> Option<Item> {
        let text = match &input.from {
            From::Nowhere(why) => Err(why.clone()),
            From::Stdin => read(&input, Box::new(io::stdin())),
            From::File(path) => File::open(path).map_err(|why| why.to_string()).and_then(|file| read(&input, Box::new(file))),
        };
        match text {
            Ok(Content::Whole(text)) => Some(self.item(&input, None, Ok(text))),
            Ok(Content::Lines(reader)) => {
                self.open = Some(Lines { input, reader, number: 0 });
                None
            }
            Err(why) => Some(self.item(&input, None, Err(why))),
        }
    }
}

impl Iterator for Source {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(mut lines) = self.open.take()
                && let Some(text) = lines.next()
            {
                let item = self.item(&lines.input, Some(lines.number), text);
                self.open = Some(lines);
                return Some(item);
            }
            let input = self.inputs.next()?;
            self.files += 1;
            if let Some(item) = self.whole(input) {
                return Some(item);
            }
        }
    }
}

enum Content {
    Whole(Vec<u8>),
    Lines(Reader),
}

/// Reads a file as far as its kind asks for.
fn read(input: &Input, reader: Box<dyn Read + Send>) -> Result<Content, String> {
    let mut reader: Reader = BufReader::new(reader);
    if input.name.to_ascii_lowercase().ends_with(".ndjson") {
        return Ok(Content::Lines(reader));
    }
    let mut text = Vec::new();
    let told = |why: io::Error| why.to_string();
    // An object on one line and another on the next is no JSON, but a resource a line.
    let first = next_line(&mut reader, &mut text).map_err(told)?;
    if first.starts_with(b"{") && first.ends_with(b"}") {
        let second = next_line(&mut reader, &mut text).map_err(told)?;
        if second.starts_with(b"{") {
            let both = Cursor::new(text).chain(reader);
            return Ok(Content::Lines(BufReader::new(Box::new(both))));
        }
    }
    let room = MOST.saturating_sub(text.len() as u64);
    reader.take(room).read_to_end(&mut text).map_err(told)?;
    Ok(Content::Whole(text))
}

/// The next line that is not blank, without the white space around it; all that was read goes into `text`.
fn next_line(reader: &mut Reader, text: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    loop {
        let start = text.len();
        let room = MOST.saturating_sub(start as u64);
        reader.by_ref().take(room).read_until(b'\n', text)?;
        let line = text[start..].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text[start..]).trim_ascii();
        if !line.is_empty() || text.len() == start {
            return Ok(line.to_vec());
        }
    }
}

impl Lines {
    /// The next line that is not blank.
    fn next(&mut self) -> Option<Result<Vec<u8>, String>> {
        loop {
            let mut line = Vec::new();
            self.number += 1;
            match self.reader.by_ref().take(MOST).read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                // What comes behind cannot be read either.
                Err(why) => {
                    self.reader = BufReader::new(Box::new(io::empty()));
                    return Some(Err(why.to_string()));
                }
            }
            if line.len() as u64 == MOST && !line.ends_with(b"\n") {
                return Some(match self.reader.skip_until(b'\n') {
                    Ok(_) => Err(format!("the line is longer than {} MiB", MOST >> 20)),
                    Err(why) => Err(why.to_string()),
                });
            }
            line.truncate(line.trim_ascii_end().len());
            if !line.trim_ascii_start().is_empty() {
                return Some(Ok(line));
            }
        }
    }
}
