//! Packs a table of facts (`src/fhir/tables/*.definitions`, `*.terms`): its
//! entries in blocks that are compressed apart, and an index that says where
//! each stands. Reading them back is `src/fhir/builtin`.

use std::fmt::Write as _;
use std::io::{self, Write as _};

/// Text in one block: enough to compress well, little enough to inflate for one entry.
const BLOCK: usize = 24 << 10;

/// A table as the binary holds it.
pub(crate) struct Packed {
    /// Compressed text: the lines of the sources, a line a block, a line an entry.
    pub(crate) index: Vec<u8>,
    /// The compressed blocks, one after the other.
    pub(crate) blocks: Vec<u8>,
}

/// Packs the text of a table. A line that does not start with a space opens an
/// entry, or names a source.
pub(crate) fn pack(text: &str) -> io::Result<Packed> {
    let (mut sources, mut entries, mut blocks) = (String::new(), String::new(), String::new());
    let (mut packed, mut block, mut number) = (Vec::new(), String::new(), 0);
    for entry in entries_of(text) {
        let (head, body) = entry.split_once('\n').unwrap_or((entry, ""));
        if head.starts_with("source ") {
            let _ = writeln!(sources, "{head}");
            continue;
        }
        if block.len() + body.len() > BLOCK && !block.is_empty() {
            close(&mut packed, &mut block, &mut blocks)?;
            number += 1;
        }
        let _ = writeln!(entries, "{head} {number} {} {}", block.len(), block.len() + body.len());
        block.push_str(body);
    }
    close(&mut packed, &mut block, &mut blocks)?;
    let index = deflate(&format!("{sources}{blocks}{entries}"))?;
    Ok(Packed { index, blocks: packed })
}

fn close(packed: &mut Vec<u8>, block: &mut String, blocks: &mut String) -> io::Result<()> {
    let start = packed.len();
    packed.extend(deflate(block)?);
    let _ = writeln!(blocks, "block {start} {}", packed.len());
    block.clear();
    Ok(())
}

fn entries_of(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        while rest[end..].starts_with(' ') {
            end += rest[end..].find('\n').map_or(rest.len() - end, |line| line + 1);
        }
        let (entry, after) = rest.split_at(end);
        rest = after;
        Some(entry)
    })
}

fn deflate(text: &str) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}
