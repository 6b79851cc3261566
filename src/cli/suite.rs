//! The suite that a command works with.

use std::path::Path;

use super::diagnostics;
use super::failure::Failure;
use super::terminal::Terminal;
use crate::agreements::{Actor, Dialect, FhirVersion};
use crate::nearest::nearest;
use crate::plan::{Claims, Plan, Selection, Target, TargetAuth, compile};
use crate::scenario::{Source, Suite, load};

/// What is claimed in a version of FHIR until a vendor says otherwise.
pub(crate) fn dialect(fhir: FhirVersion) -> Dialect {
    match fhir {
        FhirVersion::R4 => Dialect::R4Rc2,
        FhirVersion::Stu3 => Dialect::Stu3Rc2,
    }
}

/// A version of the agreement by the word that claims it.
pub(crate) fn claimed(word: &str) -> Result<Dialect, String> {
    let known = Dialect::ALL.map(Dialect::word);
    if let Some(dialect) = Dialect::ALL.into_iter().find(|dialect| dialect.word() == word) {
        return Ok(dialect);
    }
    let near = nearest(word, known).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    Err(format!("{near}The versions are {}", known.join(", ")))
}

/// The suite in this folder, or the built-in one. Mistakes in it are drawn before the command ends.
pub(crate) fn suite(folder: Option<&Path>, terminal: &Terminal) -> Result<Suite, Failure> {
    let source = folder.map_or(Source::Embedded, |folder| Source::Directory(folder.to_owned()));
    load(&source).map_err(|mistakes| {
        let count = if mistakes.len() == 1 { "a mistake".to_owned() } else { format!("{} mistakes", mistakes.len()) };
        terminal.note(&diagnostics::draw(&mistakes, &|path| std::fs::read_to_string(path).ok(), terminal.paint()));
        Failure::usage(format!("the suite has {count}")).hint("mend the files named above; `toets lint` tells them again")
    })
}

/// The claims of a product.
pub(crate) fn claims(product: Option<&str>, fhir: FhirVersion) -> Claims {
    Claims { product: product.map(str::to_owned), ..Claims::new(Actor::Provider, dialect(fhir)) }
}

/// A plan of the whole suite for an actor that is never run: what would be expected.
pub(crate) fn whole_plan(suite: &Suite, actor: Actor, dialect: Dialect) -> Result<Plan, Failure> {
    let target = Target {
        built_in: true,
        ..Target::new("http://127.0.0.1/fhir".to_owned(), TargetAuth::Bearer(super::address::TOKEN.to_owned()))
    };
    compile(suite, Claims::new(actor, dialect), target, &Selection::All).map_err(|why| Failure::usage(why.to_string()))
}
