//! What is known of one requirement, scenario, expectation or kind of finding:
//! what the suite says, and what a run saw of it.

use std::fmt::Write as _;

use super::coverage::{Coverage, killers};
use super::view::{Expectation, Finding, Report};
use super::words;
use crate::agreements::{Basis, Effect, Requirement};
use crate::fhir::validate;
use crate::judge::{Code, Outcome};
use crate::nearest::nearest;
use crate::plan::{Plan, PlannedExpectation, PlannedScenario, without_variant};
use crate::scenario::Suite;
use crate::text::Language;

/// Findings told of one run.
const FINDINGS: usize = 5;

/// What is asked about.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A row of the catalogue.
    Requirement(&'a Requirement),
    /// A scenario, in all its variants.
    Scenario(&'a str),
    /// An expectation, by its key with or without variant.
    Expectation(&'a str),
    /// A kind of finding.
    Code(Code),
    /// What the judge of resources says.
    Issue(&'static validate::Code),
}

/// What there is to tell from.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The suite.
    pub suite: &'a Suite,
    /// Its whole plan.
    pub plan: &'a Plan,
    /// A run and its name.
    pub run: Option<(&'a Report, &'a str)>,
}

/// What an id names; else the id that is nearest to it, when one is near.
///
/// # Errors
/// With what was perhaps meant.
pub fn subject<'a>(known: Known<'a>, id: &'a str) -> Result<Subject<'a>, Option<String>> {
    let Known { suite, plan, .. } = known;
    if let Some(requirement) = suite.catalogue.iter().find(|requirement| requirement.id.eq_ignore_ascii_case(id)) {
        return Ok(Subject::Requirement(requirement));
    }
    if let Some(code) = Code::all().iter().find(|code| code.name() == id) {
        return Ok(Subject::Code(*code));
    }
    if let Some(code) = validate::all_codes().find(|code| code.name == id) {
        return Ok(Subject::Issue(code));
    }
    if plan.scenarios.iter().any(|scenario| scenario.scenario == id || scenario.name() == id) {
        return Ok(Subject::Scenario(id));
    }
    if expectations(plan, id).next().is_some() {
        return Ok(Subject::Expectation(id));
    }
    let requirements = || suite.catalogue.iter().map(|requirement| requirement.id.as_str());
    let codes = Code::all().iter().map(|code| code.name());
    let scenarios = plan.scenarios.iter().map(|scenario| scenario.scenario.as_str());
    let keys = plan.scenarios.iter().flat_map(PlannedScenario::expectations).map(|it| without_variant(&it.key));
    let codes = codes.chain(validate::all_codes().map(|code| code.name));
    let others = codes.chain(scenarios).chain(keys);
    Err(nearest(&id.to_uppercase(), requirements()).or_else(|| nearest(id, others)).map(str::to_owned))
}

fn expectations<'a>(plan: &'a Plan, id: &'a str) -> impl Iterator<Item = &'a PlannedExpectation> {
    let is = move |it: &&PlannedExpectation| it.key == id || without_variant(&it.key) == id;
    plan.scenarios.iter().flat_map(PlannedScenario::expectations).filter(is)
}

/// Whether a run was about a requirement, scenario or expectation.
#[must_use]
pub fn is_about(plan: &Plan, id: &str) -> bool {
    let is_named = |it: &PlannedExpectation| it.req.eq_ignore_ascii_case(id) || it.key == id || without_variant(&it.key) == id;
    plan.scenarios.iter().any(|it| it.scenario == id || it.name() == id || it.expectations().any(is_named))
}

/// What is known, for a terminal.
#[must_use]
pub fn text(known: Known<'_>, subject: Subject<'_>, language: Language) -> String {
    let mut page = Page { known, language, text: String::new() };
    match subject {
        Subject::Requirement(requirement) => page.requirement(requirement),
        Subject::Scenario(name) => page.scenario(name),
        Subject::Expectation(key) => page.expectation(key),
        Subject::Code(code) => page.code(code),
        // A run has findings; issues are of `toets validate`.
        Subject::Issue(code) => {
            page.issue(code);
            return page.text;
        }
    }
    page.seen(subject);
    page.text
}

struct Page<'a> {
    known: Known<'a>,
    language: Language,
    text: String,
}

impl Page<'_> {
    fn say<'t>(&self, en: &'t str, nl: &'t str) -> &'t str {
        if self.language == Language::En { en } else { nl }
    }

    fn line(&mut self, line: &str) {
        let clean = line.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter });
        self.text.extend(clean);
        self.text.push('\n');
    }

    fn named(&mut self, (en, nl): (&str, &str), value: &str) {
        let name = self.say(en, nl).to_owned();
        self.line(&format!("  {name:<12} {value}"));
    }

    fn requirement(&mut self, requirement: &Requirement) {
        self.line(&format!("{} {}", requirement.id, words::level(requirement.level)));
        for text in [&requirement.statement.en, &requirement.statement.nl] {
            self.line(&format!("  {text}"));
        }
        self.text.push('\n');
        let basis: Vec<String> = requirement.basis.iter().map(|basis| self.basis(*basis).to_owned()).collect();
        self.named(("basis", "grondslag"), &basis.join("; "));
        let effect = self.effect(requirement.effect()).to_owned();
        self.named(("a finding", "bevinding"), &effect);
        self.named(("source", "bron"), &requirement.source);
        self.named(("test", "toets"), &requirement.test);
        if let Some(pending) = requirement.pending {
            let why = super::reason::reason(&crate::judge::Reason::Pending(format!("{pending:?}")));
            self.named(("pending", "wacht"), if self.language == Language::En { &why.en } else { &why.nl });
        }
        let coverage = Coverage::new(self.known.plan, self.known.suite);
        let rows = coverage.rows.into_iter().filter(|row| row.req == requirement.id).flat_map(|row| row.expectations);
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            self.line("");
            self.line(self.say("judged by", "beoordeeld door").to_owned().as_str());
        }
        for (name, faults) in rows {
            self.line(&format!("  {name}"));
            self.proof(faults.into_iter());
        }
    }

    fn proof(&mut self, faults: impl Iterator<Item = String>) {
        let faults: Vec<String> = faults.collect();
        if !faults.is_empty() {
            let lead = self.say("shown to fail by", "faalt aantoonbaar bij").to_owned();
            self.line(&format!("    {lead} {}", faults.join(", ")));
        }
    }

    fn basis(&self, basis: Basis) -> &'static str {
        let (en, nl) = match basis {
            Basis::N => ("N, written in the guide", "N, staat in de gids"),
            Basis::P => ("P, enforced by a profile", "P, afgedwongen door een profiel"),
            Basis::F => ("F, inherited from FHIR", "F, geërfd van FHIR"),
            Basis::T => ("T, in test scripts only", "T, alleen in testscripts"),
            Basis::D => ("D, in the dataset only", "D, alleen in de dataset"),
            Basis::X => ("X, our own proposal", "X, ons eigen voorstel"),
        };
        if self.language == Language::En { en } else { nl }
    }

    fn effect(&self, effect: Effect) -> &'static str {
        let (en, nl) = match effect {
            Effect::Fail => ("makes the claim fail", "laat de claim falen"),
            Effect::Warn => ("is a warning and fails nothing", "is een waarschuwing en laat niets falen"),
            Effect::Remark => ("is a remark and fails nothing", "is een opmerking en laat niets falen"),
            Effect::Coverage => ("counts for the coverage of the dataset only", "telt alleen voor de dekking van de dataset"),
        };
        if self.language == Language::En { en } else { nl }
    }

    fn scenario(&mut self, name: &str) {
        let plan = self.known.plan;
        for scenario in plan.scenarios.iter().filter(|scenario| scenario.scenario == name || scenario.name() == name) {
            self.line(&format!("{}  {}", scenario.name(), scenario.title.get(self.language)));
            for expectation in scenario.expectations() {
                self.line(&format!("  {:<12} {}", expectation.req, without_variant(&expectation.key)));
            }
        }
    }

    fn expectation(&mut self, key: &str) {
        let Known { plan, suite, .. } = self.known;
        for expectation in expectations(plan, key) {
            self.line(&expectation.key);
            let title = expectation.title.as_ref().or_else(|| Some(&suite.catalogue.get(&expectation.req)?.statement));
            let title = title.map(|title| title.get(self.language).to_owned()).unwrap_or_default();
            self.line(&format!("  {title}"));
            self.named(("requirement", "eis"), &expectation.req);
            let check = serde_json::to_string(&expectation.check).unwrap_or_default();
            self.named(("check", "toets"), &check);
            if let Some(hint) = &expectation.hint {
                self.named(("hint", "tip"), hint.get(self.language));
            }
        }
        self.proof(killers(suite, without_variant(key), &plan.claims).into_iter());
    }

    fn code(&mut self, code: Code) {
        let sentences = code.text(self.language);
        self.line(code.name());
        self.line(&format!("  {}", sentences.title.replace("{subject}", "…")));
        self.named(("hint", "tip"), &sentences.hint.replace("{subject}", "…"));
    }

    fn issue(&mut self, code: &validate::Code) {
        let words = code.words(self.language);
        self.line(code.name);
        self.line(&format!("  {}", validate::without_holes(words.what)));
        self.named(("mend", "herstel"), &validate::without_holes(words.mend));
        self.named(("kind", "soort"), code.kind);
        if let Some(id) = code.message_id {
            self.named(("HL7", "HL7"), id);
        }
    }

    /// What a run saw of it.
    fn seen(&mut self, subject: Subject<'_>) {
        let Some((report, name)) = self.known.run else { return };
        self.line("");
        self.line(&format!("{} {name}", self.say("seen in", "gezien in")));
        let seen: Vec<&Expectation> = about(report, subject).collect();
        if seen.is_empty() {
            self.line(
                self.say("  nothing: it was no part of this run", "  niets: het was geen deel van deze run").to_owned().as_str(),
            );
        }
        for expectation in seen {
            self.verdict(expectation, subject);
        }
    }

    fn verdict(&mut self, expectation: &Expectation, subject: Subject<'_>) {
        let outcome = words::outcome(expectation.outcome);
        let class = expectation.class.map(|class| format!(" [{}]", words::class(class).get(self.language))).unwrap_or_default();
        let why = expectation.reason.as_ref();
        let why = why.map(|why| format!(": {}", if self.language == Language::En { &why.en } else { &why.nl }));
        self.line(&format!("  {:<14} {}{class}{}", outcome.get(self.language), expectation.key, why.unwrap_or_default()));
        for finding in findings(expectation, subject).take(FINDINGS) {
            self.finding(finding);
        }
        let left = findings(expectation, subject).count().saturating_sub(FINDINGS);
        if left > 0 {
            self.line(&format!("    … {left} {}", self.say("more", "meer")));
        }
    }

    fn finding(&mut self, finding: &Finding) {
        self.line(&format!("    {} [{}]", finding.sentence.get(self.language), finding.code));
        for (name, values) in [(("expected", "verwacht"), &finding.expected), (("actual", "gekregen"), &finding.actual)] {
            for value in values {
                let name = self.say(name.0, name.1).to_owned();
                self.line(&format!("      {name:<9} {value}"));
            }
        }
        if let Some(hint) = &finding.hint {
            let lead = self.say("hint", "tip").to_owned();
            self.line(&format!("      {lead}: {}", hint.get(self.language)));
        }
        if let Some(curl) = &finding.curl {
            self.line(&format!("      {curl}"));
        }
    }
}

