//! Steps: what they ask, and whether their keys make sense for that.

use super::client;
use super::parameter::{self, Url};
use super::place::Place;
use super::scenario::Walk;
use crate::scenario::{Exchange, Step};

/// What a step asks of the server.
#[derive(Debug, Clone)]
pub(super) enum Asks<'d> {
    /// An exchange; nothing where it is one of several.
    Exchange(Option<&'d Exchange>),
    /// A search of this type.
    Search(&'d str),
    /// A read of this type.
    Read(&'d str),
    /// The CapabilityStatement.
    Metadata,
    /// What earlier answers hold.
    Follow,
    /// Nothing: a client asks, and we answer.
    Phase,
    /// Not known: another mistake hides it.
    Unknown,
}

impl Asks<'_> {
    /// Type of the answer; empty where that is not known.
    pub(super) fn answer(&self) -> &str {
        match self {
            Self::Exchange(_) | Self::Search(_) => "Bundle",
            Self::Read(resource) => resource,
            Self::Metadata => "CapabilityStatement",
            Self::Follow | Self::Phase | Self::Unknown => "",
        }
    }

    /// Type of a match; empty where that is not known.
    pub(super) fn matched(&self) -> &str {
        match self {
            Self::Exchange(exchange) => exchange.and_then(Exchange::resource).unwrap_or_default(),
            Self::Search(resource) | Self::Read(resource) => resource,
            Self::Metadata => "CapabilityStatement",
            Self::Follow | Self::Phase | Self::Unknown => "",
        }
    }

    /// It may be answered with a searchset.
    pub(super) fn is_search(&self) -> bool {
        matches!(self, Self::Exchange(_) | Self::Search(_) | Self::Unknown)
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Exchange(_) => "an exchange",
            Self::Search(_) => "a search",
            Self::Read(_) => "a read",
            Self::Metadata => "a read of the CapabilityStatement",
            Self::Follow => "`follow`",
            Self::Phase => "`phase`",
            Self::Unknown => "a request",
        }
    }
}

/// What a step asks; names in it that mean nothing are reported.
pub(super) fn asks<'d>(walk: &mut Walk<'d, '_>, place: Place<'d>, step: &'d Step) -> Asks<'d> {
    if let Some(name) = &step.exchange {
        return of_exchange(walk, place, step, name);
    }
    if let Some(request) = &step.request {
        for fhir in walk.versions.clone() {
            parameter::check(place.key("request").key("url"), &request.url, fhir, walk.problems);
        }
        return of_url(&request.url);
    }
    if let Some(follow) = &step.follow {
        for (index, name) in follow.of.iter().enumerate() {
            walk.earlier(place.key("follow").key("of").item(index), name);
        }
        if follow.of.is_empty() {
            walk.problems.at(place.key("follow").key("of"), "value-missing", "`of` names no step, so nothing is followed");
        }
        return Asks::Follow;
    }
    if let Some(phase) = &step.phase {
        client::phase(walk, place.key("phase"), phase);
        return Asks::Phase;
    }
    let Some(name) = &step.like else { return Asks::Unknown };
    walk.earlier(place.key("like"), name).unwrap_or(Asks::Unknown)
}

fn of_exchange<'d>(walk: &mut Walk<'d, '_>, place: Place<'d>, step: &'d Step, name: &'d str) -> Asks<'d> {
    let scenario = walk.scenario();
    if scenario.persona.is_none() && step.with.as_ref().is_none_or(|with| with.persona.is_none()) {
        walk.problems
            .at(place.key("exchange"), "persona-missing", "an exchange is asked for a patient, and the scenario has no persona")
            .hint = Some("give the scenario a `persona`".to_owned());
    }
    if name != "${exchange}" {
        walk.exchange(place.key("exchange"), name);
        return Asks::Exchange(walk.names.exchange(name));
    }
    if scenario.axes.exchange.is_empty() {
        let message = "nothing gives `${exchange}` a value here";
        walk.problems.at(place.key("exchange"), "placeholder-unknown", message).hint =
            Some("declare the exchanges: `axes: { exchange: [procedures] }`".to_owned());
    }
    Asks::Exchange(None)
}

