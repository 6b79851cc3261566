//! What holds for every spelling that the rules allow, and for whatever is sent.

use super::*;

/// A generator of numbers that is the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).expect("a length fits")).expect("less than a length fits")
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// A template in some spelling that the rules allow.
fn spelled(template: &str, random: &mut Random) -> (String, Option<String>) {
    let filled = template.replace("${patient}", "p-7.a");
    let (resource, query) = filled.split_once('?').expect("a search");
    let mut pairs = Vec::new();
    for parameter in Query::parse(query).expect("a query").parameters {
        let (mut key, mut value) = (parameter.key.clone(), parameter.value.clone());
        if matches!(&*key, "patient" | "subject") {
            // A Consent cannot be searched by its subject.
            let spellings = if resource == "Consent" { 2 } else { 4 };
            key = ["patient", "patient:Patient", "subject", "subject:Patient"][random.below(spellings)].to_owned();
            value = ["p-7.a".to_owned(), "Patient/p-7.a".to_owned(), format!("{BASE}/Patient/p-7.a")][random.below(3)].clone();
        } else if value.contains('|') && value.contains(',') {
            let (system, codes) = value.split_once('|').expect("a system");
            let mut codes: Vec<String> = codes.split(',').map(str::to_owned).collect();
            random.shuffle(&mut codes);
            let one = random.below(codes.len());
            let all = random.below(2) == 0;
            let named = |(at, code): (usize, &String)| if all || at == one { format!("{system}|{code}") } else { code.clone() };
            value = codes.iter().enumerate().map(named).collect::<Vec<_>>().join(",");
        }
        let encode = random.below(3);
        let written = |text: &str| match encode {
            0 => text.to_owned(),
            1 => text.replace('|', "%7C").replace(',', "%2c"),
            _ => text.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        };
        pairs.push(if value.is_empty() { key } else { format!("{}={}", written(&key), written(&value)) });
    }
    for extra in ["_format=json", "_count=20", "_summary=false", "_total=accurate", "_format=application/fhir%2Bxml"] {
        if random.below(4) == 0 {
            pairs.push(extra.to_owned());
        }
    }
    random.shuffle(&mut pairs);
    let query = pairs.join("&");
    match random.below(3) {
        0 => (format!("{resource}/_search"), Some(query)),
        _ => (format!("{resource}?{query}"), None),
    }
}

fn asked(recogniser: &Recogniser, (url, form): &(String, Option<String>)) -> Recognised {
    let method = if form.is_some() { "POST" } else { "GET" };
    recogniser.recognise(&Asked::at(method, &format!("{BASE}/{url}"), form.as_deref(), BASE))
}

#[test]
fn any_spelling_is_exact_and_any_filter_that_is_dropped_is_seen() {
    let suite = suite();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for claimed in Dialect::ALL {
        let recogniser = recogniser(claimed);
        for known in suite.exchanges.iter().filter(|known| known.group != TransactionGroup::Lookup) {
            let Some(template) = known.request.get(&claimed) else { continue };
            for _ in 0..60 {
                let spelling = spelled(template, &mut random);
                let recognised = asked(&recogniser, &spelling);
                let (asks, found) = exchange(&recognised).unwrap_or_else(|| panic!("{spelling:?}: {recognised:?}"));
                assert!(asks.exchange == known.exchange && asks.exact && asks.whole.contains(&claimed), "{spelling:?}: {asks:?}");
                assert!(found.iter().all(|what| what.is_spelling()), "{spelling:?}: {found:?}");
                assert_eq!(recognised.patients, Patients::One("p-7.a".to_owned()), "{spelling:?}");
            }
            let (resource, query) = template.split_once('?').expect("a search");
            let pairs: Vec<&str> = query.split('&').collect();
            for (at, dropped) in pairs.iter().enumerate().filter(|(_, pair)| !pair.starts_with("_include")) {
                let mut left = pairs.clone();
                left.remove(at);
                for _ in 0..10 {
                    let spelling = spelled(&format!("{resource}?{}", left.join("&")), &mut random);
                    let recognised = asked(&recogniser, &spelling);
                    let is_exact = exchange(&recognised).is_some_and(|(asks, _)| asks.exact && asks.dialects.contains(&claimed));
                    assert!(!is_exact, "without {dropped}: {spelling:?}: {recognised:?}");
                }
            }
        }
    }
}

#[test]
fn nothing_that_is_sent_makes_it_panic_and_every_difference_has_words() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let recogniser = rc2();
    let templates: Vec<String> = suite().exchanges.iter().flat_map(|known| known.request.values().cloned()).collect();
    for _ in 0..3_000 {
        let (url, form) = spelled(&templates[random.below(templates.len())].replace("${bsn}", "999945555"), &mut random);
        let mut letters: Vec<char> = url.chars().collect();
        for _ in 0..=random.below(4) {
            let at = random.below(letters.len());
            match random.below(3) {
                0 => drop(letters.drain(at..(at + random.below(12)).min(letters.len()))),
                1 => letters.insert(at, ['%', '|', ',', '&', '=', '\\', ':', '.', 'é', '/', '?', '+'][random.below(12)]),
                _ => letters.truncate(at + 1),
            }
            if letters.is_empty() {
                break;
            }
        }
        let recognised = asked(&recogniser, &(letters.iter().collect(), form));
        let nearby = match &recognised.kind {
            Kind::Near(nearby) => nearby.iter().flat_map(|near| near.differences.clone()).collect(),
            _ => Vec::new(),
        };
        for difference in recognised.findings.iter().chain(&nearby) {
            let text = difference.text();
            assert!(!text.en.is_empty() && !text.nl.is_empty() && !text.en.contains("``"), "{difference:?}: {text:?}");
        }
    }
}
