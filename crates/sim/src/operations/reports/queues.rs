//! Reports on queues and their agents.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use jiff::Timestamp;

use super::log::history_id;
use super::{Report, average, count, duration, instant, local_instant};
use crate::calls::{NameOrder, Party, PhoneCall, Shown};
use crate::state::{Entity, Value};

const QUEUES: [&str; 2] = ["queueDnStr", "queueDns"];

/// What happened in a queue.
#[derive(Default)]
struct Tally {
    received: i64,
    answered: i64,
    /// Answered too late, or not at all.
    late: i64,
    waited: i64,
    talked: i64,
    agents: BTreeMap<u32, AgentTally>,
}

#[derive(Clone, Copy, Default)]
struct AgentTally {
    answered: i64,
    missed: i64,
    rang: i64,
    talked: i64,
}

/// The calls that went into one of the queues that are meant.
fn visitors<'r>(report: &'r Report<'_>) -> impl Iterator<Item = PhoneCall> + 'r {
    let least = report.least_wait();
    report.calls().filter(move |call| {
        call.queue_visit().is_some_and(|visit| {
            let queue = &report.directory().queues[visit.queue as usize];
            report.means(&QUEUES, &queue.dn.number) && (visit.answer().is_some() || visit.waited() >= least)
        })
    })
}

/// Every queue that is meant, with its tally; its agents are there even if nobody called.
fn tallies(report: &Report<'_>) -> Vec<(u32, Tally)> {
    let queues = &report.directory().queues;
    let mut tallies: BTreeMap<u32, Tally> = BTreeMap::new();
    for (place, queue) in (0..).zip(queues).filter(|(_, queue)| report.means(&QUEUES, &queue.dn.number)) {
        let agents = queue.members.iter().map(|member| (*member, AgentTally::default())).collect();
        tallies.insert(place, Tally { agents, ..Tally::default() });
    }
    for call in visitors(report) {
        let Some(visit) = call.queue_visit() else { continue };
        let tally = tallies.entry(visit.queue).or_default();
        tally.received += 1;
        tally.waited += visit.waited();
        tally.late += i64::from(visit.answer().is_none() || visit.waited() > queues[visit.queue as usize].sla);
        if let Some(answer) = visit.answer() {
            tally.answered += 1;
            tally.talked += answer.talks;
        }
        for poll in &visit.polls {
            let Party::Person(agent) = poll.to else { continue };
            let agent = tally.agents.entry(agent).or_default();
            agent.rang += poll.rings;
            agent.talked += poll.talks;
            *(if poll.answered { &mut agent.answered } else { &mut agent.missed }) += 1;
        }
    }
    tallies.into_iter().collect()
}

/// A row for every queue.
fn per_queue(report: &Report<'_>, row: impl Fn(Entity, &Shown<'_>, &Tally) -> Entity) -> Vec<Entity> {
    let tallies = tallies(report);
    tallies
        .iter()
        .map(|(queue, tally)| row(report.row(), &report.directory().show(Party::Queue(*queue)), tally))
        .collect()
}

/// A row for every agent of every queue.
fn per_agent(
    report: &Report<'_>,
    row: impl Fn(Entity, (&Shown<'_>, &Tally), (&Shown<'_>, AgentTally)) -> Entity,
) -> Vec<Entity> {
    let directory = report.directory();
    let mut rows = Vec::new();
    for (queue, tally) in tallies(report) {
        let queue = directory.show(Party::Queue(queue));
        for (agent, agents) in &tally.agents {
            rows.push(row(report.row(), (&queue, &tally), (&directory.show(Party::Person(*agent)), *agents)));
        }
    }
    rows
}

fn label(shown: &Shown<'_>) -> Value {
    Value::text(format!("{} {}", shown.number, shown.name))
}

pub(super) fn performance(report: &Report<'_>) -> Vec<Entity> {
    per_agent(report, |row, (queue, tally), (agent, agents)| {
        row.with("QueueDn", Value::text(queue.dn))
            .with("QueueDisplayName", Value::text(&*queue.name))
            .with("QueueReceivedCount", count(tally.received))
            .with("QueueAnsweredCount", count(tally.answered))
            .with("ExtensionDn", Value::text(agent.dn))
            .with("ExtensionDisplayName", Value::text(&*agent.name))
            .with("ExtensionAnsweredCount", count(agents.answered))
            .with("ExtensionDroppedCount", count(agents.missed))
            .with("TalkTime", duration(agents.talked))
    })
}

pub(super) fn totals(report: &Report<'_>) -> Vec<Entity> {
    per_queue(report, |row, queue, tally| {
        row.with("QueueDn", Value::text(queue.dn))
            .with("QueueDisplayName", Value::text(&*queue.name))
            .with("QueueReceivedCount", count(tally.received))
            .with("ExtensionAnsweredCount", count(tally.answered))
            .with("ExtensionDroppedCount", count(tally.agents.values().map(|agent| agent.missed).sum()))
    })
}

