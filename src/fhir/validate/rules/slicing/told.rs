//! What a slice says of the place that a discriminator names: looked up once in
//! its own rules, in the profiles of its types and in what references point to.

use std::sync::Arc;

use super::path::Step;
use crate::fhir::definition::{Discriminator, DiscriminatorKind, Max, Strength};
use crate::fhir::knowledge::split;
use crate::fhir::node::{Node, NodeId, Tree};
use crate::fhir::validate::Scene;
use crate::fhir::validate::profile::{Profile, Rule};
use crate::fhir::validate::walk::Place;

/// How a discriminator tells an element of a slice.
#[derive(Debug)]
pub(crate) struct Told {
    /// Where it looks.
    pub(super) steps: Vec<Step>,
    /// What has to be there.
    pub(super) asked: Asked,
}

/// What an element of a slice has at the place of a discriminator.
#[derive(Debug)]
pub(super) enum Asked {
    /// One of these ways is met: all wishes of it.
    Values(Vec<Vec<Wish>>),
    /// One of these types.
    Types(Vec<Arc<str>>),
    /// One of these profiles.
    Profiles(Vec<Arc<str>>),
    /// Something, or nothing.
    There(bool),
    /// The profile does not say.
    Nothing,
}

/// Something that has to be true of an element at the place.
#[derive(Debug)]
pub(super) enum Wish {
    /// It is exactly this.
    Same(Arc<Tree>, NodeId),
    /// It holds this.
    Holds(Arc<Tree>, NodeId),
    /// It is this text.
    Text(Arc<str>),
    /// Its code is from this value set.
    Bound(Arc<str>),
    /// There is one, or none.
    There(bool),
    /// One of its elements of this name is as wished; it may be left out when not required.
    Below { name: Arc<str>, required: bool, wishes: Vec<Wish> },
}

/// A value that a definition gives, as far as the path has come in it.
#[derive(Debug, Clone)]
struct Given {
    tree: Arc<Tree>,
    at: NodeId,
    exact: bool,
}

/// A place in definitions.
#[derive(Debug, Clone)]
struct Spot {
    /// The rule there; `None` where only a value of an element above speaks of it.
    of: Option<(Arc<Profile>, usize)>,
    given: Vec<Given>,
    /// The one type of a choice that is meant.
    only: Option<Arc<str>>,
}

/// What is told of a slice by one discriminator of the element that it is a slice of.
pub(super) fn told(scene: &Scene<'_, '_>, whole: Place<'_>, slice: Place<'_>, by: &Discriminator) -> Told {
    let Some(steps) = super::path::read(&by.path) else { return Told { steps: Vec::new(), asked: Asked::Nothing } };
    let asked = asked(scene, whole, slice, (by.kind, &steps)).unwrap_or(Asked::Nothing);
    Told { steps, asked }
}

/// `None` where a definition on the way is not to be had.
fn asked(
    scene: &Scene<'_, '_>,
    whole: Place<'_>,
    slice: Place<'_>,
    (kind, steps): (DiscriminatorKind, &[Step]),
) -> Option<Asked> {
    // The profiles that a reference may point to are named, known or not.
    if let (DiscriminatorKind::Profile, Some((Step::Resolve, before))) = (kind, steps.split_last()) {
        let ways = ways(scene, slice, before)?;
        let types = ways.iter().flatten().filter_map(Spot::rule).flat_map(|rule| &rule.element.types);
        return Some(some(types.flat_map(|found| found.targets.clone()).collect(), Asked::Profiles));
    }
    let ways = ways(scene, slice, steps)?;
    Some(match kind {
        DiscriminatorKind::Value | DiscriminatorKind::Pattern => match url(slice, steps) {
            Some(url) => Asked::Values(vec![vec![Wish::Text(url)]]),
            None => values(scene, whole, (&ways, steps)),
        },
        DiscriminatorKind::Exists => there(&ways).map_or(Asked::Nothing, Asked::There),
        DiscriminatorKind::Type => some(ways.iter().flatten().flat_map(types).collect(), Asked::Types),
        DiscriminatorKind::Profile => {
            let profiles: Vec<Arc<str>> = ways.iter().flatten().flat_map(profiles).collect();
            match profiles.is_empty() {
                true => some(ways.iter().flatten().flat_map(types).collect(), Asked::Types),
                false => Asked::Profiles(profiles),
            }
        }
    })
}

