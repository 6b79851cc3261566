//! Slicing: which slice an element belongs to, how many each has, and what may
//! stand beside them. What a slice is told by is looked up in `told`, whether an
//! element has that in `fit`. Where it cannot be told, and where it would make a
//! difference, that is said: an element is never put in a slice by guess.

mod fit;
mod path;
#[cfg(test)]
mod tests;
mod told;
mod words;

use std::borrow::Cow;

use crate::fhir::definition::{Discriminator, DiscriminatorKind, Max, SlicingRules};
use crate::fhir::node::Node;
use crate::fhir::validate::rules::{cardinality, element_type};
use crate::fhir::validate::walk::{self, Place};
use crate::fhir::validate::{Issue, Issues, Scene, codes};
use fit::{Fit, fits};
pub(crate) use told::Told;

codes! {
    /// An element fits no slice of a closed slicing.
    NO_SLICE "slice-none" "structure" Some("Validation_VAL_Profile_NotSlice");
        en "`{element}` fits none of the slices {expected}, and no others may come", "make it fit a slice, or take it out";
        nl "`{element}` past in geen van de slices {expected}, en andere mogen niet", "laat het in een slice passen, of haal het weg";
    /// A slice that has to be there is not.
    MISSING "slice-missing" "required" Some("Validation_VAL_Profile_Minimum_SLICE");
        en "`{element}` is there {found} times, at least {expected} asked for", "add one that fits the slice{asked}{near}";
        nl "`{element}` staat er {found} keer, minstens {expected} gevraagd", "voeg er een toe die in de slice past{asked_nl}{near_nl}";
    /// An element fits slices that exclude one another.
    SEVERAL "slice-several" "invalid" Some("Validation_VAL_Profile_MatchMultiple");
        en "`{element}` fits several slices: {found}", "make it fit one of them; if it cannot, the profile is to be mended";
        nl "`{element}` past in meer dan een slice: {found}", "laat het in een ervan passen; kan dat niet, dan moet het profiel worden hersteld";
    /// An element of a slice comes after one of a later slice.
    OUT_OF_ORDER "slice-out-of-order" "invalid" Some("Validation_VAL_Profile_OutOfOrder");
        en "`{element}` of slice `{found}` comes after one of slice `{expected}`", "put the slices in the order of the profile";
        nl "`{element}` van slice `{found}` komt na een van slice `{expected}`", "zet de slices in de volgorde van het profiel";
    /// An element of no slice comes before one of a slice.
    NOT_AT_END "slice-not-at-end" "invalid" Some("Validation_VAL_Profile_NotAtEnd");
        en "`{element}` fits no slice and comes before one that does", "put those that fit no slice at the end";
        nl "`{element}` past in geen slice en komt voor een die dat wel doet", "zet wat in geen slice past aan het eind";
    /// Whether an element fits a slice cannot be told.
    UNDECIDED "slice-undecided" "not-supported" Some("SLICING_CANNOT_BE_EVALUATED");
        en "whether `{element}` belongs to the slice {expected} cannot be told here: {why}", "look at it by hand";
        nl "of `{element}` in de slice {expected} hoort is hier niet te zeggen: {why}", "bekijk het met de hand";
}

/// An element with the slice it belongs to.
struct Sorted<'t> {
    node: Node<'t>,
    slice: Option<usize>,
    /// Slices to which it may belong, and why that cannot be told; only where it is in none for certain.
    doubts: Vec<(usize, String)>,
}

