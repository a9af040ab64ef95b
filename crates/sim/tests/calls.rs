//! Calls: the history, the reports that are made from it, and those that are on.

mod common;

use std::time::Duration;

use common::Session;
use reqwest::Method;
use serde_json::{Value, json};
use threecx_sim::{Clock, Pbx};

/// 2027-01-15T08:00:00Z
const NOW: i64 = 1_800_000_000;
const PERIOD: &str = "2026-12-01T00:00:00Z,2027-01-16T00:00:00Z";

async fn session(segments: u64) -> (Session, Clock) {
    let clock = Clock::manual(NOW);
    (Session::start(Pbx::builder().users(100).clock(clock.clone()).calls(segments)).await, clock)
}

impl Session {
    async fn rows(&self, path: &str) -> Vec<Value> {
        let (status, answer) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer["value"].as_array().cloned().unwrap_or_default()
    }

    /// The rows of a report over the whole period.
    async fn report(&self, function: &str, names: [&str; 2], more: &str) -> Vec<Value> {
        let (from, to) = PERIOD.split_once(',').expect("two");
        self.rows(&format!("/{function}({}={from},{}={to}{more})", names[0], names[1])).await
    }
}

fn sum(rows: &[Value], name: &str) -> i64 {
    rows.iter().map(|row| row[name].as_i64().unwrap_or_else(|| panic!("{name} in {row}"))).sum()
}

#[tokio::test]
async fn there_are_as_many_segments_as_were_asked_for() {
    for segments in [0, 1, 17, 18, 19, 1000] {
        let (session, _) = session(segments).await;
        let (_, counted) = session.get("/CallHistoryView?$top=0&$count=true").await;
        assert_eq!(counted["@odata.count"], segments, "{counted}");
    }
}

/// Without a filter, what is skipped is not made; with one, all of it is.
#[tokio::test]
async fn a_page_begins_where_it_is_asked_to() {
    let (session, clock) = session(200).await;
    let same_at = async |skip: usize| {
        let query = format!("/CallHistoryView?$top=3&$skip={skip}");
        let plain = session.rows(&query).await;
        assert_eq!(plain, session.rows(&format!("{query}&$filter=SegmentId gt 0")).await, "{skip}");
        plain.len()
    };
    for skip in [0, 1, 2, 17, 18, 19, 35, 36, 37, 54, 100, 179, 180, 181, 197, 198, 199, 200, 201, 1000] {
        same_at(skip).await;
    }
    // Calls of today come after the history.
    clock.step(Duration::from_mins(40));
    assert_eq!(same_at(199).await, 3);
    let period = json!({ "period": { "All": false, "Stop": "2027-01-01T00:00:00Z" } });
    assert_eq!(session.send(Method::POST, "/PurgeCalls", Some(period)).await.0, 204);
    assert_eq!(same_at(50).await, 3);
}

#[tokio::test]
async fn a_call_log_has_a_row_for_every_segment_and_no_segment_twice() {
    let (session, _) = session(500).await;
    let mut ids: Vec<i64> = Vec::new();
    for skip in (0..500).step_by(100) {
        let rows = session.rows(&format!("/CallHistoryView?$top=100&$skip={skip}")).await;
        ids.extend(rows.iter().filter_map(|row| row["SegmentId"].as_i64()));
    }
    assert_eq!(ids.len(), 500);
    assert!(ids.is_sorted_by(|a, b| a < b));
    let log = session.call_log("").await;
    let mut logged: Vec<i64> = log.iter().filter_map(|row| row["SegmentId"].as_i64()).collect();
    assert!(log[0]["StartTime"].as_str() > log[499]["StartTime"].as_str());
    logged.sort_unstable();
    assert_eq!(logged, ids);
    // The same seed makes the same calls.
    assert_eq!(self::session(500).await.0.call_log("").await, log);
}

impl Session {
    async fn call_log(&self, query: &str) -> Vec<Value> {
        let (from, to) = PERIOD.split_once(',').expect("two");
        self.rows(&format!(
            "/ReportCallLogData/Pbx.GetCallLogData(periodFrom={from},periodTo={to},sourceType=0,sourceFilter='',\
             destinationType=0,destinationFilter='',callsType=0,callTimeFilterType=0,\
             callTimeFilterFrom='0:00:0',callTimeFilterTo='0:00:0',hidePcalls=true){query}"
        ))
        .await
    }
}

