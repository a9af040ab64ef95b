//! The demo company's queues, ring groups, digital receptionists, trunks and rules.

use fastrand::Rng;
use serde_json::{Value as Json, json};

use super::DEFAULT_GROUP;
use crate::state::{
    Entity, Numbered, Shapes, Store, Value, free_id, free_number, known_entity, label, name_memberships, peer_by_number,
};

const QUEUES: [(&str, &str); 6] = [
    ("Sales", "RingAll"),
    ("Support", "LongestWaiting"),
    ("Billing", "Hunt"),
    ("Orders", "FewestAnswered"),
    ("Returns", "NextAgent"),
    ("Partners", "HuntRandomStart"),
];
const RING_GROUPS: [(&str, &str); 4] =
    [("Front desk", "RingAll"), ("Warehouse", "Hunt"), ("Managers", "RingAll"), ("Night shift", "Hunt")];
/// Every trunk has as many DIDs.
const DIDS: u32 = 20;

/// Puts them into the store.
pub(super) fn install(store: &mut Store, shapes: &'static Shapes, rng: &mut Rng) {
    let people: Vec<(String, String)> = store
        .set("Users")
        .into_iter()
        .flat_map(|users| users.rows())
        .take(200)
        .map(|user| (user.text("Number").to_owned(), user.text("DisplayName").to_owned()))
        .collect();
    let mut company = Company { store, shapes, people, rng };
    let queues: Vec<String> = QUEUES.into_iter().map(|(name, strategy)| company.queue(name, strategy)).collect();
    let rings: Vec<String> =
        RING_GROUPS.into_iter().map(|(name, strategy)| company.ring_group(name, strategy)).collect();
    let main = company.receptionist("Main menu", &queues, &rings);
    company.receptionist("After hours", &queues[..1], &[]);
    company.operator(&main);
    for _ in 0..4 {
        company.add("Parkings", json!({}));
    }
    company.add("Fax", json!({ "FaxServer": true, "AuthID": "fax" }));
    let app = company.add(
        "CallFlowApps",
        json!({ "Name": "Order status", "RoutingType": "DialCode", "CompilationSucceeded": true }),
    );
    company.store.ledger.app_files.insert(app.into(), ["menu.wav".into(), "status.wav".into()].into());
    company.add("ServicePrincipals", json!({ "XAPIEnabled": true, "CallControlEnabled": true }));
    for (name, prefix) in [("Provider A", "+4930555"), ("Provider B", "+4420555")] {
        company.trunk(name, prefix, &main, &queues);
    }
    company.outbound_rules();
}

struct Company<'c> {
    store: &'c mut Store,
    shapes: &'static Shapes,
    /// Number and name of those who answer calls.
    people: Vec<(String, String)>,
    rng: &'c mut Rng,
}

