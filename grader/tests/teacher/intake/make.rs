//! Downloads for the tests: folders, zips and tars, also such as no program would write; and an intake as text.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use grader::grade::intake::{Intake, Options, intake};
use tempfile::TempDir;

/// A folder that is emptied afterwards: `in` is what is read, `spool` where it goes, and beside them a canary.
pub struct Place {
    folder: TempDir,
}

const CANARY: &str = "nobody wrote here";

impl Place {
    pub fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        fs::write(folder.path().join("canary"), CANARY).unwrap();
        fs::write(folder.path().join("in/../canary.rs"), CANARY).unwrap();
        Place { folder }
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub fn write(&self, below: &str, bytes: impl AsRef<[u8]>) -> &Place {
        seed(below, bytes.as_ref());
        let path = self.path("in").join(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    pub fn folder(&self, below: &str) -> &Place {
        fs::create_dir_all(self.path("in").join(below)).unwrap();
        self
    }

    pub fn intake(&self, options: &Options) -> anyhow::Result<Intake> {
        self.intake_of(&self.path("in"), options)
    }

    pub fn intake_of(&self, from: &Path, options: &Options) -> anyhow::Result<Intake> {
        let spool = self.path("spool");
        let _ = fs::remove_dir_all(&spool);
        let before = listing(&self.folder.path().join("in"));
        let intake = intake(from, options, &spool);
        assert_eq!(before, listing(&self.folder.path().join("in")), "the download was changed");
        self.nothing_escaped();
        intake
    }

    /// The intake as text, for comparison.
    pub fn told(&self, options: &Options) -> String {
        told(&self.intake(options).unwrap())
    }

    pub fn nothing_escaped(&self) {
        let mut names: Vec<_> =
            fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        let expected = ["canary", "canary.rs", "in", "spool"];
        assert!(names.iter().all(|name| expected.iter().any(|own| name == own)), "{names:?}");
        for canary in ["canary", "canary.rs"] {
            assert_eq!(fs::read_to_string(self.path(canary)).unwrap(), CANARY);
        }
        for path in listing(&self.path("spool")) {
            let found = fs::symlink_metadata(&path).unwrap();
            assert!(found.is_file() || found.is_dir(), "{}", path.display());
            use std::os::unix::fs::PermissionsExt;
            let most = if found.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(found.permissions().mode() & 0o7777, most, "{}", path.display());
            assert!(found.modified().unwrap().elapsed().unwrap().as_secs() < 600, "{} has an old time", path.display());
        }
    }

    /// Bytes of all files in the spool.
    pub fn spooled(&self) -> u64 {
        listing(&self.path("spool"))
            .iter()
            .map(|path| fs::symlink_metadata(path).unwrap())
            .filter(|m| m.is_file())
            .map(|m| m.len())
            .sum()
    }
}

/// With `LOOPBACK_SEEDS` set to a folder, each fixture is kept there for the fuzzer: archives for their readers, and every
/// name for the parsers.
fn seed(name: &str, bytes: &[u8]) {
    let Some(folder) = std::env::var_os("LOOPBACK_SEEDS").map(PathBuf::from) else { return };
    let target = match name {
        _ if bytes.len() > 100_000 => return,
        _ if name.ends_with(".zip") => "zip_reader",
        _ if name.ends_with(".tar") => "tar_reader",
        _ => "names",
    };
    for (target, bytes) in [(target, bytes), ("names", name.as_bytes())] {
        let mut sum = flate2::Crc::new();
        sum.update(bytes);
        fs::create_dir_all(folder.join(target)).unwrap();
        fs::write(folder.join(target).join(format!("{:08x}-{}", sum.sum(), bytes.len())), bytes).unwrap();
    }
}

/// Everything below a folder, links not followed.
pub fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        all.push(path.clone());
        if fs::symlink_metadata(&path).unwrap().is_dir() {
            all.extend(listing(&path));
        }
    }
    all.sort();
    all
}

