"""Names, ports and addresses, with the functions of the course's Python."""

import socket

# ANCHOR: names
print("getservbyname('ssh')      ", socket.getservbyname("ssh"))
print("getservbyport(80)         ", socket.getservbyport(80))
print("gethostbyname('localhost')", socket.gethostbyname("localhost"))
print("getaddrinfo('::1', 7007)  ")
for family, kind, proto, canonical, address in socket.getaddrinfo("::1", 7007, type=socket.SOCK_STREAM):
    print("   ", family.name, kind.name, proto, repr(canonical), address)
# ANCHOR_END: names

tcp = socket.socket()
print("socket()                  ", tcp.family.name, tcp.type.name, tcp.proto)
tcp.close()
