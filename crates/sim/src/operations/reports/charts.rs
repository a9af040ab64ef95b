//! Reports that are drawn as charts: the number of calls in each hour or on each day.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::{Timestamp, ToSpan};

use super::{Report, count, local_instant};
use crate::assumptions::{CHART_STEPS, EXTERNAL_AREA, INTERNAL_AREA, MAX_CHART_POINTS};
use crate::calls::{Party, PhoneCall};
use crate::operations::Call;
use crate::state::{Entity, Value};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// How many seconds a chart covers, from its `chartDate` on: `chartBy` a day, a week, a month
/// or a year; a day if it says nothing else.
pub(super) fn length(call: &Call<'_>) -> i64 {
    let by = call.parameters.get("chartBy").and_then(Value::as_text).unwrap_or_default().to_ascii_lowercase();
    match by.as_str() {
        "week" | "weekly" => 7 * DAY,
        "month" | "monthly" => 31 * DAY,
        "year" | "yearly" => 366 * DAY,
        _ => DAY,
    }
}

/// Points at every hour, day, week or month of the period in the client's time zone, also where nobody called, with two
/// numbers each, added up from the calls. (Seen live.)
fn points(report: &Report<'_>, of: impl Fn(&PhoneCall) -> Option<(i64, i64)>) -> BTreeMap<i64, (i64, i64)> {
    let step = step(report);
    let mut points: BTreeMap<i64, (i64, i64)> = empty_points(report, step);
    for call in report.calls() {
        if let Some((one, two)) = of(&call) {
            let point = points.entry(point_before(report, step, call.begins())).or_default();
            *point = (point.0 + one, point.1 + two);
        }
    }
    points
}

/// The seconds between points: as `groupingType` says; without it, hours of a day and days of anything longer.
fn step(report: &Report<'_>) -> i64 {
    if report.call.parameters.contains_key("groupingType") {
        let given = usize::try_from(report.number("groupingType")).ok();
        return given.and_then(|given| CHART_STEPS.get(given)).copied().unwrap_or(DAY);
    }
    if report.period.end.saturating_sub(report.period.start) <= 2 * DAY { HOUR } else { DAY }
}

/// Every point of the period, if there are not too many of them.
fn empty_points(report: &Report<'_>, step: i64) -> BTreeMap<i64, (i64, i64)> {
    let Range { start, end } = report.period;
    let mut points = BTreeMap::new();
    if end.saturating_sub(start) / step > MAX_CHART_POINTS {
        return points;
    }
    let mut at = point_before(report, step, start);
    while at < end {
        points.insert(at, (0, 0));
        // Days are 23 to 25 hours long.
        let slack = if step < DAY { 0 } else { 2 * HOUR };
        at = point_before(report, step, at + step + slack);
    }
    points
}

/// The point to which a call that began at a second belongs.
fn point_before(report: &Report<'_>, step: i64, second: i64) -> i64 {
    let Ok(moment) = Timestamp::from_second(second) else { return second };
    let local = second + i64::from(report.zone.to_offset(moment).seconds());
    if step < DAY {
        return second - local.rem_euclid(step);
    }
    let (day, days) = (local.div_euclid(DAY), step / DAY);
    // Weeks begin on Mondays; day 0 was a Thursday.
    let into = (day + if days == 7 { 3 } else { 0 }).rem_euclid(days);
    let zoned = moment.to_zoned(report.zone.clone());
    let midnight = zoned.checked_sub(into.days()).and_then(|day| day.start_of_day());
    midnight.map_or(second, |midnight| midnight.timestamp().as_second())
}

fn rows(report: &Report<'_>, points: BTreeMap<i64, (i64, i64)>, [x, one, two]: [&str; 3]) -> Vec<Entity> {
    let at = |second: i64| local_instant(second, &report.zone);
    let row = |(second, (a, b))| report.row().with(x, at(second)).with(one, count(a)).with(two, count(b));
    points.into_iter().map(row).collect()
}

const POINT: [&str; 3] = ["XValue", "YValue1", "YValue2"];

/// One or the other.
fn either(first: bool) -> (i64, i64) {
    (i64::from(first), i64::from(!first))
}

fn is_internal(call: &PhoneCall) -> bool {
    let outside = |party: Party| matches!(party, Party::Outside { .. });
    !call.legs.iter().any(|leg| outside(leg.from) || outside(leg.to))
}

/// True if the report wants such a call: by its flags for internal and queue calls, by
/// `callArea`, and by whose calls are meant.
fn wanted(report: &Report<'_>, call: &PhoneCall) -> bool {
    let given = |name: &str| report.call.parameters.contains_key(name);
    let internal = !given("includeInternalCalls") || report.flag("includeInternalCalls") || !is_internal(call);
    let area = match report.number("callArea") {
        INTERNAL_AREA => is_internal(call),
        EXTERNAL_AREA => !is_internal(call),
        _ => true,
    };
    let queues = report.flag("includeQueueCalls") || call.queue_visit().is_none();
    let long = call.answered() || call.ends() - call.begins() >= report.least_wait();
    internal && area && queues && long && is_somebodys(report, call)
}

/// True if one of the extensions or of the department that is meant took part.
fn is_somebodys(report: &Report<'_>, call: &PhoneCall) -> bool {
    let extensions = ["extensionDns", "queueDnStr"].into_iter().any(|name| report.text(name).is_some());
    let department = ["groupNumber", "groupStr"].into_iter().any(|name| report.text(name).is_some());
    if !department && !extensions {
        return true;
    }
    let mut parties =
        call.legs.iter().flat_map(|leg| [leg.from, leg.to]).map(|party| report.directory().show(party).dn);
    parties.any(|dn| {
        (!extensions || report.means(&["extensionDns", "queueDnStr"], dn)) && (!department || report.has_member(dn))
    })
}

/// Incoming and outgoing calls.
pub(super) fn distribution(report: &Report<'_>) -> Vec<Entity> {
    let points = points(report, |call| wanted(report, call).then(|| either(comes_in(call))));
    rows(report, points, ["DateTimeInterval", "IncomingCount", "OutgoingCount"])
}

fn comes_in(call: &PhoneCall) -> bool {
    matches!(call.caller(), Some(Party::Outside { .. }))
}

/// Answered and unanswered calls.
pub(super) fn activity(report: &Report<'_>) -> Vec<Entity> {
    let points = points(report, |call| wanted(report, call).then(|| either(call.answered())));
    rows(report, points, ["DateTimeInterval", "AnsweredCount", "UnansweredCount"])
}

pub(super) fn calls(report: &Report<'_>) -> Vec<Entity> {
    rows(report, points(report, |call| wanted(report, call).then(|| either(call.answered()))), POINT)
}

/// Answered and unanswered calls of queues.
pub(super) fn queue_calls(report: &Report<'_>) -> Vec<Entity> {
    let points = points(report, |call| {
        let visit = call.queue_visit().filter(|visit| is_meant(report, visit.queue))?;
        Some(either(visit.answer().is_some()))
    });
    rows(report, points, POINT)
}

/// How long callers wait on average, in seconds.
pub(super) fn waiting(report: &Report<'_>) -> Vec<Entity> {
    let points = points(report, |call| {
        let visit = call.queue_visit().filter(|visit| is_meant(report, visit.queue))?;
        Some((visit.waited(), 1))
    });
    let averages = points.into_iter().map(|(at, (waited, calls))| (at, (waited / calls.max(1), calls))).collect();
    rows(report, averages, POINT)
}

fn is_meant(report: &Report<'_>, queue: u32) -> bool {
    report.means(&["queueDnStr"], &report.directory().queues[queue as usize].dn.number)
}
