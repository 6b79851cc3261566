//! Value sets and code systems made here.
