//! Slicing on small profiles.
