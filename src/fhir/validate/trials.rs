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

/// Whether an element meets a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meets {
    /// It does.
    Yes,
    /// It does unless a code is wrong that only a terminology server knows. That is told
    /// where the code stands, and nearly every resource has one.
    ButForCodes,
    /// It does not.
    No,
    /// That cannot be told.
    Unknown,
}

impl Meets {
    fn is_met(self) -> bool {
        matches!(self, Self::Yes | Self::ButForCodes)
    }

    /// The same as an answer, for who leaves codes to where they stand.
    pub(crate) fn answer(self) -> Option<bool> {
        match self {
            Self::Yes | Self::ButForCodes => Some(true),
            Self::No => Some(false),
            Self::Unknown => None,
        }
    }
}

/// Tree, element and address of the profile.
type Trial = (usize, NodeId, usize);

/// What was found out, and what is being looked at.
#[derive(Debug, Default)]
pub(super) struct Trials {
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    known: HashMap<Trial, Meets>,
    /// Those being looked at, by their depth.
    open: HashMap<Trial, usize>,
    /// For each of them the least depth of an open one whose answer it leans on.
    leans: Vec<usize>,
    /// Those that were found to be met on the word that an open one is, with the least
    /// depth of such.
    provisional: HashMap<Trial, (usize, Meets)>,
    /// The same in the order in which they were found.
    order: Vec<Trial>,
}

impl Trials {
    /// What was found before, or what `find` finds now. One that is asked again
    /// while it is being looked at, through references in a ring, is taken to be met;
    /// what leans on that is kept only if it turns out so.
    pub(super) fn once(&self, node: Node<'_>, profile: &Arc<Profile>, find: impl FnOnce() -> Meets) -> Meets {
        let trial = (std::ptr::from_ref(node.tree()).addr(), node.id(), Arc::as_ptr(profile).addr());
        let begun = self.state.borrow_mut().begin(trial);
        match begun {
            Begun::Known(answer) => answer,
            Begun::TooDeep => Meets::Unknown,
            Begun::Open(started) => {
                let found = find();
                self.state.borrow_mut().end(trial, found, started);
                found
            }
        }
    }
}

enum Begun {
    Known(Meets),
    TooDeep,
    /// How many provisional answers there were.
    Open(usize),
}

impl State {
    fn begin(&mut self, trial: Trial) -> Begun {
        if let Some(known) = self.known.get(&trial) {
            return Begun::Known(*known);
        }
        let taken = self.open.get(&trial).map(|depth| (*depth, Meets::Yes));
        if let Some((leans, answer)) = self.provisional.get(&trial).copied().or(taken) {
            self.lean(leans);
            return Begun::Known(answer);
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

    fn end(&mut self, trial: Trial, found: Meets, started: usize) {
        self.open.remove(&trial);
        let depth = self.leans.len() - 1;
        let leans = self.leans.pop().unwrap_or(depth);
        if !found.is_met() {
            // What was found on the word that this is met has lost its ground. The answer itself
            // has not: with less taken to be met it is not more.
            for lost in self.order.drain(started..) {
                self.provisional.remove(&lost);
            }
            self.known.insert(trial, found);
        } else if leans >= depth {
            for settled in self.order.drain(started..) {
                let (_, answer) = self.provisional.remove(&settled).unwrap_or((depth, found));
                self.known.insert(settled, answer);
            }
            self.known.insert(trial, found);
        } else {
            self.provisional.insert(trial, (leans, found));
            self.order.push(trial);
            self.lean(leans);
        }
    }
}
