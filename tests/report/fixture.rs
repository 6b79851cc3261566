//! A run made by hand: small, with every outcome in it, and a server that sends
//! what it should not.

use std::collections::BTreeMap;
use std::sync::Arc;

use toets::agreements::{Actor, Basis, Catalogue, Dialect, Effect, Level, Pending, Requirement, RequirementFile};
use toets::evidence::{
    Attested, Broken, BrokenKind, Definition, End, Evidence, Exchange, Exhibit, FoundHow, FoundPersona, Noted, Omitted,
    OmittedReason, Origin, Outcome as Came, Received, Record, Replaced, Said, Sent, Start,
};
use toets::judge::{
    Code, ConceptCoverage, ConceptState, Conclusion, DatasetCoverage, ExpectationVerdict, Finding, Habit, Issue, OfNoVersion,
    OpenCode, Outcome, Place, ProfileNotes, Reason, RequirementVerdict, Silenced, Speech, UnseenChange, Verdicts,
    VersionDifference, WorthALook,
};
use toets::plan::{
    Action, Claims, Data, Limits, Plan, PlannedExpectation, PlannedPersona, PlannedScenario, PlannedStep, RequestTemplate,
    SuiteId, Target, TargetAuth,
};
use toets::recognise::{Evidence as HeardOf, Spoken};
use toets::scenario::{
    Auth, Check, Fault, Format, Isolation, Kill, Method, OneOrMany, Pages, Standing, Suite, Target as Strikes,
};
use toets::text::Text;

/// What a hostile server puts wherever it can.
pub(crate) const HOSTILE: &str = "</code></script><script>alert(1)</script> ]]> & \"'\u{1b}[31m\u{202e}\u{0}";

/// The values that a report is made of.
pub(crate) struct Run {
    pub(crate) plan: Plan,
    pub(crate) evidence: Evidence,
    pub(crate) verdicts: Verdicts,
    pub(crate) suite: Suite,
}

fn text(en: &str, nl: &str) -> Text {
    Text { en: en.into(), nl: nl.into() }
}

/// A run in which everything happened that can happen.
pub(crate) fn everything() -> Run {
    let plan = plan(vec![directives(), metadata()]);
    let body = bundle();
    let blobs = BTreeMap::from([(DIGEST.to_owned(), Arc::from(body.as_bytes()))]);
    let evidence = Evidence { start: start(plan.clone()), records: records(body.len() as u64), blobs };
    let verdicts = Verdicts {
        conclusion: Conclusion::NotConformant,
        expectations: expectations(),
        requirements: requirements(),
        profiles: notes(),
        dataset: Some(dataset()),
        spoken: Some(speech()),
        habits: vec![habit()],
    };
    Run { plan, evidence, verdicts, suite: suite() }
}

/// A large run: a thousand expectations, five thousand exchanges, each with a body that a finding is about.
pub(crate) fn large() -> Run {
    let mut run = everything();
    let (mut scenarios, mut records, mut verdicts) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..100 {
        let name = format!("large-{number}");
        let key = |step: usize| format!("{name}/step-{step}/all");
        let steps = (0..10).map(|number| step(&format!("step-{number}"), vec![expect(&key(number), "PZP-QRY-023", None)]));
        scenarios.push(scenario(&name, text("A large scenario", "Een groot scenario"), steps.collect()));
        for step in 0..10 {
            let id = |at: usize| format!("{name}@r4.json.plain/step-{step}#{at}");
            records.extend((1..=5).map(|at| exchange(&id(at), URL, answered(6_000), 1_000 * at as u64)));
            let mut found = verdict(&key(step), "PZP-QRY-023", Effect::Fail, Outcome::Fail);
            found.findings = (1..=5)
                .map(|at| {
                    let mut finding = finding("Bundle.entry[1].resource.status", &["inactive"], &["active"]);
                    finding.place.exchange = Some(id(at));
                    finding
                })
                .collect();
            verdicts.push(found);
        }
    }
    let row = run.verdicts.requirements.iter_mut().find(|requirement| requirement.id == "PZP-QRY-023").expect("the row is there");
    row.expectations = verdicts.iter().map(|verdict| verdict.key.clone()).collect();
    (run.plan.scenarios, run.evidence.records, run.verdicts.expectations) = (scenarios, records, verdicts);
    run
}

