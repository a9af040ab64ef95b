//! What resources and operations are called in the editor: n8n's words for what is done, and the console's for what it
//! is done to. Only labels: what a workflow holds are the catalogue's names, which stay.

use threecx_catalog::words::plural;
use threecx_catalog::{Operation, Resource, Verb};

use super::words;

/// Resources that people know by another name than the API's, with the word that they may type instead.
const CONSOLE: [(&str, &str); 27] = [
    ("ActiveCalls", "Active Call"),
    ("BlackListNumbers", "Blacklisted Number"),
    ("CallFlowScripts", "Call Flow Script"),
    ("CallHistoryView", "Call History"),
    ("Countries", "Country"),
    ("DNProperties", "Extension Property (DN)"),
    ("Defs", "Definitions"),
    ("DeviceInfos", "Device"),
    ("DidNumbers", "DID Number"),
    ("EventLogs", "Event Log"),
    ("Firmwares", "Phone Firmware"),
    ("Groups", "Department (Group)"),
    ("McpServers", "MCP Server"),
    ("MyGroup", "My Department (Group)"),
    ("MyTokens", "My Token"),
    ("NetworkInterfaces", "Network Interface"),
    ("Parkings", "Call Parking"),
    ("Peers", "Any Extension (Peer)"),
    ("Receptionists", "Digital Receptionist"),
    ("Recordings", "Recording"),
    ("ReportGroup", "Report Departments (Groups)"),
    ("Sbcs", "SBC (Session Border Controller)"),
    ("SecurityTokens", "Security Token"),
    ("Services", "Service"),
    ("SipDevices", "SIP Device"),
    ("TenantProperties", "Tenant Property"),
    ("Users", "User (Extension)"),
];

/// Words of the API within names of operations, and the console's.
const WORDS: [(&str, &str); 3] = [("Group", "Department"), ("Groups", "Departments"), ("Company", "Department")];

/// The resources in whose operations the console's words stand for the API's. Elsewhere a group may be another thing.
const WORDED: [&str; 3] = ["Groups", "MyGroup", "ReportGroup"];

/// What a resource is called: what one of it is, as in n8n's own nodes.
pub fn resource(resource: &Resource) -> String {
    if let Some((_, label)) = CONSOLE.iter().find(|(name, _)| *name == resource.name) {
        return (*label).to_owned();
    }
    let one = entity(resource).filter(|one| plural(&one.to_lowercase()) == resource.title.to_lowercase());
    one.unwrap_or_else(|| resource.title.to_owned())
}

/// What an operation is called: without what the resource says already, unless two would be called the same.
pub fn operation(operation: &Operation) -> String {
    let short = shortened(operation);
    let others = operation.resource.operations.iter().filter(|other| *other != operation);
    if others.map(shortened).any(|other| other == short) { titled(operation) } else { short }
}

/// What an operation does to what, in a sentence: where there is no resource beside it.
pub fn action(operation: &Operation) -> String {
    match (shortened(operation).as_str(), titled(operation).split_once(' ')) {
        (MANY, Some((_, what))) => words::sentence(&format!("{MANY} {what}")),
        _ => words::sentence(&titled(operation)),
    }
}

/// n8n's word for a list.
const MANY: &str = "Get Many";

/// Words before what is done that belong to it.
const MANNERS: [&str; 3] = ["Batch", "Bulk", "Clean"];

/// Words after the name of a report that say nothing.
const FILLERS: [&str; 2] = [" data", " report"];

fn shortened(operation: &Operation) -> String {
    let title = titled(operation);
    let words: Vec<&str> = title.split(' ').collect();
    let Some(one) = entity(operation.resource) else { return title };
    let one = one.to_lowercase();
    let is_it = |words: &[&str]| {
        let said = words.join(" ").to_lowercase();
        let said = FILLERS.iter().find_map(|filler| said.strip_suffix(filler)).unwrap_or(&said);
        said == one || said == plural(&one) || said == operation.resource.title.to_lowercase()
    };
    // What is done stands first; anything else before a thing says which one.
    let start = if MANNERS.contains(&words[0]) { 2 } else { 1 };
    let by = words.iter().position(|word| *word == "By");
    for end in [Some(words.len()), by].into_iter().flatten().filter(|end| *end > start) {
        if is_it(&words[start..end]) {
            let rest = [&words[..start], &words[end..]].concat().join(" ");
            return if rest == "List" { MANY.to_owned() } else { rest };
        }
    }
    title
}

