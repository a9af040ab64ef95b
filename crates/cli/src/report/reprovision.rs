//! `users reprovision-all-phones`: whose phones, and how many. The PBX answers nothing; the users were
//! looked up with the order.

use serde_json::{Value, json};
use threecx::NamedEntity;
use threecx::Operation;
use threecx_catalog::words::counted;
use threecx_change::{About, Plan, Wants};

use crate::failure::Failure;
use crate::output::shape::Shape;
use crate::output::style::one_line;
use crate::output::{Output, value};

/// The operation that it is for.
pub const OPERATION: &str = "Users.ReprovisionAllPhones";

/// What has to be known about the users.
pub const WANTS: Wants = Wants { select: &[], expand: &["Phones($select=Name,MacAddress)"] };

/// What there is to say about the order.
pub struct Reprovision<'p> {
    pub plan: &'p Plan,
}

impl Reprovision<'_> {
    /// Says whose phones are being reprovisioned.
    pub fn print(&self, operation: &Operation, status: u16, output: &Output) -> Result<(), Failure> {
        if output.is_for_programs() {
            return value::print_value(&self.json(operation, status).to_string(), &Shape::unknown(), output);
        }
        let users: Vec<&NamedEntity> = self.users().collect();
        let mut sink = output.open()?;
        if users.is_empty() {
            let ids = self.ids();
            let extensions = counted(ids.len(), "extension", "extensions");
            sink.line(&format!("Reprovisioning the phones of {extensions} (id {}).", list(&ids)))?;
            return sink.finish();
        }
        let phones: usize = users.iter().map(|user| phones(user)).sum();
        let extensions = counted(users.len(), "extension", "extensions");
        match phones {
            0 => sink.line(&format!("No phones to reprovision: {extensions} without any."))?,
            _ => sink.line(&format!("Reprovisioning {} of {extensions}:", some(phones)))?,
        }
        let number_width =
            users.iter().filter_map(|user| user.number.as_deref()).map(str::len).max().unwrap_or_default();
        let name_width = users.iter().map(|user| user.name.chars().count()).max().unwrap_or_default();
        for user in users {
            let number = one_line(user.number.as_deref().unwrap_or_default());
            let name = one_line(&user.name);
            sink.line(&format!("  {number:number_width$}  {name:name_width$}  {}", some(self::phones(user))))?;
        }
        sink.finish()
    }

    fn json(&self, operation: &Operation, status: u16) -> Value {
        let users: Vec<&NamedEntity> = self.users().collect();
        let id = |user: &NamedEntity| user.row().get("Id").cloned().unwrap_or_default();
        let extension = |user: &&NamedEntity| json!({"id": id(user), "number": user.number, "name": user.name, "phones": phones(user)});
        if users.is_empty() {
            return json!({"operation": operation.id, "status": status, "ids": numbers(&self.ids())});
        }
        json!({
            "operation": operation.id,
            "status": status,
            "extensions": users.iter().map(extension).collect::<Vec<_>>(),
            "phones": users.iter().map(|user| phones(user)).sum::<usize>(),
            "unknown_ids": numbers(&self.plan.missing),
        })
    }

    fn users(&self) -> impl Iterator<Item = &NamedEntity> {
        let steps = self.plan.steps.iter();
        steps.flat_map(|step| self.plan.things_of(step)).map(|thing| &thing.entity)
    }

    fn ids(&self) -> Vec<String> {
        let ids = |step: &threecx_change::Step| About::of(step.operation).map(|about| about.ids(&step.arguments));
        self.plan.steps.iter().filter_map(ids).flatten().collect()
    }
}

fn phones(user: &NamedEntity) -> usize {
    user.row().get("Phones").and_then(Value::as_array).map_or(0, Vec::len)
}

/// `2 phones`, `1 phone`, `no phones`
fn some(phones: usize) -> String {
    if phones == 0 { "no phones".to_owned() } else { counted(phones, "phone", "phones") }
}

fn numbers(ids: &[String]) -> Vec<Value> {
    ids.iter().map(|id| id.parse::<i64>().map_or_else(|_| Value::from(id.as_str()), Value::from)).collect()
}

fn list(ids: &[String]) -> String {
    const MOST: usize = 10;
    let shown: Vec<&str> = ids.iter().take(MOST).map(String::as_str).collect();
    let more = ids.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
