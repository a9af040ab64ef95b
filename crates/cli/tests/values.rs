//! Values as people of the trade write them: truth, numbers, times, roles, addresses of devices, names.

mod common;

use common::{Sim, fails, prints, prints_json, steps, threecx};
use serde_json::{Value, json};

/// The body that a command would send.
#[track_caller]
fn body(words: &[&str]) -> Value {
    prints_json(threecx().args(words).args(["--dry-run", "-o", "json"]))["body"].clone()
}

/// What is wrong with a command, of which nothing is sent: the message and what to do.
#[track_caller]
fn refused(words: &[&str]) -> String {
    let (error, code) = fails(threecx().args(words).arg("--dry-run"));
    assert_eq!((error["code"].as_str(), code), (Some("input"), 10), "{words:?}: {error}");
    format!("{} {}", error["message"], error["next_step"])
}

#[test]
fn truth_is_understood_in_any_usual_way() {
    for (texts, value) in [
        (&["true", "TRUE", "1", "yes", "Yes", "on", "y", "ja", "WAHR", "vrai"][..], true),
        (&["false", "False", "0", "no", "off", "n", "nein", "FALSCH", "faux"], false),
    ] {
        for text in texts {
            assert_eq!(body(&["users", "create", "--enabled", text])["Enabled"], value, "{text}");
            let json = format!("{{\"Enabled\":\"{text}\"}}");
            assert_eq!(body(&["users", "create", "--body", &json])["Enabled"], value, "{text}");
        }
    }
    assert_eq!(body(&["users", "create", "--body", r#"{"Enabled": 1}"#])["Enabled"], true);
    assert_eq!(body(&["users", "create", "--first-name", "A", "--enabled"])["Enabled"], true);
    for text in ["2", "-1", "maybe", "tru", "wahrscheinlich", "10"] {
        assert!(refused(&["users", "create", "--enabled", text]).contains("true or false"), "{text}");
    }
}

#[test]
fn devices_are_named_by_their_address_in_any_form() {
    for mac in ["00:11:22:aa:bb:cc", "00-11-22-AA-BB-CC", "0011.22aa.bbcc", "001122aabbcc"] {
        assert_eq!(body(&["users", "reboot-phone", "--mac", mac]), json!({"mac": "001122AABBCC"}), "{mac}");
        let phones = format!(r#"[{{"MacAddress":"{mac}","TemplateName":"x"}}]"#);
        let sent = body(&["users", "update", "--id", "1", "--phones", &phones]);
        assert_eq!(sent["Phones"][0]["MacAddress"], "001122AABBCC", "{mac}");
    }
    for mac in ["00:11:22:33:44", "00:11:22:33:44:55:66", "00:11:22:33:44:5g", "105", "Ada"] {
        assert!(refused(&["users", "reboot-phone", "--mac", mac]).contains("a MAC address"), "{mac}");
    }
    let sim = Sim::start(&["--live-calls", "off"]);
    let user = prints_json(sim.threecx().args(["users", "get", "100", "--expand", "Phones", "-o", "json"]));
    let mac = user["Phones"][0]["MacAddress"].as_str().expect("a phone").to_lowercase();
    let spaced: Vec<&str> = (0..6).map(|at| &mac[at * 2..at * 2 + 2]).collect();
    prints(sim.threecx().args(["users", "reboot-phone", "--yes", "--mac", &spaced.join(":")]));
    assert_eq!(sim.received("Users.RebootPhone").len(), 1);
}

#[test]
fn numbers_of_a_trunk_are_numbers_and_ranges_of_them() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let dids = || {
        let trunk = prints_json(sim.threecx().args(["trunks", "get", "10000", "-o", "json"]));
        trunk["DidNumbers"].as_array().expect("a list").clone()
    };
    let before = dids().len();
    prints(sim.threecx().args(["trunks", "dids", "add", "10000", "+49301234501-+49301234520", "7788"]));
    let added = dids();
    assert_eq!(added.len(), before + 21);
    assert!(added.contains(&"+49301234501".into()) && added.contains(&"+49301234520".into()));
    prints(sim.threecx().args(["trunks", "dids", "remove", "10000", "+49301234502-+49301234520", "7788", "--yes"]));
    assert_eq!(dids().len(), before + 1);
    for wrong in ["abc def", "+49 30 1234-501", "+49301234520-+49301234501", "+49301-1", "1-"] {
        let (error, code) = fails(sim.threecx().args(["trunks", "dids", "add", "10000", wrong]));
        assert_eq!((error["code"].as_str(), code), (Some("input"), 10), "{wrong}: {error}");
        let (error, code) = fails(
            sim.threecx().args(["trunks", "update", "10000", "--yes", "--did-numbers"]).arg(format!("[\"{wrong}x\"]")),
        );
        assert_eq!((error["code"].as_str(), code), (Some("input"), 10), "{wrong}: {error}");
    }
    assert_eq!(sim.received("Trunks.UpdateTrunk").len(), 2);
    let sent = body(&["trunks", "update", "--id", "1", "--did-numbers", "+491-+493,77"]);
    assert_eq!(sent, json!({"DidNumbers": ["+491", "+492", "+493", "77"]}));
}

#[test]
fn roles_are_those_that_exist() {
    let sim = Sim::start(&["--live-calls", "off"]);
    for words in [
        &["users", "departments", "add", "104", "DEFAULT", "--role", "manager"][..],
        &["groups", "members", "add", "DEFAULT", "104", "--role", "admin"],
        &["users", "update", "104", "--yes", "--groups", r#"[{"GroupId":28,"Rights":{"RoleName":"manager"}}]"#],
        &["users", "create", "--body", r#"{"Groups":[{"GroupId":28,"Rights":{"RoleName":"owner"}}]}"#],
    ] {
        let (error, code) = fails(sim.threecx().args(words));
        assert_eq!((error["code"].as_str(), code), (Some("input"), 10), "{words:?}: {error}");
        assert!(
            error["message"].as_str().is_some_and(|said| said.contains("users, receptionists, group_admins, managers")),
            "{error}"
        );
    }
    assert_eq!(sim.received("Users.UpdateUser").len() + sim.received("Users.CreateUser").len(), 0);
    prints(sim.threecx().args(["users", "departments", "add", "104", "Sales", "--role", "Managers"]));
    let sent = &sim.received("Users.UpdateUser")[0]["body"];
    let sent = sent.as_str().map_or_else(|| sent.to_string(), str::to_owned);
    assert!(sent.contains("managers") && !sent.contains("Managers"), "{sent}");
}

#[test]
fn a_time_is_kept_however_it_is_written() {
    let sim = Sim::start(&["--live-calls", "off"]);
    for (start, stop) in [("07:30", "17:00"), ("07:30:00", "17:00:00")] {
        let hours = format!(
            r#"{{"Type":"SpecificHours","Periods":[{{"DayOfWeek":"Monday","Start":"{start}","Stop":"{stop}"}}]}}"#
        );
        prints(sim.threecx().args(["users", "update", "104", "--yes", "--hours", &hours]));
        let kept = prints_json(sim.threecx().args(["users", "get", "104", "-o", "json"]));
        assert_eq!(kept["Hours"]["Periods"][0]["Start"], "07:30:00");
    }
    assert!(steps(&sim, None).iter().all(|step| step["outcome"] == "done"));
    for (given, sent) in
        [("07:30", "PT07H30M"), ("7:30", "PT7H30M"), ("07:30:15", "PT7H30M15S"), ("PT7H30M", "PT7H30M")]
    {
        let planned = body(&["holidays", "create", "--time-of-start-date", given]);
        let found = planned["TimeOfStartDate"].as_str().expect("text");
        let same = |text: &str| text.replace("PT07", "PT7");
        assert_eq!(same(found), same(sent), "{given}");
    }
}

#[test]
fn names_stand_for_ids() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let planned = |words: &[&str]| prints_json(sim.threecx().args(words).args(["--dry-run", "-o", "json"]));
    let groups = prints_json(sim.threecx().args(["groups", "list", "--select", "Id,Name", "-o", "json"]));
    let sales = groups.as_array().expect("rows").iter().find(|group| group["Name"] == "Sales").expect("Sales");
    assert_eq!(
        planned(&["users", "update", "104", "--primary-group-id", "Sales"])["body"]["PrimaryGroupId"],
        sales["Id"]
    );
    assert_eq!(planned(&["users", "update", "104", "--primary-group-id", "28"])["body"]["PrimaryGroupId"], 28);
    for word in ["3CXIVR", "3CX PhoneSystem IVR Server"] {
        let request = planned(&["services", "stop", word]);
        assert_eq!(request["body"], json!({"options": {"ServiceNames": ["3CXIVR"]}}), "{word}");
    }
    let both = planned(&["services", "restart", "3CXIVR", "3CXMediaServer"])["body"].clone();
    assert_eq!(both["options"]["ServiceNames"], json!(["3CXIVR", "3CXMediaServer"]));
    let (error, code) = fails(sim.threecx().args(["services", "stop", "3CXNothing", "--yes"]));
    assert_eq!((error["code"].as_str(), code), (Some("not-found"), 40), "{error}");
    let listed = prints_json(sim.threecx().args(["ip-blocklist", "list", "-o", "json"]));
    let address = listed[0]["IPAddrMask"].as_str().expect("an address");
    prints(sim.threecx().args(["ip-blocklist", "delete", address, "--yes"]));
    let path = sim.received("Blocklist.DeleteBlocklistAddr")[0].to_string();
    assert!(path.contains(&format!("Blocklist({})", listed[0]["Id"])), "{path}");
}

#[test]
fn a_call_is_named_by_who_is_in_it() {
    let sim = Sim::start(&["--live-calls", "off"]);
    prints(sim.threecx().args(["users", "make-call", "--dn", "100", "--destination", "101", "--yes"]));
    let calls = prints_json(sim.threecx().args(["active-calls", "list", "-o", "json"]));
    let id = calls[0]["Id"].to_string();
    let request = prints_json(sim.threecx().args(["active-calls", "drop-call", "100", "--dry-run", "-o", "json"]));
    assert!(request["url"].as_str().is_some_and(|url| url.contains(&format!("ActiveCalls({id})"))), "{request}");
    let by_id = format!("id:{id}");
    let request = prints_json(sim.threecx().args(["active-calls", "drop-call", &by_id, "--dry-run", "-o", "json"]));
    assert!(request["url"].as_str().is_some_and(|url| url.contains(&format!("ActiveCalls({id})"))), "{request}");
    let (error, code) = fails(sim.threecx().args(["active-calls", "drop-call", "102", "--yes"]));
    assert_eq!((error["code"].as_str(), code), (Some("not-found"), 40), "{error}");
}

#[test]
fn a_file_may_stand_for_any_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("blf.xml");
    let blf = "<PhoneDevice><BLFS><BLF ID=\"-1\">*9104\nPage\nAll</BLF></BLFS></PhoneDevice>";
    for (content, wanted) in [
        (blf.to_owned(), blf),
        (format!("{blf}\n"), blf),
        (format!("\u{feff}{blf}\r\n"), blf),
        ("\n\n".to_owned(), "\n"),
    ] {
        std::fs::write(&path, &content).expect("written");
        let at = format!("@{}", path.display());
        assert_eq!(body(&["users", "update", "--id", "1", "--blfs", &at]), json!({"Blfs": wanted}), "{content:?}");
        assert_eq!(body(&["users", "create", "--first-name", &at]), json!({"FirstName": wanted}));
    }
    for words in [
        &["users", "update", "--id", "1", "--blfs", "@missing.xml"][..],
        &["users", "create", "--first-name", "@missing.txt"],
        &["users", "list", "--filter", "@missing.txt"],
        &["users", "create", "--body", "@missing.json"],
    ] {
        let (error, code) = fails(threecx().args(words).arg("--dry-run"));
        assert_eq!((error["code"].as_str(), code), (Some("file"), 60), "{words:?}: {error}");
    }
    assert_eq!(body(&["users", "create", "--first-name", "@@home"]), json!({"FirstName": "@home"}));
    assert_eq!(body(&["users", "create", "--first-name", "a@b"]), json!({"FirstName": "a@b"}));
    let sent = prints_json(
        threecx().args(["users", "create", "--first-name", "@-", "--dry-run", "-o", "json"]).write_stdin("Ada\n"),
    );
    assert_eq!(sent["body"], json!({"FirstName": "Ada"}));
}

#[test]
fn texts_may_begin_with_a_hyphen() {
    for text in ["- Hotline", "-Hotline", "--- Sales ---", "-1", "-o clock"] {
        assert_eq!(body(&["users", "create", "--first-name", text]), json!({"FirstName": text}), "{text}");
        assert_eq!(body(&["users", "create", &format!("--first-name={text}")]), json!({"FirstName": text}), "{text}");
    }
    // What is a flag stays one, and the tip works.
    let (error, code) = fails(threecx().args(["users", "create", "--first-name", "--dry-run"]));
    assert_eq!((error["code"].as_str(), code), (Some("usage"), 2), "{error}");
    assert!(error["next_step"].as_str().is_some_and(|next| next.contains("--first-name='-")), "{error}");
    assert_eq!(body(&["users", "create", "--first-name=--dry-run"]), json!({"FirstName": "--dry-run"}));
    let sim = Sim::start(&[]);
    prints(sim.threecx().args(["call-history", "list", "--since", "-7d", "--top", "1"]));
    prints(sim.threecx().args(["call-history", "list", "--since=-7d", "--top", "1"]));
}
