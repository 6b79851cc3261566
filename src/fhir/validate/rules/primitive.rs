//! The values of primitive types: their form in JSON and the characters that a
//! type allows. <https://hl7.org/fhir/R4/datatypes.html#primitive>

use super::text::{self, SHOWN};
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
    /// A time of day without a zone.
    NO_ZONE "date-time-without-zone" "value" Some("Type_Specific_Checks_DT_DateTime_TZ");
        en "`{found}` has a time but no time zone, so no one can tell when it was", "add the zone: `+01:00`, or `Z` for UTC";
        nl "`{found}` heeft een tijd maar geen tijdzone, dus niemand weet wanneer het was", "voeg de zone toe: `+01:00`, of `Z` voor UTC";
    /// No moment to the second.
    INSTANT "instant-wrong" "value" Some("Type_Specific_Checks_DT_DateTime_Regex");
        en "`{found}` is no instant", "write a moment with seconds and time zone: `2026-03-01T12:00:00+01:00`";
        nl "`{found}` is geen instant", "schrijf een moment met seconden en tijdzone: `2026-03-01T12:00:00+01:00`";
    /// A year that is hardly meant.
    FAR "date-far-away" "business-rule" Some("Type_Specific_Checks_DT_DateTime_Reasonable");
        en "`{found}` is long ago or far ahead", "look whether the year is the one that was meant";
        nl "`{found}` is lang geleden of ver in de toekomst", "kijk of het jaar klopt";
    /// No time.
    TIME "time-wrong" "value" Some("Type_Specific_Checks_DT_Time_Valid");
        en "`{found}` is no time", "write `12:00:00`";
        nl "`{found}` is geen tijd", "schrijf `12:00:00`";
    /// White space in a URI.
    URI_SPACE "uri-white-space" "invalid" Some("Type_Specific_Checks_DT_URI_WS");
        en "`{found}` has white space, which a {type} cannot have", "take the white space out, or write `%20`";
        nl "`{found}` heeft witruimte, wat in een {type} niet kan", "haal de witruimte weg, of schrijf `%20`";
    /// `oid:` or `uuid:` without `urn:`.
    URI_NOT_A_URN "uri-without-urn" "invalid" Some("Type_Specific_Checks_DT_URI_OID");
        en "`{found}` begins with a scheme that there is not", "write `urn:` before it";
        nl "`{found}` begint met een schema dat niet bestaat", "zet er `urn:` voor";
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
    /// A canonical into the resource that leads nowhere.
    CANONICAL_LOST "canonical-lost" "not-found" Some("TYPE_SPECIFIC_CHECKS_DT_URL_INTERNAL");
        en "`{found}` names a contained resource that is not there", "mend the canonical, or contain the resource";
        nl "`{found}` noemt een ingesloten resource die er niet is", "herstel de canonical, of sluit de resource in";
    /// A code with white space at its ends or twice inside.
    CODE_SPACE "code-white-space" "invalid" Some("Type_Specific_Checks_DT_Code_WS");
        en "the code `{found}` begins or ends with white space, or has more than one blank together", "take the white space out";
        nl "de code `{found}` begint of eindigt met witruimte, of heeft meer spaties bij elkaar", "haal de witruimte weg";
    /// Longer than an id may be.
    ID_TOO_LONG "id-too-long" "invalid" Some("Resource_RES_ID_Malformed_Length");
        en "the id `{found}` has more than 64 characters", "use 1 to 64 letters of `A-Z a-z 0-9 - .`";
        nl "het id `{found}` heeft meer dan 64 tekens", "gebruik 1 tot 64 tekens uit `A-Z a-z 0-9 - .`";
    /// No id.
    ID "id-wrong" "invalid" Some("Resource_RES_ID_Malformed_Chars");
        en "`{found}` is no id", "use 1 to 64 letters of `A-Z a-z 0-9 - .`";
        nl "`{found}` is geen id", "gebruik 1 tot 64 tekens uit `A-Z a-z 0-9 - .`";
    /// No base64.
    BASE64 "base64-wrong" "value" Some("Type_Specific_Checks_DT_Base64_Valid");
        en "the value is no base64: {found}", "encode the bytes as base64, filled up with `=`";
        nl "de waarde is geen base64: {found}", "codeer de bytes als base64, aangevuld met `=`";
    /// White space in base64.
    BASE64_SPACE "base64-white-space" "value" Some("TYPE_SPECIFIC_CHECKS_DT_BASE64_NO_WS_WARNING");
        en "the base64 has white space, which many readers do not expect", "write it without";
        nl "de base64 heeft witruimte, waar veel lezers niet op rekenen", "schrijf het zonder";
    /// An address that leads nowhere by design.
    EXAMPLE_URL "uri-example" "business-rule" Some("TYPE_SPECIFIC_CHECKS_DT_URL_EXAMPLE");
        en "`{found}` is at a host that is reserved for examples", "write the address that is meant";
        nl "`{found}` staat op een host die voor voorbeelden is gereserveerd", "schrijf het adres dat bedoeld is";
}

