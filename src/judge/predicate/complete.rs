//! `complete`: the matches are those of the persona, by business key and each
//! as often as the persona has it (settled 14).

use super::super::answers::Entry;
use super::super::case::{Case, Need};
use super::super::chain::Chain;
use super::super::code::Code;
use super::super::expression::{Scope, Unevaluated, parse};
use super::super::finding::Finding;
use super::super::habit::date_in_period;
use super::super::personas::Fixtures;
use super::super::ruling::{Obstacle, Ruling};
use super::super::verdict::Reason;
use super::key::{Key, shown, title, values};
use crate::fhir::fhirpath::{Expression, Item};
use crate::fhir::node::Node;
use crate::scenario::Persona;

pub(super) fn judge(case: &Case<'_>) -> Ruling {
    over_chains(case, |chain, compared, ruling| {
        weigh(case, chain, compared, ruling);
        Ok(())
    })
}

/// Weighs what the persona has beside what was found, for each chain.
pub(super) fn over_chains<'c>(
    case: &Case<'c>,
    mut weigh: impl FnMut(&Chain<'c>, &Compared<'c>, &mut Ruling) -> Result<(), Obstacle>,
) -> Ruling {
    let mut ruling = Ruling::default();
    let expressions = match expressions(case) {
        Ok(expressions) => expressions,
        Err(obstacle) => {
            ruling.hinder(obstacle);
            return ruling;
        }
    };
    for chain in case.chains(&mut ruling, Need::Bundle) {
        let compared = compare(case, &chain, &expressions);
        if let Err(obstacle) = compared.and_then(|compared| weigh(&chain, &compared, &mut ruling)) {
            ruling.hinder(obstacle);
        }
    }
    ruling
}

/// The key of the step's exchange, parsed.
pub(super) fn expressions(case: &Case<'_>) -> Result<Vec<Expression>, Obstacle> {
    let answer = case.right_answer().ok_or_else(|| lacking(String::from("the step asks no exchange of the agreement")))?;
    answer.key.iter().map(|text| parse(text)).collect()
}

/// A resource with its key.
pub(super) struct Keyed<T> {
    of: T,
    key: Key,
}

/// What the persona has beside what was found.
pub(super) struct Compared<'c> {
    expected: Vec<Keyed<Node<'c>>>,
    found: Vec<Keyed<Entry<'c>>>,
    /// For each that is expected the index of the one that was found.
    pairs: Vec<Option<usize>>,
}

impl<'c> Compared<'c> {
    /// Each fact of the persona that was found, with what was found.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (Node<'c>, Entry<'c>)> {
        let pair = |(keyed, partner): (&Keyed<Node<'c>>, &Option<usize>)| Some((keyed.of, self.found[(*partner)?].of));
        self.expected.iter().zip(&self.pairs).filter_map(pair)
    }
}

/// What was found of what, what was not, and what is more.
pub(crate) struct Sorted<'c> {
    /// Facts of the persona with what was found; by the nearest key where none is the same.
    pub(crate) pairs: Vec<(Node<'c>, Entry<'c>)>,
    /// Facts of the persona that were not found.
    pub(crate) missing: Vec<Node<'c>>,
    /// Matches that are none of these.
    pub(crate) extra: Vec<Entry<'c>>,
}

