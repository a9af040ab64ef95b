//! Which answers consist of rows, so that their fields can be selected, filtered and ordered.

use super::answer::{Downloaded, Page};
use super::changed::Changed;

/// An answer of which fields can be selected.
pub trait Selected {
    /// What has the fields.
    type Row;
}

/// An answer that is a list, which can be filtered and ordered.
pub trait Listed: Selected {}

impl<R> Selected for Page<R> {
    type Row = R;
}

impl<R> Listed for Page<R> {}

impl<R> Selected for Vec<R> {
    type Row = R;
}

impl<R> Selected for Option<R> {
    type Row = R;
}

impl<R> Selected for Downloaded<R> {
    type Row = R;
}

impl<R> Listed for Downloaded<R> {}

/// Where the newer answer is not a list, the options are those of the older one.
impl<Old: Selected, New> Selected for Changed<Old, New> {
    type Row = Old::Row;
}

impl<Old: Listed, New> Listed for Changed<Old, New> {}
