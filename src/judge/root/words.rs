//! What roots are called and how they are mended, English and Dutch.

use super::{Root, RootKind};
use crate::text::Language;

/// Name, sentence and hint in English, sentence and hint in Dutch; `{detail}` is what tells it.
type Words = (&'static str, [&'static str; 2], [&'static str; 2]);

impl RootKind {
    /// The kind as it is written: `token-refused`.
    #[must_use]
    pub fn name(self) -> &'static str {
        words(self).0
    }
}

impl Root {
    /// What is wrong, as a sentence.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        self.words(language)[0].replace("{detail}", &self.detail)
    }

    /// How to mend it.
    #[must_use]
    pub fn hint(&self, language: Language) -> String {
        self.words(language)[1].replace("{detail}", &self.detail)
    }

    fn words(&self, language: Language) -> [&'static str; 2] {
        let (_, english, dutch) = words(self.kind);
        match language {
            Language::En => english,
            Language::Nl => dutch,
        }
    }
}

fn words(kind: RootKind) -> Words {
    let row = WORDS.iter().find(|(of, _)| *of == kind);
    row.expect("every kind of root has its words: a test holds it").1
}

/// On the way to the server, at its door, and within it.
const WORDS: &[(RootKind, Words)] = &[
    (
        RootKind::HostUnknown,
        (
            "host-unknown",
            [
                "the host name of the server does not resolve ({detail})",
                "look at the spelling of `--url`, and whether this network knows the name",
            ],
            [
                "de hostnaam van de server is niet te vinden ({detail})",
                "kijk naar de spelling van `--url`, en of dit netwerk de naam kent",
            ],
        ),
    ),
    (
        RootKind::NobodyListens,
        (
            "nobody-listens",
            [
                "nobody listens at the address of the server ({detail})",
                "start the server, and look at the port and at firewalls in between",
            ],
            [
                "op het adres van de server luistert niemand ({detail})",
                "start de server, en kijk naar de poort en naar firewalls onderweg",
            ],
        ),
    ),
    (
        RootKind::TlsFailed,
        (
            "tls-failed",
            [
                "no TLS connection can be made ({detail})",
                "look at the certificate: its authority, host names and dates; a server that speaks plain http needs `http://`",
            ],
            [
                "er komt geen TLS-verbinding tot stand ({detail})",
                "kijk naar het certificaat: uitgever, hostnamen en datums; een server die gewoon http spreekt vraagt `http://`",
            ],
        ),
    ),
    (
        RootKind::NotHttp,
        (
            "not-http",
            [
                "what answers at this address does not speak HTTP ({detail})",
                "a server that speaks TLS needs `https://`; else look at the port",
            ],
            [
                "wat op dit adres antwoordt spreekt geen HTTP ({detail})",
                "een server die TLS spreekt vraagt `https://`; kijk anders naar de poort",
            ],
        ),
    ),
    (
        RootKind::TooLate,
        (
            "too-late",
            [
                "answers do not come before the deadline ({detail})",
                "look why the server is slow; `--deadline` gives it more time",
            ],
            [
                "antwoorden komen niet binnen de tijd ({detail})",
                "kijk waarom de server traag is; `--deadline` geeft hem meer tijd",
            ],
        ),
    ),
    (
        RootKind::CutOff,
        (
            "cut-off",
            [
                "connections end before the answer does ({detail})",
                "look whether the server, or a proxy before it, crashes or limits answers",
            ],
            [
                "verbindingen breken af voor het einde van het antwoord ({detail})",
                "kijk of de server, of een proxy ervoor, omvalt of antwoorden begrenst",
            ],
        ),
    ),
    (
        RootKind::LoginPage,
        (
            "login-page",
            [
                "every request leads to a login page ({detail})",
                "name the address of the FHIR API instead of the one for people, and give a token",
            ],
            [
                "elk verzoek leidt naar een inlogpagina ({detail})",
                "geef het adres van de FHIR-API in plaats van dat voor mensen, en geef een token mee",
            ],
        ),
    ),
    (
        RootKind::SentElsewhere,
        (
            "sent-elsewhere",
            ["every request is sent elsewhere ({detail})", "name the address to which the server redirects as `--url`"],
            ["elk verzoek wordt doorgestuurd ({detail})", "geef het adres waarheen de server verwijst als `--url`"],
        ),
    ),
    (
        RootKind::WebPages,
        (
            "web-pages",
            [
                "every request is answered with a web page ({detail})",
                "look at the path of `--url`: it has to be the FHIR base, under which `metadata` is",
            ],
            [
                "elk verzoek wordt met een webpagina beantwoord ({detail})",
                "kijk naar het pad van `--url`: dat moet de FHIR-basis zijn, waaronder `metadata` staat",
            ],
        ),
    ),
    (
        RootKind::NotFhir,
        (
            "not-fhir",
            [
                "every request is answered, and never with FHIR ({detail})",
                "look at `--url`: something else than a FHIR server may answer there",
            ],
            [
                "elk verzoek wordt beantwoord, en nooit met FHIR ({detail})",
                "kijk naar `--url`: misschien antwoordt daar iets anders dan een FHIR-server",
            ],
        ),
    ),
    (
        RootKind::TokenRefused,
        (
            "token-refused",
            [
                "the token is not accepted: every request for data gets {detail}",
                "get a new token, and look at its audience, scopes and end",
            ],
            [
                "het token wordt niet aanvaard: elk verzoek om gegevens krijgt {detail}",
                "haal een nieuw token, en kijk naar ontvanger, scopes en einde ervan",
            ],
        ),
    ),
    (
        RootKind::TokenMissing,
        (
            "token-missing",
            [
                "the server asks for credentials, and none were given: every request for data gets {detail}",
                "put a token in TOETS_TOKEN",
            ],
            [
                "de server vraagt om credentials en die zijn er niet: elk verzoek om gegevens krijgt {detail}",
                "zet een token in TOETS_TOKEN",
            ],
        ),
    ),
    (
        RootKind::BaseWrong,
        (
            "base-wrong",
            [
                "nothing is found at this address: every request gets {detail}",
                "look at the path of `--url`: it has to be the FHIR base, under which `metadata` is",
            ],
            [
                "op dit adres is niets te vinden: elk verzoek krijgt {detail}",
                "kijk naar het pad van `--url`: dat moet de FHIR-basis zijn, waaronder `metadata` staat",
            ],
        ),
    ),
    (
        RootKind::AllRefused,
        (
            "all-refused",
            [
                "every request is refused with {detail}, even for `metadata`",
                "the body of the answer often says what is lacking: a header, a tenant, https",
            ],
            [
                "elk verzoek wordt geweigerd met {detail}, zelfs dat om `metadata`",
                "de body van het antwoord zegt vaak wat ontbreekt: een header, een tenant, https",
            ],
        ),
    ),
    (
        RootKind::Throttled,
        (
            "throttled",
            [
                "the server answers every request with {detail}: too many requests",
                "raise the limit for this test, or ask less at a time with `--parallel 1`",
            ],
            [
                "de server beantwoordt elk verzoek met {detail}: te veel verzoeken",
                "verhoog de grens voor deze test, of vraag minder tegelijk met `--parallel 1`",
            ],
        ),
    ),
    (
        RootKind::OutOfService,
        (
            "out-of-service",
            [
                "the server is not in service: every request for data gets {detail}",
                "look at the server behind the proxy, and try again when it is up",
            ],
            [
                "de server is niet in bedrijf: elk verzoek om gegevens krijgt {detail}",
                "kijk naar de server achter de proxy, en probeer het opnieuw als die draait",
            ],
        ),
    ),
    (
        RootKind::PersonasMissing,
        (
            "personas-missing",
            [
                "test people are not on the server: {detail}",
                "`toets load` writes those that it is given, or all; ids that are others there are named with `--patient PERSONA=ID`",
            ],
            [
                "testpersonen staan niet op de server: {detail}",
                "`toets load` schrijft wie u noemt, of allemaal; heten ze daar anders, noem dan hun id's met `--patient PERSONA=ID`",
            ],
        ),
    ),
    (
        RootKind::VersionOther,
        (
            "version-other",
            [
                "the server speaks another version of FHIR than is claimed: {detail}",
                "name the address of the version that you claim, or claim the other",
            ],
            [
                "de server spreekt een andere FHIR-versie dan geclaimd: {detail}",
                "geef het adres van de versie die u claimt, of claim de andere",
            ],
        ),
    ),
    (
        RootKind::ClockWrong,
        (
            "clock-wrong",
            [
                "the clock of the server is wrong: {detail}",
                "set the clocks by a time server; tokens and certificates hang on them",
            ],
            [
                "de klok van de server loopt niet gelijk: {detail}",
                "zet de klokken gelijk met een tijdserver; tokens en certificaten hangen ervan af",
            ],
        ),
    ),
    (
        RootKind::XmlMissing,
        (
            "xml-missing",
            [
                "the server does not answer in XML: {detail}",
                "choose the format by `Accept`; the agreement demands both JSON and XML",
            ],
            ["de server antwoordt niet in XML: {detail}", "kies het formaat op grond van `Accept`; de afspraak eist JSON én XML"],
        ),
    ),
    (
        RootKind::JsonMissing,
        (
            "json-missing",
            [
                "the server does not answer in JSON: {detail}",
                "choose the format by `Accept`; the agreement demands both JSON and XML",
            ],
            [
                "de server antwoordt niet in JSON: {detail}",
                "kies het formaat op grond van `Accept`; de afspraak eist JSON én XML",
            ],
        ),
    ),
    (
        RootKind::ContentTypeWrong,
        (
            "content-type-wrong",
            [
                "every answer has the wrong `Content-Type`: {detail}",
                "send `application/fhir+json` or `application/fhir+xml`, as the body is",
            ],
            [
                "elk antwoord heeft de verkeerde `Content-Type`: {detail}",
                "stuur `application/fhir+json` of `application/fhir+xml`, zoals de body is",
            ],
        ),
    ),
    (
        RootKind::DateInPeriod,
        (
            "date-in-period",
            [
                "directives have their date as the start of a period, and no `dateTime` ({detail})",
                "send the date of the talk, or of the document, as `dateTime` as well: who looks for it there takes these for other directives, or for ones without a date",
            ],
            [
                "aanwijzingen hebben hun datum als begin van een periode, en geen `dateTime` ({detail})",
                "stuur de datum van het gesprek, of van het document, ook als `dateTime`: wie hem daar zoekt houdt dit voor andere aanwijzingen, of voor aanwijzingen zonder datum",
            ],
        ),
    ),
    (
        RootKind::ServerFails,
        (
            "server-fails",
            [
                "every request for data makes the server fail ({detail})",
                "look for the cause in the log of your server: it is one",
            ],
            [
                "elk verzoek om gegevens laat de server vastlopen ({detail})",
                "zoek de oorzaak in het logboek van uw server: het is er één",
            ],
        ),
    ),
];