fn some(found: Vec<Arc<str>>, asked: fn(Vec<Arc<str>>) -> Asked) -> Asked {
    if found.is_empty() { Asked::Nothing } else { asked(found) }
}

/// The url of an extension is its canonical: its definition need not be read for that.
fn url(slice: Place<'_>, steps: &[Step]) -> Option<Arc<str>> {
    let is_url = matches!(steps, [Step::Name(name)] if **name == *"url");
    let [of] = &slice.rule.element.types[..] else { return None };
    let [canonical] = &of.profiles[..] else { return None };
    (is_url && *of.code == *"Extension").then(|| split(canonical).0.into())
}

/// Values, a required binding or what is below; being there only where that is the slice's own.
fn values(scene: &Scene<'_, '_>, whole: Place<'_>, (found, steps): (&[Vec<Spot>], &[Step])) -> Asked {
    let all: Vec<Vec<Wish>> = found.iter().map(|way| way.iter().flat_map(wishes).collect()).collect();
    let all: Vec<Vec<Wish>> = all.into_iter().filter(|wishes: &Vec<Wish>| !wishes.is_empty()).collect();
    if !all.is_empty() {
        return Asked::Values(all);
    }
    match there(found) {
        Some(is_there) if ways(scene, whole, steps).and_then(|of_whole| there(&of_whole)) != Some(is_there) => {
            Asked::Values(vec![vec![Wish::There(is_there)]])
        }
        _ => Asked::Nothing,
    }
}

/// The places that a path leads to: one for each thing that a reference may
/// point to, and of each all rules that speak of it.
fn ways(scene: &Scene<'_, '_>, slice: Place<'_>, steps: &[Step]) -> Option<Vec<Vec<Spot>>> {
    let mut ways = vec![vec![Spot::enter(slice.profile, slice.rule.index, Vec::new())]];
    for step in steps {
        ways = match step {
            Step::Name(name) => each(&ways, |spot| spot.named(scene, name)),
            Step::Extension(url) => each(&ways, |spot| spot.extension(scene, url)),
            Step::OfType(name) => each(&ways, |spot| spot.of_type(name)),
            Step::Resolve => {
                let targets = ways.iter().flatten().map(|spot| spot.targets(scene)).collect::<Option<Vec<_>>>()?;
                targets.into_iter().flatten().map(|spot| vec![spot]).collect()
            }
        };
    }
    Some(ways)
}

fn each(ways: &[Vec<Spot>], step: impl Fn(&Spot) -> Vec<Spot>) -> Vec<Vec<Spot>> {
    ways.iter().map(|way| way.iter().flat_map(&step).collect()).collect()
}

impl Spot {
    /// A rule, with what elements above it give for it.
    fn enter(profile: &Arc<Profile>, rule: usize, mut given: Vec<Given>) -> Self {
        let element = &profile.rules[rule].element;
        let values = [(&element.fixed, true), (&element.pattern, false)];
        for (tree, exact) in values.into_iter().filter_map(|(tree, exact)| Some((tree.as_ref()?, exact))) {
            given.push(Given { tree: Arc::clone(tree), at: tree.root_id(), exact });
        }
        Self { of: Some((Arc::clone(profile), rule)), given, only: None }
    }

    fn rule(&self) -> Option<&Rule> {
        self.of.as_ref().map(|(profile, rule)| &profile.rules[*rule])
    }

    /// The rules that speak of this place: its own, and those of its type or the type's profile.
    fn homes(&self, scene: &Scene<'_, '_>) -> Vec<(Arc<Profile>, usize)> {
        let Some((profile, rule)) = &self.of else { return Vec::new() };
        let mut homes = vec![(Arc::clone(profile), *rule)];
        let own = &profile.rules[*rule];
        let mut types = own.element.types.iter().filter(|found| self.only.as_ref().is_none_or(|only| *only == found.code));
        let (Some(of), None) = (types.next(), types.next()) else { return homes };
        let has_own = !profile.children(own).is_empty();
        let more = match &of.profiles[..] {
            [canonical] => scene.profile(canonical).ok(),
            [] if !has_own => scene.type_profile(&of.code),
            _ => None,
        };
        homes.extend(more.map(|profile| (profile, 0)));
        homes
    }

