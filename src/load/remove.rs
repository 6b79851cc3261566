//! Removing a persona: in reverse order, and only what carries its tag.

use serde_json::{Value, json};

use super::resource::{Ids, TAG_SYSTEM, is_ours, tag_code};
use super::server::{Server, Trouble};
use super::{LoadError, Place, resources};

/// A persona that was removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Removed {
    /// `Type/id` of what was deleted.
    pub deleted: Vec<String>,
    /// What has the id of a fixture and not its tag, and was left alone.
    pub left: Vec<String>,
}

/// What would be deleted, in order, and what would be left. `ids` are those that the server chose, where it did.
///
/// # Errors
/// When the server does not let us look.
pub async fn removable(place: Place<'_>, ids: &Ids) -> Result<Removed, LoadError> {
    let server = Server { client: place.client };
    let resources = resources(place)?;
    let mut found = Removed::default();
    let mut kinds: Vec<&str> = Vec::new();
    for resource in resources.iter().rev() {
        let name = ids.get(&resource.name).unwrap_or(&resource.name);
        match server.read(name).await? {
            None => {}
            Some(read) if is_ours(&read, place.persona) => found.deleted.push(name.clone()),
            Some(_) => found.left.push(name.clone()),
        }
        if !kinds.contains(&resource.kind.as_str()) {
            kinds.push(&resource.kind);
        }
    }
    for kind in kinds {
        let others = tagged(place, server, kind).await?;
        let new: Vec<_> = others.into_iter().filter(|name| !found.deleted.contains(name)).collect();
        found.deleted.extend(new);
    }
    Ok(found)
}

/// Resources of the persona under ids that the server chose and nobody wrote down. A server without
/// this search has told us of none.
async fn tagged(place: Place<'_>, server: Server<'_>, kind: &str) -> Result<Vec<String>, Trouble> {
    let tag = format!("{TAG_SYSTEM}|{}", tag_code(place.persona));
    match server.search(kind, &[("_tag", tag), ("_count", "200".to_owned())]).await {
        Err(why) if why.is_final() => Err(why),
        Err(_) => Ok(Vec::new()),
        Ok(found) => Ok(found.iter().filter(|read| is_ours(read, place.persona)).map(name_of).collect()),
    }
}

fn name_of(resource: &Value) -> String {
    let text = |name: &str| resource[name].as_str().unwrap_or_default().to_owned();
    format!("{}/{}", text("resourceType"), text("id"))
}

/// Deletes what `removable` finds.
///
/// # Errors
/// When the server does not let us look, or does not delete.
pub async fn remove(place: Place<'_>, ids: &Ids) -> Result<Removed, LoadError> {
    let server = Server { client: place.client };
    let found = removable(place, ids).await?;
    let mut waiting = found.deleted.clone();
    while !waiting.is_empty() {
        let (kept, why) = round(server, &waiting).await?;
        let Some(why) = why else { break };
        if kept.len() == waiting.len() {
            // They refer to each other: a transaction deletes them at once.
            delete_at_once(server, &kept).await.map_err(|_| LoadError::NotRemoved { names: kept, why })?;
            break;
        }
        waiting = kept;
    }
    let mut still = Vec::new();
    for name in &found.deleted {
        if server.read(name).await?.is_some() {
            still.push(name.clone());
        }
    }
    match still.is_empty() {
        true => Ok(found),
        false => {
            let why =
                Trouble::Unreadable { what: format!("GET {}", still[0]), status: 200, why: "the resource, after it was deleted" };
            Err(LoadError::NotRemoved { names: still, why })
        }
    }
}

/// Tries each once; gives those that were not deleted, and why the last was not.
async fn round(server: Server<'_>, names: &[String]) -> Result<(Vec<String>, Option<Trouble>), LoadError> {
    let mut kept = Vec::new();
    let mut last = None;
    for name in names {
        match server.delete(name).await {
            Ok(()) => {}
            Err(why) if why.is_final() => return Err(why.into()),
            Err(why) => {
                kept.push(name.clone());
                last = Some(why);
            }
        }
    }
    Ok((kept, last))
}

async fn delete_at_once(server: Server<'_>, names: &[String]) -> Result<(), Trouble> {
    let entries: Vec<Value> = names.iter().map(|name| json!({ "request": { "method": "DELETE", "url": name } })).collect();
    server.transaction(&json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries })).await
}