/// Elements with the slices of their rule.
pub(crate) fn check<'t>(scene: &Scene<'_, 't>, parent: Node<'t>, found: &[Node<'t>], place: Place<'_>, issues: &mut Issues) {
    let slices: Vec<Place<'_>> = place.slices().collect();
    let told_by = discriminators(place);
    let sorted: Vec<Sorted<'t>> = found.iter().map(|node| sort(scene, *node, (place, &told_by), (&slices, issues))).collect();
    for one in sorted.iter().filter(|one| one.slice.is_none()) {
        walk::element(scene, one.node, place, issues);
        outside(scene, one, (place, &slices), issues);
    }
    let free: Vec<Node<'t>> = sorted.iter().filter(|one| one.slice.is_none()).map(|one| one.node).collect();
    for (index, slice) in slices.iter().enumerate() {
        let of_slice = sorted.iter().filter(|one| one.slice == Some(index));
        let members: Vec<Node<'t>> = of_slice.map(|one| one.node).collect();
        let may_be = sorted.iter().filter(|one| one.doubts.iter().any(|(of, _)| *of == index)).count();
        let lacking = |issue| words::lacking(scene, issue, told(scene, place, *slice, &told_by), &free);
        count(parent, (&members, may_be), (*slice, &lacking), issues);
        element_type::check(scene, &members, *slice, issues);
        inside(scene, parent, &members, *slice, issues);
    }
    if let Some(slicing) = &place.rule.element.slicing {
        if slicing.ordered {
            in_order(&sorted, (place, &slices), issues);
        }
        if slicing.rules == SlicingRules::OpenAtEnd {
            at_end(&sorted, place, issues);
        }
    }
}

/// What slices are told apart by. Extensions always by url, choices by type; of a
/// slice that is sliced again without saying how, nothing is known.
fn discriminators(place: Place<'_>) -> Cow<'_, [Discriminator]> {
    let said = place.rule.element.slicing.as_ref().map(|slicing| slicing.discriminators.as_slice()).unwrap_or_default();
    let (kind, path) = match &*place.rule.name {
        _ if !said.is_empty() => return Cow::Borrowed(said),
        "extension" | "modifierExtension" => (DiscriminatorKind::Value, "url"),
        _ if place.rule.element.path.ends_with("[x]") => (DiscriminatorKind::Type, "$this"),
        _ => return Cow::Borrowed(said),
    };
    Cow::Owned(vec![Discriminator { kind, path: path.into() }])
}

/// What a slice is told by.
fn told<'p>(scene: &Scene<'_, '_>, place: Place<'_>, slice: Place<'p>, told_by: &[Discriminator]) -> &'p [Told] {
    slice.rule.told.get_or_init(|| told_by.iter().map(|by| told::told(scene, place, slice, by)).collect())
}

fn sort<'t>(
    scene: &Scene<'_, 't>,
    node: Node<'t>,
    (place, told_by): (Place<'_>, &[Discriminator]),
    (slices, issues): (&[Place<'_>], &mut Issues),
) -> Sorted<'t> {
    let (mut certain, mut doubts) = (Vec::new(), Vec::new());
    for (index, slice) in slices.iter().enumerate() {
        let fit = if told_by.is_empty() {
            by_trial(scene, node, *slice)
        } else {
            fits(scene, node, told(scene, place, *slice, told_by))
        };
        match fit {
            Fit::Yes => certain.push(index),
            Fit::Doubt(why) => doubts.push((index, why)),
            Fit::No => {}
        }
    }
    if certain.len() > 1 && !told_by.is_empty() {
        let issue = Issue::error(&SEVERAL, node).of(&place.profile.canonical).with("element", &*place.rule.element.id);
        issues.push(issue.with("found", names(certain.iter().map(|index| slices[*index]))));
    }
    let slice = certain.first().copied();
    Sorted { node, slice, doubts: if slice.is_some() { Vec::new() } else { doubts } }
}

/// Without discriminators an element belongs to the slice whose rules it meets.
fn by_trial<'t>(scene: &Scene<'_, 't>, node: Node<'t>, slice: Place<'_>) -> Fit {
    let trial = trial(scene, node, slice);
    match (trial.has_error(), trial.has_doubt()) {
        (true, _) => Fit::No,
        (false, true) => Fit::Doubt("it has no discriminator, and its rules cannot all be judged".to_owned()),
        (false, false) => Fit::Yes,
    }
}

fn trial<'t>(scene: &Scene<'_, 't>, node: Node<'t>, slice: Place<'_>) -> Issues {
    let mut trial = Issues::default();
    element_type::check(scene, &[node], slice, &mut trial);
    walk::element(scene, node, slice, &mut trial);
    trial
}

