//! Texts: their characters, their length, and what they should not hold.
//! <https://hl7.org/fhir/R4/datatypes.html#string>

use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, Scene, Severity, codes};

codes! {
    /// A character that no text may have.
    CONTROL "text-control-character" "invalid" Some("Type_Specific_Checks_DT_String_CHARS");
        en "the text has the control character {found}", "take it out; tab, line feed and carriage return may stay";
        nl "de tekst heeft het stuurteken {found}", "haal het weg; tab, regeleinde en wagenterugloop mogen blijven";
    /// Longer than a text may be.
    TOO_LONG "text-too-long" "too-long" Some("Type_Specific_Checks_DT_String_Length");
        en "the text has {found} characters, at most 1 MB allowed", "shorten it, or send it as an attachment";
        nl "de tekst heeft {found} tekens, hoogstens 1 MB toegestaan", "maak hem korter, of stuur hem als bijlage";
    /// A value of white space alone.
    BLANK "value-blank" "value" Some("Type_Specific_Checks_DT_Primitive_WS");
        en "the value is white space alone", "leave the element out, or fill it";
        nl "de waarde is alleen witruimte", "laat het element weg, of vul het";
    /// HTML in markdown.
    HTML "markdown-html" "business-rule" Some("TYPE_SPECIFIC_CHECKS_DT_MARKDOWN_HTML");
        en "the markdown has what looks like HTML: `{found}`; FHIR does not support that", "use markdown, or write `&lt;` for `<`";
        nl "de markdown heeft iets dat op HTML lijkt: `{found}`; FHIR ondersteunt dat niet", "gebruik markdown, of schrijf `&lt;` in plaats van `<`";
    /// White space at the ends of a text.
    TEXT_SPACE "text-white-space" "value" Some("Type_Specific_Checks_DT_String_WS");
        en "the text begins or ends with white space", "take the white space out";
        nl "de tekst begint of eindigt met witruimte", "haal de witruimte weg";
    /// Letters that a wrong encoding made of others.
    GARBLED "text-garbled" "value" None;
        en "the text has letters that were lost or doubled by a wrong encoding: `{found}`", "read and write UTF-8 everywhere from the database to the answer; look where these bytes were read as ISO 8859-1 or Windows-1252";
        nl "de tekst heeft letters die door een verkeerde codering zijn verminkt: `{found}`", "lees en schrijf overal UTF-8, van de database tot het antwoord; kijk waar deze bytes als ISO 8859-1 of Windows-1252 zijn gelezen";
}

/// Letters of a value that a message shows.
pub(super) const SHOWN: usize = 80;
/// Longest text: 1 MB.
const MAX_TEXT: usize = 1 << 20;

/// What is odd in a text.
pub(super) fn check(scene: &Scene<'_, '_>, node: Node<'_>, text: &str, issues: &mut Issues) {
    let control = text.chars().find(|letter| *letter < ' ' && !matches!(letter, '\t' | '\n' | '\r'));
    if let Some(control) = control {
        issues.push(Issue::error(&CONTROL, node).with("found", format!("U+{:04X}", u32::from(control))));
    }
    if text.len() > MAX_TEXT {
        issues.push(Issue::error(&TOO_LONG, node).with("found", text.chars().count().to_string()));
    }
    if let Some(tag) = html(text).filter(|_| node.type_name() == "markdown") {
        let severity = if scene.refused.markdown_html { Severity::Error } else { Severity::Warning };
        issues.push(Issue::new(&HTML, severity, node).with("found", tag));
    }
    if let Some(found) = garbled(text) {
        issues.push(Issue::warning(&GARBLED, node).with("found", found));
    }
    match text.trim() {
        // Of a code that is an error already.
        _ if !matches!(node.type_name(), "string" | "markdown") => {}
        "" => issues.push(Issue::warning(&BLANK, node)),
        bare if bare != text && node.type_name() == "string" => issues.push(Issue::warning(&TEXT_SPACE, node)),
        _ => {}
    }
}

/// The first tag of HTML in a text, as far as a message shows it. A link between
/// `<` and `>` is none.
fn html(text: &str) -> Option<String> {
    text.match_indices('<').find_map(|(at, _)| {
        let tag = &text[at + 1..];
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let behind = tag.trim_start_matches('/')[name.len()..].chars().next();
        let is_tag = name.starts_with(|letter: char| letter.is_ascii_alphabetic()) && matches!(behind, Some('>' | '/' | ' '));
        is_tag.then(|| format!("<{}", tag.chars().take_while(|letter| *letter != '>').take(SHOWN).collect::<String>()))
    })
}

/// A letter that nobody typed, with what stands around it: the sign for what could
/// not be read, or UTF-8 that was read byte by byte (`Ã«` for `ë`, `â‚¬` for `€`).
pub(crate) fn garbled(text: &str) -> Option<String> {
    let letters: Vec<char> = if text.is_ascii() { Vec::new() } else { text.chars().collect() };
    let at = letters.iter().enumerate().position(|(at, letter)| match (letter, letters.get(at + 1)) {
        ('\u{fffd}', _) => true,
        // Of two bytes the first is C2 or C3, the second 80 to BF.
        ('Â' | 'Ã', Some('\u{80}'..='\u{bf}')) => true,
        // Of three bytes, E2 80 or E2 82, as both encodings show them.
        ('â', Some('€' | '‚' | '\u{80}' | '\u{82}')) => true,
        _ => false,
    })?;
    let from = letters[..at].iter().rposition(|letter| letter.is_whitespace()).map_or(0, |space| space + 1);
    let shown = letters[from.max(at.saturating_sub(SHOWN / 2))..].iter();
    Some(shown.take(SHOWN).take_while(|letter| **letter != ' ').collect())
}
