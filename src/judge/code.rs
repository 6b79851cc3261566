//! The codes of findings and their sentences, English and Dutch, in one table.
//! Which check gives which code is in `check` and `predicate`.

use serde::{Deserialize, Serialize};

use crate::text::Language;

/// The sentences of a code; `{subject}` stands for what the finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentences {
    /// What is wrong.
    pub title: &'static str,
    /// How to mend it, or where to look.
    pub hint: &'static str,
}

macro_rules! codes {
    ($( $(#[doc = $doc:literal])+ $code:ident $name:literal
        en $title_en:literal, $hint_en:literal;
        nl $title_nl:literal, $hint_nl:literal; )+) => {
        /// Stable code of a kind of finding: kebab-case when written, subject first, never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $( $(#[doc = $doc])+ #[serde(rename = $name)] $code, )+
        }

        const ALL: &[Code] = &[$( Code::$code, )+];

        // Code number i has row i: both come from the same list.
        const ROWS: &[(&str, Sentences, Sentences)] = &[$( (
            $name,
            Sentences { title: $title_en, hint: $hint_en },
            Sentences { title: $title_nl, hint: $hint_nl },
        ), )+];
    };
}

codes! {
    /// The status code is another one.
    StatusUnexpected "status-unexpected"
        en "`{subject}` was answered with another status code", "compare the request with what your server logs; the body of the answer often says why";
        nl "`{subject}` kreeg een andere statuscode", "vergelijk het verzoek met het logboek van uw server; de body van het antwoord zegt vaak waarom";
    /// There is no whole answer.
    AnswerMissing "answer-missing"
        en "`{subject}` got no whole answer", "the deadline passed, or the connection ended too early, or the body was too large: try the same request by hand";
        nl "`{subject}` kreeg geen volledig antwoord", "de tijd was om, de verbinding brak af of de body was te groot: probeer hetzelfde verzoek met de hand";
    /// The status is 500 or above.
    ServerError "server-error"
        en "`{subject}` made the server fail", "an error of the client is a 4xx; look for the cause in the log of your server";
        nl "de server liep vast op `{subject}`", "een fout van de client is een 4xx; zoek de oorzaak in het logboek van uw server";
    /// A header is not there.
    HeaderMissing "header-missing"
        en "the answer has no header `{subject}`", "add the header to the answer";
        nl "het antwoord heeft geen header `{subject}`", "voeg de header aan het antwoord toe";
    /// A header has another value.
    HeaderWrong "header-wrong"
        en "header `{subject}` has another value", "compare both values character by character";
        nl "header `{subject}` heeft een andere waarde", "vergelijk beide waarden teken voor teken";
    /// The body is no FHIR.
    BodyNotFhir "body-not-fhir"
        en "the body of the answer to `{subject}` is no resource of FHIR", "answer with a resource in the format asked for, errors included";
        nl "de body van het antwoord op `{subject}` is geen FHIR-resource", "antwoord met een resource in het gevraagde formaat, ook bij fouten";
    /// The body is in the other format, or the format was refused.
    FormatWrong "format-wrong"
        en "the answer is not in the format asked for, {subject}", "choose by the `Accept` header; the agreement demands both JSON and XML";
        nl "het antwoord is niet in het gevraagde formaat, {subject}", "kies op grond van de `Accept`-header; de afspraak eist JSON én XML";
    /// Content-Type says something else.
    ContentTypeWrong "content-type-wrong"
        en "`Content-Type` of the answer to `{subject}` is not that of the format asked for", "send `application/fhir+json` or `application/fhir+xml`, as the body is";
        nl "`Content-Type` van het antwoord op `{subject}` is niet die van het gevraagde formaat", "stuur `application/fhir+json` of `application/fhir+xml`, zoals de body is";
    /// The version of FHIR is another one.
    FhirVersionWrong "fhir-version-wrong"
        en "`{subject}` is not the claimed version of FHIR", "serve the version that you claim, or claim the version that you serve";
        nl "`{subject}` is niet de geclaimde FHIR-versie", "lever de versie die u claimt, of claim de versie die u levert";
    /// A FHIRPath is false.
    ExpressionFalse "expression-false"
        en "`{subject}` does not fulfil the expression", "evaluate the expression on the answer to see which part is false";
        nl "`{subject}` voldoet niet aan de expressie", "evalueer de expressie op het antwoord om te zien welk deel onwaar is";
    /// A FHIRPath that must not be true is true.
    ExpressionTrue "expression-true"
        en "`{subject}` fulfils an expression that nothing here may fulfil", "evaluate the expression on the answer to see what makes it true";
        nl "`{subject}` voldoet aan een expressie waaraan hier niets mag voldoen", "evalueer de expressie op het antwoord om te zien waardoor zij waar is";
    /// A FHIRPath is neither true nor false.
    ExpressionUndetermined "expression-undetermined"
        en "the expression cannot be decided for `{subject}`: an element that it needs is missing", "fill the elements that the expression names";
        nl "de expressie is niet te beslissen voor `{subject}`: een element dat zij nodig heeft ontbreekt", "vul de elementen die de expressie noemt";
    /// A resource is not as FHIR or its profile asks; what exactly is in the issue of the finding.
    ProfileUnmet "profile-unmet"
        en "`{subject}` is not as FHIR or its profile asks", "mend the element that is named";
        nl "`{subject}` is niet zoals FHIR of het profiel vraagt", "herstel het genoemde element";
    /// A treatment directive does not say whether it was verified.
    VerificationMissing "verification-missing"
        en "`{subject}` does not say whether it was verified", "send the extension zib-TreatmentDirective-Verification with `Verified` true, and with whom and when where that is known; several systems leave it out";
        nl "`{subject}` zegt niet of de aanwijzing geverifieerd is", "stuur de extensie zib-TreatmentDirective-Verification met `Verified` true, en met wie en wanneer als dat bekend is; meerdere systemen laten haar weg";
    /// A rule stands where a policy belongs.
    PolicyRuleInstead "policy-rule-instead"
        en "`{subject}` has a `policyRule` and no `policy`", "FHIR takes either, receivers of the agreement look for `policy.uri`: send `https://wetten.overheid.nl/` there, with or without the rule beside it";
        nl "`{subject}` heeft een `policyRule` en geen `policy`", "FHIR neemt beide aan, ontvangers van de afspraak kijken naar `policy.uri`: stuur daar `https://wetten.overheid.nl/`, met of zonder de regel ernaast";
    /// A treatment directive is called an advance directive as well.
    CategoriesMixed "categories-mixed"
        en "`{subject}` is a treatment directive, and is called an advance directive as well (`acd`)", "leave `acd` out of its category: who asks for advance directives may find it among them, and it is none";
        nl "`{subject}` is een behandelaanwijzing, en heet ook een wilsverklaring (`acd`)", "laat `acd` weg uit de categorie: wie wilsverklaringen vraagt kan hem daartussen vinden, en dat is hij niet";
    /// The date stands in a period.
    DateInPeriod "date-in-period"
        en "`{subject}` has its date as the start of a period, and no `dateTime`", "send the date of the talk, or of the document, as `dateTime` as well; a period says how long something holds (in zib 2017 its start is `BeginDatum`), and not when it was talked about";
        nl "`{subject}` heeft de datum als begin van een periode, en geen `dateTime`", "stuur de datum van het gesprek, of van het document, ook als `dateTime`; een periode zegt hoelang iets geldt (het begin is `BeginDatum` in zib 2017), en niet wanneer het besproken is";
    /// A code of its own stands beside one that everybody knows.
    LocalCodingBeside "local-coding-beside"
        en "`{subject}` has a code of its own beside the code of the agreement", "that is allowed, and receivers pass over it: make sure that both say the same, and that a system and a display go with it";
        nl "`{subject}` heeft een eigen code naast de code van de afspraak", "dat mag, en ontvangers slaan haar over: zorg dat beide hetzelfde zeggen, en dat er een systeem en een weergave bij staan";
    /// A wrong encoding made other letters of some.
    LettersGarbled "letters-garbled"
        en "`{subject}` has letters that a wrong encoding made of others", "read and write UTF-8 everywhere, from the database to the answer: somewhere these bytes are read as ISO 8859-1 or Windows-1252, and what a patient said may become unreadable";
        nl "`{subject}` heeft letters die een verkeerde codering van andere maakte", "lees en schrijf overal UTF-8, van de database tot het antwoord: ergens worden deze bytes als ISO 8859-1 of Windows-1252 gelezen, en wat een patiënt zei kan onleesbaar worden";
    /// There are more or fewer.
    CountWrong "count-wrong"
        en "there are not as many `{subject}` as expected", "look which are missing or too many, over all pages";
        nl "er zijn niet zoveel `{subject}` als verwacht", "kijk welke ontbreken of te veel zijn, over alle pagina's";
    /// A match is about somebody else.
    PatientOther "patient-other"
        en "`{subject}` is about another patient than was asked for", "filter on the whole logical id of the patient; stop and look at this first";
        nl "`{subject}` gaat over een andere patiënt dan gevraagd", "filter op het hele logische id van de patiënt; kijk hier het eerst naar";
    /// A match does not say about whom it is.
    PatientMissing "patient-missing"
        en "`{subject}` does not say about which patient it is", "fill the reference to the patient";
        nl "`{subject}` zegt niet over welke patiënt het gaat", "vul de verwijzing naar de patiënt";
    /// A resource of the persona is not there.
    ResourceMissing "resource-missing"
        en "`{subject}` is not among the matches", "enter the test data completely; when it is there, the search leaves it out";
        nl "`{subject}` staat niet bij de resultaten", "voer de testgegevens volledig in; staan ze er wel, dan laat de zoekvraag ze weg";
    /// A resource is there that the persona does not have.
    ResourceUnexpected "resource-unexpected"
        en "`{subject}` is no match that the test data give", "the search finds too much, or the patient has other data than the test data";
        nl "`{subject}` volgt niet uit de testgegevens", "de zoekvraag vindt te veel, of de patiënt heeft andere gegevens dan de testgegevens";
    /// An element that carries an obligation is not filled.
    ObligationUnmet "obligation-unmet"
        en "`{subject}` lacks an element that has to be filled when it is known, and the test data have it", "send the element; where it may not be shared, send it with the extension data-absent-reason";
        nl "in `{subject}` ontbreekt een element dat gevuld hoort te zijn als het bekend is, en de testgegevens hebben het", "stuur het element; mag het niet gedeeld worden, stuur het dan met de extensie data-absent-reason";
    /// The target of a reference does not come along.
    IncludeMissing "include-missing"
        en "`{subject}` is referred to and asked for by `_include`, but not in the Bundle", "add the target as an entry with `search.mode` `include`";
        nl "naar `{subject}` wordt verwezen en met `_include` gevraagd, maar het staat niet in de Bundle", "voeg het doel toe als entry met `search.mode` `include`";
    /// An entry has no mode.
    SearchModeMissing "search-mode-missing"
        en "`{subject}` has no `search.mode`", "mark each entry as `match`, `include` or `outcome`";
        nl "`{subject}` heeft geen `search.mode`", "markeer elke entry als `match`, `include` of `outcome`";
    /// An entry has the wrong mode.
    SearchModeWrong "search-mode-wrong"
        en "`{subject}` has the wrong `search.mode`", "what was asked for is a `match`, what comes along an `include`, a note an `outcome`";
        nl "`{subject}` heeft de verkeerde `search.mode`", "wat gevraagd is heet `match`, wat meekomt `include`, een opmerking `outcome`";
    /// The total is not the number of matches.
    TotalWrong "total-wrong"
        en "`Bundle.total` is not the number of matches over all pages of `{subject}`", "count matches only, and all of them; leave the total out when it is not known";
        nl "`Bundle.total` is niet het aantal resultaten over alle pagina's van `{subject}`", "tel alleen de resultaten, en allemaal; laat het totaal weg als het niet bekend is";
    /// The first page does not hold all.
    TotalBeyondPage "total-beyond-page"
        en "`Bundle.total` is more than the first page of `{subject}` holds", "the official test scripts expect no paging";
        nl "`Bundle.total` is meer dan de eerste pagina van `{subject}` bevat", "de officiële testscripts verwachten geen paginering";
    /// No self link.
    SelfLinkMissing "self-link-missing"
        en "the Bundle has no self link with a URL", "add a `Bundle.link` with relation `self`";
        nl "de Bundle heeft geen self-link met een URL", "voeg een `Bundle.link` met relatie `self` toe";
    /// A parameter is not in the self link.
    SelfLinkParameterMissing "self-link-parameter-missing"
        en "parameter `{subject}` is not in the self link with the value that was sent", "a parameter that is not repeated was perhaps not used";
        nl "parameter `{subject}` staat niet met de gestuurde waarde in de self-link", "een parameter die niet herhaald wordt, is misschien niet gebruikt";
    /// No fullUrl.
    FullUrlMissing "full-url-missing"
        en "`{subject}` has no `fullUrl`", "give every entry its absolute URL";
        nl "`{subject}` heeft geen `fullUrl`", "geef elke entry zijn absolute URL";
    /// A fullUrl that is relative, or of something else.
    FullUrlWrong "full-url-wrong"
        en "the `fullUrl` of `{subject}` is not an absolute URL that ends with its id", "use `[base]/Type/id` without a version, or a urn:uuid or urn:oid";
        nl "de `fullUrl` van `{subject}` is geen absolute URL die op het id eindigt", "gebruik `[base]/Type/id` zonder versie, of een urn:uuid of urn:oid";
    /// A resource comes twice.
    ResourceRepeated "resource-repeated"
        en "`{subject}` comes more than once over the pages", "keep the order of results the same from page to page";
        nl "`{subject}` komt over de pagina's heen meer dan één keer voor", "houd de volgorde van resultaten van pagina tot pagina gelijk";
    /// A page could not be fetched.
    PageUnavailable "page-unavailable"
        en "the next page `{subject}` could not be fetched", "a next link has to work as it is, with the same credentials, and start with the base URL";
        nl "de volgende pagina `{subject}` kon niet opgehaald worden", "een next-link moet werken zoals hij is, met dezelfde credentials, en met de basis-URL beginnen";
    /// A next link leads back.
    PageLoop "page-loop"
        en "the next link `{subject}` leads to a page that was seen already", "leave the next link out on the last page";
        nl "de next-link `{subject}` leidt naar een pagina die al gezien is", "laat de next-link weg op de laatste pagina";
    /// A read gives something else.
    ResourceAnother "resource-another"
        en "reading `{subject}` gives another resource", "type and id of the answer have to be those of the URL; `metadata` is answered with a CapabilityStatement";
        nl "lezen van `{subject}` geeft een andere resource", "type en id van het antwoord moeten die van de URL zijn; `metadata` geeft een CapabilityStatement";
    /// An error without OperationOutcome.
    OutcomeMissing "outcome-missing"
        en "the error on `{subject}` is not explained by an OperationOutcome", "answer errors with an OperationOutcome in the format asked for";
        nl "de fout op `{subject}` wordt niet met een OperationOutcome uitgelegd", "antwoord bij fouten met een OperationOutcome in het gevraagde formaat";
    /// Data of a patient where none may be.
    PatientDataShown "patient-data-shown"
        en "the answer holds `{subject}` of a patient", "an answer without access, or about nothing, may hold nothing of a patient";
        nl "het antwoord bevat `{subject}` van een patiënt", "een antwoord zonder toegang, of over niets, mag niets van een patiënt bevatten";
    /// Two searches have other matches.
    MatchesDiffer "matches-differ"
        en "the matches are not those of step `{subject}`", "both requests mean the same, so both find the same; `expected` is what only step `{subject}` found, `actual` what only this step found";
        nl "de resultaten zijn niet die van stap `{subject}`", "beide verzoeken betekenen hetzelfde, dus vinden ze hetzelfde; `verwacht` is wat alleen stap `{subject}` vond, `gekregen` wat alleen deze stap vond";
    /// The same resource has other content.
    ContentDiffers "content-differs"
        en "`{subject}` has other content in the two answers", "the same resource has the same content, whatever the format or the way it is asked for";
        nl "`{subject}` heeft in de twee antwoorden andere inhoud", "dezelfde resource heeft dezelfde inhoud, in elk formaat en hoe er ook om gevraagd wordt";
    /// A match of both.
    MatchesShared "matches-shared"
        en "`{subject}` is a match of both searches, which exclude each other", "one of the two searches finds too much";
        nl "`{subject}` is een resultaat van beide zoekvragen, die elkaar uitsluiten", "een van de twee zoekvragen vindt te veel";
    /// A transaction group is not whole.
    GroupUnsupported "group-unsupported"
        en "transaction group `{subject}` is not served completely", "serve every query of at least one group with 200 and a searchset";
        nl "transactiegroep `{subject}` wordt niet volledig bediend", "bedien elke query van minstens één groep met 200 en een searchset";
    /// Only the form has content.
    ResourcesAbsent "resources-absent"
        en "for `{subject}` only the form has content, not the individual resources", "offer the individual resources as well";
        nl "voor `{subject}` heeft alleen het formulier inhoud, niet de losse resources", "bied ook de losse resources aan";
    /// Two active directives about one treatment decide the opposite.
    DirectivesContradict "directives-contradict"
        en "active directives about `{subject}` decide the opposite", "no rule says which one holds: end the one that no longer does, with status `inactive` and a date of ending";
        nl "actieve behandelaanwijzingen over `{subject}` besluiten het tegenovergestelde", "geen regel zegt welke geldt: beëindig de aanwijzing die niet meer geldt, met status `inactive` en een einddatum";
    /// Resources of one talk have different dates.
    TalkDatesDiffer "talk-dates-differ"
        en "`{subject}` has the date of no conversation that it can belong to", "give the Procedure, the Encounter and the directives of one conversation the same date";
        nl "`{subject}` heeft de datum van geen enkel gesprek waar het bij kan horen", "geef Procedure, Encounter en behandelaanwijzingen van één gesprek dezelfde datum";
    /// A contact person is reached by no query.
    ContactUnreachable "contact-unreachable"
        en "`{subject}` is a contact person whom no query of the agreement leads to", "no query asks for contact persons: refer to them as a party or representative in a Consent, a participant of an Encounter, a recipient of a CommunicationRequest, or in Patient.contact";
        nl "`{subject}` is een contactpersoon naar wie geen zoekvraag van de afspraak leidt", "geen zoekvraag haalt contactpersonen op: verwijs ernaar als partij of vertegenwoordiger in een Consent, deelnemer van een Encounter, ontvanger van een CommunicationRequest, of in Patient.contact";
    /// Switching off an ICD is decided on without an ICD.
    IcdMissing "icd-missing"
        en "`{subject}` is about switching off an ICD, and the patient has none", "record the ICD as a DeviceUseStatement with its Device, or leave the directive out";
        nl "`{subject}` gaat over het uitzetten van een ICD, en de patiënt heeft er geen", "leg de ICD vast als DeviceUseStatement met Device, of laat de behandelaanwijzing weg";
    /// The position on euthanasia and the advance directives differ.
    EuthanasiaDiffers "euthanasia-differs"
        en "`{subject}` does not go together with what else is recorded about a declaration on euthanasia", "the position `340181000146102` (has a declaration) and an advance directive EU or EUD belong together";
        nl "`{subject}` past niet bij wat er verder over een euthanasieverklaring is vastgelegd", "standpunt `340181000146102` (heeft euthanasieverklaring) en een wilsverklaring EU of EUD horen bij elkaar";
    /// A representative does not have role 24.
    RoleMissing "role-missing"
        en "`{subject}` is named as representative and does not have role 24", "whoever is or will be the legal representative has role 24 in `RelatedPerson.relationship`";
        nl "`{subject}` is genoemd als vertegenwoordiger en heeft rol 24 niet", "wie wettelijk vertegenwoordiger is of wordt, heeft rol 24 in `RelatedPerson.relationship`";
    /// A request was done before it was made.
    RequestDatesWrong "request-dates-wrong"
        en "`{subject}` is completed before it was made", "compare `authoredOn` with the status and the other dates of the request";
        nl "`{subject}` is afgerond voordat het is gedaan", "vergelijk `authoredOn` met de status en de andere datums van het verzoek";
    /// An item of a filled-in form is not as the questionnaire has it.
    FormItemWrong "form-item-wrong"
        en "`{subject}` is not as the questionnaire has it", "compare linkId, place and type of the answer with the questionnaire of the declared version";
        nl "`{subject}` is niet zoals de vragenlijst het heeft", "vergelijk linkId, plaats en type van het antwoord met de vragenlijst van de gedeclareerde versie";
    /// A coded answer is not among the options.
    FormOptionUnknown "form-option-unknown"
        en "the answer of `{subject}` is not among its options", "answer with system and code of an option";
        nl "het antwoord van `{subject}` staat niet bij de opties", "antwoord met systeem en code van een optie";
    /// An answer to an item that the other answers hide.
    FormItemHidden "form-item-hidden"
        en "`{subject}` is answered, though the other answers hide it", "leave the item out, or mend the answer that it hangs on";
        nl "`{subject}` is beantwoord, terwijl de andere antwoorden het verbergen", "laat het item weg, of verbeter het antwoord waar het van afhangt";
    /// "Otherwise" is answered, and not how.
    FormSpecificationMissing "form-specification-missing"
        en "`{subject}` is decided otherwise, and it is not said how", "answer the item that specifies it";
        nl "bij `{subject}` is iets anders besloten, en er staat niet wat", "beantwoord het item dat het specificeert";
    /// A preset is not there, or changed.
    FormPresetLost "form-preset-lost"
        en "`{subject}` lacks a value that the questionnaire sets, or changes it", "send the read-only items along with their preset, so that the form can be read by itself";
        nl "`{subject}` mist een waarde die de vragenlijst vastlegt, of verandert die", "stuur de readOnly-items mee met hun vaste waarde, zodat het formulier op zichzelf te lezen is";
    /// A topic has no answer.
    FormTopicOpen "form-topic-open"
        en "`{subject}` is not answered", "answer what was not discussed with unknown (`UNK`)";
        nl "`{subject}` is niet beantwoord", "beantwoord wat niet besproken is met onbekend (`UNK`)";
    /// The data has a concept of the dataset that was never shown.
    ConceptNotShown "concept-not-shown"
        en "the product never showed `{subject}`, which the test data have", "look whether it can be recorded, and whether it is exported where the mapping has it; this counts for the coverage of the dataset alone";
        nl "het product liet `{subject}` nergens zien, en de testgegevens hebben het", "kijk of het vast te leggen is, en of het wordt geleverd waar de mapping het heeft; dit telt alleen voor de dekking van de dataset";
    /// There is less of a concept than the dataset asks.
    ConceptTooFew "concept-too-few"
        en "there is less of `{subject}` than the dataset asks", "record it with its group; the profiles do not ask for it, so this counts for the coverage of the dataset alone";
        nl "er is minder van `{subject}` dan de dataset vraagt", "leg het vast bij zijn groep; de profielen vragen het niet, dus dit telt alleen voor de dekking van de dataset";
    /// Some concepts are in the form alone.
    ConceptsOnlyInForm "concepts-only-in-form"
        en "no `{subject}` was shown, and some concepts of the dataset are in the form alone", "nothing to mend: serve the form as well where these concepts matter";
        nl "er is geen `{subject}` getoond, en sommige concepten van de dataset staan alleen in het formulier", "niets te herstellen: lever ook het formulier als deze concepten ertoe doen";
    /// A form and the resources say different things.
    FormDiffers "form-differs"
        en "`{subject}` says something else than the resources of the same conversation", "`expected` is what the resources say, `actual` what the form says: mend the one that is wrong";
        nl "`{subject}` zegt iets anders dan de resources van hetzelfde gesprek", "`verwacht` is wat de resources zeggen, `gekregen` wat het formulier zegt: verbeter wat niet klopt";
    /// A client does not ask an exchange of the agreement.
    ExchangeNotAsked "exchange-not-asked"
        en "the client did not ask `{subject}`", "send this query as well; what the agreement asks is under `expected`";
        nl "de client vroeg `{subject}` niet op", "stuur ook deze zoekvraag; wat de afspraak vraagt staat bij `verwacht`";
    /// A client asks an exchange almost as the agreement has it.
    ExchangeAskedOtherwise "exchange-asked-otherwise"
        en "the client asked `{subject}`, but not as the agreement has it", "compare both queries parameter by parameter: order and spelling make no difference, what is named does";
        nl "de client vroeg `{subject}` op, maar niet zoals de afspraak het schrijft", "vergelijk beide zoekvragen parameter voor parameter: volgorde en spelling maken niet uit, wat er staat wel";
    /// A client asks some of the codes of an exchange.
    CodesNotAsked "codes-not-asked"
        en "the client did not ask all codes of `{subject}`", "ask the other codes too, in one list or in requests of their own";
        nl "de client vroeg niet alle codes van `{subject}` op", "vraag ook de andere codes, in één lijst of met eigen verzoeken";
    /// A client asks nothing of a transaction group.
    GroupNotAsked "group-not-asked"
        en "the client asked nothing of the group `{subject}`", "a provider may have only this group: ask both for every patient";
        nl "de client vroeg niets op van de groep `{subject}`", "een bronsysteem kan alleen deze groep hebben: vraag voor elke patiënt beide op";
    /// A request without credentials, or with others than were given out.
    CredentialsMissing "credentials-missing"
        en "`{subject}` came without the credentials that were given out", "send `Authorization: Bearer …` with every request, next pages and reads included";
        nl "`{subject}` kwam zonder de uitgegeven inloggegevens", "stuur bij elk verzoek `Authorization: Bearer …` mee, ook bij volgende pagina's en losse opvragingen";
    /// Credentials went to another origin.
    CredentialsElsewhere "credentials-elsewhere"
        en "the client took its credentials to another origin with `{subject}`", "follow redirects and next links to another origin without credentials, or not at all";
        nl "de client nam zijn inloggegevens met `{subject}` mee naar een andere origin", "volg redirects en next-links naar een andere origin zonder inloggegevens, of helemaal niet";
    /// A query that does not say about which patient it is.
    PatientUnnamed "patient-unnamed"
        en "`{subject}` does not say about which patient it is", "name the logical id of the patient in every query: `patient=Patient/…`";
        nl "`{subject}` zegt niet over welke patiënt het gaat", "noem in elke zoekvraag het logische id van de patiënt: `patient=Patient/…`";
    /// A query about several patients.
    PatientsSeveral "patients-several"
        en "`{subject}` asks about more than one patient", "ask about one patient at a time";
        nl "`{subject}` vraagt naar meer dan één patiënt", "vraag naar één patiënt tegelijk";
    /// A BSN in a URL.
    BsnInUrl "bsn-in-url"
        en "the URL of `{subject}` holds a BSN", "look up the patient first, with the BSN in the body of a POST where the network asks it, and go on with the logical id";
        nl "in de URL van `{subject}` staat een BSN", "zoek eerst de patiënt op, met het BSN in de body van een POST als het netwerk dat vraagt, en ga verder met het logische id";
    /// Something was written.
    WriteSent "write-sent"
        en "the client sent `{subject}`, and the agreement only reads", "use GET, or POST to `_search`; nothing was changed here";
        nl "de client stuurde `{subject}`, en de afspraak kent alleen lezen", "gebruik GET, of POST naar `_search`; hier is niets gewijzigd";
    /// A filter of the agreement was left out.
    FilterLeftOut "filter-left-out"
        en "`{subject}` asks more than the agreement lets it", "name the filters that stand under `expected`: what is not agreed on is none of the client's business";
        nl "`{subject}` vraagt meer op dan is afgesproken", "noem de filters bij `verwacht`: wat niet is afgesproken gaat de client niet aan";
    /// A filter of the client's own.
    FilterAdded "filter-added"
        en "`{subject}` has a filter of its own that hides agreements", "leave it out, and choose what is shown after the answer is there";
        nl "`{subject}` heeft een eigen filter dat afspraken verbergt", "laat het weg, en kies wat getoond wordt als het antwoord er is";
    /// An include that is none.
    IncludeMisspelled "include-misspelled"
        en "`{subject}` writes its includes in a way that servers do not know", "write `_include=Type:parameter`: older versions of the agreement had a colon there by mistake";
        nl "`{subject}` schrijft zijn includes zoals servers ze niet kennen", "schrijf `_include=Type:parameter`: oudere versies van de afspraak hadden daar per vergissing een dubbele punt";
    /// An include of the agreement is not asked for.
    IncludeLeftOut "include-left-out"
        en "`{subject}` leaves out an include of the agreement", "add it, so that who and what the answer refers to comes along; without it each of them has to be read";
        nl "`{subject}` laat een include van de afspraak weg", "voeg hem toe, zodat meekomt naar wie en wat het antwoord verwijst; anders moet dat stuk voor stuk worden opgehaald";
    /// A format that is neither JSON nor XML of FHIR.
    FormatNotAsked "format-not-asked"
        en "`{subject}` asks for a format that FHIR does not have", "send `Accept: application/fhir+json` or `application/fhir+xml`";
        nl "`{subject}` vraagt om een formaat dat FHIR niet kent", "stuur `Accept: application/fhir+json` of `application/fhir+xml`";
    /// A reference whose target did not come along was not read.
    ReferenceUnread "reference-unread"
        en "`{subject}` was referred to and not included, and the client did not read it", "read the persons who are needed to say who agreed what";
        nl "naar `{subject}` werd verwezen en het kwam niet mee, en de client haalde het niet op", "haal de personen op die nodig zijn om te tonen wie wat afsprak";
    /// A next link was not followed.
    PageUnfetched "page-unfetched"
        en "the client did not fetch the next page of `{subject}`", "follow `Bundle.link` `next` until there is none, or show that not everything was got";
        nl "de client haalde de volgende pagina van `{subject}` niet op", "volg `Bundle.link` `next` tot er geen meer is, of laat zien dat niet alles is opgehaald";
    /// Pages were followed without end.
    PagesEndless "pages-endless"
        en "the client keeps following pages of `{subject}` that never end", "stop at a page that was seen before, or after a bound (100 times the same page is too often), and show that not everything was got";
        nl "de client blijft pagina's van `{subject}` volgen waar geen einde aan komt", "stop bij een pagina die al gezien is, of bij een grens (100 keer dezelfde pagina is te vaak), en laat zien dat niet alles is opgehaald";
    /// Asked again before the time that the server named, or over and over.
    RetryTooSoon "retry-too-soon"
        en "the client asked `{subject}` again too soon, or too often, after it was refused", "wait as long as `Retry-After` says, and give up after a few times";
        nl "de client vroeg `{subject}` na een weigering te snel of te vaak opnieuw", "wacht zo lang als `Retry-After` zegt, en geef het na een paar keer op";
    /// The client does not go on after an answer that it should survive.
    ClientBrokeOff "client-broke-off"
        en "the client did not go on to `{subject}` in this phase", "one answer that is empty, odd or an error is no reason to stop: ask the rest, and say what is missing";
        nl "de client ging in deze fase niet verder met `{subject}`", "een leeg, vreemd of mislukt antwoord is geen reden om te stoppen: vraag de rest, en toon wat ontbreekt";
    /// The program that drives the client crashed or hung.
    ClientCrashed "client-crashed"
        en "the client crashed or hung in this phase: {subject}", "look at what it said last; the answer it got is with the exchange";
        nl "de client liep in deze fase vast: {subject}", "kijk wat hij het laatst zei; het antwoord dat hij kreeg staat bij de uitwisseling";
    /// A person says that it is not so.
    AttestedOtherwise "attested-otherwise"
        en "whoever looked at the client said no: {subject}", "the remark and the picture, where there are any, are with the expectation";
        nl "wie naar de client keek zei nee: {subject}", "de opmerking en het beeld, als die er zijn, staan bij de verwachting";
}

impl Code {
    /// Every code.
    #[must_use]
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// The code as it is written: `status-unexpected`.
    #[must_use]
    pub fn name(self) -> &'static str {
        ROWS[self as usize].0
    }

    /// Its sentences, with `{subject}` still to be filled in (`Finding::title` does).
    #[must_use]
    pub fn text(self, language: Language) -> Sentences {
        let (_, english, dutch) = ROWS[self as usize];
        match language {
            Language::En => english,
            Language::Nl => dutch,
        }
    }
}