/// An element that is in no slice for certain. A doubt is told where it matters:
/// where the slice would ask more of it than is there, or only slices may come.
fn outside<'t>(scene: &Scene<'_, 't>, one: &Sorted<'t>, (place, slices): (Place<'_>, &[Place<'_>]), issues: &mut Issues) {
    let is_closed = place.rule.element.slicing.as_ref().is_some_and(|slicing| slicing.rules == SlicingRules::Closed);
    if is_closed && one.doubts.is_empty() && !slices.is_empty() {
        let issue = Issue::error(&NO_SLICE, one.node).of(&place.profile.canonical).with("element", &*place.rule.element.id);
        issues.push(issue.with("expected", names(slices.iter().copied())));
    }
    for (index, why) in &one.doubts {
        let matters = is_closed || {
            let trial = trial(scene, one.node, slices[*index]);
            trial.has_error() || trial.has_doubt()
        };
        if matters {
            issues.push(undecided(one.node, slices[*index], why));
        }
    }
}

fn undecided(node: Node<'_>, slice: Place<'_>, why: &str) -> Issue {
    let issue = Issue::cant_tell(&UNDECIDED, node).of(&slice.profile.canonical).with("element", node.name());
    issue.with("expected", names(std::iter::once(slice))).with("why", why)
}

fn names<'p>(slices: impl Iterator<Item = Place<'p>>) -> String {
    let names: Vec<String> =
        slices.filter_map(|slice| Some(format!("`{}`", slice.rule.element.slice_name.as_deref()?))).collect();
    names.join(", ")
}

/// Whether a slice has as many elements as it should, given that some may or may not be of it.
fn count<'t>(
    parent: Node<'t>,
    (members, may_be): (&[Node<'t>], usize),
    (slice, lacking): (Place<'_>, &dyn Fn(Issue) -> Issue),
    issues: &mut Issues,
) {
    let element = &slice.rule.element;
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (least, most) = (number(members.len()), number(members.len() + may_be));
    if let Some(min) = element.min.filter(|min| least < *min) {
        if most < min {
            let issue = Issue::error(&MISSING, parent).of(&slice.profile.canonical).with("element", &*element.id);
            issues.push(lacking(issue.with("expected", min.to_string()).with("found", most.to_string())));
        } else {
            issues.push(undecided(parent, slice, &format!("at least {min} have to be there")));
        }
    }
    let Some(Max::Count(max)) = element.max else { return };
    if least > max {
        cardinality::too_many(parent, (members, max), slice, issues);
    } else if most > max {
        issues.push(undecided(parent, slice, &format!("at most {max} may be there")));
    }
}

/// The elements of a slice, which may be sliced again.
fn inside<'t>(scene: &Scene<'_, 't>, parent: Node<'t>, members: &[Node<'t>], slice: Place<'_>, issues: &mut Issues) {
    if slice.rule.slices.is_empty() {
        for node in members {
            walk::element(scene, *node, slice, issues);
        }
    } else {
        check(scene, parent, members, slice, issues);
    }
}

fn in_order(sorted: &[Sorted<'_>], (place, slices): (Place<'_>, &[Place<'_>]), issues: &mut Issues) {
    let mut latest = 0;
    for (node, slice) in sorted.iter().filter_map(|one| Some((one.node, one.slice?))) {
        if slice < latest {
            let name = |index: usize| slices[index].rule.element.slice_name.as_deref().unwrap_or_default();
            let issue = Issue::error(&OUT_OF_ORDER, node).of(&place.profile.canonical).with("element", &*place.rule.element.id);
            issues.push(issue.with("expected", name(latest)).with("found", name(slice)));
        }
        latest = latest.max(slice);
    }
}

fn at_end(sorted: &[Sorted<'_>], place: Place<'_>, issues: &mut Issues) {
    let last = sorted.iter().rposition(|one| one.slice.is_some()).unwrap_or_default();
    for one in sorted[..last].iter().filter(|one| one.slice.is_none() && one.doubts.is_empty()) {
        let issue = Issue::error(&NOT_AT_END, one.node).of(&place.profile.canonical);
        issues.push(issue.with("element", &*place.rule.element.id));
    }
}