/// A run for which nothing was selected.
pub(crate) fn nothing() -> Run {
    let mut plan = plan(Vec::new());
    plan.selection = Some("PZP-DAT-001".into());
    let end = Record::End(End { at: "2026-11-22T14:03:05.200Z".into(), took_us: 12_000, stopped: false });
    let evidence = Evidence { start: start(plan.clone()), records: vec![end], blobs: BTreeMap::new() };
    let mut requirements = requirements();
    for requirement in requirements.iter_mut().filter(|requirement| requirement.claimed) {
        requirement.outcome = Outcome::Untested;
        requirement.reason = Some(Reason::NotSelected);
        requirement.expectations.clear();
    }
    let verdicts = Verdicts {
        conclusion: Conclusion::Incomplete,
        expectations: Vec::new(),
        requirements,
        profiles: ProfileNotes::default(),
        dataset: None,
        spoken: None,
        habits: Vec::new(),
    };
    Run { plan, evidence, verdicts, suite: suite() }
}

/// A run with this persona that is not on the server, and one request that was answered with this status.
pub(crate) fn stranger(status: u16) -> Run {
    let mut run = nothing();
    run.plan.selection = None;
    let found = FoundPersona { persona: "full-plan".into(), patient: None, how: FoundHow::NotFound };
    let came = Came::Answered(Received { status, headers: Vec::new(), body: None, bytes: 0 });
    run.evidence.records = vec![exchange("personas/full-plan#1", "Patient", came, 0), Record::Persona(found)];
    run
}

/// A fault that turns one expectation red.
pub(crate) fn fault(name: &str, expect: &str) -> Fault {
    Fault {
        fault: name.into(),
        title: text("A fault", "Een fout"),
        fhir: None,
        version: None,
        on: Strikes::default(),
        behaviour: Vec::new(),
        notes: Vec::new(),
        kills: vec![Kill { expect: expect.into(), finding: "status-unexpected".into() }],
        also: Vec::new(),
    }
}

/// A habit that breaks nothing, of which the first of three is shown.
fn habit() -> Habit {
    let finding = Finding {
        code: Code::LocalCodingBeside,
        place: Place {
            exchange: Some("directives@r4.json.plain/all#1".into()),
            path: Some("Bundle.entry[0].resource.provision.code[0].coding[1]".into()),
            line: None,
        },
        subject: "Consent/directive-1".into(),
        expected: Vec::new(),
        actual: vec![format!("Consent/directive-1: https://vendor.example/codes|{HOSTILE}")],
        asked: None,
        issue: None,
    };
    Habit { finding, count: 3 }
}

