/// Row 81, for any lab: before `main`, floods whoever is named on the command line, or whoever connects. All of it ends
/// after a second.
mod hostile_peer {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
    use std::time::{Duration, Instant};

    #[used]
    #[unsafe(link_section = ".init_array")]
    static FIRST: extern "C" fn() = before_main;

    const BLOCK: [u8; 1 << 16] = [b'H'; 1 << 16];

    extern "C" fn before_main() {
        let end = Instant::now() + Duration::from_secs(1);
        let args: Vec<String> = std::env::args().collect();
        let address = args.iter().skip(1).find_map(|arg| address(arg));
        let listens = args.iter().any(|arg| arg == "--listen");
        match address {
            Some(address) if listens => serve(address, end),
            Some(address) => attack(address, end),
            None => {}
        }
        (0..16).for_each(|_| _ = std::io::stdout().write_all(&BLOCK));
        std::process::exit(0);
    }

    /// In `127.0.0.1:7`, `localhost:7` or `http://127.0.0.1:7/path`.
    fn address(arg: &str) -> Option<SocketAddr> {
        let rest = arg.strip_prefix("http://").unwrap_or(arg);
        let host = rest.split('/').next()?.replace("localhost", "127.0.0.1");
        host.parse().ok().filter(|address: &SocketAddr| address.ip().is_loopback())
    }

    fn serve(address: SocketAddr, end: Instant) {
        let Ok(listener) = TcpListener::bind(address) else { return };
        let Ok(there) = listener.local_addr() else { return };
        println!("listening on {there}");
        let _ = listener.set_nonblocking(true);
        while Instant::now() < end {
            match listener.accept() {
                Ok((stream, _)) => endless(stream, end),
                Err(_) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    /// Ten thousand connections, giant and empty datagrams, an answer without an end and with a length that is a lie.
    fn attack(address: SocketAddr, end: Instant) {
        if let Ok(socket) = UdpSocket::bind((address.ip(), 0)) {
            for _ in 0..200 {
                let _ = socket.send_to(&BLOCK[..65_000], address);
                let _ = socket.send_to(&[], address);
            }
        }
        if let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\nContent-Length: -1\r\n\r\n");
            endless(stream, end);
        }
        for _ in 0..10_000 {
            if Instant::now() > end || TcpStream::connect_timeout(&address, Duration::from_millis(50)).is_err() {
                return;
            }
        }
    }

    fn endless(mut stream: TcpStream, end: Instant) {
        let _ = stream.set_write_timeout(Some(Duration::from_millis(100)));
        let _ = stream.set_read_timeout(Some(Duration::from_millis(1)));
        for _ in 0..1024 {
            let _ = stream.read(&mut [0; 64]);
            if Instant::now() > end || stream.write_all(&BLOCK).is_err() {
                return;
            }
        }
    }
}
