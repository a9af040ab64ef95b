//! Reports on chats with visitors of web sites, and the chat log.

use std::collections::BTreeMap;

use super::{Report, count, instant};
use crate::calls::{Chat, Party};
use crate::operations::history::chat_row;
use crate::state::{Entity, Value};

const QUEUES: [&str; 1] = ["queueDnStr"];

/// The chats with queues that are meant.
fn visitors<'r>(report: &'r Report<'_>) -> impl Iterator<Item = (Chat, u32)> + 'r {
    let chats = report.chats().filter_map(|chat| Some((chat.queue?, chat)));
    let meant = |queue: u32| report.means(&QUEUES, &report.directory().queues[queue as usize].dn.number);
    chats.filter(move |(queue, _)| meant(*queue)).map(|(queue, chat)| (chat, queue))
}

/// How many chats were begun and answered in each queue that is meant, and by whom.
fn tallies(report: &Report<'_>) -> BTreeMap<u32, (i64, BTreeMap<u32, i64>)> {
    let queues = (0..).zip(&report.directory().queues);
    let meant = queues.filter(|(_, queue)| report.means(&QUEUES, &queue.dn.number));
    let nobody = |members: &[u32]| members.iter().map(|member| (*member, 0)).collect();
    let mut tallies: BTreeMap<u32, (i64, BTreeMap<u32, i64>)> =
        meant.map(|(place, queue)| (place, (0, nobody(&queue.members)))).collect();
    for (chat, queue) in visitors(report) {
        let tally = tallies.entry(queue).or_default();
        tally.0 += 1;
        if let Some(Party::Person(agent)) = chat.to {
            *tally.1.entry(agent).or_default() += 1;
        }
    }
    tallies
}

fn of_queue(report: &Report<'_>, queue: u32) -> Entity {
    let queue = report.directory().show(Party::Queue(queue));
    report.row().with("Queue", Value::text(queue.dn)).with("QueueDisplayName", Value::text(&*queue.name))
}

pub(super) fn performance(report: &Report<'_>) -> Vec<Entity> {
    let row = |(queue, (incoming, agents)): (u32, (i64, BTreeMap<u32, i64>))| {
        let answered: i64 = agents.values().sum();
        of_queue(report, queue)
            .with("IncomingCount", count(incoming))
            .with("AnsweredCount", count(answered))
            .with("AbandonedCount", count(incoming - answered))
            .with("QuantityAgents", count(agents.len() as i64))
    };
    tallies(report).into_iter().map(row).collect()
}

pub(super) fn totals(report: &Report<'_>) -> Vec<Entity> {
    let row = |(queue, (_, agents)): (u32, (i64, BTreeMap<u32, i64>))| {
        let answered = count(agents.values().sum());
        of_queue(report, queue).with("AnsweredCount", answered.clone()).with("DealtWithCount", answered)
    };
    tallies(report).into_iter().map(row).collect()
}

pub(super) fn agents(report: &Report<'_>) -> Vec<Entity> {
    let mut rows = Vec::new();
    for (queue, (_, agents)) in tallies(report) {
        for (agent, answered) in agents {
            let agent = report.directory().show(Party::Person(agent));
            rows.push(
                of_queue(report, queue)
                    .with("Dn", Value::text(agent.dn))
                    .with("DnDisplayName", Value::text(&*agent.name))
                    .with("AnsweredCount", count(answered))
                    .with("DealtWithCount", count(answered)),
            );
        }
    }
    rows
}

pub(super) fn abandoned(report: &Report<'_>) -> Vec<Entity> {
    let row = |(chat, queue): (Chat, u32)| {
        let visitor = report.directory().show(chat.from);
        let queue = report.directory().show(Party::Queue(queue));
        let said = chat.messages().first().map_or("", |message| message.text);
        report
            .row()
            .with("ChatId", count(chat.id))
            .with("DateOfRequest", instant(chat.begins))
            .with("ParticipantName", Value::text(&*visitor.name))
            .with("ParticipantNumber", Value::text(&*visitor.number))
            .with("ParticipantMessage", Value::text(said))
            .with("QueueNo", Value::text(queue.dn))
            .with("QueueDisplayName", Value::text(&*queue.name))
            .with("ReasonForAbandoned", Value::text("Nobody answered"))
            .with("Source", Value::text("LiveChat"))
    };
    visitors(report).filter(|(chat, _)| chat.to.is_none()).map(row).collect()
}

/// A row for each message, by who wrote it and to whom.
pub(super) fn log(report: &Report<'_>) -> Vec<Entity> {
    let directory = report.directory();
    let mut rows = Vec::new();
    for chat in report.chats() {
        for message in chat.messages() {
            let to = if message.sender == chat.from { chat.to } else { Some(chat.from) };
            let meant = |filter: &str, party: Option<Party>| {
                report.text(filter).is_none_or(|wanted| {
                    let shown = party.map(|party| directory.show(party));
                    shown.is_some_and(|shown| {
                        wanted.split(',').any(|wanted| wanted.trim() == shown.dn || shown.name.contains(wanted.trim()))
                    })
                })
            };
            let sender = Some(message.sender);
            let from = meant("fromExtension", sender) && meant("fromText", sender);
            if from && meant("toExtension", to) && meant("toText", to) {
                rows.push(chat_row(directory, report.row(), &chat, &message));
            }
        }
    }
    rows
}
