//! Units: which quantities can be compared, and how. UCUM's metric units, the
//! customary ones of medicine, products, quotients and powers are reckoned
//! with; any other code equals only itself.

use std::cmp::Ordering;
use std::str::FromStr;

use bigdecimal::{BigDecimal, One, Zero};

use super::equality::equivalent_decimals;
use super::item::{Quantity, Unit};
use super::number;

/// What comparing two quantities gives.
pub(in crate::fhir) enum Comparison {
    /// Both have the same dimension.
    Ordered(Ordering),
    /// One is a length, the other a weight.
    OtherDimension,
    /// A calendar unit against a definite one, or a unit that is not known here.
    Unknown,
}

/// Powers of metre, gram, second, mole, kelvin, ampere, candela, and of counts that UCUM calls arbitrary.
type Dimension = [i8; 8];

/// A unit in base units.
#[derive(Debug, Clone, PartialEq)]
struct Measure {
    factor: BigDecimal,
    dimension: Dimension,
}

/// Units that take a prefix: code, factor to base units, dimension.
const METRIC: [(&str, &str, Dimension); 16] = [
    ("m", "1", [1, 0, 0, 0, 0, 0, 0, 0]),
    ("g", "1", [0, 1, 0, 0, 0, 0, 0, 0]),
    ("s", "1", [0, 0, 1, 0, 0, 0, 0, 0]),
    ("mol", "1", [0, 0, 0, 1, 0, 0, 0, 0]),
    ("K", "1", [0, 0, 0, 0, 1, 0, 0, 0]),
    ("A", "1", [0, 0, 0, 0, 0, 1, 0, 0]),
    ("cd", "1", [0, 0, 0, 0, 0, 0, 1, 0]),
    ("L", "0.001", [3, 0, 0, 0, 0, 0, 0, 0]),
    ("l", "0.001", [3, 0, 0, 0, 0, 0, 0, 0]),
    ("Hz", "1", [0, 0, -1, 0, 0, 0, 0, 0]),
    ("N", "1000", [1, 1, -2, 0, 0, 0, 0, 0]),
    ("Pa", "1000", [-1, 1, -2, 0, 0, 0, 0, 0]),
    ("bar", "100000000", [-1, 1, -2, 0, 0, 0, 0, 0]),
    ("J", "1000", [2, 1, -2, 0, 0, 0, 0, 0]),
    ("W", "1000", [2, 1, -3, 0, 0, 0, 0, 0]),
    ("m[Hg]", "133322000", [-1, 1, -2, 0, 0, 0, 0, 0]),
];

/// Units that take none.
const PLAIN: [(&str, &str, Dimension); 15] = [
    ("1", "1", [0; 8]),
    ("%", "0.01", [0; 8]),
    ("min", "60", [0, 0, 1, 0, 0, 0, 0, 0]),
    ("h", "3600", [0, 0, 1, 0, 0, 0, 0, 0]),
    ("d", "86400", [0, 0, 1, 0, 0, 0, 0, 0]),
    ("wk", "604800", [0, 0, 1, 0, 0, 0, 0, 0]),
    ("mo", "2629800", [0, 0, 1, 0, 0, 0, 0, 0]),
    ("a", "31557600", [0, 0, 1, 0, 0, 0, 0, 0]),
    ("[in_i]", "0.0254", [1, 0, 0, 0, 0, 0, 0, 0]),
    ("[ft_i]", "0.3048", [1, 0, 0, 0, 0, 0, 0, 0]),
    ("[mi_i]", "1609.344", [1, 0, 0, 0, 0, 0, 0, 0]),
    ("[lb_av]", "453.59237", [0, 1, 0, 0, 0, 0, 0, 0]),
    ("[oz_av]", "28.349523125", [0, 1, 0, 0, 0, 0, 0, 0]),
    ("[iU]", "1", [0, 0, 0, 0, 0, 0, 0, 1]),
    ("[IU]", "1", [0, 0, 0, 0, 0, 0, 0, 1]),
];

