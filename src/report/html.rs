//! `report.html`: one self-contained page, in both languages at once.

use super::Report;
use crate::text::Language;

/// The page, in this language first.
#[must_use]
pub fn html(_report: &Report, _language: Language, _folder: &str) -> String {
    String::new()
}
