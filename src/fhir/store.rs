//! Resources kept in memory, to read and to search. Grows linearly: an index by
//! who refers to whom keeps a search for one patient quick among thousands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::node::{Node, Tree};
use super::search::{Criteria, Expressions, Query, Scope, SearchError, Unknown, link_of};
use super::types::Types;

/// Type and id.
type Key = (Box<str>, Box<str>);

/// Resources by type and id.
#[derive(Debug)]
pub struct Store {
    types: &'static Types,
    base: String,
    resources: BTreeMap<Key, Tree>,
    /// Target of a reference, with its type and (under an empty one) without, to the resources that hold it.
    referring: HashMap<Key, BTreeSet<Key>>,
    /// Value of an identifier to the resources that have it.
    identified: HashMap<Box<str>, BTreeSet<Key>>,
    expressions: Expressions,
}

/// Why a resource cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PutError {
    /// It has no id to keep it by.
    #[error("the resource has no `id`")]
    NoId,
    /// A resource of this type and id is there already.
    #[error("there is a resource of this type with the same `id` already")]
    Twice,
}

/// What a search found: resources in order of type and id.
#[derive(Debug, Clone, Default)]
pub struct SearchResult<'s> {
    /// Those that match.
    pub matches: Vec<Node<'s>>,
    /// Those that come along by `_include`, none of them twice and none a match.
    pub includes: Vec<Node<'s>>,
}

impl Store {
    /// An empty store of a server with this address (which may be empty); by it
    /// absolute references to its own resources are known.
    #[must_use]
    pub fn new(types: &'static Types, base: &str) -> Self {
        Self {
            types,
            base: base.trim_end_matches('/').to_owned(),
            resources: BTreeMap::new(),
            referring: HashMap::new(),
            identified: HashMap::new(),
            expressions: Expressions::default(),
        }
    }

    /// Keeps a resource.
    ///
    /// # Errors
    /// When it has no id, or one that is taken.
    pub fn put(&mut self, tree: Tree) -> Result<(), PutError> {
        let root = tree.root();
        let key: Key = (root.type_name().into(), root.child_value("id").ok_or(PutError::NoId)?.into());
        if self.resources.contains_key(&key) {
            return Err(PutError::Twice);
        }
        // Of a document, `identifier` also searches `masterIdentifier`.
        let identifiers = root.children().filter(|child| matches!(child.name(), "identifier" | "masterIdentifier"));
        for value in identifiers.filter_map(|identifier| identifier.child_value("value")) {
            self.identified.entry(value.into()).or_default().insert(key.clone());
        }
        for target in references(root, &self.base) {
            self.referring.entry(target).or_default().insert(key.clone());
        }
        self.resources.insert(key, tree);
        Ok(())
    }

    /// The resource of a type with an id.
    #[must_use]
    pub fn read(&self, resource: &str, id: &str) -> Option<Node<'_>> {
        self.resources.get(&(Box::from(resource), Box::from(id))).map(Tree::root)
    }

    /// What a literal reference points at, when it is here.
    #[must_use]
    pub fn resolve(&self, reference: &str) -> Option<Node<'_>> {
        let link = link_of(reference, &self.base)?;
        self.read(link.resource, link.id)
    }

    /// How many resources there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.resources.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// The type table that this store reads with.
    #[must_use]
    pub fn types(&self) -> &'static Types {
        self.types
    }

    /// Makes a query ready for a resource type of this store.
    ///
    /// # Errors
    /// When a modifier or a value is wrong, or a parameter unknown and `unknown` refuses those.
    pub fn prepare(&self, resource: &str, query: &Query, unknown: Unknown) -> Result<Criteria, SearchError> {
        Criteria::prepare(resource, query, self.scope(), unknown)
    }

    /// Matches and all that comes along with them.
    #[must_use]
    pub fn search(&self, criteria: &Criteria) -> SearchResult<'_> {
        let matches = self.find(criteria);
        let includes = self.included(criteria, &matches);
        SearchResult { matches, includes }
    }

    /// The matches, in order of id.
    #[must_use]
    pub fn find<'s>(&'s self, criteria: &Criteria) -> Vec<Node<'s>> {
        let resolve = |reference: &str| self.resolve(reference);
        self.candidates(criteria).into_iter().filter(|node| criteria.matches(*node, self.scope(), &resolve)).collect()
    }

    /// What comes along with some of the matches, in order of type and id.
    #[must_use]
    pub fn included<'s>(&'s self, criteria: &Criteria, matches: &[Node<'s>]) -> Vec<Node<'s>> {
        let resolve = |reference: &str| self.resolve(reference);
        let mut found = BTreeMap::new();
        for node in matches.iter().flat_map(|node| criteria.included(*node, self.scope(), &resolve)) {
            let key = (node.type_name(), node.child_value("id").unwrap_or_default());
            // Read again: what the resolver gave lives no longer than the resolver.
            found.extend(self.read(key.0, key.1).map(|node| ((node.type_name(), node.child_value("id")), node)));
        }
        for node in matches {
            found.remove(&(node.type_name(), node.child_value("id")));
        }
        found.into_values().collect()
    }

    fn scope(&self) -> Scope<'_> {
        Scope { types: self.types, expressions: &self.expressions, base: &self.base }
    }

    fn candidates(&self, criteria: &Criteria) -> Vec<Node<'_>> {
        use super::search::Candidates;
        let resource = criteria.resource();
        let of_type = |keys: BTreeSet<&Key>| -> Vec<Node<'_>> {
            keys.into_iter().filter(|key| &*key.0 == resource).filter_map(|key| self.read(&key.0, &key.1)).collect()
        };
        match criteria.candidates() {
            Candidates::Ids(ids) => {
                let ids: BTreeSet<String> = ids.into_iter().collect();
                ids.iter().filter_map(|id| self.read(resource, id)).collect()
            }
            Candidates::Identified(values) => {
                of_type(values.iter().filter_map(|value| self.identified.get(&**value)).flatten().collect())
            }
            Candidates::Referring(targets) => {
                let keys = targets.into_iter().map(|(resource, id)| (resource.into(), id.into()));
                of_type(keys.filter_map(|key: Key| self.referring.get(&key)).flatten().collect())
            }
            Candidates::All => {
                let first = (Box::from(resource), Box::from(""));
                let rest = self.resources.range(first..).take_while(|((kind, _), _)| &**kind == resource);
                rest.map(|(_, tree)| tree.root()).collect()
            }
        }
    }
}

/// Every resource of this server that is referred to, at any depth.
fn references(root: Node<'_>, base: &str) -> BTreeSet<Key> {
    let mut targets = BTreeSet::new();
    let mut left = vec![root];
    while let Some(node) = left.pop() {
        let written = if node.name() == "reference" { node.value() } else { None };
        if let Some(link) = written.and_then(|written| link_of(written, base)) {
            targets.insert((link.resource.into(), link.id.into()));
            targets.insert(("".into(), link.id.into()));
        }
        left.extend(node.children());
    }
    targets
}
