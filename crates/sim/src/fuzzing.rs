//! Entry points for the fuzz targets: query strings and paths on a small company, without a
//! server around it.

use std::sync::Arc;

use jiff::Timestamp;
use threecx_catalog::Span;

use crate::calls::{Period, Traffic};
use crate::odata::{Budget, Grounds, Options, Results, parse_path};
use crate::operations::Routes;
use crate::state::{Shapes, Store, write_entity};
use crate::system::Founding;

/// A company to ask.
#[derive(Debug)]
pub struct Company {
    shapes: &'static Shapes,
    routes: Routes,
    store: Store,
}

impl Default for Company {
    fn default() -> Company {
        let (shapes, routes) = (Shapes::of(Span::NEWEST), Routes::of(Span::NEWEST));
        let traffic = Traffic { segments: 0, period: Period { from: 0, to: 0 }, boot: 0, live: false };
        let store = Founding { users: 12, seed: 7, traffic }.store(&routes, shapes);
        Company { shapes, routes, store }
    }
}

impl Company {
    /// The names of the sets.
    pub fn sets(&self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = self.store.sets.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// Asks a set with one query option, such as `filter`; how long the answer is.
    pub fn ask(&self, set: &str, option: &str, value: &str) -> usize {
        let escape = |byte: u8| format!("%{byte:02x}");
        self.query(set, &format!("${option}={}", value.bytes().map(escape).collect::<String>()))
    }

    /// Asks a set with a query string; how long the answer is.
    pub fn query(&self, set: &str, query: &str) -> usize {
        let Some(set) = self.store.set(set) else { return 0 };
        let budget = Arc::new(Budget::default());
        let (shapes, now) = (self.shapes, Timestamp::UNIX_EPOCH);
        let grounds = Grounds { shapes, release: Span::NEWEST, now, budget: &budget };
        // No fuzzer waits for the most work that a request may be.
        budget.spend(budget.left() - 1_000_000);
        let mut answer = String::new();
        match Options::parse(query, Some(set.shape), Results::Collection, &grounds) {
            Ok(options) => {
                answer.push_str(&options.selection.context());
                let page = options.page(set.rows(), 100);
                page.rows.into_iter().for_each(|row| write_entity(row, &options.selection, &mut answer));
            }
            Err(error) => answer.push_str(&error.message),
        }
        answer.len()
    }

    /// Looks for the operation behind a path; true if there is one.
    pub fn path(&self, path: &str) -> bool {
        let _ = parse_path(path).map(|segments| format!("{segments:?}"));
        self.routes.find("GET", path).is_ok()
    }
}
