//! Compresses the tables of FHIR for the binary: the type tables of
//! `src/fhir/tables` whole, to `OUT_DIR/*.z`, and the tables of facts in blocks
//! (`build/blocks.rs`). What they mean is `src/fhir/types` and
//! `src/fhir/builtin`. Embeds the suite as well (`build/suite.rs`).

#[path = "build/blocks.rs"]
mod blocks;
#[path = "build/suite.rs"]
mod suite;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

const TABLES: [&str; 6] = ["r4.types", "r4.search", "r4.forms", "stu3.types", "stu3.search", "stu3.forms"];
const FACTS: [&str; 4] = ["r4.definitions", "r4.terms", "stu3.definitions", "stu3.terms"];

fn main() -> io::Result<()> {
    suite::embed_suite();
    let out = std::env::var("OUT_DIR").map_err(io::Error::other)?;
    let out = Path::new(&out);
    for name in TABLES {
        let file = File::create(out.join(format!("{name}.z")))?;
        let mut encoder = flate2::write::ZlibEncoder::new(file, flate2::Compression::best());
        encoder.write_all(table(name)?.as_bytes())?;
        encoder.finish()?;
    }
    for name in FACTS {
        let packed = blocks::pack(&table(name)?)?;
        fs::write(out.join(format!("{name}.index")), packed.index)?;
        fs::write(out.join(format!("{name}.blocks")), packed.blocks)?;
    }
    Ok(())
}

fn table(name: &str) -> io::Result<String> {
    let path = Path::new("src/fhir/tables").join(name);
    println!("cargo::rerun-if-changed={}", path.display());
    // A checkout with Windows line ends must give the same binary.
    Ok(fs::read_to_string(path)?.replace('\r', ""))
}
