//! Keys of expectations: `scenario/step/expectation@variant` (settled 12).

/// `scenario/step/expectation`, or the scenario of `scenario@variant`.
#[must_use]
pub fn without_variant(key: &str) -> &str {
    key.split_once('@').map_or(key, |(name, _)| name)
}

/// `expectation` of `scenario/step/expectation@variant`.
#[must_use]
pub fn expectation_name(key: &str) -> &str {
    let name = without_variant(key);
    name.rsplit_once('/').map_or(name, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_a_name_with_and_without_its_variant() {
        let key = "searches/query/ok@r4.json.plain.goals";
        assert_eq!((without_variant(key), expectation_name(key)), ("searches/query/ok", "ok"));
        assert_eq!((without_variant("searches/query/ok"), expectation_name("ok")), ("searches/query/ok", "ok"));
    }
}
