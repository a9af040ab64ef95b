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

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use threecx_catalog::{Content, Type};

use super::behaviours::Behaviour::Reads;
use super::behaviours::{Answer, Behaviours};
use super::moments::{duration, instant, local_instant};
use super::{Call, csv, entities};
use crate::calls::{Chat, Directory, PhoneCall};
use crate::http::Problem;
use crate::live::NoQueues;
use crate::state::{Entity, Shape, Store, Value};

/// Makes the rows of a report.
type Rows = fn(&Report<'_>) -> Vec<Entity>;

/// The behaviour of an operation that answers the rows of a report.
macro_rules! report {
    ($rows:path) => {
        Reads(|call, store| answer(call, store, $rows))
    };
}

pub(super) const BEHAVIOURS: Behaviours = &[
    ("ReportAbandonedChatsStatistics.DownloadAbandonedChatsStatistics", report!(chats::abandoned)),
    ("ReportAbandonedChatsStatistics.GetAbandonedChatsStatisticsData", report!(chats::abandoned)),
    ("ReportAbandonedQueueCalls.DownloadAbandonedQueueCalls", report!(queues::abandoned)),
    ("ReportAbandonedQueueCalls.GetAbandonedQueueCallsData", report!(queues::abandoned)),
    ("ReportAgentLoginHistory.DownloadAgentLoginHistory", report!(queues::logins)),
    ("ReportAgentLoginHistory.GetAgentLoginHistoryData", report!(queues::logins)),
    ("ReportAgentsInQueueStatistics.DownloadAgentsInQueueStatistics", report!(queues::agents)),
    ("ReportAgentsInQueueStatistics.GetAgentsInQueueStatisticsData", report!(queues::agents)),
    ("ReportAverageQueueWaitingTime.DownloadAverageQueueWaitingTimeReport", report!(charts::waiting)),
    ("ReportAverageQueueWaitingTime.GetAverageQueueWaitingTimeData", report!(charts::waiting)),
    ("ReportBreachesSla.DownloadBreachesSla", report!(queues::breaches)),
    ("ReportBreachesSla.GetBreachesSlaData", report!(queues::breaches)),
    ("ReportCallCostByExtensionGroup.DownloadCallCostByExtensionGroup", report!(people::costs)),
    ("ReportCallCostByExtensionGroup.GetCallCostByExtensionGroupData", report!(people::costs)),
    ("ReportCallDistribution.DownloadCallDistributionReport", report!(charts::calls)),
    ("ReportCallDistribution.DownloadGetGetCallDistribution", report!(charts::distribution)),
    ("ReportCallDistribution.GetCallDistribution", report!(charts::distribution)),
    ("ReportCallDistribution.GetCallDistributionData", report!(charts::calls)),
    ("ReportCallLogData.DownloadCallLog", report!(log::calls)),
    ("ReportCallLogData.GetCallLogData", report!(log::calls)),
    ("ReportCallLogData.GetCallQualityReport", Reads(quality::report)),
    ("ReportCallLogData.GetOldCallLogData", report!(log::calls)),
    ("ReportCallLogData.GetOldCallQualityReport", Reads(quality::report)),
    ("ReportChatLog.DownloadChatLog", report!(chats::log)),
    ("ReportChatLog.GetChatLog", report!(chats::log)),
    ("ReportDetailedQueueStatistics.DownloadDetailedQueueStatistics", report!(queues::details)),
    ("ReportDetailedQueueStatistics.GetDetailedQueueStatisticsData", report!(queues::details)),
    ("ReportExtensionStatistics.DownloadExtensionStatistics", report!(people::extensions)),
    ("ReportExtensionStatistics.GetExtensionStatisticsData", report!(people::extensions)),
    ("ReportExtensionStatisticsByGroup.DownloadExtensionStatisticsByGroup", report!(people::extensions)),
    ("ReportExtensionStatisticsByGroup.GetExtensionStatisticsByGroupData", report!(people::extensions)),
    (
        "ReportExtensionsStatisticsByRingGroups.DownloadExtensionsStatisticsByRingGroups",
        report!(people::ring_group_members),
    ),
    (
        "ReportExtensionsStatisticsByRingGroups.GetExtensionsStatisticsByRingGroupsData",
        report!(people::ring_group_members),
    ),
    ("ReportInboundCalls.DownloadGetInboundCalls", report!(log::inbound)),
    ("ReportInboundCalls.GetInboundCalls", report!(log::inbound)),
    ("ReportInboundRules.DownloadInboundRules", report!(log::inbound_rules)),
    ("ReportInboundRules.GetInboundRulesData", report!(log::inbound_rules)),
    ("ReportOutboundCalls.DownloadGetOutboundCalls", report!(log::outbound)),
    ("ReportOutboundCalls.GetOutboundCalls", report!(log::outbound)),
    ("ReportQueueAgentsChatStatistics.DownloadQueueAgentsChatStatistics", report!(chats::agents)),
    ("ReportQueueAgentsChatStatistics.GetQueueAgentsChatStatisticsData", report!(chats::agents)),
    ("ReportQueueAgentsChatStatisticsTotals.DownloadQueueAgentsChatStatisticsTotals", report!(chats::totals)),
    ("ReportQueueAgentsChatStatisticsTotals.GetQueueAgentsChatStatisticsTotalsData", report!(chats::totals)),
    ("ReportQueueAnUnCalls.DownloadQueueAnUnCallsReport", report!(charts::queue_calls)),
    ("ReportQueueAnUnCalls.GetQueueAnUnCallsData", report!(charts::queue_calls)),
    ("ReportQueueAnsweredCallsByWaitTime.DownloadQueueAnsweredCallsByWaitTime", report!(queues::answered)),
    ("ReportQueueAnsweredCallsByWaitTime.GetQueueAnsweredCallsByWaitTimeData", report!(queues::answered)),
    ("ReportQueueCallbacks.DownloadQueueCallbacks", report!(queues::callbacks)),
    ("ReportQueueCallbacks.GetQueueCallbacksData", report!(queues::callbacks)),
    ("ReportQueueChatPerformance.DownloadQueueChatPerformance", report!(chats::performance)),
    ("ReportQueueChatPerformance.GetQueueChatPerformanceData", report!(chats::performance)),
    ("ReportQueueFailedCallbacks.DownloadQueueFailedCallbacks", report!(queues::failed_callbacks)),
    ("ReportQueueFailedCallbacks.GetQueueFailedCallbacksData", report!(queues::failed_callbacks)),
    ("ReportQueuePerformanceOverview.DownloadQueuePerformanceOverview", report!(queues::performance)),
    ("ReportQueuePerformanceOverview.GetQueuePerformanceOverviewData", report!(queues::performance)),
    ("ReportQueuePerformanceTotals.DownloadQueuePerformanceTotals", report!(queues::totals)),
    ("ReportQueuePerformanceTotals.GetQueuePerformanceTotalsData", report!(queues::totals)),
    ("ReportRingGroupStatistics.DownloadRingGroupStatistics", report!(people::ring_groups)),
    ("ReportRingGroupStatistics.GetRingGroupStatisticsData", report!(people::ring_groups)),
    ("ReportStatisticSla.DownloadStatisticSla", report!(queues::sla)),
    ("ReportStatisticSla.GetStatisticSlaData", report!(queues::sla)),
    ("ReportTeamQueueGeneralStatistics.DownloadTeamQueueGeneralStatistics", report!(queues::teams)),
    ("ReportTeamQueueGeneralStatistics.GetTeamQueueGeneralStatisticsData", report!(queues::teams)),
    ("ReportUserActivity.DownloadGetUserActivity", report!(charts::activity)),
    ("ReportUserActivity.DownloadUserActivityReport", report!(charts::calls)),
    ("ReportUserActivity.GetUserActivity", report!(charts::activity)),
    ("ReportUserActivity.GetUserActivityData", report!(charts::calls)),
];

fn answer(call: &Call<'_>, store: &Store, rows: Rows) -> Answer {
    let content = call.form.answer_in(call.release).content;
    let (Content::Value(ty) | Content::File(_, Some(ty))) = content else { return Err(Problem::NoSuchPath) };
    let Type::Structure(structure) = ty.ty else { return Err(Problem::NoSuchPath) };
    let shape = call.shapes.get(structure.name).ok_or(Problem::NoSuchPath)?;
    require_arguments(call)?;
    let options = call.options(Some(shape))?;
    if LIMITED.contains(&call.operation.id) {
        entities::limit(call, &options)?;
    }
    let period = match (moment(call, &["periodFrom", "startDt"])?, moment(call, &["periodTo", "endDt"])?) {
        (from, to) if from.is_none() && to.is_none() => match moment(call, &["chartDate"])? {
            Some(day) => day..day + charts::length(call),
            None => i64::MIN..i64::MAX,
        },
        (from, to) => from.unwrap_or(i64::MIN)..to.unwrap_or(i64::MAX),
    };
    let report = Report { call, store, shape, period, zone: zone(call), members: OnceCell::new() };
    let page = options.page(rows(&report).into_iter(), usize::MAX);
    match content {
        Content::File(..) => csv::answer(call, shape, page.rows),
        _ => {
            let fragment = format!("Collection(Pbx.{}){}", structure.name, options.selection.context());
            Ok(call.rows(&fragment, page.rows, page.count, &options.selection))
        }
    }
}

/// The reports to which the limit for `$top` applies as it does to entity sets. (Measured live.)
const LIMITED: [&str; 1] = ["ReportInboundRules.GetInboundRulesData"];

/// The reports that are not found without a queue, and whether sources disagree about that.
const OF_QUEUES: [(&str, bool); 2] = [("ReportAgentsInQueueStatistics", false), ("ReportAbandonedQueueCalls", true)];

/// The queues of a report, for which null is refused, whatever the descriptions say.
const QUEUES: &str = "queueDnStr";

/// Refuses null for the queues, and reports without a queue that need one. (Measured live.)
fn require_arguments(call: &Call<'_>) -> Result<(), Problem> {
    if call.parameters.get(QUEUES) == Some(&Value::Null) {
        return Err(call.required(QUEUES));
    }
    let disputed = OF_QUEUES.iter().find(|(resource, _)| *resource == call.operation.resource.name);
    let Some((_, disputed)) = disputed else { return Ok(()) };
    let named = [QUEUES, "queueDns"].into_iter().find_map(|name| call.parameters.get(name));
    let without = named.and_then(Value::as_text).is_some_and(str::is_empty);
    let all = *disputed && call.live.abandoned_without_queues == NoQueues::All;
    if without && !all { Err(Problem::NoSuchPath) } else { Ok(()) }
}

/// The time zone of the client, if it names one that exists; UTC otherwise.
fn zone(call: &Call<'_>) -> TimeZone {
    let named = call.parameters.get("clientTimeZone").and_then(Value::as_text);
    named.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
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
    /// The client's time zone.
    zone: TimeZone,
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

    /// True if a parameter was given, and is empty.
    fn is_empty(&self, name: &str) -> bool {
        self.call.parameters.get(name).and_then(Value::as_text).is_some_and(str::is_empty)
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

    /// `waitInterval`: callers who give up sooner are not counted.
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
