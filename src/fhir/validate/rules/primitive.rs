//! The values of primitive types: their form in JSON and the characters that a
//! type allows. <https://hl7.org/fhir/R4/datatypes.html#primitive>

use crate::fhir::date::{Date, DateTime, Time};
use crate::fhir::node::{Form, Node};
use crate::fhir::validate::{Code, Issue, Issues, Scene, codes};

codes! {
    /// JSON has another form than the type.
    WRONG_FORM "value-wrong-form" "structure" None;
        en "`{type}` is written as {expected} in JSON, found {found}", "write it as {expected}";
        nl "`{type}` hoort in JSON als {expected}, gevonden: {found}", "schrijf het als {expected}";
    /// The value has no characters.
    EMPTY "value-empty" "value" Some("Type_Specific_Checks_DT_Primitive_NotEmpty");
        en "the value is empty", "leave the element out, or fill it";
        nl "de waarde is leeg", "laat het element weg, of vul het";
    /// No `true` or `false`.
    BOOLEAN "boolean-wrong" "value" Some("Type_Specific_Checks_DT_Boolean_Value");
        en "`{found}` is no boolean", "write `true` or `false`";
        nl "`{found}` is geen boolean", "schrijf `true` of `false`";
    /// No whole number.
    INTEGER "integer-wrong" "value" Some("Type_Specific_Checks_DT_Integer_Valid");
        en "`{found}` is no {type}", "write a whole number, {expected}";
        nl "`{found}` is geen {type}", "schrijf een geheel getal, {expected}";
    /// No number.
    DECIMAL "decimal-wrong" "value" Some("Type_Specific_Checks_DT_Decimal_Valid");
        en "`{found}` is no decimal", "write a number with a decimal point";
        nl "`{found}` is geen decimaal getal", "schrijf een getal met een decimale punt";
    /// No date.
    DATE "date-wrong" "value" Some("Type_Specific_Checks_DT_Date_Valid");
        en "`{found}` is no date", "write `2026`, `2026-03` or `2026-03-01`, a day that exists";
        nl "`{found}` is geen datum", "schrijf `2026`, `2026-03` of `2026-03-01`, een dag die bestaat";
    /// No date or moment.
    DATE_TIME "date-time-wrong" "value" Some("Type_Specific_Checks_DT_DateTime_Valid");
        en "`{found}` is no {type}", "write a date, or a moment with seconds and time zone: `2026-03-01T12:00:00+01:00`";
        nl "`{found}` is geen {type}", "schrijf een datum, of een moment met seconden en tijdzone: `2026-03-01T12:00:00+01:00`";
    /// No time.
    TIME "time-wrong" "value" Some("Type_Specific_Checks_DT_Time_Valid");
        en "`{found}` is no time", "write `12:00:00`";
        nl "`{found}` is geen tijd", "schrijf `12:00:00`";
    /// White space in a URI.
    URI_SPACE "uri-white-space" "invalid" Some("Type_Specific_Checks_DT_URI_WS");
        en "`{found}` has white space, which a {type} cannot have", "take the white space out, or write `%20`";
        nl "`{found}` heeft witruimte, wat in een {type} niet kan", "haal de witruimte weg, of schrijf `%20`";
    /// No OID.
    OID "oid-wrong" "invalid" Some("Type_Specific_Checks_DT_OID_Valid");
        en "`{found}` is no OID", "write `urn:oid:` and numbers with points between: `urn:oid:2.16.840`";
        nl "`{found}` is geen OID", "schrijf `urn:oid:` en getallen met punten ertussen: `urn:oid:2.16.840`";
    /// No UUID.
    UUID "uuid-wrong" "invalid" Some("Type_Specific_Checks_DT_UUID_Valid");
        en "`{found}` is no UUID", "write `urn:uuid:` and the UUID in small letters";
        nl "`{found}` is geen UUID", "schrijf `urn:uuid:` en de UUID in kleine letters";
    /// A canonical that is not absolute.
    CANONICAL "canonical-relative" "invalid" Some("TYPE_SPECIFIC_CHECKS_CANONICAL_ABSOLUTE");
        en "`{found}` is no absolute URL", "write the whole canonical, or `#` and the id of a contained resource";
        nl "`{found}` is geen absolute URL", "schrijf de hele canonical, of `#` en het id van een ingesloten resource";
    /// A code with white space at its ends or twice inside.
    CODE_SPACE "code-white-space" "invalid" Some("Type_Specific_Checks_DT_Code_WS");
        en "the code `{found}` begins or ends with white space, or has more than one blank together", "take the white space out";
        nl "de code `{found}` begint of eindigt met witruimte, of heeft meer spaties bij elkaar", "haal de witruimte weg";
    /// No id.
    ID "id-wrong" "invalid" Some("Resource_RES_ID_Malformed_Chars");
        en "`{found}` is no id", "use 1 to 64 letters of `A-Z a-z 0-9 - .`";
        nl "`{found}` is geen id", "gebruik 1 tot 64 tekens uit `A-Z a-z 0-9 - .`";
    /// No base64.
    BASE64 "base64-wrong" "value" Some("Type_Specific_Checks_DT_Base64_Valid");
        en "the value is no base64: {found}", "encode the bytes as base64, filled up with `=`";
        nl "de waarde is geen base64: {found}", "codeer de bytes als base64, aangevuld met `=`";
    /// A character that no text may have.
    CONTROL "text-control-character" "invalid" Some("Type_Specific_Checks_DT_String_CHARS");
        en "the text has the control character {found}", "take it out; tab, line feed and carriage return may stay";
        nl "de tekst heeft het stuurteken {found}", "haal het weg; tab, regeleinde en wagenterugloop mogen blijven";
    /// Longer than a text may be.
    TOO_LONG "text-too-long" "too-long" Some("Type_Specific_Checks_DT_String_Length");
        en "the text has {found} characters, at most 1 MB allowed", "shorten it, or send it as an attachment";
        nl "de tekst heeft {found} tekens, hoogstens 1 MB toegestaan", "maak hem korter, of stuur hem als bijlage";
    /// White space at the ends of a text.
    TEXT_SPACE "text-white-space" "value" Some("Type_Specific_Checks_DT_String_WS");
        en "the text begins or ends with white space", "take the white space out";
        nl "de tekst begint of eindigt met witruimte", "haal de witruimte weg";
}

