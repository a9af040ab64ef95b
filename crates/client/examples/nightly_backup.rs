//! Makes a backup, waits until it is there, and deletes the oldest ones of its kind. For cron.
//!
//! ```text
//! cargo run --example nightly_backup --features backups
//! ```

use std::env::var;
use std::error::Error;
use std::time::Duration;

use threecx::api::backups::{BackupContents, Backups, CreateBackup};
use threecx::fields::backups;
use threecx::{CallError, Client, Timestamp};

/// How the names of these backups begin; others are left alone.
const PREFIX: &str = "nightly-";

/// How many are kept.
const KEPT: usize = 7;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::builder(&var("THREECX_URL")?)
        .credentials(var("THREECX_CLIENT_ID")?, var("THREECX_CLIENT_SECRET")?)
        .build()?;
    let name = format!("{PREFIX}{}.zip", Timestamp::now().strftime("%Y-%m-%d-%H%M%S"));
    let mut waiting = tokio::time::interval(Duration::from_secs(5));
    begin(&client, &name).await?;
    // Large ones take an hour.
    for _ in 0..720 {
        waiting.tick().await;
        if let Some(backup) = find(&client, &name).await? {
            println!("{name}: {} bytes", backup.size.unwrap_or_default());
            for deleted in delete_oldest(&client).await? {
                println!("{deleted} deleted");
            }
            return Ok(());
        }
    }
    Err(format!("{name} is still not there").into())
}

/// Starts a backup of the configuration, voicemails and prompts.
pub async fn begin(client: &Client, name: &str) -> Result<(), CallError> {
    let contents = BackupContents {
        fqdn: Some(true),
        license: Some(true),
        phone_provisioning: Some(true),
        prompts: Some(true),
        voice_mails: Some(true),
        ..Default::default()
    };
    let backup = CreateBackup { name: Some(name.to_owned()), contents: Some(contents) };
    client.backups().create(backup).send().await
}

/// The backup of this name, once it is complete.
pub async fn find(client: &Client, name: &str) -> Result<Option<Backups>, CallError> {
    let found = client.backups().list().filter(backups::FILE_NAME.eq(name)).send().await?;
    Ok(found.into_iter().next())
}

/// Deletes all but the newest of these backups, and says which.
pub async fn delete_oldest(client: &Client) -> Result<Vec<String>, CallError> {
    let ours = backups::FILE_NAME.starts_with(PREFIX);
    let all = client.backups().list().filter(ours).order_by(backups::CREATION_TIME.descending()).stream();
    let mut deleted = Vec::new();
    for name in all.collect().await?.into_iter().skip(KEPT).filter_map(|backup| backup.file_name) {
        client.backups().delete(name.clone()).send().await?;
        deleted.push(name.to_string());
    }
    Ok(deleted)
}
