//! Operations about whose outcome there is more to say than that they are done: one small module each.

mod reprovision;

use threecx::Operation;
use threecx_change::{Plan, Wants};

use crate::failure::Failure;
use crate::output::Output;

/// What there will be to say.
pub enum Report<'p> {
    /// `Users.ReprovisionAllPhones`
    Reprovision(reprovision::Reprovision<'p>),
}

/// What has to be known for it about what the operation is done to: the look-up brings it along.
pub fn wants(operation: &Operation) -> Wants {
    match operation.id {
        reprovision::OPERATION => reprovision::WANTS,
        _ => Wants::default(),
    }
}

impl<'p> Report<'p> {
    /// That of an operation, if it has one.
    pub fn of(operation: &Operation, plan: &'p Plan) -> Option<Report<'p>> {
        (operation.id == reprovision::OPERATION).then_some(Report::Reprovision(reprovision::Reprovision { plan }))
    }

    /// Says what happened, now that the order has been taken.
    pub fn print(&self, operation: &Operation, status: u16, output: &Output) -> Result<(), Failure> {
        match self {
            Report::Reprovision(report) => report.print(operation, status, output),
        }
    }
}
