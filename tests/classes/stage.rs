//! Sets up what is broken, runs the whole plan against it, and reports.

use libtest_mimic::Failed;
use serde_json::json;
use toets::agreements::{Actor, Dialect};
use toets::drive::Secrets;
use toets::engine::{self, Recorder, Settings};
use toets::evidence::{Broken, BrokenKind, Evidence, Outcome, Record};
use toets::judge::judge;
use toets::plan::{Claims, Limits, Plan, Selection, Target, TargetAuth, compile};
use toets::report::Report;
use toets::scenario::{Fault, Suite};
use toets::serve;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

const TOKEN: &str = "a-token-of-the-test";

/// What is broken.
pub(crate) enum Stage {
    /// The reference provider with a fault of the suite.
    Fault(&'static str),
    /// The reference provider that misbehaves so: `on`, and a list of misbehaviours, in JSON.
    Misbehaves(&'static str, &'static str),
    /// The reference provider with other data.
    Data(fn(&mut Suite)),
    /// The reference provider asked at another address, from its base.
    Address(fn(&str) -> String),
    /// The reference provider asked with another token, or none.
    Token(Option<&'static str>),
    /// A server that answers everything so: status, header, body.
    Answers(u16, Option<(&'static str, &'static str)>, &'static str),
    /// A server that sends these bytes to whoever connects.
    Sends(&'static [u8]),
    /// Nobody listens.
    Nobody,
    /// Everything broke so on the way.
    Breaks(BrokenKind, &'static str),
    /// A right run of which the evidence was changed.
    Evidence(fn(&mut Evidence)),
}

/// The report of a run.
pub(crate) async fn report(suite: &Suite, stage: &Stage) -> Result<Report, Failed> {
    let run = Run { suite, token: Some(TOKEN) };
    let mut theirs = suite.clone();
    let evidence = match stage {
        Stage::Fault(fault) => run.provider(suite, &[fault], str::to_owned).await?,
        Stage::Misbehaves(on, behaviour) => {
            theirs.faults.push(fault(on, behaviour)?);
            run.provider(&theirs, &["of-the-test"], str::to_owned).await?
        }
        Stage::Data(change) => {
            change(&mut theirs);
            run.provider(&theirs, &[], str::to_owned).await?
        }
        Stage::Address(address) => run.provider(suite, &[], *address).await?,
        Stage::Token(token) => Run { token: *token, ..run }.provider(suite, &[], str::to_owned).await?,
        Stage::Answers(status, header, body) => run.mock(*status, *header, body).await?,
        Stage::Sends(bytes) => run.sender(bytes).await?,
        Stage::Nobody => run.nobody().await?,
        Stage::Breaks(kind, detail) => {
            let mut evidence = run.provider(suite, &[], str::to_owned).await?;
            break_all(&mut evidence, *kind, detail);
            evidence
        }
        Stage::Evidence(change) => {
            let mut evidence = run.provider(suite, &[], str::to_owned).await?;
            change(&mut evidence);
            evidence
        }
    };
    let plan = &evidence.start.plan;
    let verdicts = judge(plan, &evidence, suite, crate::definitions::validator(toets::agreements::FhirVersion::R4));
    Ok(Report::new(plan, &evidence, &verdicts, suite))
}

fn fault(on: &str, behaviour: &str) -> Result<Fault, Failed> {
    let (on, behaviour): (serde_json::Value, serde_json::Value) = (serde_json::from_str(on)?, serde_json::from_str(behaviour)?);
    let title = json!({ "en": "x", "nl": "x" });
    Ok(serde_json::from_value(json!({ "fault": "of-the-test", "title": title, "on": on, "do": behaviour, "kills": [] }))?)
}

#[derive(Clone, Copy)]
struct Run<'a> {
    suite: &'a Suite,
    token: Option<&'static str>,
}

impl Run<'_> {
    async fn provider(&self, served: &Suite, faults: &[&str], address: fn(&str) -> String) -> Result<Evidence, Failed> {
        let mut config = serve::Config::new(served, TOKEN);
        config.faults = faults.iter().map(|&fault| fault.to_owned()).collect();
        let provider = serve::start(config).await.map_err(|why| why.to_string())?;
        let evidence = self.against(&address(&provider.base_url)).await;
        provider.stop().await;
        evidence
    }

    async fn mock(&self, status: u16, header: Option<(&str, &str)>, body: &str) -> Result<Evidence, Failed> {
        let server = MockServer::start().await;
        let mut template = ResponseTemplate::new(status).set_body_raw(body.as_bytes(), "text/plain");
        if let Some((name, value)) = header {
            template = template.insert_header(name, value);
        }
        Mock::given(any()).respond_with(template).mount(&server).await;
        self.against(&format!("{}/fhir", server.uri())).await
    }

    async fn sender(&self, bytes: &'static [u8]) -> Result<Evidence, Failed> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                // Whoever went away already has seen enough.
                let _ = stream.write_all(bytes).await;
                let _ = stream.shutdown().await;
            }
        });
        let evidence = self.against(&format!("http://{address}/fhir")).await;
        server.abort();
        evidence
    }

    async fn nobody(&self) -> Result<Evidence, Failed> {
        let address = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
        self.against(&format!("http://{address}/fhir")).await
    }

    async fn against(&self, base: &str) -> Result<Evidence, Failed> {
        let mut secrets = Secrets::new();
        if let Some(token) = self.token {
            secrets.insert("TOETS_TOKEN", token).map_err(|why| why.to_string())?;
        }
        let settings = Settings { secrets, tempo: 0.01, ..Settings::plain(Recorder::in_memory()) };
        let finished = engine::run(&self.plan(base)?, self.suite, settings, |_| ()).await.map_err(|why| why.to_string())?;
        Ok(finished.evidence)
    }

    fn plan(&self, base: &str) -> Result<Plan, Failed> {
        let claims = Claims::new(Actor::Provider, Dialect::R4Rc2);
        let auth = self.token.map_or(TargetAuth::None, |_| TargetAuth::Bearer("TOETS_TOKEN".to_owned()));
        // At this tempo a second and a half: enough for a busy machine that is right.
        let limits = Limits { deadline_ms: 150_000, connect_ms: 150_000, body_bytes: 1 << 20, ..Limits::default() };
        let target = Target { limits, ..Target::new(base.to_owned(), auth) };
        compile(self.suite, claims, target, &Selection::All).map_err(|why| why.to_string().into())
    }
}

fn break_all(evidence: &mut Evidence, kind: BrokenKind, detail: &str) {
    evidence.records.retain(|record| !matches!(record, Record::Capture(_)));
    for record in &mut evidence.records {
        if let Record::Exchange(exchange) = record {
            exchange.outcome = Outcome::Broken(Broken { kind, detail: detail.to_owned(), status: None });
        }
    }
}
