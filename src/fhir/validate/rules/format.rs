//! The characters of a primitive: dates that exist, numbers, codes, addresses
//! (<https://hl7.org/fhir/R4/datatypes.html#primitive>).

use crate::fhir::node::Node;
use crate::fhir::validate::{Code, Issue, Issues, codes};

codes! {
    /// There are no characters.
    EMPTY "value-empty" "invalid" Some("Type_Specific_Checks_DT_Primitive_NotEmpty");
        en "the value is an empty text", "leave the element out";
        nl "de waarde is een lege tekst", "laat het element weg";
    /// No boolean.
    BOOLEAN "boolean-malformed" "invalid" Some("Type_Specific_Checks_DT_Boolean_Value");
        en "`{found}` is no boolean", "write `true` or `false`";
        nl "`{found}` is geen boolean", "schrijf `true` of `false`";
    /// No whole number, or out of its bounds.
    INTEGER "integer-malformed" "invalid" Some("Type_Specific_Checks_DT_Integer_Valid");
        en "`{found}` is no {expected}", "write a whole number within the bounds of the type, without leading zeros";
        nl "`{found}` is geen {expected}", "schrijf een geheel getal binnen de grenzen van het type, zonder nullen vooraan";
    /// No decimal number.
    DECIMAL "decimal-malformed" "invalid" Some("Type_Specific_Checks_DT_Decimal_Valid");
        en "`{found}` is no decimal number", "write a number with a point: `12.5`";
        nl "`{found}` is geen decimaal getal", "schrijf een getal met een punt: `12.5`";
    /// No date.
    DATE "date-malformed" "invalid" Some("Type_Specific_Checks_DT_Date_Valid");
        en "`{found}` is no date", "write a year, month or day that exists: `2020`, `2020-10` or `2020-10-01`";
        nl "`{found}` is geen datum", "schrijf een jaar, maand of dag die bestaat: `2020`, `2020-10` of `2020-10-01`";
    /// No date with an optional time.
    DATE_TIME "datetime-malformed" "invalid" Some("Type_Specific_Checks_DT_DateTime_Valid");
        en "`{found}` is no date or moment", "write `2020-10-01`, or with seconds and time zone `2020-10-01T10:00:00+02:00`";
        nl "`{found}` is geen datum of moment", "schrijf `2020-10-01`, of met seconden en tijdzone `2020-10-01T10:00:00+02:00`";
    /// No moment.
    INSTANT "instant-malformed" "invalid" Some("Type_Specific_Checks_DT_DateTime_Regex");
        en "`{found}` is no moment", "write day, seconds and time zone: `2020-10-01T10:00:00+02:00`";
        nl "`{found}` is geen moment", "schrijf dag, seconden en tijdzone: `2020-10-01T10:00:00+02:00`";
    /// No time of the day.
    TIME "time-malformed" "invalid" Some("Type_Specific_Checks_DT_Time_Valid");
        en "`{found}` is no time of the day", "write hours, minutes and seconds: `10:00:00`";
        nl "`{found}` is geen tijd van de dag", "schrijf uren, minuten en seconden: `10:00:00`";
    /// No base64.
    BASE64 "base64-malformed" "invalid" Some("Type_Specific_Checks_DT_Base64_Valid");
        en "the value is no base64", "encode the bytes again, with `=` at the end where needed";
        nl "de waarde is geen base64", "codeer de bytes opnieuw, met `=` aan het eind waar nodig";
    /// White space in a code.
    CODE "code-malformed" "invalid" Some("Type_Specific_Checks_DT_Code_WS");
        en "`{found}` is no code", "use no white space but single spaces between words";
        nl "`{found}` is geen code", "gebruik geen witruimte behalve enkele spaties tussen woorden";
    /// No id.
    ID "id-malformed" "invalid" Some("Resource_RES_ID_Malformed_Chars");
        en "`{found}` is no id", "use 1 to 64 letters, digits, `-` and `.`";
        nl "`{found}` is geen id", "gebruik 1 tot 64 letters, cijfers, `-` en `.`";
    /// White space in an address.
    URI "uri-malformed" "invalid" Some("Type_Specific_Checks_DT_URI_WS");
        en "`{found}` is no URI: it has white space", "take the white space out, or write it as `%20`";
        nl "`{found}` is geen URI: er zit witruimte in", "haal de witruimte weg, of schrijf die als `%20`";
    /// No OID.
    OID "oid-malformed" "invalid" Some("Type_Specific_Checks_DT_OID_Valid");
        en "`{found}` has no valid OID", "write numbers with points: `urn:oid:2.16.840`";
        nl "`{found}` heeft geen geldige OID", "schrijf getallen met punten: `urn:oid:2.16.840`";
    /// No UUID.
    UUID "uuid-malformed" "invalid" Some("Type_Specific_Checks_DT_UUID_Valid");
        en "`{found}` has no valid UUID", "write 32 small hexadecimal digits as 8-4-4-4-12";
        nl "`{found}` heeft geen geldige UUID", "schrijf 32 kleine hexadecimale cijfers als 8-4-4-4-12";
    /// A canonical that leads nowhere by itself.
    RELATIVE "canonical-relative" "invalid" Some("TYPE_SPECIFIC_CHECKS_CANONICAL_ABSOLUTE");
        en "the canonical `{found}` is not absolute", "begin it with its scheme: `https://…`";
        nl "de canonical `{found}` is niet absoluut", "begin met het schema: `https://…`";
}