/// Expectations of a run that are about this. Of a kind of finding: those that have it.
fn about<'r>(report: &'r Report, subject: Subject<'r>) -> impl Iterator<Item = &'r Expectation> {
    let scenarios = report.scenarios.iter();
    let all = scenarios.flat_map(|scenario| scenario.steps.iter().flat_map(|step| &step.expectations).chain(&scenario.over_run));
    all.filter(move |expectation| match subject {
        Subject::Requirement(requirement) => expectation.req == requirement.id,
        Subject::Scenario(name) => {
            let (path, variant) = expectation.key.split_once('@').unwrap_or((&expectation.key, ""));
            let scenario = path.split('/').next().unwrap_or(path);
            scenario == name || name.strip_prefix(scenario).is_some_and(|rest| rest.strip_prefix('@') == Some(variant))
        }
        Subject::Expectation(key) => expectation.key == key || without_variant(&expectation.key) == key,
        Subject::Code(code) => expectation.findings.iter().any(|finding| finding.code == code.name()),
        Subject::Issue(_) => false,
    })
}

fn findings<'e>(expectation: &'e Expectation, subject: Subject<'e>) -> impl Iterator<Item = &'e Finding> {
    expectation.findings.iter().filter(move |finding| match subject {
        Subject::Code(code) => finding.code == code.name(),
        _ => true,
    })
}

