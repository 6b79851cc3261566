//! The report: a view made once of plan, evidence and verdicts, and one pure
//! function a format over it. Nothing here reads a file or a clock.

pub mod agreements;
pub mod annotations;
mod build;
mod causes;
pub mod coverage;
mod curl;
pub mod data;
mod dataset;
mod defects;
mod diff;
pub mod draft;
mod excerpt;
mod exchanges;
pub mod explain;
mod habits;
mod head;
pub mod html;
pub mod json;
pub mod junit;
mod known;
mod lines;
pub mod live;
pub mod markdown;
pub mod outcome;
mod page;
mod pictures;
mod profiles;
mod reason;
mod sentence;
pub mod several;
pub mod sheet;
mod spoken;
pub mod text;
mod view;
mod warnings;
mod words;

pub use dataset::{Concept, Dataset};
pub use habits::Habit;
pub use spoken::{Speech, Version};
pub use view::{
    Cause, Excerpt, ExcerptLine, Exchange, Expectation, Finding, Gap, Group, Head, Issue, LevelCounts, Profiles, Reason, Report,
    Requirement, Root, Scenario, Step,
};