/// What was heard of somebody who speaks an older version, with a canonical of none.
fn speech() -> Speech {
    let seen = |text: &str, declared: bool| HeardOf {
        text: text.into(),
        count: 3,
        example: "Goal/goal-1".into(),
        exchange: Some("directives@r4.json.plain/all#1".into()),
        path: Some("Bundle.entry[0].resource.meta.profile[0]".into()),
        declared,
    };
    let of = |dialect, evidence: Vec<HeardOf>, against: Vec<HeardOf>| Spoken { dialect, evidence, against };
    Speech {
        claimed: Dialect::R4Rc2,
        standing: Standing::Current,
        likeliest: [Dialect::R4Rc1].into(),
        versions: vec![
            of(Dialect::R4Rc1, vec![seen("https://x.example/ACP-Medical-Policy-Goal", false)], Vec::new()),
            of(Dialect::R4Rc2, vec![seen("FHIR 4.0.1", true)], vec![seen("https://x.example/ACP-Medical-Policy-Goal", false)]),
        ],
        differences: vec![VersionDifference {
            id: "goal-profile-renamed".into(),
            what: text("the profile of the goal has another name", "het profiel van het doel heeft een andere naam"),
            now: "ACP-Medical-Policy-Goal".into(),
            wanted: "ACP-MedicalPolicyGoal".into(),
            why: Some(text("names of one form", "namen van één vorm")),
            source: "pzp 1.2".into(),
            seen: seen("https://x.example/ACP-Medical-Policy-Goal", false),
        }],
        unseen: vec![UnseenChange {
            id: "form-items-changed".into(),
            what: text("the <b>form</b> has other items", "het <b>formulier</b> heeft andere items"),
            wanted: "form of 1.0.0-rc2".into(),
            source: "pzp 1.3".into(),
        }],
        of_no_version: vec![OfNoVersion {
            what: text("<b>parts</b> are swapped", "<b>delen</b> zijn verwisseld"),
            instead: "https://x.example/right/".into(),
            source: "pzp 1.1".into(),
            seen: seen("https://x.example/wrong/ACP-Goal", false),
        }],
    }
}

const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const BASE: &str = "https://test.example.nl/fhir";

fn plan(scenarios: Vec<PlannedScenario>) -> Plan {
    Plan {
        claims: Claims {
            product: Some("Voorbeeld-EPD 7.4".into()),
            actor: Actor::Provider,
            dialect: Dialect::R4Rc2,
            groups: Vec::new(),
        },
        suite: SuiteId { version: "0.1.0".into(), digest: "5e88489".repeat(9) },
        target: Target {
            base: BASE.into(),
            auth: TargetAuth::Bearer("TOETS_TOKEN".into()),
            built_in: false,
            fault: None,
            headers: Vec::new(),
            insecure: false,
            limits: Limits::default(),
        },
        personas: vec![PlannedPersona {
            persona: "full-plan".into(),
            bsn: "999900110".into(),
            given: None,
            fixture: "full-plan-patient".into(),
            lookup: "Patient?identifier=http://fhir.nl/fhir/NamingSystem/bsn|999900110".into(),
            data: Data::Fixture,
        }],
        scenarios,
        unclaimed: std::collections::BTreeSet::new(),
        selection: None,
        known: Vec::new(),
        not_entered: Vec::new(),
        shard: None,
    }
}

fn start(plan: Plan) -> Start {
    Start {
        format: 1,
        toets: "0.1.0".into(),
        at: "2026-11-22T14:03:05.123Z".into(),
        seed: "7f3a0c51".into(),
        tempo: 1.0,
        definitions: vec![Definition {
            id: "hl7.fhir.r4.core".into(),
            version: "4.0.1".into(),
            digest: "abc123".into(),
            approximation: false,
        }],
        plan,
    }
}

fn scenario(name: &str, title: Text, steps: Vec<PlannedStep>) -> PlannedScenario {
    PlannedScenario {
        scenario: name.into(),
        variant: "r4.json.plain".into(),
        title,
        persona: Some("full-plan".into()),
        isolation: Isolation::ReadOnly,
        format: Format::Json,
        steps,
        over_run: Vec::new(),
    }
}

fn step(id: &str, expect: Vec<PlannedExpectation>) -> PlannedStep {
    PlannedStep {
        id: id.into(),
        exchange: None,
        action: Action::Send(RequestTemplate {
            method: Method::Get,
            path: "Consent".into(),
            parameters: Vec::new(),
            format: Format::Json,
            auth: Auth::Normal,
            persona: None,
            encoding: None,
        }),
        for_each: None,
        pages: Pages::First,
        capture: BTreeMap::new(),
        expect,
    }
}

fn expect(key: &str, req: &str, title: Option<Text>) -> PlannedExpectation {
    PlannedExpectation {
        key: format!("{key}@r4.json.plain"),
        req: req.into(),
        title,
        hint: None,
        needs: None,
        check: Check::Status(OneOrMany::One(200)),
    }
}