/// What a run saw, as Markdown for an issue tracker; the requirements that are not met, with how to see it again.
#[must_use]
pub fn markdown(known: Known<'_>, subject: Subject<'_>, language: Language) -> String {
    let say = |en: &'static str, nl: &'static str| if language == Language::En { en } else { nl };
    let mut text = String::new();
    let Some((report, _)) = known.run else { return text };
    let is_red = |it: &&Expectation| matches!(it.outcome, Outcome::Fail | Outcome::Warn | Outcome::Broken);
    for expectation in about(report, subject).filter(is_red) {
        let Some(requirement) = known.suite.catalogue.get(&expectation.req) else { continue };
        let Some(finding) = findings(expectation, subject).next() else { continue };
        let level = words::level(requirement.level);
        let _ = writeln!(text, "### {} ({level}): {}\n", requirement.id, inline(finding.sentence.get(language)));
        let _ = writeln!(text, "**{}** {}\n", say("Requirement:", "Eis:"), inline(requirement.statement.get(language)));
        for (name, values) in [(say("Expected", "Verwacht"), &finding.expected), (say("Actual", "Gekregen"), &finding.actual)] {
            if !values.is_empty() {
                let _ = writeln!(text, "**{name}:**\n\n{}\n", block(&values.join("\n")));
            }
        }
        if let Some(curl) = &finding.curl {
            let _ = writeln!(text, "**{}:**\n\n{}\n", say("See it again", "Zie het opnieuw"), block(curl));
        }
        if let Some(hint) = &finding.hint {
            let _ = writeln!(text, "**{}:** {}\n", say("Hint", "Tip"), inline(hint.get(language)));
        }
        let class = expectation.class.map(|class| words::class(class).get(language).to_owned()).unwrap_or_default();
        let _ = writeln!(
            text,
            "{}: {} · {class} · `{}` · {} · Toets {}, {}\n",
            say("Source", "Bron"),
            inline(&requirement.source),
            expectation.key,
            report.head.claim,
            report.head.toets,
            report.head.at
        );
    }
    text
}

/// Text that cannot become a heading, a link or a tag.
fn inline(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars() {
        match letter {
            '<' | '>' | '[' | ']' | '*' | '_' | '#' | '|' | '\\' | '@' => {
                safe.push('\\');
                safe.push(letter);
            }
            letter if letter.is_control() => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Text between fences that it does not hold itself.
fn block(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() && letter != '\n' { ' ' } else { letter }).collect();
    let mut fence = String::from("```");
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}text\n{text}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_sent_stays_within_its_fences() {
        assert_eq!(block("a\n```\n<script>"), "````text\na\n```\n<script>\n````");
        assert_eq!(inline("<b> [a](b) #1 @x"), "\\<b\\> \\[a\\](b) \\#1 \\@x");
    }
}