const PREFIXES: [(&str, i64); 14] = [
    ("da", 1),
    ("T", 12),
    ("G", 9),
    ("M", 6),
    ("k", 3),
    ("h", 2),
    ("d", -1),
    ("c", -2),
    ("m", -3),
    ("u", -6),
    ("n", -9),
    ("p", -12),
    ("f", -15),
    ("a", -18),
];

impl Measure {
    fn one() -> Self {
        Self { factor: BigDecimal::one(), dimension: [0; 8] }
    }

    fn of(code: &str) -> Option<Self> {
        if code.len() > 64 {
            return None;
        }
        let mut measure = Self::one();
        let mut sign = 1;
        for part in code.split_inclusive(['.', '/']) {
            let (atom, next_sign) = match part.strip_suffix('/') {
                Some(atom) => (atom, -1),
                None => (part.strip_suffix('.').unwrap_or(part), 1),
            };
            if !atom.is_empty() {
                measure = measure.times(&Self::atom(atom)?, sign)?;
            }
            sign = next_sign;
        }
        Some(measure)
    }

    fn atom(written: &str) -> Option<Self> {
        let written = written.split_once('{').map_or(written, |(before, _)| before);
        if written.is_empty() {
            return Some(Self::one());
        }
        let digits_at = written.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
        if digits_at == 0 {
            return Some(Self { factor: number::decimal(written)?, dimension: [0; 8] });
        }
        let (code, power) = written.split_at(if written[..digits_at].ends_with('-') { digits_at - 1 } else { digits_at });
        let power: i8 = if power.is_empty() { 1 } else { power.parse().ok().filter(|power| (-30..=30).contains(power))? };
        let base = if matches!(code, "10*" | "10^") {
            Self { factor: BigDecimal::from(10), dimension: [0; 8] }
        } else {
            Self::base(code)?
        };
        Self::one().times(&base, power)
    }

    fn base(code: &str) -> Option<Self> {
        let known = |(_, factor, dimension): &(&str, &str, Dimension)| {
            BigDecimal::from_str(factor).ok().map(|factor| Self { factor, dimension: *dimension })
        };
        if let Some(found) = PLAIN.iter().chain(&METRIC).find(|(name, ..)| *name == code) {
            return known(found);
        }
        let (power, unit) = PREFIXES
            .iter()
            .filter_map(|(prefix, power)| Some((power, code.strip_prefix(prefix)?)))
            .find_map(|(power, rest)| METRIC.iter().find(|(name, ..)| *name == rest).map(|unit| (*power, unit)))?;
        let measure = known(unit)?;
        Some(Self { factor: measure.factor * BigDecimal::new(1.into(), -power), ..measure })
    }

    /// This one times another to a power.
    fn times(mut self, other: &Self, power: i8) -> Option<Self> {
        for (ours, theirs) in self.dimension.iter_mut().zip(other.dimension) {
            *ours = ours.checked_add(theirs.checked_mul(power)?)?;
        }
        for _ in 0..power.unsigned_abs() {
            self.factor = if power > 0 {
                number::bounded(&self.factor * &other.factor)?
            } else {
                number::divide(&self.factor, &other.factor)?
            };
        }
        Some(self)
    }

    /// A code for this dimension in base units.
    fn code(&self) -> String {
        let names = ["m", "g", "s", "mol", "K", "A", "cd", "[iU]"];
        let part = |power: i8, name: &str| if power == 1 { name.to_owned() } else { format!("{name}{power}") };
        let parts = names.iter().zip(self.dimension).filter(|(_, power)| *power != 0).map(|(name, power)| part(power, name));
        let code = parts.collect::<Vec<_>>().join(".");
        if code.is_empty() { "1".to_owned() } else { code }
    }
}

/// Calendar months are twelve to the year; no other calendar unit is of use without a date.
fn calendar_months(quantity: &Quantity) -> Option<BigDecimal> {
    match quantity.unit {
        Unit::Calendar("year") => Some(&quantity.value * BigDecimal::from(12)),
        Unit::Calendar("month") => Some(quantity.value.clone()),
        _ => None,
    }
}

fn in_base(quantity: &Quantity) -> Option<(BigDecimal, Dimension)> {
    let measure = Measure::of(quantity.unit.ucum()?)?;
    Some((number::bounded(&quantity.value * &measure.factor)?, measure.dimension))
}