    fn named(&self, scene: &Scene<'_, '_>, name: &str) -> Vec<Spot> {
        let mut spots: Vec<Spot> = Vec::new();
        let mut plain: Arc<str> = name.into();
        for (profile, rule) in self.homes(scene) {
            let Some((child, only)) = child(&profile, &profile.rules[rule], name) else { continue };
            plain = Arc::clone(&profile.rules[child].name);
            let mut spot = Self::enter(&profile, child, Vec::new());
            spot.only.clone_from(&only);
            // What a slice asks that has to be there, is asked of the whole.
            let required = |slice: &&usize| profile.rules[**slice].element.min >= Some(1);
            let slices = profile.rules[child].slices.iter().filter(required);
            let slices: Vec<Spot> =
                slices.map(|slice| Self { only: only.clone(), ..Self::enter(&profile, *slice, Vec::new()) }).collect();
            spots.push(spot);
            spots.extend(slices);
        }
        let below = self.given.iter().flat_map(|given| given.below(&plain)).collect();
        match spots.first_mut() {
            Some(first) => first.given.extend::<Vec<Given>>(below),
            None => spots.push(Self { of: None, given: below, only: None }),
        }
        spots
    }

    fn extension(&self, scene: &Scene<'_, '_>, url: &str) -> Vec<Spot> {
        for (profile, rule) in self.homes(scene) {
            let Some(child) = profile.child(&profile.rules[rule], "extension") else { continue };
            let slice = profile.rules[child].slices.iter().find(|slice| has_url(&profile, **slice, url));
            if let Some(slice) = slice {
                return vec![Self::enter(&profile, *slice, Vec::new())];
            }
        }
        scene.profile(url).ok().map(|profile| Self::enter(&profile, 0, Vec::new())).into_iter().collect()
    }

    fn of_type(&self, name: &Arc<str>) -> Vec<Spot> {
        let slice = self.of.as_ref().and_then(|(profile, rule)| {
            let is_of = |slice: &&usize| profile.rules[**slice].element.types.iter().all(|found| found.code == *name);
            let slice = profile.rules[*rule].slices.iter().find(is_of)?;
            Some(Self::enter(profile, *slice, self.given.clone()))
        });
        vec![Self { only: Some(Arc::clone(name)), ..slice.unwrap_or_else(|| self.clone()) }]
    }

    /// What a reference here may point to.
    fn targets(&self, scene: &Scene<'_, '_>) -> Option<Vec<Spot>> {
        let types = self.rule().map(|rule| rule.element.types.as_slice()).unwrap_or_default();
        let found = types.iter().flat_map(|found| &found.targets).map(|target| scene.profile(target).ok());
        found.map(|profile| profile.map(|profile| Self::enter(&profile, 0, Vec::new()))).collect()
    }
}

impl Given {
    fn node(&self) -> Node<'_> {
        self.tree.node(self.at)
    }

    fn below(&self, name: &str) -> Vec<Self> {
        let children = self.node().children_named(name);
        children.map(|child| Self { tree: Arc::clone(&self.tree), at: child.id(), exact: self.exact }).collect()
    }
}

/// The rule of an element below; `valueQuantity` is `value` of that type.
fn child(profile: &Profile, rule: &Rule, name: &str) -> Option<(usize, Option<Arc<str>>)> {
    if let Some(found) = profile.child(rule, name) {
        return Some((found, None));
    }
    let is_of = |written: &str, code: &str| {
        written.len() == code.len() && written[..1].eq_ignore_ascii_case(&code[..1]) && written[1..] == code[1..]
    };
    profile.children(rule).iter().find_map(|index| {
        let found = &profile.rules[*index];
        let rest = name.strip_prefix(&*found.name).filter(|rest| !rest.is_empty() && found.element.path.ends_with("[x]"))?;
        let of = found.element.types.iter().find(|of| is_of(rest, &of.code))?;
        Some((*index, Some(Arc::clone(&of.code))))
    })
}