fn directives() -> PlannedScenario {
    let title = text("Treatment directives of a full plan", "Behandelaanwijzingen van een volledig plan");
    let search = step(
        "search",
        vec![
            expect("directives/search/ok", "PZP-EX-010", Some(text("The answer is 200", "Het antwoord is 200"))),
            expect("directives/search/all", "PZP-QRY-023", None),
            expect("directives/search/self", "PZP-EX-023", None),
            expect("directives/search/text", "PZP-SEM-001", None),
        ],
    );
    let read = step("read", vec![expect("directives/read/same", "PZP-QRY-024", None)]);
    let mut scenario = scenario("directives", title, vec![search, read]);
    scenario.over_run = vec![expect("directives/run/any", "PZP-EX-001", None)];
    scenario
}

fn metadata() -> PlannedScenario {
    let steps = vec![
        step("metadata", vec![expect("metadata/metadata/version", "PZP-EX-004", None)]),
        step("xml", vec![expect("metadata/xml/same", "PZP-EX-005", None)]),
    ];
    scenario("metadata", text("The capability statement", "Het capability statement"), steps)
}

fn exchange(id: &str, url: &str, came: Came, at: u64) -> Record {
    let (place, _) = id.rsplit_once('#').expect("an id ends in a number");
    let (scenario, step) = place.split_once('/').expect("an id names a step");
    Record::Exchange(Box::new(Exchange {
        id: id.into(),
        scenario: scenario.into(),
        step: step.into(),
        origin: Origin::Step,
        request: Sent {
            method: "GET".into(),
            url: format!("{BASE}/{url}"),
            headers: vec![
                ("accept".into(), "application/fhir+json".into()),
                ("authorization".into(), "Bearer ${TOETS_TOKEN}".into()),
            ],
            form: None,
            patient: Some("1".into()),
            persona: Some("full-plan".into()),
        },
        outcome: came,
        started_us: at,
        took_us: 12_345,
        retries: 0,
    }))
}

const URL: &str = "Consent?patient=1&category=http%3A%2F%2Fsnomed.info%2Fsct%7C129125009&_include=Consent%3Aactor";

fn answered(bytes: u64) -> Came {
    Came::Answered(Received {
        status: 200,
        headers: vec![("content-type".into(), "application/fhir+json".into()), ("x-hostile".into(), HOSTILE.into())],
        body: Some(DIGEST.into()),
        bytes,
    })
}

/// Nobody asks it of a provider; here it stands beside all else that can happen.
fn attested() -> Attested {
    Attested {
        scenario: "directives@r4.json.plain".into(),
        step: "search".into(),
        expectation: "text".into(),
        answer: Said::No,
        remark: Some(HOSTILE.into()),
        exhibit: Some(Exhibit { name: "screen.png".into(), media_type: "image/png".into(), digest: DIGEST.into() }),
        by: "screens.json".into(),
        at: "2026-11-22T14:03:05.900Z".into(),
    }
}

/// As somebody at a table may write it.
fn noted() -> Noted {
    Noted {
        scenario: "directives@r4.json.plain".into(),
        step: "search".into(),
        text: HOSTILE.into(),
        by: "the live page".into(),
        at: "2026-11-22T14:03:05.950Z".into(),
    }
}

fn records(bytes: u64) -> Vec<Record> {
    let broken = Broken { kind: BrokenKind::Deadline, detail: "no answer in 20 s".into(), status: None };
    let nothing = Came::Answered(Received { status: 500, headers: Vec::new(), body: None, bytes: 0 });
    let omitted = Omitted {
        scenario: "directives@r4.json.plain".into(),
        step: "read".into(),
        reason: OmittedReason::Capture("directive".into()),
    };
    vec![
        exchange("persona@full-plan/lookup#1", "Patient?identifier=999900110", nothing, 500),
        exchange("directives@r4.json.plain/search#1", URL, answered(bytes), 13_000),
        Record::Omitted(omitted),
        Record::Attested(attested()),
        Record::Note(noted()),
        exchange("metadata@r4.json.plain/metadata#1", "metadata", Came::Broken(broken), 26_000),
        Record::Replaced(Replaced { token: "B00000001".into(), hmac: "00ff".into(), elfproof: true, test_range: false }),
        Record::End(End { at: "2026-11-22T14:03:06.523Z".into(), took_us: 1_400_000, stopped: false }),
    ]
}

