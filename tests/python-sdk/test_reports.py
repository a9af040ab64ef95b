"""Reports over the calls of the demo company, and that they agree with each other."""

from datetime import datetime, timezone

PERIOD = (datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2040, 1, 1, tzinfo=timezone.utc))


def test_the_call_log(client):
    rows = client.reports.get_call_log(*PERIOD)
    assert len(rows) > 100
    times = [row["StartTime"] for row in rows]
    assert times[0] == max(times)
    answered = [row for row in rows if row["Answered"]]
    assert 0 < len(answered) < len(rows)


def test_a_period_limits(client):
    newest = client.reports.get_call_log(*PERIOD)[0]["StartTime"]
    after = datetime.fromisoformat(newest.replace("Z", "+00:00"))
    assert client.reports.get_call_log(after.replace(year=after.year + 1), PERIOD[1]) == []


def test_queue_reports_agree(client):
    queue = client.queues.list()[0]
    [totals] = client.reports.get_queue_performance_totals(*PERIOD, queue_dns=queue.number, wait_interval="0:00:0")
    [details] = client.reports.get_detailed_queue_statistics(queue.number, *PERIOD, wait_interval="0:00:0")
    assert details["QueueDnNumber"] == queue.number
    assert totals["QueueReceivedCount"] == details["CallsCount"] > 0


def test_an_extension_report_for_one(client):
    rows = client.reports.get_extension_statistics(*PERIOD, extension_filter="101")
    assert [row["Dn"] for row in rows] == ["101"]
