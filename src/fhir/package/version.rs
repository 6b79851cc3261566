//! Versions of packages: which is newer, and which one meets what a dependency
//! asks for: a version, `4.0.x`, or a range as npm writes it.

use std::cmp::Ordering;

/// Which of two versions is newer. What is no version is older than any that is.
#[must_use]
pub fn compare(left: &str, right: &str) -> Ordering {
    match (Version::read(left), Version::read(right)) {
        (Some(one), Some(other)) => one.cmp(&other).then_with(|| left.cmp(right)),
        (one, other) => one.is_some().cmp(&other.is_some()).then_with(|| left.cmp(right)),
    }
}

/// Whether a version meets what is wanted.
#[must_use]
pub fn satisfies(wanted: &str, found: &str) -> bool {
    // FHIR's own wildcard takes previews too: many of its packages have never been more.
    let patch = wanted.strip_suffix('x').filter(|start| start.ends_with('.') && start.split('.').count() == 3);
    if wanted == found || patch.is_some_and(|start| start.chars().all(is_of_number) && found.starts_with(start)) {
        return true;
    }
    let (Some(found), Some(range)) = (Version::read(found), range(wanted)) else { return false };
    range.iter().any(|all| meets(all, &found))
}

/// Whether what is wanted is one version, written out.
#[must_use]
pub fn is_exact(wanted: &str) -> bool {
    wanted.starts_with(|letter: char| letter.is_ascii_digit()) && Version::read(wanted).is_some()
}

/// Whether what is wanted is a version or a range, so that some version could meet it.
#[must_use]
pub fn is_readable(wanted: &str) -> bool {
    range(wanted).is_some()
}

fn is_of_number(letter: char) -> bool {
    letter.is_ascii_digit() || letter == '.'
}

/// `1.2.3-beta.4`; what stands behind `+` does not count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    numbers: [u64; 3],
    preview: Preview,
}

/// What comes before a version: a preview is older than what it previews.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Preview {
    Of(Vec<Part>),
    None,
}

/// Numbers are older than words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Word(String),
}

impl Version {
    fn read(text: &str) -> Option<Self> {
        let partial = Partial::read(text)?;
        let [Some(major), Some(minor), Some(patch)] = partial.numbers else { return None };
        Some(Self { numbers: [major, minor, patch], preview: partial.preview })
    }

    fn plain(numbers: [u64; 3]) -> Self {
        Self { numbers, preview: Preview::None }
    }

    /// The oldest that has these numbers, older than all its previews.
    fn floor(numbers: [u64; 3]) -> Self {
        Self { numbers, preview: Preview::Of(Vec::new()) }
    }
}

/// A version of which the end may be left open: `1`, `1.2`, `1.x`, `*`.
struct Partial {
    numbers: [Option<u64>; 3],
    preview: Preview,
}

impl Partial {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('v');
        let text = text.split_once('+').map_or(text, |(before, _)| before);
        let (numbers, preview) = text.split_once('-').map_or((text, None), |(numbers, preview)| (numbers, Some(preview)));
        let mut read = [None; 3];
        let mut parts = numbers.split('.');
        for (slot, part) in read.iter_mut().zip(&mut parts) {
            *slot = match part {
                "x" | "X" | "*" => break,
                number => Some(number.parse().ok()?),
            };
        }
        let is_open = |part: &str| matches!(part, "x" | "X" | "*");
        let rest_is_open = parts.all(is_open) && numbers.split('.').count() <= 3;
        let preview = match preview {
            Some(words) if read[2].is_some() => Preview::Of(words.split('.').map(part).collect()),
            Some(_) => return None,
            None => Preview::None,
        };
        rest_is_open.then_some(Self { numbers: read, preview })
    }

    fn lowest(&self) -> Version {
        Version { numbers: self.numbers.map(Option::unwrap_or_default), preview: self.preview.clone() }
    }

    /// The first that is no longer within: `1.3.0` of `1.2`; nothing where all are.
    fn above(&self) -> Option<Version> {
        match self.numbers {
            [None, ..] => None,
            [Some(major), None, _] => Some(Version::floor([major.saturating_add(1), 0, 0])),
            [Some(major), Some(minor), None] => Some(Version::floor([major, minor.saturating_add(1), 0])),
            [Some(_), Some(_), Some(_)] => None,
        }
    }
}

fn part(text: &str) -> Part {
    text.parse().map_or_else(|_| Part::Word(text.to_owned()), Part::Number)
}

/// One bound of a range.
enum Bound {
    AtLeast(Version),
    Above(Version),
    Below(Version),
    AtMost(Version),
}

/// The alternatives of a range, each with the bounds that all have to be met.
fn range(text: &str) -> Option<Vec<Vec<Bound>>> {
    text.split("||").map(|one| all(one.trim())).collect()
}

fn all(text: &str) -> Option<Vec<Bound>> {
    if let Some((low, high)) = text.split_once(" - ") {
        let (low, high) = (Partial::read(low)?, Partial::read(high)?);
        let upper = high.above().map_or_else(|| Bound::AtMost(high.lowest()), Bound::Below);
        return Some(vec![Bound::AtLeast(low.lowest()), upper]);
    }
    let mut bounds = Vec::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        let start = word.find(|letter: char| !"<>=^~".contains(letter)).unwrap_or(word.len());
        let (sign, version) = word.split_at(start);
        // The sign may stand apart: `>= 1.0.0`.
        let version = if version.is_empty() { words.next()? } else { version };
        bounds.extend(bound(sign, &Partial::read(version)?)?);
    }
    // Nothing at all asks for nothing: any will do, as `*`.
    Some(bounds)
}

