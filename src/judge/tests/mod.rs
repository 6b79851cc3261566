//! Tests of whole judgements: evidence in, verdicts out.

mod codes;
mod comparison;
mod forms;
mod obstacles;
mod persona;
mod profiles;
mod run;
mod words;