/// What the persona has beside the matches of a chain, for who tells what is different and not only that something is.
pub(crate) fn compared<'c>(case: &Case<'c>, chain: &Chain<'c>) -> Result<Sorted<'c>, Obstacle> {
    let Compared { expected, found, mut pairs } = compare(case, chain, &expressions(case)?)?;
    for (index, own) in expected.iter().enumerate() {
        if pairs[index].is_some() {
            continue;
        }
        let free = (0..found.len()).filter(|partner| !pairs.contains(&Some(*partner)));
        let alike = free.map(|partner| (own.key.likeness(&found[partner].key), partner));
        // Of equals the first; less than half alike is another fact.
        let nearest =
            alike.filter(|(alike, _)| 2 * alike >= own.key.parts.len()).max_by_key(|(alike, at)| (*alike, usize::MAX - at));
        pairs[index] = nearest.map(|(_, partner)| partner);
    }
    let extra = found.iter().enumerate().filter(|(at, _)| !pairs.contains(&Some(*at))).map(|(_, keyed)| keyed.of).collect();
    let mut sorted = Sorted { pairs: Vec::new(), missing: Vec::new(), extra };
    for (own, partner) in expected.iter().zip(&pairs) {
        match partner {
            Some(partner) => sorted.pairs.push((own.of, found[*partner].of)),
            None => sorted.missing.push(own.of),
        }
    }
    Ok(sorted)
}

/// What the persona has beside the matches of a chain.
pub(super) fn compare<'c>(case: &Case<'c>, chain: &Chain<'c>, expressions: &[Expression]) -> Result<Compared<'c>, Obstacle> {
    let first = chain.pages.first().map(|first| first.exchange);
    let persona = first.and_then(|first| case.persona(first)).and_then(|name| case.run.suite.persona(name));
    let persona = persona.ok_or_else(|| lacking(String::from("the step is about no persona of the suite")))?;
    let fixtures = case.run.personas.fixtures(persona);
    let fixtures = fixtures.ok_or_else(|| lacking(format!("persona `{}` has no resources", persona.persona)))?;
    let expected = expected(case, persona, fixtures, expressions)?;
    let scope = Scope::of(case, chain);
    let mut found = Vec::new();
    for entry in case.matches(case.step, chain) {
        let Some(resource) = entry.resource else { continue };
        let resolve = |text: &str| chain.target(text, Some(entry), case.run.base()).and_then(|entry| entry.resource);
        found.push(Keyed { of: entry, key: key(&scope, expressions, resource, &resolve)? });
    }
    let pairs = pairs(&expected, &found);
    Ok(Compared { expected, found, pairs })
}

fn weigh<'c>(case: &Case<'c>, chain: &Chain<'c>, compared: &Compared<'c>, ruling: &mut Ruling) {
    let Some(first) = chain.pages.first() else { return };
    let texts = case.right_answer().map(|answer| answer.key.as_slice()).unwrap_or_default();
    let Compared { expected, found, pairs } = compared;
    ruling.judged();
    let is_paired = |index: usize| pairs.contains(&Some(index));
    let mut missing: Vec<_> =
        expected.iter().zip(pairs).filter(|(_, partner)| partner.is_none()).map(|(keyed, _)| keyed).collect();
    for (_, extra) in found.iter().enumerate().filter(|(index, _)| !is_paired(*index)) {
        // One fact with its date elsewhere is not one too many and another too few.
        let dated = missing.iter().enumerate().find_map(|(at, own)| Some((at, dated_elsewhere(own, extra, texts)?)));
        ruling.find(match dated {
            Some((at, finding)) => {
                missing.remove(at);
                finding
            }
            None => unexpected(extra, texts),
        });
    }
    match case.rest(chain) {
        Some(obstacle) if !missing.is_empty() => ruling.hinder(obstacle),
        _ => missing.into_iter().for_each(|keyed| ruling.find(absent(first.place(), keyed, texts))),
    }
}

