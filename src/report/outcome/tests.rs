//! What each format makes of judged resources.
