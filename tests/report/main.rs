//! The formats of the report against golden files, made of a run by hand.
//! `TOETS_BLESS=1 cargo test --test report` makes the files again.

mod fixture;
mod golden;

use fixture::{HOSTILE, Run};
use golden::hold;
use toets::agreements::Actor;
use toets::evidence::Record;
use toets::judge::{Code, Finding, Outcome, Place};
use toets::report::coverage::{self, Coverage};
use toets::report::text::{Colour, Letters, Style};
use toets::report::{Report, annotations, html, json, junit, markdown, text};
use toets::text::{Language, Text};

fn report(run: &Run) -> Report {
    Report::new(&run.plan, &run.evidence, &run.verdicts, &run.suite)
}

fn plain(language: Language) -> Style {
    Style { colour: Colour::None, letters: Letters::Unicode, width: 100, language }
}

#[test]
fn junit_of_everything() {
    hold("everything.junit.xml", &junit::junit(&report(&fixture::everything()), Language::En));
}

#[test]
fn junit_of_nothing() {
    hold("nothing.junit.xml", &junit::junit(&report(&fixture::nothing()), Language::En));
}

#[test]
fn json_of_everything() {
    hold("everything.run.json", &json::json(&report(&fixture::everything())));
}

#[test]
fn json_of_nothing() {
    hold("nothing.run.json", &json::json(&report(&fixture::nothing())));
}

#[test]
fn html_of_everything() {
    let page = html::html(&report(&fixture::everything()), Language::En, "reports/2026-11-22T14-03-05");
    // Escaped twice, a sentence in two languages would show its tags.
    assert!(!page.contains("&lt;span") && !page.contains("&lt;code"), "tags are shown as text");
    hold("everything.html", &page);
}

#[test]
fn html_of_nothing() {
    hold("nothing.html", &html::html(&report(&fixture::nothing()), Language::Nl, "reports/2026-11-22T14-03-05"));
}

#[test]
fn markdown_of_everything() {
    hold("everything.md", &markdown::markdown(&report(&fixture::everything()), Language::En));
}

#[test]
fn markdown_of_nothing_in_dutch() {
    hold("nothing.nl.md", &markdown::markdown(&report(&fixture::nothing()), Language::Nl));
}

#[test]
fn markdown_of_a_large_run_is_bounded() {
    let mut report = report(&fixture::large());
    let cause = report.causes[0].clone();
    report.causes = vec![cause; 500];
    assert!(markdown::markdown(&report, Language::En).len() < 64 << 10);
}

#[test]
fn annotations_tell_ten_failures_and_count_the_rest() {
    let mut report = report(&fixture::everything());
    let cause = report.causes[0].clone();
    hold("everything.annotations.txt", &annotations::annotations(&report, Language::En));
    report.causes = vec![cause; 25];
    let lines = annotations::annotations(&report, Language::Nl);
    assert_eq!((lines.matches("::error ").count(), lines.lines().count()), (10, 11));
    assert!(lines.lines().all(|line| line.starts_with("::")), "{lines}");
}

#[test]
fn text_of_everything() {
    hold("everything.en.txt", &text::text(&report(&fixture::everything()), plain(Language::En)));
}

#[test]
fn text_of_everything_in_dutch() {
    hold("everything.nl.txt", &text::text(&report(&fixture::everything()), plain(Language::Nl)));
}

#[test]
fn text_of_everything_in_colour_and_ascii() {
    let style = Style { colour: Colour::Ansi, letters: Letters::Ascii, width: 60, language: Language::En };
    hold("everything.ansi.txt", &text::text(&report(&fixture::everything()), style));
}

#[test]
fn text_of_nothing() {
    hold("nothing.en.txt", &text::text(&report(&fixture::nothing()), plain(Language::En)));
}

#[test]
fn schema_of_run_json_is_the_one_in_docs() {
    let mut schema = serde_json::to_string_pretty(&json::schema()).expect("a schema is JSON");
    schema.push('\n');
    golden::hold_at("docs/run.schema.json", &schema);
}

#[test]
fn equal_input_gives_equal_bytes() {
    let (a, b) = (report(&fixture::everything()), report(&fixture::everything()));
    assert_eq!(json::json(&a), json::json(&b));
    assert_eq!(html::html(&a, Language::En, "x"), html::html(&b, Language::En, "x"));
    assert_eq!(junit::junit(&a, Language::En), junit::junit(&b, Language::En));
}

#[test]
fn hostile_text_stays_text() {
    let report = report(&fixture::everything());
    let page = html::html(&report, Language::En, HOSTILE);
    assert!(!page.contains("<script>alert"));
    let xml = junit::junit(&report, Language::En);
    assert!(!xml.contains('\u{1b}') && !xml.contains('\u{0}'));
    let summary = text::text(&report, plain(Language::En));
    assert!(!summary.contains('\u{1b}') && !summary.contains('\u{202e}'));
}

#[test]
fn statement_without_remark_and_picture_is_shown() {
    let mut run = fixture::everything();
    for record in &mut run.evidence.records {
        if let Record::Attested(said) = record {
            (said.remark, said.exhibit) = (None, None);
        }
    }
    let page = html::html(&report(&run), Language::En, "reports/run");
    assert!(page.contains("screens.json") && !page.contains("screen.png"));
}

