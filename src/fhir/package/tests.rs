//! Hostile and odd packages.
