//! A long period, read one window after the other: a PBX that would take too long for a year
//! answers for a day at once.
//!
//! Windows lie side by side, from their first instant up to their last, which belongs to the next.
//! A row is in the window in which it happened by its own time: what a PBX adds at the edges is left
//! out, so that no row comes twice whatever a PBX takes an end for.
//!
//! Lists that are asked for by day meet where the PBX's days do, in whichever time zone it counts
//! them. Only where the whole period begins and ends does the instant count: there, a day more is
//! asked for, and each row's own time decides.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use serde_json::value::RawValue;
use threecx::{Arguments, Input, Operation};
use threecx_catalog::{Ask, Periodic};

use super::moment::{self, misfit};
use crate::args::period::PeriodFlags;
use crate::failure::Failure;
use crate::output::shape;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A window that takes too long is halved down to this.
const SHORTEST: SignedDuration = SignedDuration::from_mins(1);

/// What a cursor leaves for later, unless `--until` says otherwise: a call shows under the time at
/// which it began, and only when it is over.
const SETTLED: SignedDuration = SignedDuration::from_hours(12);

/// A period to read.
#[derive(Clone, Debug)]
pub struct Period {
    pub since: Timestamp,
    pub until: Timestamp,
    /// How long a window is; `None` for all in one.
    window: Option<SignedDuration>,
    ask: &'static Periodic,
    /// False if it begins where a day does, and not at an instant.
    opens: bool,
}

/// A part of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub since: Timestamp,
    pub until: Timestamp,
    /// True if it begins at this very instant, false if where a day does.
    opens: bool,
    /// The same of its end.
    closes: bool,
}

impl Window {
    /// True if its end is an instant and not where a day begins.
    pub fn closes(&self) -> bool {
        self.closes
    }
}

impl Period {
    /// From `--since`, `--until` and `--window`; `None` if none of them was given.
    pub fn from(
        operation: &'static Operation,
        arguments: &Arguments,
        flags: &PeriodFlags,
    ) -> Result<Option<Period>, Failure> {
        let PeriodFlags { since, until, window, cursor } = flags;
        let Some(ask) = operation.period else { return Ok(None) };
        let Some(since) = since else {
            if until.is_none() && window.is_none() && cursor.is_none() {
                return Ok(None);
            }
            return Err(Failure::usage("--until, --window and --cursor need --since")
                .next("Add --since, for example --since 7d."));
        };
        let now = Zoned::now();
        let since = moment::parse("--since", since, &now)?;
        let until = match until {
            Some(until) => moment::parse("--until", until, &now)?,
            None if cursor.is_some() => now.timestamp() - SETTLED,
            None => now.timestamp(),
        };
        let until = Timestamp::from_second(until.as_second()).unwrap_or(until);
        let window = window.as_deref().map(|window| moment::length("--window", window)).transpose()?;
        let mut period = Period { since, until, window, ask, opens: true };
        if cursor.is_some() && period.window.is_none() {
            period.window = Some(DAY);
        }
        period.check(arguments, flags)?;
        Ok(Some(period))
    }

    /// Refuses what cannot be.
    fn check(&self, arguments: &Arguments, flags: &PeriodFlags) -> Result<(), Failure> {
        let usage = |message: &str, next: &str| Err(Failure::usage(message).next(next));
        let input = |error: threecx::Error| Err(error.into());
        if self.since >= self.until {
            return input(misfit(
                "--until",
                &format!("an instant after --since ({})", self.since),
                &self.until.to_string(),
            ));
        }
        if self.window.is_some() && self.ask.when.is_none() {
            return usage(
                "the rows of this report are totals over the whole period: those of windows cannot be combined",
                "Leave out --window and --cursor; --since and --until can stay.",
            );
        }
        match (self.window, self.ask.ask) {
            (Some(window), Ask::FilterByDay) if window.as_secs() % DAY.as_secs() != 0 => {
                let came = flags.window.clone().unwrap_or_default();
                return input(misfit("--window", "whole days: this list is asked for by day", &came));
            }
            _ => {}
        }
        if let Ask::Parameters(from, to) = self.ask.ask
            && [from, to].iter().any(|name| arguments.parameters.keys().any(|given| given.eq_ignore_ascii_case(name)))
        {
            let flags = [from, to].map(|name| format!("--{}", crate::args::flag::kebab(name)));
            return usage(
                &format!("--since and {} both set the period", flags.join("/")),
                &format!("Leave out --since and --until, or {}.", flags.join(" and ")),
            );
        }
        if arguments.options.contains_key("skip") || arguments.options.contains_key("count") {
            return usage(
                "--skip and --count cannot be combined with a period",
                "Leave them out; --since says where to begin.",
            );
        }
        if flags.cursor.is_some() && arguments.options.contains_key("top") {
            return usage(
                "--top cannot be combined with --cursor: the rest of a window would never be read",
                "Leave out one of the two; --until says where to end.",
            );
        }
        let select = match arguments.options.get("select") {
            Some(Input::Text(select) | Input::Json(select)) => shape::names(Some(select)),
            None => Vec::new(),
        };
        if let Some(when) = self.ask.when
            && !select.is_empty()
            && !select.iter().any(|named| named.name == "*" || named.name.eq_ignore_ascii_case(when))
        {
            return input(misfit(
                "--select",
                &format!("{when} among the properties: it says in which period a row is"),
                &select.iter().map(|named| named.name.as_str()).collect::<Vec<_>>().join(","),
            ));
        }
        Ok(())
    }

