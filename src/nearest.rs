//! "Did you mean": the known name that lies nearest to one that somebody wrote.

/// The candidate that differs least from `written`, when it is near enough to
/// be what was meant: at most a third of the letters differ, whatever their case.
#[must_use]
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (written.chars().count() / 3).clamp(1, 3);
    let lower = written.to_lowercase();
    let length = lower.chars().count();
    candidates
        .into_iter()
        .filter(|candidate| *candidate != written)
        .filter_map(|candidate| {
            let other = candidate.to_lowercase();
            // Letters that are missing have to be added. Whoever writes megabytes as a name costs no more than reading it.
            let may_be = other.chars().count().abs_diff(length) <= allowed;
            may_be.then(|| (distance(&lower, &other), candidate))
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, candidate)| (*distance, candidate.len().abs_diff(written.len())))
        .map(|(_, candidate)| candidate)
}

/// How many letters must be added, dropped, replaced or swapped with their neighbour.
#[must_use]
pub fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != other);
            let mut least = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *letter == right[column - 1] && left[row - 1] == *other {
                least = least.min(before_last[column - 1] + 1);
            }
            current.push(least);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_swapped_letters() {
        assert_eq!(nearest("exepct", ["expect", "except", "request"]), Some("expect"));
    }

    #[test]
    fn nearest_finds_a_name_in_another_case() {
        assert_eq!(nearest("birthdate", ["birthDate", "deceased"]), Some("birthDate"));
    }

    #[test]
    fn nearest_is_silent_when_nothing_is_near() {
        assert_eq!(nearest("patient", ["subject", "provision"]), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn nearest_takes_no_time_for_what_is_much_longer() {
        let names: Vec<String> = (0..1_000).map(|number| format!("candidate{number}")).collect();
        assert_eq!(nearest(&"candidate".repeat(200_000), names.iter().map(String::as_str)), None);
    }

    #[test]
    fn distance_counts_letters() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("status", "status"), 0);
        assert_eq!(distance("staus", "status"), 1);
    }
}