fn of_url(url: &str) -> Asks<'_> {
    let url = Url::parse(url);
    match (url.searched(), url.read()) {
        _ if url.head == "metadata" => Asks::Metadata,
        _ if url.head.contains("${") => Asks::Unknown,
        (Some(resource), _) => Asks::Search(resource),
        (_, Some(resource)) => Asks::Read(resource),
        _ => Asks::Unknown,
    }
}

/// Reports keys that make no sense for what the step asks.
pub(super) fn placement<'d>(walk: &mut Walk<'d, '_>, place: Place<'d>, step: &'d Step, asks: &Asks<'d>) {
    let follows = matches!(asks, Asks::Follow | Asks::Phase);
    for (key, there) in [("for-each", step.for_each.is_some()), ("capture", !step.capture.is_empty())] {
        if there && follows {
            misplaced(walk, place, key, asks.words(), "a follow step has many answers: do this in a step that has one");
        }
    }
    if step.pages.is_some() && !asks.is_search() {
        misplaced(walk, place, "pages", asks.words(), "only a search has pages");
    }
    let Some(with) = &step.with else { return };
    if matches!(asks, Asks::Phase) {
        misplaced(walk, place, "with", asks.words(), "write the phase itself as it is");
        return;
    }
    if let Some(persona) = &with.persona {
        walk.persona(place.key("with").key("persona"), persona);
        if follows {
            misplaced(walk, place.key("with"), "persona", asks.words(), "it reads what the earlier answers hold");
        }
    }
    dialect(walk, place.key("with"), step, asks);
    let encoding = ("encoding", with.encoding.is_some());
    let of_query =
        [encoding, ("set", !with.set.is_empty()), ("remove", !with.remove.is_empty()), ("method", with.method.is_some())];
    for (key, _) in of_query.into_iter().filter(|(_, there)| *there) {
        if step.request.is_some() {
            misplaced(walk, place.key("with"), key, "a `request`", "write the request itself as it is sent");
        } else if !asks.is_search() {
            misplaced(walk, place.key("with"), key, asks.words(), "only a search has parameters");
        }
    }
    parameters(walk, place.key("with"), step, asks);
}

/// Another version's request is asked by name, and is of a version of FHIR that the scenario is for.
fn dialect<'d>(walk: &mut Walk<'d, '_>, place: Place<'d>, step: &'d Step, asks: &Asks<'d>) {
    let Some(dialect) = step.with.as_ref().and_then(|with| with.dialect) else { return };
    if step.exchange.is_none() {
        misplaced(walk, place, "dialect", asks.words(), "only an `exchange` is published in several versions");
    } else if !walk.scenario().when.fhir.contains(&dialect.fhir()) {
        let hint = "the scenario is for another version of FHIR: see its `when`";
        misplaced(walk, place, "dialect", "this scenario", hint);
    }
}

fn misplaced<'d>(walk: &mut Walk<'d, '_>, place: Place<'d>, key: &str, what: &str, hint: &str) {
    let range = place.range_of_key(key);
    let message = format!("`{key}` means nothing for {what}");
    walk.problems.within(place, range, "key-misplaced", message).hint = Some(hint.to_owned());
}

/// Parameters that are set have to be of the type that is searched.
fn parameters<'d>(walk: &mut Walk<'d, '_>, place: Place<'d>, step: &'d Step, asks: &Asks<'d>) {
    let Some(with) = step.with.as_ref().filter(|_| asks.is_search() && !asks.matched().is_empty()) else {
        return;
    };
    for (fhir, (name, value)) in walk.versions.clone().iter().flat_map(|fhir| with.set.iter().map(move |set| (*fhir, set))) {
        if let Err(wrong) = parameter::parameter(asks.matched(), name, value, fhir) {
            let range = place.key("set").range_of_key(name);
            walk.problems.within(place, range, "parameter-unknown", wrong.message).hint = wrong.hint;
        }
    }
}
