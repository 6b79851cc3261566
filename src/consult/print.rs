//! The care plan as plain text, in one language. What is not certain is told
//! before anything else.

use std::fmt::Write as _;

use super::plan::{CarePlan, Item, Party, Section, SectionKind, Validity};
use super::settings::Reason;
use crate::text::{Language, Text, steers};

/// The plan as text. `exchange` gives the title of an exchange.
#[must_use]
pub fn text(plan: &CarePlan, language: Language, exchange: impl Fn(&str) -> Option<Text>) -> String {
    let mut page = Page { text: String::new(), language };
    page.head(plan, &exchange);
    if plan.patient.is_empty() {
        return page.text;
    }
    for section in &plan.sections {
        page.section(section);
    }
    page.foot(plan);
    page.text
}

struct Page {
    text: String,
    language: Language,
}

impl Page {
    fn say<'t>(&self, en: &'t str, nl: &'t str) -> &'t str {
        match self.language {
            Language::En => en,
            Language::Nl => nl,
        }
    }

    fn line(&mut self, indent: usize, words: &str) {
        // Text of others: no control character reaches a terminal, and lines stay at their indent.
        for (number, part) in words.lines().enumerate() {
            let clean: String = part.chars().map(|letter| if steers(letter) { ' ' } else { letter }).collect();
            let hanging = if number == 0 { indent } else { indent + 2 };
            writeln!(self.text, "{:hanging$}{}", "", clean.trim_end()).expect("a String takes all that is written to it");
        }
    }

    fn labelled(&mut self, label: &str, value: &str) {
        self.line(6, &format!("{label}: {value}"));
    }

    fn head(&mut self, plan: &CarePlan, exchange: &dyn Fn(&str) -> Option<Text>) {
        let name = plan.name.clone().unwrap_or_else(|| match plan.patient.as_str() {
            "" => self.say("nobody was found", "er is niemand gevonden").to_owned(),
            id => format!("Patient/{id} ({})", self.say("name not known", "naam niet bekend")),
        });
        let title = self.say("Advance care plan", "Proactieve zorgplanning");
        let born = plan.birth_date.as_deref().map(|date| format!(", {} {date}", self.say("born", "geboren"))).unwrap_or_default();
        self.line(0, &format!("{title}: {name}{born}"));
        if plan.complete {
            return;
        }
        self.text.push('\n');
        let warning = self.say(
            "INCOMPLETE: there may be more than is shown here. Look at the source before you rely on it.",
            "ONVOLLEDIG: er kan meer zijn dan hier staat. Raadpleeg de bron voordat u erop vertrouwt.",
        );
        self.line(0, warning);
        for reason in &plan.incomplete {
            let words = self.reason(reason, exchange);
            self.line(2, &format!("- {words}"));
        }
    }

    fn reason(&self, reason: &Reason, exchange: &dyn Fn(&str) -> Option<Text>) -> String {
        let words = reason.text.get(self.language);
        let incomplete = self.say("incomplete", "onvolledig");
        match &reason.exchange {
            Some(name) => {
                let title = exchange(name).map_or_else(|| name.clone(), |title| title.get(self.language).to_owned());
                format!("{incomplete}: {title}: {words}")
            }
            None => format!("{incomplete}: {words}"),
        }
    }

    fn section(&mut self, section: &Section) {
        self.text.push('\n');
        let title = section.title.get(self.language).to_owned();
        let mark = if section.complete || !section.asked { "" } else { self.say(" (INCOMPLETE)", " (ONVOLLEDIG)") };
        self.line(0, &format!("{title}{mark}"));
        for item in &section.items {
            self.item(item, section.kind);
        }
        if section.items.is_empty() {
            let words = match (section.asked, section.complete) {
                (false, _) => self.say("not asked for", "niet opgevraagd"),
                (true, true) => self.say("this server has nothing recorded", "bij deze server is niets vastgelegd"),
                (true, false) => self.say("not known: asking failed", "niet bekend: het opvragen is niet gelukt"),
            };
            self.line(2, words);
            if section.kind == SectionKind::Icd && section.asked {
                self.line(2, self.say("this does not mean that there is no ICD", "dat betekent niet dat er geen ICD is"));
            }
        }
        if section.left_out > 0 {
            let words = self.say(
                "other records, which are no part of the plan, are not shown",
                "andere gegevens, die niet bij het plan horen, worden niet getoond",
            );
            self.line(2, &format!("({} {words})", section.left_out));
        }
    }