    /// The rest of it, from where a window ended.
    #[must_use]
    pub fn resumed(self, since: Timestamp, at_an_instant: bool) -> Period {
        Period { since, opens: at_an_instant, ..self }
    }

    /// The windows, in order: there may be millions of them.
    pub fn windows(&self) -> impl Iterator<Item = Window> {
        let Period { until: last, window: length, .. } = *self;
        let by_day = self.ask.ask == Ask::FilterByDay;
        let (mut since, mut opens) = (self.since, self.opens || !by_day);
        std::iter::from_fn(move || {
            if since >= last {
                return None;
            }
            let end = length.and_then(|length| since.checked_add(length).ok()).unwrap_or(last);
            // By day, windows meet at midnight.
            let end = if by_day && length.is_some() { midnight(end) } else { end };
            let until = end.min(last);
            let closes = !by_day || until == last;
            let window = Window { since, until, opens, closes };
            (since, opens) = (until, closes);
            Some(window)
        })
    }

    /// The halves of a window; `None` if it is too short for that.
    pub fn halves(&self, window: Window) -> Option<[Window; 2]> {
        self.ask.when?;
        let length = window.until.duration_since(window.since);
        let mut middle = window.since.checked_add(length / 2).ok()?;
        if self.ask.ask == Ask::FilterByDay {
            middle = midnight(middle);
        }
        let middle = Timestamp::from_second(middle.as_second()).ok()?;
        let exact = self.ask.ask != Ask::FilterByDay;
        let halves =
            [Window { until: middle, closes: exact, ..window }, Window { since: middle, opens: exact, ..window }];
        let long_enough = |half: &Window| half.until.duration_since(half.since) >= SHORTEST;
        halves.iter().all(long_enough).then_some(halves)
    }

    /// The arguments for a window.
    pub fn arguments(&self, arguments: &Arguments, window: Window) -> Arguments {
        let mut arguments = arguments.clone();
        let condition = match (self.ask.ask, self.ask.when) {
            (Ask::Parameters(from, to), _) => {
                arguments.parameters.insert(from.into(), Input::Text(window.since.to_string()));
                arguments.parameters.insert(to.into(), Input::Text(window.until.to_string()));
                return arguments;
            }
            (Ask::Filter, Some(when)) => {
                format!("{when} ge {} and {when} lt {}", window.since, window.until)
            }
            (Ask::FilterByDay, Some(when)) => {
                let day = |instant: Timestamp, more: SignedDuration| {
                    // At the ends of all time there is no further day.
                    instant.checked_add(more).unwrap_or(instant).to_zoned(TimeZone::UTC).date()
                };
                let first = day(window.since, if window.opens { -DAY } else { SignedDuration::ZERO });
                let last = match window.closes {
                    true => format!("le {}", day(window.until, DAY)),
                    false => format!("lt {}", day(window.until, SignedDuration::ZERO)),
                };
                format!("date({when}) ge {first} and date({when}) {last}")
            }
            (_, None) => return arguments,
        };
        let filter = match arguments.options.get("filter") {
            Some(Input::Text(filter) | Input::Json(filter)) => format!("({filter}) and {condition}"),
            None => condition,
        };
        arguments.options.insert("filter".into(), Input::Text(filter));
        // So that pages follow each other in the order of time.
        if let Some(when) = self.ask.when {
            arguments.options.entry("orderby".into()).or_insert_with(|| Input::Text(when.into()));
        }
        arguments
    }

    /// True if a row happened in a window. One without a time is taken: the PBX says it belongs there.
    pub fn holds(&self, window: Window, row: &str) -> bool {
        let Some(when) = self.ask.when else { return true };
        let record = serde_json::from_str::<indexmap::IndexMap<&str, &RawValue>>(row).ok();
        let time = record.and_then(|record| record.get(when)?.get().trim_matches('"').parse::<Timestamp>().ok());
        time.is_none_or(|time| (!window.opens || window.since <= time) && (!window.closes || time < window.until))
    }
}