/// Longest text: 1 MB.
const MAX_TEXT: usize = 1 << 20;
/// Letters of a value that a message shows.
const SHOWN: usize = 80;

/// Whether the value of a primitive is one of its type.
pub(crate) fn check(scene: &Scene<'_, '_>, node: Node<'_>, issues: &mut Issues) {
    let Some(literal) = node.literal().filter(|_| node.is_primitive()) else { return };
    let of = node.type_name();
    if literal.form != Form::of(of) {
        let issue = Issue::error(&WRONG_FORM, node).with("type", of).with("expected", form(Form::of(of)));
        issues.push(issue.with("found", form(literal.form)));
        if literal.form != Form::String {
            return;
        }
    }
    let text = &*literal.text;
    if text.is_empty() {
        return issues.push(Issue::error(&EMPTY, node));
    }
    if let Some(code) = wrong(of, text, scene.is_stu3()) {
        let issue = Issue::error(code, node).with("type", of).with("found", text.chars().take(SHOWN).collect::<String>());
        issues.push(issue.with("expected", bounds(of)));
    }
    if scene.types().is_a(of, "string") || of == "markdown" {
        check_text(node, text, issues);
    }
}

/// What is wrong with a value, by its type alone.
fn wrong(of: &str, text: &str, is_stu3: bool) -> Option<&'static Code> {
    let (is_right, code) = match of {
        "boolean" => (matches!(text, "true" | "false"), &BOOLEAN),
        "integer" | "positiveInt" | "unsignedInt" => (is_integer(of, text), &INTEGER),
        "decimal" => (crate::fhir::json::is_number(text), &DECIMAL),
        "date" => (Date::parse(text).is_some(), &DATE),
        "dateTime" => (is_moment(text), &DATE_TIME),
        "instant" => (is_moment(text) && DateTime::parse(text).is_some_and(|moment| moment.time().is_some()), &DATE_TIME),
        "time" => (Time::parse(text).is_some() && text.len() >= "00:00:00".len(), &TIME),
        "base64Binary" => (is_base64(text), &BASE64),
        "code" => (is_code(text), &CODE_SPACE),
        "id" => (is_id(text), &ID),
        "uri" | "url" | "canonical" | "oid" | "uuid" => return wrong_uri(of, text, is_stu3),
        _ => return None,
    };
    (!is_right).then_some(code)
}

