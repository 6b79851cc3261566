//! How the tables of forms are made: IKNL's forms out of its packages, for R4
//! with the changes since. The published package of R4 rc2 is not at hand; what
//! it changed is known from its change log.

use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};
use toets::fhir::types::{self, Types};
use toets::fhir::{json, validate};

use crate::table::Table;

/// Version of FHIR, package that has the form, and what is to be changed in it.
const FORMS: [(&str, &str, &str, Change); 2] = [
    ("r4", "iknl.fhir.r4.pzp-0.1.3-beta3-develop.1cf9cad.tgz", "ACP-zib2020", r4_rc2),
    ("stu3", "iknl.fhir.stu3.pzp-1.0.0-rc2.tgz", "ACP-zib2017", as_it_is),
];

type Change = fn(&mut Value, &Value) -> Result<(), String>;

/// Makes the tables of forms from the folder of packages.
pub(crate) fn make(packages: &Path) -> Result<Vec<Table>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/fhir/tables");
    let stu3 = questionnaire(&packages.join(FORMS[1].1), FORMS[1].2)?;
    let mut tables = Vec::new();
    for (fhir, package, id, change) in FORMS {
        let mut form = questionnaire(&packages.join(package), id)?;
        change(&mut form, &stu3)?;
        let types: &'static Types = if fhir == "stu3" { types::stu3() } else { types::r4() };
        let tree = json::read(form.to_string().as_bytes(), types).map_err(|error| error.to_string())?;
        tables.push(Table { path: folder.join(format!("{fhir}.forms")), text: validate::form_facts(&tree)? });
    }
    Ok(tables)
}

fn questionnaire(package: &Path, id: &str) -> Result<Value, String> {
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", package.display());
    let archive = std::fs::File::open(package).map_err(|error| said(&error))?;
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    let name = format!("package/Questionnaire-{id}.json");
    for entry in archive.entries().map_err(|error| said(&error))? {
        let mut entry = entry.map_err(|error| said(&error))?;
        if entry.path().is_ok_and(|path| path == Path::new(&name)) {
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(|error| said(&error))?;
            return serde_json::from_str(&text).map_err(|error| said(&error));
        }
    }
    Err(said(&format!("has no {name}")))
}

fn as_it_is(_: &mut Value, _: &Value) -> Result<(), String> {
    Ok(())
}

const CONTACT_ROLES: &str = "urn:oid:2.16.840.1.113883.2.4.3.11.22.472";

/// From the last form at hand to that of 1.0.0-rc2: issues 54, 95, 113 and the
/// first correction of the goals in IKNL's change log.
fn r4_rc2(form: &mut Value, stu3: &Value) -> Result<(), String> {
    form["url"] = json!("https://api.iknl.nl/docs/pzp/r4/Questionnaire/ACP-zib2020");
    form["version"] = json!("1.0.0-rc2");
    item(form, "967")?["type"] = json!("date");
    // The goal without prolonging life has the code that the form for STU3 has.
    let goals = options(item(form, "999")?)?;
    let goal = goals.iter_mut().find(|option| option["valueCoding"]["code"] == "225353007");
    goal.ok_or("999 does not offer 225353007")?["valueCoding"]["code"] = json!("713148004");
    // The role of the first contact stands before the relation, as in STU3. Its code
    // is written with a zero in R4 and without one in STU3; which of them the form
    // has is not known, so both are right.
    let role = |code: &str| json!({ "valueCoding": { "system": CONTACT_ROLES, "code": code }, "initialSelected": true });
    let text = find(stu3, "819").ok_or("the form for STU3 has no item 819")?["text"].clone();
    let added =
        json!({ "linkId": "1644", "text": text, "type": "choice", "readOnly": true, "answerOption": [role("01"), role("1")] });
    let contact = item(form, "29")?["item"].as_array_mut().ok_or("29 holds no items")?;
    let place = contact.iter().position(|item| item["linkId"] == "995").ok_or("29 holds no 995")?;
    contact.insert(place, added);
    // Since rc2 the product types of an ICD are listed (issue 99); whether the form
    // lists them as well is not known, so its own code and those of STU3 are right.
    let products = find(stu3, "600").ok_or("the form for STU3 has no item 600")?["option"].clone();
    let products = products.as_array().ok_or("600 has no options")?;
    options(item(form, "1008")?)?.extend(products.iter().cloned());
    Ok(())
}

fn options(item: &mut Value) -> Result<&mut Vec<Value>, String> {
    item["answerOption"].as_array_mut().ok_or_else(|| "an item has no options".to_owned())
}

fn find<'f>(holder: &'f Value, link_id: &str) -> Option<&'f Value> {
    let items = holder["item"].as_array()?;
    items.iter().find_map(|item| if item["linkId"] == link_id { Some(item) } else { find(item, link_id) })
}

fn item<'f>(form: &'f mut Value, link_id: &str) -> Result<&'f mut Value, String> {
    fn below<'f>(holder: &'f mut Value, link_id: &str) -> Option<&'f mut Value> {
        let items = holder.get_mut("item")?.as_array_mut()?;
        items.iter_mut().find_map(|item| if item["linkId"] == link_id { Some(item) } else { below(item, link_id) })
    }
    below(form, link_id).ok_or_else(|| format!("the form has no item {link_id}"))
}
