//! How much of somebody else's archive is read: constants, each with its reason.
//!
//! What counts is what comes out of the decompressor, not what a header says of it.

/// What one reading of an archive or folder may come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries of any kind, folders too. Each costs us memory for its name, whatever it holds.
    pub entries: usize,
    /// Bytes of all the files that are taken.
    pub total: u64,
    /// Bytes of one file.
    pub file: u64,
    /// Bytes that may pass while a compressed stream is read, also those of files that are not taken.
    pub stream: u64,
    /// Bytes that one byte of an archive may become, for entries of more than [`RATIO_FROM`] bytes.
    pub ratio: u64,
    /// Bytes of an entry's whole path, and folders in it.
    pub path: usize,
    pub depth: usize,
}

/// Source text shrinks to a fifth or a tenth, a log file to a fiftieth; below this size nobody is hurt by more.
pub const RATIO_FROM: u64 = 1024 * 1024;

/// A name of more bytes than this cannot be made on common file systems.
pub const NAME: usize = 255;

/// Refusals and files left aside that are listed by name, for each submission; the rest is counted.
pub const LISTED: usize = 200;

/// A class list, a roster or a metadata file of more bytes than this is none: 5,000 students come to less than 2 MiB.
pub const TABLE: u64 = 16 * 1024 * 1024;

/// The most that one `git` may write into a file of its own, and how long it may take.
pub const GIT_FILE: u64 = 256 * 1024 * 1024;
pub const GIT_SECONDS: u64 = 120;

impl Limits {
    /// One submission. A lab's sources are less than 100 kB; the rest is room for a whole workspace with pictures, and for
    /// a `target` that was packed too (which is never taken, but whose entries have to be passed).
    pub const SUBMISSION: Limits = Limits {
        entries: 50_000,
        total: 64 * MIB,
        file: 16 * MIB,
        stream: 1024 * MIB,
        ratio: 200,
        path: 1024,
        depth: 40,
    };

    /// A whole class, read once for the names and once for the contents: 1,000 submissions of 200 files. A file of it may be
    /// a student's archive, so it may be as large as platforms let people hand in.
    pub const CLASS: Limits = Limits {
        entries: 500_000,
        total: 16 * 1024 * MIB,
        file: 256 * MIB,
        stream: 64 * 1024 * MIB,
        ratio: 1100,
        path: 2048,
        depth: 60,
    };
}

const MIB: u64 = 1024 * 1024;
