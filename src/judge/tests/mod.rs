//! Tests of whole judgements: evidence in, verdicts out.

mod codes;
mod comparison;
mod obstacles;
mod persona;
mod profiles;
mod run;
