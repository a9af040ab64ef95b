//! `threecx queues agents add 800 100-105`: single items of collections that a PBX only takes
//! whole. The collection is read, changed, shown, read again where that was a while ago, to check that
//! no one else changed it, written, and read back.

pub mod command;

use std::ffi::OsString;

use clap::ArgMatches;
use serde_json::{Value, json};
use threecx::Arguments;
use threecx_catalog::words::counted;
use threecx_catalog::{Collection, ItemColumn};
use threecx_change::items::{self, Difference, ItemAction, ItemChange};
use threecx_change::{Draft, Intent, Problem, Wants};

use crate::args::connection::ConnectionFlags;
use crate::args::matches;
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::args::run::RunFlags;
use crate::args::stdin::{Stdin, content};
use crate::args::wording::collection_words;
use crate::connect::Settings;
use crate::consent::ask_if_interactive;
use crate::dry_run;
use crate::entity_change::{Kind, Seen};
use crate::failure::{Failure, capitalised};
use crate::journal;
use crate::operation::show::keep;
use crate::output::shape::Shape;
use crate::output::style::{Style, one_line};
use crate::output::{Output, open, table as print_table, value};
use crate::running::{check_one, run_one};
use crate::runtime::runtime;

/// Carries out what was typed after `threecx <resource> <collection>`.
pub fn run(collection: &'static Collection, rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = parse(command::command(collection), rest)?;
    let asked = Asked {
        collection,
        which: matches::text(&matches, "which").unwrap_or_default(),
        output: Output::from(OutputFlags::of(&matches))?,
        settings: Settings::from(ConnectionFlags::of(&matches)?)?,
        run: RunFlags::with_plan(&matches),
    };
    let mut stdin = Stdin::default();
    let action = match matches::text(&matches, "action").as_deref() {
        Some("add") => Some(ItemAction::Add),
        Some("remove") => Some(ItemAction::Remove),
        _ => None,
    };
    let words = words(collection, action, &matches, &mut stdin)?;
    let also = also(collection, action, &matches)?;
    match action {
        None => asked.list(&mut stdin),
        Some(action) => asked.change(ItemChange { collection, action, words, also }, &mut stdin),
    }
}

/// What was typed about a collection.
struct Asked {
    collection: &'static Collection,
    which: String,
    output: Output,
    settings: Settings,
    run: RunFlags,
}

impl Asked {
    fn list(&self, stdin: &mut Stdin) -> Result<(), Failure> {
        let collection = self.collection;
        let resource = threecx::resource(collection.set.name);
        let kind = resource.and_then(Kind::of).ok_or_else(|| Failure::Internal(collection.set.name.to_owned()))?;
        runtime()?.block_on(async {
            let pbx = self.settings.connect(stdin).await?;
            let entity = kind.find(&pbx.client, &self.which).await?;
            let select = collection.expand.map_or(collection.property.name, |_| "Id").to_owned();
            let expand = collection.expand.map(str::to_owned);
            let seen = Seen { client: &pbx.client, pbx: &pbx.url, kind, entity, select: Some(select), expand };
            list(collection, &items::items(collection, &seen.read().await?)?, &self.output)
        })
    }

    fn change(&self, change: ItemChange, stdin: &mut Stdin) -> Result<(), Failure> {
        let (collection, action) = (self.collection, change.action);
        let update = items::update_of(collection).ok_or_else(|| Failure::Internal(collection.set.name.to_owned()))?;
        let intent = Intent::new(update, Arguments::default()).to([self.which.clone()]);
        let intent = Intent { items: Some(change), ..intent };
        let problem = |problems: Vec<Problem>| match problems.into_iter().next() {
            Some(Problem { error, .. }) => Failure::from(error),
            None => Failure::Internal("nothing is wrong".into()),
        };
        let draft = Draft::of(vec![intent], self.settings.release).map_err(problem)?;
        runtime()?.block_on(async {
            let pbx = self.settings.connect(stdin).await?;
            let plan = draft.plan(&pbx.client, &pbx.url, Wants::default()).await.map_err(problem)?;
            let (label, step) = (plan.label(0), &plan.steps[0]);
            let difference = step.items.clone().unwrap_or_default();
            if !self.output.is_for_programs() {
                show(collection, &label, &difference);
            }
            if step.is_idle() {
                return done(collection, action, &label, &difference, &self.output);
            }
            if self.run.dry_run {
                return dry_run::print(&step.request(plan.release)?, &self.settings, &self.output);
            }
            if let Some(path) = &self.run.plan_out {
                return keep(&plan, path);
            }
            let agreed = self.settings.sim || self.run.yes;
            ask_if_interactive("Write", self.settings.pbx().as_deref(), agreed)?;
            let log = journal::begin_call(&self.settings, &plan, &pbx.identity)?;
            let ended = run_one(&plan, log, &pbx.client, &self.output).await;
            check_one(&plan, &ended.states, ended.trouble, ended.cause)?;
            done(collection, action, &label, &difference, &self.output)
        })
    }
}

