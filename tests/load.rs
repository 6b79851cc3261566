//! `toets load` against a server in memory, which writes as it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use toets::agreements::FhirVersion;
use toets::drive::{Client, Secrets};
use toets::load::{Ids, LoadError, Place, Way, load, look, removable, remove};
use toets::plan::{Target, TargetAuth};
use toets::scenario::{Persona, Source, Suite, load as load_suite};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// What a server does with one kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    /// What it is asked.
    Does,
    /// Answers with this status and an OperationOutcome.
    Refuses(u16),
}

#[derive(Clone)]
struct Memory {
    resources: Arc<Mutex<BTreeMap<String, Value>>>,
    put: Habit,
    transaction: Habit,
    post: Habit,
    delete: Habit,
    /// Drops this element of everything.
    forgets: &'static str,
}

impl Memory {
    fn new() -> Self {
        let does = Habit::Does;
        Self { resources: Arc::default(), put: does, transaction: does, post: does, delete: does, forgets: "" }
    }

    fn resources(&self) -> MutexGuard<'_, BTreeMap<String, Value>> {
        self.resources.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, name: &str, mut resource: Value) {
        if let Some(resource) = resource.as_object_mut() {
            resource.remove(self.forgets);
        }
        self.resources().insert(name.to_owned(), resource);
    }

    fn post(&self, kind: &str, mut resource: Value) -> ResponseTemplate {
        let id = format!("{}", 1_000 + self.resources().len());
        resource["id"] = json!(id);
        self.keep(&format!("{kind}/{id}"), resource);
        ResponseTemplate::new(201).insert_header("location", format!("http://localhost/{kind}/{id}/_history/1"))
    }

    fn transact(&self, bundle: &Value) -> ResponseTemplate {
        for entry in bundle["entry"].as_array().into_iter().flatten() {
            let url = entry["request"]["url"].as_str().unwrap_or_default();
            match entry["request"]["method"].as_str() {
                Some("DELETE") => drop(self.resources().remove(url)),
                _ => self.keep(url, entry["resource"].clone()),
            }
        }
        let done = bundle["entry"].as_array().map_or(0, Vec::len);
        let entries = vec![json!({ "response": { "status": "200 OK" } }); done];
        ResponseTemplate::new(200).set_body_json(json!({ "resourceType": "Bundle", "entry": entries }))
    }

    /// A search: all of the type, whatever is asked.
    fn search(&self, kind: &str) -> ResponseTemplate {
        let resources = self.resources();
        let found = resources.iter().filter(|(name, _)| name.split('/').next() == Some(kind));
        let entries: Vec<Value> = found.map(|(_, resource)| json!({ "resource": resource })).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "resourceType": "Bundle", "entry": entries }))
    }
}

fn refused(status: u16) -> ResponseTemplate {
    let outcome = json!({ "resourceType": "OperationOutcome", "issue": [{ "diagnostics": "not here, not now" }] });
    ResponseTemplate::new(status).set_body_json(outcome)
}

impl Respond for Memory {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let name = request.url.path().trim_start_matches("/fhir").trim_start_matches('/').to_owned();
        let body = || serde_json::from_slice::<Value>(&request.body).unwrap_or_default();
        let habit = match (request.method.as_str(), name.as_str()) {
            ("PUT", _) => self.put,
            ("POST", "") => self.transaction,
            ("POST", _) => self.post,
            ("DELETE", _) => self.delete,
            _ => Habit::Does,
        };
        if let Habit::Refuses(status) = habit {
            return refused(status);
        }
        match request.method.as_str() {
            "PUT" => {
                self.keep(&name, body());
                ResponseTemplate::new(201)
            }
            "POST" if name.is_empty() => self.transact(&body()),
            "POST" => self.post(&name, body()),
            "DELETE" => {
                self.resources().remove(&name);
                ResponseTemplate::new(204)
            }
            _ if !name.contains('/') => self.search(&name),
            _ => match self.resources().get(&name) {
                Some(resource) => ResponseTemplate::new(200).set_body_json(resource),
                None => refused(404),
            },
        }
    }
}