/// Whether the characters of a primitive are ones that its type allows.
pub(crate) fn check(node: Node<'_>, issues: &mut Issues) {
    let (Some(text), true) = (node.value(), node.is_primitive()) else { return };
    let wrong = if text.is_empty() { Some(&EMPTY) } else { wrong(node.type_name(), text) };
    if let Some(code) = wrong {
        issues.push(Issue::error(code, node).with("expected", node.type_name()).with("found", text));
    }
}

/// What is wrong with the characters of a type.
fn wrong(type_name: &str, text: &str) -> Option<&'static Code> {
    let unless = |is_right: bool, code| (!is_right).then_some(code);
    match type_name {
        "boolean" => unless(matches!(text, "true" | "false"), &BOOLEAN),
        "integer" => unless(integer(text, i64::from(i32::MIN)), &INTEGER),
        "unsignedInt" => unless(integer(text, 0), &INTEGER),
        "positiveInt" => unless(integer(text, 1), &INTEGER),
        "decimal" => unless(decimal(text), &DECIMAL),
        "date" => unless(date(text), &DATE),
        "dateTime" => unless(date(text) || moment(text), &DATE_TIME),
        "instant" => unless(moment(text), &INSTANT),
        "time" => unless(time(text), &TIME),
        "base64Binary" => unless(base64(text), &BASE64),
        "code" => unless(code(text), &CODE),
        "id" => unless(id(text), &ID),
        "uri" | "url" | "oid" | "uuid" => uri(text),
        "canonical" => uri(text).or_else(|| unless(text.starts_with('#') || is_absolute(text), &RELATIVE)),
        _ => None,
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn integer(text: &str, least: i64) -> bool {
    let bare = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_plain = digits(bare) && (bare == "0" || !bare.starts_with('0'));
    is_plain && text.parse::<i64>().is_ok_and(|value| value >= least && value <= i64::from(i32::MAX))
}

fn decimal(text: &str) -> bool {
    let (number, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(number, exponent)| (number, Some(exponent)));
    let bare = number.strip_prefix('-').unwrap_or(number);
    let (whole, part) = bare.split_once('.').map_or((bare, None), |(whole, part)| (whole, Some(part)));
    let has_exponent = |text: &str| digits(text.strip_prefix(['-', '+']).unwrap_or(text));
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && part.is_none_or(digits) && exponent.is_none_or(has_exponent)
}

/// A number of so many digits within bounds.
fn part(text: &str, length: usize, (least, most): (u32, u32)) -> Option<u32> {
    let value: u32 = text.parse().ok().filter(|_| text.len() == length && digits(text))?;
    (least..=most).contains(&value).then_some(value)
}

fn date(text: &str) -> bool {
    let mut parts = text.split('-');
    let Some(year) = parts.next().and_then(|year| part(year, 4, (1, 9999))) else { return false };
    let Some(month) = parts.next() else { return true };
    let Some(month) = part(month, 2, (1, 12)) else { return false };
    let Some(day) = parts.next() else { return true };
    part(day, 2, (1, days(year, month))).is_some() && parts.next().is_none()
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A day with a time and its zone.
fn moment(text: &str) -> bool {
    let Some((day, rest)) = text.split_once('T') else { return false };
    let at = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(at);
    date(day) && day.len() == 10 && time(clock) && is_zone(zone)
}

fn is_zone(text: &str) -> bool {
    let offset = |text: &str| {
        let (hours, minutes) = text.split_once(':')?;
        let (hours, minutes) = (part(hours, 2, (0, 14))?, part(minutes, 2, (0, 59))?);
        Some(hours < 14 || minutes == 0)
    };
    text == "Z" || text.get(1..).and_then(offset) == Some(true) && !text.starts_with('Z')
}

/// Leap seconds are allowed.
fn time(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let hours = parts.next().and_then(|text| part(text, 2, (0, 23)));
    let minutes = parts.next().and_then(|text| part(text, 2, (0, 59)));
    let seconds = parts.next().is_some_and(|text| {
        let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
        part(whole, 2, (0, 60)).is_some() && fraction.is_none_or(digits)
    });
    hours.is_some() && minutes.is_some() && seconds
}

/// White space may stand between the characters.
fn base64(text: &str) -> bool {
    let bytes: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let padding = bytes.iter().rev().take_while(|byte| **byte == b'=').count();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    bytes.len().is_multiple_of(4) && padding <= 2 && bytes[..bytes.len() - padding].iter().all(is_plain)
}

fn code(text: &str) -> bool {
    text.split(' ').all(|word| !word.is_empty() && !word.contains(char::is_whitespace))
}

fn id(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

fn uri(text: &str) -> Option<&'static Code> {
    if text.contains(char::is_whitespace) {
        return Some(&URI);
    }
    if let Some(oid) = text.strip_prefix("urn:oid:") {
        return (!is_oid(oid)).then_some(&OID);
    }
    let uuid = text.strip_prefix("urn:uuid:")?;
    (!is_uuid(uuid)).then_some(&UUID)
}

fn is_oid(text: &str) -> bool {
    let mut parts = text.split('.');
    let first = parts.next().is_some_and(|first| matches!(first, "0" | "1" | "2"));
    let mut count = 0;
    let plain = |part: &str| digits(part) && (part == "0" || !part.starts_with('0'));
    first && parts.inspect(|_| count += 1).all(plain) && count > 0
}

fn is_uuid(text: &str) -> bool {
    let small = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.into_iter().all(small)
}

/// Whether a URI says its scheme.
pub(crate) fn is_absolute(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '.' | '-');
    scheme.is_some_and(|scheme| scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.chars().all(is_part))
}
