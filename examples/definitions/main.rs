//! Makes the tables in `src/fhir/tables` again from the packages of HL7:
//! `cargo run --example definitions -- ../shared/fhir/packages`. With `--check`
//! it compares instead of writing. How the tables of types are made is in `table.rs`,
//! those of forms in `forms.rs`, those of definitions and terms in `facts.rs`.

mod elements;
mod facts;
mod forms;
mod table;
mod terms;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = arguments.iter().any(|argument| argument == "--check");
    let Some(packages) = arguments.iter().find(|argument| !argument.starts_with("--")) else {
        return failure("name the folder of the packages: `cargo run --example definitions -- ../shared/fhir/packages`");
    };
    let packages = Path::new(packages);
    let made = table::make(packages).and_then(|tables| Ok([tables, forms::make(packages)?, facts::make(packages)?].concat()));
    let tables = match made {
        Ok(tables) => tables,
        Err(error) => return failure(&error),
    };
    for table::Table { path, text } in &tables {
        let done = if check { table::compare(path, text) } else { std::fs::write(path, text).map_err(|error| error.to_string()) };
        if let Err(error) = done {
            return failure(&format!("{}: {error}", path.display()));
        }
    }
    ExitCode::SUCCESS
}

#[allow(clippy::print_stderr, reason = "a program of its own, with no terminal room to go through")]
fn failure(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::FAILURE
}