/// Minutes between UTC and the zone that is furthest from it.
const WIDEST_ZONE: i16 = 14 * 60;
/// Longest id.
const MAX_ID: usize = 64;

/// Whether the value of a primitive is one of its type.
pub(crate) fn check(scene: &Scene<'_, '_>, node: Node<'_>, issues: &mut Issues) {
    let Some(literal) = node.literal().filter(|_| node.is_primitive()) else { return };
    let of = node.type_name();
    let text = &*literal.text;
    if text.is_empty() {
        return issues.push(Issue::error(&EMPTY, node));
    }
    let (wanted, found) = (form(Form::of(of)), form(literal.form));
    let wrong = wrong(of, text, scene.is_stu3());
    // XML has no forms: of a text that would be no value in either, only that is said.
    if literal.form != Form::of(of) && (literal.form != Form::String || wrong.is_none()) {
        let issue = Issue::error(&WRONG_FORM, node).with("type", of);
        return issues.push(issue.with("expected", wanted).with("found", found));
    }
    if let Some(code) = wrong {
        let issue = Issue::error(code, node).with("type", of).with("found", text.chars().take(SHOWN).collect::<String>());
        issues.push(if code == &INTEGER { issue.with("expected", bounds(of)) } else { issue });
    } else if of == "canonical" && text.strip_prefix('#').is_some_and(|id| !is_contained(node, id)) {
        issues.push(Issue::error(&CANONICAL_LOST, node).with("found", text));
    } else if is_far(of, text) {
        issues.push(Issue::warning(&FAR, node).with("found", text));
    } else if of == "base64Binary" && text.contains(char::is_whitespace) {
        issues.push(Issue::warning(&BASE64_SPACE, node));
    } else if scene.refused.example_urls && matches!(of, "uri" | "url" | "canonical") && is_example(text) {
        issues.push(Issue::error(&EXAMPLE_URL, node).with("found", text));
    }
    if scene.types().is_a(of, "string") || of == "markdown" {
        text::check(scene, node, text, issues);
    }
}

