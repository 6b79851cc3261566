//! References and URLs of a server: which resource they mean. Always by whole
//! segments: `Patient/112` is not `Patient/12`.

/// A resource by type and logical id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name<'t> {
    /// `Patient`
    pub(crate) kind: &'t str,
    /// `12`
    pub(crate) id: &'t str,
}

impl std::fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

/// The resource that a reference or URL names on a server with one of these
/// base URLs: relative, absolute, or of a version.
pub(crate) fn name<'t>(reference: &'t str, bases: &[&str]) -> Option<Name<'t>> {
    let path = if is_absolute(reference) {
        let below = |base: &&str| reference.strip_prefix(base.trim_end_matches('/'))?.strip_prefix('/');
        bases.iter().find_map(below)?
    } else {
        reference
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let segments: Vec<&str> = path.split('/').collect();
    let (kind, id) = match segments.as_slice() {
        [kind, id] | [kind, id, "_history", _] => (*kind, *id),
        _ => return None,
    };
    (is_type(kind) && is_id(id)).then_some(Name { kind, id })
}

/// Whether a reference has a scheme.
pub(crate) fn is_absolute(reference: &str) -> bool {
    let Some((scheme, _)) = reference.split_once(':') else { return false };
    !scheme.is_empty() && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

/// The base of a server, from the full URL of one of its resources.
pub(crate) fn base_of<'t>(full_url: &'t str, kind: &str, id: &str) -> Option<&'t str> {
    let base = full_url.strip_suffix(id)?.strip_suffix('/')?.strip_suffix(kind)?.strip_suffix('/')?;
    base.starts_with("http").then_some(base)
}

fn is_type(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_uppercase()) && text.chars().all(|letter| letter.is_ascii_alphabetic())
}

fn is_id(text: &str) -> bool {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '.' || letter == '_';
    !text.is_empty() && text != "_history" && text != "_search" && text.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &[&str] = &["http://here/fhir"];

    #[test]
    fn name_reads_every_spelling_of_a_reference() {
        let patient = Some(Name { kind: "Patient", id: "12" });
        for spelling in [
            "Patient/12",
            "http://here/fhir/Patient/12",
            "Patient/12/_history/3",
            "http://here/fhir/Patient/12/_history/3",
            "http://here/fhir/Patient/12?_format=json",
        ] {
            assert_eq!(name(spelling, BASE), patient, "{spelling}");
        }
    }

    #[test]
    fn name_is_by_whole_segments() {
        assert_eq!(name("http://here/fhirs/Patient/12", BASE), None);
        assert_eq!(name("xPatient/12/34", BASE), None);
        assert_eq!(name("Patient/_search", BASE), None);
        assert_eq!(name("urn:uuid:12", BASE), None);
        assert_eq!(name("#p", BASE), None);
    }

    #[test]
    fn base_of_takes_type_and_id_away() {
        assert_eq!(base_of("http://a/b/Patient/1", "Patient", "1"), Some("http://a/b"));
        assert_eq!(base_of("http://a/b/Patient/11", "Patient", "1"), None);
        assert_eq!(base_of("urn:uuid:1", "Patient", "1"), None);
    }
}