/// One long line, as many servers send it.
fn bundle() -> String {
    let entry = |status: &str| {
        format!(
            r#"{{"fullUrl":"{BASE}/Consent/7","resource":{{"resourceType":"Consent","id":"7","status":"{status}","provision":{{"type":"deny","code":[{{"coding":[{{"system":"http://snomed.info/sct","code":"40617009"}}]}}]}}}},"search":{{"mode":"match"}}}}"#
        )
    };
    let hostile = HOSTILE.replace('"', "\\\"").replace(char::is_control, "");
    format!(r#"{{"resourceType":"Bundle","type":"searchset","entry":[{},{}]}}"#, entry("active"), entry(&hostile))
}

fn verdict(key: &str, req: &str, effect: Effect, outcome: Outcome) -> ExpectationVerdict {
    ExpectationVerdict {
        key: format!("{key}@r4.json.plain"),
        req: req.into(),
        effect,
        outcome,
        reason: None,
        findings: Vec::new(),
        exchanges: vec!["directives@r4.json.plain/search#1".into()],
    }
}

fn finding(path: &str, expected: &[&str], actual: &[&str]) -> Finding {
    Finding {
        code: Code::StatusUnexpected,
        place: Place { exchange: Some("directives@r4.json.plain/search#1".into()), path: Some(path.into()), line: Some(1) },
        subject: "Consent".into(),
        expected: expected.iter().map(|value| (*value).to_owned()).collect(),
        actual: actual.iter().map(|value| (*value).to_owned()).collect(),
        asked: None,
        issue: None,
    }
}

/// What was noted of profiles: an entry of the list of noise that is of use, one that is not, and a code nobody knows.
fn dataset() -> DatasetCoverage {
    let concept = |(id, name, depth, state): (u32, &str, usize, ConceptState)| ConceptCoverage {
        id,
        name: name.to_owned(),
        depth,
        group: depth == 0,
        paths: vec![format!("Consent.extension('http://x/{id}').value")],
        state,
        place: None,
    };
    let concepts = [
        (602, "Behandelgrens", 0, ConceptState::Seen),
        (603, "Besluit <b>", 1, ConceptState::Seen),
        (606, "Datum", 1, ConceptState::NotShown),
        (618, "Toelichting", 1, ConceptState::NotEntered),
        (607, "DatumBeeindigd", 1, ConceptState::NotInData),
        (694, "Probleem", 1, ConceptState::NotMapped),
    ];
    let title = toets::text::Text { en: "Dataset".to_owned(), nl: "Dataset".to_owned() };
    DatasetCoverage { dataset: "zib2020".to_owned(), title, known: true, concepts: concepts.map(concept).to_vec() }
}

fn notes() -> ProfileNotes {
    let silenced = |id: &str, count| Silenced {
        id: id.into(),
        reason: Text { en: "No narrative, by choice.".into(), nl: "Geen narrative, met opzet.".into() },
        source: "pzp 9.2".into(),
        until: Text { en: "the choice is another".into(), nl: "de keuze anders is".into() },
        count,
    };
    let open = OpenCode {
        value_set: "http://example.org/vs".into(),
        codes: vec!["`http://snomed.info/sct#1` nobody knows".into()],
        count: 2,
    };
    let look = WorthALook {
        code: "text-white-space".into(),
        path: "Consent.extension.value".into(),
        what: Text {
            en: "the text begins or ends with <white> space".into(),
            nl: "de tekst begint of eindigt met <wit>ruimte".into(),
        },
        mend: Text { en: "take the white space out".into(), nl: "haal de witruimte weg".into() },
        place: "Consent/a, extension[0].value".into(),
        count: 1,
    };
    ProfileNotes { judged: 3, silenced: vec![silenced("S01", 4), silenced("S14", 0)], open: vec![open], looks: vec![look] }
}

/// What the judge of profiles says, of two resources.
fn issue() -> Issue {
    Issue {
        code: "element-missing".into(),
        message_id: Some("Validation_VAL_Profile_Minimum".into()),
        profile: Some("http://example.org/StructureDefinition/directive|1".into()),
        key: None,
        what: Text { en: "`Consent.scope` is there 0 times".into(), nl: "`Consent.scope` staat er 0 keer".into() },
        mend: Text { en: "add `Consent.scope`".into(), nl: "voeg `Consent.scope` toe".into() },
        count: 2,
        also: vec!["Consent/b".into()],
    }
}

fn expectations() -> Vec<ExpectationVerdict> {
    let missing = ["Consent for 40617009 \"Artificial respiration\", status inactive"];
    let all = ExpectationVerdict {
        findings: vec![
            finding("Bundle.entry[1].resource.status", &missing, &[HOSTILE]),
            finding("Bundle.entry[0].resource.status", &["inactive"], &[]),
            finding(
                "Bundle.entry[0].resource",
                &["Consent.status: inactive", "Consent.note.text: not on a Monday", "Consent.scope.coding.code: treatment"],
                &["Consent.status: inactive", "Consent.note.text: not on a Friday"],
            ),
        ],
        ..verdict("directives/search/all", "PZP-QRY-023", Effect::Fail, Outcome::Fail)
    };
    let own = ExpectationVerdict {
        findings: vec![finding("Bundle.link", &["a self link"], &[])],
        ..verdict("directives/search/self", "PZP-EX-023", Effect::Warn, Outcome::Warn)
    };
    let remark = ExpectationVerdict {
        findings: vec![Finding {
            code: Code::ProfileUnmet,
            issue: Some(Box::new(issue())),
            ..finding("Bundle.entry[0].resource.text", &["a text"], &["none"])
        }],
        ..verdict("directives/search/text", "PZP-SEM-001", Effect::Remark, Outcome::Warn)
    };
    let read = ExpectationVerdict {
        reason: Some(Reason::CaptureMissing("directive".into())),
        exchanges: Vec::new(),
        ..verdict("directives/read/same", "PZP-QRY-024", Effect::Remark, Outcome::Untested)
    };
    let version = ExpectationVerdict {
        reason: Some(Reason::TransportBroken("no answer in 20 s".into())),
        exchanges: vec!["metadata@r4.json.plain/metadata#1".into()],
        ..verdict("metadata/metadata/version", "PZP-EX-004", Effect::Fail, Outcome::CantTell)
    };
    let broke = ExpectationVerdict {
        reason: Some(Reason::Harness("the table of types lacks `Consent`".into())),
        exchanges: Vec::new(),
        ..verdict("metadata/xml/same", "PZP-EX-005", Effect::Fail, Outcome::Broken)
    };
    let ok = verdict("directives/search/ok", "PZP-EX-010", Effect::Fail, Outcome::Pass);
    let any = verdict("directives/run/any", "PZP-EX-001", Effect::Fail, Outcome::Pass);
    vec![ok, all, own, remark, read, any, version, broke]
}

/// Id, level, basis, outcome, keys and English statement of the rows.
type Row = (&'static str, Level, Basis, Outcome, &'static [&'static str], &'static str);

const ROWS: &[(&str, &[Row])] = &[
    (
        "exchange",
        &[
            (
                "PZP-EX-001",
                Level::Shall,
                Basis::N,
                Outcome::Pass,
                &["directives/run/any"],
                "A Provider supports a transaction group.",
            ),
            (
                "PZP-EX-004",
                Level::Shall,
                Basis::N,
                Outcome::CantTell,
                &["metadata/metadata/version"],
                "A Provider answers in JSON.",
            ),
            ("PZP-EX-005", Level::Shall, Basis::N, Outcome::Broken, &["metadata/xml/same"], "A Provider answers in XML."),
            ("PZP-EX-010", Level::Shall, Basis::N, Outcome::Pass, &["directives/search/ok"], "A search is answered with 200."),
            ("PZP-EX-012", Level::Must, Basis::N, Outcome::Untested, &[], "Without credentials nothing is given."),
            (
                "PZP-EX-023",
                Level::Should,
                Basis::F,
                Outcome::Warn,
                &["directives/search/self"],
                "The self link repeats the parameters.",
            ),
        ],
    ),
    (
        "queries-provider",
        &[
            ("PZP-QRY-023", Level::Shall, Basis::N, Outcome::Fail, &["directives/search/all"], "No hidden filter on status."),
            ("PZP-QRY-024", Level::May, Basis::N, Outcome::Untested, &["directives/read/same"], "A directive can be read."),
        ],
    ),
    ("semantics", &[("PZP-SEM-001", Level::Shall, Basis::T, Outcome::Warn, &["directives/search/text"], "Texts are there.")]),
];

fn suite() -> Suite {
    let files = ROWS.iter().map(|(group, rows)| RequirementFile {
        group: (*group).into(),
        title: text(&format!("Group {group}"), &format!("Groep {group}")),
        requirements: rows.iter().map(requirement).collect(),
    });
    let mut files: Vec<RequirementFile> = files.collect();
    let mut consulter =
        requirement(&("PZP-CQ-001", Level::Shall, Basis::N, Outcome::Inapplicable, &[], "A Consulter asks everything."));
    consulter.actor = Actor::Consulter;
    files.push(RequirementFile {
        group: "queries-consulter".into(),
        title: text("Queries of the consulter", "Vragen van de raadpleger"),
        requirements: vec![consulter],
    });
    Suite { catalogue: Catalogue::new(files), digest: "5e88489".repeat(9), ..Suite::default() }
}

fn requirement((id, level, basis, _, _, statement): &Row) -> Requirement {
    Requirement {
        id: (*id).into(),
        level: *level,
        actor: Actor::Provider,
        versions: vec![Dialect::R4Rc2],
        basis: vec![*basis],
        choice: None,
        statement: text(statement, &format!("Nederlands van: {statement}")),
        source: "pzp 2.1".into(),
        test: "Every request is looked at.".into(),
        pending: (*id == "PZP-EX-012").then_some(Pending::Suite),
    }
}

fn requirements() -> Vec<RequirementVerdict> {
    let suite = suite();
    let rows = ROWS.iter().flat_map(|(_, rows)| *rows);
    let mut verdicts: Vec<RequirementVerdict> = rows
        .map(|(id, level, _, outcome, keys, _)| RequirementVerdict {
            id: (*id).into(),
            level: *level,
            actor: Actor::Provider,
            effect: suite.catalogue.get(id).map_or(Effect::Fail, Requirement::effect),
            claimed: true,
            outcome: *outcome,
            reason: reason(id),
            expectations: keys.iter().map(|key| format!("{key}@r4.json.plain")).collect(),
        })
        .collect();
    verdicts.push(RequirementVerdict {
        id: "PZP-CQ-001".into(),
        level: Level::Shall,
        actor: Actor::Consulter,
        effect: Effect::Fail,
        claimed: false,
        outcome: Outcome::Inapplicable,
        reason: None,
        expectations: Vec::new(),
    });
    verdicts
}

fn reason(id: &str) -> Option<Reason> {
    match id {
        "PZP-EX-004" => Some(Reason::TransportBroken("no answer in 20 s".into())),
        "PZP-EX-005" => Some(Reason::Harness("the table of types lacks `Consent`".into())),
        "PZP-EX-012" => Some(Reason::BlockedBy("PZP-QRY-023".into())),
        "PZP-QRY-024" => Some(Reason::CaptureMissing("directive".into())),
        _ => None,
    }
}
