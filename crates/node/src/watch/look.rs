//! The second look: a count, where a list says that there is nothing, or not even half of what was there, and that
//! would be told, or taken for how things were at the beginning.
//!
//! | what the count says | then |
//! |---|---|
//! | as many as came | the list is believed |
//! | another number | nothing is told as removed or ended: things moved between the two, or one of them is wrong |
//! | some, where the whole list was empty | the poll fails; for calls as above, since one may have begun |
//! | nothing | the poll fails: whatever answers does not know the question |

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use threecx_core::Error;

use super::{Event, State, numbered, present, records};
use crate::error_reply::Failure;

/// What the count brought.
#[derive(Clone, Copy, Deserialize)]
pub struct Looked {
    /// The number of rows in all, if it says so.
    #[serde(default)]
    count: Option<u64>,
}

/// A list that is not believed by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Doubt {
    /// How many rows came.
    rows: u64,
    /// True if another number is an error.
    whole: bool,
}

/// Whether there is reason to look again.
pub fn doubt(
    event: Event,
    state: Option<&State>,
    rows: &[&RawValue],
    records: Option<&str>,
) -> Result<Option<Doubt>, Failure> {
    let empty = Some(Doubt { rows: 0, whole: true }).filter(|_| rows.is_empty());
    Ok(match (event, state) {
        // The call log cannot be counted.
        (Event::CallFinished, _) => None,
        (Event::Record, Some(State::Records(state))) => {
            let (keys, most) = records::lost(records::listed_by(records)?, state, rows)?;
            most.then_some(Doubt { rows: keys as u64, whole: rows.is_empty() })
        }
        // Calls come and go: one may have begun meanwhile.
        (Event::ActiveCall, Some(State::Present(state))) => {
            empty.filter(|_| !state.is_empty()).map(|doubt| Doubt { whole: false, ..doubt })
        }
        (_, None) => empty,
        // Where nothing new came, nothing is told.
        (_, Some(_)) => None,
    })
}

/// The call that counts.
pub fn ask(event: Event, records: Option<&str>, filter: Option<&str>) -> Result<Value, Failure> {
    let operation = match event {
        Event::Record => records::listed_by(records)?.list.id,
        Event::ActiveCall => present::OPERATION,
        event => numbered::source(event).operation,
    };
    let mut options = Map::from_iter([("count".to_owned(), json!(true)), ("top".to_owned(), json!(1))]);
    if let Some(filter) = filter.filter(|filter| event == Event::Record && !filter.trim().is_empty()) {
        options.insert("filter".into(), filter.into());
    }
    Ok(json!({ "operation": operation, "options": options }))
}

/// Nothing where the count agrees with what came; else what the log should say.
pub fn notice(doubt: Doubt, looked: Looked) -> Result<Option<String>, Failure> {
    let unbelievable = |reason: String| Err(Error::Answer { reason }.into());
    match looked.count {
        Some(count) if count == doubt.rows => Ok(None),
        Some(count) if doubt.whole => {
            unbelievable(format!("the list is empty, but has {count} rows when it is counted"))
        }
        Some(count) => Ok(Some(format!(
            "the list came with {} rows, but has {count} when it is counted; what is missing from it is not told yet.",
            doubt.rows
        ))),
        None => unbelievable(format!("the list came with {} rows, and cannot be counted", doubt.rows)),
    }
}

#[cfg(test)]
mod tests {
    use threecx_catalog::{Options, Span};

    use super::*;
    use crate::call;

    /// A poll as the face makes it: `rows` is what the list brings, and `count` what the second look does. The reply,
    /// and whether there was a second look.
    fn poll(event: &str, state: &Value, rows: &Value, count: Option<u64>) -> (Value, bool) {
        let mut command = json!({ "do": "watched", "event": event, "records": "Users.ListUser", "filter": "Enabled eq true",
            "longest": 3600, "rows": rows });
        if !state.is_null() {
            command["state"] = state.clone();
        }
        let ask =
            |command: &Value| -> Value { serde_json::from_slice(&call(command.to_string().as_bytes())).expect("JSON") };
        let reply = ask(&command);
        if reply["look"].is_null() {
            return (reply, false);
        }
        assert_eq!(reply["look"]["options"]["count"], true);
        assert_eq!(reply["look"]["options"].get("filter").is_some(), event == "record");
        command["looked"] = json!({ "count": count });
        (ask(&command), true)
    }

    fn events(reply: &Value) -> Vec<String> {
        let events = reply["events"].as_array().expect("no error");
        events.iter().map(|event| format!("{} {}", event["event"].as_str().unwrap_or("new"), event["Id"])).collect()
    }

