//! Values for every property of every type, made from the catalogue.

use serde_json::{Map, Value as Json, json};
use threecx_catalog::{Property, Span, Structure, Type, TypeRef};

/// Makes values; no two texts are the same.
pub struct Maker {
    pub release: Span,
    count: u32,
}

/// How deep structures lie in each other.
const DEEPEST: usize = 4;

impl Maker {
    pub fn new(release: Span) -> Maker {
        Maker { release, count: 0 }
    }

    /// An object with a value for every property but those in `without`.
    pub fn object(&mut self, structure: &'static Structure, without: &[&str], depth: usize) -> Json {
        self.count += 1;
        let mut members = Map::new();
        for property in structure.properties_in(self.release) {
            // What lies behind a navigation property of something inside cannot be asked for.
            if without.contains(&property.name) || (property.navigation && depth > 1) {
                continue;
            }
            if let Some(value) = self.property(structure, property, depth) {
                members.insert(property.name.to_owned(), value);
            }
        }
        Json::Object(members)
    }

    fn property(&mut self, structure: &Structure, property: &'static Property, depth: usize) -> Option<Json> {
        let n = self.count;
        // What has to fit something else, or a rule.
        let fitting = match (structure.name, property.name) {
            ("QueueAgent" | "QueueManager" | "RingGroupMember", "Number") => json!(format!("10{}", n % 5)),
            ("Group", "Members") => json!([{ "Number": "103", "Rights": { "RoleName": "users" } }]),
            // Behind something that is no navigation property.
            ("AgentSettings", "PhonebookOverride") => return None,
            (_, "Month" | "MonthEnd") => json!(n % 12 + 1),
            ("UserGroup", "GroupId") | (_, "PrimaryGroupId") => json!(28),
            (_, "GroupIds") => json!([28]),
            (_, "RoleName") => json!("users"),
            ("Destination", "To") => json!("External"),
            ("Destination", "Number") => json!(""),
            ("InboundRule", "TrunkDN") => json!({ "Number": "10000" }),
            ("Peer", "Id") => json!(29),
            ("Peer", "Number") => json!("100"),
            (_, "TrunkId") => json!(0),
            ("ForwardingProfile", "Name") | (_, "CurrentProfileName") => json!("Away"),
            ("ReceptionistForward", "ForwardType") => json!("EndCall"),
            (_, "ForwardDN" | "TimeoutForwardDN" | "InvalidKeyForwardDN") => json!("800"),
            (_, "VMPIN") => json!(format!("47{:02}", n % 100)),
            (_, "MacAddress" | "PhoneMAC") => json!(format!("0015650{n:05}")),
            (_, "ExpiresAt" | "OverrideExpiresAt") => json!("2999-12-31T00:00:00Z"),
            (_, "IPAddrMask") => json!(format!("10.{}.{}.0/24", n / 250, n % 250)),
            (_, "TimeZoneId") => json!("14"),
            (_, "EmailAddress" | "Email") => json!(format!("someone{n}@demo.example")),
            (_, "PhoneUserId") => json!(29),
            ("GroupProps", name) if name.ends_with("From") => json!("7000"),
            ("GroupProps", name) if name.ends_with("To") => json!("7999"),
            ("Sbc" | "ScheduledReport", "Group" | "DN") | ("Holiday" | "Weblink" | "Fxs", "Group") => json!("GRP0000"),
            (_, "Link") => json!(format!("link{n}")),
            _ => return self.value(property.ty, property, depth),
        };
        Some(fitting)
    }

    fn value(&mut self, ty: TypeRef, property: &Property, depth: usize) -> Option<Json> {
        if ty.collection {
            let items = (0..2).map(|_| self.value(ty.element(), property, depth)).collect::<Option<Vec<_>>>()?;
            // Two equal members of a list of words are one too many.
            let items = if matches!(ty.ty, Type::Structure(_) | Type::String) { items } else { items[..1].to_vec() };
            return Some(Json::Array(items));
        }
        self.count += 1;
        let n = self.count;
        Some(match ty.ty {
            Type::Boolean => json!(n.is_multiple_of(2)),
            Type::Byte | Type::Int32 | Type::Int64 => json!(n % 27 + 1),
            Type::Single | Type::Double | Type::Decimal => json!(f64::from(n) + 0.25),
            Type::String => {
                let text = format!("{} {n}", property.name);
                let most = property.max_length.map_or(usize::MAX, |most| most as usize);
                json!(text[text.len().saturating_sub(most)..])
            }
            Type::Guid => json!(format!("0f1e2d3c-4b5a-4978-8695-{n:012x}")),
            Type::Date => json!("2026-03-01"),
            Type::TimeOfDay => json!(format!("09:{:02}:00", n % 60)),
            Type::Duration => json!(format!("PT{n}S")),
            Type::DateTimeOffset => json!(format!("2026-03-01T08:{:02}:00Z", n % 60)),
            Type::Enumeration(enumeration) => {
                let known: Vec<_> =
                    enumeration.members.iter().filter(|member| member.span.overlaps(self.release)).collect();
                json!(known[n as usize % known.len()].name)
            }
            Type::Structure(structure) if depth < DEEPEST => self.object(structure, &[], depth + 1),
            Type::Structure(_) | Type::Opaque(_) => return None,
        })
    }
}
