//! Reports: each is worked out from the same calls that the call history shows, so that totals
//! agree with rows. `Get…` answers JSON, `Download…` the same rows as CSV.

mod charts;
mod chats;
mod log;
mod people;
mod quality;
mod queues;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use threecx_catalog::{Content, Type};

use super::history::{duration, instant};
use super::{Behaviour, Call, csv};
use crate::calls::{Chat, Directory, PhoneCall};
use crate::http::{Problem, Response};
use crate::state::{Entity, Shape, Store, Value};

/// Makes the rows of a report.
type Rows = fn(&Report<'_>) -> Vec<Entity>;

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    quality::behaviour(operation).or_else(|| rows_of(operation).map(|_| answer as Behaviour))
}

/// What makes the rows. `Download…` operations are those of the same resource in another form.
fn rows_of(operation: &str) -> Option<Rows> {
    let (resource, name) = operation.split_once('.')?;
    Some(match resource {
        "ReportAbandonedChatsStatistics" => chats::abandoned,
        "ReportAbandonedQueueCalls" => queues::abandoned,
        "ReportAgentLoginHistory" => queues::logins,
        "ReportAgentsInQueueStatistics" => queues::agents,
        "ReportAverageQueueWaitingTime" => charts::waiting,
        "ReportBreachesSla" => queues::breaches,
        "ReportCallCostByExtensionGroup" => people::costs,
        "ReportCallDistribution" if name.contains("GetCallDistribution") && !name.ends_with("Data") => {
            charts::distribution
        }
        "ReportCallDistribution" => charts::calls,
        "ReportCallLogData" if !name.contains("Quality") => log::calls,
        "ReportChatLog" => chats::log,
        "ReportDetailedQueueStatistics" => queues::details,
        "ReportExtensionStatistics" | "ReportExtensionStatisticsByGroup" => people::extensions,
        "ReportExtensionsStatisticsByRingGroups" => people::ring_group_members,
        "ReportInboundCalls" => log::inbound,
        "ReportInboundRules" => log::inbound_rules,
        "ReportOutboundCalls" => log::outbound,
        "ReportQueueAgentsChatStatistics" => chats::agents,
        "ReportQueueAgentsChatStatisticsTotals" => chats::totals,
        "ReportQueueAnUnCalls" => charts::queue_calls,
        "ReportQueueAnsweredCallsByWaitTime" => queues::answered,
        "ReportQueueCallbacks" => queues::callbacks,
        "ReportQueueChatPerformance" => chats::performance,
        "ReportQueueFailedCallbacks" => queues::failed_callbacks,
        "ReportQueuePerformanceOverview" => queues::performance,
        "ReportQueuePerformanceTotals" => queues::totals,
        "ReportRingGroupStatistics" => people::ring_groups,
        "ReportStatisticSla" => queues::sla,
        "ReportTeamQueueGeneralStatistics" => queues::teams,
        "ReportUserActivity" if name.ends_with("UserActivity") => charts::activity,
        "ReportUserActivity" => charts::calls,
        _ => return None,
    })
}

fn answer(call: &Call<'_>) -> Result<Response, Problem> {
    let content = call.form.answer_in(call.release).content;
    let (Content::Value(ty) | Content::File(_, Some(ty))) = content else { return Err(Problem::NoSuchPath) };
    let Type::Structure(structure) = ty.ty else { return Err(Problem::NoSuchPath) };
    let shape = call.shapes.get(structure.name).ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(shape))?;
    let rows = rows_of(call.operation.id).ok_or(Problem::NoSuchPath)?;
    let store = call.read();
    let period = match (moment(call, &["periodFrom", "startDt"])?, moment(call, &["periodTo", "endDt"])?) {
        (from, to) if from.is_none() && to.is_none() => match moment(call, &["chartDate"])? {
            Some(day) => day..day + charts::length(call),
            None => i64::MIN..i64::MAX,
        },
        (from, to) => from.unwrap_or(i64::MIN)..to.unwrap_or(i64::MAX),
    };
    let report = Report { call, store: &store, shape, period, members: OnceCell::new() };
    let page = options.page(rows(&report).into_iter(), usize::MAX);
    match content {
        Content::File(..) => csv::answer(call, shape, page.rows),
        _ => {
            let fragment = format!("Collection(Pbx.{}){}", structure.name, options.selection.context());
            Ok(call.rows(&fragment, page.rows, page.count, &options.selection))
        }
    }
}

/// The first of these parameters that was given, in seconds since 1970.
fn moment(call: &Call<'_>, names: &[&str]) -> Result<Option<i64>, Problem> {
    let given = names.iter().find_map(|name| call.parameters.get(name)).and_then(Value::as_text);
    let second = given.map(|text| text.parse::<Timestamp>().map(Timestamp::as_second)).transpose();
    second.map_err(|_| Problem::Argument)
}

/// A report while it is made.
struct Report<'r> {
    call: &'r Call<'r>,
    store: &'r Store,
    shape: &'static Shape,
    period: Range<i64>,
    /// The numbers of the department that is meant, if one is.
    members: OnceCell<Option<HashSet<Box<str>>>>,
}

impl<'r> Report<'r> {
    fn directory(&self) -> &'r Directory {
        self.store.calls.directory()
    }

    /// The calls that began in the period and are over.
    fn calls(&self) -> impl DoubleEndedIterator<Item = PhoneCall> + 'r {
        self.store.calls.ended(self.call.now.as_second(), self.period.clone())
    }

    /// The chats that began in the period.
    fn chats(&self) -> impl DoubleEndedIterator<Item = Chat> + 'r {
        self.store.calls.chats(self.call.now.as_second(), self.period.clone())
    }

    fn number(&self, name: &str) -> i64 {
        self.call.parameters.get(name).and_then(Value::as_int).unwrap_or(0)
    }

    fn row(&self) -> Entity {
        Entity::new(self.shape)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.call.parameters.get(name).and_then(Value::as_text).filter(|text| !text.is_empty())
    }

    fn flag(&self, name: &str) -> bool {
        self.call.parameters.get(name) == Some(&Value::Bool(true))
    }

    /// True if the number is among those that one of these parameters lists; with no list,
    /// every number is meant.
    fn means(&self, names: &[&str], number: &str) -> bool {
        match names.iter().find_map(|name| self.text(name)) {
            Some(list) => list.split(',').any(|wanted| wanted.trim() == number),
            None => true,
        }
    }

    /// True if an extension is of the department that is meant; with none, all are.
    fn has_member(&self, number: &str) -> bool {
        self.members.get_or_init(|| people::members(self)).as_ref().is_none_or(|members| members.contains(number))
    }

    /// `waitInterval`: whoever gives up sooner is not counted.
    fn least_wait(&self) -> i64 {
        self.seconds("waitInterval")
    }

    /// A length of time, in seconds: `0:00:20`, `PT20S` or `20`.
    fn seconds(&self, name: &str) -> i64 {
        let Some(text) = self.text(name) else { return 0 };
        if let Ok(duration) = text.parse::<SignedDuration>() {
            return duration.as_secs();
        }
        text.split(':').try_fold(0, |seconds, part| Some(seconds * 60 + part.parse::<i64>().ok()?)).unwrap_or(0)
    }
}

fn count(number: i64) -> Value {
    Value::Int(number)
}

/// An average length of time.
fn average(seconds: i64, count: i64) -> Value {
    duration(seconds.checked_div(count).unwrap_or(0))
}
