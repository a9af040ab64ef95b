//! Reports: which rows and zeros they have, and what they take.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use threecx_sim::{LiveSwitch, NoQueues};

use super::common::Session;
use super::{of_release, session, settings};

/// Four days before the clock.
const PERIOD: &str = "2027-01-10T00:00:00Z,2027-01-14T00:00:00Z";

/// The arguments of a report, with names for the start and end of a period.
fn period([from, to]: [&str; 2]) -> String {
    let (begins, ends) = PERIOD.split_once(',').expect("a period");
    format!("{from}={begins},{to}={ends}")
}

async fn queues(session: &Session) -> String {
    let rows = session.rows("/Queues?$select=Number").await;
    rows.iter().map(|row| row["Number"].as_str().expect("a number")).collect::<Vec<_>>().join(",")
}

#[tokio::test]
async fn line_07_agents_have_a_row_for_each_queue_and_day_in_the_clients_time_zone() {
    let session = session().await;
    let of_queue = |zone: &str| {
        format!(
            "/ReportAgentLoginHistory/Pbx.GetAgentLoginHistoryData(clientTimeZone='{zone}',{},queueDnStr='800',agentDnStr='')",
            period(["startDt", "endDt"])
        )
    };
    let agents = session.ok("/Queues(Number='800')?$expand=Agents").await["Agents"].as_array().expect("agents").len();
    let rows = session.rows(&of_queue("America%2FChicago")).await;
    // Midnight in Greenwich is 18 o'clock in Chicago: four days are five there, the first and last of them cut.
    assert_eq!(rows.len(), agents * 5);
    let one: Vec<&Value> = rows.iter().filter(|row| row["AgentNo"] == rows[0]["AgentNo"]).collect();
    let column = |name: &str| one.iter().map(|row| row[name].as_str().expect("text").to_owned()).collect::<Vec<_>>();
    assert_eq!(column("Day")[..2], ["2027-01-09T00:00:00-06:00", "2027-01-10T00:00:00-06:00"]);
    assert_eq!(column("loggedInDt")[0], "2027-01-09T18:00:00-06:00");
    assert_eq!(column("LoggedInInterval"), ["PT6H", "P1D", "P1D", "P1D", "PT18H"]);
    assert_eq!(column("LoggedInTotalInterval"), ["PT6H", "P1DT6H", "P2DT6H", "P3DT6H", "P4D"]);
    let agent = column("Agent").remove(0);
    assert!(agent.starts_with(one[0]["AgentNo"].as_str().expect("text")) && !agent.contains(','), "{agent}");

    let utc = session.rows(&of_queue("UTC")).await;
    assert_eq!(utc.len(), agents * 4);
    assert_eq!(utc[0]["Day"], "2027-01-10T00:00:00Z");
    // What is not a time zone is UTC.
    assert_eq!(session.rows(&of_queue("Mars")).await, utc);
}

#[tokio::test]
async fn line_10_zeros_are_left_out_of_three_reports_only() {
    let session = session().await;
    let queues = queues(&session).await;
    // A minute in which nobody calls.
    let minute = |[from, to]: [&str; 2]| format!("{from}=2027-01-12T03:00:00Z,{to}=2027-01-12T03:00:01Z");
    let period = minute(["periodFrom", "periodTo"]);
    let zero =
        |row: &Value| row.as_object().expect("a row").iter().any(|(name, value)| name.ends_with("Count") && value == 0);
    for (path, has_zeros) in [
        (
            format!(
                "/ReportQueuePerformanceTotals/Pbx.GetQueuePerformanceTotalsData({period},queueDns='{queues}',waitInterval='0:00:0')"
            ),
            false,
        ),
        (
            format!(
                "/ReportQueuePerformanceOverview/Pbx.GetQueuePerformanceOverviewData({period},queueDns='{queues}',waitInterval='0:00:0')"
            ),
            false,
        ),
        (
            format!(
                "/ReportQueueCallbacks/Pbx.GetQueueCallbacksData(queueDnStr='{queues}',{})",
                minute(["startDt", "endDt"])
            ),
            true,
        ),
        (
            format!(
                "/ReportDetailedQueueStatistics/Pbx.GetDetailedQueueStatisticsData(queueDnStr='{queues}',{},waitInterval='0:00:0')",
                minute(["startDt", "endDt"])
            ),
            true,
        ),
    ] {
        let rows = session.rows(&path).await;
        assert!(!rows.is_empty() && rows.iter().all(|row| zero(row) == has_zeros), "{path}: {rows:?}");
    }
}

