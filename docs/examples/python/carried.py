"""What carries a protocol, as far as this system's own lists (/etc/services, /etc/protocols) know it."""

import socket


def carried(name, by):
    try:
        return f"{by} {socket.getservbyname(name, by)}"
    except OSError:
        return None


for name, called in [
    ("domain", "DNS"),
    ("ssh", "SSH"),
    ("bgp", "BGP"),
    ("route", "RIP"),
    ("bootps", "DHCP, BOOTP"),
    ("snmp", "SNMP"),
    ("radius", "RADIUS"),
    ("l2tp", "L2TP"),
]:
    ports = [found for by in ("udp", "tcp") if (found := carried(name, by))]
    print(f"{called:<12} {' and '.join(ports)}")
for name in ["icmp", "igmp", "ospf", "eigrp"]:
    print(f"{name.upper():<12} IP itself, as protocol {socket.getprotobyname(name)}")

secret = "sesame".encode("cp500")  # EBCDIC
print("EBCDIC      ", secret, "is, for everybody,", repr(secret.decode("cp500")))
