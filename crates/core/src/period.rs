//! Lists of what happened: how they are asked for a period, and which of their properties says when
//! a row happened.
//!
//! Functions take a period as two parameters. Whether the instants at its ends belong to it is not
//! known, so whoever reads one period after the other has to look at each row's own time. Where no
//! property says when, a row is a total over the period, and periods cannot be put together.

use threecx_catalog::Operation;

/// How a list is asked for a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// By the parameters of these names.
    Parameters(&'static str, &'static str),
    /// By a filter on the property that says when.
    Filter,
    /// The same, by whole days: some builds fail to compare the property with an instant, and
    /// compare `date(property)` (seen live on the call history).
    FilterByDay,
}

/// A list of what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periodic {
    /// How it is asked for a period.
    pub ask: Ask,
    /// The property that says when a row happened; `None` where rows are totals.
    pub when: Option<&'static str>,
}

/// Names of parameters that are a period together.
const PAIRS: [(&str, &str); 3] = [("periodFrom", "periodTo"), ("startDt", "endDt"), ("startDate", "endDate")];

/// What says when a row happened: the one place that knows.
const WHEN: [(&str, &str); 16] = [
    ("ActivityLog.GetLogs", "TimeStamp"),
    ("CallHistoryView.ListCallHistoryView", "SegmentStartTime"),
    ("ChatHistoryView.ListChatHistoryView", "TimeSent"),
    ("ChatMessagesHistoryView.ListChatMessagesHistoryView", "TimeSent"),
    ("EventLogs.ListEventLog", "TimeGenerated"),
    ("Recordings.ListRecording", "StartTime"),
    ("ReportAbandonedQueueCalls.GetAbandonedQueueCallsData", "CallTime"),
    ("ReportAuditLog.GetAuditLogData", "Timestamp"),
    ("ReportBreachesSla.GetBreachesSlaData", "CallTime"),
    ("ReportCallLogData.GetCallLogData", "StartTime"),
    ("ReportCallLogData.GetOldCallLogData", "StartTime"),
    ("ReportChatLog.GetChatLog", "TimeSent"),
    ("ReportInboundCalls.GetInboundCalls", "StartTime"),
    ("ReportOutboundCalls.GetOutboundCalls", "StartTime"),
    ("ReportQueueAnsweredCallsByWaitTime.GetQueueAnsweredCallsByWaitTimeData", "CallTime"),
    ("ReportQueueFailedCallbacks.GetQueueFailedCallbacksData", "CallTime"),
];

/// Lists whose property is compared by day.
const BY_DAY: [&str; 1] = ["CallHistoryView.ListCallHistoryView"];

/// How an operation is asked for a period; `None` if it cannot be.
pub fn of(operation: &Operation) -> Option<Periodic> {
    let parameters = operation.newest_form().parameters;
    let has = |name: &str| parameters.iter().any(|parameter| parameter.name == name);
    let pair = PAIRS.iter().find(|(from, to)| has(from) && has(to));
    let when = when(operation.id);
    let ask = match pair {
        Some((from, to)) => Ask::Parameters(from, to),
        None if BY_DAY.contains(&operation.id) => Ask::FilterByDay,
        None => when.map(|_| Ask::Filter)?,
    };
    Some(Periodic { ask, when })
}

/// The property that says when the rows of an operation happened.
pub fn when(id: &str) -> Option<&'static str> {
    WHEN.iter().find(|(known, _)| *known == id).map(|(_, property)| *property)
}

#[cfg(test)]
mod tests {
    use threecx_catalog::{Content, Span, Type, TypeRef, operation};

    use super::*;

    #[test]
    fn every_property_exists_and_is_a_time() {
        for (id, when) in WHEN {
            let operation = operation(id).expect(id);
            let Content::Value(TypeRef { ty: Type::Structure(rows), .. }) =
                operation.newest_form().answer_in(Span::NEWEST).content
            else {
                panic!("{id} lists nothing")
            };
            let property = rows.all_properties().find(|property| property.name == when).expect(id);
            assert_eq!(property.ty.ty, Type::DateTimeOffset, "{id}");
        }
        assert!(BY_DAY.iter().all(|id| when(id).is_some()));
    }

    #[test]
    fn periods_are_asked_for_by_parameters_or_filters() {
        let of = |id: &str| of(operation(id).expect(id));
        let parameters = Ask::Parameters("periodFrom", "periodTo");
        assert_eq!(of("ReportCallLogData.GetCallLogData"), Some(Periodic { ask: parameters, when: Some("StartTime") }));
        assert_eq!(of("ReportStatisticSla.GetStatisticSlaData").map(|periodic| periodic.when), Some(None));
        assert_eq!(of("EventLogs.ListEventLog").map(|periodic| periodic.ask), Some(Ask::Filter));
        assert_eq!(of("CallHistoryView.ListCallHistoryView").map(|periodic| periodic.ask), Some(Ask::FilterByDay));
        assert_eq!(of("Users.ListUser"), None);
    }
}
