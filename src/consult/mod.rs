//! We are the colleague: the reference consulter asks a server for the care
//! plan of one patient, as the agreement has it, and tells what a doctor would
//! want to see. Asking is in `gather` and below; what the answers mean is in
//! `plan`, which sends nothing. By named faults it is wrong on command.

mod ask;
mod behave;
mod follow;
mod gather;
pub mod plan;
pub mod print;
mod query;
pub mod records;
mod settings;
mod shown;
mod survive;

pub use settings::{Asked, ConsultError, Groups, Outcome, Reason, ReasonKind, Settings, Whom};
pub use shown::shown;

/// Asks the server for the plan of one patient. Never writes, unless a fault tells it to.
///
/// # Errors
/// When the settings cannot be used. That a server cannot be reached, or does not answer, is in the outcome.
pub async fn run(settings: &Settings<'_>) -> Result<Outcome, ConsultError> {
    let mut asker = ask::Asker::new(settings)?;
    let records = gather::gather(settings, &mut asker).await;
    let plan = plan::read(&records);
    let (asked, reached) = asker.into_asked();
    Ok(Outcome { plan, asked, reached, incomplete: records.reasons })
}