/// Compares two quantities.
pub(in crate::fhir) fn compare(left: &Quantity, right: &Quantity) -> Comparison {
    if left.unit == right.unit {
        return Comparison::Ordered(left.value.cmp(&right.value));
    }
    if let (Some(left), Some(right)) = (calendar_months(left), calendar_months(right)) {
        return Comparison::Ordered(left.cmp(&right));
    }
    match (in_base(left), in_base(right)) {
        (Some((left, one)), Some((right, other))) if one == other => Comparison::Ordered(left.cmp(&right)),
        (Some(_), Some(_)) => Comparison::OtherDimension,
        _ => Comparison::Unknown,
    }
}

/// Whether two quantities have the same dimension.
pub(super) fn comparable(left: &Quantity, right: &Quantity) -> bool {
    matches!(compare(left, right), Comparison::Ordered(_))
}

/// Whether two quantities are the same at the precision of the less precise one.
pub(super) fn equivalent(left: &Quantity, right: &Quantity) -> bool {
    if left.unit == right.unit {
        return equivalent_decimals(&left.value, &right.value);
    }
    let definite = |quantity: &Quantity| match quantity.unit {
        Unit::Calendar("year") => Measure::of("a"),
        Unit::Calendar("month") => Measure::of("mo"),
        _ => quantity.unit.ucum().and_then(Measure::of),
    };
    let (Some(one), Some(other)) = (definite(left), definite(right)) else { return false };
    if one.dimension != other.dimension {
        return false;
    }
    // Precision is that of the coarser unit: 4 g is 4040 mg to the gram.
    let (coarse, fine, ratio) = if one.factor >= other.factor {
        (left, right, number::divide(&other.factor, &one.factor))
    } else {
        (right, left, number::divide(&one.factor, &other.factor))
    };
    ratio.is_some_and(|ratio| equivalent_decimals(&coarse.value, &(&fine.value * ratio)))
}

/// The product, or the quotient with `power` -1; `None` for units that are not known here.
pub(super) fn product(left: &Quantity, right: &Quantity, power: i8) -> Option<Quantity> {
    if power < 0 && right.value.is_zero() {
        return None;
    }
    let (one, other) = (Measure::of(left.unit.ucum()?)?, Measure::of(right.unit.ucum()?)?);
    let value = if power < 0 { number::divide(&left.value, &right.value)? } else { number::bounded(&left.value * &right.value)? };
    let measure = one.times(&other, power)?;
    let value = number::bounded(value * &measure.factor)?;
    Some(Quantity { value, unit: Unit::Ucum(measure.code().into()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(value: &str, code: &str) -> Quantity {
        Quantity { value: BigDecimal::from_str(value).expect("a number"), unit: Unit::Ucum(code.into()) }
    }

    fn same(left: Quantity, right: Quantity) -> bool {
        matches!(compare(&left, &right), Comparison::Ordered(Ordering::Equal))
    }

    #[test]
    fn prefixes_powers_and_quotients_are_reckoned_with() {
        assert!(same(quantity("4", "g"), quantity("4000", "mg")));
        assert!(same(quantity("1", "m2"), quantity("10000", "cm2")));
        assert!(same(quantity("1", "g/L"), quantity("100", "mg/dL")));
        assert!(same(quantity("1", "10*9/L"), quantity("1000", "10*6/L")));
        assert!(same(quantity("60", "/min"), quantity("1", "s-1")));
        assert!(same(quantity("5", "10*12/L"), quantity("5000", "10*9/L")));
    }

    #[test]
    fn an_unknown_code_compares_with_itself_alone() {
        assert!(same(quantity("1", "[foo]"), quantity("1.0", "[foo]")));
        for code in ["[foo]", "é€𝄞", "-", "m-", "//", "10*", "m99999"] {
            assert!(!comparable(&quantity("1", code), &quantity("1", "g")), "{code}");
        }
    }

    #[test]
    fn a_length_is_never_a_weight() {
        assert!(matches!(compare(&quantity("1", "m"), &quantity("1", "g")), Comparison::OtherDimension));
    }
}