/// The title in the console's words.
fn titled(operation: &Operation) -> String {
    if !WORDED.contains(&operation.resource.name) {
        return operation.title.to_owned();
    }
    let word = |word: &str| {
        WORDS.iter().find(|(api, _)| *api == word).map_or_else(|| word.to_owned(), |(_, console)| (*console).to_owned())
    };
    operation.title.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// What one of a resource is called in the names of its operations; of a report, what it is about.
fn entity(resource: &Resource) -> Option<String> {
    let single = |verb: Verb| matches!(verb, Verb::Get | Verb::Create | Verb::Update | Verb::Delete);
    let named = resource.operations.iter().filter(|operation| single(operation.verb)).map(titled);
    let after = |title: String| title.split_once(' ').map(|(_, what)| what.to_owned());
    let shortest = named.filter_map(after).min_by_key(String::len);
    shortest
        .or_else(|| resource.title.strip_prefix("Report ").map(str::to_owned))
        .or_else(|| Some(resource.title.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn named(id: &str) -> (String, String, String) {
        let found = threecx_catalog::operation(id).expect("known");
        (resource(found.resource), operation(found), action(found))
    }

    #[test]
    fn operations_have_n8ns_names_and_the_consoles_nouns() {
        for (id, resource, operation, action) in [
            ("Users.ListUser", "User (Extension)", "Get Many", "Get many users"),
            ("Users.GetUser", "User (Extension)", "Get", "Get user"),
            ("Users.GetUserByNumber", "User (Extension)", "Get By Number", "Get user by number"),
            ("Users.CreateUser", "User (Extension)", "Create", "Create user"),
            ("Users.MultiUserUpdate", "User (Extension)", "Update Multiple Users", "Update multiple users"),
            ("Users.ReprovisionAllPhones", "User (Extension)", "Reprovision All Phones", "Reprovision all phones"),
            ("Groups.CreateGroup", "Department (Group)", "Create", "Create department"),
            ("Groups.ListGroup", "Department (Group)", "Get Many", "Get many departments"),
            ("Trunks.DeleteTrunk", "Trunk", "Delete", "Delete trunk"),
            ("AISettings.GetAISettings", "AI Settings", "Get", "Get AI settings"),
            ("ActiveCalls.ListActiveCall", "Active Call", "Get Many", "Get many active calls"),
            ("Users.BatchDelete", "User (Extension)", "Batch Delete", "Batch delete users"),
            ("ReportAuditLog.GetAuditLogData", "Report Audit Log", "Get", "Get audit log data"),
            (
                "OutboundRules.GetEmergencyOutboundRules",
                "Outbound Rule",
                "Get Emergency Outbound Rules",
                "Get emergency outbound rules",
            ),
        ] {
            assert_eq!(named(id), (resource.to_owned(), operation.to_owned(), action.to_owned()), "{id}");
        }
    }

    #[test]
    fn no_two_have_the_same_name() {
        let resources: Vec<String> = threecx_catalog::resources().iter().map(|found| resource(found)).collect();
        assert_eq!(resources.iter().collect::<BTreeSet<_>>().len(), resources.len(), "{resources:?}");
        for found in threecx_catalog::resources() {
            let names: Vec<String> = found.operations.iter().map(operation).collect();
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
        }
    }

    #[test]
    fn what_people_type_is_found() {
        let labels: Vec<String> =
            threecx_catalog::resources().iter().map(|found| resource(found).to_lowercase()).collect();
        for typed in [
            "depart",
            "group",
            "extension",
            "user",
            "voicemail",
            "hours",
            "recording",
            "did",
            "receptionist",
            "parking",
            "trunk",
            "queue",
        ] {
            assert!(labels.iter().any(|label| label.contains(typed)), "{typed}");
        }
    }
}