impl Company<'_> {
    /// Adds an entity with an id and a number of its own, and returns the number.
    fn add(&mut self, set: &str, json: Json) -> String {
        let number = free_number(self.store, set, None).unwrap_or_default();
        let mut numbered = json!({ "Id": free_id(self.store), "Number": number, "TranscriptionMode": "Nothing" });
        if let (Some(numbered), Json::Object(json)) = (numbered.as_object_mut(), json) {
            numbered.extend(json);
            numbered.insert(
                "Groups".into(),
                json!([{ "GroupId": DEFAULT_GROUP, "Name": "DEFAULT", "CanDelete": true, "Rights": { "RoleName": "users" } }]),
            );
        }
        let Some(shape) = self.store.set(set).map(|set| set.shape) else { return number };
        let mut entity = known_entity(Entity::new(shape), &numbered, self.shapes);
        if let Some(numbered) = Numbered::of(&entity, self.store) {
            name_memberships(&mut entity, numbered.kind);
        }
        if let Some(set) = self.store.set_mut(set) {
            set.put(entity);
        }
        number
    }

    /// Adds an entity of a set whose ids count from 1.
    fn add_rule(&mut self, set: &str, json: &Json) {
        if let Some(set) = self.store.set_mut(set) {
            let entity = known_entity(Entity::new(set.shape), json, self.shapes);
            let key = set.key;
            let free = set.free_key();
            set.put(entity.with(key, free.into()));
        }
    }

    /// Some of the people, nobody twice.
    fn members(&mut self, most: usize) -> Vec<Json> {
        let mut chosen: Vec<usize> = (0..self.people.len()).collect();
        self.rng.shuffle(&mut chosen);
        chosen.truncate(most);
        chosen.sort_unstable();
        let first = super::FIRST_USER;
        chosen
            .iter()
            .map(|index| {
                let (number, name) = &self.people[*index];
                json!({ "Id": first + *index as i64, "Number": number, "Name": name, "SkillGroup": "1" })
            })
            .collect()
    }

    fn queue(&mut self, name: &str, strategy: &str) -> String {
        let count = self.rng.usize(5..10);
        let (agents, managers) = (self.members(count), self.members(1));
        self.add("Queues", json!({
            "Name": name, "PollingStrategy": strategy, "IsRegistered": true, "RingTimeout": 30, "MasterTimeout": 120,
            "SLATime": 30, "AnnouncementInterval": 60, "WrapUpTime": 2, "OnHoldFile": "onhold.wav",
            "Recording": "Disabled", "CallbackEnableTime": -1, "ForwardNoAnswer": { "To": "None", "Number": "" },
            "Agents": agents, "Managers": managers,
        }))
    }

    fn ring_group(&mut self, name: &str, strategy: &str) -> String {
        let members = self.members(6);
        self.add(
            "RingGroups",
            json!({
                "Name": name, "RingStrategy": strategy, "RingTime": 20, "IsRegistered": true,
                "ForwardNoAnswer": { "To": "None", "Number": "" }, "Members": members,
            }),
        )
    }

    fn receptionist(&mut self, name: &str, queues: &[String], rings: &[String]) -> String {
        let targets =
            queues.iter().map(|number| ("Queue", number)).chain(rings.iter().map(|number| ("RingGroup", number)));
        let forwards: Vec<Json> = targets.take(9).enumerate().map(|(index, (kind, number))| {
            json!({ "Id": index + 1, "Input": (index + 1).to_string(), "ForwardType": kind, "ForwardDN": number, "PeerType": kind })
        }).collect();
        self.add("Receptionists", json!({
            "Name": name, "IVRType": "Default", "PromptFilename": "welcome.wav", "Timeout": 10, "IsRegistered": true,
            "TimeoutForwardType": "Queue", "TimeoutForwardDN": queues.first(), "Forwards": forwards,
        }))
    }

    fn trunk(&mut self, name: &str, prefix: &str, receptionist: &str, queues: &[String]) {
        let dids: Vec<String> = (0..DIDS).map(|did| format!("{prefix}{did:04}")).collect();
        let id = free_id(self.store);
        let number = self.add("Trunks", json!({
            "ExternalNumber": dids[0], "DidNumbers": dids, "Direction": "Both", "IsOnline": true, "SimultaneousCalls": 30,
            "EnableInboundCalls": true, "EnableOutboundCalls": true, "OutboundCallerID": dids[0],
            "AuthID": "demo", "AuthPassword": { "Concealed": true, "Value": "" },
            "Gateway": { "Name": name, "Host": "sip.provider.example", "Port": 5060, "Type": "Provider", "Codecs": ["PCMA", "PCMU"], "Lines": 30, "TemplateFilename": "generic.pv.xml" },
        }));
        for (index, did) in dids.iter().take(8).enumerate() {
            let (to, destination) = match index {
                0 => ("IVR", receptionist),
                _ => ("Queue", queues[index % queues.len()].as_str()),
            };
            let called = peer_by_number(self.store, destination).map_or("", |(peer, _)| label(peer));
            let destination = json!({ "To": to, "Number": destination, "Name": called, "Type": to });
            self.add_rule("InboundRules", &json!({
                "RuleName": format!("DID {did}"), "Condition": "BasedOnDID", "CallType": "AllCalls", "Data": did,
                "Hours": { "Type": "OfficeHours" }, "TrunkDN": { "Id": id, "Number": number, "Name": name, "Type": "ExternalLine" },
                "OfficeHoursDestination": destination, "OutOfOfficeHoursDestination": destination,
                "HolidaysDestination": destination,
            }));
        }
    }

    /// Who takes calls that nobody else does.
    fn operator(&mut self, number: &str) {
        if let Some(settings) = self.store.singletons.get_mut("GeneralSettingsForPbx") {
            settings.set("OperatorExtension", Value::text(number));
        }
    }

    fn outbound_rules(&mut self) {
        let trunks: Vec<Json> = self.store.set("Trunks").into_iter().flat_map(|trunks| trunks.rows())
            .map(|trunk| json!({ "TrunkId": trunk.int("Id"), "TrunkName": trunk.get("Gateway").as_object().map(|gateway| gateway.text("Name")), "StripDigits": 0 }))
            .collect();
        for (priority, (name, prefix, lengths)) in
            [("Emergency", "110,112", ""), ("International", "00", ""), ("National", "0", "5-15")]
                .into_iter()
                .enumerate()
        {
            self.add_rule(
                "OutboundRules",
                &json!({
                    "Name": name, "Prefix": prefix, "NumberLengthRanges": lengths, "Priority": priority + 1,
                    "EmergencyRule": priority == 0, "GroupIds": [DEFAULT_GROUP], "GroupNames": ["DEFAULT"],
                    "DNRanges": [], "Routes": trunks,
                }),
            );
        }
    }
}
