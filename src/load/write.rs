//! Writing a persona: the ways, one after the other until one is taken, and
//! reading back what was written.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::compare::differences;
use super::resource::{Ids, Resource, has_tag, refers_to, rewritten, tag_code};
use super::server::{Server, Trouble};
use super::{LoadError, Place, Way, look, resources};

/// A persona that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The way that worked.
    pub way: Way,
    /// Resources that were written.
    pub written: usize,
    /// Our names to those on the server; the same unless the server chose.
    pub ids: Ids,
    /// Patients that have the BSN of the persona and are not ours.
    pub twins: Vec<String>,
    /// What was read back and is not as it was written: `Type/id`, and what.
    pub different: Vec<(String, String)>,
}

/// Writes a persona, by the first of these ways that the server takes, and reads it back.
///
/// # Errors
/// When something is there that is not ours, no way works, or it stops on the way.
pub async fn load(place: Place<'_>, ways: &[Way]) -> Result<Loaded, LoadError> {
    let before = look(place, ways).await?;
    let resources = resources(place)?;
    let server = Server { client: place.client };
    let mut tried = Vec::new();
    for way in ways {
        // What is there under our ids would be there twice.
        if *way == Way::Post && !before.tagged.is_empty() {
            continue;
        }
        match write(server, *way, &resources).await {
            Ok(ids) => {
                let different = read_back(server, place, &resources, &ids).await?;
                return Ok(Loaded { way: *way, written: resources.len(), ids, twins: before.twins, different });
            }
            Err(Stopped { done: 0, why }) => {
                let is_final = why.is_final();
                tried.push((*way, why));
                if is_final {
                    break;
                }
            }
            Err(Stopped { done, why }) => return Err(LoadError::Halfway { done, of: resources.len(), why }),
        }
    }
    Err(if tried.is_empty() { LoadError::AlreadyThere { names: before.tagged } } else { LoadError::NoWay { tried } })
}

/// Why a way was left, and how much was written until then.
struct Stopped {
    done: usize,
    why: Trouble,
}

async fn write(server: Server<'_>, way: Way, resources: &[Resource]) -> Result<Ids, Stopped> {
    match way {
        Way::Put => {
            for (done, resource) in resources.iter().enumerate() {
                server.put(&resource.name, &resource.json).await.map_err(|why| Stopped { done, why })?;
            }
            Ok(same(resources))
        }
        Way::Transaction => {
            let entry = |resource: &Resource| {
                let full_url = server.client.address().request(&resource.name, "");
                json!({
                    "fullUrl": full_url, "resource": resource.json,
                    "request": { "method": "PUT", "url": resource.name }
                })
            };
            let entries: Vec<Value> = resources.iter().map(entry).collect();
            let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries });
            server.transaction(&bundle).await.map_err(|why| Stopped { done: 0, why })?;
            Ok(same(resources))
        }
        Way::Post => post(server, resources).await,
    }
}

fn same(resources: &[Resource]) -> Ids {
    resources.iter().map(|resource| (resource.name.clone(), resource.name.clone())).collect()
}

/// Each resource with references to the ids that were given out before it. Two
/// that refer to each other: the first is written without, and again when the id is known.
async fn post(server: Server<'_>, resources: &[Resource]) -> Result<Ids, Stopped> {
    let mut ids = Ids::new();
    let mut unknown: BTreeSet<String> = resources.iter().map(|resource| resource.name.clone()).collect();
    let mut again = Vec::new();
    for (done, resource) in resources.iter().enumerate() {
        let mut json = rewritten(&resource.json, &ids, &unknown);
        json.as_object_mut().and_then(|json| json.remove("id"));
        if refers_to(&resource.json, &unknown) {
            again.push(resource);
        }
        let name = server.post(&resource.kind, &json).await.map_err(|why| Stopped { done, why })?;
        unknown.remove(&resource.name);
        ids.insert(resource.name.clone(), name);
    }
    for resource in again {
        let name = &ids[&resource.name];
        let whole = expected(resource, &ids);
        // A server that creates and does not update keeps it without: reading back tells.
        if let Err(why) = server.put(name, &whole).await
            && why.is_final()
        {
            return Err(Stopped { done: resources.len(), why });
        }
    }
    Ok(ids)
}

/// A resource as it is on the server: with its id and references there.
fn expected(resource: &Resource, ids: &Ids) -> Value {
    let mut json = rewritten(&resource.json, ids, &BTreeSet::new());
    let id = ids.get(&resource.name).and_then(|name| name.split_once('/')).map(|(_, id)| id.to_owned());
    if let Some(id) = id {
        json["id"] = Value::String(id);
    }
    json
}

async fn read_back(
    server: Server<'_>,
    place: Place<'_>,
    resources: &[Resource],
    ids: &Ids,
) -> Result<Vec<(String, String)>, LoadError> {
    let base = place.client.address().base();
    let mut different = Vec::new();
    for resource in resources {
        let name = ids.get(&resource.name).unwrap_or(&resource.name);
        match server.read(name).await? {
            None => different.push((name.clone(), "it is not there".to_owned())),
            Some(read) => {
                if !has_tag(&read, &tag_code(place.persona)) {
                    different.push((name.clone(), "the tag is gone, so `toets load` cannot know it again".to_owned()));
                }
                let found = differences(&expected(resource, ids), &read, base);
                different.extend(found.into_iter().map(|what| (name.clone(), what)));
            }
        }
    }
    Ok(different)
}
