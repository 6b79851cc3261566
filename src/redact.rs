//! Redaction at capture (settled 21): secrets become `${NAME}`, numbers that
//! may be a BSN become tokens of equal length. Judging, live and replayed, sees
//! the tokens only. Which texts pass through here is `engine`'s care.

mod number;
mod secret;
mod veiled;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError, RwLock};

use crate::digest::hmac_hex;
use number::{Place, Verdict};
use secret::Secrets;

pub use number::is_elfproof;

/// Numbers that are recorded at most. A body full of them is no reason to fill
/// the evidence; those that come later are replaced all the same.
const MOST_RECORDED: usize = 10_000;

/// How numbers begin that are given to nobody.
const TEST_RANGE: &str = "9999";

/// Secrets that are learned on the way, at most.
const MOST_LEARNED: usize = 8;

/// Replaces what must not be kept. One for each run: the tokens are consistent
/// within it, and mean nothing outside it.
#[derive(Debug)]
pub struct Redactor {
    key: Vec<u8>,
    secrets: Secrets,
    learned: RwLock<Vec<Secrets>>,
    shown: BTreeSet<String>,
    hidden: BTreeSet<String>,
    /// One mask for every number, and test numbers stay: nothing is recorded.
    masks: bool,
    replaced: Mutex<BTreeMap<(String, Shape), Replacement>>,
    fresh: Mutex<Vec<Replacement>>,
}

/// A number that was replaced. The number itself is forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// What stands in its place.
    pub token: String,
    /// HMAC of the number with the key of the run, hex, first 16 digits.
    pub hmac: String,
    /// It passed the eleven-test.
    pub elfproof: bool,
    /// It is in the range of test numbers.
    pub test_range: bool,
}

/// How a token has to look where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    /// `bsn` and six letters or digits.
    Letters,
    /// Nine digits that fail the eleven-test: a bare JSON number stays one.
    Digits,
}