fn has_url(profile: &Profile, slice: usize, url: &str) -> bool {
    let rule = &profile.rules[slice];
    let by_profile = rule.element.types.iter().flat_map(|of| &of.profiles).any(|canonical| split(canonical).0 == url);
    let fixed = || profile.child(rule, "url").and_then(|child| profile.rules[child].element.fixed.as_ref());
    by_profile || fixed().is_some_and(|fixed| fixed.root().value() == Some(url))
}

/// What a place wishes: its values; a required binding; what its own elements wish.
fn wishes(spot: &Spot) -> Vec<Wish> {
    let given = spot.given.iter().map(|given| match given.exact {
        true => Wish::Same(Arc::clone(&given.tree), given.at),
        false => Wish::Holds(Arc::clone(&given.tree), given.at),
    });
    let given: Vec<Wish> = given.collect();
    match &spot.of {
        Some((profile, rule)) if given.is_empty() => of_rule(profile, &profile.rules[*rule]),
        _ => given,
    }
}

fn of_rule(profile: &Profile, rule: &Rule) -> Vec<Wish> {
    let binding = rule.element.binding.as_ref().filter(|binding| binding.strength == Strength::Required);
    if let Some(set) = binding.and_then(|binding| binding.value_set.as_ref()) {
        return vec![Wish::Bound(Arc::clone(set))];
    }
    // Not those of a rule elsewhere: a ring of content references has no end.
    let children = rule.children.iter().flat_map(|child| {
        let required = profile.rules[*child].slices.iter().filter(|slice| profile.rules[**slice].element.min >= Some(1));
        std::iter::once(child).chain(required)
    });
    children.filter_map(|child| below(profile, &profile.rules[*child])).collect()
}

fn below(profile: &Profile, rule: &Rule) -> Option<Wish> {
    let values = [(&rule.element.fixed, true), (&rule.element.pattern, false)];
    let values = values.into_iter().filter_map(|(tree, exact)| Some((tree.as_ref()?, exact)));
    let mut wishes: Vec<Wish> = values
        .map(|(tree, exact)| match exact {
            true => Wish::Same(Arc::clone(tree), tree.root_id()),
            false => Wish::Holds(Arc::clone(tree), tree.root_id()),
        })
        .collect();
    if wishes.is_empty() {
        wishes = of_rule(profile, rule);
    }
    let required = rule.element.min >= Some(1);
    (!wishes.is_empty()).then(|| Wish::Below { name: Arc::clone(&rule.name), required, wishes })
}

/// Whether there has to be something; `None` when there may be.
fn there(ways: &[Vec<Spot>]) -> Option<bool> {
    let mut of_ways = ways.iter().map(|way| {
        let said = way.iter().filter_map(|spot| match (spot.rule(), spot.given.is_empty()) {
            (Some(rule), _) if rule.element.max == Some(Max::Count(0)) => Some(false),
            (Some(rule), _) if rule.element.min >= Some(1) => Some(true),
            (_, false) => Some(true),
            _ => None,
        });
        said.last()
    });
    let first = of_ways.next()??;
    of_ways.all(|other| other == Some(first)).then_some(first)
}

fn types(spot: &Spot) -> Vec<Arc<str>> {
    let Some((profile, rule)) = &spot.of else { return Vec::new() };
    if *rule == 0 {
        return vec![Arc::clone(&profile.definition.type_name)];
    }
    match &spot.only {
        Some(only) => vec![Arc::clone(only)],
        None => profile.rules[*rule].element.types.iter().map(|found| Arc::clone(&found.code)).collect(),
    }
}

fn profiles(spot: &Spot) -> Vec<Arc<str>> {
    match &spot.of {
        Some((profile, 0)) => vec![Arc::clone(&profile.canonical)],
        Some((profile, rule)) => profile.rules[*rule].element.types.iter().flat_map(|found| found.profiles.clone()).collect(),
        None => Vec::new(),
    }
}
