//! Shows the calls that are going on, whenever one begins, changes or ends.
//!
//! ```text
//! cargo run --example watch_calls --features calls
//! ```

use std::collections::BTreeMap;
use std::env::var;
use std::error::Error;
use std::time::Duration;

use threecx::api::active_calls::{ActiveCall, ActiveCallId};
use threecx::{CallError, Client};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::builder(&var("THREECX_URL")?)
        .credentials(var("THREECX_CLIENT_ID")?, var("THREECX_CLIENT_SECRET")?)
        .build()?;
    let mut watch = Watch::default();
    loop {
        match watch.look(&client).await {
            Ok(changes) => changes.iter().for_each(|change| println!("{change}")),
            // The network will come back.
            Err(error) if error.is_retryable() => eprintln!("{error}"),
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// The calls that were going on at the last look.
#[derive(Default)]
pub struct Watch {
    calls: BTreeMap<ActiveCallId, ActiveCall>,
}

impl Watch {
    /// Looks, and says what has changed.
    pub async fn look(&mut self, client: &Client) -> Result<Vec<String>, CallError> {
        let calls = client.active_calls().list().stream().collect().await?;
        let calls: BTreeMap<_, _> = calls.into_iter().filter_map(|call| Some((call.id?, call))).collect();
        let mut changes = Vec::new();
        for (id, call) in &calls {
            match self.calls.get(id) {
                None => changes.push(format!("+ {}", line(call))),
                Some(before) if before.status != call.status => changes.push(format!("  {}", line(call))),
                Some(_) => {}
            }
        }
        let gone = self.calls.iter().filter(|(id, _)| !calls.contains_key(id));
        changes.extend(gone.map(|(_, call)| format!("- {}", line(call))));
        self.calls = calls;
        Ok(changes)
    }
}

fn line(call: &ActiveCall) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    format!("{} → {}: {}", text(&call.caller), text(&call.callee), text(&call.status))
}
