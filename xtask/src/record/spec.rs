//! The one-line notation for a typed fact: `String? max 20480`, `UserGroup[] navigation`,
//! `Boolean default false`.

use std::fmt;

/// A type as written in the record: a primitive of OData's Edm or the name of a type of the
/// 3CX namespace, with `[]` for a collection and a trailing `?` for what may be null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeExpr {
    pub name: String,
    pub collection: bool,
    pub nullable: bool,
}

impl TypeExpr {
    pub fn parse(text: &str) -> TypeExpr {
        let (text, nullable) = strip(text, "?");
        let (name, collection) = strip(text, "[]");
        TypeExpr { name: name.to_owned(), collection, nullable }
    }
}

fn strip<'a>(text: &'a str, suffix: &str) -> (&'a str, bool) {
    match text.strip_suffix(suffix) {
        Some(rest) => (rest, true),
        None => (text, false),
    }
}

impl fmt::Display for TypeExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let collection = if self.collection { "[]" } else { "" };
        let nullable = if self.nullable { "?" } else { "" };
        write!(f, "{}{collection}{nullable}", self.name)
    }
}

/// A typed fact: what a property, a parameter or a body field takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    pub ty: TypeExpr,
    pub max_length: Option<u32>,
    /// A navigation property: absent from answers unless `$expand`-ed.
    pub navigation: bool,
    /// What the server assumes where a body leaves the field out.
    pub default: Option<String>,
}

impl Spec {
    pub fn of(ty: TypeExpr) -> Spec {
        Spec { ty, max_length: None, navigation: false, default: None }
    }

    pub fn parse(text: &str) -> Result<Spec, String> {
        let mut words = text.split_whitespace();
        let ty = words.next().ok_or("an empty type")?;
        let mut spec = Spec::of(TypeExpr::parse(ty));
        while let Some(word) = words.next() {
            match word {
                "navigation" => spec.navigation = true,
                "max" => {
                    let number = words.next().and_then(|n| n.parse().ok());
                    spec.max_length = Some(number.ok_or("`max` wants a number after it")?);
                }
                "default" => {
                    let value = words.next().ok_or("`default` wants a value after it")?;
                    spec.default = Some(value.to_owned());
                }
                other => return Err(format!("`{other}` in `{text}` means nothing here")),
            }
        }
        Ok(spec)
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ty.fmt(f)?;
        if let Some(max) = self.max_length {
            write!(f, " max {max}")?;
        }
        if let Some(default) = &self.default {
            write!(f, " default {default}")?;
        }
        if self.navigation {
            f.write_str(" navigation")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in
            ["Int32", "String?", "UserGroup[] navigation", "String[]?", "String? max 12", "Boolean default false"]
        {
            assert_eq!(Spec::parse(text).map(|s| s.to_string()), Ok(text.to_owned()));
        }
        assert!(Spec::parse("String maxx 3").is_err());
    }
}
