//! What is built in: the definitions, value sets and code systems of the core
//! of FHIR and of the Dutch packages, as facts, for machines that have no
//! package. Tables that `cargo run --example definitions` makes and `build.rs`
//! packs; an entry is inflated and decoded when it is asked for. Who asks, and
//! in what order, is `knowledge`.

mod definition;
mod fields;
mod terms;
#[cfg(test)]
mod tests;

use std::io::Read as _;
use std::sync::{LazyLock, OnceLock};

use super::package::version::satisfies;
use super::types::Types;

pub(super) use definition::definition;
pub(super) use terms::{code_system, value_set};

macro_rules! table {
    ($name:literal) => {
        Table::new(
            include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".index")),
            include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".blocks")),
        )
    };
}

/// What is built in for one version of FHIR.
#[derive(Debug)]
pub(super) struct BuiltIn {
    /// The packages that it was made from, first those that stand on others.
    pub(super) sources: Vec<Source>,
    /// By canonical, and of one canonical in the order of the sources.
    pub(super) entries: Vec<Entry>,
    tables: Vec<Table>,
}

/// A package that the tables were made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source {
    /// `hl7.fhir.r4.core`
    pub(super) id: &'static str,
    /// `4.0.1`
    pub(super) version: &'static str,
    /// `sha256:…` of the package file.
    pub(super) digest: &'static str,
    /// Version of the published package that it stands for, where it is not that one.
    pub(super) approximates: Option<&'static str>,
}

impl Source {
    /// Whether it meets a dependency, as itself or as what it stands for.
    pub(super) fn meets(&self, id: &str, wanted: &str) -> bool {
        let versions = [Some(self.version), self.approximates];
        self.id == id && versions.into_iter().flatten().any(|version| satisfies(wanted, version))
    }
}

/// Something that is built in.
#[derive(Debug)]
pub(super) struct Entry {
    /// `StructureDefinition`, `ValueSet`, `CodeSystem`
    pub(super) resource: &'static str,
    /// Canonical without version.
    pub(super) url: &'static str,
    /// Version; empty when it has none.
    pub(super) version: &'static str,
    /// Number of the table, and of the block in it.
    block: (usize, usize),
    start: usize,
    end: usize,
}

/// A table as `build/blocks.rs` packs it.
#[derive(Debug)]
struct Table {
    index: &'static [u8],
    packed: &'static [u8],
    blocks: Vec<Block>,
}

#[derive(Debug)]
struct Block {
    start: usize,
    end: usize,
    text: OnceLock<String>,
}

/// What is built in for the version of FHIR of these types.
pub(super) fn of(types: &Types) -> &'static BuiltIn {
    static R4: LazyLock<BuiltIn> = LazyLock::new(|| BuiltIn::new(vec![table!("r4.definitions"), table!("r4.terms")]));
    static STU3: LazyLock<BuiltIn> = LazyLock::new(|| BuiltIn::new(vec![table!("stu3.definitions"), table!("stu3.terms")]));
    if types.definition().version.starts_with("3.") { &STU3 } else { &R4 }
}

impl BuiltIn {
    fn new(tables: Vec<Table>) -> Self {
        let mut made = Self { sources: Vec::new(), entries: Vec::new(), tables: Vec::new() };
        for (number, mut table) in tables.into_iter().enumerate() {
            // The text lives as long as the program, so that names can be borrowed everywhere.
            let index: &'static str = Box::leak(inflate(table.index).into_boxed_str());
            for line in index.lines() {
                match line.split_once(' ') {
                    Some(("source", words)) => made.add_source(words),
                    Some(("block", words)) => table.blocks.push(block(words)),
                    _ => made.entries.push(entry(number, line)),
                }
            }
            made.tables.push(table);
        }
        // Stable: of one canonical, the table has them in the order of the sources.
        made.entries.sort_by_key(|entry| entry.url);
        made
    }

    fn add_source(&mut self, words: &'static str) {
        let mut words = words.split(' ');
        let (id, version) = words.next().and_then(|word| word.split_once('#')).expect("a source has a version");
        let digest = words.next().expect("a source has a digest");
        let source = Source { id, version, digest, approximates: words.next() };
        if !self.sources.contains(&source) {
            self.sources.push(source);
        }
    }

    /// The places in `entries` of all with this canonical.
    pub(super) fn places(&self, url: &str) -> std::ops::Range<usize> {
        let start = self.entries.partition_point(|entry| entry.url < url);
        start..start + self.entries[start..].partition_point(|entry| entry.url == url)
    }

    /// The facts of an entry.
    pub(super) fn text(&self, place: usize) -> &str {
        let Entry { block: (table, block), start, end, .. } = &self.entries[place];
        let table = &self.tables[*table];
        let block = &table.blocks[*block];
        &block.text.get_or_init(|| inflate(&table.packed[block.start..block.end]))[*start..*end]
    }
}

impl Table {
    fn new(index: &'static [u8], packed: &'static [u8]) -> Self {
        Self { index, packed, blocks: Vec::new() }
    }
}

fn block(words: &str) -> Block {
    let (start, end) = words.split_once(' ').expect("a block has a start and an end");
    Block { start: number(start), end: number(end), text: OnceLock::new() }
}

fn entry(table: usize, line: &'static str) -> Entry {
    let mut words = line.split(' ');
    let mut word = || words.next().expect("an entry has its name, and where it stands");
    let (resource, name, block, start, end) = (word(), word(), number(word()), number(word()), number(word()));
    let (url, version) = name.split_once('|').expect("a name has a version");
    Entry { resource, url, version, block: (table, block), start, end }
}

fn number(word: &str) -> usize {
    word.parse().expect("the build wrote a number")
}

fn inflate(compressed: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::ZlibDecoder::new(compressed).read_to_string(&mut text).expect("the build compressed it");
    text
}
