//! Which format an answer is written in: `_format` first, then `Accept`.

use crate::agreements::FhirVersion;
use crate::scenario::Format;

/// Neither format of FHIR is acceptable to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotAcceptable;

/// The value of `Content-Type`.
pub(super) fn content_type(format: Format, fhir: FhirVersion) -> &'static str {
    match (format, fhir) {
        (Format::Json, FhirVersion::R4) => "application/fhir+json; fhirVersion=4.0",
        (Format::Json, FhirVersion::Stu3) => "application/fhir+json; fhirVersion=3.0",
        (Format::Xml, FhirVersion::R4) => "application/fhir+xml; fhirVersion=4.0",
        (Format::Xml, FhirVersion::Stu3) => "application/fhir+xml; fhirVersion=3.0",
    }
}

/// The format that `_format` asks, or else the one that `Accept` likes best; JSON when it is all the same.
pub(super) fn negotiate(parameter: Option<&str>, accept: Option<&str>, fhir: FhirVersion) -> Result<Format, NotAcceptable> {
    // A raw `+` in a query is a space once decoded.
    let asked = parameter.map(|asked| asked.replace(' ', "+"));
    match (&asked, accept) {
        (Some(asked), _) => named(asked, fhir).ok_or(NotAcceptable),
        (None, None | Some("")) => Ok(Format::Json),
        (None, Some(accept)) => best(accept, fhir).ok_or(NotAcceptable),
    }
}

fn best(accept: &str, fhir: FhirVersion) -> Option<Format> {
    let mut best: Option<(f32, Format)> = None;
    for range in accept.split(',') {
        let (format, quality) = match named(range, fhir) {
            Some(format) => (format, quality(range)),
            None => continue,
        };
        if quality > 0.0 && best.is_none_or(|(known, _)| quality > known) {
            best = Some((quality, format));
        }
    }
    best.map(|(_, format)| format)
}

fn quality(range: &str) -> f32 {
    let given = range.split(';').skip(1).find_map(|parameter| parameter.trim().strip_prefix("q="));
    given.map_or(1.0, |given| given.trim().parse().unwrap_or(0.0))
}

/// The format of one media type or short name; none when it is another version of FHIR.
fn named(range: &str, fhir: FhirVersion) -> Option<Format> {
    let mut parts = range.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
    let version = parts.find_map(|parameter| parameter.strip_prefix("fhirVersion="));
    if version.is_some_and(|version| !version.trim_matches('"').starts_with(fhir.short())) {
        return None;
    }
    match &*media_type {
        "json" | "application/fhir+json" | "application/json" | "text/json" | "*/*" | "application/*" => Some(Format::Json),
        "xml" | "application/fhir+xml" | "application/xml" | "text/xml" | "text/*" => Some(Format::Xml),
        _ => None,
    }
}
