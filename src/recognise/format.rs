//! Which format a request asks for: `_format` first, then `Accept`. What is
//! served and what is judged are decided by the same reading.

use crate::agreements::FhirVersion;
use crate::scenario::Format;

/// Neither format of FHIR is acceptable to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAcceptable;

/// How well a range of `Accept` fits a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// `*/*`
    Any,
    /// `application/*`
    Type,
    /// `application/fhir+json`
    Exact,
}

/// The format that `_format` asks, or else the one that `Accept` likes best; JSON when it is all the same. Another
/// version of FHIR than the one that is spoken is no format of it; without one, every version is.
///
/// # Errors
/// When neither format is acceptable.
pub fn negotiate(parameter: Option<&str>, accept: Option<&str>, fhir: Option<FhirVersion>) -> Result<Format, NotAcceptable> {
    let Some(ranges) = ranges(parameter, accept) else { return Ok(Format::Json) };
    match (liked(Format::Json, &ranges, fhir), liked(Format::Xml, &ranges, fhir)) {
        (Some((json, at)), Some((xml, other))) if xml > json || (xml >= json && other < at) => Ok(Format::Xml),
        (Some(_), _) => Ok(Format::Json),
        (None, Some(_)) => Ok(Format::Xml),
        (None, None) => Err(NotAcceptable),
    }
}

/// Whether a request can be answered in this format, whatever it likes better.
#[must_use]
pub fn takes(format: Format, parameter: Option<&str>, accept: Option<&str>, fhir: FhirVersion) -> bool {
    ranges(parameter, accept).is_none_or(|ranges| liked(format, &ranges, Some(fhir)).is_some())
}

/// What is asked for; nothing when nothing is said.
fn ranges(parameter: Option<&str>, accept: Option<&str>) -> Option<String> {
    let parameter = parameter.filter(|asked| !asked.is_empty());
    // A raw `+` in a query is a space once decoded.
    let asked = parameter.map(|asked| asked.replace(' ', "+"));
    asked.or_else(|| accept.filter(|accept| !accept.trim().is_empty()).map(str::to_owned))
}

/// How much a format is liked, and where that is said: the range that fits it best decides (RFC 9110 12.5.1), so that a
/// quality of nothing refuses it whatever `*/*` says. Nothing when it is not acceptable.
fn liked(format: Format, ranges: &str, fhir: Option<FhirVersion>) -> Option<(f32, usize)> {
    let mut best: Option<(Fit, f32, usize)> = None;
    for (place, range) in ranges.split(',').enumerate() {
        let Some(fit) = fits(format, range, fhir) else { continue };
        let quality = quality(range);
        if best.is_none_or(|(known, liked, _)| fit > known || (fit == known && quality > liked)) {
            best = Some((fit, quality, place));
        }
    }
    best.filter(|(_, quality, _)| *quality > 0.0).map(|(_, quality, place)| (quality, place))
}

fn quality(range: &str) -> f32 {
    let given =
        range.split(';').skip(1).find_map(|parameter| parameter.trim().strip_prefix(['q', 'Q'])?.trim().strip_prefix('='));
    given.map_or(1.0, |given| given.trim().parse().unwrap_or(0.0))
}

/// Whether a media type or short name is this format. The types of DSTU2 are no more, and what they mean is plain.
fn fits(format: Format, range: &str, fhir: Option<FhirVersion>) -> Option<Fit> {
    let mut parts = range.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
    let version = parts.find_map(|parameter| parameter.strip_prefix("fhirVersion="));
    if let (Some(version), Some(fhir)) = (version, fhir)
        && !version.trim_matches('"').starts_with(fhir.short())
    {
        return None;
    }
    match (&*media_type, format) {
        ("*/*" | "*", _) => Some(Fit::Any),
        ("application/*", _) | ("text/*", Format::Xml) => Some(Fit::Type),
        ("json" | "application/fhir+json" | "application/json" | "application/json+fhir" | "text/json", Format::Json) => {
            Some(Fit::Exact)
        }
        ("xml" | "application/fhir+xml" | "application/xml" | "application/xml+fhir" | "text/xml", Format::Xml) => {
            Some(Fit::Exact)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(parameter: Option<&str>, accept: Option<&str>) -> Result<Format, NotAcceptable> {
        negotiate(parameter, accept, Some(FhirVersion::R4))
    }

    #[test]
    fn negotiate_lets_the_parameter_win_from_the_header() {
        assert_eq!(asked(Some("json"), Some("text/html")), Ok(Format::Json));
        assert_eq!(asked(Some("application/fhir+xml"), Some("application/fhir+json")), Ok(Format::Xml));
        assert_eq!(asked(Some("application/fhir xml"), None), Ok(Format::Xml));
        assert_eq!(asked(Some("html"), Some("application/fhir+json")), Err(NotAcceptable));
        assert_eq!(asked(Some(""), Some("application/fhir+xml")), Ok(Format::Xml));
    }

    #[test]
    fn negotiate_takes_json_where_it_is_all_the_same() {
        for accept in [None, Some(""), Some("*/*"), Some("application/*"), Some("*/*;q=0.1, text/html")] {
            assert_eq!(asked(None, accept), Ok(Format::Json), "{accept:?}");
        }
    }

    #[test]
    fn negotiate_takes_what_is_liked_best_and_of_equals_the_first() {
        assert_eq!(asked(None, Some("application/fhir+json;q=0.5, application/fhir+xml")), Ok(Format::Xml));
        assert_eq!(asked(None, Some("application/fhir+xml, application/fhir+json")), Ok(Format::Xml));
        assert_eq!(asked(None, Some("text/html, application/xml;q=0.9, */*;q=0.8")), Ok(Format::Xml));
    }

    #[test]
    fn negotiate_takes_a_quality_of_nothing_for_a_refusal() {
        assert_eq!(asked(None, Some("application/fhir+json;q=0")), Err(NotAcceptable));
        assert_eq!(asked(None, Some("application/fhir+json; Q=0.0, */*")), Ok(Format::Xml));
        assert_eq!(asked(None, Some("*/*;q=0")), Err(NotAcceptable));
    }

    #[test]
    fn takes_what_is_liked_less_and_not_what_is_refused() {
        let both = Some("application/fhir+json, application/fhir+xml;q=0.9");
        assert!(takes(Format::Xml, None, both, FhirVersion::R4) && takes(Format::Xml, None, None, FhirVersion::R4));
        assert!(!takes(Format::Xml, Some("json"), both, FhirVersion::R4));
        assert!(!takes(Format::Xml, None, Some("application/fhir+json"), FhirVersion::R4));
    }

    #[test]
    fn negotiate_reads_whole_media_types() {
        for accept in ["text/html", "application/xhtml", "application/jsonp", "image/svg+xml", "application/ld+json"] {
            assert_eq!(asked(None, Some(accept)), Err(NotAcceptable), "{accept}");
        }
    }

    #[test]
    fn negotiate_refuses_another_version_of_fhir_only_where_one_is_spoken() {
        let accept = Some("application/fhir+json; fhirVersion=3.0");
        assert_eq!(asked(None, accept), Err(NotAcceptable));
        assert_eq!(negotiate(None, accept, None), Ok(Format::Json));
    }
}
