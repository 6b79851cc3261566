//! The version of FHIR that a resource was judged by, where it names none and its shape
//! tells it. Which version that is, is for who has judges of several.

use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Severity, codes};
use crate::text::Language;

codes! {
    /// It fits another version than the usual one.
    TAKEN "version-taken" "informational" None;
        en "the resource names no version of FHIR and is judged as {expected}; as {found}: {why}", "say `--fhir` if it is of {found}; else claim a profile in `meta.profile`, and nobody has to guess";
        nl "de resource noemt geen versie van FHIR en is beoordeeld als {expected}; als {found}: {why_nl}", "zeg `--fhir` als hij van {found} is; claim anders een profiel in `meta.profile`, dan hoeft niemand te raden";
    /// It fits neither, and another version better.
    DOUBTFUL "version-doubtful" "informational" None;
        en "the resource names no version of FHIR and is judged as {expected}; as {found} it has fewer mistakes of structure", "judge it with `--fhir {option}` if it is of {found}";
        nl "de resource noemt geen versie van FHIR en is beoordeeld als {expected}; als {found} heeft hij minder fouten in de structuur", "beoordeel hem met `--fhir {option}` als hij van {found} is";
}

/// Errors about elements and types that this version of FHIR does not have.
pub(crate) fn misshapen(issues: &[Issue]) -> Vec<&Issue> {
    issues.iter().filter(|issue| issue.severity == Severity::Error && issue.code.kind == "structure").collect()
}

/// It was judged by one version because in another it does not fit, for the reason that an issue tells.
pub(crate) fn taken(root: Node<'_>, (taken, left): (&str, &str), why: &Issue) -> Issue {
    let why = (why.message(Language::En), why.message(Language::Nl));
    let issue = Issue::warning(&TAKEN, root).with("expected", taken).with("found", left);
    issue.saying(("why", "why_nl"), why)
}

/// It was judged by one version and fits another better, which is said with an option.
pub(crate) fn doubtful(root: Node<'_>, (taken, other): (&str, &str), option: &str) -> Issue {
    Issue::warning(&DOUBTFUL, root).with("expected", taken).with("found", other).with("option", option)
}