fn bound(sign: &str, partial: &Partial) -> Option<Vec<Bound>> {
    let (lowest, above) = (partial.lowest(), partial.above());
    let [major, minor, patch] = lowest.numbers;
    let is_any = partial.numbers[0].is_none();
    let up_to = |numbers| vec![Bound::AtLeast(lowest.clone()), Bound::Below(Version::floor(numbers))];
    Some(match sign {
        _ if is_any && !sign.contains(['<', '>']) => Vec::new(),
        "" | "=" => match above {
            Some(above) => vec![Bound::AtLeast(lowest), Bound::Below(above)],
            None => vec![Bound::AtLeast(lowest.clone()), Bound::AtMost(lowest)],
        },
        ">=" => vec![Bound::AtLeast(lowest)],
        ">" => vec![above.map_or(Bound::Above(lowest), Bound::AtLeast)],
        "<" => vec![Bound::Below(if above.is_some() { Version::floor(lowest.numbers) } else { lowest })],
        "<=" => vec![above.map_or(Bound::AtMost(lowest), Bound::Below)],
        "~" => match partial.numbers[1] {
            None => up_to([major.saturating_add(1), 0, 0]),
            Some(_) => up_to([major, minor.saturating_add(1), 0]),
        },
        "^" => match (partial.numbers, major, minor) {
            ([_, None, _], ..) | (_, 1.., _) => up_to([major.saturating_add(1), 0, 0]),
            ([_, _, None], ..) | (_, 0, 1..) => up_to([0, minor.saturating_add(1), 0]),
            _ => up_to([0, 0, patch.saturating_add(1)]),
        },
        _ => return None,
    })
}

/// A preview counts only where the range names one of the same version, as npm has it.
fn meets(bounds: &[Bound], found: &Version) -> bool {
    let of = |bound: &Bound| match bound {
        Bound::AtLeast(version) | Bound::Above(version) | Bound::Below(version) | Bound::AtMost(version) => version.clone(),
    };
    let names_preview = |bound: &Bound| {
        let version = of(bound);
        version.numbers == found.numbers && matches!(&version.preview, Preview::Of(parts) if !parts.is_empty())
    };
    let is_preview = *found != Version::plain(found.numbers);
    let within = |bound: &Bound| match bound {
        Bound::AtLeast(version) => found >= version,
        Bound::Above(version) => found > version,
        Bound::Below(version) => found < version,
        Bound::AtMost(version) => found <= version,
    };
    (!is_preview || bounds.iter().any(names_preview)) && bounds.iter().all(within)
}

#[cfg(test)]
mod tests {
    use super::{compare, is_exact, is_readable, satisfies};

    #[test]
    fn ranges_take_in_what_npm_says() {
        let within = [
            ("1.0.0", "1.0.0"),
            ("4.0.x", "4.0.1"),
            ("4.0.x", "4.0.1-ballot"),
            ("^1.0.0", "1.9.2"),
            ("^0.2.3", "0.2.9"),
            ("^0.0.3", "0.0.3"),
            ("~1.2.3", "1.2.9"),
            ("~1", "1.9.0"),
            ("*", "3.1.0"),
            ("", "3.1.0"),
            ("1.x || 2.x", "2.7.1"),
            (">=1.0.0 <2.0.0", "1.5.0"),
            (">= 1.0.0", "1.5.0"),
            ("1.0.0 - 2.0", "2.0.9"),
            ("^1.0.0-rc1", "1.0.0-rc2"),
            ("<=1.2", "1.2.8"),
            ("1.0.0-rc2-approx", "1.0.0-rc2-approx"),
            ("current", "current"),
        ];
        let without = [
            ("^1.0.0", "2.0.0"),
            ("^1.0.0", "2.0.0-rc1"),
            ("^1.0.0", "1.1.0-rc1"),
            ("^0.2.3", "0.3.0"),
            ("^0.0.3", "0.0.4"),
            ("~1.2.3", "1.3.0"),
            ("*", "1.0.0-rc1"),
            ("1.x || 2.x", "3.0.0"),
            ("4.0.x", "4.1.0"),
            (">1.2", "1.2.9"),
            ("<1.2", "1.2.0"),
            ("1.0.0 - 2.0", "2.1.0"),
            ("latest", "1.0.0"),
            ("1.0.0", "1.0.0-rc1"),
        ];
        for (wanted, found) in within {
            assert!(satisfies(wanted, found), "`{wanted}` takes in {found}");
        }
        for (wanted, found) in without {
            assert!(!satisfies(wanted, found), "`{wanted}` does not take in {found}");
        }
    }

    #[test]
    fn what_is_no_range_is_told_apart() {
        for wanted in ["latest", "git+https://example.org/x", "1.2.3.4", "=>1", "^", "1.x-beta"] {
            assert!(!is_readable(wanted), "{wanted}");
        }
        for wanted in ["1.0.0", "4.0.x", "*", "^1", "1.x || >=2.0.0-rc1"] {
            assert!(is_readable(wanted), "{wanted}");
        }
    }

    #[test]
    fn one_version_is_told_from_a_range() {
        assert!(["1.0.0", "1.0.0-rc2-approx", "0.11.0-beta.1"].into_iter().all(is_exact));
        assert!(!["4.0.x", "^1.0.0", "1.0", "*", "", "current", "1.0.0 - 2.0.0", "1.0.0 || 2.0.0"].into_iter().any(is_exact));
    }

    #[test]
    fn newer_is_told_by_number_and_not_by_letter() {
        let mut versions = ["1.10.0", "current", "1.9.0", "1.10.0-beta.11", "1.10.0-beta.2", "1.10.0-rc"];
        versions.sort_by(|left, right| compare(left, right));
        assert_eq!(versions, ["current", "1.9.0", "1.10.0-beta.2", "1.10.0-beta.11", "1.10.0-rc", "1.10.0"]);
    }
}
