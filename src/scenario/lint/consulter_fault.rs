//! Faults of a client: whether what they are about and what they kill exists.

use super::exchange::resource_type;
use super::fault::{killed, may_be_red};
use super::names::Names;
use super::place::{Place, Problems};
use crate::scenario::document::Document;
use crate::scenario::{ConsulterFault, ConsulterMisbehaviour};

pub(super) fn check(document: &Document<ConsulterFault>, names: &Names<'_>, problems: &mut Problems) {
    let place = Place::new(&document.file, &document.root);
    let fault = &document.value;
    if fault.behaviour.is_empty() {
        problems.at(place.key("do"), "value-missing", "the fault does nothing wrong").hint =
            Some("name at least one behaviour".to_owned());
    }
    for (index, behaviour) in fault.behaviour.iter().enumerate() {
        misbehaviour(place.key("do").item(index), behaviour, names, problems);
    }
    killed(place, &fault.kills, names, problems);
    may_be_red(place, &fault.also, names, problems);
}

fn misbehaviour(place: Place<'_>, behaviour: &ConsulterMisbehaviour, names: &Names<'_>, problems: &mut Problems) {
    for exchange in behaviour.exchanges() {
        if exchange != "*" && !names.exchanges.contains_key(exchange) {
            let message = format!("no exchange `{exchange}`");
            problems.unknown(place, "exchange-unknown", message, names.exchanges.keys().copied());
        }
    }
    match behaviour {
        ConsulterMisbehaviour::SkipCodes(skipped) => {
            let Some(exchange) = names.exchange(&skipped.exchange) else { return };
            let is_asked = |code: &String| exchange.request.values().any(|request| request.contains(code.as_str()));
            for (index, code) in skipped.codes.iter().enumerate().filter(|(_, code)| !is_asked(code)) {
                let place = place.key("skip-codes").key("codes").item(index);
                problems.at(place, "value-unknown", format!("`{}` does not ask for the code `{code}`", skipped.exchange));
            }
        }
        ConsulterMisbehaviour::Writes(written) => {
            resource_type(place.key("writes").key("resource"), &written.resource, problems);
        }
        _ => {}
    }
}
