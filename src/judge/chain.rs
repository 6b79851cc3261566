//! An answer with its pages, and the entries that references lead to on them.
//! How a check gets to it is in `case`.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::answers::{Answer, Entry, resource_name};
use super::reference::{self, Name};
use super::verdict::Reason;
use crate::evidence::Exchange;

/// An answer with the pages that follow from it.
#[derive(Debug)]
pub(crate) struct Chain<'c> {
    /// The answer, then its pages in order. Never empty.
    pub(crate) pages: Vec<Answer<'c>>,
    /// How it ends.
    pub(crate) end: ChainEnd<'c>,
    targets: OnceCell<Targets<'c>>,
}

/// Entries by what references call them.
#[derive(Debug, Default)]
struct Targets<'c> {
    by_url: BTreeMap<&'c str, Entry<'c>>,
    by_name: BTreeMap<Name<'c>, Entry<'c>>,
}

/// How a chain of pages ends.
#[derive(Debug, Clone)]
pub(crate) enum ChainEnd<'c> {
    /// The last page has no next link.
    Whole,
    /// The last page has this next link, which was not asked.
    Unfetched(&'c str),
    /// The last page has this next link, which leads to a page before it.
    Loop(&'c str),
    /// A page was asked and cannot be judged.
    Broken(&'c Exchange, Reason),
}

impl<'c> Chain<'c> {
    /// An answer without pages.
    pub(crate) fn new(first: Answer<'c>) -> Self {
        Self { pages: vec![first], end: ChainEnd::Whole, targets: OnceCell::new() }
    }

    /// Entries of all pages.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'c>> {
        self.pages.clone().into_iter().flat_map(Answer::entries)
    }

    /// The entry that a reference in another entry means, when it is on these pages.
    pub(crate) fn target(&self, reference: &str, own: Option<Entry<'c>>, base: &str) -> Option<Entry<'c>> {
        let targets = self.targets.get_or_init(|| Targets::of(self));
        let unversioned = reference.split("/_history/").next().unwrap_or(reference);
        let by_url = targets.by_url.get(reference).or_else(|| targets.by_url.get(unversioned));
        let by_name = || targets.by_name.get(&reference::name(reference, &bases(own, base))?);
        by_url.or_else(by_name).copied()
    }

    /// Whether one of the pages was asked by this URL.
    pub(crate) fn holds(&self, url: &str) -> bool {
        self.pages.iter().any(|page| page.exchange.request.url == url)
    }
}

impl<'c> Targets<'c> {
    fn of(chain: &Chain<'c>) -> Self {
        let mut targets = Self::default();
        for entry in chain.entries() {
            if let Some(url) = entry.full_url {
                targets.by_url.entry(url).or_insert(entry);
            }
            if let Some(name) = entry.resource.and_then(resource_name) {
                targets.by_name.entry(name).or_insert(entry);
            }
        }
        targets
    }
}

/// Base URLs that count as the server's own: the one it was asked at, and the
/// one it calls itself in the full URL of an entry.
pub(crate) fn bases<'t>(entry: Option<Entry<'t>>, base: &'t str) -> Vec<&'t str> {
    let own = entry.and_then(|entry| {
        let name = resource_name(entry.resource?)?;
        reference::base_of(entry.full_url?, name.kind, name.id)
    });
    std::iter::once(base).chain(own).collect()
}
