//! The build script: puts the suite into the binary.

#[path = "build/suite.rs"]
mod suite;

fn main() {
    suite::embed_suite();
}
