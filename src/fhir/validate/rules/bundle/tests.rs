//! Bundles, each code with what just gives it and what nearly does.
