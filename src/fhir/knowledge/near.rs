//! "Did you mean" for canonicals: the known one that somebody may have meant.

use super::{Knowledge, split};
use crate::nearest::nearest;

/// The longest canonical that anybody means by mistake: a longer one is no slip of the pen.
const LONGEST: usize = 256;

impl Knowledge {
    /// The canonical of a kind of resource that lies nearest to one that is not here.
    #[must_use]
    pub fn nearest_canonical(&self, resource: &str, written: &str) -> Option<&str> {
        let of_packages = self.packages.iter().flat_map(|package| package.entries());
        let of_packages = of_packages.filter(|entry| &*entry.resource == resource).map(|entry| &*entry.url);
        let built_in = self.built_in.into_iter().flat_map(|built_in| &built_in.entries);
        let built_in = built_in.filter(|entry| entry.resource == resource).map(|entry| entry.url);
        near(written, of_packages.chain(built_in))
    }
}

/// The canonical of these that lies nearest: another name in the same place, or the same name in a place that
/// differs by a letter or three. Only those are compared letter by letter, so that thousands cost little.
pub(crate) fn near<'c>(written: &str, known: impl Iterator<Item = &'c str> + Clone) -> Option<&'c str> {
    let (url, _) = split(written);
    let (place, name) = url.rsplit_once('/').filter(|_| url.len() <= LONGEST)?;
    let beside = known.clone().filter_map(|known| Some((known, known.rsplit_once('/')?)));
    let in_place = beside.clone().filter(|(_, (of, _))| *of == place);
    if let Some(near) = nearest(name, in_place.clone().map(|(_, (_, name))| name)) {
        return in_place.clone().find(|(_, (_, name))| *name == near).map(|(known, _)| known);
    }
    nearest(url, beside.filter(|(_, (_, of))| *of == name).map(|(known, _)| known))
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn near_knows_another_name_in_the_same_place_and_the_same_name_in_another() {
        let known = ["http://a.nl/fhir/ext-Comment", "http://a.nl/fhir/ext-Context", "http://b.nl/fhir/ext-Coment"];
        let near = |written: &str| near(written, known.into_iter());
        assert_eq!(near("http://a.nl/fhir/ext-Coment"), Some(known[0]));
        assert_eq!(near("http://a.nl/fhir/ext-Coment|1.0"), Some(known[0]));
        assert_eq!(near("https://a.nl/fhir/ext-Comment"), Some(known[0]));
        assert_eq!(near("http://a.nl/fhir/patient"), None);
        assert_eq!(near("http://elsewhere.example/fhir/ext-Comment"), None);
        assert_eq!(near("nothing"), None);
        assert_eq!(near(&format!("http://a.nl/fhir/{}", "x".repeat(100_000))), None);
    }
}
