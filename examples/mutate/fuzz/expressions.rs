//! Expressions and queries: made by their grammar, or cut from known ones and glued.

use toets::fhir::types::{ParameterKind, SearchParameter, Types};

use super::dice::Dice;

const NAMES: [&str; 24] = [
    "$this",
    "$index",
    "$total",
    "%context",
    "%resource",
    "%rootResource",
    "%sct",
    "%nothing",
    "Observation",
    "Patient",
    "code",
    "coding",
    "value",
    "extension",
    "name",
    "`div`",
    "contained",
    "status",
    "item",
    "subject",
    "meta.profile",
    "descendants()",
    "children()",
    "resolve()",
];
const LITERALS: [&str; 26] = [
    "1",
    "0",
    "-1",
    "2147483648",
    "99999999999999999999",
    "1.5",
    "0.0000000000000000000000001",
    "'a'",
    "''",
    "'\\u00e9'",
    "'(a+)+$'",
    "true",
    "{}",
    "@2024-02-29",
    "@2024",
    "@T12:30",
    "@2024-01-01T00:00:00.000+14:00",
    "@9999-12-31",
    "@0001-01-01",
    "4 'kg'",
    "4.0 'mg/dL'",
    "1 year",
    "100000000 years",
    "3 'm'",
    "'http://hl7.org/fhir/ValueSet/observation-status'",
    "'%resource'",
];
const OPERATORS: [&str; 26] = [
    "+", "-", "*", "/", "div", "mod", "&", "|", "=", "!=", "~", "!~", "<", ">", "<=", ">=", "and", "or", "xor", "implies", "in",
    "contains", "is", "as", ".", "..",
];
const PLAIN: [&str; 38] = [
    "empty",
    "exists",
    "not",
    "count",
    "distinct",
    "isDistinct",
    "single",
    "first",
    "last",
    "tail",
    "children",
    "descendants",
    "toInteger",
    "toDecimal",
    "toString",
    "toDate",
    "toDateTime",
    "toTime",
    "toQuantity",
    "toBoolean",
    "length",
    "upper",
    "lower",
    "toChars",
    "trim",
    "abs",
    "ceiling",
    "exp",
    "ln",
    "sqrt",
    "truncate",
    "hasValue",
    "getValue",
    "htmlChecks",
    "lowBoundary",
    "highBoundary",
    "precision",
    "allTrue",
];
const WITH_ONE: [&str; 40] = [
    "where",
    "select",
    "all",
    "exists",
    "repeat",
    "repeatAll",
    "ofType",
    "is",
    "as",
    "union",
    "combine",
    "intersect",
    "exclude",
    "subsetOf",
    "skip",
    "take",
    "startsWith",
    "endsWith",
    "contains",
    "indexOf",
    "matches",
    "matchesFull",
    "split",
    "join",
    "trace",
    "log",
    "power",
    "round",
    "memberOf",
    "conformsTo",
    "extension",
    "aggregate",
    "coalesce",
    "sort",
    "encode",
    "decode",
    "escape",
    "unescape",
    "lowBoundary",
    "comparable",
];
const WITH_TWO: [&str; 8] =
    ["iif", "replace", "replaceMatches", "substring", "aggregate", "defineVariable", "subsumes", "between"];
const GLUE: [&str; 14] =
    [".", " and ", " | ", "(", ")", ".where(", ".repeat(", ".descendants().", "[", "]", " + ", " implies ", "'", ""];

/// An expression: by the grammar, of pieces, or from those that ask for the most work.
pub(crate) fn expression(dice: &mut Dice, seeds: &[String]) -> String {
    match dice.below(8) {
        0..=3 => grown(dice, 5),
        4 => work(dice),
        5 if dice.one_in(20) => deep(dice),
        _ => glued(dice, seeds),
    }
}

fn grown(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 || dice.one_in(6) {
        return if dice.one_in(2) { *dice.pick(&NAMES) } else { *dice.pick(&LITERALS) }.to_owned();
    }
    let left = grown(dice, depth - 1);
    match dice.below(9) {
        0 => format!("{left}.{}()", dice.pick(&PLAIN)),
        1 | 2 => format!("{left}.{}({})", dice.pick(&WITH_ONE), grown(dice, depth - 1)),
        3 => format!("{left}.{}({}, {})", dice.pick(&WITH_TWO), grown(dice, depth - 1), grown(dice, depth - 1)),
        4 => format!("{left}[{}]", grown(dice, depth / 2)),
        5 => format!("({left})"),
        6 => format!("-{left}"),
        7 => format!("{left}.{}", dice.pick(&NAMES)),
        _ => format!("{left} {} {}", dice.pick(&OPERATORS), grown(dice, depth - 1)),
    }
}

