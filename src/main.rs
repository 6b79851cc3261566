//! The program: hands its arguments to `cli` and returns the exit code.

fn main() {}
