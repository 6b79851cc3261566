//! Items of the forms of the agreement, with the concept that each asks for.
//! Those with numbers below 900 that R4 does not have are of STU3.

use super::words::{both, text};
use crate::fhir::node::Node;
use crate::text::Text;

const ITEMS: &[(&str, &str, &str)] = &[
    ("963", "Date filled in", "Datum van invullen"),
    ("967", "Date of birth of the patient", "Geboortedatum patiënt"),
    ("964", "Patient: given names", "Patiënt: voornamen"),
    ("965", "Patient: prefix", "Patiënt: voorvoegsels"),
    ("966", "Patient: family name", "Patiënt: achternaam"),
    ("968", "Conversation held by: given names", "Gesprek gevoerd door: voornamen"),
    ("969", "Conversation held by: prefix", "Gesprek gevoerd door: voorvoegsels"),
    ("970", "Conversation held by: family name", "Gesprek gevoerd door: achternaam"),
    ("1405", "Conversation held by: function", "Gesprek gevoerd door: functie (specialisme)"),
    ("1406", "Capable of deciding on treatment", "Wilsbekwaamheid m.b.t. medische behandelbeslissingen"),
    ("1407", "Capacity: comment", "Wilsbekwaamheid: toelichting"),
    ("973", "Representative: given names", "Wettelijk vertegenwoordiger: voornamen"),
    ("974", "Representative: prefix", "Wettelijk vertegenwoordiger: voorvoegsels"),
    ("975", "Representative: family name", "Wettelijk vertegenwoordiger: achternaam"),
    ("976", "Representative: telephone", "Wettelijk vertegenwoordiger: telefoonnummer"),
    ("977", "Representative: kind of telephone", "Wettelijk vertegenwoordiger: TelecomType"),
    ("978", "Representative: kind of number", "Wettelijk vertegenwoordiger: NummerSoort"),
    ("979", "Representative: comment on telephone", "Wettelijk vertegenwoordiger: toelichting bij telefoonnummer"),
    ("980", "Representative: e-mail", "Wettelijk vertegenwoordiger: e-mailadres"),
    ("981", "Representative: kind of e-mail", "Wettelijk vertegenwoordiger: EmailSoort"),
    ("982", "Representative: role", "Wettelijk vertegenwoordiger: rol"),
    ("411", "Representative: other role", "Wettelijk vertegenwoordiger: rol anders"),
    ("983", "Representative: relation", "Wettelijk vertegenwoordiger: relatie"),
    ("408", "Representative: other relation", "Wettelijk vertegenwoordiger: relatie anders"),
    ("984", "Representative is the first contact", "Vertegenwoordiger is contactpersoon"),
    ("1651", "Representative is the first contact", "Vertegenwoordiger is contactpersoon"),
    ("985", "First contact: given names", "Eerste contactpersoon: voornamen"),
    ("986", "First contact: prefix", "Eerste contactpersoon: voorvoegsels"),
    ("987", "First contact: family name", "Eerste contactpersoon: achternaam"),
    ("988", "First contact: telephone", "Eerste contactpersoon: telefoonnummer"),
    ("989", "First contact: kind of telephone", "Eerste contactpersoon: TelecomType"),
    ("990", "First contact: kind of number", "Eerste contactpersoon: NummerSoort"),
    ("991", "First contact: comment on telephone", "Eerste contactpersoon: toelichting bij telefoonnummer"),
    ("992", "First contact: e-mail", "Eerste contactpersoon: e-mailadres"),
    ("993", "First contact: kind of e-mail", "Eerste contactpersoon: EmailSoort"),
    ("1644", "First contact: role", "Eerste contactpersoon: rol"),
    ("995", "First contact: relation", "Eerste contactpersoon: relatie"),
    ("412", "First contact: other relation", "Eerste contactpersoon: relatie anders"),
    ("82", "Patient was present", "Gesprek gevoerd in bijzijn van: patiënt"),
    ("997", "Present: role", "Gesprek gevoerd in bijzijn van: rol"),
    ("414", "Present: other role", "Gesprek gevoerd in bijzijn van: rol anders"),
    ("998", "Present: relation", "Gesprek gevoerd in bijzijn van: relatie"),
    ("413", "Present: other relation", "Gesprek gevoerd in bijzijn van: relatie anders"),
    ("999", "Goal of medical policy", "Belangrijkste doel van behandeling"),
    ("1386", "Resuscitation", "Reanimatie"),
    ("1001", "Resuscitation: specification", "Reanimatie: SpecificatieAnders"),
    ("1002", "Resuscitation: comment", "Reanimatie: toelichting"),
    ("1387", "Artificial respiration", "Kunstmatige beademing"),
    ("1388", "Artificial respiration: specification", "Kunstmatige beademing: SpecificatieAnders"),
    ("1389", "Artificial respiration: comment", "Kunstmatige beademing: toelichting"),
    ("1390", "Admission to intensive care", "Opname op intensive care"),
    ("1391", "Admission to intensive care: specification", "Opname op intensive care: SpecificatieAnders"),
    ("1392", "Admission to intensive care: comment", "Opname op intensive care: toelichting"),
    ("1393", "Admission to hospital", "Opname in ziekenhuis"),
    ("1394", "Admission to hospital: specification", "Opname in ziekenhuis: SpecificatieAnders"),
    ("1395", "Admission to hospital: comment", "Opname in ziekenhuis: toelichting"),
    ("1396", "Treatment with antibiotics", "Behandeling met antibiotica"),
    ("1397", "Treatment with antibiotics: specification", "Behandeling met antibiotica: SpecificatieAnders"),
    ("1398", "Treatment with antibiotics: comment", "Behandeling met antibiotica: toelichting"),
    ("1399", "Administration of a blood product", "Toediening van een bloedproduct"),
    ("1400", "Administration of a blood product: specification", "Toediening van een bloedproduct: SpecificatieAnders"),
    ("1401", "Administration of a blood product: comment", "Toediening van een bloedproduct: toelichting"),
    ("1422", "Other treatment", "Overige behandelgrens: behandeling"),
    ("1402", "Other treatment: decision", "Overige behandelgrens: BehandelBesluit"),
    ("1404", "Other treatment: comment", "Overige behandelgrens: toelichting"),
    ("1006", "Has an ICD", "Heeft de patiënt een ICD"),
    ("1008", "Kind of ICD", "ProductType van ICD"),
    ("1009", "ICD: comment", "ICD: toelichting"),
    ("1005", "Agreement to switch off the ICD", "Afspraak uitzetten ICD"),
    ("1010", "Switching off the ICD: comment", "Afspraak uitzetten ICD: toelichting"),
    ("1190", "Wishes and expectations", "Wens en verwachting patiënt"),
    ("1191", "Preferred place of death", "Gewenste plek van overlijden"),
    ("1192", "Preferred place of death: comment", "Gewenste plek van overlijden: toelichting"),
    ("1193", "Position on euthanasia", "Euthanasie standpunt"),
    ("1194", "Position on euthanasia: comment", "Euthanasie standpunt: toelichting"),
    ("1435", "Choice on organ donation registered", "Keuze orgaandonatie vastgelegd in donorregister"),
    ("1196", "What else is important", "Wat verder nog belangrijk is"),
    ("1197", "Earlier agreements recorded", "Eerder behandelafspraken vastgelegd"),
    ("1198", "Earlier agreements: comment", "Eerder vastgelegde behandelafspraken: toelichting"),
    ("1199", "Earlier agreements hold other wishes", "Andere wensen in eerder vastgelegde behandelafspraken"),
    ("1200", "Told to discuss it with relatives", "Geïnformeerd over eigen verantwoordelijkheid om dit met naasten te bespreken"),
    ("1201", "Agrees to sharing", "Akkoord met delen met andere hulpverleners"),
    ("587", "Resuscitation", "Reanimatie"),
    ("122", "Resuscitation: restrictions", "Reanimatie: beperkingen"),
    ("588", "Artificial respiration", "Kunstmatige beademing"),
    ("123", "Artificial respiration: restrictions", "Kunstmatige beademing: beperkingen"),
    ("589", "Admission to intensive care", "Opname op intensive care"),
    ("124", "Admission to intensive care: restrictions", "Opname op intensive care: beperkingen"),
    ("590", "Admission to hospital", "Opname in ziekenhuis"),
    ("125", "Admission to hospital: restrictions", "Opname in ziekenhuis: beperkingen"),
    ("591", "Treatment with antibiotics", "Behandeling met antibiotica"),
    ("126", "Treatment with antibiotics: restrictions", "Behandeling met antibiotica: beperkingen"),
    ("592", "Administration of a blood product", "Toediening van een bloedproduct"),
    ("127", "Administration of a blood product: restrictions", "Toediening van een bloedproduct: beperkingen"),
    ("784", "Goal of medical policy", "Belangrijkste doel van behandeling"),
    ("249", "Has an ICD", "Heeft de patiënt een ICD"),
    ("595", "Agreement to switch off the ICD", "Afspraak uitzetten ICD"),
    ("382", "Wishes and expectations", "Wens en verwachting patiënt"),
    ("604", "Preferred place of death", "Gewenste plek van overlijden"),
    ("785", "Position on euthanasia", "Euthanasie standpunt"),
    ("789", "Choice on organ donation registered", "Keuze orgaandonatie vastgelegd in donorregister"),
    ("383", "What else is important", "Wat verder nog belangrijk is"),
    ("257", "Agrees to sharing", "Akkoord met delen met andere hulpverleners"),
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
    let known = ITEMS.iter().find(|(known, ..)| *known == link).map(|(_, en, nl)| text(*en, *nl));
    let written = || item.child_value("text").map(both);
    known.or_else(written).unwrap_or_else(|| text(format!("item {link}"), format!("vraag {link}")))
}
