//! The fixtures and exchanges of this repository, as far as the provider needs them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::agreements::Dialect;
use crate::scenario::{Exchange, Persona, PersonaExchange, Suite, TransactionGroup};
use crate::text::Text;

pub(super) fn suite() -> Suite {
    let names = ["full-plan", "no-plan", "sparse-plan"];
    Suite { personas: names.iter().map(|name| persona(name)).collect(), exchanges: exchanges(), ..Suite::default() }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn text() -> Text {
    Text { en: String::new(), nl: String::new() }
}

fn persona(name: &str) -> Persona {
    let folder = root().join("fixtures").join(name);
    let mut persona = Persona {
        persona: name.to_owned(),
        title: text(),
        why: text(),
        bsn: String::new(),
        patient: String::new(),
        clock: String::new(),
        exchanges: BTreeMap::new(),
        decoys: BTreeMap::new(),
        reachable: Vec::new(),
        resources: BTreeMap::new(),
    };
    read_lists(&mut persona, &fs::read_to_string(folder.join("persona.yaml")).expect("the persona is there"));
    for file in fs::read_dir(folder.join("r4")).expect("the resources are there") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("text");
        let resource: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let name =
            format!("{}/{}", resource["resourceType"].as_str().unwrap_or_default(), resource["id"].as_str().unwrap_or_default());
        persona.resources.insert(name, text);
    }
    persona
}

fn read_lists(persona: &mut Persona, text: &str) {
    let (mut section, mut exchange, mut list) = ("", "", "");
    for line in text.lines().map(|line| line.split(" #").next().unwrap_or_default().trim_end()) {
        let trimmed = line.trim_start();
        match (line.len() - trimmed.len(), trimmed.split_once(':')) {
            (0, Some((key, value))) => {
                section = key;
                let value = value.trim().trim_matches('"').to_owned();
                match key {
                    "bsn" => persona.bsn = value,
                    "patient" => persona.patient = value,
                    _ => {}
                }
            }
            (2, Some((key, _))) if section == "exchanges" => {
                exchange = key;
                persona.exchanges.insert(key.to_owned(), PersonaExchange::default());
            }
            (2, Some((key, why))) if section == "decoys" => {
                persona.decoys.insert(key.to_owned(), why.to_owned());
            }
            (4, Some((key, _))) if section == "exchanges" => list = key,
            (6, None) if section == "exchanges" => {
                let found = persona.exchanges.get_mut(exchange).expect("lists stand below exchanges");
                let into = if list == "match" { &mut found.matches } else { &mut found.include };
                into.push(trimmed.trim_start_matches("- ").to_owned());
            }
            _ => {}
        }
    }
}

fn exchanges() -> Vec<Exchange> {
    let files = fs::read_dir(root().join("scenarios/exchanges")).expect("the exchanges are there");
    files.map(|file| exchange(&fs::read_to_string(file.expect("a file").path()).expect("text"))).collect()
}

fn exchange(yaml: &str) -> Exchange {
    let value = |key: &str| {
        let line = yaml.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix(':'));
        line.map(|line| line.trim().trim_matches('"').to_owned()).unwrap_or_default()
    };
    Exchange {
        exchange: value("exchange"),
        query: None,
        title: text(),
        group: TransactionGroup::IndividualResources,
        source: String::new(),
        optional: None,
        request: BTreeMap::from([(Dialect::R4Rc1, value("r4-rc1")), (Dialect::R4Rc2, value("r4-rc2"))]),
        answer: BTreeMap::new(),
    }
}
