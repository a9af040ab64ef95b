//! What people read: transcripts of the real binary. `TRYCMD=overwrite cargo test` writes
//! them anew; look at the difference before you commit it.

#[test]
fn transcripts() {
    let cases = trycmd::TestCases::new();
    // What is set on this machine must not decide. An empty value counts as not set.
    for variable in
        ["THREECX_URL", "THREECX_CLIENT_ID", "THREECX_CLIENT_SECRET", "THREECX_CA_FILE", "THREECX_PROFILE", "COLUMNS"]
    {
        cases.env(variable, "");
    }
    let home = tempfile::tempdir().expect("a folder");
    for variable in ["THREECX_CONFIG_DIR", "THREECX_CACHE_DIR", "THREECX_STATE_DIR"] {
        cases.env(variable, home.path().to_str().expect("UTF-8"));
    }
    cases.case("tests/transcripts/*.trycmd").case("tests/transcripts/tour/*.trycmd");
}
