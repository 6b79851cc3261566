//! The catalogue as a whole: how many rows there are of what, and what a finding
//! against each of them does. `TOETS_BLESS=1` writes the golden file again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use toets::agreements::{Actor, Basis, Catalogue, Dialect, Effect, Level, Requirement};
use toets::scenario::{GROUPS, Source, load};

fn catalogue() -> Catalogue {
    load(&Source::Embedded).expect("the embedded suite loads").catalogue
}

fn levels<'r>(rows: impl Iterator<Item = &'r Requirement>) -> BTreeMap<Level, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.level).or_default() += 1;
    }
    counts
}

/// A value as the files write it.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).expect("a word").as_str().expect("a word is text").to_owned()
}

#[test]
fn the_catalogue_has_177_rows_105_shall_65_should_5_may_2_must() {
    let counts = levels(catalogue().iter());
    assert_eq!(counts.values().sum::<usize>(), 177);
    assert_eq!(counts, BTreeMap::from([(Level::Shall, 105), (Level::Must, 2), (Level::Should, 65), (Level::May, 5)]));
}

#[test]
fn a_provider_of_r4_rc2_claims_130_rows_70_shall_1_must_55_should_4_may() {
    let counts = levels(catalogue().iter().filter(|row| row.is_claimed(Actor::Provider, Dialect::R4Rc2)));
    assert_eq!(counts.values().sum::<usize>(), 130);
    assert_eq!(counts, BTreeMap::from([(Level::Shall, 70), (Level::Must, 1), (Level::Should, 55), (Level::May, 4)]));
}

#[test]
fn the_groups_stand_in_the_order_of_the_agreement_and_none_is_empty() {
    let catalogue = catalogue();
    assert_eq!(catalogue.groups().iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), GROUPS);
    assert!(catalogue.groups().iter().all(|group| !group.requirements.is_empty()));
}

#[test]
fn the_effect_of_each_row_is_that_of_the_golden_file() {
    let mut text = String::new();
    for row in catalogue().iter() {
        let basis: Vec<String> = row.basis.iter().map(word).collect();
        writeln!(text, "{} {} {} {}", row.id, word(row.level), basis.join("/"), word(row.effect())).expect("a String takes all");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/effects.txt");
    if env::var_os("TOETS_BLESS").is_some() {
        fs::write(&path, &text).expect("the golden file can be written");
    }
    let golden = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(golden == text, "effects differ from tests/golden/effects.txt; TOETS_BLESS=1 writes them again");
}

#[test]
fn no_row_without_n_p_or_f_can_fail_or_warn() {
    let binding = |row: &Requirement| row.basis.iter().any(|basis| matches!(basis, Basis::N | Basis::P | Basis::F));
    for row in catalogue().iter().filter(|row| !binding(row)) {
        assert!(row.effect() <= Effect::Remark, "{}", row.id);
    }
}

#[test]
fn both_languages_of_each_statement_say_something_of_their_own() {
    for row in catalogue().iter() {
        assert!(row.statement.en.ends_with('.') && row.statement.nl.ends_with('.'), "{}", row.id);
        assert_ne!(row.statement.en, row.statement.nl, "{}", row.id);
    }
}
