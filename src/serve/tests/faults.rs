//! Every misbehaviour does what it says.
