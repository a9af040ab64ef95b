//! Values that have to fit what the simulated PBX has, or a rule of its: those that are not as
//! good as any other of their type.

use serde_json::{Map, Value, json};
use threecx_catalog::{Operation, Property};

use super::World;

impl World {
    /// What has to be there before it can be asked for.
    pub(super) fn prepare(&self) -> Result<(), String> {
        let property = json!({ "dnNumber": "100", "property": { "Name": "conformance", "Value": "1" } });
        self.order("/DNProperties/Pbx.CreateDNProperty", &property)?;
        let greeting = json!({ "dn": "100", "filename": "conformance.wav" });
        let user = self.row("Users")?["Id"].clone();
        self.order(&format!("/Users({user})/Pbx.MakeCallUserRecordGreeting"), &greeting)?;
        Ok(())
    }

    /// Sends an order and returns what came of it.
    fn order(&self, path: &str, body: &Value) -> Result<Value, String> {
        let answer = self.send_as(&self.token, "POST", path, Some(body))?;
        match answer.status {
            200..300 => Ok(serde_json::from_slice(&answer.body).unwrap_or_default()),
            status => Err(format!("{path}: {status} {}", answer.text())),
        }
    }

    /// The key of what an operation can be carried out on, where the first entity does not do.
    pub(super) fn fitting_key(&self, operation: &Operation) -> Result<Option<Value>, String> {
        Ok(Some(match operation.id {
            "ActiveCalls.DropCall" => {
                self.order("/Users/Pbx.MakeCall", &json!({ "dn": "100", "destination": "101" }))?;
                return Ok(None);
            }
            // They are not listed anywhere.
            id if id.starts_with("CrmTemplates.") => json!("Demo CRM"),
            // Those that came with the PBX stay.
            "PromptSets.DeletePromptSet" => {
                self.order("/PromptSets(1)/Pbx.Copy", &json!({ "overrides": {} }))?["Id"].clone()
            }
            "CustomPrompts.DeleteCustomPrompt" => json!("closed.wav"),
            "SipDevices.PushFirmware" => {
                let phones = self.json("/SipDevices?$filter=Registrar/Model%20eq%20'T46U'&$top=1")?;
                phones["value"][0]["Id"].clone()
            }
            "Backups.Restore" | "Backups.GetBackupExtras" if self.backup.get().is_some() => json!(BACKUP),
            _ => return Ok(None),
        }))
    }

    /// An argument of a function.
    pub(super) fn fitting_argument(&self, set: &str, name: &str) -> Result<Option<Value>, String> {
        Ok(Some(match (set, name) {
            ("DNProperties", "dnNumber") | ("Contacts", "number") => json!("100"),
            ("Parameters", "name") => self.row("Parameters")?["Name"].clone(),
            ("Playlists", "playlistKey") => json!("Lobby"),
            ("Playlists", "fileName") => json!("onhold.wav"),
            ("Trunks", "template") => json!("1cx.pv.xml"),
            ("Users", "userId") => self.row("Users")?["Id"].clone(),
            ("Users", "fileName") => json!("conformance.wav"),
            ("ReportCallLogData", "cdrId") => self.call()?["CdrId"].clone(),
            ("ReportCallLogData", "call_id") => self.call()?["CallId"].clone(),
            _ => return Ok(None),
        }))
    }

    /// A call of the call log.
    fn call(&self) -> Result<Value, String> {
        let log = "/ReportCallLogData/Pbx.GetCallLogData(periodFrom=2020-01-01T00:00:00Z,periodTo=2100-01-01T00:00:00Z,\
                   sourceType=0,sourceFilter='',destinationType=0,destinationFilter='',callsType=0,callTimeFilterType=0,\
                   callTimeFilterFrom='0:00:0',callTimeFilterTo='0:00:0',hidePcalls=true)?$top=1";
        Ok(self.json(log)?["value"][0].clone())
    }

