"""Takes one packet of loopback apart, as anybody on its way could. Needs a network of its own, where it is root."""

import socket
import struct

# ANCHOR: apart
ETHERNET, EVERY_PROTOCOL = 14, 0x0003


def apart(frame):
    """The bytes of each layer: link, network, transport, application."""
    ip = frame[ETHERNET:]
    ip_length = (ip[0] & 15) * 4
    tcp = ip[ip_length:]
    tcp_length = (tcp[12] >> 4) * 4
    return frame[:ETHERNET], ip[:ip_length], tcp[:tcp_length], tcp[tcp_length:]
# ANCHOR_END: apart


listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()

third = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL))
third.bind(("lo", 0))
client.sendall(b"password: sesame")
server.recv(100)

while True:
    link, ip, tcp, data = apart(third.recv(65536))
    if data:
        break
source, destination = struct.unpack("!HH", tcp[:4])
print(f"link         {len(link)} bytes")
print(f"network      {len(ip)} bytes, from {socket.inet_ntoa(ip[12:16])} to {socket.inet_ntoa(ip[16:20])}, carries protocol {ip[9]}")
print(f"transport    {len(tcp)} bytes, from port {source} to port {destination}")
print(f"application  {len(data)} bytes, which a third socket has read: {data}")
