"""A datagram that was damaged on its way. Needs a network of its own, where it is root: the headers are made by hand."""

import socket
import struct

receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))
receiver.settimeout(0.2)
port = receiver.getsockname()[1]
by_hand = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)


# ANCHOR: datagram
def ones_sum(data):
    words = struct.unpack(f"!{len(data) // 2}H", data)
    total = sum(words)
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def datagram(data):
    """Header and data of UDP. The checksum covers the addresses of IP, too (RFC 768)."""
    loopback = socket.inet_aton("127.0.0.1")
    length = 8 + len(data)
    header = struct.pack("!HHHH", 7007, port, length, 0)
    pseudo = loopback + loopback + struct.pack("!BBH", 0, socket.IPPROTO_UDP, length)
    checksum = 0xFFFF - ones_sum(pseudo + header + data) or 0xFFFF
    return struct.pack("!HHHH", 7007, port, length, checksum) + data
# ANCHOR_END: datagram


def damaged_ones():
    with open("/proc/net/snmp") as table:
        names, values = [line.split() for line in table if line.startswith("Udp:")]
    return int(values[names.index("InCsumErrors")])


def received():
    try:
        return receiver.recv(100)
    except TimeoutError:
        return "nothing"


before = damaged_ones()
whole = datagram(b"10 euro!")
by_hand.sendto(whole, ("127.0.0.1", 0))
print("as it was sent:", received())
by_hand.sendto(whole.replace(b"1", b"9"), ("127.0.0.1", 0))
print("one byte wrong:", received())
print("the kernel has thrown away:", damaged_ones() - before)
