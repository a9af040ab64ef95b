//! Every example that the program gives does what it promises, on the simulated PBX.

mod common;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::examples::{lines, words};
use common::{Sim, prints, prints_json, threecx};
use serde_json::Value;

/// Examples that the demo company refuses for a reason of its own, and what it says: what they are about has to be
/// made first, belongs to the system, or is a login. The list is exact: one that works is taken off it.
const REFUSED: [(&str, &str); 24] = [
    ("ActiveCalls.DropCall", "nobody is talking"),
    ("Backups.Restore", "it restores only what it has made itself"),
    ("DNProperties.DeleteDNProperty", "there is none yet"),
    ("DNProperties.GetDNPropertyByName", "there is none yet"),
    ("DNProperties.UpdateDNProperty", "there is none yet"),
    ("Fax.BulkFaxDelete", "it is the fax server's own"),
    ("Fax.DeleteFax", "it is the fax server's own"),
    ("FxsTemplates.DeleteFxsTemplate", "it belongs to the system"),
    ("Groups.DeleteCompanyById", "it has members"),
    ("Groups.DeleteCompanyByNumber", "it has members"),
    ("Groups.DeleteGroup", "it has members"),
    ("LicenseStatus.ReplaceLicenseKey", "a licence key is not made up"),
    ("PhoneTemplates.DeletePhoneTemplate", "it belongs to the system"),
    ("PromptSets.DeletePromptSet", "it belongs to the system"),
    ("PromptSets.PlayPrompt", "there are no prompts"),
    ("PromptSets.RecordPrompt", "there are no prompts"),
    ("Recordings.DownloadRecordingByName", "names are made up by the PBX"),
    ("SipDevices.PushFirmware", "firmware is of a phone"),
    ("TrunkTemplates.DeleteTrunkTemplate", "it belongs to the system"),
    ("Users.DownloadGreeting", "there is none yet"),
    ("Users.InstallFirmware", "firmware is of a phone"),
    ("MyGroup", "only a user who is logged in"),
    ("MyTokens", "only a user who is logged in"),
    ("MyUser", "only a user who is logged in"),
];

fn reason(id: &str) -> Option<&'static str> {
    let resource = id.split('.').next().unwrap_or_default();
    REFUSED.iter().find(|(known, _)| *known == id || *known == resource).map(|(_, reason)| *reason)
}

/// All operations of all releases, by their ids.
fn operations() -> Vec<String> {
    let listed = prints_json(threecx().args(["operations", "-o", "json"]));
    listed.as_array().expect("a list").iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

fn examples(id: &str) -> Vec<String> {
    let described = prints(threecx().args(["describe", id]));
    lines(&described)
}

/// Does something for each of these, a few at a time; returns what went wrong.
fn each(items: &[String], work: impl Fn(&str) -> Vec<String> + Sync) -> Vec<String> {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    wrong.lock().expect("no panic").extend(work(item));
                }
            });
        }
    });
    wrong.into_inner().expect("no panic")
}

#[test]
fn every_example_of_an_operation_succeeds() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = operations();
    assert!(all.len() > 600, "{}", all.len());
    let wrong = each(&all, |id| {
        let lines = examples(id);
        let mut wrong = Vec::new();
        let mut failed = 0;
        if lines.is_empty() {
            wrong.push(format!("{id}: no example"));
        }
        for line in &lines {
            let mut command = threecx();
            command.current_dir(&folder).args(["--sim", "--quiet", "--yes"]).args(words(line));
            let output = command.output().expect("it runs");
            if !output.status.success() {
                failed += 1;
                if reason(id).is_none() {
                    wrong.push(format!("{id}: {line}: {}", String::from_utf8_lossy(&output.stderr).trim()));
                }
            }
        }
        if failed == 0 && reason(id).is_some() {
            wrong.push(format!("{id} works: take it off the list"));
        }
        wrong
    });
    assert!(wrong.is_empty(), "{} examples\n{}", wrong.len(), wrong.join("\n"));
}

/// The value of a flag in the words of an example, by its name in the API.
fn given(words: &[String], flag: &Value) -> Option<String> {
    let long = flag["flag"].as_str()?;
    let at = words.iter().position(|word| word == long)?;
    words.get(at + 1).cloned()
}

/// True if a PBX shows what was given for a property.
fn shows(shown: &Value, given: &str) -> bool {
    match shown {
        Value::String(text) => text == given,
        Value::Array(items) => serde_json::from_str::<Vec<Value>>(given).is_ok_and(|given| given.len() == items.len()),
        Value::Object(members) => serde_json::from_str::<serde_json::Map<String, Value>>(given)
            .is_ok_and(|given| given.iter().all(|(name, value)| members.get(name) == Some(value))),
        other => serde_json::from_str::<Value>(given).is_ok_and(|given| given == *other),
    }
}