pub fn told(intake: &Intake) -> String {
    let mut text = format!("{}\n", intake.layout);
    for found in &intake.found {
        let names: Vec<&str> = found.identity.people.iter().map(|person| person.name.as_str()).collect();
        let _ = write!(text, "{}: {}", found.identity.id, names.join(" + "));
        found.identity.group.iter().for_each(|group| text.push_str(&format!(" of {group}")));
        found.identity.received.iter().for_each(|at| text.push_str(&format!(", {at}")));
        let _ = write!(text, "{}", if found.identity.marked_late { ", late" } else { "" });
        let _ = write!(text, "{}", if found.attempt > 1 { format!(", try {}", found.attempt) } else { String::new() });
        let labs: Vec<String> = found.labs.keys().map(|lab| format!("lab{lab}")).collect();
        let _ = writeln!(text, "; {}", labs.join(" "));
        for (lab, folder) in &found.labs {
            let files = listing(folder).into_iter().filter(|path| path.is_file());
            let files: Vec<String> =
                files.map(|path| path.strip_prefix(folder).unwrap().to_string_lossy().into_owned()).collect();
            assert!(files.iter().any(|file| file == "src/lib.rs"), "{files:?}");
            if files.len() > 1 {
                let _ = writeln!(text, "  lab{lab}: {}", files.join(" "));
            }
        }
        found.status.iter().for_each(|(status, why)| text.push_str(&format!("  {status:?}: {why}\n")));
        found.ignored.iter().for_each(|(path, why)| text.push_str(&format!("  - {path}: {why}\n")));
        found.others.iter().for_each(|other| text.push_str(&format!("  not graded: {other}\n")));
    }
    for absent in &intake.absent {
        let names: Vec<&str> = absent.people.iter().map(|person| person.name.as_str()).collect();
        let _ = writeln!(text, "absent: {} ({})", absent.id, names.join(" + "));
    }
    intake.unplaced.iter().for_each(|(at, why)| text.push_str(&format!("unplaced {at}: {why}\n")));
    intake.notes.iter().for_each(|note| text.push_str(&format!("note: {note}\n")));
    text
}

/// A text with enough of a lab in it.
pub fn lib(lab: u8) -> String {
    let stubs = grader::labs::lab(lab).unwrap().stubs.iter();
    stubs.map(|stub| format!("pub fn {stub}() {{ todo!() }}\n")).collect()
}

/// A zip's entry, with the places where it can lie.
#[derive(Clone)]
pub struct Item {
    pub name: Vec<u8>,
    pub data: Vec<u8>,
    pub stored: bool,
    pub flags: u16,
    /// Of Unix, in the upper half of the attributes.
    pub mode: u32,
    pub crc: Option<u32>,
    pub told_size: Option<u32>,
    /// It is not written; the directory says that its header is there.
    pub at: Option<u32>,
}

pub fn item(name: impl AsRef<[u8]>, data: impl AsRef<[u8]>) -> Item {
    Item {
        name: name.as_ref().to_vec(),
        data: data.as_ref().to_vec(),
        stored: false,
        flags: 0x800,
        mode: 0o100_644,
        crc: None,
        told_size: None,
        at: None,
    }
}

pub fn zip(items: &[Item]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for item in items {
        let packed = if item.stored { item.data.clone() } else { deflated(&item.data) };
        let start = item.at.unwrap_or(u32::try_from(out.len()).unwrap());
        let mut about = Vec::new();
        let method = if item.stored { 0_u16 } else { 8 };
        for half in [20_u16, item.flags, method, 0, 0x21] {
            about.extend(half.to_le_bytes());
        }
        let mut crc = flate2::Crc::new();
        crc.update(&item.data);
        let size = u32::try_from(item.data.len()).unwrap();
        let told = item.told_size.unwrap_or(size);
        for word in [item.crc.unwrap_or(crc.sum()), u32::try_from(packed.len()).unwrap(), told] {
            about.extend(word.to_le_bytes());
        }
        about.extend(u16::try_from(item.name.len()).unwrap().to_le_bytes());
        about.extend(0_u16.to_le_bytes());
        if item.at.is_none() {
            out.extend(b"PK\x03\x04");
            out.extend(&about);
            out.extend(&item.name);
            out.extend(&packed);
        }
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&about);
        directory.extend([0; 6]);
        directory.extend((item.mode << 16).to_le_bytes());
        directory.extend(start.to_le_bytes());
        directory.extend(&item.name);
    }
    let at = u32::try_from(out.len()).unwrap();
    let count = u16::try_from(items.len()).unwrap_or(u16::MAX);
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0; 2]);
    out
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
    packer.write_all(data).unwrap();
    packer.finish().unwrap()
}

/// One entry of a tar with its header as it is, whatever it says.
pub fn tar_entry(kind: u8, name: &[u8], data: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_mode(0o6777);
    header.set_mtime(4_000_000_000);
    header.set_size(data.len() as u64);
    if matches!(kind, b'1' | b'2') {
        header.set_link_name("/etc/passwd").unwrap();
    }
    header.set_cksum();
    let mut out = header.as_bytes().to_vec();
    out.extend(data);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

pub fn tar(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut out = entries.concat();
    out.extend([0; 1024]);
    out
}

/// A tar of plain files.
pub fn tar_of(files: &[(&str, &str)]) -> Vec<u8> {
    tar(&files.iter().map(|(name, data)| tar_entry(b'0', name.as_bytes(), data.as_bytes())).collect::<Vec<_>>())
}

pub fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// A zip of plain files.
pub fn zip_of(files: &[(&str, &str)]) -> Vec<u8> {
    zip(&files.iter().map(|(name, data)| item(name, data)).collect::<Vec<_>>())
}
