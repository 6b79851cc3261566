//! The catalogue holds the rows that the agreements list, with their level, actor
//! and basis. Needs `../shared` (or `TOETS_SHARED`); without it the trial reads
//! *ignored*.

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use toets::scenario::{Source, load};

fn agreements() -> PathBuf {
    let shared =
        std::env::var_os("TOETS_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("agreements/pzp.md")
}

/// `id level actor basis` of each row of section 10.
fn listed(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| line.starts_with("| PZP-"))
        .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>())
        .filter(|cells| cells.len() > 6)
        .map(|cells| format!("{} {} {} {}", cells[1], cells[2], cells[3], cells[5]))
        .collect()
}

fn the_catalogue_holds_every_row_of_the_agreements() -> Result<Completion, Failed> {
    let Ok(text) = std::fs::read_to_string(agreements()) else {
        return Ok(Completion::ignored_with("the agreements are not here: set `TOETS_SHARED`"));
    };
    let suite = load(&Source::Embedded).map_err(|problems| format!("{problems:?}"))?;
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut ours = Vec::new();
    for row in suite.catalogue.iter() {
        let basis = row.basis.iter().map(|basis| word(serde_json::json!(basis))).collect::<Vec<_>>().join("/");
        let actor = word(serde_json::json!(row.actor)).chars().take(1).collect::<String>().to_uppercase();
        ours.push(format!("{} {} {actor} {basis}", row.id, word(serde_json::json!(row.level))));
    }
    let theirs = listed(&text);
    let differ: Vec<_> =
        theirs.iter().filter(|row| !ours.contains(row)).chain(ours.iter().filter(|row| !theirs.contains(row))).collect();
    if differ.is_empty() && theirs == ours {
        Ok(Completion::Completed)
    } else {
        Err(format!("rows that differ: {differ:?}").into())
    }
}

fn main() {
    let arguments = Arguments::from_args();
    let name = "the_catalogue_holds_every_row_of_the_agreements";
    libtest_mimic::run(&arguments, vec![Trial::ignorable_test(name, the_catalogue_holds_every_row_of_the_agreements)]).exit();
}