pub(super) fn teams(report: &Report<'_>) -> Vec<Entity> {
    per_queue(report, |row, queue, tally| {
        row.with("QueueDnNumber", Value::text(queue.dn))
            .with("Dn", label(queue))
            .with("AgentsInQueueCount", count(tally.agents.len() as i64))
            .with("ReceivedCount", count(tally.received))
            .with("AnsweredCount", count(tally.answered))
            .with("TotalTalkTime", duration(tally.talked))
            .with("AvgTalkTime", average(tally.talked, tally.answered))
    })
}

pub(super) fn details(report: &Report<'_>) -> Vec<Entity> {
    per_queue(report, |row, queue, tally| {
        row.with("QueueDnNumber", Value::text(queue.dn))
            .with("QueueDn", label(queue))
            .with("CallsCount", count(tally.received))
            .with("AnsweredCount", count(tally.answered))
            .with("RingTime", duration(tally.waited))
            .with("AvgRingTime", average(tally.waited, tally.received))
            .with("TalkTime", duration(tally.talked))
            .with("AvgTalkTime", average(tally.talked, tally.answered))
            .with("CallbacksCount", count(0))
    })
}

pub(super) fn sla(report: &Report<'_>) -> Vec<Entity> {
    per_queue(report, |row, queue, tally| {
        row.with("QueueDnNumber", Value::text(queue.dn))
            .with("Dn", label(queue))
            .with("ReceivedCount", count(tally.received))
            .with("BadSlaCallsCount", count(tally.late))
    })
}

/// Nobody asks to be called back in this company.
pub(super) fn callbacks(report: &Report<'_>) -> Vec<Entity> {
    per_queue(report, |row, queue, tally| {
        row.with("QueueDnNumber", Value::text(queue.dn))
            .with("Dn", label(queue))
            .with("ReceivedCount", count(tally.received))
            .with("CallbacksCount", count(0))
            .with("FailCallbacksCount", count(0))
    })
}

/// So no callback failed, either.
pub(super) fn failed_callbacks(_: &Report<'_>) -> Vec<Entity> {
    Vec::new()
}

pub(super) fn agents(report: &Report<'_>) -> Vec<Entity> {
    let logged_in = logged_in(report);
    let hours = logged_in / 3600;
    per_agent(report, |row, (queue, _), (agent, agents)| {
        let calls = agents.answered + agents.missed;
        row.with("Queue", Value::text(queue.dn))
            .with("QueueDisplayName", Value::text(&*queue.name))
            .with("Dn", Value::text(agent.dn))
            .with("DnDisplayName", Value::text(&*agent.name))
            .with("LoggedInTime", duration(logged_in))
            .with("AnsweredCount", count(agents.answered))
            .with("LostCount", count(agents.missed))
            .with("AnsweredPercent", count((agents.answered * 100).checked_div(calls).unwrap_or(0)))
            .with("AnsweredPerHourCount", count(agents.answered.checked_div(hours).unwrap_or(0)))
            .with("RingTime", duration(agents.rang))
            .with("AvgRingTime", average(agents.rang, calls))
            .with("TalkTime", duration(agents.talked))
            .with("AvgTalkTime", average(agents.talked, agents.answered))
    })
}

/// Agents of this company stay logged in: from the start of the period until now or its end.
fn logged_in(report: &Report<'_>) -> i64 {
    (report.period.end.min(report.call.now.as_second()).saturating_sub(report.period.start)).max(0)
}

/// A row for every agent, queue and day, with what this day and those before it in the period add up to. (Seen live.)
pub(super) fn logins(report: &Report<'_>) -> Vec<Entity> {
    let (directory, days) = (report.directory(), days(report));
    let mut talks: HashMap<(u32, u32, usize), i64> = HashMap::new();
    for call in visitors(report) {
        let Some(visit) = call.queue_visit() else { continue };
        for poll in &visit.polls {
            let Party::Person(agent) = poll.to else { continue };
            let day = days.partition_point(|day| day.logged_in.end <= poll.begins);
            *talks.entry((visit.queue, agent, day)).or_default() += poll.talks;
        }
    }
    let local = |second: i64| local_instant(second, &report.zone);
    let mut rows = Vec::new();
    for (queue, tally) in tallies(report) {
        for agent in tally.agents.keys() {
            let (shown, mut in_total, mut talked) = (directory.show(Party::Person(*agent)), 0, 0);
            if !report.means(&["agentDnStr"], shown.dn) {
                continue;
            }
            for (index, day) in days.iter().enumerate() {
                let length = day.logged_in.end - day.logged_in.start;
                let talk = talks.get(&(queue, *agent, index)).copied().unwrap_or(0);
                (in_total, talked) = (in_total + length, talked + talk);
                rows.push(
                    report
                        .row()
                        .with("QueueNo", Value::text(directory.show(Party::Queue(queue)).dn))
                        .with("AgentNo", Value::text(shown.dn))
                        .with("Agent", Value::text(shown.label(NameOrder::FirstLast)))
                        .with("Day", local(day.begins))
                        .with("loggedInDt", local(day.logged_in.start))
                        .with("LoggedOutDt", local(day.logged_in.end))
                        .with("LoggedInInterval", duration(length))
                        .with("LoggedInDayInterval", duration(length))
                        .with("LoggedInTotalInterval", duration(in_total))
                        .with("TalkingInterval", duration(talk))
                        .with("TalkingDayInterval", duration(talk))
                        .with("TalkingTotalInterval", duration(talked)),
                );
            }
        }
    }
    rows
}

