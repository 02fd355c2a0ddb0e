//! Provided: the place of the error numbers of the operating system.
//!
//! `std::io::ErrorKind` has no stable name for some errors that a server meets. For these there is only the number,
//! and the number is not the same on every system. So ask the question here, by name, and keep numbers out of `lib.rs`.

use std::io;

/// EMFILE (this process has too many files open) and ENFILE (the whole system has): `errno.h` of Linux and macOS.
#[cfg(not(windows))]
const OUT_OF_FILES: [i32; 2] = [24, 23];

/// WSAEMFILE: `winsock2.h`.
#[cfg(windows)]
const OUT_OF_FILES: [i32; 1] = [10024];

/// True if a call failed because there is no descriptor left for a new file or socket.
///
/// This passes: as soon as some file or socket is closed, the same call can succeed.
pub fn is_out_of_files(error: &io::Error) -> bool {
    match error.raw_os_error() {
        Some(number) => OUT_OF_FILES.contains(&number),
        None => false,
    }
}
