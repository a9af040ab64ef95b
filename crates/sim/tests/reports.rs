//! Every report of an old release and of the newest: it has rows, keeps to its period and its
//! filters, and says the same as CSV.

mod common;

use common::Session;
use reqwest::Method;
use serde_json::{Value, json};
use threecx_catalog::{Content, Form, Operation, Span, operations};
use threecx_sim::{Clock, Pbx};

/// 2027-01-15T08:00:00Z
const NOW: i64 = 1_800_000_000;
/// Nobody asks to be called back in the demo company.
const EMPTY: [&str; 1] = ["ReportQueueFailedCallbacks"];
/// Not about a period: rules as they are, changes as they were made.
const TIMELESS: [&str; 2] = ["ReportInboundRules", "ReportAuditLog"];

/// These say nothing of everybody: they want to know which departments or queues.
const OF_DEPARTMENTS: [&str; 2] = ["/ReportExtensionStatisticsByGroup/", "/ReportCallCostByExtensionGroup/"];
const OF_QUEUES: [&str; 2] = ["/ReportAgentsInQueueStatistics/", "/ReportAbandonedQueueCalls/"];

async fn session(release: &str) -> Session {
    let builder = Pbx::builder().users(60).calls(1200).live_calls(false).clock(Clock::manual(NOW));
    let session = Session::start(builder.api(Span::parse(release).expect("known"))).await;
    // So that there is a change to report.
    assert_eq!(session.send(Method::PATCH, "/Users(29)", Some(json!({ "Mobile": "1" }))).await.0, 204);
    session
}

/// The path of a report, with what it wants to be told.
fn path(form: &Form, year: u32, given: &[(&str, &str)]) -> String {
    let mut path = form.path.to_owned();
    for parameter in form.parameters {
        let known = given.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| (*value).to_owned());
        let value = known.unwrap_or_else(|| match parameter.name {
            "periodFrom" | "startDt" => format!("{year}-12-01T00:00:00Z"),
            "periodTo" | "endDt" => format!("{}-01-16T00:00:00Z", year + 1),
            "chartDate" => format!("{year}-12-20T00:00:00Z"),
            "chartBy" => "Month".to_owned(),
            "includeInternalCalls" | "includeQueueCalls" | "hidePcalls" => "true".to_owned(),
            "clientTimeZone" => "Europe/London".to_owned(),
            "callTimeFilterFrom" | "callTimeFilterTo" | "waitInterval" | "answerInterval" => "0:00:0".to_owned(),
            "groupNumber" | "groupFilter" if OF_DEPARTMENTS.iter().any(|report| form.path.contains(report)) => {
                "GRP0000".to_owned()
            }
            "queueDnStr" | "queueDns" if OF_QUEUES.iter().any(|report| form.path.contains(report)) => {
                "800,801,802,803,804,805".to_owned()
            }
            _ if parameter.quoted => String::new(),
            _ => "0".to_owned(),
        });
        let literal = if parameter.quoted { format!("'{}'", value.replace('/', "%2F")) } else { value };
        path = path.replace(&format!("{{{}}}", parameter.name), &literal);
    }
    path
}

impl Session {
    async fn rows(&self, path: &str) -> Vec<Value> {
        let (status, answer) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer["value"].as_array().cloned().unwrap_or_else(|| panic!("{path}: {answer}"))
    }

    async fn report(&self, operation: &str, release: &str, given: &[(&str, &str)]) -> Vec<Value> {
        let operation = threecx_catalog::operation(operation).expect("known");
        let form = operation.form(Span::parse(release).expect("known")).expect("of the release");
        self.rows(&path(form, 2026, given)).await
    }
}

/// The reports of a release: those that answer rows, and their downloads.
fn reports(release: Span) -> impl Iterator<Item = (&'static Operation, &'static Form)> {
    let all = operations().filter(|operation| operation.resource.name.starts_with("Report"));
    let with_forms = all.filter_map(move |operation| Some((operation, operation.form(release)?)));
    with_forms.filter(|(operation, _)| operation.name() != "ListReportGroup" && !operation.name().contains("Quality"))
}