/// Expressions that grow what they work on with each step.
fn work(dice: &mut Dice) -> String {
    let many =
        ["descendants()", "(1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9)", "descendants().descendants()", "'aaaaaaaaaaaaaaaa'.toChars()"];
    let mut text = (*dice.pick(&many)).to_owned();
    let step = [
        ".aggregate($total & $total & 'a', 'a')",
        ".aggregate($total + $total, 1)",
        ".aggregate($total * $total, 99.99)",
        ".repeat($this & 'a')",
        ".repeat($this + 1)",
        ".repeat($this | $this.descendants())",
        ".select(%context.descendants())",
        ".select($this.toString() & $this.toString())",
        ".where(%context.descendants().count() > 0)",
        ".combine(descendants())",
        ".join('aaaaaaaaaaaaaaaa').replace('', 'aaaaaaaaaaaaaaaa')",
        ".select(descendants() | descendants())",
        ".all($this = %context.descendants())",
        ".power(1000000)",
        ".exp()",
        ".select(10.power(100))",
        ".replaceMatches('a*', '$0$0$0$0')",
        ".matches('(((a{1,90}){1,90}){1,90})')",
        ".defineVariable('a', $this).select(%a | %a)",
        ".isDistinct()",
        ".toString().lowBoundary(10000000)",
        ".round(2000000000)",
        ".select(1.5.highBoundary(1000000))",
        ".subsetOf(%resource.descendants())",
        ".repeat(%context.descendants().combine($this))",
        ".first().toString().split('')",
        ".aggregate($total.toChars() | $this, 'a')",
    ];
    for _ in 0..=dice.below(4) {
        text += *dice.pick(&step);
    }
    text
}

fn deep(dice: &mut Dice) -> String {
    let times = *dice.pick(&[50, 500, 5_000]);
    match dice.below(6) {
        0 => "(".repeat(times) + "1" + &")".repeat(times),
        1 => "-".repeat(times) + "1",
        2 => vec!["1"; times].join(" + "),
        3 => vec!["a"; times].join("."),
        4 => "a.where(".repeat(times) + &")".repeat(times),
        _ => "a[".repeat(times) + "0" + &"]".repeat(times),
    }
}

/// Known expressions cut and glued, with something between.
fn glued(dice: &mut Dice, seeds: &[String]) -> String {
    let mut text = String::new();
    for _ in 0..=dice.below(3) {
        let letters: Vec<char> = dice.pick(seeds).chars().collect();
        let (from, to) = (dice.below(letters.len() + 1), dice.below(letters.len() + 1));
        text.extend(&letters[from.min(to)..from.max(to)]);
        text.push_str(dice.pick::<&str>(&GLUE));
    }
    for _ in 0..dice.below(3) {
        text = format!("({text}).select({text})").chars().take(4_000).collect();
    }
    text
}

const MODIFIERS: [&str; 14] = [
    ":exact",
    ":contains",
    ":not",
    ":missing",
    ":text",
    ":in",
    ":below",
    ":above",
    ":identifier",
    ":Patient",
    ":of-type",
    ":iterate",
    ":",
    "",
];
const VALUES: [&str; 26] = [
    "",
    "1",
    "true",
    "a,b,c",
    "|",
    "a|b",
    "|b",
    "a|",
    "http://snomed.info/sct|1",
    "ge2024",
    "lt2024-02-30",
    "sa2024-01-01T00:00:00Z",
    "ap0000",
    "eq9999-12-31T23:59:59.999999999%2B14:00",
    "Patient/full-plan-patient",
    "full-plan-patient",
    "%ff",
    "%",
    "%00",
    "%E2%82",
    "\\,",
    "\\",
    "a\\|b",
    "*",
    "Patient:organization",
    "\u{e9}\u{301}\u{130}",
];
const KEYS: [&str; 14] = [
    "_id",
    "_include",
    "_revinclude",
    "_count",
    "_sort",
    "_page",
    "_summary",
    "_has:Observation:patient:code",
    "_lastUpdated",
    "_format",
    "_text",
    "_tag",
    "patient.identifier",
    "patient.general-practitioner.patient.general-practitioner.patient.name",
];

/// A search: type, `?` and what is asked.
pub(crate) fn query(dice: &mut Dice, types: &Types) -> String {
    let names: Vec<&str> = types.resources().map(|resource| resource.name).collect();
    let resource =
        if dice.one_in(3) { *dice.pick(&names) } else { *dice.pick(&["Consent", "Patient", "Observation", "Encounter"]) };
    let known: Vec<&SearchParameter> = types.search_parameters(resource).collect();
    let mut text = format!("{resource}?");
    for _ in 0..=dice.below(4) {
        let key = match known.len() {
            0 => "_id".to_owned(),
            _ if dice.one_in(4) => (*dice.pick(&KEYS)).to_owned(),
            _ => dice.pick(&known).code.to_owned(),
        };
        let chained = known.iter().any(|parameter| parameter.code == key && parameter.kind == ParameterKind::Reference);
        let chain =
            if chained && dice.one_in(2) { [".identifier", ".name", ":Patient.birthdate", "."][dice.below(4)] } else { "" };
        let modifier = if dice.one_in(3) { *dice.pick(&MODIFIERS) } else { "" };
        let mut value = (*dice.pick(&VALUES)).to_owned();
        if dice.one_in(30) {
            value = (value + ",").repeat(*dice.pick(&[10, 400, 600, 20_000]));
        }
        text += &format!("{key}{chain}{modifier}={value}&");
    }
    if dice.one_in(6) {
        let at = dice.below(text.len());
        let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.insert_str(at, dice.pick::<&str>(&["&", "=", "%", "?", "\u{0}", ":", ".", "/", "#"]));
    }
    text
}
