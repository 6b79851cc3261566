//! Mutants of any text, as bytes: changed, taken out, doubled, cut off, bad
//! UTF-8, entities, nested far too deep.

use super::dice::Dice;

/// Pieces that mean something in JSON, XML or UTF-8.
const PIECES: [&[u8]; 44] = [
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b"<",
    b">",
    b":",
    b",",
    b"\\",
    b"/",
    b"&",
    b";",
    b"=",
    b"#",
    b"|",
    b".",
    b"'",
    b"\0",
    b"\xff",
    b"\xf0\x9f",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\xef\xbb\xbf",
    b" ",
    b"\n",
    b"-",
    b"e",
    b"\\ud800",
    b"\\u0000",
    b"&amp;",
    b"&#0;",
    b"&#x110000;",
    b"&lol;",
    b"&#xD800;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<?x y?>",
    b"1e999999999",
    b"</",
    b"/>",
    b" xmlns=\"urn:x\"",
];
const DOCTYPE: &[u8] = b"<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY lol \"&b;&b;&b;&b;\"><!ENTITY f SYSTEM \"file:///etc/hostname\">]>";
/// What can be opened without end.
const OPENINGS: [&[u8]; 6] = [b"[", b"{\"extension\":[", b"<extension url=\"a\">", b"<contained><Patient>", b"<div>", b"{\"a\":"];

/// A text broken in one to four places.
pub(crate) fn mutant(dice: &mut Dice, mut text: Vec<u8>) -> Vec<u8> {
    for _ in 0..=dice.below(4) {
        let at = dice.below(text.len() + 1);
        let end = (at + dice.below(200)).min(text.len());
        match dice.below(10) {
            0 if at < text.len() => text[at] ^= 1 << dice.below(8),
            1 | 2 => insert(&mut text, at, dice.pick::<&[u8]>(&PIECES)),
            3 => drop(text.drain(at..(at + 1).min(text.len()))),
            4 => drop(text.drain(at..end)),
            5 => {
                let piece = text[at..end].to_vec();
                let to = dice.below(text.len() + 1);
                insert(&mut text, to, &piece);
            }
            6 => swap(dice, &mut text),
            7 if dice.one_in(4) => text.truncate(at),
            8 if dice.one_in(4) => insert(&mut text, if dice.one_in(2) { 0 } else { at }, DOCTYPE),
            9 if dice.one_in(40) => deep(dice, &mut text, at),
            _ if at < text.len() => text[at] = dice.pick(&PIECES)[0],
            _ => {}
        }
    }
    text
}

fn insert(text: &mut Vec<u8>, at: usize, piece: &[u8]) {
    text.splice(at..at, piece.iter().copied());
}

/// Two pieces change places.
fn swap(dice: &mut Dice, text: &mut [u8]) {
    let length = dice.below(40).min(text.len() / 2);
    let (first, second) = (dice.below(text.len() / 2 + 1), text.len() / 2);
    let second = second + dice.below(text.len() - second + 1);
    if first + length <= second && second + length <= text.len() {
        let (left, right) = text.split_at_mut(second);
        left[first..first + length].swap_with_slice(&mut right[..length]);
    }
}

/// The same opening up to a hundred thousand times.
fn deep(dice: &mut Dice, text: &mut Vec<u8>, at: usize) {
    let opening = dice.pick(&OPENINGS).repeat(*dice.pick(&[30, 70, 1_000, 100_000]));
    insert(text, at, &opening);
}
