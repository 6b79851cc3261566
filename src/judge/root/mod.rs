//! Roots: one cause under many findings, such as a dead token or a wrong base
//! path. Which there are is a table of rules; what each looks at is `survey`.

mod survey;
mod words;

use std::collections::BTreeSet;

use super::class::Class;
use super::code::Code;
use super::finding::Finding;
use crate::evidence::BrokenKind;
use crate::scenario::Format;

pub(crate) use survey::Survey;
use survey::{Look, Seen};

/// What lies under many findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RootKind {
    /// The host name does not resolve.
    HostUnknown,
    /// Nobody listens.
    NobodyListens,
    /// No TLS connection.
    TlsFailed,
    /// What answers does not speak HTTP.
    NotHttp,
    /// Answers come too late.
    TooLate,
    /// Answers are cut off.
    CutOff,
    /// A login page.
    LoginPage,
    /// Every request is sent elsewhere.
    SentElsewhere,
    /// Web pages instead of FHIR.
    WebPages,
    /// Answers that are no FHIR.
    NotFhir,
    /// The token is not accepted.
    TokenRefused,
    /// Credentials are asked for, and there are none.
    TokenMissing,
    /// Nothing is found at all.
    BaseWrong,
    /// Every request is refused.
    AllRefused,
    /// Too many requests.
    Throttled,
    /// Not in service.
    OutOfService,
    /// Every request makes the server fail.
    ServerFails,
    /// The test people are not on the server.
    PersonasMissing,
    /// Another version of FHIR than claimed.
    VersionOther,
    /// The clock of the server is wrong.
    ClockWrong,
    /// No XML at all.
    XmlMissing,
    /// No JSON at all.
    JsonMissing,
    /// The same wrong Content-Type everywhere.
    ContentTypeWrong,
    /// Directives have their date in a period.
    DateInPeriod,
}

/// One cause of many findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Which.
    pub kind: RootKind,
    /// What tells it, such as a status or a host.
    pub detail: String,
    /// Ids of the exchanges in which it shows.
    pub exchanges: BTreeSet<String>,
}

