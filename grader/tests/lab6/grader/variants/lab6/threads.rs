//! Lab 6, a right but unusual program: four threads wait on the same socket, and whoever gets a datagram answers it.

pub mod provided;

use std::io;
use std::net::UdpSocket;
use std::thread;

pub fn answer_one(socket: &UdpSocket, buf: &mut [u8]) -> io::Result<usize> {
    let (count, client) = socket.recv_from(buf)?;
    socket.send_to(&buf[..count], client)
}

pub fn serve(socket: &UdpSocket) -> io::Result<()> {
    thread::scope(|scope| {
        let answer = || -> io::Result<()> {
            let mut buf = vec![0; 65_535];
            loop {
                answer_one(socket, &mut buf)?;
            }
        };
        let threads = [(); 4].map(|()| scope.spawn(answer));
        threads.into_iter().try_for_each(|thread| thread.join().expect("it does not panic"))
    })
}