/// What is wrong with a value, by its type alone.
fn wrong(of: &str, text: &str, is_stu3: bool) -> Option<&'static Code> {
    let (is_right, code) = match of {
        "boolean" => (matches!(text, "true" | "false"), &BOOLEAN),
        "integer" | "positiveInt" | "unsignedInt" => (is_integer(of, text), &INTEGER),
        "decimal" => (crate::fhir::json::is_number(text), &DECIMAL),
        "date" => (Date::parse(text).is_some(), &DATE),
        "dateTime" if lacks_zone(text) => (false, &NO_ZONE),
        "dateTime" => (is_moment(text), &DATE_TIME),
        "instant" => (is_moment(text) && text.contains('T'), &INSTANT),
        "time" => (Time::parse(text).is_some() && text.len() >= "00:00:00".len(), &TIME),
        "base64Binary" => (is_base64(text), &BASE64),
        "code" => (is_code(text), &CODE_SPACE),
        "id" if text.len() > MAX_ID && text.bytes().all(is_id_byte) => (false, &ID_TOO_LONG),
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
    if ["oid:", "uuid:"].iter().any(|scheme| text.starts_with(scheme)) {
        return Some(&URI_NOT_A_URN);
    }
    // Behind it may come a version, and a part of what it names.
    let text = text.split(['|', '#']).next().unwrap_or_default();
    let (oid, uuid) = (text.strip_prefix("urn:oid:"), text.strip_prefix("urn:uuid:"));
    if oid.is_some_and(|oid| !is_oid(oid)) || (of == "oid" && oid.is_none()) {
        return Some(&OID);
    }
    if uuid.is_some_and(|uuid| !is_uuid(uuid)) || (of == "uuid" && uuid.is_none()) {
        return Some(&UUID);
    }
    let is_relative = of == "canonical" && !is_stu3 && !text.is_empty() && !is_absolute(text);
    is_relative.then_some(&CANONICAL)
}

/// Whether a URI says by itself where it leads: it has a scheme.
pub(crate) fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let letters = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.');
    scheme.starts_with(|letter: char| letter.is_ascii_alphabetic()) && scheme.chars().all(letters) && !rest.is_empty()
}

/// Whether a resource around a node contains another with this id, or is one.
fn is_contained(node: Node<'_>, id: &str) -> bool {
    let around = node.outward().filter(|node| node.is_resource());
    let mut known = around.flat_map(|resource| std::iter::once(resource).chain(resource.children_named("contained")));
    id.is_empty() || known.any(|resource| resource.child_value("id") == Some(id))
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
    let has_zone = moment.offset().is_some_and(|minutes| minutes.abs() <= WIDEST_ZONE);
    has_zone && time.as_bytes().get(5) == Some(&b':')
}

fn is_code(text: &str) -> bool {
    let is_other_space = |letter: char| letter.is_whitespace() && letter != ' ';
    text.trim() == text && !text.contains("  ") && !text.contains(is_other_space)
}

pub(crate) fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len()) && text.bytes().all(is_id_byte)
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')
}

/// A time of day with seconds and no zone.
fn lacks_zone(text: &str) -> bool {
    DateTime::parse(text).is_some_and(|moment| moment.time().is_some() && moment.offset().is_none())
}

/// A year in which hardly anything was or will be.
fn is_far(of: &str, text: &str) -> bool {
    let year = || text.get(..4).and_then(|year| year.parse::<u16>().ok());
    matches!(of, "date" | "dateTime" | "instant") && year().is_some_and(|year| !(1800..=2100).contains(&year))
}

/// How many bytes base64 stands for; `None` when it is none.
pub(crate) fn base64_length(text: &str) -> Option<usize> {
    let letters = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count();
    let filling = text.trim_ascii_end().bytes().rev().take_while(|byte| *byte == b'=').count();
    is_base64(text).then(|| letters / 4 * 3 - filling)
}

/// White space may stand anywhere, as R4 writes it out in lines.
fn is_base64(text: &str) -> bool {
    let bytes: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let filling = bytes.iter().rev().take_while(|byte| **byte == b'=').count();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    bytes.len().is_multiple_of(4) && filling <= 2 && bytes[..bytes.len() - filling].iter().all(is_letter)
}

/// Hosts, with all below them, that lead nowhere by design (RFC 2606, 2 and 3).
const EXAMPLE_HOSTS: [&str; 6] = ["example.org", "example.com", "example.net", "example", "invalid", "test"];

/// Whether an address is at a host that is reserved for examples.
fn is_example(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#', '|']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().and_then(|host| host.split(':').next()).unwrap_or_default().to_ascii_lowercase();
    let host = host.trim_end_matches('.');
    EXAMPLE_HOSTS.iter().any(|known| host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

fn form(form: Form) -> &'static str {
    match form {
        Form::String => "string",
        Form::Number => "number",
        Form::Boolean => "boolean",
    }
}
