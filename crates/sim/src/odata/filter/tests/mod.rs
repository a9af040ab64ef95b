//! Expressions on one user: what they come to, how they are refused, that they are bounded.

mod bounds;
mod refusals;
mod values;

use std::sync::Arc;

use threecx_catalog::Span;

use super::{Budget, Expression, QueryContext, QueryError};
use crate::state::{Entity, Shape, Shapes, entity_from_json};

fn shape(name: &str) -> &'static Shape {
    Shapes::of(Span::NEWEST).get(name).expect(name)
}

/// An entity of a type, read from JSON.
fn entity(name: &str, json: &serde_json::Value) -> Entity {
    let mut entity = Entity::new(shape(name));
    entity_from_json(&mut entity, json, Shapes::of(Span::NEWEST)).expect("fits");
    entity
}

fn user() -> Entity {
    entity(
        "User",
        &serde_json::json!({
            "Id": 29, "Number": "100", "FirstName": "Seán", "LastName": "O'Brien", "EmailAddress": "Sean@Demo.Example",
            "Enabled": true, "PrimaryGroupId": 28, "QueueStatus": "LoggedIn", "Mobile": null, "BreakTime": null,
            "TranscriptionMode": "Voicemail, Recordings",
            "Groups": [
                {"GroupId": 28, "Name": "DEFAULT", "Rights": {"RoleName": "users"}},
                {"GroupId": 30, "Name": "Sales", "Rights": {"RoleName": "managers"}},
            ],
            "Tags": ["MS", "Google"],
            "Hours": {"Type": "OfficeHours", "Periods": [
                {"DayOfWeek": "Monday", "Start": "09:00:00", "Stop": "17:30:00"},
                {"DayOfWeek": "Friday", "Start": "09:00:00", "Stop": "12:00:00"},
            ]},
        }),
    )
}

/// A filter on a type, at the end of January 2026.
fn filter(text: &str, of: &str) -> Result<Expression, QueryError> {
    with_budget(text, of, &Arc::default())
}

fn with_budget(text: &str, of: &str, budget: &Arc<Budget>) -> Result<Expression, QueryError> {
    let now = "2026-01-31T12:00:00Z".parse().expect("a moment");
    let context = QueryContext { shapes: Shapes::of(Span::NEWEST), release: Span::NEWEST, now, budget };
    Expression::filter(text, shape(of), &context)
}