    fn item(&mut self, item: &Item, kind: SectionKind) {
        let date = item.date.as_deref().unwrap_or_else(|| self.say("no date", "zonder datum"));
        let head = if kind == SectionKind::Persons { String::new() } else { format!("{date}  ") };
        let validity = self.validity(&item.validity, kind);
        let person = if kind == SectionKind::Persons { self.parties(&item.by, true) } else { String::new() };
        let title = item.title.get(self.language);
        let title = if person.is_empty() { title.to_owned() } else { format!("{title}: {person}") };
        self.line(2, &format!("{head}{title}{validity}"));
        for warning in &item.warnings {
            self.line(6, &format!("! {}", warning.get(self.language)));
        }
        if let Some(overrules) = &item.overrules {
            self.labelled(self.say("SPECIFICATION", "SPECIFICATIE"), overrules);
        }
        if let Some(value) = &item.value {
            let label = match kind {
                SectionKind::TreatmentDirectives => self.say("Decision", "BehandelBesluit"),
                SectionKind::Icd if item.title.nl != "ICD" => self.say("Decision", "BehandelBesluit"),
                SectionKind::AdvanceDirectives => self.say("Kind", "WilsverklaringType"),
                SectionKind::InformRelatives => self.say("About", "Onderwerp"),
                _ => self.say("Answer", "Waarde"),
            };
            self.labelled(label, value.get(self.language));
        }
        if kind != SectionKind::Persons && !item.by.is_empty() {
            let label = match kind {
                SectionKind::TreatmentDirectives | SectionKind::Icd => self.say("Agreed by", "AfspraakPartij"),
                SectionKind::Conversations => self.say("Held by", "Gesprek gevoerd door"),
                SectionKind::InformRelatives => self.say("Asked by", "Gevraagd door"),
                _ => self.say("Recorded by", "Vastgelegd door"),
            };
            let by = self.parties(&item.by, false);
            self.labelled(label, &by);
        }
        for detail in &item.details {
            self.labelled(detail.label.get(self.language), detail.value.get(self.language));
        }
        for missing in &item.missing {
            self.line(6, &format!("? {}", missing.get(self.language)));
        }
    }

    fn parties(&self, parties: &[Party], with_telecom: bool) -> String {
        let one = |party: &Party| {
            let roles: Vec<&str> = party.roles.iter().map(|role| role.get(self.language)).collect();
            let named = match (&party.name, roles.is_empty()) {
                (Some(name), true) => name.clone(),
                (Some(name), false) => format!("{name} ({})", roles.join(", ")),
                (None, false) => roles.join(", "),
                (None, true) => self.say("name not known", "naam niet bekend").to_owned(),
            };
            if party.telecom.is_empty() || !with_telecom { named } else { format!("{named}, {}", party.telecom.join(", ")) }
        };
        parties.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    fn validity(&self, validity: &Validity, kind: SectionKind) -> String {
        let is_about_time = matches!(
            kind,
            SectionKind::TreatmentDirectives | SectionKind::Icd | SectionKind::AdvanceDirectives | SectionKind::PolicyGoals
        );
        match validity {
            Validity::Valid { until: Some(until) } => format!("  [{} {until}]", self.say("holds until", "geldt tot")),
            Validity::Valid { until: None } if is_about_time => format!("  [{}]", self.say("holds", "geldt")),
            Validity::Valid { until: None } => String::new(),
            Validity::Ended { .. } if kind == SectionKind::InformRelatives => String::new(),
            Validity::Ended { on, reason } => {
                let on = on.as_deref().map(|on| format!(" {} {on}", self.say("on", "op"))).unwrap_or_default();
                let reason = reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
                format!("  [{}{on}{reason}]", self.say("ENDED", "BEËINDIGD"))
            }
            Validity::Other { status } => format!("  [{}: {}]", self.say("status", "status"), status.get(self.language)),
            Validity::Unknown => format!("  [{}]", self.say("status not known", "status niet bekend")),
        }
    }

    fn foot(&mut self, plan: &CarePlan) {
        self.text.push('\n');
        for remark in &plan.remarks {
            let says = self.say("The server says", "De server meldt");
            self.line(0, &format!("{says}: {remark}"));
        }
        let words = match plan.complete {
            true => self.say(
                "This is all that this server has of what was asked for.",
                "Dit is alles wat deze server heeft van wat is opgevraagd.",
            ),
            false => self.say("INCOMPLETE: see above.", "ONVOLLEDIG: zie boven."),
        };
        self.line(0, words);
    }
}
