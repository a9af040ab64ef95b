//! Files that break off, read by a program: the same server is played to the command line.

#[path = "../../cli/tests/common"]
mod common {
    #![allow(dead_code, reason = "the command line's tests use the rest")]

    pub mod parts;
    pub mod server;
}

use common::parts;
use threecx::{Client, Opened, Piece};

fn client(url: &str) -> Client {
    Client::builder(url)
        .credentials("a", "b")
        .release(threecx::Span::parse("20.0.10").expect("known"))
        .build()
        .expect("a client")
}

/// What a program has at the end that does as it is told.
async fn read(client: &Client) -> Result<Vec<u8>, threecx::Error> {
    let operation = threecx::operation("Recordings.DownloadRecording").expect("known");
    let mut arguments = threecx::Arguments::default();
    arguments.parameters.insert("recId".into(), "7".into());
    let request = client.plan(operation, &arguments).await?;
    let Opened::File(mut download) = client.open(&request, Some(operation)).await? else { panic!("not a file") };
    let mut bytes = Vec::new();
    while let Some(piece) = download.next().await? {
        match piece {
            Piece::Bytes(piece) => bytes.extend_from_slice(&piece),
            Piece::Restart => bytes.clear(),
        }
    }
    Ok(bytes)
}

#[tokio::test]
async fn two_versions_of_a_file_are_never_put_together() {
    for case in parts::CASES {
        let server = parts::server(*case);
        let found = read(&client(&server.url)).await.expect("a file");
        let wanted = if case.resumes { parts::content(0) } else { parts::content(1) };
        assert!(found == wanted, "{}: {:?}", case.what, server.asked());
    }
}
