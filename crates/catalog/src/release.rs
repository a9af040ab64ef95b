//! Releases of the API, and the stretches of them in which a fact holds.

use std::fmt;

use crate::generated::RELEASES;

/// A dated release of the API description. Ordered by date.
///
/// 3CX has changed the API within one version (there are three descriptions of 20.0.7), so
/// a release is a version and a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release(pub(crate) u8);

impl Release {
    /// The oldest release in the catalogue.
    pub const OLDEST: Release = Release(0);
    /// The newest release in the catalogue.
    pub const NEWEST: Release = Release(RELEASES.len() as u8 - 1);

    /// All releases, oldest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Release> {
        (Self::OLDEST.0..=Self::NEWEST.0).map(Release)
    }

    /// The version, as `20.0.7`.
    pub fn version(self) -> &'static str {
        RELEASES[usize::from(self.0)].0
    }

    /// The day of the description, as `2025-05-06`.
    pub fn date(self) -> &'static str {
        RELEASES[usize::from(self.0)].1
    }

    /// The number of version parts, for comparing: `20.0.7.1080` is `[20, 0, 7, 1080]`.
    fn parts(version: &str) -> Option<Vec<u32>> {
        version.trim().split('.').map(|part| part.parse().ok()).collect()
    }
}

/// The label: `20.0.7@2025-05-06`.
impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.version(), self.date())
    }
}

/// A stretch of releases, both ends included. As a target, the releases that a PBX may be:
/// its version number does not tell which of several descriptions of that version it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first release of the stretch.
    pub first: Release,
    /// The last release of the stretch.
    pub last: Release,
}

impl Span {
    /// Every release in the catalogue.
    pub const ALL: Span = Span { first: Release::OLDEST, last: Release::NEWEST };
    /// The newest release alone.
    pub const NEWEST: Span = Span { first: Release::NEWEST, last: Release::NEWEST };

    pub(crate) const fn new(first: u8, last: u8) -> Span {
        Span { first: Release(first), last: Release(last) }
    }

    /// True if the two have a release in common.
    pub fn overlaps(self, other: Span) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// True if all releases of `other` lie in this stretch.
    pub fn covers(self, other: Span) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// Reads a release as people name it: `20.0.7` (all its descriptions) or
    /// `20.0.7@2025-05-06` (that one).
    pub fn parse(text: &str) -> Option<Span> {
        let (version, date) = match text.split_once('@') {
            Some((version, date)) => (version, Some(date)),
            None => (text, None),
        };
        let matching = |r: &Release| r.version() == version && date.is_none_or(|date| r.date() == date);
        let first = Release::all().find(matching)?;
        let last = Release::all().rfind(matching)?;
        Some(Span { first, last })
    }

    /// The releases that a PBX of this version (`20.0.7.1080`, from its `X-3CX-Version`
    /// header) may follow. Between two known versions it counts as the older one; outside
    /// the known ones, for the nearest. `None` if the text is not a version.
    pub fn of_pbx(version: &str) -> Option<Span> {
        let parts = Release::parts(version)?;
        let known = |r: &Release| Release::parts(r.version()).is_some_and(|known| known <= parts);
        let nearest = Release::all().rfind(known).unwrap_or(Release::OLDEST);
        Span::parse(nearest.version())
    }

    /// Since when, for people: nothing for what the oldest release has, the version alone
    /// where that is unambiguous, else the label.
    pub fn since(self) -> Option<String> {
        let earlier = Release::all().rfind(|r| *r < self.first)?;
        Some(edge(self.first, earlier))
    }

    /// Until when, for people: nothing for what the newest release still has.
    pub fn until(self) -> Option<String> {
        let later = Release::all().find(|r| *r > self.last)?;
        Some(edge(self.last, later))
    }
}

/// The release at the end of a stretch: its version says enough unless the neighbour outside
/// the stretch is of the same version.
fn edge(release: Release, outside: Release) -> String {
    if release.version() == outside.version() { release.to_string() } else { release.version().to_owned() }
}

/// A fact and the stretch of releases in which it holds.
#[derive(Clone, Copy, Debug)]
pub struct Dated<T: 'static> {
    /// The fact.
    pub value: T,
    /// When it holds.
    pub span: Span,
}

impl<T: Copy> Dated<T> {
    /// The newest of the facts that hold somewhere in `target`.
    pub fn newest(facts: &[Dated<T>], target: Span) -> Option<T> {
        facts.iter().rfind(|fact| fact.span.overlaps(target)).map(|fact| fact.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_names_all_its_descriptions_and_a_label_one() {
        let version = Span::parse("20.0.7").expect("known");
        assert!(version.first < version.last);
        let label = Span::parse("20.0.7@2025-05-06").expect("known");
        assert_eq!(label.first, label.last);
        assert_eq!(label.first.to_string(), "20.0.7@2025-05-06");
        assert_eq!(Span::parse("19.0.1"), None);
    }

    #[test]
    fn a_pbx_is_taken_for_the_nearest_release_that_is_not_newer() {
        for (pbx, version) in [
            ("20.0.7.1080", "20.0.7"),
            ("20.0.3.6", "20.0.4"),
            ("20.0.10.1621", "20.0.10"),
            ("20.0.99.1", "20.0.10"),
            ("20.0.10", "20.0.10"),
        ] {
            assert_eq!(Span::of_pbx(pbx), Span::parse(version), "{pbx}");
        }
        assert_eq!(Span::of_pbx("nginx"), None);
    }

    #[test]
    fn edges_name_the_date_only_where_the_version_alone_would_mislead() {
        assert_eq!(Span::ALL.since(), None);
        assert_eq!(Span::ALL.until(), None);
        let middle = Span { first: Release(3), last: Release(4) };
        assert_eq!(middle.since().as_deref(), Some("20.0.6@2025-04-10"));
        assert_eq!(middle.until().as_deref(), Some("20.0.7@2025-05-06"));
        let versions = Span::parse("20.0.7").expect("known");
        assert_eq!(versions.since().as_deref(), Some("20.0.7"));
        assert_eq!(versions.until().as_deref(), Some("20.0.7"));
    }
}
