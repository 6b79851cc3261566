//! Pictures of what a client showed, as they stand in the page itself: it loads
//! nothing, so a picture that is beside it would not be seen.

use std::collections::BTreeMap;

use crate::encoding::{Alphabet, base64};
use crate::evidence::{Attested, Evidence};

/// Kinds of picture that a browser shows, of those that are told by their content.
const SHOWN: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/// Bytes of one picture, and of all together; what is more stays a link.
const MOST: [usize; 2] = [2 << 20, 12 << 20];

/// Addresses that hold the picture of what was said, by the key of what it is about.
pub(super) fn pictures(said: &BTreeMap<String, &Attested>, evidence: &Evidence) -> BTreeMap<String, String> {
    let mut left = MOST[1];
    let mut shown = BTreeMap::new();
    for (key, said) in said {
        let Some(exhibit) = said.exhibit.as_ref().filter(|exhibit| SHOWN.contains(&exhibit.media_type.as_str())) else {
            continue;
        };
        let Some(content) = evidence.blobs.get(&exhibit.digest) else { continue };
        if content.len() > MOST[0].min(left) {
            continue;
        }
        left -= content.len();
        let address = format!("data:{};base64,{}", exhibit.media_type, base64(content, Alphabet::Standard));
        shown.insert(key.clone(), address);
    }
    shown
}
