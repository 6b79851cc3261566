//! The rules of the lint: a code, what it says, and where FHIR says so.

/// A rule that agreements are held against.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable code, kebab-case, subject first.
    pub code: &'static str,
    /// What is wrong, in English and in Dutch.
    pub title: [&'static str; 2],
    /// Page and section of FHIR, or of the agreement itself, that makes it wrong.
    pub source: &'static str,
}

macro_rules! rules {
    ($($name:ident $code:literal $en:literal $nl:literal $source:literal;)*) => {
        $(pub(super) static $name: Rule = Rule { code: $code, title: [$en, $nl], source: $source };)*
        /// All rules, by code.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    CANONICAL_OTHER "canonical-other" "A canonical of another version" "Een canonical van een andere versie" "FHIR: references, canonical URLs";
    CANONICAL_REFERENCE "canonical-reference" "A canonical is searched in a Reference" "Een canonical wordt in een Reference gezocht" "FHIR: search, reference";
    CANONICAL_UNRESOLVED "canonical-unresolved" "A canonical that nothing has" "Een canonical die nergens bij hoort" "FHIR: references, canonical URLs";
    CANONICAL_VERSION "canonical-version" "A canonical is searched without its version" "Een canonical wordt zonder versie gezocht" "FHIR: search, reference; references, canonical URLs";
    CARDINALITY "cardinality" "A minimum that exceeds the maximum" "Een minimum boven het maximum" "FHIR: elementdefinition, eld-2";
    CHAIN_BROKEN "chain-broken" "A chain that cannot be followed" "Een keten die niet te volgen is" "FHIR: search, chained parameters";
    CHAIN_OPTIONAL "chain-optional" "A request needs what a Provider need not support" "Een verzoek vraagt wat een Provider niet hoeft te ondersteunen" "Agreement: CapabilityStatement of the Provider";
    CODE_OUTSIDE "code-outside" "A code that the profile does not allow" "Een code die het profiel niet toelaat" "FHIR: terminologies, binding strength; profiling";
    COMPARATOR_UNFIT "comparator-unfit" "A comparator for a parameter without order" "Een vergelijking bij een parameter zonder volgorde" "FHIR: search, prefixes";
    ELEMENT_UNKNOWN "element-unknown" "An element that the type does not have" "Een element dat het type niet heeft" "FHIR: the page of the resource";
    ENABLE_WHEN "enable-when" "A condition that can never be met" "Een voorwaarde waaraan nooit voldaan wordt" "FHIR: questionnaire, enableWhen";
    EXAMPLE_MISSED "example-missed" "Examples that the request does not find, or brings nothing along for" "Voorbeelden die het verzoek niet vindt, of waarbij het niets meebrengt" "FHIR: the search parameters of the resource";
    FIXED_OUTSIDE "fixed-outside" "A fixed code outside the required binding" "Een vaste code buiten de verplichte binding" "FHIR: terminologies, required";
    INCLUDE_COLON "include-colon" "`_include:` instead of `_include=`" "`_include:` in plaats van `_include=`" "FHIR: search, including other resources";
    INCLUDE_KIND "include-kind" "An include by a parameter that is no reference" "Een include met een parameter die geen verwijzing is" "FHIR: search, including other resources";
    INCLUDE_SOURCE "include-source" "An include of another type than is searched" "Een include van een ander type dan wordt gezocht" "FHIR: search, including other resources; capabilitystatement, searchInclude";
    INCLUDE_TARGET "include-target" "An include of a type that is no target" "Een include van een type waarnaar niet verwezen wordt" "FHIR: search, including other resources";
    INVARIANT_DEAD "invariant-dead" "An invariant that never fires" "Een invariant die nooit afgaat" "FHIR: extensibility; conformance rules, invariants";
    INVARIANT_ELEMENT "invariant-element" "An invariant names what is not there" "Een invariant noemt wat er niet is" "FHIRPath: path selection";
    INVARIANT_SYNTAX "invariant-syntax" "An invariant that is no FHIRPath" "Een invariant die geen FHIRPath is" "FHIRPath: grammar";
    LINK_DUPLICATE "link-duplicate" "Two items with one linkId" "Twee items met één linkId" "FHIR: questionnaire, que-2";
    MODIFIER_UNFIT "modifier-unfit" "A modifier that the type of the parameter does not take" "Een modifier die bij het soort parameter niet kan" "FHIR: search, modifiers";
    NOTED_BY_PEOPLE "noted-by-people" "Seen by people; no rule can find it" "Door mensen gezien; geen regel kan het vinden" "each defect says it";
    OPTION_SYSTEM "option-system" "An option that is a coding without a system" "Een optie met een codering zonder stelsel" "FHIR: datatypes, Coding";
    OPTION_VALUE_SET "option-value-set" "Options that differ from the value set of the same concept" "Opties die afwijken van de waardelijst van hetzelfde begrip" "FHIR: questionnaire, answerOption; terminologies";
    PARAMETER_OWN "parameter-own" "A search parameter that FHIR does not have" "Een zoekparameter die FHIR niet kent" "FHIR: searchparameter; the search parameters of the resource";
    PARAMETER_UNKNOWN "parameter-unknown" "No such search parameter" "Er is geen zoekparameter met deze naam" "FHIR: the search parameters of the resource";
    PROFILE_TYPE "profile-type" "A profile of another type" "Een profiel van een ander type" "FHIR: capabilitystatement, supportedProfile";
    QUERY_UNREADABLE "query-unreadable" "A request that is no query" "Een verzoek dat geen zoekvraag is" "FHIR: search";
    REFERENCE_NOTATION "reference-notation" "References are written in two ways" "Verwijzingen staan op twee manieren geschreven" "FHIR: search, reference";
    SLICE_UNMATCHED "slice-unmatched" "A slice that nothing tells apart" "Een slice die door niets te onderscheiden is" "FHIR: profiling, discriminator";
    SYSTEM_OTHER_VERSION "system-other-version" "A code system under the address of another FHIR version" "Een codestelsel onder het adres van een andere FHIR-versie" "FHIR: terminologies, systems";
    SYSTEM_VALUE_SET "system-value-set" "A code system that is a value set" "Een codestelsel dat een waardelijst is" "FHIR: terminologies, code systems and value sets";
    TABLE_DIFFERS "table-differs" "The capability tables differ" "De tabellen van de actoren verschillen" "Agreement: CapabilityStatements of both actors";
    TABLE_MISSING "table-missing" "A request for a type that the table does not have" "Een verzoek om een type dat de tabel niet heeft" "Agreement: CapabilityStatement";
    TABLE_MODIFIER "table-modifier" "A modifier is asked that no request uses" "Een modifier wordt gevraagd die geen verzoek gebruikt" "Agreement: CapabilityStatement";
    TABLE_PARAMETER "table-parameter" "A request uses a parameter that the table does not have" "Een verzoek gebruikt een parameter die de tabel niet heeft" "Agreement: CapabilityStatement";
    TABLE_UNASKED "table-unasked" "A search is asked for that no request makes" "Er wordt een zoekvraag geëist die geen verzoek stelt" "Agreement: CapabilityStatement";
    TOKEN_SYSTEM "token-system" "Only the first code of a list has its system" "Alleen de eerste code van een lijst heeft een stelsel" "FHIR: search, token";
    TYPE_UNKNOWN "type-unknown" "No such type of resource" "Er is geen resourcetype met deze naam" "FHIR: resource list";
}
