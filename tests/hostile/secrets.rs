//! What must not be kept, planted wherever a server or a user can put it: in no
//! file of the run, and nowhere in what the program tells.

use std::fs;

use crate::program::{Ended, Folder, command, end};
use crate::server::{Asked, serve};
use crate::servers::reported;

const TOKEN: &str = "s3cr3t/of+the=run";
/// Pass the eleven-test and are no test numbers. Each is planted in one place.
const IN_BODY: &str = "123456782";
const IN_ID: &str = "111222333";
const IN_HEADER: &str = "987654329";
const IN_LINK: &str = "192837461";
const IN_BASE: &str = "246813581";
const GIVEN: &str = "135792472";

fn passes_the_eleven_test(number: &str) -> bool {
    let digits: Vec<i32> = number.bytes().map(|digit| i32::from(digit - b'0')).collect();
    (0..8).map(|at| (9 - i32::try_from(at).expect("small")) * digits[at]).sum::<i32>() % 11 == digits[8]
}

/// Answers with everything that it got, and more.
fn answer(asked: Asked, base: &str) {
    let authorization =
        asked.head.iter().find_map(|line| line.strip_prefix("authorization: Bearer ")).unwrap_or("none").to_owned();
    let quoted = authorization.replace('/', "\\/");
    let encoded = authorization.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    let body = format!(
        r#"{{"resourceType":"Bundle","type":"searchset","total":{IN_BODY},
  "link":[{{"relation":"self","url":"{base}/x?token={encoded}&bsn={IN_LINK}"}},{{"relation":"next","url":"{base}/Patient?access={encoded}&id={IN_LINK}"}}],
  "entry":[{{"fullUrl":"{base}/Patient/{IN_ID}","search":{{"mode":"match"}},
    "resource":{{"resourceType":"Patient","id":"{IN_ID}","identifier":[{{"system":"http://fhir.nl/fhir/NamingSystem/bsn","value":"{IN_BODY}"}}],
      "name":[{{"family":"{authorization}","text":"{quoted}"}}]}}}}]}}"#
    );
    let headers = format!(
        "content-type: application/fhir+json; bsn={IN_HEADER}\r\nx-echo: {authorization}\r\nx-{IN_HEADER}: 1\r\nlocation: {base}/{IN_HEADER}\r\n"
    );
    asked.answer("200 OK", &headers, &body);
}

#[track_caller]
fn absent(ended: &Ended, folder: &Folder) {
    let encoded = TOKEN.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    let hidden = [TOKEN, &encoded, &TOKEN.replace('/', "\\/"), IN_BODY, IN_ID, IN_HEADER, IN_LINK, IN_BASE, GIVEN];
    let look = |name: &str, text: &str| {
        for hidden in hidden {
            if let Some(at) = text.find(hidden) {
                let from = text[..at].char_indices().rev().nth(200).map_or(0, |(from, _)| from);
                panic!("`{hidden}` is in {name}: {}{hidden}", &text[from..at]);
            }
        }
    };
    look("standard output", &ended.stdout);
    look("standard error", &ended.stderr);
    let files = folder.files();
    assert!(files.len() > 4, "{files:?}");
    for file in files {
        let name = file.to_string_lossy().into_owned();
        look("a name", &name);
        look(&name, &String::from_utf8_lossy(&fs::read(&file).expect("it can be read")));
    }
}

#[test]
fn tokens_and_numbers_that_may_be_a_bsn_are_kept_nowhere() {
    for number in [IN_BODY, IN_ID, IN_HEADER, IN_LINK, IN_BASE, GIVEN] {
        assert!(passes_the_eleven_test(number), "{number}");
    }
    let base = serve(|asked| {
        let base = format!("http://{}/fhir/{IN_BASE}", asked.stream.local_addr().expect("it is connected"));
        answer(asked, &base);
    });
    let base = format!("{base}/{IN_BASE}");
    let folder = Folder::new();
    let (given, product) = (format!("full-plan={GIVEN}"), format!("Product {GIVEN}"));
    let arguments =
        ["run", "--ci", "--url", &base, "--out", folder.text(), "--patient", &given, "--product", &product, "--auth", "bearer"];
    let ended = end(command(&arguments).env("TOETS_TOKEN", TOKEN)).with(1).tells(&["may be real citizen service numbers (BSN)"]);
    reported(&folder);
    absent(&ended, &folder);
    let again = end(&mut command(&["judge", folder.text(), "--ci"])).with(1);
    absent(&again, &folder);
}