/// How much of the findings a root explains.
#[derive(Debug, Clone, Copy)]
enum Reach {
    /// Everything in its exchanges, and what is about the run.
    All,
    /// These codes in its exchanges.
    Codes(&'static [Code]),
}

/// When a root is there.
struct Rule {
    kind: RootKind,
    class: Class,
    reach: Reach,
    shows: Shows,
}

const XML_CODES: &[Code] = &[Code::FormatWrong, Code::BodyNotFhir, Code::StatusUnexpected, Code::ContentTypeWrong];

/// In order: of those that explain everything the first holds.
const RULES: &[Rule] = &[
    rule(RootKind::HostUnknown, Class::Configuration, |it| it.all_broken(&[BrokenKind::Name])),
    rule(RootKind::TlsFailed, Class::Configuration, |it| it.all_broken(&[BrokenKind::Tls])),
    rule(RootKind::NobodyListens, Class::Availability, |it| it.all_broken(&[BrokenKind::Connect])),
    rule(RootKind::NotHttp, Class::Configuration, |it| it.all_broken(&[BrokenKind::Protocol])),
    rule(RootKind::TooLate, Class::Availability, |it| it.most_broken(BrokenKind::Deadline)),
    rule(RootKind::CutOff, Class::Availability, |it| it.most_broken(BrokenKind::Cut)),
    rule(RootKind::LoginPage, Class::Configuration, |it| it.all(Look::Everything, Seen::is_login)),
    rule(RootKind::SentElsewhere, Class::Configuration, |it| it.all(Look::Everything, |seen| seen.within(300, 399))),
    rule(RootKind::TokenMissing, Class::Configuration, |it| {
        it.all(Look::Data, |seen| !it.has_credentials() && seen.is_any(&[401, 403]))
    }),
    rule(RootKind::TokenRefused, Class::Configuration, |it| {
        it.all(Look::Data, |seen| it.has_credentials() && seen.is_any(&[401, 403]))
    }),
    rule(RootKind::OutOfService, Class::Availability, |it| it.all(Look::Data, |seen| seen.is_any(&[502, 503, 504]))),
    rule(RootKind::Throttled, Class::Availability, |it| it.all(Look::Data, |seen| seen.is_any(&[429]))),
    rule(RootKind::ServerFails, Class::Availability, |it| {
        it.all(Look::Data, |seen| seen.within(500, 599) && !seen.is_any(&[501]))
    }),
    rule(RootKind::BaseWrong, Class::Configuration, |it| it.all(Look::Everything, |seen| seen.is_any(&[404, 410]))),
    rule(RootKind::WebPages, Class::Configuration, |it| it.all(Look::Everything, Seen::is_page)),
    rule(RootKind::NotFhir, Class::Configuration, |it| it.all(Look::Everything, Seen::is_no_fhir)),
    rule(RootKind::AllRefused, Class::Configuration, |it| {
        it.all(Look::Everything, |seen| seen.within(400, 499) && !seen.is_any(&[406, 415]))
    }),
    part(RootKind::PersonasMissing, Class::Data, &[], |it| it.personas_missing()),
    part(RootKind::VersionOther, Class::Configuration, &[Code::FhirVersionWrong], |it| it.other_version()),
    part(RootKind::ClockWrong, Class::Configuration, &[], |it| it.wrong_clock()),
    part(RootKind::XmlMissing, Class::Conformance, XML_CODES, |it| it.lacks(Format::Xml)),
    part(RootKind::JsonMissing, Class::Conformance, XML_CODES, |it| it.lacks(Format::Json)),
    part(RootKind::ContentTypeWrong, Class::Conformance, &[Code::ContentTypeWrong], |it| it.content_type()),
    part(RootKind::DateInPeriod, Class::Conformance, &[Code::DateInPeriod], |it| it.habit(Code::DateInPeriod)),
];

type Shows = fn(&Survey<'_>) -> Option<(String, BTreeSet<String>)>;

const fn rule(kind: RootKind, class: Class, shows: Shows) -> Rule {
    Rule { kind, class, reach: Reach::All, shows }
}

const fn part(kind: RootKind, class: Class, codes: &'static [Code], shows: Shows) -> Rule {
    Rule { kind, class, reach: Reach::Codes(codes), shows }
}

/// The roots of what happened: at most one that explains everything, then those that explain a part.
pub(crate) fn roots(survey: &Survey<'_>) -> Vec<Root> {
    let mut roots: Vec<Root> = Vec::new();
    for rule in RULES {
        let is_whole = matches!(rule.reach, Reach::All);
        if is_whole && !roots.is_empty() {
            continue;
        }
        // Without answers nothing can be said of formats and clocks, except that the clock may be why.
        let explained = roots.iter().any(Root::is_whole);
        if !is_whole && explained && rule.kind != RootKind::ClockWrong {
            continue;
        }
        roots.extend((rule.shows)(survey).map(|(detail, exchanges)| Root { kind: rule.kind, detail, exchanges }));
    }
    roots
}

impl RootKind {
    fn rule(self) -> Option<&'static Rule> {
        RULES.iter().find(|rule| rule.kind == self)
    }

    /// Its class.
    #[must_use]
    pub fn class(self) -> Class {
        self.rule().map_or(Class::Conformance, |rule| rule.class)
    }
}

impl Root {
    fn rule(&self) -> &'static Rule {
        self.kind.rule().expect("every kind has a rule: the tests hold it")
    }

    /// Whether it keeps requests from being answered, rather than spoiling a part of the answers.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self.rule().reach, Reach::All)
    }

    /// Whether a finding follows from this.
    #[must_use]
    pub fn explains(&self, finding: &Finding) -> bool {
        let shows = |id: &String| self.exchanges.contains(id);
        match self.rule().reach {
            Reach::All => finding.place.exchange.as_ref().is_none_or(shows),
            Reach::Codes(codes) => codes.contains(&finding.code) && finding.place.exchange.as_ref().is_some_and(shows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn every_rule_has_a_kind_of_its_own_with_words_in_both_languages() {
        let kinds: BTreeSet<RootKind> = RULES.iter().map(|rule| rule.kind).collect();
        assert_eq!(kinds.len(), RULES.len());
        for kind in kinds {
            let root = Root { kind, detail: "x".to_owned(), exchanges: BTreeSet::new() };
            assert_ne!(root.sentence(Language::En), root.sentence(Language::Nl));
            assert_ne!(root.hint(Language::En), root.hint(Language::Nl));
        }
    }
}
