//! The tables in `src/fhir/tables` are those that the packages give. Needs
//! `../shared` (or `TOETS_SHARED`); without it the trials read *ignored*.

#[path = "../examples/definitions/forms.rs"]
mod forms;
#[path = "../examples/definitions/table.rs"]
mod table;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

fn packages() -> PathBuf {
    let shared =
        std::env::var_os("TOETS_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("fhir/packages")
}

fn tables_are_as_the_packages_give_them() -> Result<Completion, Failed> {
    let packages = packages();
    if !packages.is_dir() {
        return Ok(Completion::ignored_with("the FHIR packages are not here: set `TOETS_SHARED`"));
    }
    for table::Table { path, text } in [table::make(&packages)?, forms::make(&packages)?].concat() {
        table::compare(&path, &text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(Completion::Completed)
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = vec![Trial::ignorable_test("tables_are_as_the_packages_give_them", tables_are_as_the_packages_give_them)];
    libtest_mimic::run(&arguments, trials).exit();
}
