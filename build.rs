//! Compresses the tables of FHIR for the binary: `src/fhir/tables/*` to
//! `OUT_DIR/*.z`. What they mean is `src/fhir/types`. Embeds the suite as well
//! (`build/suite.rs`).

#[path = "build/suite.rs"]
mod suite;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

const TABLES: [&str; 6] = ["r4.types", "r4.search", "r4.forms", "stu3.types", "stu3.search", "stu3.forms"];

fn main() -> io::Result<()> {
    suite::embed_suite();
    let out = std::env::var("OUT_DIR").map_err(io::Error::other)?;
    for name in TABLES {
        let path = Path::new("src/fhir/tables").join(name);
        println!("cargo::rerun-if-changed={}", path.display());
        // A checkout with Windows line ends must give the same binary.
        let text = fs::read_to_string(path)?.replace('\r', "");
        let file = File::create(Path::new(&out).join(format!("{name}.z")))?;
        let mut encoder = flate2::write::ZlibEncoder::new(file, flate2::Compression::best());
        encoder.write_all(text.as_bytes())?;
        encoder.finish()?;
    }
    Ok(())
}
