//! The table of codes: names, and sentences in both languages.

use std::collections::BTreeSet;

use super::super::code::Code;
use crate::text::Language;

#[test]
fn code_names_are_unique_and_kebab_case() {
    let names: BTreeSet<_> = Code::all().iter().map(|code| code.name()).collect();
    assert_eq!(names.len(), Code::all().len());
    assert!(names.iter().all(|name| name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')));
}

#[test]
fn code_name_is_what_serde_writes() {
    for code in Code::all() {
        assert_eq!(serde_json::to_string(code).expect("a unit variant"), format!("\"{}\"", code.name()));
    }
}

#[test]
fn every_code_has_a_title_and_a_hint_in_both_languages() {
    for code in Code::all() {
        let (english, dutch) = (code.text(Language::En), code.text(Language::Nl));
        for text in [english.title, english.hint, dutch.title, dutch.hint] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", code.name());
        }
        assert_ne!(english.title, dutch.title, "{}", code.name());
        assert_eq!(english.title.contains("{subject}"), dutch.title.contains("{subject}"), "{}", code.name());
    }
}
