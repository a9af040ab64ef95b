//! OData literals in filters.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::quantity::{Decimal, Duration};

/// A value that a filter can compare with.
pub trait Literal {
    /// Appends its literal: text in single quotes, everything else bare.
    fn literal(&self, out: &mut String);
}

impl Literal for str {
    fn literal(&self, out: &mut String) {
        out.push('\'');
        out.push_str(&self.replace('\'', "''"));
        out.push('\'');
    }
}

impl Literal for String {
    fn literal(&self, out: &mut String) {
        self.as_str().literal(out);
    }
}

impl Literal for Duration {
    fn literal(&self, out: &mut String) {
        out.push_str("duration");
        self.to_string().literal(out);
    }
}

macro_rules! bare {
    ($($ty:ty)*) => {$(
        impl Literal for $ty {
            fn literal(&self, out: &mut String) {
                out.push_str(&self.to_string());
            }
        }
    )*};
}
bare! { bool u8 i32 i64 Decimal Timestamp Date Time }

impl Literal for f64 {
    fn literal(&self, out: &mut String) {
        match *self {
            value if value.is_nan() => out.push_str("NaN"),
            value if value.is_infinite() => out.push_str(if value > 0.0 { "INF" } else { "-INF" }),
            value => out.push_str(&value.to_string()),
        }
    }
}