#[test]
fn what_an_example_changes_is_there_afterwards() {
    let mut read_back = 0;
    let changes: Vec<String> = operations().into_iter().filter(|id| reason(id).is_none()).collect();
    let sim = Sim::start(&["--live-calls", "off"]);
    for id in changes {
        let about = prints_json(threecx().args(["describe", &id, "-o", "json"]));
        let path = about["forms"].as_array().and_then(|forms| forms.last()?["path"].as_str()).unwrap_or_default();
        let command = about["command"].as_str().expect("a command");
        let (resource, verb) = command.split_once(' ').expect("two words");
        let is_whole = path.matches('/').count() == 1;
        if !is_whole
            || !matches!(verb, "create" | "update")
            || about["forms"].as_array().is_none_or(|forms| !forms.last().is_some_and(|form| form["until"].is_null()))
        {
            continue;
        }
        let arguments = about["arguments"].as_array().expect("arguments");
        let line = about["example"].as_str().expect("an example");
        let words = words(line);
        let keys: Vec<&Value> = arguments.iter().filter(|flag| flag["in"] == "path").collect();
        // What another example has made or renamed is not in the way.
        sim.control("POST", "/sim/reset", "");
        let mut get = vec![resource.to_owned(), "get".to_owned()];
        let answer = prints(sim.threecx().args(&words).args(["--yes", "-o", "json"]));
        match (verb, keys.as_slice()) {
            ("update", []) => {}
            ("update", [key]) => {
                get.extend([key["flag"].as_str().expect("a flag").to_owned(), given(&words, key).expect("a key")]);
            }
            _ => {
                let made: Value = serde_json::from_str(&answer).expect("an entity");
                // What has a get of its own is asked for by the key that it was given.
                let Ok(described) = threecx().args(["describe", resource, "get", "-o", "json"]).output() else {
                    continue;
                };
                let Ok(described) = serde_json::from_slice::<Value>(&described.stdout) else { continue };
                let Some(key) =
                    described["arguments"].as_array().and_then(|all| all.iter().find(|flag| flag["in"] == "path"))
                else {
                    continue;
                };
                let value = &made[key["name"].as_str().expect("a name")];
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                get.extend([key["flag"].as_str().expect("a flag").to_owned(), value]);
            }
        }
        let fields: Vec<(&Value, String)> = arguments
            .iter()
            .filter(|flag| flag["in"] == "field" && flag["secret"] == false)
            .filter_map(|flag| Some((flag, given(&words, flag)?)))
            .collect();
        let output = sim.threecx().args(&get).args(["-o", "json"]).output().expect("it runs");
        if !output.status.success() {
            // Some can be made and not be read one by one.
            assert!(
                prints(threecx().args([resource, "--help"])).lines().all(|line| !line.trim_start().starts_with("get ")),
                "{id}: {get:?}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            continue;
        }
        let now: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        for (flag, given) in fields {
            let name = flag["name"].as_str().expect("a name");
            if let Some(shown) = now.get(name) {
                assert!(shows(shown, &given), "{line}: {name} is {shown}");
                read_back += 1;
            }
        }
    }
    assert!(read_back > 40, "{read_back} properties were read back");
}

/// The commands of the program that are not operations show examples in their help.
#[test]
fn examples_in_help_are_understood() {
    for own in ["api", "doctor", "search", "operations", "describe", "history", "completion", "man"] {
        for line in lines(&prints(threecx().args([own, "--help"]))) {
            let words = words(&line);
            if words.is_empty() || !line.starts_with("threecx") {
                continue;
            }
            let mut command = threecx();
            if own == "api" || own == "doctor" {
                command.args(["--sim", "--yes"]);
            }
            let folder = tempfile::tempdir().expect("a folder");
            let output = command.current_dir(&folder).args(&words).output().expect("it runs");
            assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// What the documentation shows can be planned: flags, words and filters exist.
#[test]
fn examples_of_the_documentation_are_understood() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in [("people.csv", "Extension,First Name\n100,Ada\n101,Grace\n"), ("ids.csv", "RecId\n2\n11\n")]
    {
        std::fs::write(folder.path().join(name), content).expect("written");
    }
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut documents = vec![format!("{root}/README.md")];
    let guides = std::fs::read_dir(format!("{root}/docs")).expect("a folder");
    let guides =
        guides.map(|guide| guide.expect("a file").path()).filter(|path| path.extension().is_some_and(|is| is == "md"));
    documents.extend(guides.map(|path| path.display().to_string()));
    let mut understood = 0;
    for document in documents {
        let text = std::fs::read_to_string(&document).expect(&document);
        for line in text.lines().map(str::trim).filter_map(|line| line.strip_prefix("$ threecx ")) {
            let mut words = words(line);
            let own = [
                "login",
                "apply-plan",
                "history",
                "undo",
                "retry",
                "sim",
                "edit",
                "man",
                "completion",
                "logout",
                "profiles",
            ];
            let is_own = words.iter().take(2).any(|word| own.contains(&word.as_str()));
            // A file of a spreadsheet, and people of one's own, are not there.
            let is_elsewhere = line.contains(".xlsx --rate") || line.contains("create --from people.csv");
            if is_own || is_elsewhere || words.iter().any(|word| word.contains('…') || word == "\\") {
                continue;
            }
            let reads_only = ["search", "operations", "describe", "doctor"].contains(&words[0].as_str())
                || words.contains(&"--help".into());
            words.retain(|word| word != "--dry-run" && word != "--curl");
            // A folder that would hold the answers does not hold the plan.
            if let Some(at) = words.iter().position(|word| word.ends_with('/')) {
                words.drain(at - 1..=at);
            }
            let mut command = threecx();
            if !reads_only {
                command.args(["--sim", "--dry-run"]);
            }
            if words[0] == "doctor" {
                command.arg("--sim");
            }
            if words.contains(&"--plan-out".into()) {
                continue;
            }
            let output = command.current_dir(&folder).args(&words).output().expect("it runs");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            // Names are those of an office of one's own.
            let unknown_name = said.contains("that exists; got") || said.contains("which matches none");
            assert!(output.status.success() || unknown_name, "{document}: {line}: {said}");
            understood += 1;
        }
    }
    assert!(understood > 15, "{understood}");
}
