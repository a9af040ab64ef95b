//! What a PBX has on its first day.

use crate::calls::{Calls, Traffic};
use crate::company;
use crate::operations::{self, Routes};
use crate::state::{Shapes, Store};

/// What the demo company is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InitialState {
    pub users: u32,
    pub seed: u64,
    pub traffic: Traffic,
}

impl InitialState {
    /// The state of a PBX on its first day.
    pub fn store(self, routes: &Routes, shapes: &'static Shapes) -> Store {
        let mut store = operations::empty_store(routes, shapes);
        operations::install_services(&mut store);
        company::found(&mut store, shapes, self.users, self.seed);
        company::back_up(&mut store, self.traffic.boot);
        store.calls = Calls::new(operations::directory(&store), self.seed, self.traffic);
        store
    }
}