async fn every_report_has_rows(release: &str) {
    let session = session(release).await;
    let span = Span::parse(release).expect("known");
    let mut checked = 0;
    for (operation, form) in reports(span) {
        let resource = operation.resource.name;
        if matches!(form.answer_in(span).content, Content::File(..)) {
            let url = format!("{}/xapi/v1{}", session.pbx.url(), path(form, 2026, &[]));
            let answer = session.http.get(url).bearer_auth(&session.token).send().await.expect("an answer");
            assert_eq!(answer.headers()["content-type"], "text/csv", "{}", operation.id);
            let text = answer.text().await.expect("text");
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let columns = reader.headers().expect("columns").len();
            let rows: Vec<csv::StringRecord> =
                reader.records().collect::<Result<_, _>>().expect("as many cells in each line");
            assert!(columns > 1 && text.ends_with("\r\n"), "{}: {text}", operation.id);
            assert_eq!(rows.is_empty(), EMPTY.contains(&resource), "{}", operation.id);
            // The same rows as JSON.
            let name =
                operation.name().trim_start_matches("Download").trim_start_matches("Get").trim_end_matches("Report");
            let twin = operation.resource.operations.iter().find(|other| {
                other.id != operation.id && !other.name().starts_with("Download") && other.name().contains(name)
            });
            if let Some(twin) = twin.and_then(|twin| twin.form(span)) {
                assert_eq!(session.rows(&path(twin, 2026, &[])).await.len(), rows.len(), "{}", operation.id);
                checked += 1;
            }
            continue;
        }
        let rows = session.rows(&path(form, 2026, &[])).await;
        assert_eq!(rows.is_empty(), EMPTY.contains(&resource), "{}", operation.id);
        checked += 1;
        if rows.is_empty() || TIMELESS.contains(&resource) {
            continue;
        }
        // Before there was anything, there was nothing.
        let nothing = session.rows(&path(form, 2019, &[])).await;
        for row in &nothing {
            let counters = row.as_object().expect("a row").keys().filter(|name| name.ends_with("Count"));
            let counters: Vec<&String> =
                counters.filter(|name| *name != "AgentsInQueueCount" && row[*name] != 0).collect();
            assert!(counters.is_empty(), "{}: {counters:?} in {row}", operation.id);
        }
        // Options of the query are taken.
        let (_, page) = session.get(&format!("{}?$top=2&$skip=1&$count=true", path(form, 2026, &[]))).await;
        assert_eq!(page["@odata.count"], rows.len(), "{}", operation.id);
        assert_eq!(
            page["value"].as_array().expect("rows")[..],
            rows[1.min(rows.len())..rows.len().min(3)],
            "{}",
            operation.id
        );
    }
    assert!(checked > 40, "{checked}");
}

#[tokio::test]
async fn every_report_of_the_newest_release_has_rows() {
    every_report_has_rows("20.0.10").await;
}

#[tokio::test]
async fn every_report_of_the_oldest_release_has_rows() {
    every_report_has_rows("20.0.4").await;
    let session = session("20.0.4").await;
    let groups = session.rows("/ReportGroup").await;
    assert!(groups.iter().any(|group| group["GroupName"] == "DEFAULT"), "{groups:?}");
}

