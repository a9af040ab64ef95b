//! How far somebody has seen: what an answer ends with, and the next question begins with.

use std::fmt;
use std::str::FromStr;

/// A place in everything that changes. Opaque to whoever carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Revisions of users, departments and of the orders that phones got.
    pub users: u64,
    pub groups: u64,
    pub phones: u64,
    /// The PBX's time, in seconds since 1970: phones pass from one state into another by it.
    pub second: i64,
    /// How many requests had been noted.
    pub noted: u64,
    /// The last extension that was told of, while there are more to come.
    pub last: Option<i64>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cursor { users, groups, phones, second, noted, last } = self;
        write!(f, "{users}.{groups}.{phones}.{second}.{noted}")?;
        last.map_or(Ok(()), |last| write!(f, ".{last}"))
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Cursor, ()> {
        fn number<T: FromStr>(part: Option<&str>) -> Result<T, ()> {
            part.ok_or(())?.parse().map_err(|_| ())
        }
        let mut parts = text.split('.');
        let cursor = Cursor {
            users: number(parts.next())?,
            groups: number(parts.next())?,
            phones: number(parts.next())?,
            second: number(parts.next())?,
            noted: number(parts.next())?,
            last: parts.next().map(|part| number(Some(part))).transpose()?,
        };
        if parts.next().is_some() { Err(()) } else { Ok(cursor) }
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        for last in [None, Some(-1), Some(10_028)] {
            let cursor = Cursor { users: 1, groups: u64::MAX, phones: 3, second: -4, noted: 5, last };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "1", "1.2.3.4", "1.2.3.4.x", "1.2.3.4.5.6.7", "-1.2.3.4.5", "1.2.3.4.5."] {
            assert_eq!(text.parse::<Cursor>(), Err(()), "{text}");
        }
    }
}
