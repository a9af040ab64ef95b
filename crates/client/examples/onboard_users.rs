//! Makes an extension for every line of a CSV file (`number,first name,last name,e-mail`) and sends
//! the welcome e-mail. Numbers that are taken are left alone, so that it can be run again.
//!
//! ```text
//! cargo run --example onboard_users newcomers.csv
//! ```

use std::env::{args, var};
use std::error::Error;
use std::fs::File;
use std::io::Read;

use threecx::api::users::User;
use threecx::api::warnings::Warning;
use threecx::{CallError, Client};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::builder(&var("THREECX_URL")?)
        .credentials(var("THREECX_CLIENT_ID")?, var("THREECX_CLIENT_SECRET")?)
        .build()?;
    let file = File::open(args().nth(1).ok_or("which CSV file?")?)?;
    for (number, outcome) in onboard(&client, file).await? {
        println!("{number}: {outcome:?}");
    }
    Ok(())
}

/// The result for a line.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// The extension is there, and its user was written to.
    Made,
    /// The number belongs to another extension.
    Taken,
}

/// Goes through the lines.
pub async fn onboard(client: &Client, lines: impl Read) -> Result<Vec<(String, Outcome)>, Box<dyn Error>> {
    let mut outcomes = Vec::new();
    for line in csv::Reader::from_reader(lines).deserialize() {
        let (number, first_name, last_name, email): (String, String, String, String) = line?;
        let user = User {
            number: Some(number.as_str().into()),
            first_name: Some(first_name),
            last_name: Some(last_name),
            email_address: Some(email),
            ..Default::default()
        };
        let outcome = match client.users().create(user).send().await {
            Ok(made) => {
                let id = made.id.ok_or("the PBX made a user without an id")?;
                client.users().send_welcome_email(id).send().await?;
                Outcome::Made
            }
            Err(error) if is_taken(&error) => Outcome::Taken,
            Err(error) => return Err(error.into()),
        };
        outcomes.push((number, outcome));
    }
    Ok(outcomes)
}

fn is_taken(error: &CallError) -> bool {
    error.warnings().contains(&Warning::XapiAlreadyInUse)
}