#[tokio::test]
async fn totals_agree_with_rows() {
    let (session, _) = session(3600).await;
    let log = session.call_log("").await;
    let to_queue = log.iter().filter(|row| row["CallType"] == "Queue").count() as i64;
    let period = ["periodFrom", "periodTo"];
    let totals = session
        .report(
            "ReportQueuePerformanceTotals/Pbx.GetQueuePerformanceTotalsData",
            period,
            ",queueDns='',waitInterval='0:00:0'",
        )
        .await;
    let overview = session
        .report(
            "ReportQueuePerformanceOverview/Pbx.GetQueuePerformanceOverviewData",
            period,
            ",queueDns='',waitInterval='0:00:0'",
        )
        .await;
    assert_eq!(sum(&totals, "QueueReceivedCount"), to_queue);
    assert_eq!(sum(&totals, "ExtensionAnsweredCount"), sum(&overview, "ExtensionAnsweredCount"));
    let start = ["startDt", "endDt"];
    let sla =
        session.report("ReportStatisticSla/Pbx.GetStatisticSlaData", start, ",queueDnStr='',waitInterval='0'").await;
    let breaches =
        session.report("ReportBreachesSla/Pbx.GetBreachesSlaData", start, ",queueDnStr='',waitInterval='0'").await;
    assert_eq!(sum(&sla, "BadSlaCallsCount"), breaches.len() as i64);
    let answered = session
        .report(
            "ReportQueueAnsweredCallsByWaitTime/Pbx.GetQueueAnsweredCallsByWaitTimeData",
            start,
            ",queueDnStr='',answerInterval='0'",
        )
        .await;
    assert_eq!(sum(&totals, "ExtensionAnsweredCount"), answered.len() as i64);

    let extensions = session
        .report("ReportExtensionStatistics/Pbx.GetExtensionStatisticsData", period, ",extensionFilter='',callArea=0")
        .await;
    let answered_by_people =
        log.iter().filter(|row| row["CallType"] == "Extension" && row["Answered"] == true).count() as i64;
    assert_eq!(sum(&extensions, "InboundAnsweredCount"), answered_by_people);
    let some = extensions[0]["Dn"].as_str().expect("a number");
    let one = session
        .report(
            "ReportExtensionStatistics/Pbx.GetExtensionStatisticsData",
            period,
            &format!(",extensionFilter='{some}',callArea=0"),
        )
        .await;
    assert_eq!(one, [extensions[0].clone()]);

    let outbound = session.report("ReportOutboundCalls/Pbx.GetOutboundCalls", period, ",trunkDns='',callsType=0").await;
    assert_eq!(outbound.len(), log.iter().filter(|row| row["CallType"] == "External").count());
}

#[tokio::test]
async fn downloads_are_csv_with_the_same_rows() {
    let (session, _) = session(200).await;
    let path = "/CallHistoryView/Pbx.DownloadCallHistory()?$filter=CallAnswered%20eq%20true";
    let csv = session.text(path).await;
    let lines: Vec<&str> = csv.lines().collect();
    let (_, counted) = session.get("/CallHistoryView?$top=0&$count=true&$filter=CallAnswered%20eq%20true").await;
    assert!(lines[0].starts_with("SegmentId,") || lines[0].contains(",SegmentId,"), "{}", lines[0]);
    assert_eq!(counted["@odata.count"], lines.len() - 1);
    assert!(csv.contains("\""), "names with commas are quoted");
}

impl Session {
    async fn text(&self, path: &str) -> String {
        let url = format!("{}/xapi/v1{path}", self.pbx.url());
        let answer = self.http.get(url).bearer_auth(&self.token).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.text().await.expect("text")
    }
}

#[tokio::test]
async fn recordings_are_wav_and_go_when_they_are_deleted() {
    let (session, _) = session(500).await;
    let rows = session.rows("/Recordings?$top=2").await;
    let id = rows[0]["Id"].as_i64().expect("an id");
    let url = format!("{}/xapi/v1/Recordings/Pbx.DownloadRecording(recId={id})", session.pbx.url());
    let answer = session.http.get(url).bearer_auth(&session.token).send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "audio/x-wav");
    let wav = answer.bytes().await.expect("bytes");
    assert_eq!((&wav[..4], &wav[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
    assert_eq!(u32::from_le_bytes(wav[4..8].try_into().expect("four")) as usize, wav.len() - 8);
    let deleted =
        session.send(Method::POST, "/Recordings/Pbx.BulkRecordingsDelete", Some(json!({ "ids": [id] }))).await;
    assert_eq!(deleted.0, 204);
    assert_eq!(session.rows("/Recordings?$top=1").await, rows[1..]);
}

#[tokio::test]
async fn calls_come_and_end_and_become_history() {
    let (session, clock) = session(0).await;
    let on = session.rows("/ActiveCalls").await;
    assert!(!on.is_empty());
    let id = on[0]["Id"].as_i64().expect("an id");
    assert_eq!(session.send(Method::POST, &format!("/ActiveCalls({id})/Pbx.DropCall"), None).await.0, 200);
    assert_eq!(session.send(Method::POST, &format!("/ActiveCalls({id})/Pbx.DropCall"), None).await.0, 404);
    assert!(session.rows("/ActiveCalls").await.iter().all(|call| call["Id"] != id));

    let order = json!({ "dn": "100", "destination": "101" });
    assert_eq!(session.send(Method::POST, "/Users/Pbx.MakeCall", Some(order)).await.0, 200);
    let made = |calls: &[Value]| {
        calls.iter().find(|call| call["Callee"].as_str().is_some_and(|to| to.starts_with("101 "))).cloned()
    };
    // Their own phone rings first.
    clock.step(Duration::from_secs(1));
    let calls = session.rows("/ActiveCalls").await;
    let at_home = calls.iter().find(|call| call["Caller"] == "MakeCall").expect("the call");
    assert!(at_home["Callee"].as_str().is_some_and(|to| to.starts_with("100 ")) && at_home["Status"] == "Ringing");
    clock.step(Duration::from_secs(10));
    assert_eq!(made(&session.rows("/ActiveCalls").await).expect("the call")["Status"], "Talking");
    clock.step(Duration::from_secs(1800));
    let history = session.rows("/CallHistoryView?$filter=SrcDn%20eq%20'100'%20and%20DstDn%20eq%20'101'").await;
    assert!(
        history.iter().any(|segment| segment["CallTime"] == "PT2M" && segment["CallAnswered"] == true),
        "{history:?}"
    );
    let (_, status) = session.get("/SystemStatus?$select=CallsActive").await;
    assert_eq!(status["CallsActive"], session.rows("/ActiveCalls").await.len());
}
