//! `toets listen` as a vendor gets to know it: the block that is copied, and
//! lines that tell what came without what nobody may keep.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::client::{ask, get};

/// The program, ended when the test is.
struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(arguments: &[&str]) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
    command.args(["listen", "--free", "--port", "0"]).args(arguments).env("TOETS_LANG", "en");
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    Program { child, output }
}

impl Program {
    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.output.read_line(&mut line).expect("text") > 0, "it goes on");
        line.trim_end().to_owned()
    }

    /// Lines up to the one that holds this.
    fn until(&mut self, text: &str) -> Vec<String> {
        let mut lines = vec![self.line()];
        while !lines.last().is_some_and(|line| line.contains(text)) {
            lines.push(self.line());
        }
        lines
    }
}

/// The value after a word in a block.
fn value(block: &[String], word: &str) -> String {
    let line = block.iter().find(|line| line.starts_with(word)).unwrap_or_else(|| panic!("{word} in {block:?}"));
    line[word.len()..].trim().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn block_is_enough_to_be_served_and_lines_tell_it() {
    let mut program = start(&["--vendor", "Anna B.V.", "--vendor", "bert", "--patients", "full-plan"]);
    let (anna, bert) = (program.until("try"), program.until("try"));
    program.until("Ctrl-C");
    assert!(anna[0].contains("anna-b-v"), "{anna:?}");
    assert!(value(&anna, "patient").contains("BSN 9999") && value(&anna, "patient").contains("1943-05-17"), "{anna:?}");
    let (base, token) = (value(&anna, "base URL"), value(&anna, "token"));
    assert!(value(&anna, "try").contains(&token) && value(&anna, "try").contains(&base));
    assert_ne!(token, value(&bert, "token"));
    let (address, path) = base.trim_start_matches("http://").split_once('/').expect("a path");
    let answer = ask(address, get(&format!("/{path}/Patient?identifier=999900006"), Some(&token)).as_bytes()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let line = program.line();
    assert!(line.contains("  anna-b-v  GET /anna-b-v-") && line.contains("/fhir/Patient  200  right token"), "{line}");
    assert!(!line.contains("999900006"), "{line}");
    ask(address, get(&format!("/{path}/Patient/{token}"), Some(&value(&bert, "token"))).as_bytes()).await;
    let line = program.line();
    assert!(line.contains("  ?  GET") && line.contains("token of another vendor  (anna-b-v, bert)"), "{line}");
    assert!(!line.contains(&token), "{line}");
    let answer = ask(address, get(&format!("/{path}/Patient/no-plan-patient"), Some(&token)).as_bytes()).await;
    assert_eq!(answer.status, 404, "only the patients that were named are there: {answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_in_stu3_has_the_store_of_stu3_and_says_so_to_strays_too() {
    let mut program = start(&["--vendor", "anna", "--fhir", "STU3"]);
    let block = program.until("try");
    let (base, token) = (value(&block, "base URL"), value(&block, "token"));
    let (address, path) = base.trim_start_matches("http://").split_once('/').expect("a path");
    let query = "Consent?patient=full-plan-patient&category=http://snomed.info/sct%7C11291000146105";
    let answer = ask(address, get(&format!("/{path}/{query}"), Some(&token)).as_bytes()).await;
    assert!(answer.body.contains("zib-TreatmentDirective-TreatmentPermitted"), "{answer:?}");
    let stray = ask(address, get("/nobody/fhir/Consent", Some(&token)).as_bytes()).await;
    for (answer, status) in [(answer, 200), (stray, 404)] {
        assert!(answer.status == status && answer.head.contains("fhirversion=3.0"), "{answer:?}");
    }
}

#[test]
fn wrong_use_says_how_to_mend_it() {
    for (arguments, wanted) in [
        (vec!["listen", "--vendor", "a", "--vendor", "A!"], "two vendors `a`"),
        (vec!["listen", "--vendor", "a", "--address", "0.0.0.0"], "--host"),
        (vec!["listen", "--vendor", "a", "--mutual"], "--tls"),
        (vec!["listen", "--vendor", "a", "--tls", "own"], "generated"),
        (vec!["listen", "--vendor", "a", "--free", "--patients", "nobody"], "full-plan"),
        (vec!["listen", "--vendors", "/there/is/nothing"], "cannot be read"),
        (vec!["listen", "--port", "0", "--ci", "--trigger", "true", "--attest", "/there/is/nothing"], "cannot be read"),
        (vec!["listen", "--resume", "/there/is/nothing"], "cannot be read"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_toets")).args(&arguments).output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(wanted), "{arguments:?}: {said}");
    }
}
