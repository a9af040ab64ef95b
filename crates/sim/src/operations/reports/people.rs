//! Reports on extensions and ring groups.

use std::collections::{BTreeMap, HashSet};

use super::{Report, count, duration, instant};
use crate::assumptions::{EXTERNAL_AREA, INTERNAL_AREA};
use crate::calls::{Kind, Leg, Party};
use crate::state::{Entity, Value};

/// What an extension had to do with calls: in and out, answered and not.
#[derive(Clone, Copy, Default)]
struct Tally {
    answered_in: i64,
    missed_in: i64,
    talked_in: i64,
    answered_out: i64,
    missed_out: i64,
    talked_out: i64,
}

/// True if a leg is in the area that `callArea` means.
fn in_area(report: &Report<'_>, leg: &Leg) -> bool {
    let outside = matches!(leg.from, Party::Outside { .. }) || matches!(leg.to, Party::Outside { .. });
    match report.call.parameters.get("callArea").and_then(Value::as_int) {
        Some(INTERNAL_AREA) => !outside,
        Some(EXTERNAL_AREA) => outside,
        _ => true,
    }
}

/// One row for each extension that had to do with a call.
pub(super) fn extensions(report: &Report<'_>) -> Vec<Entity> {
    if report.is_empty("groupNumber") {
        return Vec::new();
    }
    let mut tallies: BTreeMap<u32, Tally> = BTreeMap::new();
    for call in report.calls() {
        for leg in call.legs.iter().filter(|leg| in_area(report, leg)) {
            if let Party::Person(person) = leg.to {
                let tally = tallies.entry(person).or_default();
                *(if leg.answered { &mut tally.answered_in } else { &mut tally.missed_in }) += 1;
                tally.talked_in += leg.talks;
            }
            if let Party::Person(person) = leg.from {
                let tally = tallies.entry(person).or_default();
                *(if leg.answered { &mut tally.answered_out } else { &mut tally.missed_out }) += 1;
                tally.talked_out += leg.talks;
            }
        }
    }
    let rows = tallies.into_iter().map(|(person, tally)| (report.directory().show(Party::Person(person)), tally));
    let meant = rows.filter(|(person, _)| {
        report.means(&["extensionFilter", "extensionDns"], person.dn) && report.has_member(person.dn)
    });
    let row = |(person, tally): (_, Tally)| {
        let person: crate::calls::Shown<'_> = person;
        report
            .row()
            .with("Dn", Value::text(person.dn))
            .with("DisplayName", Value::text(&*person.name))
            .with("InboundAnsweredCount", count(tally.answered_in))
            .with("InboundUnansweredCount", count(tally.missed_in))
            .with("InboundAnsweredTalkingDur", duration(tally.talked_in))
            .with("OutboundAnsweredCount", count(tally.answered_out))
            .with("OutboundUnansweredCount", count(tally.missed_out))
            .with("OutboundAnsweredTalkingDur", duration(tally.talked_out))
    };
    meant.map(row).collect()
}

/// The department that is meant, if one is: by its number or name.
fn group<'r>(report: &'r Report<'_>) -> Option<&'r Entity> {
    let group = ["groupNumber", "groupFilter", "groupStr"].into_iter().find_map(|name| report.text(name))?;
    let groups = report.store.set("Groups")?;
    groups.by_number(group).or_else(|| groups.rows().find(|row| row.text("Name") == group))
}

/// The numbers of the department that is meant, if one is.
pub(super) fn members(report: &Report<'_>) -> Option<HashSet<Box<str>>> {
    let group = group(report)?;
    let belongs = |user: &&Entity| {
        let memberships = user.get("Groups").as_list().iter().filter_map(Value::as_object);
        memberships.into_iter().any(|membership| membership.get("GroupId") == group.get("Id"))
    };
    let users = report.store.set("Users")?;
    Some(users.rows().filter(belongs).map(|user| user.text("Number").into()).collect())
}

/// A ring group's calls, and how its members did.
#[derive(Default)]
struct GroupTally {
    received: i64,
    answered: i64,
    members: BTreeMap<u32, i64>,
}

