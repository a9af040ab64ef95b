//! Operations about whose outcome there is more to say than that they are done: one small
//! module each.

mod reprovision;

use threecx::{Client, Operation, Request};

use crate::failure::Failure;
use crate::output::Output;

/// What there will be to say.
pub enum Report {
    /// `Users.ReprovisionAllPhones`
    Reprovision(reprovision::Reprovision),
}

impl Report {
    /// Finds out what has to be known before the order is given. What cannot be found out
    /// does not stop the order.
    pub async fn before(
        client: &Client,
        operation: &'static Operation,
        request: &Request,
        output: &Output,
    ) -> Option<Report> {
        match operation.id {
            "Users.ReprovisionAllPhones" => {
                reprovision::Reprovision::before(client, request, output).await.map(Report::Reprovision)
            }
            _ => None,
        }
    }

    /// Says what happened, now that the order has been taken.
    pub fn print(&self, operation: &Operation, status: u16, output: &Output) -> Result<(), Failure> {
        match self {
            Report::Reprovision(report) => report.print(operation, status, output),
        }
    }
}
