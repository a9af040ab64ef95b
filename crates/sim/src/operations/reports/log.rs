//! The call log, and what came in and went out over trunks.

use super::people::cost;
use super::{Report, count, duration, instant};
use crate::assumptions::{CALL_DIRECTIONS, PARTY_TYPES};
use crate::calls::{Kind, Leg, PhoneCall, Shown};
use crate::operations::recordings::{recording_name, transcription};
use crate::state::{Entity, Set, Value};

/// A row for each segment, those of the newest call first. (Seen live.)
pub(super) fn calls(report: &Report<'_>) -> Vec<Entity> {
    let directory = report.directory();
    let mut rows = Vec::new();
    for call in report.calls().rev() {
        for (indent, (segment, leg)) in call.segments().enumerate() {
            let (from, to) = (directory.show(leg.from), directory.show(leg.to));
            let from_meant = is_type(report.number("sourceType"), &from) && report.means(&["sourceFilter"], from.dn);
            let to_meant =
                is_type(report.number("destinationType"), &to) && report.means(&["destinationFilter"], to.dn);
            if !(from_meant && to_meant && is_call_type(report, &call) && is_time(report, leg)) {
                continue;
            }
            let recording = report.store.calls.recording_of(&call, segment);
            let history = history_id(call.id());
            let row = report
                .row()
                .with("MainCallHistoryId", Value::text(history.as_str()))
                .with("CallHistoryId", Value::text(history))
                .with("CdrId", Value::text(history_id(segment)))
                .with("CallId", Value::Int(call.id()))
                .with("SegmentId", Value::Int(segment))
                .with("Indent", count(i64::from(indent > 0)))
                .with("SubrowDescNumber", count(indent as i64))
                .with("StartTime", instant(leg.begins))
                .with("SourceType", count(from.kind as i64))
                .with("SourceDn", Value::text(from.dn))
                .with("SourceCallerId", Value::text(&*from.number))
                .with("SourceDisplayName", Value::text(&*from.name))
                .with("DestinationType", count(to.kind as i64))
                .with("DestinationDn", Value::text(to.dn))
                .with("DestinationCallerId", Value::text(&*to.number))
                .with("DestinationDisplayName", Value::text(&*to.name))
                .with("RingingDuration", duration(leg.rings))
                .with("TalkingDuration", duration(leg.talks))
                .with("Answered", Value::Bool(leg.answered))
                .with("QualityReport", Value::Bool(leg.answered))
                .with("Status", Value::text(status(leg)))
                .with("Direction", Value::text(direction(&call)))
                .with("CallType", Value::text(call_type(to.kind)))
                .with("Reason", Value::text(reason(leg, &from, &to)))
                .with("CallCost", cost(leg));
            rows.push(match recording {
                Some(id) => recorded(report, row, id, &from, &to),
                None => row,
            });
        }
    }
    rows
}

/// True if a party is of the type that `sourceType` or `destinationType` means.
fn is_type(wanted: i64, party: &Shown<'_>) -> bool {
    let kind = usize::try_from(wanted).ok().and_then(|wanted| *PARTY_TYPES.get(wanted)?);
    kind.is_none_or(|kind| party.kind as i64 == kind)
}

/// True if a call goes where `callsType` says.
fn is_call_type(report: &Report<'_>, call: &PhoneCall) -> bool {
    let wanted = usize::try_from(report.number("callsType")).ok().and_then(|wanted| CALL_DIRECTIONS.get(wanted));
    wanted.is_none_or(|wanted| direction(call).starts_with(wanted))
}

/// `callTimeFilterType`: 0 however long, 1 longer than `callTimeFilterFrom`, 2 shorter, 3 between
/// it and `callTimeFilterTo`.
fn is_time(report: &Report<'_>, leg: &Leg) -> bool {
    let (from, to) = (report.seconds("callTimeFilterFrom"), report.seconds("callTimeFilterTo"));
    match report.number("callTimeFilterType") {
        1 => leg.talks > from,
        2 => leg.talks < from,
        3 => (from..=to).contains(&leg.talks),
        _ => true,
    }
}

/// What there is to hear of a segment, and to read if it was written down.
fn recorded(report: &Report<'_>, row: Entity, id: i64, from: &Shown<'_>, to: &Shown<'_>) -> Entity {
    let written = report.store.calls.is_transcribed(id).then(|| Value::text(transcription(from, to)));
    let written = written.unwrap_or(Value::Null);
    let one = report.shape.neighbour("XReportRecording").map(|shape| {
        Value::Object(Box::new(Entity::new(shape).with("Id", count(id)).with("Transcription", written.clone())))
    });
    row.with("SrcRecId", count(id))
        .with("DstRecId", count(id))
        .with("RecordingId", count(id))
        .with("RecordingUrl", Value::text(recording_name(from, to, id)))
        .with("Transcription", written)
        .with("Recordings", Value::List(one.into_iter().collect()))
}

/// A number as a GUID: the same number, the same GUID.
pub(super) fn history_id(number: i64) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

fn status(leg: &Leg) -> &'static str {
    if leg.answered { "Answered" } else { "Unanswered" }
}

