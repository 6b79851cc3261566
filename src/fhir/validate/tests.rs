//! The judge on small resources and the definitions of FHIR itself.

use std::collections::HashSet;

use super::all_codes;

#[test]
fn every_code_has_a_name_of_its_own_and_words_in_both_languages() {
    let mut names = HashSet::new();
    for code in all_codes() {
        assert!(names.insert(code.name), "`{}` is there twice", code.name);
        for words in [&code.english, &code.dutch] {
            assert!(!words.what.is_empty() && !words.mend.is_empty(), "`{}` lacks words", code.name);
        }
    }
}
