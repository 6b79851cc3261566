//! Items of the forms of the agreement, with the concept that each asks for.

use super::words::{both, text};
use crate::fhir::node::Node;
use crate::text::Text;

/// Links in the form of R4 and of STU3 (none: `""`), with the concept. Neither form has a link of the other for something
/// else.
const ITEMS: &[(&str, &str, &str, &str)] = &[
    ("963", "385", "Date filled in", "Datum van invullen"),
    ("967", "6", "Date of birth of the patient", "Geboortedatum patiënt"),
    ("964", "386", "Patient: given names", "Patiënt: voornamen"),
    ("965", "387", "Patient: prefix", "Patiënt: voorvoegsels"),
    ("966", "388", "Patient: family name", "Patiënt: achternaam"),
    ("968", "389", "Conversation held by: given names", "Gesprek gevoerd door: voornamen"),
    ("969", "390", "Conversation held by: prefix", "Gesprek gevoerd door: voorvoegsels"),
    ("970", "391", "Conversation held by: family name", "Gesprek gevoerd door: achternaam"),
    ("1405", "786", "Conversation held by: function", "Gesprek gevoerd door: functie (specialisme)"),
    ("1406", "787", "Capable of deciding on treatment", "Wilsbekwaamheid m.b.t. medische behandelbeslissingen"),
    ("1407", "788", "Capacity: comment", "Wilsbekwaamheid: toelichting"),
    ("973", "392", "Representative: given names", "Wettelijk vertegenwoordiger: voornamen"),
    ("974", "393", "Representative: prefix", "Wettelijk vertegenwoordiger: voorvoegsels"),
    ("975", "394", "Representative: family name", "Wettelijk vertegenwoordiger: achternaam"),
    ("976", "398", "Representative: telephone", "Wettelijk vertegenwoordiger: telefoonnummer"),
    ("977", "399", "Representative: kind of telephone", "Wettelijk vertegenwoordiger: TelecomType"),
    ("978", "400", "Representative: kind of number", "Wettelijk vertegenwoordiger: NummerSoort"),
    ("979", "", "Representative: comment on telephone", "Wettelijk vertegenwoordiger: toelichting bij telefoonnummer"),
    ("980", "401", "Representative: e-mail", "Wettelijk vertegenwoordiger: e-mailadres"),
    ("981", "402", "Representative: kind of e-mail", "Wettelijk vertegenwoordiger: EmailSoort"),
    ("982", "410", "Representative: role", "Wettelijk vertegenwoordiger: rol"),
    ("411", "411", "Representative: other role", "Wettelijk vertegenwoordiger: rol anders"),
    ("983", "51", "Representative: relation", "Wettelijk vertegenwoordiger: relatie"),
    ("408", "408", "Representative: other relation", "Wettelijk vertegenwoordiger: relatie anders"),
    ("984", "52", "Representative is the first contact", "Vertegenwoordiger is contactpersoon"),
    ("1651", "", "Representative is the first contact", "Vertegenwoordiger is contactpersoon"),
    ("985", "395", "First contact: given names", "Eerste contactpersoon: voornamen"),
    ("986", "396", "First contact: prefix", "Eerste contactpersoon: voorvoegsels"),
    ("987", "397", "First contact: family name", "Eerste contactpersoon: achternaam"),
    ("988", "403", "First contact: telephone", "Eerste contactpersoon: telefoonnummer"),
    ("989", "404", "First contact: kind of telephone", "Eerste contactpersoon: TelecomType"),
    ("990", "405", "First contact: kind of number", "Eerste contactpersoon: NummerSoort"),
    ("991", "", "First contact: comment on telephone", "Eerste contactpersoon: toelichting bij telefoonnummer"),
    ("992", "406", "First contact: e-mail", "Eerste contactpersoon: e-mailadres"),
    ("993", "407", "First contact: kind of e-mail", "Eerste contactpersoon: EmailSoort"),
    ("1644", "", "First contact: role", "Eerste contactpersoon: rol"),
    ("995", "77", "First contact: relation", "Eerste contactpersoon: relatie"),
    ("412", "412", "First contact: other relation", "Eerste contactpersoon: relatie anders"),
    ("82", "82", "Patient was present", "Gesprek gevoerd in bijzijn van: patiënt"),
    ("997", "415", "Present: role", "Gesprek gevoerd in bijzijn van: rol"),
    ("414", "414", "Present: other role", "Gesprek gevoerd in bijzijn van: rol anders"),
    ("998", "80", "Present: relation", "Gesprek gevoerd in bijzijn van: relatie"),
    ("413", "413", "Present: other relation", "Gesprek gevoerd in bijzijn van: relatie anders"),
    ("999", "784", "Goal of medical policy", "Belangrijkste doel van behandeling"),
    ("1386", "587", "Resuscitation", "Reanimatie"),
    ("1001", "", "Resuscitation: specification", "Reanimatie: SpecificatieAnders"),
    ("1002", "86", "Resuscitation: comment", "Reanimatie: toelichting"),
    ("1387", "588", "Artificial respiration", "Kunstmatige beademing"),
    ("1388", "", "Artificial respiration: specification", "Kunstmatige beademing: SpecificatieAnders"),
    ("1389", "92", "Artificial respiration: comment", "Kunstmatige beademing: toelichting"),
    ("1390", "589", "Admission to intensive care", "Opname op intensive care"),
    ("1391", "", "Admission to intensive care: specification", "Opname op intensive care: SpecificatieAnders"),
    ("1392", "88", "Admission to intensive care: comment", "Opname op intensive care: toelichting"),
    ("1393", "590", "Admission to hospital", "Opname in ziekenhuis"),
    ("1394", "", "Admission to hospital: specification", "Opname in ziekenhuis: SpecificatieAnders"),
    ("1395", "94", "Admission to hospital: comment", "Opname in ziekenhuis: toelichting"),
    ("1396", "591", "Treatment with antibiotics", "Behandeling met antibiotica"),
    ("1397", "", "Treatment with antibiotics: specification", "Behandeling met antibiotica: SpecificatieAnders"),
    ("1398", "96", "Treatment with antibiotics: comment", "Behandeling met antibiotica: toelichting"),
    ("1399", "592", "Administration of a blood product", "Toediening van een bloedproduct"),
    ("1400", "", "Administration of a blood product: specification", "Toediening van een bloedproduct: SpecificatieAnders"),
    ("1401", "98", "Administration of a blood product: comment", "Toediening van een bloedproduct: toelichting"),
    ("1422", "805", "Other treatment", "Overige behandelgrens: behandeling"),
    ("1402", "593", "Other treatment: decision", "Overige behandelgrens: BehandelBesluit"),
    ("1404", "100", "Other treatment: comment", "Overige behandelgrens: toelichting"),
    ("1006", "249", "Has an ICD", "Heeft de patiënt een ICD"),
    ("1008", "600", "Kind of ICD", "ProductType van ICD"),
    ("1009", "599", "ICD: comment", "ICD: toelichting"),
    ("1005", "595", "Agreement to switch off the ICD", "Afspraak uitzetten ICD"),
    ("1010", "596", "Switching off the ICD: comment", "Afspraak uitzetten ICD: toelichting"),
    ("1190", "382", "Wishes and expectations", "Wens en verwachting patiënt"),
    ("1191", "604", "Preferred place of death", "Gewenste plek van overlijden"),
    ("1192", "110", "Preferred place of death: comment", "Gewenste plek van overlijden: toelichting"),
    ("1193", "785", "Position on euthanasia", "Euthanasie standpunt"),
    ("1194", "112", "Position on euthanasia: comment", "Euthanasie standpunt: toelichting"),
    ("1435", "789", "Choice on organ donation registered", "Keuze orgaandonatie vastgelegd in donorregister"),
    ("1196", "383", "What else is important", "Wat verder nog belangrijk is"),
    ("1197", "253", "Earlier agreements recorded", "Eerder behandelafspraken vastgelegd"),
    ("1198", "254", "Earlier agreements: comment", "Eerder vastgelegde behandelafspraken: toelichting"),
    ("1199", "255", "Earlier agreements hold other wishes", "Andere wensen in eerder vastgelegde behandelafspraken"),
    (
        "1200",
        "256",
        "Told to discuss it with relatives",
        "Geïnformeerd over eigen verantwoordelijkheid om dit met naasten te bespreken",
    ),
    ("1201", "257", "Agrees to sharing", "Akkoord met delen met andere hulpverleners"),
    ("", "122", "Resuscitation: restrictions", "Reanimatie: beperkingen"),
    ("", "123", "Artificial respiration: restrictions", "Kunstmatige beademing: beperkingen"),
    ("", "124", "Admission to intensive care: restrictions", "Opname op intensive care: beperkingen"),
    ("", "125", "Admission to hospital: restrictions", "Opname in ziekenhuis: beperkingen"),
    ("", "126", "Treatment with antibiotics: restrictions", "Behandeling met antibiotica: beperkingen"),
    ("", "127", "Administration of a blood product: restrictions", "Toediening van een bloedproduct: beperkingen"),
];

/// Items whose answer is fixed by the form itself, and says nothing about the patient.
const FIXED: [&str; 28] = [
    "1408", "1410", "1412", "1414", "1416", "1418", "1420", "1426", "1428", "1430", "1432", "1434", "1436", "790", "791", "794",
    "795", "799", "801", "803", "805", "809", "811", "815", "816", "817", "818", "819",
];

/// What overrules a decision, by item.
pub(super) const SPECIFICATIONS: [&str; 12] =
    ["1001", "1388", "1391", "1394", "1397", "1400", "122", "123", "124", "125", "126", "127"];

/// Whether an answer of this item says nothing about the patient.
pub(super) fn is_fixed(link: &str) -> bool {
    FIXED.contains(&link)
}

/// What an item asks for.
pub(super) fn label(item: Node<'_>) -> Text {
    let link = item.child_value("linkId").unwrap_or("?");
    let known = ITEMS.iter().find(|(r4, stu3, ..)| [*r4, *stu3].contains(&link)).map(|(_, _, en, nl)| text(*en, *nl));
    let written = || item.child_value("text").map(both);
    known.or_else(written).unwrap_or_else(|| text(format!("item {link}"), format!("vraag {link}")))
}
