//! Tests of whole judgements: evidence in, verdicts out.

mod codes;
