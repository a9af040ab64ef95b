//! Calculations with numbers, dates and durations. What cannot be held is null: a sum that is
//! too large, a quotient by zero, a day after the end of time.

use jiff::SignedDuration;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::scalar::{Instant, Scalar};
use super::tree::Operator;

pub(super) fn negate<'e>(scalar: &Scalar<'e>) -> Option<Scalar<'e>> {
    match scalar {
        Scalar::Int(number) => number.checked_neg().map(Scalar::Int),
        Scalar::Decimal(number) => Some(Scalar::Decimal(-*number)),
        Scalar::Float(number) => Some(Scalar::Float(-number)),
        Scalar::Duration(duration) => duration.checked_neg().map(Scalar::Duration),
        _ => None,
    }
}

pub(super) fn calculate<'e>(operator: Operator, a: &Scalar<'e>, b: &Scalar<'e>) -> Option<Scalar<'e>> {
    use Scalar::{Date, Duration, Float, Instant as At, Int};
    match (a, b) {
        (Int(a), Int(b)) if operator != Operator::DivBy => whole(operator, *a, *b).map(Int),
        (Float(_), _) | (_, Float(_)) if !matches!((a, b), (Duration(_), _) | (_, Duration(_))) => {
            binary_fraction(operator, a.float()?, b.float()?).map(Float)
        }
        (Duration(a), Duration(b)) => added(operator, *a, *b).map(Duration),
        (At(instant), Duration(by)) => {
            let at = if operator == Operator::Sub { instant.at.checked_sub(*by) } else { instant.at.checked_add(*by) };
            Some(At(Instant { at: at.ok()?, ..*instant }))
        }
        (Date(date), Duration(by)) => {
            let date = if operator == Operator::Sub { date.checked_sub(*by) } else { date.checked_add(*by) };
            date.ok().map(Date)
        }
        (At(a), At(b)) => Some(Duration(a.at.duration_since(b.at))),
        (Date(a), Date(b)) => Some(Duration(a.duration_since(*b))),
        (Duration(duration), number) | (number, Duration(duration)) => {
            scaled(operator, *duration, number).map(Duration)
        }
        _ => decimal(operator, a.exact()?, b.exact()?).map(Scalar::Decimal),
    }
}

fn whole(operator: Operator, a: i64, b: i64) -> Option<i64> {
    match operator {
        Operator::Add => a.checked_add(b),
        Operator::Sub => a.checked_sub(b),
        Operator::Mul => a.checked_mul(b),
        Operator::Div => a.checked_div(b),
        Operator::Mod => a.checked_rem(b),
        _ => None,
    }
}

fn decimal(operator: Operator, a: Decimal, b: Decimal) -> Option<Decimal> {
    match operator {
        Operator::Add => a.checked_add(b),
        Operator::Sub => a.checked_sub(b),
        Operator::Mul => a.checked_mul(b),
        Operator::Div | Operator::DivBy => a.checked_div(b),
        Operator::Mod => a.checked_rem(b),
        _ => None,
    }
}

fn binary_fraction(operator: Operator, a: f64, b: f64) -> Option<f64> {
    match operator {
        Operator::Add => Some(a + b),
        Operator::Sub => Some(a - b),
        Operator::Mul => Some(a * b),
        Operator::Div | Operator::DivBy => Some(a / b),
        Operator::Mod => Some(a % b),
        _ => None,
    }
}

fn added(operator: Operator, a: SignedDuration, b: SignedDuration) -> Option<SignedDuration> {
    match operator {
        Operator::Add => a.checked_add(b),
        Operator::Sub => a.checked_sub(b),
        _ => None,
    }
}

/// A duration a number of times, or the part of it.
fn scaled(operator: Operator, duration: SignedDuration, number: &Scalar<'_>) -> Option<SignedDuration> {
    if let Scalar::Float(number) = number {
        let seconds = binary_fraction(operator, duration.as_secs_f64(), *number)?;
        return SignedDuration::try_from_secs_f64(seconds).ok();
    }
    let nanoseconds = Decimal::try_from_i128_with_scale(duration.as_nanos(), 0).ok()?;
    let scaled = decimal(operator, nanoseconds, number.exact()?)?;
    SignedDuration::try_from_nanos_i128(scaled.trunc().to_i128()?)
}