    /// A field of an action's body.
    pub(super) fn fitting_field(&self, operation: &Operation, field: &Property) -> Result<Option<Value>, String> {
        Ok(Some(match (operation.id, field.name) {
            ("DNProperties.CreateDNProperty", "property") => json!({ "Name": "another", "Value": "1" }),
            ("DNProperties.UpdateDNProperty", "property") => json!({ "Name": "conformance", "Value": "2" }),
            (id, "dnNumber") if id.starts_with("DNProperties.") => json!("100"),
            ("Contacts.CreateContactByNumber", "number") | ("CustomPrompts.MakeCallRecordCustomPrompt", "dn") => {
                json!("100")
            }
            ("Contacts.CreateContactByNumber", "contact") => json!({ "FirstName": "Ada", "PhoneNumber": "1" }),
            ("PromptSets.PlayPrompt" | "PromptSets.RecordPrompt", "extension") => json!("100"),
            ("PromptSets.PlayPrompt" | "PromptSets.RecordPrompt", "promptId") => json!("SILENCE"),
            ("SipDevices.PushFirmware", "firmwareId") => {
                self.json("/Firmwares?$filter=Model%20eq%20'T46U'")?["value"][0]["Id"].clone()
            }
            ("Users.InstallFirmware", "phone") => json!({ "Model": "T46U" }),
            ("DeviceInfos.Provision", "userId") => self.row("Users")?["Id"].clone(),
            ("LicenseStatus.ReplaceLicenseKey", "licenseKey") => json!("AAAA-BBBB-CCCC-DDDD"),
            ("Trunks.RefreshRegistration", "id") => self.row("Trunks")?["Id"].clone(),
            ("Trunks.SetRoutes", "routes") => json!({ "Id": self.row("Queues")?["Id"] }),
            ("WebsiteLinks.ValidateLink", "model") => json!({ "FriendlyName": "unheard-of", "Pair": "x" }),
            ("CallFlowApps.DeleteFile" | "CallFlowApps.DeleteAudioFile", "filename") => json!("menu.wav"),
            ("Playlists.DeletePlaylistFile", "playlistKey") => json!("Lobby"),
            ("Playlists.DeletePlaylistFile", "fileName") => json!("onhold.wav"),
            ("Groups.DeleteCompanyById", "id") => {
                self.order("/Groups", &json!({ "Name": "First to go" }))?["Id"].clone()
            }
            ("Groups.DeleteCompanyByNumber", "number") => {
                self.order("/Groups", &json!({ "Name": "Second to go" }))?["Number"].clone()
            }
            // The fax server stays.
            ("Fax.BulkFaxDelete", "ids") => json!([self.order("/Fax", &json!({}))?["Id"]]),
            ("Backups.Backup", "description") => {
                let _ = self.backup.set(());
                json!({ "Name": BACKUP })
            }
            ("Backups.Restore", "footprint") => {
                self.json(&format!("/Backups('{BACKUP}')/Pbx.GetBackupExtras()"))?["Footprint"].clone()
            }
            _ => return Ok(None),
        }))
    }
}

/// The backup that is made to be restored; the first one, by name, is deleted before.
const BACKUP: &str = "to-be-restored.zip";

/// What an entity of a set needs besides what must not be null.
pub(super) fn entity(set: &str) -> Map<String, Value> {
    let members = match set {
        "BlackListNumbers" => json!({ "CallerId": "+15550100123" }),
        "Blocklist" => json!({ "IPAddrMask": "203.0.113.0/24" }),
        "Contacts" => json!({ "FirstName": "Ada", "PhoneNumber": "+15550100124" }),
        "Fxs" => json!({ "MacAddress": "000B82C0FFEE" }),
        "Groups" | "OutboundRules" | "Parameters" => json!({ "Name": "conformance" }),
        // The settings for music on hold are changed to the name that everything else gets.
        "Playlists" => json!({ "Name": "evening" }),
        _ => json!({}),
    };
    members.as_object().cloned().unwrap_or_default()
}
