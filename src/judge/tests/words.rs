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

/// All codes as a page to read.
fn page() -> String {
    let mut page = String::from(
        "# Findings\n\nEvery finding has a code that never changes its meaning. Made by `TOETS_BLESS=1 cargo test --lib judge`.\n",
    );
    for code in Code::all() {
        page.push_str(&format!("\n## {}\n", code.name()));
        for language in [Language::En, Language::Nl] {
            let text = code.text(language);
            page.push_str(&format!("\n- {}\n  - hint: {}\n", text.title, text.hint));
        }
    }
    page
}

#[test]
fn findings_page_lists_every_code() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/findings.md");
    if std::env::var_os("TOETS_BLESS").is_some() {
        std::fs::write(&path, page()).expect("docs can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(written, page(), "docs/findings.md is old: make it again with TOETS_BLESS=1");
}
