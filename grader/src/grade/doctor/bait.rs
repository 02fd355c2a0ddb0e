//! What attacks are after, and must not get: a canary file, and listeners on loopback outside the sandbox. All of it is in a
//! throw-away folder of its own, and goes when this is dropped.

use std::fs;
use std::io::ErrorKind;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::program::random_number;

/// The canary and the listeners.
#[derive(Debug)]
pub struct Bait {
    folder: TempDir,
    /// Stands in the canary file and nowhere else; whoever shows it has read the file.
    pub word: String,
    tcp4: TcpListener,
    /// Not every machine has IPv6.
    tcp6: Option<TcpListener>,
    udp: UdpSocket,
    named: UnixListener,
    hidden: UnixListener,
}

impl Bait {
    pub fn new() -> Result<Bait> {
        let folder = tempfile::Builder::new().prefix("loopback-bait-").tempdir().context("no temporary folder")?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let word = format!("canary{:012x}", random_number() & 0xffff_ffff_ffff);
        fs::write(folder.path().join("canary.txt"), format!("{word} = [\n"))?;
        fs::create_dir(folder.path().join("open"))?;
        fs::set_permissions(folder.path().join("open"), fs::Permissions::from_mode(0o777))?;
        let named = UnixListener::bind(folder.path().join("socket"))?;
        fs::set_permissions(folder.path().join("socket"), fs::Permissions::from_mode(0o777))?;
        let hidden = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&word)?)?;
        let tcp4 = TcpListener::bind("127.0.0.1:0").context("no port for the doctor's listener")?;
        let tcp6 = TcpListener::bind("[::1]:0").ok();
        let udp = UdpSocket::bind("127.0.0.1:0")?;
        tcp4.set_nonblocking(true)?;
        tcp6.iter().try_for_each(|listener| listener.set_nonblocking(true))?;
        udp.set_nonblocking(true)?;
        named.set_nonblocking(true)?;
        hidden.set_nonblocking(true)?;
        Ok(Bait { folder, word, tcp4, tcp6, udp, named, hidden })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("canary.txt")
    }

    /// The name of processes that an attack leaves behind: at most 15 bytes, as the kernel keeps of it.
    pub fn left(&self) -> String {
        format!("lb-{}", &self.word[6..])
    }

    /// A fixture's text with the bait's names in it.
    pub fn filled(&self, text: &str, root: &Path) -> String {
        let address = |found: std::io::Result<std::net::SocketAddr>| found.map_or("none".into(), |it| it.to_string());
        let pairs = [
            ("@WORD@", self.word.clone()),
            ("@FILE@", self.file().display().to_string()),
            ("@FOLDER@", self.folder().display().to_string()),
            ("@SOCKET@", self.folder().join("socket").display().to_string()),
            ("@ROOT@", root.display().to_string()),
            ("@LEFT@", self.left()),
            ("@TCP4@", address(self.tcp4.local_addr())),
            ("@TCP6@", self.tcp6.as_ref().map_or("none".into(), |listener| address(listener.local_addr()))),
            ("@UDP@", address(self.udp.local_addr())),
        ];
        pairs.into_iter().fold(text.to_string(), |text, (name, value)| text.replace(name, &value))
    }

    /// Which of the listeners have been reached since the last call, and whether the canary file is another.
    pub fn taken(&self) -> Vec<&'static str> {
        let mut taken = Vec::new();
        let mut note = |name, reached: bool| {
            if reached {
                taken.push(name);
            }
        };
        note("TCP", drained(|| self.tcp4.accept().map(drop)));
        note("TCP on IPv6", self.tcp6.as_ref().is_some_and(|listener| drained(|| listener.accept().map(drop))));
        note("UDP", drained(|| self.udp.recv(&mut [0; 64]).map(drop)));
        note("a named socket", drained(|| self.named.accept().map(drop)));
        note("an abstract socket", drained(|| self.hidden.accept().map(drop)));
        let text = fs::read_to_string(self.file()).unwrap_or_default();
        note("the canary file", text != format!("{} = [\n", self.word));
        taken
    }
}

/// Takes all there is; says whether there was something.
fn drained(mut take: impl FnMut() -> std::io::Result<()>) -> bool {
    let mut some = false;
    loop {
        match take() {
            Ok(()) => some = true,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return some,
        }
    }
}
