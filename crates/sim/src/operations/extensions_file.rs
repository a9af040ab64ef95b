//! The file of extensions as the web console exports it, which is not made of the API's names: its columns, flags as
//! 0 and 1, words by their numbers.

use threecx_catalog::foreign_column;

use super::behaviours::Answer;
use super::nature::{View, Wanted};
use super::{Call, csv, entities};
use crate::state::{Entity, Row, Store, Value};

/// The columns, in order.
const COLUMNS: [&str; 54] = [
    "Number",
    "FirstName",
    "LastName",
    "EmailAddress",
    "MobileNumber",
    "OutboundCallerID",
    "DID",
    "Role",
    "Department",
    "ClickToCallAuth",
    "WMApprove",
    "WebMeetingFriendlyName",
    "MAC",
    "Template",
    "Model",
    "Router",
    "Language",
    "Ringtone",
    "QRingtone",
    "VMEnable",
    "VMLanguage",
    "VMPlayMsgDateTime",
    "VMPIN",
    "VMEmailOptions",
    "VMNoPin",
    "VMPlayCallerID",
    "RecordCalls",
    "RecordExternal",
    "RecordCanSee",
    "RecordCanDelete",
    "RecordStartStop",
    "RecordNotify",
    "Disabled",
    "HideFWrules",
    "DisableExternalCalls",
    "HideInPhonebook",
    "CallScreening",
    "PinProtected",
    "PinTimeout",
    "Transcription",
    "AllowLanOnly",
    "SIPID",
    "DeliverAudio",
    "HotDesk",
    "SRTPMode",
    "EmailMissedCalls",
    "MS365SignInDisabled",
    "MS365CalendarDisabled",
    "MS365ContactsDisabled",
    "MS365TeamsDisabled",
    "GoogleSignInDisabled",
    "GoogleContactsDisabled",
    "GoogleCalendarDisabled",
    "BLF",
];

/// Answers `Users/Pbx.ExportExtensions()`.
pub(super) fn export(call: &Call<'_>, store: &Store) -> Answer {
    let set = entities::root(call, store)?;
    let options = call.options(Some(set.shape))?;
    let view = View { store, set, wanted: Wanted::Options(&options), now: call.now };
    let page = options.page((call.route.nature.rows)(view), usize::MAX);
    let lines = page.rows.iter().map(|user: &Row<'_>| COLUMNS.map(|column| cell(view, user, column)));
    Ok(csv::file(call, COLUMNS, lines))
}

fn cell(view: View<'_>, user: &Entity, column: &str) -> String {
    let membership = || user.get("Groups").as_list().first().and_then(Value::as_object);
    let phone = |name: &str| first_phone(user).map(|phone| phone.text(name).to_owned()).unwrap_or_default();
    let phone_setting = |name: &str| {
        let settings = first_phone(user).and_then(|phone| phone.get("Settings").as_object());
        settings.map(|settings| settings.text(name).to_owned()).unwrap_or_default()
    };
    match column {
        "DID" => dids(view, user).join(":"),
        "Role" => {
            let rights = membership().and_then(|membership| membership.get("Rights").as_object());
            rights.map(|rights| format!("<role name=\"{}\" />", rights.text("RoleName"))).unwrap_or_default()
        }
        "Department" => membership().map(|membership| membership.text("Name").to_owned()).unwrap_or_default(),
        // Calls from web sites need no login.
        "ClickToCallAuth" => "0".to_owned(),
        "MAC" => phone("MacAddress"),
        "Template" => phone("TemplateName"),
        "Model" => phone("Name"),
        "Router" => phone_setting("SbcName"),
        "Ringtone" => phone_setting("RingTone"),
        "QRingtone" => phone_setting("QueueRingTone"),
        _ => property(user, column),
    }
}

fn first_phone(user: &Entity) -> Option<&Entity> {
    user.get("Phones").as_list().first().and_then(Value::as_object)
}

/// The numbers that lead to an extension.
fn dids(view: View<'_>, user: &Entity) -> Vec<String> {
    let leads_here = |rule: &&Entity| {
        let to = rule.get("OfficeHoursDestination").as_object();
        rule.text("Condition") == "BasedOnDID" && to.is_some_and(|to| to.get("Number") == user.get("Number"))
    };
    view.rows_of("InboundRules").filter(leads_here).map(|rule| rule.text("Data").to_owned()).collect()
}

/// A column that is a property, by its own name or another, in the console's form.
fn property(user: &Entity, column: &str) -> String {
    let foreign = foreign_column("Users", column);
    let name = foreign.and_then(|foreign| foreign.property).unwrap_or(column);
    let (negated, words) = foreign.map_or((false, &[][..]), |foreign| (foreign.negated, foreign.words));
    match user.get(name) {
        Value::Bool(is) => u8::from(*is != negated).to_string(),
        Value::Text(word) if !words.is_empty() => {
            words.iter().position(|known| **known == **word).map_or_else(|| word.to_string(), |place| place.to_string())
        }
        Value::Text(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        _ => String::new(),
    }
}