/// A server with a persona to write to it.
struct Setting {
    memory: Memory,
    client: Client,
    suite: Suite,
    _server: MockServer,
}

impl Setting {
    async fn new(memory: Memory) -> Self {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(memory.clone()).mount(&server).await;
        let base = format!("{}/fhir", server.uri());
        let target = Target::new(base, TargetAuth::None);
        let client = Client::new(&target, Secrets::new(), 1.0).expect("the base is one");
        let suite = load_suite(&Source::Embedded).expect("the suite has no mistakes");
        Self { memory, client, suite, _server: server }
    }

    fn persona(&self) -> &Persona {
        self.suite.persona("full-plan").expect("it is a persona")
    }

    fn place(&self) -> Place<'_> {
        Place { client: &self.client, persona: self.persona(), fhir: FhirVersion::R4 }
    }
}

#[tokio::test]
async fn each_way_writes_the_whole_persona_and_it_can_be_removed() {
    for (fhir, way) in FhirVersion::ALL.into_iter().flat_map(|fhir| Way::ALL.map(|way| (fhir, way))) {
        let setting = Setting::new(Memory::new()).await;
        let place = Place { fhir, ..setting.place() };
        let count = setting.persona().resources(fhir).len();
        let loaded = load(place, &[way]).await.expect("the server takes it");
        assert_eq!((loaded.way, loaded.written, loaded.different), (way, count, Vec::new()));
        assert_eq!(setting.memory.resources().len(), count);
        // Whether the ids were kept or not: the tag finds what was written.
        let removed = remove(place, &Ids::new()).await.expect("the server deletes it");
        assert_eq!((removed.deleted.len(), removed.left.len()), (count, 0));
        assert!(setting.memory.resources().is_empty());
    }
}

#[tokio::test]
async fn post_makes_references_lead_to_the_ids_of_the_server() {
    let setting = Setting::new(Memory::new()).await;
    let ids = load(setting.place(), &[Way::Post]).await.expect("the server takes it").ids;
    let resources = setting.memory.resources();
    let encounter = &resources[&ids["Encounter/full-plan-encounter-1"]];
    assert_eq!(encounter["subject"]["reference"], ids["Patient/full-plan-patient"].as_str());
    // The procedure refers to the encounter, too: one of them was written first.
    assert_eq!(encounter["reasonReference"][0]["reference"], ids["Procedure/full-plan-procedure-1"].as_str());
    let procedure = &resources[&ids["Procedure/full-plan-procedure-1"]];
    assert_eq!(procedure["encounter"]["reference"], ids["Encounter/full-plan-encounter-1"].as_str());
}

#[tokio::test]
async fn ways_are_tried_until_one_is_taken() {
    let memory = Memory { put: Habit::Refuses(405), ..Memory::new() };
    let loaded = load(Setting::new(memory).await.place(), &Way::ALL).await.expect("it takes a transaction");
    assert_eq!(loaded.way, Way::Transaction);
    let memory = Memory { put: Habit::Refuses(405), transaction: Habit::Refuses(404), ..Memory::new() };
    let loaded = load(Setting::new(memory).await.place(), &Way::ALL).await.expect("it chooses ids");
    assert_eq!(loaded.way, Way::Post);
    // Two refer to each other, and the server does not update: one is without its reference.
    assert!(loaded.different.iter().all(|(_, what)| what.contains("reference")) && !loaded.different.is_empty());
}

#[tokio::test]
async fn resource_without_the_tag_is_neither_overwritten_nor_deleted() {
    let setting = Setting::new(Memory::new()).await;
    let somebody = json!({ "resourceType": "Goal", "id": "full-plan-goal-1", "lifecycleStatus": "active" });
    setting.memory.keep("Goal/full-plan-goal-1", somebody.clone());
    let why = load(setting.place(), &Way::ALL).await.expect_err("it is not ours");
    assert!(matches!(&why, LoadError::Untagged { names, .. } if names == &["Goal/full-plan-goal-1"]), "{why}");
    assert!(why.hint().is_some());
    assert_eq!(setting.memory.resources().len(), 1, "nothing was written");
    let removed = remove(setting.place(), &Ids::new()).await.expect("it is left alone");
    assert_eq!((removed.deleted, removed.left), (Vec::new(), vec!["Goal/full-plan-goal-1".to_owned()]));
    assert_eq!(setting.memory.resources()["Goal/full-plan-goal-1"], somebody);
}

