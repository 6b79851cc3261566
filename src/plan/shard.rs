//! A share of a plan, for a run that is split over several machines: the
//! scenarios are dealt out in the order of the plan, so that every machine with
//! the same suite and claims deals alike. Joining the shares is `engine`'s.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Plan, PlannedScenario};

/// One of several shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Shard {
    /// Which one, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
}

/// A share that is not written as one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a share is written i/n, from 1/n to n/n with at most 1000 of them, for example 1/3")]
pub struct ShardError;

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (number, of) = text.split_once('/').ok_or(ShardError)?;
        let shard = Self { number: number.parse().map_err(|_| ShardError)?, of: of.parse().map_err(|_| ShardError)? };
        if (1..=shard.of).contains(&shard.number) && shard.of <= 1000 { Ok(shard) } else { Err(ShardError) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.number, self.of)
    }
}

impl Shard {
    /// Leaves this share in the plan, and says so in it.
    pub fn keep(self, plan: &mut Plan) {
        let mut place = 0;
        plan.scenarios.retain(|_| {
            place += 1;
            (place - 1) % self.of == self.number - 1
        });
        plan.shard = Some(self);
    }

    /// The scenarios of all shares, given in the order of their numbers, in the order of the whole plan.
    #[must_use]
    pub fn deal_back(shares: Vec<Vec<PlannedScenario>>) -> Vec<PlannedScenario> {
        let mut shares: Vec<_> = shares.into_iter().map(Vec::into_iter).collect();
        let mut whole = Vec::new();
        loop {
            let before = whole.len();
            whole.extend(shares.iter_mut().filter_map(Iterator::next));
            if whole.len() == before {
                return whole;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shard_is_read_as_it_is_written() {
        assert_eq!("2/3".parse(), Ok(Shard { number: 2, of: 3 }));
        assert_eq!(Shard { number: 2, of: 3 }.to_string(), "2/3");
        for wrong in ["0/3", "4/3", "3", "/", "1/0", "a/b", "-1/2", "1/1001"] {
            assert_eq!(wrong.parse::<Shard>(), Err(ShardError), "{wrong}");
        }
    }
}
