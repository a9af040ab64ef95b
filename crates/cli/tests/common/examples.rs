//! Command lines as they stand in help and documentation.

/// The words of a command line, without the program's name; single and double quotes hold words together, and a
/// `#` after a blank begins a comment, and what is piped elsewhere is somebody else's.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            ('#' | '|' | '>' | '<', None) if word.is_none() => break,
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if words.first().is_some_and(|first| first == "threecx") {
        words.remove(0);
    }
    words
}

/// The lines below `Example:` or `Examples:` in a help text.
pub fn lines(help: &str) -> Vec<String> {
    let begins = |line: &&str| matches!(line.trim(), "Example:" | "Examples:");
    let after = help.lines().skip_while(|line| !begins(line)).skip(1);
    after.take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
}
