//! The programs, each with what is to be said of it.

use grader::check::Kind;
use grader::clock::Clock;

use super::Row;
use super::Want::{self, Failed, NotStarted, Passed};
use crate::hostile::student::{Lib, RIGHT};

fn row(name: &'static str, check: &'static str, lib: Lib, want: Want, says: &'static [&'static str]) -> Row {
    Row { name, lib, check, clock: Clock::choose(), want, says }
}

/// Wrong before it listens.
fn open(name: &'static str, open_listener: &'static str, want: Want, says: &'static [&'static str]) -> Row {
    row(name, "1.01", Lib { open_listener, ..RIGHT }, want, says)
}

/// Wrong when its client has sent something.
fn echo(name: &'static str, echo_once: &'static str, want: Want, says: &'static [&'static str]) -> Row {
    row(name, "1.04", Lib { echo_once, ..RIGHT }, want, says)
}

pub fn table() -> Vec<Row> {
    // What takes longest comes first, so that the rest is done beside it.
    let mut rows = goes_on();
    rows.extend(ends());
    rows.extend(listens());
    rows.extend(prints());
    rows.extend(leaves_children());
    rows.extend(claims_to_be_a_stub());
    rows
}

/// It ends, or dies.
fn ends() -> Vec<Row> {
    vec![
        open("exits at once", "exit(0)", Failed(Kind::Exited), &["exit code 0", "!running"]),
        open(
            "exits with a code and a word",
            r#"eprintln!("no luck today"); exit(7)"#,
            Failed(Kind::Exited),
            &["exit code 7", "no luck today"],
        ),
        open("aborts", "abort()", Failed(Kind::Killed), &["SIGABRT"]),
        open(
            "reads from nowhere",
            "unsafe { std::ptr::dangling::<u8>().read_volatile() }; exit(0)",
            Failed(Kind::Killed),
            &["SIGSEGV"],
        ),
        Row {
            lib: Lib {
                open_listener: "deep(&[0; 1000])",
                more: "fn deep(above: &[u8; 1000]) -> io::Result<TcpListener> { let mut here = *above; here[9] = here[9].wrapping_add(1); let found = deep(&here); std::hint::black_box(here); found }",
                ..RIGHT
            },
            ..open("overflows its stack", "", Failed(Kind::Killed), &["SIGABRT", "stack overflow"])
        },
        open(
            "panics",
            r#"panic!("the sky fell on {addr}")"#,
            Failed(Kind::Panicked),
            &[r#"thread "main" panicked at labs/lab1/src/lib.rs:10:5"#, "the sky fell on 127."],
        ),
        echo(
            "panics in a thread, and waits on",
            r#"let _ = thread::Builder::new().name("worker".into()).spawn(|| panic!("a thread fell"))?.join(); wait_for_ever()"#,
            Failed(Kind::Panicked),
            &[r#"thread "worker" panicked at labs/lab1/src/lib.rs:14:"#, "a thread fell"],
        ),
        open(
            "panics with a message of a megabyte in a thread with a name of escapes",
            r#"let _ = thread::Builder::new().name("\x1b[2J".into()).spawn(|| panic!("{}", "\x1b]0;title\x07 ".repeat(100_000)))?.join(); exit(1)"#,
            Failed(Kind::Panicked),
            &[],
        ),
        Row {
            check: "1.12",
            ..row(
                "serves one client only",
                "",
                Lib { serve: "echo_until_eof(&mut listener.accept()?.0).map(drop)", ..RIGHT },
                Failed(Kind::Exited),
                &["exit code 0"],
            )
        },
    ]
}

/// It says that it listens, or does not.
fn listens() -> Vec<Row> {
    let silent = |clock| Row {
        clock,
        ..open(
            "never says that it listens",
            "wait_for_ever()",
            Failed(Kind::NotListening),
            &["nothing on standard output"],
        )
    };
    vec![
        silent(Clock::choose()),
        silent(Clock::Plain),
        open(
            "says something else",
            r#"println!("Listening: yes"); wait_for_ever()"#,
            Failed(Kind::NotListening),
            &["Listening: yes"],
        ),
        open(
            "says half a line",
            r#"print!("listening on {addr}"); io::stdout().flush()?; wait_for_ever()"#,
            Failed(Kind::NotListening),
            &[],
        ),
        open(
            "says nonsense",
            r#"println!("listening on the radio"); wait_for_ever()"#,
            Failed(Kind::ListensElsewhere),
            &["the radio"],
        ),
        open(
            "says port 0",
            r#"println!("listening on {addr}"); wait_for_ever()"#,
            Failed(Kind::ListensElsewhere),
            &[":0"],
        ),
        open(
            "says no port that there is",
            r#"println!("listening on {}:99999", addr.ip()); wait_for_ever()"#,
            Failed(Kind::ListensElsewhere),
            &["99999"],
        ),
        open(
            "listens on another address",
            r#"TcpListener::bind("127.0.0.1:0")"#,
            Failed(Kind::ListensElsewhere),
            &["127.0.0.1:"],
        ),
        open(
            "says another's address",
            r#"println!("listening on 192.0.2.1:80"); TcpListener::bind(addr)"#,
            Failed(Kind::ListensElsewhere),
            &["192.0.2.1:80"],
        ),
        open(
            "listens on another port than it says",
            r#"println!("listening on {}:9", addr.ip()); TcpListener::bind(addr)"#,
            Failed(Kind::Refused),
            &["refused"],
        ),
        row("is told of a taken port", "1.03", RIGHT, Passed, &[]),
        row(
            "unwraps a taken port",
            "1.03",
            Lib { open_listener: "Ok(TcpListener::bind(addr).unwrap())", ..RIGHT },
            Failed(Kind::Panicked),
            &["AddrInUse"],
        ),
        row(
            "takes another port than a taken one",
            "1.03",
            Lib { open_listener: "TcpListener::bind(addr).or_else(|_| TcpListener::bind((addr.ip(), 0)))", ..RIGHT },
            Failed(Kind::NoExit),
            &["still running"],
        ),
    ]
}

/// What it prints, and how much.
fn prints() -> Vec<Row> {
    const FLOOD_OUT: &str = r#"fn flood() { while io::stdout().write_all(&[b'\n'; 4096]).is_ok() {} }"#;
    const FLOOD_ERR: &str = r#"fn flood() { while io::stderr().write_all(&[b'x'; 4096]).is_ok() {} }"#;
    let before = |name, more, says| Row {
        lib: Lib { open_listener: "flood(); exit(1)", more, ..RIGHT },
        ..open(name, "", Failed(Kind::NotListening), says)
    };
    let beside = |name, more| Row {
        lib: Lib {
            echo_once: "thread::spawn(flood); let n = stream.read(buf)?; stream.write_all(&buf[..n])?; Ok(n)",
            more,
            ..RIGHT
        },
        ..echo(name, "", Passed, &[])
    };
    vec![
        before("floods standard output", FLOOD_OUT, &[r"\n\n\n"]),
        before("floods standard error", FLOOD_ERR, &["nothing on standard output"]),
        beside("floods standard output while it serves", FLOOD_OUT),
        beside("floods standard error while it serves", FLOOD_ERR),
        open(
            "panics after a megabyte on standard error",
            r#"eprintln!("{}", "noise\n".repeat(200_000)); panic!("at the very end")"#,
            Failed(Kind::Panicked),
            &["at the very end", "labs/lab1/src/lib.rs:10:"],
        ),
        open(
            "prints what is not UTF-8",
            r#"io::stdout().write_all(b"\xff\xfe\xc3\n")?; wait_for_ever()"#,
            Failed(Kind::NotListening),
            &[r"\xff\xfe\xc3"],
        ),
        open(
            "prints terminal escapes",
            r#"eprintln!("\x1b[2J\x1b]0;owned\x07"); exit(1)"#,
            Failed(Kind::Exited),
            &[r"\x1b[2J"],
        ),
        open(
            "says escapes as its address",
            r#"println!("listening on \x1b[31m{addr}"); wait_for_ever()"#,
            Failed(Kind::ListensElsewhere),
            &[r"\x1b[31m"],
        ),
        open(
            "forges a panic full of escapes",
            r#"eprintln!("thread '\x1b[1m' panicked at \x1b[2J\u{9b}1m:1:1:\n\x1b[5mboo"); exit(1)"#,
            Failed(Kind::Panicked),
            &["boo"],
        ),
        echo(
            "answers with escapes",
            r#"stream.write_all(b"\x1b[2J\x1b[31mHello")?; wait_for_ever()"#,
            Failed(Kind::WrongBytes),
            &["x1b"],
        ),
        open(
            "closes its standard output",
            "unsafe { drop(<std::fs::File as std::os::fd::FromRawFd>::from_raw_fd(1)) }; TcpListener::bind(addr)",
            Failed(Kind::Exited),
            &["exit code 3"],
        ),
    ]
}

/// Whom it leaves behind. (`sleep` is looked for at the end of the test.)
fn leaves_children() -> Vec<Row> {
    vec![
        open(
            "starts a child that holds its pipes",
            r#"Command::new("/bin/sleep").arg("1000").spawn()?; TcpListener::bind(addr)"#,
            Passed,
            &[],
        ),
        open(
            "exits and leaves a child that holds its pipes",
            r#"Command::new("/bin/sleep").arg("1000").spawn()?; exit(3)"#,
            Failed(Kind::Exited),
            &["exit code 3"],
        ),
        open(
            "detaches a child, and exits",
            r#"Command::new("/usr/bin/setsid").args(["-f", "/bin/sleep", "1000"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?; exit(3)"#,
            Failed(Kind::Exited),
            &["exit code 3"],
        ),
        open(
            "has a child without its environment",
            r#"Command::new("/bin/sleep").arg("1000").env_clear().spawn()?; TcpListener::bind(addr)"#,
            Passed,
            &[],
        ),
        open(
            "does not wait for its children",
            r#"for _ in 0..5 { Command::new("/bin/sleep").arg("0").spawn()?; } TcpListener::bind(addr)"#,
            Passed,
            &[],
        ),
        open(
            "does not wait for its children, and exits",
            r#"for _ in 0..5 { Command::new("/bin/sleep").arg("0").spawn()?; } thread::sleep(Duration::from_millis(50)); exit(3)"#,
            Failed(Kind::Exited),
            &[],
        ),
        open(
            "detaches a child that starts others again and again",
            r#"Command::new("/usr/bin/setsid").args(["-f", "/bin/sh", "-c", "while :; do (/bin/sleep 1000 &); /bin/sleep 0.02; done"]).status()?; TcpListener::bind(addr)"#,
            Passed,
            &[],
        ),
    ]
}

/// It does not end, or nothing comes of it.
fn goes_on() -> Vec<Row> {
    let spins =
        |clock| Row { clock, ..echo("spins", "loop { std::hint::spin_loop() }", Failed(Kind::NoAnswer), &["0 bytes"]) };
    vec![
        echo("never reads", "wait_for_ever()", Failed(Kind::NoAnswer), &["0 bytes"]),
        row(
            "never reads megabytes",
            "1.15",
            Lib { echo_until_eof: "wait_for_ever()", ..RIGHT },
            Failed(Kind::NoAnswer),
            &["4 194 304 bytes"],
        ),
        spins(Clock::choose()),
        spins(Clock::Plain),
        echo(
            "spins in 20 threads, which keep each other from running",
            "for _ in 0..20 { thread::spawn(|| loop { std::hint::spin_loop() }); } loop { std::hint::spin_loop() }",
            Failed(Kind::NoAnswer),
            &["0 bytes"],
        ),
        echo("polls", "loop { thread::sleep(Duration::from_millis(1)) }", Failed(Kind::NoAnswer), &["0 bytes"]),
        Row {
            lib: Lib {
                echo_once: "unsafe { raise(19) }; wait_for_ever()",
                more: r#"unsafe extern "C" { fn raise(signal: i32) -> i32; }"#,
                ..RIGHT
            },
            ..echo("stops itself", "", Failed(Kind::NoAnswer), &["0 bytes"])
        },
        echo("starts threads for ever", "loop { thread::spawn(|| ()); }", Failed(Kind::NoAnswer), &["0 bytes"]),
        open(
            "eats all descriptors",
            r#"while let Ok(file) = std::fs::File::open("/dev/null") { std::mem::forget(file); } TcpListener::bind(addr)"#,
            Failed(Kind::Exited),
            &["exit code 3", "Too many open files"],
        ),
        echo(
            "answers from a thread with the name of a state",
            r#"thread::scope(|scope| thread::Builder::new().name(") R 1 1".into()).spawn_scoped(scope, || { let n = stream.read(buf)?; stream.write_all(&buf[..n])?; Ok(n) })?.join().unwrap())"#,
            Passed,
            &[],
        ),
        echo(
            "waits in a thread with the name of a state",
            r#"thread::scope(|scope| thread::Builder::new().name(") R 1 1".into()).spawn_scoped(scope, || { stream.read_exact(&mut [0; 99])?; Ok(1) })?.join().unwrap())"#,
            Failed(Kind::NoAnswer),
            &[r#"thread ") R 1 1": read()"#],
        ),
        echo(
            "waits for a file with a name of escapes",
            r#"let name = "/tmp/loopback-\x1b[2J"; let _ = std::fs::remove_file(name); Command::new("/usr/bin/mkfifo").arg(name).status()?; let mut fifo = std::fs::File::options().read(true).write(true).open(name)?; std::fs::remove_file(name)?; fifo.read(buf)"#,
            Failed(Kind::NoAnswer),
            &["read()"],
        ),
    ]
}

/// *Not started* is for a stub's own `todo!()`, and for nothing that reads like it.
fn claims_to_be_a_stub() -> Vec<Row> {
    vec![
        open(
            "is a stub",
            r#"todo!("listen on {addr}")"#,
            NotStarted,
            &["not started", "open_listener labs/lab1/src/lib.rs:9"],
        ),
        echo(
            "is a stub in a thread",
            "thread::scope(|scope| scope.spawn(|| { todo!() }).join().unwrap_or_else(|_| wait_for_ever()))",
            NotStarted,
            &["echo_once"],
        ),
        open(
            "prints the message of a stub",
            r#"eprintln!("not yet implemented"); exit(101)"#,
            Failed(Kind::Panicked),
            &["not yet implemented"],
        ),
        open(
            "panics with the message of a stub",
            r#"panic!("not yet implemented: {addr}")"#,
            Failed(Kind::Panicked),
            &["not yet implemented"],
        ),
        open(
            "panics with it in a line that mentions the macro",
            r#"panic!("not yet implemented: {addr}") // was todo!()"#,
            Failed(Kind::Panicked),
            &["not yet implemented"],
        ),
        open(
            "panics otherwise in a line with the macro",
            r#"if [true][usize::from(addr.port() == 0)] { todo!() } else { exit(0) }"#,
            Failed(Kind::Panicked),
            &["index out of bounds"],
        ),
        Row {
            lib: Lib {
                open_listener: "helper()",
                more: "fn helper() -> io::Result<TcpListener> {\n    todo!()\n}",
                ..RIGHT
            },
            ..open("has a todo in a function of its own", "", Failed(Kind::Panicked), &["not yet implemented"])
        },
        Row {
            lib: Lib {
                open_listener: "other::open()",
                more: "mod other {\n    pub fn open() -> ! {\n        #[track_caller]\n        fn elsewhere() -> ! { panic!(\"not yet implemented\") }\n        elsewhere()\n    }\n}",
                ..RIGHT
            },
            ..open("panics with it in a module", "", Failed(Kind::Panicked), &["not yet implemented"])
        },
    ]
}
