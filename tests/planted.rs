//! Planted secrets and numbers: ten thousand, in every place and spelling, first
//! through the redactor and then from a server that gives back what must not be
//! kept. None of it may stand in any file of a run, nor in what is said.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use toets::redact::{Redactor, is_elfproof};

const SECRET: &str = "pl4nted/s3cret+token=\"&<'>";
const COUNT: usize = 10_000;

/// Numbers that pass the eleven-test, spread over all that do.
fn numbers() -> impl Iterator<Item = String> {
    (100_000_000_u32..999_999_999)
        .step_by(86_413)
        .flat_map(|from| (from..from + 40).find(|number| is_elfproof(number.to_string().as_bytes())))
        .map(|number| number.to_string())
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        let letter = |at: usize| if at <= group.len() { char::from(LETTERS[(bits >> (18 - 6 * at) & 63) as usize]) } else { '=' };
        (0..4).map(letter).collect::<String>()
    };
    text.as_bytes().chunks(3).map(group).collect()
}

fn each(text: &str, spell: impl Fn(u8) -> String) -> String {
    text.bytes().map(spell).collect()
}

/// A text in every spelling in which it may come back.
fn spellings(text: &str) -> Vec<String> {
    vec![
        text.to_owned(),
        each(text, |byte| format!("%{byte:02X}")),
        each(text, |byte| format!("%25{byte:02x}")),
        each(text, |byte| format!("\\u00{byte:02x}")),
        each(text, |byte| format!("\\u00{byte:02X}")),
        each(text, |byte| format!("&#{byte};")),
        each(text, |byte| format!("&#x{byte:X};")),
        each(text, |byte| format!("{byte:02x}")),
        serde_json::to_string(text).expect("text is JSON").trim_matches('"').replace('/', "\\/"),
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&apos;"),
        base64(text),
        base64(&format!("u:{text}")),
        base64(&format!("user:{text}!")),
        base64(&format!("{{\"bsn\":\"{text}\"}}")).replace('+', "-").replace('/', "_"),
    ]
}

/// Places in which a text may stand.
const PLACES: [(&str, &str); 10] = [
    ("{\"value\":\"", "\"}"),
    ("<value value=\"", "\"/>"),
    ("<div>", "</div>"),
    ("https://test.example.nl/fhir/Patient/", "?x=1"),
    ("https://test.example.nl/fhir?identifier=http://fhir.nl/fhir/NamingSystem/bsn|", "&_count=1"),
    ("identifier=bsn%7C", "%26"),
    ("W/\"", "\""),
    ("Bearer ", ""),
    ("{\"data\":\"data:text/plain;base64,", "\"}"),
    ("error: ", " is not known"),
];

fn is_kept_out(text: &str, number: &str) -> bool {
    !spellings(number).iter().any(|spelling| text.contains(spelling.trim_end_matches('=')))
}

#[test]
fn ten_thousand_planted_numbers_are_in_no_redacted_text() {
    let redactor = Redactor::new(b"key", [("TOETS_TOKEN", SECRET)], []);
    let mut leaks = String::new();
    let mut count = 0;
    for (index, number) in numbers().take(COUNT).enumerate() {
        let (before, after) = PLACES[index % PLACES.len()];
        let spellings = spellings(&number);
        let spelling = &spellings[index / PLACES.len() % spellings.len()];
        let text = format!("{before}{spelling}{after}");
        let redacted = redactor.text(&text);
        if !is_kept_out(&redacted, &number) {
            let _ = writeln!(leaks, "{text} became {redacted}");
        }
        count += 1;
    }
    assert_eq!((count, leaks.as_str()), (COUNT, ""));
}

#[test]
fn planted_secrets_are_in_no_redacted_text() {
    let redactor = Redactor::new(b"key", [("TOETS_TOKEN", SECRET)], []);
    for spelling in spellings(SECRET) {
        for (before, after) in PLACES {
            let redacted = redactor.text(&format!("{before}{spelling}{after}"));
            assert!(!redacted.contains(&spelling[3..spelling.len() - 4]), "{spelling} in {redacted}");
        }
    }
}

/// A server that answers everything with numbers and with the credentials that it was sent, in all spellings.
fn answer(stream: TcpStream, planted: &[String]) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut token = String::from("none");
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("authorization")
        {
            token = value.trim().trim_start_matches("Bearer ").to_owned();
        }
        line.clear();
    }
    let texts =
        |text: &str| spellings(text).into_iter().filter(|text| !text.contains('"') || text.contains("\\\"")).collect::<Vec<_>>();
    let all: Vec<String> = planted.iter().chain([&token]).flat_map(|text| texts(text)).collect();
    let extension = |text: &String| format!(r#"{{"url":"https://test.example.nl/x","valueString":"{text}"}}"#);
    let planted: Vec<String> = all.iter().map(extension).collect();
    let body = format!(
        r#"{{"resourceType":"Bundle","type":"searchset","link":[{{"relation":"self","url":"https://test.example.nl/fhir?bsn={}"}}],"entry":[{{"search":{{"mode":"match"}},"resource":{{"resourceType":"Patient","id":"{}","identifier":[{{"system":"http://fhir.nl/fhir/NamingSystem/bsn","value":"999900110"}}],"extension":[{}]}}}}]}}"#,
        all[0],
        all[0],
        planted.join(",")
    );
    let headers: String =
        all.iter().filter(|text| text.len() < 300).take(40).enumerate().fold(String::new(), |mut headers, (at, text)| {
            let _ = write!(headers, "x-echo-{at}: {text}\r\n");
            headers
        });
    let mut stream = reader.into_inner();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json\r\nlocation: /Patient/{}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        all[0],
        body.len()
    )
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder of the run is there").flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn nothing_that_a_server_gives_back_is_in_any_file_of_a_run() {
    let planted: Vec<String> = numbers().take(40).collect();
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let base = format!("http://{}/fhir", listener.local_addr().expect("it is bound"));
    let given = planted.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = answer(stream, &given);
        }
    });
    let folder = std::env::temp_dir().join(format!("toets-planted-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let summary = folder.with_extension("md");
    let output = Command::new(env!("CARGO_BIN_EXE_toets"))
        .env("TOETS_CACHE", "none")
        .args(["run", "--ci", "--url", &base, "--out"])
        .arg(&folder)
        .env("TOETS_TOKEN", SECRET)
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .expect("the program runs");
    let mut all = vec![summary.clone()];
    files(&folder, &mut all);
    assert!(all.len() > 5, "{}", String::from_utf8_lossy(&output.stderr));
    let read = |path: &PathBuf| (path.display().to_string(), fs::read(path).expect("it is there"));
    let mut texts: Vec<(String, Vec<u8>)> = all.iter().map(read).collect();
    texts.push(("what is said".to_owned(), [output.stdout, output.stderr].concat()));
    let holds =
        |word: &str| texts.iter().any(|(name, bytes)| name.contains("blobs") && String::from_utf8_lossy(bytes).contains(word));
    assert!(holds("${TOETS_TOKEN}") && holds("/x\",\"valueString\":\"bsn"), "the server was not heard");
    for (name, bytes) in texts {
        let text = String::from_utf8_lossy(&bytes);
        for number in &planted {
            assert!(is_kept_out(&text, number), "{number} stands in {name}");
        }
        for spelling in spellings(SECRET) {
            assert!(!text.contains(&spelling[3..spelling.len() - 4]), "{spelling} stands in {name}");
        }
    }
    let _ = fs::remove_dir_all(&folder);
    let _ = fs::remove_file(&summary);
}
