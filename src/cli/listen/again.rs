//! A table that was broken off and goes on: who sat there, at which address, and
//! what has to be told again because evidence does not hold it.

use std::path::{Path, PathBuf};

use url::Url;

use super::super::failure::Failure;
use super::super::terminal::Terminal;
use super::super::{several, vendor};
use super::guests::Guest;
use super::{ListenArguments, said};
use crate::agreements::Actor;
use crate::engine::Recorder;
use crate::evidence::Evidence;
use crate::scenario::Suite;
use crate::serve::{Listener, Seat};
use crate::sut::FILE;

/// One vendor's part of the table.
pub(super) struct Again {
    pub(super) folder: PathBuf,
    pub(super) recorder: Recorder,
    pub(super) evidence: Evidence,
}

/// The tables of a folder: itself, or one in it for each vendor.
pub(super) fn tables(folder: &Path) -> Result<Vec<Again>, Failure> {
    let tables = several::runs_or(folder).into_iter().map(table).collect::<Result<Vec<_>, _>>()?;
    let tempo = |table: &Again| table.evidence.start.tempo.to_bits();
    let origin = |table: &Again| base_of(&table.evidence).map(|base| base.origin());
    match tables.iter().find(|table| tempo(table) != tempo(&tables[0]) || origin(table) != origin(&tables[0])) {
        Some(other) => Err(Failure::usage(format!("`{}` was not at the table of the others", other.folder.display()))
            .hint("go on with it alone: name its own folder")),
        None => Ok(tables),
    }
}

fn table(folder: PathBuf) -> Result<Again, Failure> {
    let (recorder, evidence) = Recorder::resume(&folder).map_err(|why| Failure::usage(why.to_string()))?;
    if evidence.start.plan.claims.actor != Actor::Consulter {
        return Err(Failure::usage(format!("`{}` is no table of a client", folder.display())));
    }
    Ok(Again { folder, recorder, evidence })
}

/// Who sat there, with what starts their clients as the command line and the vendors' files say now.
pub(super) fn guests(
    tables: &[Again],
    arguments: &ListenArguments,
    (suite, terminal): (&Suite, &Terminal),
) -> Result<Vec<Guest>, Failure> {
    let name = |table: &Again| table.folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let own = |table: &Again| if tables.len() > 1 { name(table) } else { None };
    let mut guests: Vec<Guest> = tables.iter().map(|table| Guest::again(&table.evidence, own(table), arguments)).collect();
    let usual = PathBuf::from(FILE);
    let is_named = !arguments.suts.is_empty();
    let files = if !is_named && usual.is_file() { vec![usual] } else { arguments.suts.clone() };
    for path in &files {
        let sut = vendor::read(path, suite, terminal)?;
        let of = Guest::of_file(&sut, arguments);
        match guests.iter_mut().find(|guest| guest.product == of.product) {
            Some(guest) => (guest.trigger, guest.attest) = (of.trigger, of.attest),
            None if is_named => return Err(Failure::usage(format!("`{}` is about nobody at this table", path.display()))),
            None => {}
        }
    }
    if guests.iter().any(|guest| guest.trigger.is_none()) {
        terminal.note(said(
            terminal.language(),
            "note: evidence holds neither what starts a client nor what is known of its screen; where there was any, name it again: --sut, --trigger, --attest",
            "let op: bewijs bevat niet wat een client start of wat van zijn scherm bekend is; was dat er, noem het dan weer: --sut, --trigger, --attest",
        ));
    }
    Ok(guests)
}

/// The addresses that they had.
pub(super) fn sit_again(seats: &mut [Seat], tables: &[Again]) {
    for (seat, table) in seats.iter_mut().zip(tables) {
        if let Some(base) = base_of(&table.evidence) {
            base.path().clone_into(&mut seat.path);
        }
    }
}

/// The port that they had.
pub(super) fn port(tables: &[Again]) -> Option<u16> {
    tables.first().and_then(|table| base_of(&table.evidence)?.port_or_known_default())
}

/// Clients were told an address: it has to be the same again.
pub(super) fn check(listener: &Listener, tables: &[Again]) -> Result<(), Failure> {
    for (seat, table) in listener.seats().iter().zip(tables) {
        let (base, before) = (listener.base(&seat.name).unwrap_or_default(), &table.evidence.start.plan.target.base);
        if base != before {
            let what = format!("the address of `{}` was {before}, and would be {base} now", seat.name);
            return Err(Failure::usage(what).hint(
                "repeat the options by which clients reach this table, as they were: `--address`, `--host`, `--tls`, `--mutual` and `--tls-folder`",
            ));
        }
    }
    Ok(())
}

fn base_of(evidence: &Evidence) -> Option<Url> {
    Url::parse(&evidence.start.plan.target.base).ok()
}
