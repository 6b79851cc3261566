//! The codes of what is found in a response to a form.

use crate::fhir::validate::codes;

codes! {
    /// The response does not say which form it answers.
    FORM_NOT_NAMED "form-not-named" "required" Some("Questionnaire_QR_Q_None");
    en "the response does not say which questionnaire it answers",
       "name it in `questionnaire`, so that the answers can be judged";
    nl "het antwoord zegt niet bij welke vragenlijst het hoort",
       "noem die in `questionnaire`, dan kunnen de antwoorden beoordeeld worden";
    /// The form is not to be had.
    FORM_UNKNOWN "form-unknown" "not-found" Some("Questionnaire_QR_Q_NotFound");
    en "the answers cannot be judged: `{form}` is not to be had ({why})",
       "load the package that has the questionnaire, or mend the canonical{meant}";
    nl "de antwoorden zijn niet te beoordelen: `{form}` is er niet ({why})",
       "laad het pakket met de vragenlijst, of verbeter de canonical{meant_nl}";
    /// Answered outside the period of the form.
    FORM_NOT_CURRENT "form-not-current" "business-rule" None;
    en "answered on {authored}, outside the period in which `{form}` is used",
       "use the version of the form of that time";
    nl "ingevuld op {authored}, buiten de periode waarin `{form}` gebruikt wordt",
       "gebruik de versie van het formulier uit die tijd";
    /// An item without linkId.
    NO_LINK_ID "form-link-id-missing" "required" Some("Questionnaire_QR_Item_NoLinkId");
    en "an item has no `linkId`, so it cannot be judged",
       "give it the `linkId` of the item in the questionnaire";
    nl "een item heeft geen `linkId` en is dus niet te beoordelen",
       "geef het de `linkId` van het item in de vragenlijst";
    /// An item that the form does not have.
    ITEM_UNKNOWN "form-item-unknown" "not-found" Some("Questionnaire_QR_Item_NotFound");
    en "the questionnaire has no item `{item}`, which stands at `{place}`",
       "use a `linkId` of the questionnaire{meant}";
    nl "de vragenlijst heeft geen item `{item}`, dat op `{place}` staat",
       "gebruik een `linkId` uit de vragenlijst{meant_nl}";
    /// An item that belongs elsewhere in the form.
    ITEM_MISPLACED "form-item-misplaced" "structure" None;
    en "item `{item}` stands in another place than in the questionnaire",
       "put it in the group or under the answer where the questionnaire has it";
    nl "item `{item}` staat op een andere plaats dan in de vragenlijst",
       "zet het in de groep of onder het antwoord waar de vragenlijst het heeft";
    /// Items in another order than the form has them.
    ITEM_ORDER "form-item-order" "structure" Some("Questionnaire_QR_Item_Order");
    en "item `{item}` at `{place}` comes after an item that follows it in the questionnaire",
       "keep the order of the questionnaire";
    nl "item `{item}` op `{place}` komt na een item dat er in de vragenlijst op volgt",
       "houd de volgorde van de vragenlijst aan";
    /// An item that may be there once.
    ITEM_TWICE "form-item-twice" "invalid" Some("Questionnaire_QR_Item_OnlyOneI");
    en "item `{item}` is there {count} times, again at `{place}`, and does not repeat",
       "keep one of them";
    nl "item `{item}` staat er {count} keer, opnieuw op `{place}`, en mag niet herhaald worden",
       "laat er een staan";
    /// A question of which the answers stand in several items.
    ITEM_SPLIT "form-item-split" "invalid" None;
    en "item `{item}` is there {count} times, again at `{place}`; a question that repeats has its answers in one item",
       "put the answers into one item; only groups are there several times";
    nl "item `{item}` staat er {count} keer, opnieuw op `{place}`; een vraag die herhaalt heeft zijn antwoorden in één item",
       "zet de antwoorden in één item; alleen groepen staan er meermaals";
    /// A text that is not the text of the form.
    OTHER_TEXT "form-text-differs" "invalid" Some("Questionnaire_QR_Item_Text");
    en "the text of item `{item}` is not the text of the questionnaire",
       "use the text of the questionnaire, or leave it out";
    nl "de tekst van item `{item}` is niet die van de vragenlijst",
       "gebruik de tekst van de vragenlijst, of laat die weg";
    /// Answered, though the answers elsewhere hide it.
    ITEM_DISABLED "form-item-disabled" "invalid" Some("Questionnaire_QR_Item_NotEnabled2");
    en "item `{item}` is answered, but the other answers disable it (`enableWhen`)",
       "leave the item out, or mend the answer that it hangs on";
    nl "item `{item}` is beantwoord, maar de andere antwoorden sluiten het uit (`enableWhen`)",
       "laat het item weg, of verbeter het antwoord waar het van afhangt";
    /// Whether it may be answered is not to be told.
    CONDITION_UNCLEAR "form-condition-unclear" "not-supported" None;
    en "whether item `{item}` may be answered cannot be told from its conditions",
       "look at the conditions in the questionnaire";
    nl "of item `{item}` beantwoord mag worden, valt uit de voorwaarden niet op te maken",
       "bekijk de voorwaarden in de vragenlijst";
    /// A condition on a question that is nowhere.
    CONDITION_NOWHERE "form-condition-nowhere" "business-rule" Some("QUESTIONNAIRE_Q_ENABLEWHEN_NOTARGET");
    en "item `{item}` hangs on question `{question}`, which the questionnaire does not have",
       "name the `linkId` of a question of this questionnaire in `enableWhen.question`";
    nl "item `{item}` hangt af van vraag `{question}`, die de vragenlijst niet heeft",
       "noem in `enableWhen.question` de `linkId` van een vraag uit deze vragenlijst";
    /// A condition on an answer that is only there when it holds.
    CONDITION_INSIDE "form-condition-inside" "business-rule" Some("QUESTIONNAIRE_Q_ENABLEWHEN_ISINNER");
    en "item `{item}` hangs on question `{question}`, which is that item itself or stands in it",
       "let it hang on a question that can be answered before";
    nl "item `{item}` hangt af van vraag `{question}`, die dat item zelf is of erin staat",
       "laat het afhangen van een vraag die eerder te beantwoorden is";
    /// A condition on a question further on.
    CONDITION_AHEAD "form-condition-ahead" "business-rule" Some("QUESTIONNAIRE_Q_ENABLEWHEN_AFTER");
    en "item `{item}` hangs on question `{question}`, which comes after it",
       "put the question first";
    nl "item `{item}` hangt af van vraag `{question}`, die erna komt",
       "zet de vraag ervoor";
    /// A required item without an answer.
    ANSWER_MISSING "form-answer-missing" "required" Some("Questionnaire_QR_Item_Missing");
    en "required item `{item}` has no answer",
       "answer it, or do not give the response as completed";
    nl "verplicht item `{item}` heeft geen antwoord",
       "beantwoord het, of geef het antwoord niet als voltooid op";
    /// A required group without items.
    GROUP_EMPTY "form-group-empty" "invariant" None;
    en "required group `{item}` holds no items",
       "fill in the group";
    nl "verplichte groep `{item}` bevat geen items",
       "vul de groep in";
    /// The form gives no type that FHIR knows.
    KIND_UNKNOWN "form-item-type-unknown" "not-supported" Some("Questionnaire_QR_Item_NoType");
    en "the questionnaire gives item `{item}` no type that FHIR knows",
       "look at the questionnaire";
    nl "de vragenlijst geeft item `{item}` geen type dat FHIR kent",
       "bekijk de vragenlijst";
    /// A group with an answer of its own.
    GROUP_ANSWERED "form-group-answered" "structure" Some("Questionnaire_QR_Item_Group");
    en "`{item}` is a group, which has no answer itself",
       "give the answer to an item in the group";
    nl "`{item}` is een groep en heeft zelf geen antwoord",
       "geef het antwoord bij een item in de groep";
    /// A text that is answered.
    DISPLAY_ANSWERED "form-display-answered" "structure" Some("QUESTIONNAIRE_QR_ITEM_DISPLAY_NO_VALUE");
    en "`{item}` only shows a text and has no answer",
       "leave the answer out";
    nl "`{item}` toont alleen een tekst en heeft geen antwoord",
       "laat het antwoord weg";
    /// A text with items in it.
    DISPLAY_WITH_ITEMS "form-display-with-items" "structure" Some("Questionnaire_QR_Item_Display");
    en "`{item}` only shows a text and holds no items",
       "leave the items out";
    nl "`{item}` toont alleen een tekst en bevat geen items",
       "laat de items weg";
    /// Items beside the answer of a question.
    ITEMS_OUTSIDE_ANSWER "form-items-outside-answer" "structure" Some("Questionnaire_QR_Item_GroupAnswer");
    en "`{item}` is a question: its items stand under its answer, not beside it",
       "move the items into `answer`";
    nl "`{item}` is een vraag: de items ervan staan onder het antwoord, niet ernaast",
       "verplaats de items naar `answer`";
    /// More answers than the form allows.
    TOO_MANY_ANSWERS "form-answers-too-many" "invalid" Some("Questionnaire_QR_Item_OnlyOneA");
    en "item `{item}` has {found} answers, at most {expected} allowed",
       "keep no more than that";
    nl "item `{item}` heeft {found} antwoorden, hoogstens {expected} toegestaan",
       "houd er niet meer over";
    /// Fewer answers than the form asks for.
    TOO_FEW_ANSWERS "form-answers-too-few" "invalid" None;
    en "item `{item}` has {found} answers, at least {expected} asked",
       "give the others as well";
    nl "item `{item}` heeft {found} antwoorden, minstens {expected} gevraagd",
       "geef de andere ook";
    /// An answer that allows no others beside it.
    ANSWER_ALONE "form-answer-exclusive" "invariant" None;
    en "`{found}` allows no other answer beside it",
       "keep this answer or the others";
    nl "`{found}` laat geen ander antwoord ernaast toe",
       "houd dit antwoord over, of de andere";
    /// An answer of another type.
    ANSWER_TYPE "form-answer-type" "invariant" Some("Questionnaire_QR_Item_WrongType");
    en "item `{item}` is answered with {found}, expected {expected}",
       "answer with the type that the questionnaire asks";
    nl "item `{item}` is beantwoord met {found}, verwacht {expected}",
       "antwoord met het type dat de vragenlijst vraagt";
    /// An answer that the form does not offer.
    NOT_OFFERED "form-answer-not-offered" "invariant" Some("Questionnaire_QR_Item_NoCoding");
    en "`{found}` is not among the answers of item `{item}`",
       "choose one of: {expected}";
    nl "`{found}` hoort niet bij de antwoorden van item `{item}`",
       "kies een van: {expected}";
    /// Whether an answer is offered is not to be told.
    OPTION_UNCLEAR "form-answer-unclear" "not-supported" None;
    en "whether `{found}` is among the answers of item `{item}` cannot be told",
       "write it as the questionnaire does: {expected}";
    nl "of `{found}` bij de antwoorden van item `{item}` hoort, is niet te zeggen",
       "schrijf het zoals de vragenlijst: {expected}";
    /// The words of a code are not those of the form.
    OTHER_DISPLAY "form-answer-display-differs" "informational" None;
    en "`{found}` has another display than in the questionnaire",
       "use the words of the questionnaire";
    nl "`{found}` heeft een andere omschrijving dan in de vragenlijst",
       "gebruik de woorden van de vragenlijst";
    /// A code outside the value set of the item.
    NOT_IN_VALUE_SET "form-answer-not-in-value-set" "code-invalid" Some("Questionnaire_QR_Item_BadOption");
    en "`{found}` is not in the value set `{expected}` of the item",
       "choose a code of the value set";
    nl "`{found}` zit niet in de waardelijst `{expected}` van het item",
       "kies een code uit de waardelijst";
    /// Whether a code is in the value set is not to be told here.
    VALUE_SET_UNCLEAR "form-value-set-unclear" "not-found" Some("Terminology_TX_ValueSet_NotFound");
    en "whether `{found}` is in `{expected}` cannot be told here: {why}",
       "load the package that has the codes, or name a terminology server";
    nl "of `{found}` in `{expected}` zit, is hier niet te zeggen: {why}",
       "laad het pakket met de codes, of noem een terminologieserver";
    /// Something else where codes are asked.
    ANSWER_NOT_CODED "form-answer-not-coded" "structure" Some("Questionnaire_QR_Item_StringNoOptions");
    en "item `{item}` asks a code of a value set, and is answered with something else",
       "answer with a Coding";
    nl "item `{item}` vraagt een code uit een waardelijst en is met iets anders beantwoord",
       "antwoord met een Coding";
    /// A choice without answers to choose from.
    NOTHING_OFFERED "form-answers-not-offered" "structure" Some("Questionnaire_QR_Item_NoOptions");
    en "the questionnaire offers no answers for item `{item}`, so this one cannot be held against them",
       "look at the questionnaire";
    nl "de vragenlijst biedt bij item `{item}` geen antwoorden aan, dus dit is er niet mee te vergelijken",
       "bekijk de vragenlijst";
    /// A text longer than the form allows.
    TOO_LONG "form-answer-too-long" "invariant" Some("QUESTIONNAIRE_QR_ITEM_STRING_MAX_LENGTH");
    en "the answer has {found} letters, at most {expected} allowed",
       "shorten it";
    nl "het antwoord telt {found} tekens, hoogstens {expected} toegestaan",
       "kort het in";
    /// A text shorter than the form asks.
    TOO_SHORT "form-answer-too-short" "invariant" Some("QUESTIONNAIRE_QR_ITEM_STRING_MIN_LENGTH");
    en "the answer has {found} letters, at least {expected} asked",
       "write more";
    nl "het antwoord telt {found} tekens, minstens {expected} gevraagd",
       "schrijf meer";
    /// A text of another shape.
    OTHER_PATTERN "form-answer-pattern" "invariant" None;
    en "the answer does not have the form `{expected}`",
       "write it that way";
    nl "het antwoord heeft niet de vorm `{expected}`",
       "schrijf het zo";
    /// A pattern that is not understood.
    PATTERN_UNCLEAR "form-pattern-unclear" "not-supported" None;
    en "the pattern `{expected}` of the questionnaire is not understood here",
       "look at the questionnaire";
    nl "het patroon `{expected}` van de vragenlijst wordt hier niet begrepen",
       "bekijk de vragenlijst";
    /// Less than the form allows.
    TOO_LITTLE "form-answer-below-minimum" "invariant" None;
    en "{found} is below the minimum of {limit}",
       "answer within the limits of the questionnaire";
    nl "{found} is minder dan het minimum van {limit}",
       "antwoord binnen de grenzen van de vragenlijst";
    /// More than the form allows.
    TOO_MUCH "form-answer-above-maximum" "invariant" None;
    en "{found} is above the maximum of {limit}",
       "answer within the limits of the questionnaire";
    nl "{found} is meer dan het maximum van {limit}",
       "antwoord binnen de grenzen van de vragenlijst";
    /// A unit that measures something else than the limit does.
    INCOMPARABLE "form-answer-other-dimension" "invariant" None;
    en "{found} measures something else than the limit of {limit}",
       "answer in a unit of the same kind as the limit";
    nl "{found} meet iets anders dan de grens van {limit}",
       "antwoord in een eenheid van dezelfde soort als de grens";
    /// Whether an answer is within a limit is not to be told.
    LIMIT_UNCLEAR "form-limit-unclear" "not-supported" None;
    en "{found} cannot be compared with the limit of {limit}",
       "give both a unit with a code of UCUM, and dates the same precision";
    nl "{found} is niet te vergelijken met de grens van {limit}",
       "geef beide een eenheid met een code uit UCUM, en datums dezelfde precisie";
    /// More decimals than the form allows.
    DECIMAL_PLACES "form-decimal-places" "invariant" None;
    en "the answer has {found} decimals, at most {expected} allowed",
       "round it";
    nl "het antwoord heeft {found} decimalen, hoogstens {expected} toegestaan",
       "rond het af";
    /// An attachment of a kind that the form does not allow.
    ATTACHMENT_TYPE "form-attachment-type" "required" None;
    en "the attachment is `{found}`, allowed: {expected}",
       "attach one of those kinds";
    nl "de bijlage is `{found}`, toegestaan: {expected}",
       "voeg een van die soorten bij";
    /// An attachment larger than the form allows.
    ATTACHMENT_SIZE "form-attachment-size" "required" None;
    en "the attachment has {found} bytes, at most {expected} allowed",
       "attach something smaller";
    nl "de bijlage telt {found} bytes, hoogstens {expected} toegestaan",
       "voeg iets kleiners bij";
    /// A unit that the form does not allow.
    UNIT_NOT_ALLOWED "form-unit-not-allowed" "invariant" None;
    en "the unit of {found} is not allowed here",
       "use one of: {expected}";
    nl "de eenheid van {found} mag hier niet",
       "gebruik een van: {expected}";
    /// A reference to another type of resource.
    REFERENCE_TYPE "form-reference-type" "invariant" None;
    en "the answer refers to a {found}, expected {expected}",
       "refer to one of those";
    nl "het antwoord verwijst naar een {found}, verwacht {expected}",
       "verwijs naar een daarvan";
    /// A reference to what is no resource.
    REFERENCE_NO_RESOURCE "form-reference-no-resource" "invariant" None;
    en "the answer refers to a `{found}`, which is no type of resource",
       "refer to a resource";
    nl "het antwoord verwijst naar een `{found}`, wat geen soort resource is",
       "verwijs naar een resource";
    /// A value that the form sets is not sent along.
    PRESET_MISSING "form-preset-missing" "informational" None;
    en "item `{item}`, which the questionnaire sets, is not in the response",
       "send it along with its value `{expected}`: then the response can be read without the questionnaire";
    nl "item `{item}`, dat vaststaat in de vragenlijst, zit niet in het antwoord",
       "stuur het mee met de waarde `{expected}`: dan is het antwoord te lezen zonder de vragenlijst";
    /// A question that could be answered with "unknown" has no answer.
    QUESTION_OPEN "form-question-open" "informational" None;
    en "question `{item}` has no answer, though the questionnaire offers `unknown`",
       "answer it, with `UNK` where nothing is known";
    nl "vraag `{item}` heeft geen antwoord, terwijl de vragenlijst `onbekend` aanbiedt",
       "beantwoord de vraag, met `UNK` als er niets bekend is";
    /// Another value than the one that the form sets.
    PRESET_CHANGED "form-preset-changed" "business-rule" None;
    en "item `{item}` is set by the questionnaire and not to be changed: expected {expected}, found {found}",
       "keep the value of the questionnaire";
    nl "item `{item}` staat vast in de vragenlijst: verwacht {expected}, gevonden {found}",
       "houd de waarde van de vragenlijst";
}