    #[test]
    fn empty_lists_are_not_all_removed_unless_a_count_agrees() {
        let users = json!([{ "Id": 1 }, { "Id": 2 }]);
        let (begun, looked) = poll("record", &json!(null), &users, None);
        assert!(!looked && events(&begun).is_empty());
        let (once, looked) = poll("record", &begun["state"], &json!([]), None);
        assert!(!looked && events(&once).is_empty());
        // As often as the count does not agree, nothing is told and nothing is forgotten.
        for count in [None, Some(2), Some(1), Some(500)] {
            let (reply, looked) = poll("record", &once["state"], &json!([]), count);
            assert!(looked && reply["error"]["code"] == "answer", "{reply}");
        }
        let (back, looked) = poll("record", &once["state"], &users, None);
        assert!(!looked && events(&back).is_empty());
        let (twice, looked) = poll("record", &once["state"], &json!([]), Some(0));
        assert!(looked);
        assert_eq!(events(&twice), ["removed 1", "removed 2"]);
        let (none, looked) = poll("record", &twice["state"], &json!([]), None);
        assert!(!looked && events(&none).is_empty());
    }

    #[test]
    fn a_list_that_lacks_some_is_counted_as_well() {
        let (begun, _) = poll("record", &json!(null), &json!([{ "Id": 1 }, { "Id": 2 }, { "Id": 3 }]), None);
        let less = json!([{ "Id": 1 }]);
        let (once, looked) = poll("record", &begun["state"], &less, None);
        assert!(!looked && events(&once).is_empty());
        let (doubted, looked) = poll("record", &once["state"], &json!([{ "Id": 1, "Number": "9" }]), Some(3));
        assert!(looked && doubted["notice"].is_string());
        assert_eq!(events(&doubted), ["changed 1"]);
        let (told, _) = poll("record", &doubted["state"], &json!([{ "Id": 1, "Number": "9" }]), Some(1));
        assert_eq!(events(&told), ["removed 2", "removed 3"]);
        // A few that are gone are believed, whatever is counted.
        let (few, _) = poll("record", &begun["state"], &json!([{ "Id": 1 }, { "Id": 2 }]), None);
        let (few, looked) = poll("record", &few["state"], &json!([{ "Id": 1 }, { "Id": 2 }]), None);
        assert!(!looked);
        assert_eq!(events(&few), ["removed 3"]);
        // What comes twice, because a page moved, counts once.
        let (same, _) = poll("record", &once["state"], &json!([{ "Id": 1 }, { "Id": 1 }]), Some(1));
        assert_eq!(events(&same), ["removed 2", "removed 3"]);
    }

    #[test]
    fn calls_end_when_a_count_agrees() {
        let (begun, _) = poll("activeCall", &json!(null), &json!([{ "Id": 7, "Status": "Talking" }]), None);
        let (failed, looked) = poll("activeCall", &begun["state"], &json!([]), None);
        assert!(looked && failed["error"]["code"] == "answer");
        let (meanwhile, _) = poll("activeCall", &begun["state"], &json!([]), Some(1));
        assert!(events(&meanwhile).is_empty());
        assert_eq!(meanwhile["state"], begun["state"]);
        let (ended, _) = poll("activeCall", &begun["state"], &json!([]), Some(0));
        assert_eq!(events(&ended), ["ended 7"]);
        let (none, looked) = poll("activeCall", &ended["state"], &json!([]), None);
        assert!(!looked && events(&none).is_empty());
    }

    #[test]
    fn an_empty_beginning_is_believed_only_if_a_count_agrees() {
        for event in ["record", "activeCall", "eventLog", "callHistory", "recording"] {
            for (count, believed) in [(None, false), (Some(10), false), (Some(0), true)] {
                let (reply, looked) = poll(event, &json!(null), &json!([]), count);
                assert!(looked, "{event}");
                assert_eq!(reply["error"].is_null(), believed, "{event} {count:?}: {reply}");
            }
        }
        let (reply, looked) = poll("callFinished", &json!(null), &json!([]), None);
        assert!(!looked && events(&reply).is_empty());
    }

    #[test]
    fn rows_of_another_kind_are_an_error_and_no_mistake_of_the_node() {
        for event in ["record", "activeCall", "eventLog", "recording", "callFinished"] {
            for rows in [json!([1]), json!(["a"]), json!([null]), json!([[]]), json!([{ "Id": 1 }, false])] {
                let (reply, _) = poll(event, &json!(null), &rows, None);
                assert_eq!(reply["error"]["code"], "answer", "{event} {rows}: {reply}");
            }
        }
    }

    #[test]
    fn whatever_is_watched_can_be_counted() {
        let counted = |id: &str| {
            let operation = threecx_catalog::operation(id).expect("known");
            assert!(operation.newest_form().options_in(Span::NEWEST).contains(Options::COUNT), "{id}");
        };
        records::all().for_each(|records| counted(records.list.id));
        counted(present::OPERATION);
        for event in [Event::Logged, Event::Recording, Event::CallHistory] {
            counted(numbered::source(event).operation);
        }
    }
}
