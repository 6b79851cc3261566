//! Writes `suite.rs` into `OUT_DIR`: every file of the suite with its path, so
//! that the binary needs none of them beside it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The folders of the suite and the endings of the files that belong to it.
const FOLDERS: [(&str, &[&str]); 2] = [("scenarios", &["yaml"]), ("fixtures", &["yaml", "json"])];

/// Writes the list of files, sorted by path.
pub(crate) fn embed_suite() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for (folder, endings) in FOLDERS {
        println!("cargo:rerun-if-changed={folder}");
        collect(&root, Path::new(folder), endings, &mut paths);
    }
    paths.sort();
    let mut code = String::from("&[\n");
    for path in paths {
        writeln!(code, "    ({path:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/\", {path:?}))),")
            .expect("a String takes all that is written to it");
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("suite.rs");
    fs::write(&out, code).expect("OUT_DIR can be written to");
}

/// Collects paths below the root with forward slashes on every platform: they are part of the digest.
fn collect(root: &Path, folder: &Path, endings: &[&str], paths: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return };
    for entry in entries.flatten() {
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            collect(root, &path, endings, paths);
        } else if path.to_string_lossy().ends_with(".schema.json") {
            // Schemas are for editors.
        } else if path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| endings.contains(&ending)) {
            paths.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
}
