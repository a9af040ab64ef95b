//! Writes all extensions to standard output as CSV: number, name, e-mail address, departments.
//!
//! ```text
//! THREECX_URL=https://pbx.example.com:5001 THREECX_CLIENT_ID=900 THREECX_CLIENT_SECRET=… \
//!     cargo run --example export_extensions > extensions.csv
//! ```

use std::env::var;
use std::error::Error;
use std::io::{Write, stdout};

use threecx::Client;
use threecx::fields::user;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::builder(&var("THREECX_URL")?)
        .credentials(var("THREECX_CLIENT_ID")?, var("THREECX_CLIENT_SECRET")?)
        .build()?;
    let count = export(&client, stdout().lock()).await?;
    eprintln!("{count} extensions");
    Ok(())
}

/// Writes the extensions and says how many there are. However many: one page is in memory at a time,
/// and the next is on its way.
pub async fn export(client: &Client, out: impl Write) -> Result<usize, Box<dyn Error>> {
    let mut users = client
        .users()
        .list()
        .select((user::NUMBER, user::FIRST_NAME, user::LAST_NAME, user::EMAIL_ADDRESS))
        .expand("Groups($select=Name)")
        .order_by(user::NUMBER.ascending())
        .stream();
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["number", "first name", "last name", "e-mail", "departments"])?;
    let mut count = 0;
    while let Some(user) = users.next().await {
        let user = user?;
        let groups: Vec<String> = user.groups.into_iter().flatten().filter_map(|group| group.name).collect();
        csv.write_record([
            user.number.unwrap_or_default().as_str(),
            &user.first_name.unwrap_or_default(),
            &user.last_name.unwrap_or_default(),
            &user.email_address.unwrap_or_default(),
            &groups.join(", "),
        ])?;
        count += 1;
    }
    csv.flush()?;
    Ok(count)
}