#[tokio::test]
async fn line_11_calls_over_trunks_have_their_recordings() {
    let session = session().await;
    let mut recorded = BTreeSet::new();
    for report in ["InboundCalls", "OutboundCalls"] {
        let path = format!(
            "/Report{report}/Pbx.Get{report}(periodFrom=2026-12-01T00:00:00Z,periodTo=2027-02-01T00:00:00Z,trunkDns='',callsType=0)"
        );
        let rows = session.rows(&path).await;
        assert!(rows.iter().all(|row| row["QualityReport"].is_boolean()), "{report}");
        let with: Vec<&Value> = rows.iter().filter(|row| row["RecordingId"].is_i64()).collect();
        assert!(!with.is_empty() && with.len() < rows.len(), "{report}");
        for row in with {
            assert_eq!(row["Recordings"][0]["Id"], row["RecordingId"], "{row}");
            recorded.insert(row["RecordingId"].as_i64().expect("an id"));
        }
    }
    // Every one of them can be fetched, and there are no others.
    let mut listed = BTreeSet::new();
    for skip in [0, 100] {
        let rows = session.rows(&format!("/Recordings?$select=Id&$top=100&$skip={skip}")).await;
        listed.extend(rows.iter().map(|row| row["Id"].as_i64().expect("an id")));
    }
    assert_eq!(recorded, listed);
}

#[tokio::test]
async fn line_12_the_report_of_inbound_rules_has_the_limit_of_sets() {
    let session = session().await;
    let path = "/ReportInboundRules/Pbx.GetInboundRulesData()";
    assert_eq!(session.get(&format!("{path}?$top=100")).await.0, 200);
    let (status, message) = session.refusal(Method::GET, &format!("{path}?$top=1000"), None).await;
    assert_eq!(status, 400);
    assert!(message.contains("The limit of '100' for Top query has been exceeded"), "{message}");
    // Other reports have none.
    let log = format!(
        "/ReportRingGroupStatistics/Pbx.GetRingGroupStatisticsData({},ringGroupDns='')?$top=1000",
        period(["periodFrom", "periodTo"])
    );
    assert_eq!(session.get(&log).await.0, 200);
}

#[tokio::test]
async fn line_13_older_releases_have_no_limit() {
    for (release, status) in [("20.0.4", 200), ("20.0.5", 200), ("20.0.6", 400), ("20.0.10", 400)] {
        let session = of_release(release).await;
        for set in ["ActiveCalls", "CallHistoryView"] {
            assert_eq!(session.get(&format!("/{set}?$top=100000")).await.0, status, "{release}: {set}");
        }
    }
    let all = of_release("20.0.4").await.rows("/CallHistoryView?$top=100000").await;
    assert!(all.len() > 500, "{}", all.len());
}

#[tokio::test]
async fn line_14_reports_are_particular_about_their_arguments() {
    let session = session().await;
    let (starts, periods) = (period(["startDt", "endDt"]), period(["periodFrom", "periodTo"]));
    let (wait, queues) = ("waitInterval='0:00:0'", queues(&session).await);
    let agents = |queues: &str| {
        format!(
            "/ReportAgentsInQueueStatistics/Pbx.GetAgentsInQueueStatisticsData(queueDnStr={queues},{starts},{wait})"
        )
    };
    let abandoned = |queues: &str| {
        format!("/ReportAbandonedQueueCalls/Pbx.GetAbandonedQueueCallsData({periods},queueDns={queues},{wait})")
    };
    for (path, status) in [(agents("''"), 404), (abandoned("''"), 404), (agents(&format!("'{queues}'")), 200)] {
        assert_eq!(session.get(&path).await.0, status, "{path}");
    }
    let (status, message) = session.refusal(Method::GET, &agents("null"), None).await;
    assert!(status == 400 && message.ends_with("The queueDnStr field is required."), "{status}: {message}");
    for path in [
        format!(
            "/ReportExtensionStatisticsByGroup/Pbx.GetExtensionStatisticsByGroupData(groupNumber='',{periods},callArea=0)"
        ),
        format!(
            "/ReportCallCostByExtensionGroup/Pbx.GetCallCostByExtensionGroupData({periods},groupFilter='',callClass=0)"
        ),
    ] {
        assert_eq!(session.rows(&path).await, [] as [Value; 0], "{path}");
    }
    let totals =
        |arguments: &str| format!("/ReportQueuePerformanceTotals/Pbx.GetQueuePerformanceTotalsData({arguments})");
    let declared = totals(&format!("{periods},queueDns='{queues}',{wait}"));
    assert_eq!(session.get(&declared).await.0, 200);
    let turned = totals(&format!("{wait},{periods},queueDns='{queues}'"));
    assert_eq!(session.get(&turned).await.0, 404);
    // Where nothing else was measured, the order does not matter.
    let overview = format!(
        "/ReportQueuePerformanceOverview/Pbx.GetQueuePerformanceOverviewData({wait},{periods},queueDns='{queues}')"
    );
    assert_eq!(session.get(&overview).await.0, 200);

    let generous = Session::start(settings().live(LiveSwitch::AbandonedWithoutQueues(NoQueues::All))).await;
    assert_eq!(generous.get(&abandoned("''")).await.0, 200);
    assert_eq!(generous.get(&agents("''")).await.0, 404);
}

