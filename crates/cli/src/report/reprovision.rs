//! `users reprovision-all-phones`: whose phones, and how many. The PBX answers nothing, so
//! the users are read first.

use serde::Deserialize;
use serde_json::{Value, json};
use threecx::{Answer, Arguments, Client, Error, Operation, Request, operation};
use threecx_catalog::words;

use crate::failure::Failure;
use crate::output::shape::Shape;
use crate::output::style::{note, one_line, warn};
use crate::output::{Output, answer};

/// So many users are read with one call.
const AT_ONCE: usize = 50;

/// Where a PBX does not take `Id in (…)`, so many comparisons fit into one filter.
const COMPARISONS: usize = 20;

/// What is known about the order.
pub struct Reprovision {
    ids: Vec<i64>,
    /// The users, or why they could not be read.
    users: Result<Vec<User>, Error>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct User {
    id: i64,
    #[serde(default)]
    number: Option<String>,
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
    #[serde(default)]
    phones: Vec<serde::de::IgnoredAny>,
}

impl User {
    fn name(&self) -> String {
        let parts = [self.first_name.as_deref(), self.last_name.as_deref()];
        let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }
}

impl Reprovision {
    /// Reads the users of the order.
    pub async fn before(client: &Client, request: &Request, output: &Output) -> Option<Reprovision> {
        #[derive(Deserialize)]
        struct Body {
            ids: Vec<i64>,
        }
        let Body { ids } = serde_json::from_str(request.body.as_deref()?).ok()?;
        let users = users(client, &ids).await;
        let report = Reprovision { ids, users };
        let unknown = report.unknown();
        if !unknown.is_empty() && !output.is_json() {
            warn(&format!("no extension has the id {}", list(&unknown)));
        }
        Some(report)
    }

    /// The ids that belong to nobody.
    fn unknown(&self) -> Vec<i64> {
        let Ok(users) = &self.users else { return Vec::new() };
        self.ids.iter().copied().filter(|id| !users.iter().any(|user| user.id == *id)).collect()
    }

    /// Says whose phones are being reprovisioned.
    pub fn print(&self, operation: &Operation, status: u16, output: &Output) -> Result<(), Failure> {
        if output.is_json() {
            return answer::print_value(&self.json(operation, status).to_string(), &Shape::unknown(), output);
        }
        let mut sink = output.open()?;
        match &self.users {
            Ok(users) => {
                let phones: usize = users.iter().map(|user| user.phones.len()).sum();
                let extensions = counted(users.len(), "extension");
                match phones {
                    0 => sink.line(&format!("No phones to reprovision: {extensions} without any."))?,
                    _ => sink.line(&format!("Reprovisioning {} of {extensions}:", counted(phones, "phone")))?,
                }
                let number_width = users.iter().filter_map(|user| user.number.as_deref()).map(str::len).max();
                let name_width = users.iter().map(|user| user.name().chars().count()).max().unwrap_or_default();
                for user in users {
                    let number = one_line(user.number.as_deref().unwrap_or_default());
                    let name = one_line(&user.name());
                    let phones = counted(user.phones.len(), "phone");
                    let number_width = number_width.unwrap_or_default();
                    sink.line(&format!("  {number:number_width$}  {name:name_width$}  {phones}"))?;
                }
                sink.finish()
            }
            Err(error) => {
                let ids = list(&self.ids);
                sink.line(&format!(
                    "Reprovisioning the phones of {} (id {ids}).",
                    counted(self.ids.len(), "extension")
                ))?;
                sink.finish()?;
                note(&format!("Their names and phones could not be read: {error}"));
                Ok(())
            }
        }
    }

    fn json(&self, operation: &Operation, status: u16) -> Value {
        let Ok(users) = &self.users else {
            return json!({"operation": operation.id, "status": status, "ids": self.ids});
        };
        let extension = |user: &User| json!({"id": user.id, "number": user.number, "name": user.name(), "phones": user.phones.len()});
        json!({
            "operation": operation.id,
            "status": status,
            "extensions": users.iter().map(extension).collect::<Vec<_>>(),
            "phones": users.iter().map(|user| user.phones.len()).sum::<usize>(),
            "unknown_ids": self.unknown(),
        })
    }
}

/// `2 phones`, `1 phone`, `no phones`
fn counted(number: usize, what: &str) -> String {
    match number {
        0 => format!("no {}", words::plural(what)),
        _ => words::counted(number, what, &words::plural(what)),
    }
}

fn list(ids: &[i64]) -> String {
    const MOST: usize = 10;
    let shown: Vec<String> = ids.iter().take(MOST).map(i64::to_string).collect();
    let more = ids.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// The users with these ids, in this order, each once.
async fn users(client: &Client, ids: &[i64]) -> Result<Vec<User>, Error> {
    let mut unique = ids.to_vec();
    unique.sort_unstable();
    unique.dedup();
    let mut users = Vec::with_capacity(unique.len());
    let mut takes_in = true;
    for ids in unique.chunks(AT_ONCE) {
        if takes_in {
            let listed: Vec<String> = ids.iter().map(i64::to_string).collect();
            match read(client, &format!("Id in ({})", listed.join(",")), ids.len()).await {
                Ok(page) => users.extend(page),
                Err(Error::Rejected(_) | Error::Server { .. }) => takes_in = false,
                Err(error) => return Err(error),
            }
        }
        if !takes_in {
            for ids in ids.chunks(COMPARISONS) {
                let comparisons: Vec<String> = ids.iter().map(|id| format!("Id eq {id}")).collect();
                users.extend(read(client, &comparisons.join(" or "), ids.len()).await?);
            }
        }
    }
    let place = |user: &User| ids.iter().position(|id| *id == user.id).unwrap_or(usize::MAX);
    users.sort_by_key(place);
    Ok(users)
}

async fn read(client: &Client, filter: &str, most: usize) -> Result<Vec<User>, Error> {
    let list = operation("Users.ListUser").ok_or_else(|| Error::Answer { reason: "no list of users".into() })?;
    let mut arguments = Arguments::default();
    for (name, value) in [
        ("filter", filter),
        ("top", &most.to_string()),
        ("select", "Id,Number,FirstName,LastName"),
        ("expand", "Phones($select=Name,MacAddress)"),
    ] {
        arguments.options.insert(name.to_owned(), value.into());
    }
    let reply = client.call(list, &arguments).await?;
    let Answer::Rows(rows) = reply.answer()? else {
        return Err(Error::Answer { reason: "the list of users is no list".into() });
    };
    let user = |row: &&serde_json::value::RawValue| serde_json::from_str(row.get());
    rows.rows.iter().map(user).collect::<Result<_, _>>().map_err(|error| Error::Answer { reason: error.to_string() })
}
