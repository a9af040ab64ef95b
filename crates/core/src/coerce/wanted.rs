//! What is wanted of a value, as far as the catalogue knows it.

use threecx_catalog::{Parameter, Property, TextKind, TypeRef};

/// What is wanted of a value.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub ty: TypeRef,
    pub max_length: Option<u32>,
    pub secret: bool,
    /// What a text has to be, where it is more than any text.
    pub kind: Option<TextKind>,
    /// True for an item of a list: one text may stand for several.
    pub listed: bool,
}

impl Wanted {
    pub fn plain(ty: TypeRef) -> Wanted {
        Wanted { ty, max_length: None, secret: false, kind: None, listed: false }
    }

    /// The same for an item of the list.
    pub fn element(self) -> Wanted {
        Wanted { ty: self.ty.element(), listed: true, ..self }
    }
}

impl From<&Property> for Wanted {
    fn from(property: &Property) -> Wanted {
        let Property { ty, max_length, secret, .. } = *property;
        Wanted { ty, max_length, secret, kind: property.text_kind(), listed: false }
    }
}

impl From<&Parameter> for Wanted {
    fn from(parameter: &Parameter) -> Wanted {
        Wanted { max_length: parameter.max_length, kind: parameter.text_kind(), ..Wanted::plain(parameter.ty) }
    }
}
