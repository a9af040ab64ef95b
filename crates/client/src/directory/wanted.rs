//! What a look-up asks for.

use threecx_catalog::EntitySet;
use threecx_core::{Arguments, Place};

use super::naming::Naming;

/// The entities of a set, and what comes of each of them: one look-up can also bring what a report or a
/// before-state needs.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The set that is looked through.
    pub set: &'static EntitySet,
    /// Properties besides those that name an entity.
    pub select: Vec<String>,
    /// Items of `$expand`: `Phones`.
    pub expand: Vec<String>,
    /// All properties: nothing is selected.
    pub whole: bool,
}

impl Wanted {
    /// What names the entities of a set: key, number, names, e-mail address.
    pub fn names(set: &'static EntitySet) -> Wanted {
        Wanted { set, select: Vec::new(), expand: Vec::new(), whole: false }
    }

    /// These properties too.
    #[must_use]
    pub fn select(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Wanted {
        self.select.extend(names.into_iter().map(Into::into));
        self
    }

    /// These items of `$expand` too.
    #[must_use]
    pub fn expand(mut self, items: impl IntoIterator<Item = impl Into<String>>) -> Wanted {
        self.expand.extend(items.into_iter().map(Into::into));
        self
    }

    /// All properties.
    #[must_use]
    pub fn whole(self) -> Wanted {
        Wanted { whole: true, ..self }
    }

    /// True if this brings everything that `other` wants.
    pub(super) fn covers(&self, other: &Wanted) -> bool {
        let selects = |name: &String| self.whole || self.select.contains(name);
        (self.whole || !other.whole)
            && other.select.iter().all(selects)
            && other.expand.iter().all(|item| self.expand.contains(item))
    }

    /// The arguments of the list, for a release in which entities are known like this.
    pub(super) fn arguments(&self, naming: &Naming, filter: Option<String>) -> Arguments {
        let mut arguments = Arguments::default();
        let mut option = |name: &str, text: String| arguments.set(Place::Option, name, text);
        if !self.whole {
            option("select", self.selected(naming).join(","));
        }
        if !self.expand.is_empty() {
            // What is expanded twice is refused.
            let mut expand: Vec<&str> = self.expand.iter().map(String::as_str).collect();
            expand.sort_unstable();
            expand.dedup();
            option("expand", expand.join(","));
        }
        if let Some(filter) = filter {
            option("filter", filter);
        }
        arguments
    }

    fn selected<'a>(&'a self, naming: &'a Naming) -> Vec<&'a str> {
        let mut selected = Vec::new();
        for name in naming.selected().chain(self.select.iter().map(String::as_str)) {
            if !selected.contains(&name) {
                selected.push(name);
            }
        }
        selected
    }
}

impl From<&'static EntitySet> for Wanted {
    fn from(set: &'static EntitySet) -> Wanted {
        Wanted::names(set)
    }
}

impl From<&Wanted> for Wanted {
    fn from(wanted: &Wanted) -> Wanted {
        wanted.clone()
    }
}
