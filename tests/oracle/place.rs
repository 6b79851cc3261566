//! Where an issue stands, in a form in which both judges can be compared: no
//! comments, types of a choice, slices or predicates; an index that one of them
//! leaves out says nothing.

/// `Observation.value.ofType(Quantity).code` as `Observation`, `value`, `code`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place(Vec<(String, Option<usize>)>);

impl Place {
    /// Reads a FHIRPath place of either judge.
    pub(crate) fn read(text: &str) -> Self {
        let mut steps = steps(&bare(text));
        // The HL7 validator leaves out the answer that an item of a form stands below.
        let is_between = |at: usize| steps[at].0 == "answer" && steps.get(at + 1).is_some_and(|next| next.0 == "item");
        let between: Vec<usize> = (0..steps.len()).rev().filter(|at| is_between(*at)).collect();
        between.into_iter().for_each(|at| drop(steps.remove(at)));
        Self(steps)
    }

    /// Whether both name the same element.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let same_index = |left: Option<usize>, right: Option<usize>| left.is_none() || right.is_none() || left == right;
        let mut pairs = self.0.iter().zip(&other.0);
        self.0.len() == other.0.len() && pairs.all(|(left, right)| left.0 == right.0 && same_index(left.1, right.1))
    }

    /// Without indices, for counting: `Observation.component.value`.
    pub(crate) fn general(&self) -> String {
        self.0.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(".")
    }
}

/// Without comments and what stands in brackets or parentheses, but for numbers.
fn bare(text: &str) -> String {
    let (mut kept, mut rest) = (String::new(), text);
    while let Some(letter) = rest.chars().next() {
        let skipped = match letter {
            '/' if rest.starts_with("/*") => rest.find("*/").map(|end| end + 2),
            '.' if rest.starts_with(".ofType(") || rest.starts_with(".resolve(") => rest.find(')').map(|end| end + 1),
            '[' if !rest[1..].starts_with(|next: char| next.is_ascii_digit()) => rest.find(']').map(|end| end + 1),
            ':' => Some(rest.find(['.', '[']).unwrap_or(rest.len())),
            _ => None,
        };
        if skipped.is_none() {
            kept.push(letter);
        }
        rest = &rest[skipped.unwrap_or(letter.len_utf8())..];
    }
    kept
}

fn steps(text: &str) -> Vec<(String, Option<usize>)> {
    let step = |step: &str| match step.split_once('[') {
        Some((name, index)) => (name.to_owned(), index.trim_end_matches(']').parse().ok()),
        None => (step.to_owned(), None),
    };
    // JSON's `_birthDate` is the element `birthDate`.
    let step = |text: &str| step(text.trim_start_matches('_'));
    text.split('.').filter(|text| !text.is_empty()).map(step).collect()
}

/// Both ways of writing a place name the same element.
pub(crate) fn places_are_compared_without_what_only_one_judge_writes() {
    let same = [
        ("Observation.value.ofType(CodeableConcept).coding[0]", "Observation.value.coding[0]"),
        ("Consent.contained[0]/*Patient/p.1*/.name[1]", "Consent.contained[0].name[1]"),
        ("Patient.extension[0].extension[0][url='a.b/c[1]']", "Patient.extension[0].extension[0]"),
        ("Observation.value[x]", "Observation.value"),
        ("Observation.bodySite.coding", "Observation.bodySite.coding[0]"),
        ("QuestionnaireResponse.item[1].item[0]", "QuestionnaireResponse.item[1].answer[0].item[0]"),
    ];
    for (left, right) in same {
        assert!(Place::read(left).is(&Place::read(right)), "{left} and {right}: {:?}", Place::read(left));
    }
    let others = [("Patient.name[0]", "Patient.name[1]"), ("Patient.name", "Patient"), ("Patient.name", "Patient.contact")];
    for (left, right) in others {
        assert!(!Place::read(left).is(&Place::read(right)), "{left} is not {right}");
    }
}