#[test]
fn picture_of_a_statement_is_in_the_page_and_a_file_of_another_kind_is_a_link() {
    let picture = "src=\"data:image/png;base64,";
    let mut run = fixture::everything();
    assert!(html::html(&report(&run), Language::En, "reports/run").contains(picture));
    for record in &mut run.evidence.records {
        if let Record::Attested(said) = record
            && let Some(exhibit) = &mut said.exhibit
        {
            exhibit.media_type = "image/svg+xml".into();
        }
    }
    let page = html::html(&report(&run), Language::En, "reports/run");
    assert!(!page.contains("data:image") && page.contains("href=\"blobs/"));
}

#[test]
fn a_failure_of_the_product_is_no_error_of_the_harness() {
    let xml = junit::junit(&report(&fixture::everything()), Language::En);
    assert_eq!((xml.matches("<failure ").count(), xml.matches("<error ").count()), (1, 1));
}

#[test]
fn the_secret_is_a_variable() {
    let summary = text::text(&report(&fixture::everything()), plain(Language::En));
    assert!(summary.contains(r#"-H "authorization: Bearer $TOETS_TOKEN""#), "{summary}");
}

#[test]
fn coverage_tells_what_is_judged_and_what_no_fault_turns_red() {
    let mut run = fixture::everything();
    run.suite.faults = vec![
        fixture::fault("hide-ended", "directives/search/all"),
        fixture::fault("xml-only", "metadata/xml/same@r4.json.plain"),
    ];
    let coverage = Coverage::new(&run.plan, &run.suite);
    assert_eq!(coverage.unjudged().map(|row| row.req.as_str()).collect::<Vec<_>>(), ["PZP-EX-012"]);
    hold("coverage.txt", &coverage::table(&coverage, Language::En));
}

#[test]
fn pzp_dat_004_page_and_json_name_the_claimed_version_the_packages_and_the_noise() {
    let report = report(&fixture::everything());
    let page = html::html(&report, Language::En, "reports/2026-11-22T14-03-05");
    let told: serde_json::Value = serde_json::from_str(&json::json(&report)).expect("it is JSON");
    assert_eq!(told["claims"]["dialect"], "r4-rc2");
    assert!(page.contains("R4 1.0.0-rc2"), "the page names the claimed version");
    let packages = told["definitions"].as_array().expect("packages are named");
    let noise = told["profiles"]["noise"].as_array().expect("noise is named");
    assert!(!packages.is_empty() && !noise.is_empty());
    for text in
        packages.iter().flat_map(|own| [&own["id"], &own["version"], &own["digest"]]).chain(noise.iter().map(|own| &own["id"]))
    {
        assert!(text.as_str().is_some_and(|text| !text.is_empty() && page.contains(text)), "the page does not name {text}");
    }
}

#[test]
fn the_page_of_a_thousand_failures_and_five_thousand_exchanges_is_at_most_5_mb() {
    let report = report(&fixture::large());
    let page = html::html(&report, Language::En, "reports/large");
    assert!(page.len() <= 5 << 20, "{} bytes", page.len());
}

fn warnings(run: &Run) -> String {
    report(run).warnings.iter().map(|warning| warning.en.as_str()).collect::<Vec<_>>().join("\n")
}

#[test]
fn warnings_name_the_persona_that_was_not_found_and_what_to_do() {
    let warnings = warnings(&fixture::stranger(200));
    assert!(warnings.contains("`full-plan`") && warnings.contains("--patient"), "{warnings}");
}

#[test]
fn warnings_ask_a_client_that_was_refused_always_what_it_was_given() {
    let mut run = fixture::stranger(401);
    run.plan.claims.actor = Actor::Consulter;
    let warnings = warnings(&run);
    assert!(warnings.contains("the first got 401") && warnings.contains("token of this vendor"), "{warnings}");
    assert!(!warnings.contains("/metadata"), "{warnings}");
}

#[test]
fn warnings_doubt_the_address_when_nothing_was_answered_with_success() {
    let warnings = warnings(&fixture::stranger(404));
    assert!(warnings.contains("answered with 404") && warnings.contains("base URL"), "{warnings}");
    assert!(!warnings.contains("--patient"), "{warnings}");
}

#[test]
fn expression_that_is_false_says_in_words_what_it_asks() {
    let mut run = fixture::everything();
    let title = Text { en: "the status is active".into(), nl: "de status is actief".into() };
    let expectation = &mut run.verdicts.expectations[0];
    let finding = Finding {
        code: Code::ExpressionFalse,
        place: Place::default(),
        subject: "Consent/1".into(),
        expected: vec!["status = 'active'".into()],
        actual: vec!["false".into()],
        asked: None,
        issue: None,
    };
    (expectation.outcome, expectation.findings) = (Outcome::Fail, vec![finding]);
    let key = expectation.key.clone();
    let planned = run.plan.scenarios.iter_mut().flat_map(|scenario| &mut scenario.steps).flat_map(|step| &mut step.expect);
    planned.filter(|planned| planned.key == key).for_each(|planned| planned.title = Some(title.clone()));
    assert!(text::text(&report(&run), plain(Language::En)).contains("hint: asked: the status is active"));
}