/// The resources that the persona's exchange returns, with their keys.
fn expected<'f>(
    case: &Case<'_>,
    persona: &Persona,
    fixtures: &'f Fixtures,
    expressions: &[Expression],
) -> Result<Vec<Keyed<Node<'f>>>, Obstacle> {
    let exchange = case.step.exchange.as_deref().unwrap_or_default();
    let listed = persona.exchange(case.run.fhir(), exchange);
    let listed =
        listed.ok_or_else(|| lacking(format!("persona `{}` does not say what `{exchange}` returns", persona.persona)))?;
    let resolve = |text: &str| fixtures.get(text);
    let scope = Scope::bare(case.run.fhir());
    let mut expected = Vec::new();
    for name in &listed.matches {
        let resource = fixtures.get(name).ok_or_else(|| lacking(format!("fixture `{name}` cannot be read")))?;
        let mut key = key(&scope, expressions, resource, &resolve)?;
        if let Some(declared) = case.run.declared {
            let is_declared = |expression: &Expression| {
                let excuse = |item: &Item<'_>| declared.element(&persona.persona, name, &item.node()?.path());
                let all = |items: &[Item<'_>]| !items.is_empty() && items.iter().all(|item| excuse(item).is_some());
                scope.evaluate(expression, resource, all).unwrap_or_default()
            };
            key.optional = (0..expressions.len()).filter(|at| is_declared(&expressions[*at])).collect();
        }
        expected.push(Keyed { of: resource, key });
    }
    Ok(expected)
}

fn key<'t>(
    scope: &Scope<'_, 't>,
    expressions: &[Expression],
    resource: Node<'t>,
    resolve: &dyn Fn(&str) -> Option<Node<'t>>,
) -> Result<Key, Obstacle> {
    let part = |expression| scope.evaluate(expression, resource, |items| values(items, resolve)).map_err(Unevaluated::obstacle);
    Ok(Key { parts: expressions.iter().map(part).collect::<Result<_, _>>()?, optional: Vec::new() })
}

/// For each expected resource the index of the found one that it is: as many
/// pairs as there can be, since keys that lack something agree with several.
fn pairs<L, R>(expected: &[Keyed<L>], found: &[Keyed<R>]) -> Vec<Option<usize>> {
    let mut owner: Vec<Option<usize>> = vec![None; found.len()];
    for index in 0..expected.len() {
        let mut tried = vec![false; found.len()];
        pair(index, expected, found, &mut owner, &mut tried);
    }
    let mut pairs = vec![None; expected.len()];
    for (partner, owner) in owner.iter().enumerate() {
        if let Some(owner) = owner {
            pairs[*owner] = Some(partner);
        }
    }
    pairs
}

/// Finds a partner, if need be by giving another owner a different one.
fn pair<L, R>(index: usize, expected: &[Keyed<L>], found: &[Keyed<R>], owner: &mut [Option<usize>], tried: &mut [bool]) -> bool {
    for partner in 0..found.len() {
        if tried[partner] || !expected[index].key.agrees(&found[partner].key) {
            continue;
        }
        tried[partner] = true;
        if owner[partner].is_none_or(|other| pair(other, expected, found, owner, tried)) {
            owner[partner] = Some(index);
            return true;
        }
    }
    false
}

fn absent(place: super::super::finding::Place, keyed: &Keyed<Node<'_>>, texts: &[String]) -> Finding {
    let mut finding = Finding::new(Code::ResourceMissing, place, title(keyed.of));
    finding.expected = shown(texts, &keyed.key);
    finding
}

fn unexpected(keyed: &Keyed<Entry<'_>>, texts: &[String]) -> Finding {
    let entry = keyed.of;
    let mut finding = Finding::new(Code::ResourceUnexpected, entry.answer.place_of(entry.node), entry.subject());
    finding.actual = shown(texts, &keyed.key);
    finding
}

/// What is wrong with a match that is this fact of the persona but for its date, which stands in a period.
fn dated_elsewhere(own: &Keyed<Node<'_>>, found: &Keyed<Entry<'_>>, texts: &[String]) -> Option<Finding> {
    let shown_there = date_in_period(found.of.resource?)?;
    let lacks = own.key.lacks_only_dates(&found.key)?;
    let entry = found.of;
    let mut finding = Finding::new(Code::DateInPeriod, entry.answer.place_of(entry.node), entry.subject()).actual(shown_there);
    finding.expected = shown(texts, &lacks);
    Some(finding)
}

fn lacking(why: String) -> Obstacle {
    Obstacle::CantTell(Reason::KnowledgeLacking(why))
}