fn wrong_uri(of: &str, text: &str, is_stu3: bool) -> Option<&'static Code> {
    if text.contains(char::is_whitespace) {
        return Some(&URI_SPACE);
    }
    let (oid, uuid) = (text.strip_prefix("urn:oid:"), text.strip_prefix("urn:uuid:"));
    if oid.is_some_and(|oid| !is_oid(oid)) || (of == "oid" && oid.is_none()) {
        return Some(&OID);
    }
    if uuid.is_some_and(|uuid| !is_uuid(uuid)) || (of == "uuid" && uuid.is_none()) {
        return Some(&UUID);
    }
    let is_relative = of == "canonical" && !is_stu3 && !text.starts_with('#') && !is_absolute(text);
    is_relative.then_some(&CANONICAL)
}

/// Whether a URI says by itself where it leads: it has a scheme.
pub(crate) fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let letters = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.');
    scheme.starts_with(|letter: char| letter.is_ascii_alphabetic()) && scheme.chars().all(letters) && !rest.is_empty()
}

fn is_oid(text: &str) -> bool {
    let is_part = |part: &str| part == "0" || (!part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit()));
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() > 1 && matches!(parts[0], "0" | "1" | "2") && parts.iter().all(|part| !part.is_empty() && is_part(part))
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}

fn is_integer(of: &str, text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain =
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    let smallest = match of {
        "positiveInt" => 1,
        "unsignedInt" => 0,
        _ => i32::MIN,
    };
    is_plain && text.parse::<i32>().is_ok_and(|number| number >= smallest)
}

fn bounds(of: &str) -> &'static str {
    match of {
        "positiveInt" => "1 .. 2147483647",
        "unsignedInt" => "0 .. 2147483647",
        _ => "-2147483648 .. 2147483647",
    }
}

/// A date; or a moment to the second, with its time zone.
fn is_moment(text: &str) -> bool {
    let Some(moment) = DateTime::parse(text) else { return false };
    let Some((_, time)) = text.split_once('T') else { return moment.time().is_none() };
    moment.offset().is_some() && time.as_bytes().get(5) == Some(&b':')
}

fn is_code(text: &str) -> bool {
    let is_other_space = |letter: char| letter.is_whitespace() && letter != ' ';
    text.trim() == text && !text.contains("  ") && !text.contains(is_other_space)
}

pub(crate) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

/// White space may stand anywhere, as R4 writes it out in lines.
fn is_base64(text: &str) -> bool {
    let bytes: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let filling = bytes.iter().rev().take_while(|byte| **byte == b'=').count();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    bytes.len().is_multiple_of(4) && filling <= 2 && bytes[..bytes.len() - filling].iter().all(is_letter)
}

fn check_text(node: Node<'_>, text: &str, issues: &mut Issues) {
    let control = text.chars().find(|letter| (*letter < ' ' && !matches!(letter, '\t' | '\n' | '\r')) || *letter == '\u{7f}');
    if let Some(control) = control {
        issues.push(Issue::error(&CONTROL, node).with("found", format!("U+{:04X}", u32::from(control))));
    }
    if text.len() > MAX_TEXT {
        issues.push(Issue::error(&TOO_LONG, node).with("found", text.chars().count().to_string()));
    }
    if matches!(node.type_name(), "string") && text.trim() != text {
        issues.push(Issue::warning(&TEXT_SPACE, node));
    }
}

fn form(form: Form) -> &'static str {
    match form {
        Form::String => "string",
        Form::Number => "number",
        Form::Boolean => "boolean",
    }
}