/// The items that were named, by words or by a file with one in each line.
fn words(
    collection: &Collection,
    action: Option<ItemAction>,
    matches: &ArgMatches,
    stdin: &mut Stdin,
) -> Result<Vec<String>, Failure> {
    let mut words = Vec::new();
    for word in matches::many::<String>(matches, "items") {
        let whole = content(collection.noun, word, stdin)?;
        // A name may have a comma in it: `Lovelace, Ada`.
        let several = |line: &'_ str| match line.contains(", ") && !line.contains(|c: char| c.is_ascii_digit()) {
            true => vec![line.trim().to_owned()],
            false => line.split(',').map(|word| word.trim().to_owned()).collect(),
        };
        words.extend(whole.lines().flat_map(several).filter(|word| !word.is_empty()));
    }
    match (action, words.is_empty()) {
        (None, false) => Err(Failure::usage(format!("unexpected argument `{}`: list takes one word", words[0]))
            .next("Use add or remove to change something.")),
        (Some(_), true) => Err(Failure::usage(format!("no {} is named", collection.noun))
            .next(format!("See `threecx {} --help`.", collection_words(collection)))),
        _ => Ok(words),
    }
}

/// What new items hold besides what identifies them.
fn also(
    collection: &'static Collection,
    action: Option<ItemAction>,
    matches: &ArgMatches,
) -> Result<Vec<(String, String)>, Failure> {
    let mut found = Vec::new();
    for also in collection.also {
        match (matches::text(matches, also.flag), action) {
            (Some(_), None | Some(ItemAction::Remove)) => {
                return Err(Failure::usage(format!("--{} is for add", also.flag)).next("Leave it out."));
            }
            (None, Some(ItemAction::Add)) if also.default.is_none() => {
                return Err(Failure::usage(format!("--{} is missing", also.flag)).next(format!("{}.", also.help)));
            }
            (given, Some(ItemAction::Add)) => {
                let value = given.unwrap_or_else(|| also.default.unwrap_or_default().to_owned());
                found.push((also.property.to_owned(), value));
            }
            (None, _) => {}
        }
    }
    Ok(found)
}

fn list(collection: &Collection, items: &[Value], output: &Output) -> Result<(), Failure> {
    if output.is_for_programs() {
        let mut rows = open::rows(output, &Shape::unknown(), None)?;
        for item in items {
            rows.row(&item.to_string())?;
        }
        output.remark(&rows.finish()?);
        return Ok(());
    }
    let mut sink = output.open()?;
    let cell = |item: &Value, column: &ItemColumn| {
        let found = column.property.split('/').try_fold(item, |value, name| value.get(name));
        match found {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        }
    };
    if items.iter().any(Value::is_object) {
        let says = |column: &&ItemColumn| items.iter().any(|item| !cell(item, column).is_empty());
        let columns: Vec<&ItemColumn> = collection.columns.iter().filter(says).collect();
        let row = |item: &Value| columns.iter().map(|column| cell(item, column)).collect::<Vec<String>>();
        let heading: Vec<&str> = columns.iter().map(|column| column.heading).collect();
        let rows = items.iter().map(row).collect();
        sink.painted(&print_table::table(&heading, rows, output.room()))?;
    } else {
        for item in items {
            sink.line(&one_line(item.as_str().unwrap_or_default()))?;
        }
    }
    sink.finish()?;
    if items.is_empty() {
        output.remark(&["There are none.".to_owned()]);
    }
    Ok(())
}

/// The difference, for a person, before anything is sent.
fn show(collection: &Collection, label: &str, difference: &Difference) {
    let style = Style::for_stderr();
    let mut lines = vec![format!("{} of {}:", capitalised(collection.plural), one_line(label))];
    lines.extend(difference.added.iter().map(|label| style.green(&format!("  + {}", one_line(label)))));
    lines.extend(difference.removed.iter().map(|label| style.red(&format!("  - {}", one_line(label)))));
    for line in lines.iter().take(if lines.len() > 1 { lines.len() } else { 0 }) {
        crate::output::style::painted(line);
    }
}

fn done(
    collection: &Collection,
    action: ItemAction,
    label: &str,
    difference: &Difference,
    output: &Output,
) -> Result<(), Failure> {
    let Difference { added, removed, nothing_to_do, before, after } = difference;
    let sent = !difference.is_empty();
    if output.is_for_programs() {
        let report = json!({
            "what": label,
            "collection": collection.property.name,
            "added": added,
            "removed": removed,
            "nothing_to_do": nothing_to_do,
            "before": before,
            "after": after,
            "sent": sent,
        });
        return value::print_value(&report.to_string(), &Shape::unknown(), output);
    }
    let mut sink = output.open()?;
    if sent {
        let before = counted(*before, collection.noun, collection.plural);
        sink.line(&format!("Done: {before} before, {after} now."))?;
    } else {
        sink.line("Nothing was sent: there is nothing to change.")?;
    }
    sink.finish()?;
    for label in nothing_to_do {
        output.remark(&[format!("{label} is {} there.", if action == ItemAction::Add { "already" } else { "not" })]);
    }
    Ok(())
}