#[tokio::test]
async fn the_call_log_can_be_filtered() {
    let session = session("20.0.10").await;
    let log = "ReportCallLogData.GetCallLogData";
    let all = session.report(log, "20.0.10", &[]).await;
    let long = |row: &Value| {
        let talked: jiff::SignedDuration = row["TalkingDuration"].as_str().expect("text").parse().expect("a duration");
        talked.as_secs() > 60
    };
    type Fits<'f> = &'f dyn Fn(&Value) -> bool;
    let cases: [(&[(&str, &str)], Fits<'_>); 9] = [
        (&[("sourceType", "1")], &|row| row["SourceType"] == 0),
        (&[("destinationType", "3")], &|row| row["CallType"] == "Queue"),
        (&[("sourceFilter", "100,101")], &|row| row["SourceDn"] == "100" || row["SourceDn"] == "101"),
        (&[("destinationFilter", "102")], &|row| row["DestinationDn"] == "102"),
        (&[("callsType", "1")], &|row| row["Direction"].as_str().is_some_and(|way| way.starts_with("Inbound"))),
        (&[("callsType", "2")], &|row| row["Direction"] == "Outbound"),
        (&[("callsType", "3")], &|row| row["Direction"] == "Internal"),
        (&[("callTimeFilterType", "1"), ("callTimeFilterFrom", "0:01:0")], &long),
        (&[("periodTo", "2027-01-01T00:00:00Z")], &|row| row["StartTime"].as_str() < Some("2027-01-01")),
    ];
    for (given, fits) in cases {
        let rows = session.report(log, "20.0.10", given).await;
        let expected: Vec<&Value> = all.iter().filter(|row| fits(row)).collect();
        assert!(!expected.is_empty() && expected.len() < all.len(), "{given:?}");
        assert_eq!(rows.iter().collect::<Vec<_>>(), expected, "{given:?}");
    }
}

#[tokio::test]
async fn reports_keep_to_queues_departments_and_areas() {
    let session = session("20.0.10").await;
    let totals = "ReportQueuePerformanceTotals.GetQueuePerformanceTotalsData";
    let some = session.report(totals, "20.0.10", &[("queueDns", "800,801")]).await;
    assert_eq!(some.iter().map(|row| row["QueueDn"].clone()).collect::<Vec<_>>(), ["800", "801"]);
    // Counters that are zero are left out.
    let quiet = session.report(totals, "20.0.10", &[("periodTo", "2026-12-02T00:00:00Z"), ("queueDns", "800")]).await;
    assert_eq!(quiet, [json!({ "QueueDn": "800", "QueueDisplayName": "Sales" })]);
    let people = "ReportExtensionStatistics.GetExtensionStatisticsData";
    let count = |rows: &[Value], name: &str| rows.iter().filter_map(|row| row[name].as_i64()).sum::<i64>();
    let mut parts = 0;
    for area in ["1", "2"] {
        parts += count(&session.report(people, "20.0.10", &[("callArea", area)]).await, "InboundAnsweredCount");
    }
    assert_eq!(parts, count(&session.report(people, "20.0.10", &[]).await, "InboundAnsweredCount"));
    let members: Vec<Value> =
        session.rows("/Groups(89)/Members").await.iter().map(|row| row["Number"].clone()).collect();
    let by_group = "ReportExtensionStatisticsByGroup.GetExtensionStatisticsByGroupData";
    let rows = session.report(by_group, "20.0.10", &[("groupNumber", "GRP0001")]).await;
    assert!(!rows.is_empty() && rows.iter().all(|row| members.contains(&row["Dn"])), "{rows:?}");
    // Longer steps add up the same calls.
    let distribution = "ReportCallDistribution.GetCallDistribution";
    let days = session.report(distribution, "20.0.10", &[("groupingType", "2")]).await;
    let weeks = session.report(distribution, "20.0.10", &[("groupingType", "3")]).await;
    assert!(weeks.len() < days.len());
    assert_eq!(count(&days, "IncomingCount"), count(&weeks, "IncomingCount"));
    let own = session.report(distribution, "20.0.10", &[("extensionDns", "100")]).await;
    assert!(count(&own, "OutgoingCount") < count(&days, "OutgoingCount"));
}

#[tokio::test]
async fn recordings_are_archived_written_down_and_as_long_as_the_talk() {
    let session = session("20.0.10").await;
    let rows = session.rows("/Recordings?$top=2&$filter=IsArchived%20eq%20false").await;
    let ids = json!({ "ids": [rows[0]["Id"]] });
    for action in ["BulkRecordingsArchive", "TranscribeRecordings"] {
        assert_eq!(session.send(Method::POST, &format!("/Recordings/Pbx.{action}"), Some(ids.clone())).await.0, 204);
        let unknown =
            session.send(Method::POST, &format!("/Recordings/Pbx.{action}"), Some(json!({ "ids": [1] }))).await;
        assert_eq!(unknown.0, 400);
    }
    let one = session.rows(&format!("/Recordings?$filter=Id%20eq%20{}", rows[0]["Id"])).await[0].clone();
    assert_eq!(
        (&one["IsArchived"], &one["IsTranscribed"], &one["CanBeTranscribed"]),
        (&json!(true), &json!(true), &json!(false))
    );
    assert!(one["Transcription"].as_str().is_some_and(|text| !text.is_empty()));
    let logged = session.report("ReportCallLogData.GetCallLogData", "20.0.10", &[]).await;
    let logged = logged.iter().find(|row| row["SrcRecId"] == rows[0]["Id"]).expect("its row");
    assert_eq!((&logged["RecordingUrl"], &logged["Transcription"]), (&one["RecordingUrl"], &one["Transcription"]));
    let segments = session.rows(&format!("/CallHistoryView?$filter=SrcRecId%20eq%20{}", rows[0]["Id"])).await;
    let talked: jiff::SignedDuration = segments[0]["CallTime"].as_str().expect("text").parse().expect("a duration");
    let url = format!("{}/xapi/v1/Recordings/Pbx.DownloadRecording(recId={})", session.pbx.url(), rows[0]["Id"]);
    let sound = session
        .http
        .get(url)
        .bearer_auth(&session.token)
        .send()
        .await
        .expect("an answer")
        .bytes()
        .await
        .expect("bytes");
    assert_eq!(sound.len() as i64 - 44, talked.as_secs() * 16_000);
    assert_eq!(session.send(Method::POST, "/Recordings/Pbx.PurgeLocal", None).await.0, 204);
    assert_eq!(session.get("/Recordings/$count").await.1, 1);
    assert_eq!(session.send(Method::POST, "/Recordings/Pbx.PurgeArchive", None).await.0, 204);
    assert_eq!(session.get("/Recordings/$count").await.1, 0);
}

#[tokio::test]
async fn history_that_is_purged_is_gone_from_every_report() {
    let session = session("20.0.10").await;
    let log = "ReportCallLogData.GetCallLogData";
    let all = session.report(log, "20.0.10", &[]).await;
    let kept = all.iter().filter(|row| row["StartTime"].as_str() >= Some("2027-01-01")).count();
    let period = json!({ "period": { "All": false, "Stop": "2027-01-01T00:00:00Z" } });
    assert_eq!(session.send(Method::POST, "/PurgeCalls", Some(period)).await.0, 204);
    let left = session.report(log, "20.0.10", &[]).await.len();
    assert!(left.abs_diff(kept) <= 3, "{left} {kept}: a call's later segments go with it");
    assert_eq!(session.get("/CallHistoryView/$count").await.1, left);
    let period = json!({ "period": { "All": true } });
    assert_eq!(session.send(Method::POST, "/PurgeCalls", Some(period)).await.0, 204);
    assert_eq!(session.get("/CallHistoryView/$count").await.1, 0);
}
