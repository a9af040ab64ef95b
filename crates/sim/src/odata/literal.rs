//! Literals in keys and function arguments.

use threecx_catalog::{Type, TypeRef};

use crate::state::Value;

/// A literal, already percent-decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    /// In single quotes; doubled quotes are single again.
    Quoted(String),
    /// Anything else: numbers, `true`, instants, GUIDs, `null`.
    Bare(String),
}

impl Literal {
    /// Reads the text of one literal.
    pub fn parse(text: &str) -> Option<Literal> {
        let text = text.trim();
        match text.strip_prefix('\'') {
            Some(rest) => {
                let inner = rest.strip_suffix('\'')?;
                let single = inner.replace("''", "");
                (!single.contains('\'')).then(|| Literal::Quoted(inner.replace("''", "'")))
            }
            None => (!text.is_empty() && !text.contains('\'')).then(|| Literal::Bare(text.to_owned())),
        }
    }

    /// The value, if the literal is one of this type.
    pub fn value(&self, ty: TypeRef) -> Option<Value> {
        let bare = match (self, ty.ty) {
            (Literal::Quoted(text), Type::String | Type::Enumeration(_)) => return Some(Value::text(text.as_str())),
            (Literal::Quoted(_), _) => return None,
            (Literal::Bare(bare), _) => bare.as_str(),
        };
        if bare == "null" {
            return ty.nullable.then_some(Value::Null);
        }
        let whole = |least: i64, most: i64| bare.parse().ok().filter(|n| (least..=most).contains(n)).map(Value::Int);
        match ty.ty {
            Type::Boolean => bare.parse().ok().map(Value::Bool),
            Type::Byte => whole(0, u8::MAX.into()),
            Type::Int32 => whole(i32::MIN.into(), i32::MAX.into()),
            Type::Int64 => whole(i64::MIN, i64::MAX),
            Type::DateTimeOffset => bare.parse::<jiff::Timestamp>().ok().map(|_| Value::text(bare)),
            Type::Guid => {
                (bare.len() == 36 && bare.chars().all(|c| c.is_ascii_hexdigit() || c == '-')).then(|| Value::text(bare))
            }
            Type::Single | Type::Double | Type::Decimal => bare.parse::<f64>().ok().map(|_| Value::Number(bare.into())),
            _ => None,
        }
    }
}