fn direction(call: &PhoneCall) -> &'static str {
    use crate::calls::Party;
    match (call.caller(), call.legs.last().map(|leg| leg.to)) {
        (Some(Party::Outside { .. }), _) if call.queue_visit().is_some() => "Inbound Queue",
        (Some(Party::Outside { .. }), _) => "Inbound",
        (_, Some(Party::Outside { .. })) => "Outbound",
        _ => "Internal",
    }
}

fn call_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Extension => "Extension",
        Kind::ExternalLine => "External",
        Kind::Queue => "Queue",
        Kind::Receptionist => "Digital Receptionist",
        Kind::RingGroup => "Ring Group",
        Kind::VoiceMail => "Voicemail",
    }
}

fn reason(leg: &Leg, from: &Shown<'_>, to: &Shown<'_>) -> String {
    match leg.answered {
        true => format!("Terminated by {} ({})", from.name, from.number),
        false => format!("Not answered by {} ({})", to.name, to.number),
    }
}

pub(super) fn inbound(report: &Report<'_>) -> Vec<Entity> {
    let directory = report.directory();
    over_trunks(report, |call| {
        let (first, last) = (call.legs.first()?, call.legs.last()?);
        let trunk = Some(directory.show(first.from)).filter(|shown| shown.kind == Kind::ExternalLine)?;
        let to = directory.show(last.to);
        let row = party(report.row(), ["DestinationDn", "DestinationDisplayName", "DestinationCallerId"], &to);
        let row = party(row, ["SourceDn", "SourceDisplayName", "SourceCallerId"], &trunk);
        let did = directory.trunks.iter().find(|line| *line.dn.number == *trunk.dn).and_then(|line| line.dids.first());
        Some((trunk, last.clone(), row.with("Did", did.map_or(Value::Null, |did| Value::text(&**did)))))
    })
}

pub(super) fn outbound(report: &Report<'_>) -> Vec<Entity> {
    let directory = report.directory();
    over_trunks(report, |call| {
        let leg = call.legs.first()?;
        let trunk = Some(directory.show(leg.to)).filter(|shown| shown.kind == Kind::ExternalLine)?;
        let row = party(report.row(), ["SourceDn", "SourceDisplayName", "SourceCallerId"], &directory.show(leg.from));
        let row = party(row, ["DestinationDn", "DestinationDisplayName", "DestinationCalleeId"], &trunk);
        Some((trunk, leg.clone(), row.with("Answered", Value::Bool(leg.answered)).with("CallCost", cost(leg))))
    })
}

fn party(row: Entity, [dn, name, number]: [&str; 3], shown: &Shown<'_>) -> Entity {
    let row = row.with(dn, Value::text(shown.dn)).with(name, Value::text(&*shown.name));
    row.with(number, Value::text(&*shown.number))
}

/// `callsType`: 0 all calls, 1 answered ones, 2 those that nobody answered. A row for each call
/// over one of the trunks that are meant: the trunk, the leg in which
/// somebody talked or nobody did, and what else there is to say.
fn over_trunks<'r>(
    report: &'r Report<'_>,
    row: impl Fn(&PhoneCall) -> Option<(Shown<'r>, Leg, Entity)>,
) -> Vec<Entity> {
    let directory = report.directory();
    let rows = report.calls().rev().filter_map(|call| {
        let (trunk, leg, row) = row(&call)?;
        let name = directory.trunks.iter().find(|line| *line.dn.number == *trunk.dn);
        let answered = match report.number("callsType") {
            1 => leg.answered,
            2 => !leg.answered,
            _ => true,
        };
        (answered && report.means(&["trunkDns"], trunk.dn)).then(|| {
            let segment = call.segments().find(|(_, one)| **one == leg).map(|(segment, _)| segment);
            let recording = segment.and_then(|segment| report.store.calls.recording_of(&call, segment));
            let row = match recording {
                Some(id) => recorded(report, row, id, &directory.show(leg.from), &directory.show(leg.to)),
                None => row,
            };
            row.with("CallHistoryId", Value::text(history_id(call.id())))
                .with("CdrId", Value::text(history_id(call.first_segment as i64)))
                .with("StartTime", instant(call.begins()))
                .with("TrunkNumber", Value::text(trunk.dn))
                .with("TrunkName", name.map_or(Value::Null, |line| Value::text(&*line.dn.name)))
                .with("Status", Value::text(status(&leg)))
                .with("RingingDuration", duration(leg.rings))
                .with("TalkingDuration", duration(leg.talks))
                .with("CallDuration", duration(call.ends() - call.begins()))
                .with("QualityReport", Value::Bool(leg.answered))
        })
    });
    rows.collect()
}

/// The inbound rules as they are now.
pub(super) fn inbound_rules(report: &Report<'_>) -> Vec<Entity> {
    let rules = report.store.set("InboundRules").into_iter().flat_map(Set::rows);
    let row = |rule: &Entity| {
        let trunk = rule.get("TrunkDN").as_object().map_or("", |trunk| trunk.text("Name"));
        report
            .row()
            .with("Id", rule.get("Id").clone())
            .with("RuleName", rule.get("RuleName").clone())
            .with("DID", rule.get("Data").clone())
            .with("Trunk", Value::text(trunk))
            .with("InOfficeRouting", rule.get("OfficeHoursDestination").clone())
            .with("OutOfficeRouting", rule.get("OutOfOfficeHoursDestination").clone())
    };
    rules.map(row).collect()
}
