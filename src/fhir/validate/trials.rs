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
    /// Answers that lean on one that is open, in the order in which they were found.
    provisional: Vec<(Trial, Option<bool>, usize)>,
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
        let provisional = self.provisional.iter().find(|(other, ..)| *other == trial);
        if let Some((answer, leans)) = provisional.map(|(_, answer, leans)| (*answer, *leans)) {
            self.lean(leans);
            return Begun::Known(answer);
        }
        if let Some(depth) = self.open.get(&trial).copied() {
            self.lean(depth);
            return Begun::Known(Some(true));
        }
        let depth = self.leans.len();
        if depth >= MAX_DEPTH {
            return Begun::TooDeep;
        }
        self.open.insert(trial, depth);
        self.leans.push(depth);
        Begun::Open(self.provisional.len())
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
            self.provisional.truncate(started);
            self.known.insert(trial, found);
        } else if leans >= depth {
            let settled = self.provisional.drain(started..).map(|(trial, answer, _)| (trial, answer));
            self.known.extend(settled);
            self.known.insert(trial, found);
        } else {
            self.provisional.push((trial, found, leans));
            self.lean(leans);
        }
    }
}
