//! The licence.

use jiff::Timestamp;

use super::Call;
use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::nature::Nature;
use crate::http::{Problem, Response};
use crate::state::{Entity, Store, Value};

pub(super) const BEHAVIOURS: Behaviours = &[
    (
        "Defs.GetLicenseParameters",
        Reads(|call, store| Ok(call.whole(&license(call, store).ok_or(Problem::NoSuchPath)?))),
    ),
    ("LicenseStatus.EditLicenseInfo", Changes(edit)),
    ("LicenseStatus.ReplaceLicenseKey", Changes(replace_key)),
];

pub(super) const NATURE: Nature = Nature {
    name: "LicenseStatus",
    current: |call, _, status| {
        let active = !status.text("ExpirationDate").parse::<Timestamp>().is_ok_and(|end| end < call.now);
        status.clone().with("LicenseActive", Value::Bool(active)).into()
    },
    ..Nature::PLAIN
};

/// What the licence allows.
pub(super) fn license(call: &Call<'_>, store: &Store) -> Option<Entity> {
    let status = store.singletons.get("LicenseStatus")?;
    let maintained = status.text("MaintenanceExpiresAt").parse::<Timestamp>().is_ok_and(|end| end > call.now);
    Some(
        call.shapes
            .entity("License")?
            .with("ProductCode", status.get("ProductCode").clone())
            .with("CountryCode", status.get("CountryCode").clone())
            .with("MaxSimCalls", status.get("MaxSimCalls").clone())
            .with("IsEnterprise", Value::Bool(status.text("ProductCode").contains("ENT")))
            .with("IsProfessional", Value::Bool(status.text("ProductCode").contains("PROF")))
            .with("IsBrandingEnabled", Value::Bool(true))
            .with("IsCfdEnabled", Value::Bool(true))
            .with("IsMaintainceExpired", Value::Bool(!maintained)),
    )
}

/// A licence key is four groups of four letters and digits.
fn replace_key(call: &Call<'_>, store: &mut Store) -> Answer {
    let key = call.text_field("licenseKey")?;
    let group = |group: &str| group.len() == 4 && group.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if key.split('-').count() != 4 || !key.split('-').all(group) {
        return Err(Problem::refused("licenseKey", "WARNINGS.LICENSE_NOT_FOUND"));
    }
    let key = Value::text(key);
    if let Some(status) = store.singletons.get_mut("LicenseStatus") {
        status.set("LicenseKey", key);
    }
    Ok(Response::empty(204))
}

fn edit(call: &Call<'_>, store: &mut Store) -> Answer {
    let given = call.field("licenseParams").cloned().unwrap_or_default();
    let country = given["Country"].as_str().and_then(|code| {
        let known = store.set("Countries")?.rows().find(|country| country.text("CountryCode") == code)?;
        Some(known.get("Name").clone())
    });
    let Some(status) = store.singletons.get_mut("LicenseStatus") else { return Err(Problem::NoSuchPath) };
    for (from, to) in [
        ("CompanyName", "CompanyName"),
        ("ContactName", "ContactName"),
        ("Email", "EMail"),
        ("Phone", "Telephone"),
        ("Country", "CountryCode"),
    ] {
        if let Some(text) = given[from].as_str() {
            status.set(to, Value::text(text));
        }
    }
    if let Some(country) = country {
        status.set("CountryName", country);
    }
    Ok(Response::empty(204))
}
