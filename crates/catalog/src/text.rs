//! Texts that are more than any text: the descriptions say `String`, and a PBX takes only some.

use crate::generated::TEXT_KINDS;
use crate::{Parameter, Property, Type};

/// What a text has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// The address of a device: `805EC0AABBCC`.
    Mac,
    /// A number that a provider has given: `+49301234501`.
    Did,
    /// One of these.
    Words(&'static [&'static str]),
}

/// What the text of a property, parameter or field of this name has to be, whatever the case of the name.
pub fn text_kind(name: &str) -> Option<TextKind> {
    TEXT_KINDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, kind)| *kind)
}

impl Property {
    /// What its text has to be, where it is more than any text.
    pub fn text_kind(&self) -> Option<TextKind> {
        if matches!(self.ty.ty, Type::String) { text_kind(self.name) } else { None }
    }
}

impl Parameter {
    /// What its text has to be, where it is more than any text.
    pub fn text_kind(&self) -> Option<TextKind> {
        if matches!(self.ty.ty, Type::String) { text_kind(self.name) } else { None }
    }
}
