//! The consulter that asks as another version writes it is recognised as that
//! version, with what it has to change.

use std::collections::BTreeSet;

use toets::agreements::{Dialect, FhirVersion};
use toets::recognise::{Asked, Recogniser, Tongue};
use toets::serve::{Config, start};

use super::{TOKEN, consulted, settings, suite};

/// What every version before rc2 asks otherwise, in R4 and in STU3.
const SINCE_RC1: [&str; 5] =
    ["goal-by-category", "communication-request", "includes-with-equals", "donor-asked", "device-codes-listed"];

/// The version that the requests of the consulter speak, and what it has to change to reach the current one.
async fn spoken(current: Dialect, fault: Option<&str>) -> (BTreeSet<Dialect>, BTreeSet<String>) {
    let fhir = current.fhir();
    let running = start(Config { fhir, ..Config::new(suite(), TOKEN) }).await.expect("a free port");
    let mut settings = settings(&running.base_url, "full-plan-patient");
    (settings.fhir, settings.faults) = (fhir, fault.into_iter().map(str::to_owned).collect());
    let outcome = consulted(&settings).await;
    let recogniser = Recogniser::new(&suite().exchanges, current);
    let mut tongue = Tongue::new(&suite().dialects, &suite().exchanges);
    for asked in &outcome.asked {
        let asked = Asked::at(asked.method, &asked.url, asked.form.as_deref(), &running.base_url);
        tongue.request(&asked, &recogniser.recognise(&asked));
    }
    running.stop().await;
    let steps = tongue.to_reach(current).iter().map(|step| step.change.id.clone()).collect();
    (tongue.likeliest(), steps)
}

#[tokio::test]
async fn who_asks_as_a_version_writes_it_is_recognised_with_what_to_change() {
    let rc1 = SINCE_RC1.to_vec();
    let beta3 = [&SINCE_RC1[..], &["canonical-moved"]].concat();
    for (fault, speaks, changes) in [
        (None, Dialect::R4Rc2, vec![]),
        (Some("dialect-r4-beta3"), Dialect::R4Beta3, beta3),
        (Some("dialect-r4-rc1"), Dialect::R4Rc1, rc1.clone()),
        (Some("dialect-r4-rc3-dev"), Dialect::R4Rc3Dev, vec!["capacity-observed"]),
        (None, Dialect::Stu3Rc2, vec![]),
        (Some("dialect-stu3-rc1"), Dialect::Stu3Rc1, rc1),
    ] {
        let current = match speaks.fhir() {
            FhirVersion::R4 => Dialect::R4Rc2,
            FhirVersion::Stu3 => Dialect::Stu3Rc2,
        };
        let (spoken, steps) = spoken(current, fault).await;
        assert_eq!(spoken, BTreeSet::from([speaks]), "{fault:?}");
        assert_eq!(steps, changes.into_iter().map(str::to_owned).collect(), "{fault:?}");
    }
}