#[tokio::test]
async fn line_15_charts_have_a_point_for_every_hour() {
    let session = session().await;
    let chart = |grouping: u8, zone: &str| {
        format!(
            "/ReportUserActivity/Pbx.GetUserActivity(clientTimeZone='{zone}',{},groupNumber='',extensionDns='',waitInterval='0:00:0',includeQueueCalls=true,callArea=0,groupingType={grouping})",
            period(["periodFrom", "periodTo"])
        )
    };
    let times = |rows: &[Value]| {
        rows.iter().map(|row| row["DateTimeInterval"].as_str().expect("a time").to_owned()).collect::<Vec<_>>()
    };
    let hours = session.rows(&chart(0, "UTC")).await;
    assert_eq!(times(&hours)[..2], ["2027-01-10T00:00:00Z", "2027-01-10T01:00:00Z"]);
    assert_eq!(hours.len(), 4 * 24);
    let calls = |rows: &[Value]| {
        let number = |row: &Value, name: &str| row[name].as_i64().expect("a number");
        rows.iter().map(|row| number(row, "AnsweredCount") + number(row, "UnansweredCount")).collect::<Vec<_>>()
    };
    assert!(calls(&hours).contains(&0) && calls(&hours).iter().sum::<i64>() > 0);
    let days = session.rows(&chart(2, "UTC")).await;
    assert_eq!(days.len(), 4);
    assert_eq!(calls(&days).iter().sum::<i64>(), calls(&hours).iter().sum::<i64>());
    // Days of the client; those of half an hour's difference, too.
    let chicago = session.rows(&chart(2, "America%2FChicago")).await;
    assert_eq!(times(&chicago)[0], "2027-01-09T00:00:00-06:00");
    let kolkata = session.rows(&chart(0, "Asia%2FKolkata")).await;
    assert_eq!(times(&kolkata)[0], "2027-01-10T05:00:00+05:30");
    for rows in [&chicago, &kolkata] {
        assert_eq!(calls(rows).iter().sum::<i64>(), calls(&hours).iter().sum::<i64>());
    }
}

#[tokio::test]
async fn line_15_a_chart_without_end_is_bounded() {
    let session = session().await;
    let path = "/ReportUserActivity/Pbx.GetUserActivity(clientTimeZone='UTC',periodFrom=0001-01-01T00:00:00Z,periodTo=9999-01-01T00:00:00Z,groupNumber='',extensionDns='',waitInterval='0:00:0',includeQueueCalls=true,callArea=0,groupingType=0)";
    let rows = session.rows(path).await;
    assert!(!rows.is_empty() && rows.len() < 2000, "{}", rows.len());
}

#[tokio::test]
async fn line_16_the_default_department_has_a_name_of_its_own() {
    let session = session().await;
    let costs = |group: &str| {
        format!(
            "/ReportCallCostByExtensionGroup/Pbx.GetCallCostByExtensionGroupData(periodFrom=2026-12-01T00:00:00Z,periodTo=2027-02-01T00:00:00Z,groupFilter='{group}',callClass=0)"
        )
    };
    let groups = session.rows("/Groups?$select=Number,Name,IsDefault").await;
    let mut seen = 0;
    for group in groups {
        let name = if group["IsDefault"] == true { json!("__DEFAULT__") } else { group["Name"].clone() };
        let rows = session.rows(&costs(group["Number"].as_str().expect("a number"))).await;
        assert!(rows.iter().all(|row| row["GroupName"] == name), "{name}: {rows:?}");
        seen += rows.len();
    }
    assert!(seen > 0);
}

#[tokio::test]
async fn line_24_abandoned_calls_are_those_of_the_call_log() {
    let session = session().await;
    let period = "periodFrom=2026-12-01T00:00:00Z,periodTo=2027-02-01T00:00:00Z";
    let log = session.rows(&format!("/ReportCallLogData/Pbx.GetCallLogData({period},sourceType=0,sourceFilter='',destinationType=0,destinationFilter='',callsType=0,callTimeFilterType=0,callTimeFilterFrom='0:00:0',callTimeFilterTo='0:00:0',hidePcalls=true)")).await;
    let known: BTreeSet<&str> = log.iter().map(|row| row["CallHistoryId"].as_str().expect("an id")).collect();
    let queues = queues(&session).await;
    let abandoned = session
        .rows(&format!("/ReportAbandonedQueueCalls/Pbx.GetAbandonedQueueCallsData({period},queueDns='{queues}',waitInterval='0:00:0')"))
        .await;
    assert!(!abandoned.is_empty());
    for row in abandoned {
        let id = row["CallHistoryId"].as_str().expect("text");
        assert!(id.len() == 36 && known.contains(id), "{row}");
    }
}
