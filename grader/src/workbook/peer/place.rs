//! Where a peer listens, or whom it connects to; and the loop over its connections.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result};
use socket2::{Domain, Protocol, Socket, Type};

use super::conn::{Conn, Ladder};
use crate::texts::say;
use crate::workbook::screen::Screen;
use crate::workbook::talk::address;

/// What every peer takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Place {
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0", value_parser = address::parse)]
    pub listen: SocketAddr,
    #[arg(long)]
    pub once: bool,
    #[arg(long)]
    pub plain: bool,
}

/// Of a peer that can be a client too.
#[derive(Clone, Debug, clap::Args)]
pub struct Ends {
    #[command(flatten)]
    pub place: Place,
    #[arg(long, value_name = "ADDR", value_parser = address::parse, conflicts_with = "listen")]
    pub to: Option<SocketAddr>,
}

impl Place {
    /// The ladder of a peer that does this.
    pub fn ladder(&self, name: &'static str, what: &str) -> Arc<Ladder> {
        let ladder = Arc::new(Ladder::new(Screen::of_stdout(self.plain), name));
        ladder.say(what);
        Ladder::keep_showing(&ladder);
        ladder
    }
}

/// Has `role` play the peer's side of each connection, each in a thread of its own. `narrow`: a receive buffer of so many
/// bytes.
pub fn play<R>(ends: &Ends, ladder: &Arc<Ladder>, narrow: Option<usize>, role: R) -> Result<()>
where
    R: Fn(&mut Conn) -> Result<()> + Send + Sync + 'static,
{
    let role = Arc::new(role);
    if let Some(to) = ends.to {
        let stream = connect(to, narrow)?;
        ladder.say(&say!("cargo-lab/peer/connected_to", to));
        let mut conn = Conn::begun(stream, ladder, true)?;
        role(&mut conn)?;
        conn.close();
        ladder.finish();
        return Ok(());
    }
    let listener = listen(ends.place.listen, narrow)?;
    ladder.say(&say!("cargo-lab/peer/listening_on", local_addr = listener.local_addr()?));
    loop {
        let (stream, _) = listener.accept().context(say!("cargo-lab/peer/cannot_take_a_connection"))?;
        let mut conn = Conn::begun(stream, ladder, false)?;
        let role = Arc::clone(&role);
        let one = thread::spawn(move || {
            if let Err(error) = role(&mut conn) {
                conn.say(&format!("{error:#}"));
            }
            conn.close();
        });
        if ends.place.once {
            let _ = one.join();
            ladder.finish();
            return Ok(());
        }
    }
}

fn socket(address: SocketAddr, narrow: Option<usize>) -> Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if let Some(bytes) = narrow {
        socket.set_recv_buffer_size(bytes)?;
    }
    Ok(socket)
}

fn listen(address: SocketAddr, narrow: Option<usize>) -> Result<TcpListener> {
    let bound = socket(address, narrow).and_then(|socket| {
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(128)?;
        Ok(socket)
    });
    Ok(bound.with_context(|| say!("cargo-lab/peer/cannot_listen_on", address))?.into())
}

fn connect(address: SocketAddr, narrow: Option<usize>) -> Result<TcpStream> {
    let socket = socket(address, narrow)?;
    let connected = socket.connect(&address.into());
    connected.with_context(|| say!("cargo-lab/peer/nobody_can_be_reached_at_try", address))?;
    Ok(socket.into())
}
