//! Which profiles elements were found to meet: asked once, however many references
//! lead there and however they run in rings.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::profile::Profile;
use crate::fhir::node::{Node, NodeId};

/// References from one resource to the next that are followed at most: what is
/// deeper cannot be told. Real chains are a handful long; a hostile one would
/// take the stack.
const MAX_DEPTH: usize = 24;

/// Tree, element and address of the profile.
type Trial = (usize, NodeId, usize);

/// What was found out, and what is being looked at.
#[derive(Debug, Default)]
pub(super) struct Trials {
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    known: HashMap<Trial, Option<bool>>,
    /// Those being looked at, by their depth.
    open: HashMap<Trial, usize>,
    /// For each of them the least depth of an open one whose answer it leans on.
    leans: Vec<usize>,
    /// Those that were found to be met on the word that an open one is, with the least
    /// depth of such.
    provisional: HashMap<Trial, usize>,
    /// The same in the order in which they were found.
    order: Vec<Trial>,
}

impl Trials {
    /// What was found before, or what `find` finds now. One that is asked again
    /// while it is being looked at, through references in a ring, is taken to be met;
    /// what leans on that is kept only if it turns out so. `None` where it cannot be told.
    pub(super) fn once(&self, node: Node<'_>, profile: &Arc<Profile>, find: impl FnOnce() -> Option<bool>) -> Option<bool> {
        let trial = (std::ptr::from_ref(node.tree()).addr(), node.id(), Arc::as_ptr(profile).addr());
        let begun = self.state.borrow_mut().begin(trial);
        match begun {
            Begun::Known(answer) => answer,
            Begun::TooDeep => None,
            Begun::Open(started) => {
                let found = find();
                self.state.borrow_mut().end(trial, found, started);
                found
            }
        }
    }
}

enum Begun {
    Known(Option<bool>),
    TooDeep,
    /// How many provisional answers there were.
    Open(usize),
}

impl State {
    fn begin(&mut self, trial: Trial) -> Begun {
        if let Some(known) = self.known.get(&trial) {
            return Begun::Known(*known);
        }
        if let Some(leans) = self.provisional.get(&trial).or_else(|| self.open.get(&trial)).copied() {
            self.lean(leans);
            return Begun::Known(Some(true));
        }
        let depth = self.leans.len();
        if depth >= MAX_DEPTH {
            return Begun::TooDeep;
        }
        self.open.insert(trial, depth);
        self.leans.push(depth);
        Begun::Open(self.order.len())
    }

    fn lean(&mut self, depth: usize) {
        if let Some(own) = self.leans.last_mut() {
            *own = depth.min(*own);
        }
    }

    fn end(&mut self, trial: Trial, found: Option<bool>, started: usize) {
        self.open.remove(&trial);
        let depth = self.leans.len() - 1;
        let leans = self.leans.pop().unwrap_or(depth);
        if found != Some(true) {
            // What was found on the word that this is met has lost its ground. The answer itself
            // has not: with less taken to be met it is not more.
            for lost in self.order.drain(started..) {
                self.provisional.remove(&lost);
            }
            self.known.insert(trial, found);
        } else if leans >= depth {
            for settled in self.order.drain(started..) {
                self.provisional.remove(&settled);
                self.known.insert(settled, Some(true));
            }
            self.known.insert(trial, found);
        } else {
            self.provisional.insert(trial, leans);
            self.order.push(trial);
            self.lean(leans);
        }
    }
}
