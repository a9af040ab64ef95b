//! What a spreadsheet takes for times and numbers: `--excel`.
//!
//! Spreadsheets know no offsets, so that instants are in the time zone of this machine (`TZ` changes it), in whole
//! seconds. What a spreadsheet cannot hold, such as a day before 1900, stays as it came.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, Unit};
use threecx_catalog::{Type, TypeRef};

use super::delimiter::Delimiter;
use super::region;

/// The first year of which a spreadsheet knows the days, and the last one.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=9999;

/// How a spreadsheet of this machine reads what it opens.
#[derive(Clone, Debug)]
pub struct Excel {
    zone: TimeZone,
    /// True where the comma is in numbers.
    decimal_comma: bool,
}

/// A time as a spreadsheet has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetTime {
    /// A day and a time of day, where this machine is.
    Moment(DateTime),
    Day(Date),
    TimeOfDay(Time),
    /// In seconds.
    Duration(i64),
}

impl Excel {
    /// Of this machine; a semicolon or a comma that was asked for says which sign is in numbers, too.
    pub fn here(delimiter: Option<Delimiter>) -> Excel {
        let decimal_comma = match delimiter {
            Some(Delimiter::Semicolon) => true,
            Some(Delimiter::Comma) => false,
            Some(Delimiter::Tab | Delimiter::Pipe) | None => region::has_decimal_comma(),
        };
        Excel { zone: TimeZone::system(), decimal_comma }
    }

    /// What separates cells.
    pub fn delimiter(&self) -> Delimiter {
        if self.decimal_comma { Delimiter::Semicolon } else { Delimiter::Comma }
    }

    /// What tells files apart that are written for different regions.
    pub fn decimal_sign(&self) -> char {
        if self.decimal_comma { ',' } else { '.' }
    }

    /// A number of JSON as a spreadsheet reads it.
    pub fn number<'j>(&self, json: &'j str) -> Cow<'j, str> {
        let is_number = json.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        if self.decimal_comma && is_number { json.replacen('.', ",", 1).into() } else { json.into() }
    }

    /// The time that a JSON value is. Where the catalogue does not know the type, an instant, a day and a duration
    /// are told by how they are written.
    pub fn time(&self, json: &str, ty: Option<TypeRef>) -> Option<SheetTime> {
        // No time has a character that needs an escape.
        let text = json.strip_prefix('"')?.strip_suffix('"')?;
        match ty {
            Some(ty) if ty.collection => None,
            Some(ty) => match ty.ty {
                Type::DateTimeOffset => self.moment(text),
                Type::Date => day(text),
                Type::TimeOfDay => time_of_day(text),
                Type::Duration => duration(text),
                _ => None,
            },
            None => self.moment(text).or_else(|| day(text)).or_else(|| duration(text)),
        }
    }

    fn moment(&self, text: &str) -> Option<SheetTime> {
        let instant = text.parse::<Timestamp>().ok()?;
        let here = instant.to_zoned(self.zone.clone()).datetime();
        let whole = here.with().subsec_nanosecond(0).build().ok()?;
        YEARS.contains(&whole.year()).then_some(SheetTime::Moment(whole))
    }
}

fn day(text: &str) -> Option<SheetTime> {
    let date = text.parse::<Date>().ok().filter(|_| text.len() == "2026-01-31".len())?;
    YEARS.contains(&date.year()).then_some(SheetTime::Day(date))
}

fn time_of_day(text: &str) -> Option<SheetTime> {
    let time = text.parse::<Time>().ok().filter(|_| text.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(SheetTime::TimeOfDay(time.with().subsec_nanosecond(0).build().ok()?))
}

/// Of a fixed length: years and months have none.
fn duration(text: &str) -> Option<SheetTime> {
    let span = text.parse::<Span>().ok().filter(|_| text.trim_start_matches('-').starts_with('P'))?;
    let duration: SignedDuration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Some(SheetTime::Duration(duration.round(Unit::Second).ok()?.as_secs()))
}

impl fmt::Display for SheetTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SheetTime::Moment(moment) => write!(f, "{}", moment.strftime("%Y-%m-%d %H:%M:%S")),
            SheetTime::Day(date) => write!(f, "{date}"),
            SheetTime::TimeOfDay(time) => write!(f, "{}", time.strftime("%H:%M:%S")),
            SheetTime::Duration(seconds) => {
                let sign = if *seconds < 0 { "-" } else { "" };
                let whole = seconds.unsigned_abs();
                write!(f, "{sign}{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_berlin(decimal_comma: bool) -> Excel {
        Excel { zone: TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone"), decimal_comma }
    }

    fn single(ty: Type) -> Option<TypeRef> {
        Some(TypeRef { ty, collection: false, nullable: true })
    }

    #[test]
    fn times_are_those_of_this_machine_in_whole_seconds() {
        let excel = in_berlin(true);
        for (ty, json, wanted) in [
            (single(Type::DateTimeOffset), r#""2026-11-30T13:05:00Z""#, Some("2026-11-30 14:05:00")),
            (single(Type::DateTimeOffset), r#""2026-07-31T23:05:59.9999999+01:00""#, Some("2026-08-01 00:05:59")),
            (single(Type::DateTimeOffset), r#""0001-01-01T00:00:00Z""#, None),
            (single(Type::DateTimeOffset), "null", None),
            (single(Type::Date), r#""2026-01-31""#, Some("2026-01-31")),
            (single(Type::TimeOfDay), r#""07:30:00.0000000""#, Some("07:30:00")),
            (single(Type::Duration), r#""PT1H2M3S""#, Some("1:02:03")),
            (single(Type::Duration), r#""PT1M2.6S""#, Some("0:01:03")),
            (single(Type::Duration), r#""P2DT1H""#, Some("49:00:00")),
            (single(Type::Duration), r#""-PT5S""#, Some("-0:00:05")),
            (single(Type::Duration), r#""P1M""#, None),
            (single(Type::String), r#""2026-11-30T13:05:00Z""#, None),
            (
                Some(TypeRef { ty: Type::DateTimeOffset, collection: true, nullable: false }),
                r#"["2026-11-30T13:05:00Z"]"#,
                None,
            ),
            (None, r#""2026-11-30T13:05:00Z""#, Some("2026-11-30 14:05:00")),
            (None, r#""PT62S""#, Some("0:01:02")),
            (None, r#""2026-11-30""#, Some("2026-11-30")),
            (None, r#""2026-11-30T13:05:00""#, None),
            (None, r#""20261130""#, None),
            (None, r#""07:30""#, None),
            (None, r#""Peter""#, None),
            (None, "5", None),
        ] {
            assert_eq!(excel.time(json, ty).map(|time| time.to_string()).as_deref(), wanted, "{json}");
        }
    }

    #[test]
    fn numbers_have_the_sign_of_the_region() {
        for (json, here, elsewhere) in
            [("1.50", "1,50", "1.50"), ("-1.5e3", "-1,5e3", "-1.5e3"), ("7", "7", "7"), ("[1.5]", "[1.5]", "[1.5]")]
        {
            assert_eq!(in_berlin(true).number(json), here);
            assert_eq!(in_berlin(false).number(json), elsewhere);
        }
    }
}
