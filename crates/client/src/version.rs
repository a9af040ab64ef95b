//! Which release answers: the one that the caller names, or what the PBX's build says.

use std::sync::RwLock;

use threecx_catalog::Span;

/// The release of the PBX, as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Version {
    /// The release that the caller names, which then counts.
    named: Option<Span>,
    build: RwLock<Build>,
}

/// The build of the PBX: `20.0.8.1131`.
#[derive(Debug, Default)]
enum Build {
    #[default]
    Unknown,
    /// As it was when it was last stored; the PBX may have been updated since.
    Stored(String),
    /// As an answer named it.
    Seen(String),
}

impl Version {
    /// Nothing is known but what the caller says.
    pub fn new(named: Option<Span>) -> Version {
        Version { named, build: RwLock::default() }
    }

    /// The build, once it is known.
    pub fn build(&self) -> Option<String> {
        match &*self.build.read().ok()? {
            Build::Unknown => None,
            Build::Stored(build) | Build::Seen(build) => Some(build.clone()),
        }
    }

    /// The releases that calls are planned for: the one that is named, else those that the build fits,
    /// else the newest.
    pub fn target(&self) -> Span {
        let learned = || Span::of_pbx(&self.build()?);
        self.named.or_else(learned).unwrap_or(Span::NEWEST)
    }

    /// True if the caller names the release, so that the build does not matter.
    pub fn is_named(&self) -> bool {
        self.named.is_some()
    }

    /// Takes over a build that was stored, unless an answer has named one since.
    pub fn stored(&self, build: String) {
        if let Ok(mut known) = self.build.write()
            && !matches!(*known, Build::Seen(_))
        {
            *known = Build::Stored(build);
        }
    }

    /// Notes the build that an answer names. True if that is news.
    pub fn saw(&self, build: &str) -> bool {
        let is_known = self.build.read().is_ok_and(|known| matches!(&*known, Build::Seen(seen) if seen == build));
        if !is_known && let Ok(mut known) = self.build.write() {
            *known = Build::Seen(build.to_owned());
        }
        !is_known
    }

    /// True if calls are planned for a build that the PBX may have left behind.
    pub fn may_be_old(&self) -> bool {
        self.named.is_none() && self.build.read().is_ok_and(|known| matches!(*known, Build::Stored(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_says_counts_more_than_what_was_stored() {
        let version = Version::new(None);
        assert_eq!((version.build(), version.target(), version.may_be_old()), (None, Span::NEWEST, false));
        version.stored("20.0.7.1057".into());
        assert_eq!((version.target(), version.may_be_old()), (Span::parse("20.0.7").expect("known"), true));
        assert!(version.saw("20.0.8.1131") && !version.saw("20.0.8.1131"));
        version.stored("20.0.7.1057".into());
        assert_eq!((version.build().as_deref(), version.may_be_old()), (Some("20.0.8.1131"), false));
        let named = Version::new(Some(Span::NEWEST));
        named.stored("20.0.7.1057".into());
        assert_eq!((named.target(), named.may_be_old()), (Span::NEWEST, false));
    }
}