/// A day in the client's time zone.
struct Day {
    /// Midnight, in seconds since 1970.
    begins: i64,
    /// The part of it in which agents are logged in.
    logged_in: Range<i64>,
}

/// The days of the period, from the first call that there ever was until now.
fn days(report: &Report<'_>) -> Vec<Day> {
    let now = report.call.now.as_second();
    let first = report.store.calls.ended(now, i64::MIN..i64::MAX).next().map_or(now, |call| call.begins());
    let midnight = |second: i64| {
        let zoned = Timestamp::from_second(second).ok()?.to_zoned(report.zone.clone());
        zoned.start_of_day().ok()
    };
    let end = report.period.end.min(now);
    let mut days = Vec::new();
    let mut day = midnight(report.period.start.max(first));
    while let Some(begins) = day.filter(|day| day.timestamp().as_second() < end) {
        day = begins.tomorrow().ok();
        let begins = begins.timestamp().as_second();
        let ends = day.as_ref().map_or(end, |next| next.timestamp().as_second()).min(end);
        days.push(Day { begins, logged_in: report.period.start.max(begins)..ends });
    }
    days
}

pub(super) fn answered(report: &Report<'_>) -> Vec<Entity> {
    let directory = report.directory();
    let rows = visitors(report).filter_map(|call| {
        let visit = call.queue_visit().filter(|visit| visit.waited() >= report.seconds("answerInterval"))?;
        let (queue, answer) = (directory.show(Party::Queue(visit.queue)), visit.answer()?);
        let row = report.row().with("Dn", label(&queue)).with("DnNumber", Value::text(queue.dn));
        let row = row
            .with("Source", label(&directory.show(answer.from)))
            .with("Destination", label(&directory.show(answer.to)));
        let row =
            row.with("CallTime", instant(visit.leg.begins)).with("AnsweredTime", instant(answer.begins + answer.rings));
        Some(row.with("RingTime", duration(visit.waited())))
    });
    rows.collect()
}

pub(super) fn abandoned(report: &Report<'_>) -> Vec<Entity> {
    let directory = report.directory();
    let mut rows = Vec::new();
    for call in visitors(report) {
        let Some(visit) = call.queue_visit().filter(|visit| visit.answer().is_none()) else { continue };
        let queue = directory.show(Party::Queue(visit.queue));
        for poll in &visit.polls {
            let agent = directory.show(poll.to);
            rows.push(
                report
                    .row()
                    .with("CallHistoryId", Value::text(history_id(call.id())))
                    .with("QueueDn", Value::text(queue.dn))
                    .with("QueueDisplayName", Value::text(&*queue.name))
                    .with("CallTime", instant(visit.leg.begins))
                    .with("CallTimeForCsv", instant(visit.leg.begins))
                    .with("WaitTime", duration(visit.waited()))
                    .with("CallerId", Value::text(&*directory.show(visit.leg.from).number))
                    .with("ExtensionDn", Value::text(agent.dn))
                    .with("ExtensionDisplayName", Value::text(&*agent.name))
                    .with("PollingAttempts", count(visit.polls.len() as i64))
                    .with("IsLoggedIn", Value::Bool(true)),
            );
        }
    }
    rows
}

pub(super) fn breaches(report: &Report<'_>) -> Vec<Entity> {
    let directory = report.directory();
    let rows = visitors(report).filter_map(|call| {
        let visit = call.queue_visit()?;
        let late = visit.answer().is_none() || visit.waited() > directory.queues[visit.queue as usize].sla;
        let queue = directory.show(Party::Queue(visit.queue));
        late.then(|| {
            let row = report.row().with("Queue", label(&queue)).with("QueueDnNumber", Value::text(queue.dn));
            let row = row.with("CallTime", instant(visit.leg.begins)).with("WaitingTime", duration(visit.waited()));
            row.with("CallerId", Value::text(&*directory.show(visit.leg.from).number))
        })
    });
    rows.collect()
}
