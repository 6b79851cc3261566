//! Quantities with a unit of UCUM: a code that UCUM can read.

use crate::fhir::node::Node;
use crate::fhir::terminology::ucum::{self, Unit};
use crate::fhir::validate::{Issue, Issues, Scene, codes};

codes! {
    /// Not written as UCUM writes units.
    BROKEN "unit-broken" "code-invalid" None;
        en "`{found}` is no unit of UCUM: {why}", "write it as UCUM does: `mg/dL`, `mm[Hg]`, `/min`";
        nl "`{found}` is geen eenheid van UCUM: {why}", "schrijf de eenheid zoals UCUM dat doet: `mg/dL`, `mm[Hg]`, `/min`";
    /// A part of it is not known here.
    UNKNOWN "unit-unknown" "not-supported" Some("TERMINOLOGY_TX_WARNING");
        en "whether `{part}` in `{found}` is a unit of UCUM cannot be told here", "look it up in UCUM, or ask a terminology server";
        nl "of `{part}` in `{found}` een eenheid van UCUM is, is hier niet te zeggen", "zoek het op in UCUM, of vraag het een terminologieserver";
    /// A comment counts for nothing.
    ANNOTATED "unit-annotated" "business-rule" Some("TYPE_SPECIFIC_CHECKS_DT_QTY_UCUM_ANNOTATIONS");
        en "UCUM passes over `{part}` in `{found}`: as a unit it says no more than `{expected}`", "say what is counted in the code of the observation";
        nl "UCUM slaat `{part}` in `{found}` over: als eenheid zegt het niet meer dan `{expected}`", "zeg in de code van de observatie wat er geteld wordt";
}

const UCUM: &str = "http://unitsofmeasure.org";

/// Whether the unit of a quantity is one.
pub(crate) fn check(scene: &Scene<'_, '_>, node: Node<'_>, issues: &mut Issues) {
    if !scene.types().is_a(node.type_name(), "Quantity") || node.child_value("system") != Some(UCUM) {
        return;
    }
    let Some(code) = node.child("code") else { return };
    let Some(text) = code.value().filter(|text| !text.is_empty()) else { return };
    let (bare, annotation) = ucum::without_annotations(text);
    match ucum::read(text) {
        Unit::Known => {}
        Unit::Unknown(part) => issues.push(Issue::cant_tell(&UNKNOWN, code).with("found", text).with("part", part)),
        Unit::Broken(why) => return issues.push(Issue::error(&BROKEN, code).with("found", text).with("why", why)),
    }
    if let Some(annotation) = annotation {
        let expected = if bare.is_empty() { "1" } else { &bare };
        issues.push(Issue::warning(&ANNOTATED, code).with("found", text).with("part", annotation).with("expected", expected));
    }
}