/// The end of the day in which an instant lies, or the instant if it is midnight.
fn midnight(instant: Timestamp) -> Timestamp {
    let day = DAY.as_secs();
    let second = instant.as_second();
    Timestamp::from_second(second - second.rem_euclid(day)).unwrap_or(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(id: &str, since: &str, until: &str, window: Option<i64>) -> Period {
        let ask = threecx::operation(id).expect(id).period.expect("periodic");
        let instant = |text: &str| text.parse::<Timestamp>().expect(text);
        let window = window.map(SignedDuration::from_hours);
        Period { since: instant(since), until: instant(until), window, ask, opens: true }
    }

    fn filters(period: &Period) -> Vec<String> {
        let filter = |window| match period.arguments(&Arguments::default(), window).options.remove("filter") {
            Some(Input::Text(filter)) => filter,
            other => panic!("{other:?}"),
        };
        period.windows().map(filter).collect()
    }

    #[test]
    fn windows_lie_side_by_side() {
        let events = period("EventLogs.ListEventLog", "2026-01-01T10:00:00Z", "2026-01-02T12:00:00Z", Some(24));
        assert_eq!(
            filters(&events),
            [
                "TimeGenerated ge 2026-01-01T10:00:00Z and TimeGenerated lt 2026-01-02T10:00:00Z",
                "TimeGenerated ge 2026-01-02T10:00:00Z and TimeGenerated lt 2026-01-02T12:00:00Z"
            ]
        );
        let calls = |window| {
            period("CallHistoryView.ListCallHistoryView", "2026-01-01T10:00:00Z", "2026-01-03T12:00:00Z", window)
        };
        assert_eq!(
            filters(&calls(Some(24))),
            [
                "date(SegmentStartTime) ge 2025-12-31 and date(SegmentStartTime) lt 2026-01-02",
                "date(SegmentStartTime) ge 2026-01-02 and date(SegmentStartTime) lt 2026-01-03",
                "date(SegmentStartTime) ge 2026-01-03 and date(SegmentStartTime) le 2026-01-04"
            ]
        );
        assert_eq!(
            filters(&calls(None)),
            ["date(SegmentStartTime) ge 2025-12-31 and date(SegmentStartTime) le 2026-01-04"]
        );
        let rest = calls(Some(24)).resumed("2026-01-03T00:00:00Z".parse().expect("an instant"), false);
        assert_eq!(filters(&rest), ["date(SegmentStartTime) ge 2026-01-03 and date(SegmentStartTime) le 2026-01-04"]);
    }

    #[test]
    fn windows_are_made_when_they_are_needed_and_time_may_end() {
        let events = period("EventLogs.ListEventLog", "0001-01-01T00:00:00Z", "9999-12-30T00:00:00Z", Some(1));
        assert_eq!(
            events.windows().nth(1).map(|window| window.since.to_string()).as_deref(),
            Some("0001-01-01T01:00:00Z")
        );
        let calls = period("CallHistoryView.ListCallHistoryView", "9999-12-29T00:00:00Z", "9999-12-30T01:00:00Z", None);
        assert_eq!(filters(&calls), ["date(SegmentStartTime) ge 9999-12-28 and date(SegmentStartTime) le 9999-12-30"]);
    }

    #[test]
    fn a_row_is_where_its_time_is() {
        let events = period("EventLogs.ListEventLog", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", Some(24));
        let windows: Vec<Window> = events.windows().collect();
        let row = |time: &str| format!("{{\"Id\":1,\"TimeGenerated\":\"{time}\"}}");
        for (time, held) in [
            ("2025-12-31T23:59:59.999Z", [false, false]),
            ("2026-01-01T00:00:00Z", [true, false]),
            ("2026-01-02T00:59:59+01:00", [true, false]),
            ("2026-01-02T00:00:00Z", [false, true]),
            ("2026-01-03T00:00:00Z", [false, false]),
        ] {
            let found = [0, 1].map(|index| events.holds(windows[index], &row(time)));
            assert_eq!(found, held, "{time}");
        }
        assert!(events.holds(windows[0], "{}"));
    }

    #[test]
    fn windows_are_halved_down_to_a_minute_or_a_day() {
        let count = |period: &Period| {
            let mut window = period.windows().next().expect("a window");
            let mut times = 0;
            while let Some([first, second]) = period.halves(window) {
                assert_eq!((first.since, first.until, second.until), (window.since, second.since, window.until));
                window = first;
                times += 1;
            }
            times
        };
        let (since, until) = ("2026-01-01T00:00:00Z", "2026-01-09T00:00:00Z");
        assert_eq!(count(&period("EventLogs.ListEventLog", since, until, None)), 13);
        assert_eq!(count(&period("CallHistoryView.ListCallHistoryView", since, until, None)), 3);
        let totals = period("ReportStatisticSla.GetStatisticSlaData", since, until, None);
        assert_eq!(count(&totals), 0);
    }
}
