//! Makes all phones of a department load their configuration again.
//!
//! ```text
//! cargo run --example reprovision_department "Sales"
//! ```

use std::env::{args, var};
use std::error::Error;

use threecx::Client;
use threecx::api::users::UserId;
use threecx::fields::{user, user_group};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::builder(&var("THREECX_URL")?)
        .credentials(var("THREECX_CLIENT_ID")?, var("THREECX_CLIENT_SECRET")?)
        .build()?;
    let department = args().nth(1).ok_or("which department?")?;
    let ids = reprovision(&client, &department).await?;
    println!("{} extensions", ids.len());
    Ok(())
}

/// Reprovisions the phones of all members of the department, in one call, and returns whose they are.
pub async fn reprovision(client: &Client, department: &str) -> Result<Vec<UserId>, Box<dyn Error>> {
    let members = user::GROUPS.any(user_group::NAME.eq(department));
    let users = client.users().list().filter(members).select(user::ID).stream().collect().await?;
    let ids: Vec<UserId> = users.into_iter().filter_map(|user| user.id).collect();
    if ids.is_empty() {
        return Err(format!("nobody is in a department called {department}").into());
    }
    client.users().reprovision_all_phones(ids.clone()).send().await?;
    Ok(ids)
}