#[tokio::test]
async fn patient_with_another_bsn_is_never_ours_whatever_tag_it_carries() {
    let setting = Setting::new(Memory::new()).await;
    let text = &setting.persona().resources["Patient/full-plan-patient"];
    let mut patient: Value = serde_json::from_str(&text.replace(&setting.persona().bsn, "999900006")).expect("it is JSON");
    patient["id"] = json!("full-plan-patient");
    setting.memory.keep("Patient/full-plan-patient", patient);
    assert!(matches!(load(setting.place(), &Way::ALL).await, Err(LoadError::Untagged { .. })));
    assert!(removable(setting.place(), &Ids::new()).await.expect("it can look").deleted.is_empty());
}

#[tokio::test]
async fn persona_that_is_there_is_written_again_under_its_ids_and_never_beside_them() {
    let setting = Setting::new(Memory::new()).await;
    load(setting.place(), &[Way::Put]).await.expect("the server takes it");
    let again = look(setting.place(), &Way::ALL).await.expect("it is ours");
    assert_eq!((again.free.len(), again.tagged.len()), (0, setting.persona().resources.len()));
    load(setting.place(), &Way::ALL).await.expect("the server takes it again");
    let setting = Setting::new(Memory::new()).await;
    load(setting.place(), &[Way::Post]).await.expect("the server takes it");
    assert!(matches!(load(setting.place(), &Way::ALL).await, Err(LoadError::AlreadyThere { .. })));
}

#[tokio::test]
async fn what_the_server_does_not_keep_is_told() {
    let setting = Setting::new(Memory { forgets: "note", ..Memory::new() }).await;
    let loaded = load(setting.place(), &[Way::Put]).await.expect("the server takes it");
    let told = loaded.different.iter().find(|(name, _)| name == "Procedure/full-plan-procedure-1").map(|(_, what)| what.as_str());
    assert_eq!(told, Some("note: `[{\"text\":\"Eerste gesprek, aan huis.\"}]` is gone"));
}

#[tokio::test]
async fn refusals_tell_what_the_server_says_and_what_else_can_be_done() {
    let refusing = |status| Memory { put: Habit::Refuses(status), ..Memory::new() };
    for (status, hint) in [(403, "credentials"), (405, "by hand"), (422, "wrong")] {
        let why = load(Setting::new(refusing(status)).await.place(), &[Way::Put]).await.expect_err("it refuses");
        let told = why.to_string();
        assert!(told.contains(&status.to_string()) && told.contains("not here, not now"), "{told}");
        assert!(why.hint().is_some_and(|told| told.contains(hint)), "{:?}", why.hint());
    }
}

#[tokio::test]
async fn server_that_lets_nobody_in_is_asked_once() {
    let memory = Memory { put: Habit::Refuses(401), ..Memory::new() };
    let setting = Setting::new(memory).await;
    let why = load(setting.place(), &Way::ALL).await.expect_err("it refuses");
    assert!(matches!(&why, LoadError::NoWay { tried } if tried.len() == 1), "{why}");
    assert!(setting.memory.resources().is_empty());
}

#[tokio::test]
async fn what_is_not_deleted_one_by_one_is_deleted_at_once() {
    let setting = Setting::new(Memory { delete: Habit::Refuses(409), ..Memory::new() }).await;
    load(setting.place(), &[Way::Put]).await.expect("the server takes it");
    remove(setting.place(), &Ids::new()).await.expect("a transaction deletes them");
    assert!(setting.memory.resources().is_empty());
}