fn groups(report: &Report<'_>) -> Vec<(u32, GroupTally)> {
    let mut tallies: BTreeMap<u32, GroupTally> = BTreeMap::new();
    for (place, group) in (0..).zip(&report.directory().ring_groups) {
        if report.means(&["ringGroupDns"], &group.dn.number) {
            let members = group.members.iter().map(|member| (*member, 0)).collect();
            tallies.insert(place, GroupTally { members, ..GroupTally::default() });
        }
    }
    for call in report.calls() {
        let group = call.legs.iter().find_map(|leg| match leg.to {
            Party::RingGroup(group) => Some(group),
            _ => None,
        });
        let Some(tally) = group.and_then(|group| tallies.get_mut(&group)) else { continue };
        tally.received += 1;
        if let Some(Leg { to: Party::Person(person), answered: true, .. }) = call.legs.last() {
            tally.answered += 1;
            *tally.members.entry(*person).or_default() += 1;
        }
    }
    tallies.into_iter().collect()
}

pub(super) fn ring_groups(report: &Report<'_>) -> Vec<Entity> {
    let row = |(group, tally): (u32, GroupTally)| {
        let group = report.directory().show(Party::RingGroup(group));
        let row = report.row().with("RingGroupDn", Value::text(group.dn));
        let row = row.with("RingGroupDisplayName", Value::text(&*group.name));
        row.with("RingGroupReceivedCount", count(tally.received)).with("RingGroupAnsweredCount", count(tally.answered))
    };
    groups(report).into_iter().map(row).collect()
}

pub(super) fn ring_group_members(report: &Report<'_>) -> Vec<Entity> {
    let mut rows = Vec::new();
    for (group, tally) in groups(report) {
        let group = report.directory().show(Party::RingGroup(group));
        for (member, answered) in &tally.members {
            let member = report.directory().show(Party::Person(*member));
            rows.push(
                report
                    .row()
                    .with("RingGroupDn", Value::text(group.dn))
                    .with("RingGroupDisplayName", Value::text(&*group.name))
                    .with("RingGroupReceivedCount", count(tally.received))
                    .with("RingGroupUnansweredCount", count(tally.received - tally.answered))
                    .with("ExtensionDn", Value::text(member.dn))
                    .with("ExtensionDisplayName", Value::text(&*member.name))
                    .with("ExtensionAnsweredCount", count(*answered)),
            );
        }
    }
    rows
}

/// What calls to the outside cost, a row for each.
pub(super) fn costs(report: &Report<'_>) -> Vec<Entity> {
    if report.is_empty("groupFilter") {
        return Vec::new();
    }
    // The default department has a name of its own here. (Seen live.)
    let group_name = match group(report) {
        Some(group) if group.get("IsDefault") != &Value::Bool(true) => group.text("Name"),
        _ => "__DEFAULT__",
    };
    // The id is a number in some releases and text in others.
    let numbered = report.row().get("SegId") == &count(0);
    let mut rows = Vec::new();
    for call in report.calls() {
        for (segment, leg) in call.segments() {
            let (from, to) = (report.directory().show(leg.from), report.directory().show(leg.to));
            if from.kind != Kind::Extension || to.kind != Kind::ExternalLine || !report.has_member(from.dn) {
                continue;
            }
            rows.push(
                report
                    .row()
                    .with("SegId", if numbered { count(segment) } else { Value::text(segment.to_string()) })
                    .with("StartTime", instant(leg.begins))
                    .with("SrcDn", Value::text(from.dn))
                    .with("SrcDisplayName", Value::text(&*from.name))
                    .with("DstDn", Value::text(&*to.number))
                    .with("DstDnClass", count(to.kind as i64))
                    .with("GroupName", Value::text(group_name))
                    .with("CallType", Value::text("National"))
                    .with("IsAnswered", Value::Bool(leg.answered))
                    .with("RingingDur", duration(leg.rings))
                    .with("TalkingDur", duration(leg.talks))
                    .with("BillingCost", cost(leg)),
            );
        }
    }
    rows
}

/// One for every minute that has begun. (The descriptions want whole numbers.)
pub(super) fn cost(leg: &Leg) -> Value {
    let outbound = matches!(leg.to, Party::Outside { .. }) && leg.answered;
    count(if outbound { (leg.talks + 59) / 60 } else { 0 })
}
