//! What one look-up of several entities brings along.

use threecx::Wanted;
use threecx_catalog::{EntitySet, Options};

use crate::before::Touched;

/// True if the list of a set brings navigation properties along.
fn lists_expand(set: &EntitySet) -> bool {
    let Some(list) = set.list else { return false };
    let form = list.newest_form();
    form.options_in(form.span).contains(Options::EXPAND)
}

/// Adds what is not there yet.
pub fn add(all: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

/// Wants the collections that are touched, where the list can bring them.
pub fn expand_touched(wanted: &mut Wanted, touched: &Touched) {
    if lists_expand(wanted.set) {
        add(&mut wanted.expand, touched.expand());
    }
}

/// Adds a word for an entity of a set, which is wanted whole, with the collections that are touched.
pub fn want_whole<W>(all: &mut Vec<(Wanted, Vec<W>)>, set: &'static EntitySet, touched: Option<&Touched>, word: W) {
    let place = all.iter().position(|(known, _)| known.set == set).unwrap_or_else(|| {
        all.push((Wanted::names(set).whole(), Vec::new()));
        all.len() - 1
    });
    let (wanted, words) = &mut all[place];
    if let Some(touched) = touched {
        expand_touched(wanted, touched);
    }
    words.push(word);
}
