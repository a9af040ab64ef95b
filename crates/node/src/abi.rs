//! The raw interface of the WebAssembly module, and the only unsafe code of the workspace.
//!
//! The host asks for room (`threecx_alloc`), writes the command there, and hands the room over (`threecx_call`).
//! It gets the address of the reply's length (4 bytes, little-endian), which the reply follows,
//! reads both, and gives that room back (`threecx_free`). A trap leaves the instance unusable: the host
//! drops it and makes a new one.

use std::alloc::{Layout, alloc as allocate, dealloc, handle_alloc_error};

/// The length before a reply.
const HEAD: usize = 4;

fn layout(length: usize) -> Layout {
    // A length above isize::MAX cannot come from a 32-bit host's memory.
    Layout::from_size_align(length.max(1), HEAD).unwrap_or(Layout::new::<u32>())
}

/// Room for `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn threecx_alloc(length: usize) -> *mut u8 {
    let layout = layout(length);
    // SAFETY: the layout's size is at least 1.
    let room = unsafe { allocate(layout) };
    if room.is_null() {
        handle_alloc_error(layout)
    }
    room
}

/// Carries out the command in the room at `command`, which it takes, and gives the reply's room.
///
/// # Safety
/// `command` comes from `threecx_alloc(length)`, is filled, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn threecx_call(command: *mut u8, length: usize) -> *mut u8 {
    // SAFETY: the caller promises `length` bytes that are its own.
    let reply = crate::call(unsafe { std::slice::from_raw_parts(command, length) });
    // SAFETY: the room came from `threecx_alloc(length)`.
    unsafe { threecx_free(command, length) };
    let room = threecx_alloc(HEAD + reply.len());
    let head = (reply.len() as u32).to_le_bytes();
    // SAFETY: the room holds HEAD + reply.len() bytes and overlaps neither source.
    unsafe {
        std::ptr::copy_nonoverlapping(head.as_ptr(), room, HEAD);
        std::ptr::copy_nonoverlapping(reply.as_ptr(), room.add(HEAD), reply.len());
    }
    room
}

/// Gives back the room for `length` bytes (for a reply: its length and the 4 bytes before it).
///
/// # Safety
/// `room` comes from `threecx_alloc(length)` or `threecx_call`, with that length, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn threecx_free(room: *mut u8, length: usize) {
    // SAFETY: it was allocated with the same layout.
    unsafe { dealloc(room, layout(length)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_goes_in_and_a_reply_comes_out() {
        let command = br#"{"do":"page"}"#;
        let room = threecx_alloc(command.len());
        // SAFETY: the rooms are used as the functions above say.
        let reply = unsafe {
            std::ptr::copy_nonoverlapping(command.as_ptr(), room, command.len());
            let reply = threecx_call(room, command.len());
            let length = u32::from_le_bytes(std::slice::from_raw_parts(reply, HEAD).try_into().expect("4 bytes"));
            let text = std::slice::from_raw_parts(reply.add(HEAD), length as usize).to_vec();
            threecx_free(reply, HEAD + length as usize);
            text
        };
        assert_eq!(reply, crate::call(command));
    }
}
