//! Snapshots of definitions made here.
