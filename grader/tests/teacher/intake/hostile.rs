//! Archives and folders that attack: each is refused or passed over with a sentence, nothing is written outside, and the
//! honest submission beside it is laid out as if it were alone.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::time::{Duration, Instant};

use grader::grade::intake::{Found, Limits, Options};
use grader::grade::model::Status;

use super::make::{Item, Place, gz, item, tar, tar_entry, tar_of, zip, zip_of};

/// What becomes of an attack.
enum Becomes {
    /// A bad archive, with this in its sentence.
    Bad(&'static str),
    /// Graded without it; this is listed.
    Without(&'static str),
    /// Graded, and the thing is there under this name, harmless.
    With(&'static str),
}
use Becomes::{Bad, With, Without};

fn options() -> Options {
    Options { labs: vec![1], ..Options::default() }
}

fn check(what: &str, place: &Place, becomes: &Becomes) {
    place.write("honest/src/lib.rs", "// honest");
    let intake = place.intake(&options()).unwrap();
    let by = |id: &str| intake.found.iter().find(|found| found.identity.id == id);
    let honest = by("honest").unwrap();
    assert_eq!(fs::read_to_string(honest.labs[&1].join("src/lib.rs")).unwrap(), "// honest", "{what}");
    assert!(honest.status.is_none() && honest.ignored.is_empty(), "{what}");
    let Found { status, ignored, labs, .. } = by("attack").unwrap_or_else(|| panic!("{what}: {intake:?}"));
    match becomes {
        Bad(sentence) => {
            let (kind, why) = status.as_ref().unwrap_or_else(|| panic!("{what} is taken: {labs:?} {ignored:?}"));
            assert_eq!(*kind, Status::BadArchive, "{what}: {why}");
            assert!(why.contains(sentence), "{what}: {why}");
            assert!(labs.is_empty() && !why.chars().any(char::is_control), "{what}: {why:?}");
        }
        With(name) => {
            assert_eq!(*status, None, "{what}");
            assert!(labs[&1].join(name).is_file(), "{what}: {:?}", super::make::listing(&labs[&1]));
        }
        Without(line) => {
            assert_eq!(*status, None, "{what}");
            let lines: Vec<String> = ignored.iter().map(|(path, why)| format!("{path}: {why}")).collect();
            assert!(lines.iter().any(|told| told.contains(line)), "{what}: {lines:?}");
            assert!(labs.contains_key(&1), "{what}");
            assert!(!lines.concat().chars().any(char::is_control), "{what}: {lines:?}");
        }
    }
    // A copy of all that is taken is all that is there.
    let most = Limits::SUBMISSION.total + 1024 * 1024;
    assert!(place.spooled() <= most, "{what}: {} bytes", place.spooled());
}

fn good() -> Item {
    item("src/lib.rs", "// attack")
}

/// The same names in a zip and in a tar. A name of more than 100 bytes cannot be in a plain tar header.
#[test]
fn names() {
    let long = [b"src/".as_slice(), &[b'a'; 300], b".rs"].concat();
    let deep = "d/".repeat(60);
    let deep = format!("{deep}x.rs");
    let rows: &[(&[u8], Becomes)] = &[
        (b"../canary.rs", Bad("`../canary.rs` is not taken: its path leads out of the archive")),
        (b"src/../../../canary", Bad("leads out of the archive")),
        (b"..\\..\\canary.rs", Bad("leads out of the archive")),
        (b"src/..\\../canary.rs", Bad("leads out of the archive")),
        (b"/tmp/loopback-canary.rs", Bad("begins at the root")),
        (b"C:\\loopback\\canary.rs", Bad("begins at the root")),
        (b"c:canary.rs", Bad("begins at the root")),
        (b"\\\\host\\share\\canary.rs", Bad("begins at the root")),
        (b"src/a\nb.rs", Without("src/a%0Ab.rs: there are control characters")),
        (b"src/\x1b]0;title\x07.rs", Without("%1B]0;title%07.rs: there are control")),
        (b"src/nul.rs", Without("Windows keeps that name")),
        (b"src/COM1", Without("Windows keeps that name")),
        (&long, Without("...: its name is longer than 255 bytes")),
        (deep.as_bytes(), Without("too many folders deep")),
        (b"-rf", With("-rf")),
        (b"::stop-commands::x", With("::stop-commands::x")),
        (b"\xc3\x28\xff.txt", With("%C3(%FF.txt")),
        (b"target/debug/../../../canary", Bad("leads out")),
        (b"sub/inner.zip", Without("inner.zip: an archive in an archive is not opened")),
        (b"src/LIB.rs", Bad("are one name on some machines")),
        (b"src/lib.rs/x", Bad("is a file and a folder")),
    ];
    for (name, becomes) in rows {
        let shown = String::from_utf8_lossy(name);
        let place = Place::new();
        place.write("attack.zip", zip(&[good(), item(name, "stolen")]));
        check(&format!("zip {shown}"), &place, becomes);
        if name.len() <= 100 {
            let place = Place::new();
            let entries = [tar_entry(b'0', b"src/lib.rs", b"// attack"), tar_entry(b'0', name, b"stolen")];
            place.write("attack.tgz", gz(&tar(&entries)));
            check(&format!("tar {shown}"), &place, becomes);
        }
    }
}

#[test]
fn a_nul_in_a_name_and_two_forms_of_one_letter() {
    let place = Place::new();
    place.write("attack.zip", zip(&[good(), item(b"src/a\0b.rs", "")]));
    check("nul", &place, &Without("src/a%00b.rs: there are control characters"));
    let place = Place::new();
    place.write("attack.zip", zip(&[good(), item("src/\u{e9}.rs", "1"), item("src/e\u{301}.rs", "2")]));
    check("forms", &place, &Bad("are one name on some machines"));
    let place = Place::new();
    place.write("attack.tar", tar_of(&[("src/lib.rs", "1"), ("src/lib.rs", "2")]));
    check("twice", &place, &Bad("are one name"));
}

#[test]
fn links_and_special_files_in_archives() {
    let link = |mode| Item { mode, ..item("src/other.rs", "/etc/passwd") };
    for (mode, why) in [
        (0o120_777, "it is a symbolic link"),
        (0o010_644, "it is a FIFO"),
        (0o020_644, "it is a device"),
        (0o060_644, "it is a device"),
        (0o140_644, "neither a file nor a folder"),
    ] {
        let place = Place::new();
        place.write("attack.zip", zip(&[good(), link(mode), item("src/other.rs/deeper", "x")]));
        check(why, &place, &Bad(why));
    }
    for (kind, why) in [
        (b'1', "it is a hard link"),
        (b'2', "it is a symbolic link"),
        (b'3', "it is a device"),
        (b'4', "it is a device"),
        (b'6', "it is a FIFO"),
        (b'S', "it is a sparse file"),
        (b'V', "neither a file nor a folder"),
    ] {
        let place = Place::new();
        let lib = tar_entry(b'0', b"src/lib.rs", b"//");
        place.write("attack.tar", tar(&[lib, tar_entry(kind, b"src/other.rs", b"")]));
        check(why, &place, &Bad(why));
    }
    // An editor's lock is such a link too.
    let place = Place::new();
    place.write("attack.tar", tar(&[tar_entry(b'0', b"src/lib.rs", b"//"), tar_entry(b'2', b"src/.#lib.rs", b"")]));
    check("lock", &place, &Without(".#lib.rs: it is a symbolic link"));
}

#[test]
fn links_and_special_files_in_folders() {
    for (what, why) in [("link", "it is a symbolic link"), ("fifo", "it is a FIFO"), ("socket", "neither a file")] {
        let place = Place::new();
        let at = place.folder("attack/src").path("in/attack/src");
        match what {
            "link" => symlink(place.path("canary"), at.join("lib.rs")).unwrap(),
            "fifo" => assert!(Command::new("mkfifo").arg(at.join("lib.rs")).status().unwrap().success()),
            _ => drop(UnixListener::bind(at.join("lib.rs")).unwrap()),
        }
        check(what, &place, &Bad(why));
    }
    // A link to a folder is not gone into.
    let place = Place::new();
    place.write("attack/src/lib.rs", "//");
    symlink(place.path(""), place.path("in/attack/all")).unwrap();
    check("folder", &place, &Bad("it is a symbolic link"));
    let place = Place::new();
    place.write("attack/src/lib.rs", "//");
    fs::write(place.path("in/attack").join(OsStr::from_bytes(b"\xff\n")), "").unwrap();
    check("bytes", &place, &Without("%FF%0A: there are control characters"));
    // At the top, where nobody is named by it.
    let place = Place::new();
    place.write("honest/src/lib.rs", "//");
    symlink("/etc", place.path("in/elsewhere")).unwrap();
    let intake = place.intake(&options()).unwrap();
    assert!(intake.unplaced.iter().any(|(at, _)| at == "elsewhere"), "{:?}", intake.unplaced);
}

/// `(what, file, bytes, sentence)`
#[test]
fn broken_and_lying_archives() {
    let honest = zip_of(&[("src/lib.rs", &"// 1\n".repeat(2000)), ("README.md", "x")]);
    let tarred = tar_of(&[("src/lib.rs", &"// 1\n".repeat(2000))]);
    let packed = gz(&tarred);
    let pax = |text: &str| {
        let line = format!("{} {text}\n", text.len() + 4);
        tar(&[tar_entry(b'x', b"pax", line.as_bytes()), tar_entry(b'0', b"src/lib.rs", b"// 12345")])
    };
    let mut wrong_sum = packed.clone();
    let end = wrong_sum.len() - 6;
    wrong_sum[end] ^= 0xff;
    let mut checksum = tarred.clone();
    checksum[150] ^= 1;
    let lies = |change: &dyn Fn(&mut Item)| {
        let mut lying = good();
        lying.data = vec![b' '; 5000];
        change(&mut lying);
        zip(&[lying])
    };
    let mut zip64 = honest.clone();
    let at = zip64.len() - 22;
    let locator = [b"PK\x06\x07".as_slice(), &[0; 4], &u64::MAX.to_le_bytes(), &[1, 0, 0, 0]].concat();
    zip64.splice(at..at, locator);
    let mut parts = honest.clone();
    let at = parts.len() - 14;
    parts[at] = 1;
    // What is stored for `a` is the whole of `src/lib.rs`, header and all.
    let end = zip(&[good()]).windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let outer = Item { stored: true, ..item("a", &zip(&[good()])[..end]) };
    let overlap = zip(&[outer, Item { at: Some(31), ..good() }]);
    let hidden = [&zip(&[good()])[..end], &zip(&[good()])].concat();
    let rows: Vec<(&str, &str, Vec<u8>, &str)> = vec![
        ("empty", "zip", Vec::new(), "neither a zip nor a tar"),
        ("not a zip", "zip", b"<html>".to_vec(), "neither a zip nor a tar"),
        ("cut zip", "zip", honest[..honest.len() - 30].to_vec(), "it was cut off; try: upload it again"),
        ("cut in the middle", "zip", honest[..60].to_vec(), "it was cut off"),
        ("cut tar", "tar", tarred[..2000].to_vec(), "damaged; try: pack and upload"),
        ("cut gz", "tgz", packed[..packed.len() - 20].to_vec(), "try: pack and upload it again"),
        ("gz checksum", "tar.gz", wrong_sum, "damaged"),
        ("tar checksum", "tar", checksum, "damaged"),
        ("crc", "zip", lies(&|item| item.crc = Some(7)), "`attack/src/lib.rs` in it is damaged"),
        ("larger than told", "zip", lies(&|item| item.told_size = Some(10)), "is damaged"),
        ("smaller than told", "zip", lies(&|item| item.told_size = Some(9000)), "is damaged"),
        ("encrypted", "zip", lies(&|item| item.flags |= 1), "it is encrypted; try: pack it without a password"),
        ("zip64 elsewhere", "zip", zip64, "zip64 directory is not where it says"),
        ("other number", "zip", parts, "one part of several"),
        ("pax size", "tar", pax("size=3"), "two sizes"),
        ("pax size, no number", "tar", pax("size=x"), "is no number"),
        ("pax sparse", "tar", pax("GNU.sparse.size=99"), "sparse"),
        ("pax path", "tar", pax("path=../../canary"), "leads out of the archive"),
        ("a name for all", "tar", tar(&[tar_entry(b'g', b"g", b"14 path=../x\n\n")]), ""),
        ("twice in one place", "zip", zip(&[good(), Item { at: Some(0), ..good() }]), "the same name"),
        ("two names in one place", "zip", zip(&[good(), Item { at: Some(0), ..item("b", "// attack") }]), "contradict"),
        ("one in the other", "zip", overlap, "overlapping entries"),
        ("twice", "zip", zip(&[good(), good()]), "the same name"),
        ("not in the directory", "zip", hidden, "contradict its directory"),
        ("nothing in it", "tar", tar(&[]), ""),
    ];
    for (what, kind, bytes, sentence) in rows {
        let place = Place::new();
        place.write(&format!("attack.{kind}"), &bytes);
        check(what, &place, &Bad(sentence));
    }
}

#[test]
fn bombs() {
    let spaces = vec![b' '; 30_000_000];
    let bomb = zip(&[good(), item("src/big.rs", &spaces)]);
    assert!(bomb.len() * 800 < spaces.len(), "the control: {} bytes become {}", bomb.len(), spaces.len());
    let place = Place::new();
    place.write("attack.zip", &bomb);
    let began = Instant::now();
    check("zip bomb", &place, &Bad("far more comes out of it"));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());

    // Told to be small: real bytes are counted.
    let place = Place::new();
    place.write(
        "attack.zip",
        zip(&[good(), Item { told_size: Some(100), ..item("src/big.rs", &spaces[..10_000_000]) }]),
    );
    check("lying bomb", &place, &Bad("is damaged"));

    let place = Place::new();
    let entry = tar_entry(b'0', b"big.bin", &spaces);
    place.write("attack.tgz", gz(&tar(&[tar_entry(b'0', b"src/lib.rs", b"//"), entry])));
    check("tgz bomb", &place, &Bad("far more comes out of it"));

    // Below the ratio, above the sum.
    let noise: Vec<u8> = (0..8_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    let many: Vec<Item> =
        (0..9).map(|at| Item { stored: true, ..item(format!("src/{at}.rs"), &noise) }).chain([good()]).collect();
    let place = Place::new();
    place.write("attack.zip", zip(&many));
    check("sum", &place, &Bad("more than 64 MiB come out of it"));

    let place = Place::new();
    let large = vec![b'x'; 17 * 1024 * 1024];
    place.write("attack.zip", zip(&[good(), Item { stored: true, ..item("video.mp4", large) }]));
    check("one large file", &place, &Without("video.mp4: it is too large for a source file"));
}

/// A million empty entries are refused before they are read: by the count where there is one.
#[test]
fn a_million_entries() {
    // A directory of zip64 that says so, and then a million entries of it, each 46 bytes and a name.
    let mut out = Vec::new();
    for number in 0..1_000_000_u32 {
        out.extend(b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\x21\0");
        out.extend([0; 12]);
        out.extend([8, 0]);
        out.extend([0; 16]);
        out.extend(format!("{number:08}").as_bytes());
    }
    let size = out.len() as u64;
    let record = size;
    out.extend(b"PK\x06\x06");
    out.extend(44_u64.to_le_bytes());
    out.extend([0x2d, 0, 0x2d, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for word in [1_000_000, 1_000_000, size, 0] {
        out.extend(u64::to_le_bytes(word));
    }
    out.extend(b"PK\x06\x07\0\0\0\0");
    out.extend(record.to_le_bytes());
    out.extend([1, 0, 0, 0]);
    out.extend(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0");
    // A file begins as a zip does.
    let mut zip = b"PK\x05\x06".to_vec();
    zip.resize(64, 0);
    out.splice(0..0, zip);
    let at = out.len() - 22 - 20 + 8;
    out[at..at + 8].copy_from_slice(&(record + 64).to_le_bytes());
    let place = Place::new();
    place.write("attack.zip", &out);
    let began = Instant::now();
    check("zip", &place, &Bad("it has 1000000 entries; at most 50000 are read"));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());

    let entry = tar_entry(b'0', b"e", b"");
    let place = Place::new();
    place.write("attack.tar", tar(&vec![entry; 100_000]));
    let began = Instant::now();
    check("tar", &place, &Bad("more than 50000 entries"));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
