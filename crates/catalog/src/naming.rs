//! Properties that tell people what something is, whatever entity has them. Those of an entity set
//! are in [`EntitySet`](crate::EntitySet).

/// What people look at first, most telling first. `Gateway/Name` is a property inside another one.
#[derive(Debug)]
pub struct Naming {
    /// Of a large record, the properties that matter.
    pub summary: &'static [&'static str],
    /// The columns of a table that come first.
    pub columns: &'static [&'static str],
    /// Where a text search looks.
    pub searched: &'static [&'static str],
    /// What a PBX changes by itself: somebody's presence, not somebody's edit.
    pub volatile: &'static [&'static str],
    /// Names that begin with the number of an extension.
    pub numbered: &'static [&'static str],
}
