//! What `$select`, `$expand` and `$orderby` take: text, lists of text, or fields of the row.

use super::field::{Field, Order};

/// Names of fields of rows of type `R`: `"Id,Number"`, `["Id", "Number"]`, a field, or a tuple of
/// fields.
pub trait Selection<R> {
    /// The names, separated by commas.
    fn names(self) -> String;
}

impl<R> Selection<R> for &str {
    fn names(self) -> String {
        self.to_owned()
    }
}

impl<R> Selection<R> for String {
    fn names(self) -> String {
        self
    }
}

impl<R, const N: usize> Selection<R> for [&str; N] {
    fn names(self) -> String {
        self.join(",")
    }
}

impl<R> Selection<R> for &[&str] {
    fn names(self) -> String {
        self.join(",")
    }
}

impl<R> Selection<R> for Vec<String> {
    fn names(self) -> String {
        self.join(",")
    }
}

impl<R, T> Selection<R> for Field<R, T> {
    fn names(self) -> String {
        self.name().to_owned()
    }
}

macro_rules! tuples {
    ($($($ty:ident $index:tt)*;)*) => {$(
        impl<R, $($ty),*> Selection<R> for ($(Field<R, $ty>,)*) {
            fn names(self) -> String {
                [$(self.$index.name()),*].join(",")
            }
        }
    )*};
}
tuples! {
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9;
}

/// An order of rows of type `R`: `"Number desc"`, or one or several [`Order`]s.
pub trait Orders<R> {
    /// As `$orderby` takes it.
    fn text(self) -> String;
}

impl<R> Orders<R> for &str {
    fn text(self) -> String {
        self.to_owned()
    }
}

impl<R> Orders<R> for Order<R> {
    fn text(self) -> String {
        self.text
    }
}

impl<R, T> Orders<R> for Field<R, T> {
    fn text(self) -> String {
        self.name().to_owned()
    }
}

impl<R, const N: usize> Orders<R> for [Order<R>; N] {
    fn text(self) -> String {
        self.map(|order| order.text).join(",")
    }
}
