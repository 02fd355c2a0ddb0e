//! Takes what it can get, up to a bound: processes, threads, descriptors, room, memory, life.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use crate::{raw, tell};

/// Nothing here needs longer; the kernel ends it then.
const LONGEST: u32 = 20;

fn bounded(what: &str, count: usize, most: usize) {
    tell(what, if count >= most { Ok(format!("{count}")) } else { Err(format!("{count} of {most}")) });
}

pub fn many() {
    bounded("descriptors opened", descriptors(2000), 2000);
    bounded("processes started", forks(300), 300);
    bounded("threads started", threads(300), 300);
}

fn descriptors(most: usize) -> usize {
    let files: Vec<_> = (0..most).map_while(|_| fs::File::open("/dev/null").ok()).collect();
    files.len()
}

/// Each child waits for the end of a pipe, which comes when the parent closes it or dies.
fn forks(most: usize) -> usize {
    let Ok((mut read, write)) = std::io::pipe() else { return 0 };
    let mut children = Vec::new();
    for _ in 0..most {
        // SAFETY: the child reads from a pipe and ends.
        match unsafe { raw::fork() } {
            0 => {
                drop(write);
                let _ = read.read(&mut [0]);
                unsafe { raw::_exit(0) }
            }
            child if child > 0 => children.push(child),
            _ => break,
        }
    }
    drop(write);
    children.iter().for_each(|child| _ = unsafe { raw::waitpid(*child, std::ptr::null_mut(), 0) });
    children.len()
}

fn threads(most: usize) -> usize {
    let wait = || std::thread::park_timeout(Duration::from_secs(5));
    let started: Vec<_> =
        (0..most).map_while(|_| std::thread::Builder::new().stack_size(64 * 1024).spawn(wait).ok()).collect();
    started.iter().for_each(|one| one.thread().unpark());
    started.len()
}

/// Row 60: every folder that may be there. Outside of a sandbox only the throw-away one.
pub fn fills() {
    let outside = Path::new("@FILE@").exists();
    let list =
        ["/", "/w", "/dev", "/dev/shm", "/dev/pts", "/dev/mqueue", "/tmp", "/etc", "/proc", "/usr", "/run", "/var"];
    let folders = if outside { vec!["@FOLDER@/open"] } else { list.to_vec() };
    const MOST: usize = 48;
    let mut all = 0;
    let mut told = String::new();
    for folder in &folders {
        let written = fill(Path::new(folder), MOST);
        all += written;
        if written > 0 {
            told.push_str(&format!(" {folder} {written} MiB"));
        }
    }
    tell("room filled", if all >= MOST { Ok(told) } else { Err(format!("{all} MiB;{told}")) });
    let files: usize = folders.iter().map(|folder| inodes(Path::new(folder), 4000)).sum();
    bounded("files made", files, 4000);
}

fn own(kind: &str, number: usize) -> String {
    format!("{kind}-{}-{number}", std::process::id())
}

/// Whole mebibytes, in files of eight.
fn fill(folder: &Path, most: usize) -> usize {
    let block = vec![7u8; 1 << 20];
    let mut written = 0;
    for number in 0..most / 8 {
        let path = folder.join(own("fill", number));
        let Ok(mut file) = fs::File::create_new(&path) else { break };
        let blocks = (0..8).take_while(|_| file.write_all(&block).is_ok()).count();
        written += blocks;
        if blocks < 8 {
            break;
        }
    }
    (0..most / 8).for_each(|number| _ = fs::remove_file(folder.join(own("fill", number))));
    written
}

fn inodes(folder: &Path, most: usize) -> usize {
    let path = |number| folder.join(own("file", number));
    let made = (0..most).take_while(|number| fs::File::create_new(path(*number)).is_ok()).count();
    (0..made).for_each(|number| _ = fs::remove_file(path(number)));
    made
}

/// Row 58, in the sandbox only: 1.5 GiB at most.
pub fn memory() {
    unsafe { raw::alarm(LONGEST) };
    if std::env::var_os("LOOPBACK_RUN").is_none() {
        return tell("memory", Err("for a judge only".into()));
    }
    println!("takes memory");
    let mut all: Vec<Vec<u8>> = Vec::new();
    for _ in 0..96 {
        all.push(vec![1; 16 << 20]);
        std::thread::sleep(Duration::from_millis(5));
    }
    tell("memory", Ok(format!("{} MiB", all.len() * 16)));
}

/// Row 67: twice forked, in a session of its own, deaf to polite signals; and one that is stopped.
pub fn leaves() {
    for stopped in [false, true] {
        // SAFETY: the children make system calls only, and end by themselves.
        unsafe {
            if raw::fork() == 0 {
                raw::setsid();
                if raw::fork() == 0 {
                    linger(stopped);
                }
                raw::_exit(0);
            }
        }
    }
    // SAFETY: waits for the two children that end at once.
    unsafe { (0..2).for_each(|_| _ = raw::waitpid(-1, std::ptr::null_mut(), 0)) };
    println!("left behind: worked (two)");
}

/// # Safety
/// Makes system calls only.
unsafe fn linger(stopped: bool) -> ! {
    unsafe {
        raw::alarm(LONGEST);
        raw::prctl(15, c"@LEFT@".as_ptr());
        for polite in [1, 2, 15] {
            raw::signal(polite, 1);
        }
        (0..3).for_each(|fd| _ = raw::close(fd));
        let _listens = std::net::TcpListener::bind("127.0.0.1:0");
        if stopped {
            raw::kill(std::process::id() as i32, 19);
        }
        loop {
            raw::pause();
        }
    }
}
