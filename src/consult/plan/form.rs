//! The filled-in form: its answers, and where they differ from the agreements
//! that hold.

use super::form_items::{SPECIFICATIONS, is_fixed, label};
use super::people::{line, parties};
use super::value::{any, dated, modifiers, validity};
use super::words::{both, text};
use super::{Detail, Item, Section, SectionKind, directive};
use crate::agreements::form::{Decision, Form, form as form_of};
use crate::consult::records::Records;
use crate::fhir::node::Node;
use crate::text::Text;

const EXCHANGE: &str = "questionnaire-responses";

/// Last parts of the canonicals of the forms, whatever version of the agreement they are of.
const FORMS: [&str; 2] = ["/Questionnaire/ACP-zib2020", "/Questionnaire/ACP-zib2017"];

/// Items inside one another that are shown.
const DEPTH: u8 = 12;

pub(super) fn section(records: &Records) -> Section {
    let mut section = Section::of(SectionKind::Form, text("The form", "Ingevuld formulier"), &[EXCHANGE], records);
    let (forms, others): (Vec<_>, Vec<_>) = records.matches(&[EXCHANGE]).partition(|(_, form)| is_form(*form));
    section.left_out = others.len();
    let newest = forms.iter().filter(|(_, form)| is_done(*form)).filter_map(|(_, form)| form.child_value("authored")).max();
    for (name, form) in &forms {
        let mut item = read(records, name, *form);
        if is_done(*form) && form.child_value("authored") == newest {
            differences(&mut item, records, *form);
        }
        section.items.push(item);
    }
    section
}

fn is_form(form: Node<'_>) -> bool {
    let canonical = form.child("questionnaire").and_then(|named| named.value().or(named.child_value("reference")));
    let canonical = canonical.map(|canonical| canonical.split('|').next().unwrap_or(canonical));
    form.type_name() == "QuestionnaireResponse"
        && canonical.is_some_and(|canonical| FORMS.iter().any(|known| canonical.ends_with(known)))
}

fn is_done(form: Node<'_>) -> bool {
    matches!(form.child_value("status"), Some("completed" | "amended"))
}

fn read(records: &Records, name: &str, form: Node<'_>) -> Item {
    let mut item = Item::new(name, text("Form", "Formulier"));
    dated(&mut item, &[form.child("authored")], text("Filled in on", "Datum van invullen"));
    item.validity = validity(form.child("status"), &["completed", "amended"], &["stopped"], None);
    item.by = parties(records, form.children_named("author"));
    item.detail(text("Source", "Bron"), line(&parties(records, form.children_named("source"))));
    form.children_named("item").for_each(|child| answers((&mut item.details, form_of(records.fhir)), child, DEPTH));
    if item.details.is_empty() {
        item.missing.push(text("Answers: none", "Antwoorden: geen"));
    }
    modifiers(&mut item, form, &[]);
    item
}

/// The answers of an item and of those below it. What overrules a decision comes before it.
fn answers((details, form): (&mut Vec<Detail>, &Form), item: Node<'_>, depth: u8) {
    if depth == 0 {
        return;
    }
    let link = item.child_value("linkId").unwrap_or_default();
    for answer in item.children_named("answer").filter(|_| !is_fixed(link)) {
        let is_specification = |child: &Node<'_>| child.child_value("linkId").is_some_and(|link| SPECIFICATIONS.contains(&link));
        let (before, after): (Vec<_>, Vec<_>) = answer.children_named("item").partition(is_specification);
        before.into_iter().for_each(|child| answers((&mut *details, form), child, depth - 1));
        let unknown = || text("(no value)", "(geen waarde)");
        let value = answer.child("value").map_or_else(unknown, |value| said(form, link, value).unwrap_or_else(unknown));
        details.push(Detail { label: label(item), value });
        after.into_iter().for_each(|child| answers((&mut *details, form), child, depth - 1));
    }
    item.children_named("item").for_each(|child| answers((&mut *details, form), child, depth - 1));
}

/// An answer in words: codes of decisions and of yes and no mean something only with their item.
fn said(form: &Form, link: &str, value: Node<'_>) -> Option<Text> {
    let decides = form.decisions.iter().any(|decision| decision.item == link) || link == form.other_decision;
    let yes_or_no = link == form.capable || matches!(link, "984" | "1200" | "52" | "256");
    match value.child_value("code") {
        Some(code) if code == form.to_do && (decides || link == form.icd_decision) => Some(text("do", "Wel uitvoeren")),
        Some(code) if code == form.not_to_do && decides => Some(text("do not", "Niet uitvoeren")),
        Some(code) if code == form.otherwise && decides => Some(text("otherwise: as specified", "Anders: zoals gespecificeerd")),
        Some("ASKU") if link == form.icd_decision => Some(text("no decision yet", "nog geen besluit genomen")),
        Some("NASK") if link == form.icd_decision => Some(text("not discussed", "niet besproken")),
        Some("1") if yes_or_no => Some(text("yes", "ja")),
        Some("0") if yes_or_no => Some(text("no", "nee")),
        _ => any(value),
    }
}

/// Where the newest form decides otherwise than every agreement that holds.
fn differences(item: &mut Item, records: &Records, form: Node<'_>) {
    let directives = directive::all(records);
    for Decision { item: link, treatment, .. } in form_of(records.fhir).decisions {
        let Some(decided) = find(form, link, DEPTH).and_then(|answer| answer.child("value")?.child_value("code")) else {
            continue;
        };
        let about =
            |directive: &&directive::Directive| directive.treatment.iter().any(|key| key == treatment) && directive.item.holds();
        let agreed: Vec<bool> =
            directives.iter().filter(about).filter_map(|directive| directive.agrees(decided, form_of(records.fhir))).collect();
        if !agreed.is_empty() && !agreed.contains(&true) {
            let name = super::words::concept(treatment).unwrap_or_else(|| both(treatment));
            item.warnings.push(text(
                format!("CONTRADICTION: on {} this form says something else than the treatment directives that hold", name.en),
                format!("TEGENSTRIJDIG: over {} zegt dit formulier iets anders dan de geldende behandelaanwijzingen", name.nl),
            ));
        }
    }
}

/// The first answer of an item, wherever it stands.
fn find<'t>(node: Node<'t>, link: &str, depth: u8) -> Option<Node<'t>> {
    if depth == 0 {
        return None;
    }
    let items = node.children_named("item");
    items.flat_map(|item| std::iter::once(item).chain(item.children_named("answer"))).find_map(|node| {
        let here = (node.child_value("linkId") == Some(link)).then(|| node.child("answer")).flatten();
        here.or_else(|| find(node, link, depth - 1))
    })
}
