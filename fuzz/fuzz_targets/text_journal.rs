//! Whatever became of an old text journal on a full disk or in a crash, it is read or refused; and what
//! was cut off its end never makes a row that was sent look as if it was not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use threecx_change::fuzzing::text_journal;

const PBX: &str = "https://pbx.example.com";
const OPERATION: &str = "Users.CreateUser";

fuzz_target!(|input: (&[u8], Vec<(u8, u8)>, u16)| {
    let (bytes, rows, cut) = input;
    let header = format!(r#"{{"journal":2,"operation":"{OPERATION}","pbx":"{PBX}","arguments":"0"}}"#) + "\n";
    let _ = text_journal(bytes, OPERATION, PBX);
    let _ = text_journal(&[header.as_bytes(), bytes].concat(), OPERATION, PBX);

    let line = |(row, state): (u8, u8)| {
        let state = match state % 3 {
            0 => r#""is":"sent""#,
            1 => r#""is":"done","status":201"#,
            _ => r#""is":"unknown","message":"no answer""#,
        };
        format!(r#"{{"line":{row},"row":"{row:x}",{state}}}"#) + "\n"
    };
    let lines: String = rows.into_iter().map(line).collect();
    let whole = header.clone() + &lines;
    let cut = header.len() + usize::from(cut) % (lines.len() + 1);
    let read = text_journal(&whole.as_bytes()[..cut], OPERATION, PBX);
    let (known, unsent) = read.expect("its header is whole");
    assert_eq!(unsent, 0, "a row that was sent looks as if it was not");
    assert_eq!(known == 0, !whole[header.len()..cut].contains('\n'), "whole lines are read");
});
