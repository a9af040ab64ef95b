//! Dates, times and durations as plain numbers, read by the letter.

/// Nanoseconds in a second.
pub const SECOND: i128 = 1_000_000_000;
/// Nanoseconds in a day.
pub const DAY: i128 = 86_400 * SECOND;

/// Days since 1970 of a day in the Gregorian calendar.
pub fn days(year: i128, month: i128, day: i128) -> i128 {
    let before = |year: i128| {
        let year = year - 1;
        365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)
    };
    let months = (1..month).map(|month| month_length(year, month));
    before(year) - before(1970) + months.sum::<i128>() + day - 1
}

fn month_length(year: i128, month: i128) -> i128 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a day since 1970: counted, not calculated.
pub fn civil(days_since: i128) -> (i128, i128, i128) {
    let (mut year, mut month) = (1970 + days_since.div_euclid(366), 1);
    while days(year + 1, 1, 1) <= days_since {
        year += 1;
    }
    while month < 12 && days(year, month + 1, 1) <= days_since {
        month += 1;
    }
    (year, month, days_since - days(year, month, 1) + 1)
}

/// `2026-01-31`
pub fn parse_date(text: &str) -> i128 {
    let parts: Vec<i128> = text.split('-').map(|part| part.parse().expect("a number")).collect();
    days(parts[0], parts[1], parts[2])
}

/// `09:30:00.25`, in nanoseconds.
pub fn parse_time(text: &str) -> i128 {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |part: &str| part.parse::<i128>().expect("a number");
    (number(parts[0]) * 3600 + number(parts[1]) * 60) * SECOND + parts.get(2).map_or(0, |part| seconds(part))
}

/// `1.25`, in nanoseconds.
fn seconds(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = format!("{fraction:0<9}");
    whole.parse::<i128>().expect("a number") * SECOND + fraction.parse::<i128>().expect("a number")
}

/// `2026-01-31T09:30:00+01:00`: nanoseconds since 1970, and the offset in minutes.
pub fn parse_instant(text: &str) -> (i128, i128) {
    let (date, rest) = text.split_once('T').expect("a time");
    let end = rest.find(['Z', '+', '-']).expect("an offset");
    let (time, offset) = rest.split_at(end);
    let minutes = match offset {
        "Z" => 0,
        offset => {
            let (hours, minutes) = offset[1..].split_once(':').expect("hours and minutes");
            let minutes = hours.parse::<i128>().expect("hours") * 60 + minutes.parse::<i128>().expect("minutes");
            if offset.starts_with('-') { -minutes } else { minutes }
        }
    };
    (parse_date(date) * DAY + parse_time(time) - minutes * 60 * SECOND, minutes)
}

/// `-P1DT2H3M4.5S`, in nanoseconds.
pub fn parse_duration(text: &str) -> i128 {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let mut total = 0;
    let mut number = String::new();
    for c in text.chars() {
        let unit = match c {
            'P' | 'T' => continue,
            'D' => DAY,
            'H' => 3600 * SECOND,
            'M' => 60 * SECOND,
            'S' => {
                total += seconds(&number);
                number.clear();
                continue;
            }
            c => {
                number.push(c);
                continue;
            }
        };
        total += number.parse::<i128>().expect("a number") * unit;
        number.clear();
    }
    if negative { -total } else { total }
}

/// The text of a duration, in the unit of seconds alone or in several.
pub fn write_duration(nanoseconds: i128, several: bool) -> String {
    let (sign, total) = if nanoseconds < 0 { ("-", -nanoseconds) } else { ("", nanoseconds) };
    let with_fraction = |total: i128| match total % SECOND {
        0 => format!("{}S", total / SECOND),
        rest => format!("{}.{:09}S", total / SECOND, rest),
    };
    match several {
        false => format!("{sign}PT{}", with_fraction(total)),
        true => format!(
            "{sign}P{}DT{}H{}M{}",
            total / DAY,
            total % DAY / (3600 * SECOND),
            total % (3600 * SECOND) / (60 * SECOND),
            with_fraction(total % (60 * SECOND))
        ),
    }
}

/// The text of a moment, `offset` minutes east of Greenwich.
pub fn write_instant(nanoseconds: i128, offset: i128) -> String {
    let local = nanoseconds + offset * 60 * SECOND;
    let (date, time) = (write_date(local.div_euclid(DAY)), write_time(local.rem_euclid(DAY)));
    let sign = if offset < 0 { '-' } else { '+' };
    match offset {
        0 => format!("{date}T{time}Z"),
        _ => format!("{date}T{time}{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60),
    }
}

pub fn write_date(days_since: i128) -> String {
    let (year, month, day) = civil(days_since);
    format!("{year:04}-{month:02}-{day:02}")
}

pub fn write_time(nanoseconds: i128) -> String {
    let total = nanoseconds / SECOND;
    let fraction = match nanoseconds % SECOND {
        0 => String::new(),
        rest => format!(".{rest:09}"),
    };
    format!("{:02}:{:02}:{:02}{fraction}", total / 3600, total / 60 % 60, total % 60)
}