impl Redactor {
    /// A redactor with the key of the run (random, and kept nowhere: with it
    /// the `hmac` of a record could be searched back to the number in minutes),
    /// secrets as name and value, and the BSNs of fixture persons, which may be shown.
    #[must_use]
    pub fn new<'a>(
        key: &[u8],
        secrets: impl IntoIterator<Item = (&'a str, &'a str)>,
        shown: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self {
            key: key.to_vec(),
            secrets: Secrets::new(secrets),
            learned: RwLock::default(),
            shown: shown.into_iter().map(str::to_owned).collect(),
            hidden: BTreeSet::new(),
            masks: false,
            replaced: Mutex::default(),
            fresh: Mutex::default(),
        }
    }

    /// A redactor for what is shown and not kept: numbers of the test range (9999…) stay, all others get one and the
    /// same mask, so that the same text gives the same output every time.
    #[must_use]
    pub fn masking<'a>(secrets: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self { masks: true, ..Self::new(&[], secrets, []) }
    }

    fn is_shown(&self, number: &str) -> bool {
        self.shown.contains(number) || (self.masks && number.starts_with(TEST_RANGE))
    }

    /// Knows one secret more from now on. Of many, as of tokens that live a minute, the last are known.
    pub fn learn(&self, name: &str, value: &str) {
        let mut learned = self.learned.write().unwrap_or_else(PoisonError::into_inner);
        if learned.len() == MOST_LEARNED {
            learned.remove(0);
        }
        learned.push(Secrets::new([(name, value)]));
    }

    /// Hides these numbers wherever they stand, also where others would be codes for certain.
    #[must_use]
    pub fn hiding<'a>(mut self, numbers: impl IntoIterator<Item = &'a str>) -> Self {
        self.hidden.extend(numbers.into_iter().filter(|number| !self.shown.contains(*number)).map(str::to_owned));
        self
    }

    /// The bytes of a body without what must not be kept.
    #[must_use]
    pub fn bytes<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let mut redacted = self.secrets.replace(bytes);
        for secrets in &*self.learned.read().unwrap_or_else(PoisonError::into_inner) {
            if let Cow::Owned(without) = secrets.replace(&redacted) {
                redacted = Cow::Owned(without);
            }
        }
        for step in [Self::numbers, Self::veiled] {
            redacted = match redacted {
                Cow::Borrowed(bytes) => step(self, bytes),
                Cow::Owned(bytes) => Cow::Owned(step(self, &bytes).into_owned()),
            };
        }
        redacted
    }

    /// A header value, a URL or another text without what must not be kept.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let redacted = self.bytes(text.as_bytes()).into_owned();
        String::from_utf8(redacted).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    /// Numbers replaced since this was last asked, each once in a run.
    #[must_use]
    pub fn take_fresh(&self) -> Vec<Replacement> {
        std::mem::take(&mut *self.fresh.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn numbers<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let mut output: Option<Vec<u8>> = None;
        let mut copied = 0;
        number::candidates(bytes, |start, place| {
            let digits = &bytes[start..start + number::LENGTH];
            let number = String::from_utf8_lossy(digits).into_owned();
            let may_stay = number::judge(bytes, start) == Verdict::Keep && !self.hidden.contains(&number);
            if may_stay || self.is_shown(&number) {
                return;
            }
            let shape = if place == Place::BareJson { Shape::Digits } else { Shape::Letters };
            let output = output.get_or_insert_with(|| Vec::with_capacity(bytes.len()));
            output.extend_from_slice(&bytes[copied..start]);
            output.extend_from_slice(self.token(number, shape).as_bytes());
            copied = start + number::LENGTH;
        });
        match output {
            None => Cow::Borrowed(bytes),
            Some(mut output) => {
                output.extend_from_slice(&bytes[copied..]);
                Cow::Owned(output)
            }
        }
    }

    /// Numbers that are written as something else than nine digits.
    fn veiled<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let said = |text: &[u8]| match self.numbers(text) {
            Cow::Owned(redacted) => Some(redacted),
            Cow::Borrowed(_) => None,
        };
        let mut changes = veiled::encoded(bytes, &said);
        let hidden = |(_, _, number): &(usize, usize, String)| !self.is_shown(number);
        for (start, end, number) in veiled::escaped_numbers(bytes).into_iter().filter(hidden) {
            changes.push(veiled::Change { start, end, text: self.token(number, Shape::Letters).into_bytes() });
        }
        for (start, end, number) in veiled::hex_numbers(bytes).into_iter().filter(hidden) {
            changes.push(veiled::Change { start, end, text: veiled::hex(self.token(number, Shape::Letters).as_bytes()) });
        }
        if changes.is_empty() {
            return Cow::Borrowed(bytes);
        }
        changes.sort_by_key(|change| change.start);
        let (mut output, mut copied) = (Vec::with_capacity(bytes.len()), 0);
        for change in changes.iter().filter(|change| change.end > change.start) {
            if change.start >= copied {
                output.extend_from_slice(&bytes[copied..change.start]);
                output.extend_from_slice(&change.text);
                copied = change.end;
            }
        }
        output.extend_from_slice(&bytes[copied..]);
        Cow::Owned(output)
    }

    fn token(&self, number: String, shape: Shape) -> String {
        if self.masks {
            return match shape {
                Shape::Letters => "bsnhidden".to_owned(),
                Shape::Digits => "100000000".to_owned(),
            };
        }
        let mut replaced = self.replaced.lock().unwrap_or_else(PoisonError::into_inner);
        let test_range = number.starts_with(TEST_RANGE);
        let known = replaced.len();
        let entry = replaced.entry((number, shape));
        if let std::collections::btree_map::Entry::Occupied(known) = &entry {
            return known.get().token.clone();
        }
        let hmac = hmac_hex(&self.key, entry.key().0.as_bytes());
        let token = match shape {
            Shape::Letters => letters_token(&hmac),
            Shape::Digits => digits_token(&hmac),
        };
        if known >= MOST_RECORDED {
            return token;
        }
        let record = Replacement { token: token.clone(), hmac: hmac[..16].to_owned(), elfproof: true, test_range };
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner).push(record.clone());
        entry.or_insert(record);
        token
    }
}

/// Whether a text is what stands for a number of somebody.
#[must_use]
pub fn is_token(text: &str) -> bool {
    let letters = text.strip_prefix("bsn").filter(|rest| rest.len() == 6);
    letters.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// Other digits of the HMAC than those in the record, so that the one says nothing of the other.
fn mixed(hmac: &str) -> u64 {
    u64::from_str_radix(&hmac[16..32], 16).expect("an HMAC is hex")
}

fn letters_token(hmac: &str) -> String {
    const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut rest = mixed(hmac);
    let mut token = String::from("bsn");
    for _ in 0..6 {
        token.push(char::from(ALPHABET[usize::try_from(rest % 36).expect("less than 36")]));
        rest /= 36;
    }
    token
}

fn digits_token(hmac: &str) -> String {
    let number = 100_000_000 + mixed(hmac) % 899_999_990;
    let proof = number.to_string();
    // Of two neighbours only one can pass: the last digit counts for -1.
    if is_elfproof(proof.as_bytes()) { (number ^ 1).to_string() } else { proof }
}
