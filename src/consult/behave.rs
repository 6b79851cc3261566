//! What a consulter with faults does otherwise. Without faults every answer
//! here is "no".

use super::settings::{ConsultError, Settings};
use crate::agreements::{Dialect, FhirVersion};
use crate::scenario::{ConsulterMisbehaviour as Fault, Trouble, Written};

/// The ways in which this consulter is wrong.
#[derive(Debug, Clone, Default)]
pub(super) struct Behaviour(Vec<Fault>);

impl Behaviour {
    /// Of the faults that are named.
    pub(super) fn of(settings: &Settings<'_>) -> Result<Self, ConsultError> {
        let mut all = Vec::new();
        for name in &settings.faults {
            let fault = settings.suite.consulter_fault(name).ok_or_else(|| ConsultError::UnknownFault(name.clone()))?;
            if !fault.is_for(settings.fhir) {
                return Err(ConsultError::FaultOfAnother(name.clone(), settings.fhir));
            }
            all.extend(fault.behaviour.iter().cloned());
        }
        Ok(Self(all))
    }

    /// All of them that are about this exchange.
    pub(super) fn about<'b>(&'b self, exchange: &str) -> impl Iterator<Item = &'b Fault> {
        let exchange = exchange.to_owned();
        self.0.iter().filter(move |fault| fault.concerns(&exchange))
    }

    /// Whether an exchange is never asked.
    pub(super) fn skips(&self, exchange: &str) -> bool {
        self.about(exchange).any(|fault| matches!(fault, Fault::Skip(_)))
    }

    /// The version for this FHIR that an exchange is asked by, when it is not the current one.
    pub(super) fn dialect(&self, exchange: &str, fhir: FhirVersion) -> Option<Dialect> {
        let other = |fault: &Fault| if let Fault::OtherDialect(other) = fault { Some(other.dialect) } else { None };
        self.about(exchange).filter_map(other).find(|dialect| dialect.fhir() == fhir)
    }

    /// The form that is asked for instead.
    pub(super) fn other_form(&self) -> Option<&str> {
        self.0.iter().find_map(|fault| if let Fault::OtherForm(form) = fault { Some(form.as_str()) } else { None })
    }

    /// Whether a request goes without credentials: one of an exchange, or a read.
    pub(super) fn forgets_credentials(&self, exchange: Option<&str>) -> bool {
        self.0.iter().any(|fault| match (fault, exchange) {
            (Fault::NoCredentials(all), _) if all == "*" => true,
            (Fault::NoCredentials(named), Some(exchange)) => named == exchange,
            (Fault::ReadsWithoutCredentials, None) => true,
            _ => false,
        })
    }

    pub(super) fn ignores_next(&self) -> bool {
        self.0.contains(&Fault::IgnoresNext)
    }

    pub(super) fn next_elsewhere(&self) -> bool {
        self.0.contains(&Fault::NextElsewhere)
    }

    pub(super) fn redirect_elsewhere(&self) -> bool {
        self.0.contains(&Fault::RedirectElsewhere)
    }

    /// Pages that are followed without looking.
    pub(super) fn next_forever(&self) -> Option<usize> {
        let pages = self.0.iter().find_map(|fault| if let Fault::NextForever(pages) = fault { Some(*pages) } else { None });
        pages.map(|pages| usize::try_from(pages).unwrap_or(usize::MAX))
    }

    /// Times that a refused request is sent again at once.
    pub(super) fn storms(&self) -> Option<u32> {
        self.0.iter().find_map(|fault| if let Fault::RetriesAtOnce(times) = fault { Some(*times) } else { None })
    }

    /// Whether nothing is asked any more after this.
    pub(super) fn stops_after(&self, trouble: Trouble) -> bool {
        self.0.contains(&Fault::StopsAfter(trouble))
    }

    /// Whether there is any answer that it does not survive.
    pub(super) fn is_fragile(&self) -> bool {
        self.0.iter().any(|fault| matches!(fault, Fault::StopsAfter(_)))
    }

    /// What is written to the server.
    pub(super) fn writes(&self) -> impl Iterator<Item = &Written> {
        self.0.iter().filter_map(|fault| if let Fault::Writes(written) = fault { Some(written) } else { None })
    }

    /// What `Accept` says.
    pub(super) fn accept(&self) -> Option<&str> {
        self.0.iter().find_map(|fault| if let Fault::Accept(accept) = fault { Some(accept.as_str()) } else { None })
    }

    /// What `_format` says.
    pub(super) fn format(&self) -> Option<&str> {
        self.0.iter().find_map(|fault| if let Fault::Format(format) = fault { Some(format.as_str()) } else { None })
    }

    pub(super) fn reads_nothing(&self) -> bool {
        self.0.contains(&Fault::ReadsNothing)
    }

    pub(super) fn is_right(&self) -> bool {
        self.0.is_empty()
    }
}
