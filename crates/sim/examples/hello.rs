//! The least that an HTTP server does: a bare axum that says hello. `cargo xtask bench sim`
//! measures the simulated PBX against it.

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/", get(async || "Hello, world!"))).await
}
