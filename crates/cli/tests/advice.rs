//! What an error advises to do next can be done: on the simulated PBX, nothing of it is a mistake in turn.

mod common;

use common::examples::{lines, words};
use common::{Sim, fails, prints, threecx};
use threecx_catalog::{Body, Operation, Property, Span, Type, operations};

/// The command lines in an advice: those in backquotes, and those that reach to the end of their sentence.
fn commands(advice: &str) -> Vec<Vec<String>> {
    let parts: Vec<&str> = advice.split("threecx ").collect();
    let quoted = |before: &str| before.ends_with('`');
    let line = |pair: &[&str]| {
        let [before, after] = pair else { return Vec::new() };
        let end = if quoted(before) { after.find('`') } else { after.find("; ") };
        words(after[..end.unwrap_or(after.len())].trim_end_matches(['.', '`', ' ']))
    };
    parts.windows(2).map(line).collect()
}

/// The flags that an advice says to add, with their values: `Add --since, for example --since 7d.`
fn flags(advice: &str) -> Option<Vec<String>> {
    let rest = advice.split_once("for example ").map(|(_, example)| example).or_else(|| advice.strip_prefix("Add "))?;
    let end = [" to ", ", ", "; ", ". "].iter().filter_map(|end| rest.find(end)).min();
    Some(words(rest[..end.unwrap_or(rest.len())].trim_end_matches('.')))
}

/// What stands for something of one's own, as it is here.
fn filled_in(word: String) -> String {
    match word.as_str() {
        "<USER>" => "100".into(),
        _ => word,
    }
}

#[test]
fn what_an_error_advises_can_be_done() {
    let sim = Sim::start(&["--users", "20", "--live-calls", "off"]);
    for line in [
        "",
        "usrs list",
        "users",
        "users lst",
        "users frobnicate",
        "users get",
        "users delete 100",
        "users list 100",
        "users restart-phone 100",
        "users list --timeout 1ms",
        "queues agents ad 800 100",
        "queues agents add 800 100 --rol x",
        "call-history list --window 1d",
        "contacts delete-all --yes",
        "contacts delete-all --dry-run",
        "backups get-sftp-host-key --api 20.0.4 --sftp-path x",
        "describe",
        "describe usrs",
        "describe users lst",
        "operations --resource x",
        "history 999999",
        "history x",
        "undo 999999 --yes",
        "retry 999999",
        "api Users",
        "api GET",
        "edit 100",
        "logout",
        "users edit",
    ] {
        let (error, code) = fails(sim.threecx().env("THREECX_TIMEOUT", "").args(words(line)));
        let advice = error["next_step"].as_str().unwrap_or_default();
        assert!(!advice.is_empty(), "{line}: {error}");
        let mut advised: Vec<Vec<String>> = commands(advice);
        advised.extend(flags(advice).map(|flags| [words(line), flags].concat()));
        for command in advised {
            let command: Vec<String> = command.into_iter().map(filled_in).collect();
            // A name of one's own, which is not known here.
            if command.iter().any(|word| word == "NAME" || word.starts_with('<')) {
                continue;
            }
            let output = sim.threecx().args(&command).output().expect("it runs");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            // What another command needs is for it to say.
            let asks = output.status.code() == Some(10) && said.contains("nothing was given");
            assert!(
                asks || !matches!(output.status.code(), Some(2 | 10 | 41)),
                "{line} ({code}): {advice}: {command:?}: {said}"
            );
        }
    }
}

/// The fields that older releases take by themselves, and the newest inside of another one.
fn moved(operation: &'static Operation) -> Vec<(&'static Property, &'static Property)> {
    let fields = |form: &threecx_catalog::Form| match form.body {
        Body::Fields(fields) => fields,
        Body::None | Body::Entity(_) => &[],
    };
    let Some(newest) = operation.form(Span::NEWEST) else { return Vec::new() };
    let is_newest = |field: &&Property| field.span.overlaps(Span::NEWEST);
    let into = |old: &Property| {
        fields(newest).iter().filter(is_newest).find(|field| match field.ty.ty {
            Type::Structure(structure) => structure.all_properties().any(|property| property.name == old.name),
            _ => false,
        })
    };
    let old = operation.forms.iter().flat_map(fields);
    let old = old.filter(|field| !fields(newest).iter().filter(is_newest).any(|new| new.name == field.name));
    old.filter_map(|field| Some((field, into(field)?))).collect()
}

/// What has become a part of another argument is said to be one, and given there it is taken.
#[test]
fn arguments_that_have_moved_are_taken_where_the_advice_says() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let mut tried = 0;
    for operation in operations() {
        let moved = moved(operation);
        if moved.is_empty() {
            continue;
        }
        let described = prints(threecx().args(["describe", operation.id]));
        let example = words(lines(&described).first().expect("an example"));
        for (old, into) in moved {
            let kebab = |name| format!("--{}", threecx_catalog::words::kebab(name));
            // The example without what is to be advised.
            let mut line = example.clone();
            if let Some(at) = line.iter().position(|word| *word == kebab(into.name)) {
                line.drain(at..at + 2);
            }
            for how in [&["--yes"][..], &["--dry-run"]] {
                let mut command = sim.threecx();
                let (error, code) = fails(command.args(&line).args([&kebab(old.name), "true"]).args(how));
                assert_eq!((error["code"].as_str(), code), (Some("not-in-version"), 12), "{line:?}: {error}");
                let advice = error["next_step"].as_str().unwrap_or_default();
                let (_, given) = advice.split_once(": ").unwrap_or_else(|| panic!("{line:?}: {advice}"));
                assert!(given.starts_with(&kebab(into.name)) && given.contains(old.name), "{line:?}: {advice}");
                prints(sim.threecx().args(&line).args(words(given)).args(how));
                tried += 1;
            }
        }
    }
    assert!(tried >= 20, "{tried}");
}
