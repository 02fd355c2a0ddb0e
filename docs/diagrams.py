"""The diagrams of chapters 1 to 4: writes docs/src/book/*.svg. Run it after a change: python3 docs/diagrams.py

All is drawn in currentColor without a background, so that it can be read in dark and light.
"""

import math
import pathlib
import sys

BOOK = pathlib.Path(__file__).parent / "src" / "book"
W = 720


def svg(name, height, title, body, width=W):
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="100%" style="max-width: {width}px" role="img" font-family="sans-serif" font-size="14" fill="currentColor" stroke="none">'
    made = head + f"\n<title>{title}</title>\n" + "\n".join(body) + "\n</svg>\n"
    if "--check" not in sys.argv:
        (BOOK / name).write_text(made)
    elif (BOOK / name).read_text() != made:
        sys.exit(f"{name} differs; try: python3 docs/diagrams.py")


def rect(x, y, w, h, fill=0.0, dash="", rx=3):
    d = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{rx}" fill="currentColor" fill-opacity="{fill}" stroke="currentColor"{d}/>'


def text(x, y, s, anchor="start", size=None, bold=False, mono=False, italic=False):
    a = f' text-anchor="{anchor}"' if anchor != "start" else ""
    a += f' font-size="{size}"' if size else ""
    a += ' font-weight="bold"' if bold else ""
    a += ' font-family="monospace"' if mono else ""
    a += ' font-style="italic"' if italic else ""
    return f'<text x="{x}" y="{y}"{a}>{s}</text>'


def line(x1, y1, x2, y2, dash=""):
    d = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="currentColor"{d}/>'


def head(x, y, dx, dy):
    n = math.hypot(dx, dy); dx, dy = dx/n, dy/n
    p = [(x, y), (x-9*dx-4*dy, y-9*dy+4*dx), (x-9*dx+4*dy, y-9*dy-4*dx)]
    return '<polygon points="' + " ".join(f"{a:.1f},{b:.1f}" for a, b in p) + '"/>'


def arrow(x1, y1, x2, y2, dash=""):
    return line(x1, y1, x2, y2, dash) + head(x2, y2, x2-x1, y2-y1)


def path(points, dash=""):
    d = f' stroke-dasharray="{dash}"' if dash else ""
    pts = " ".join(f"{x},{y}" for x, y in points)
    (x1, y1), (x2, y2) = points[-2:]
    return f'<polyline points="{pts}" fill="none" stroke="currentColor"{d}/>' + head(x2, y2, x2-x1, y2-y1)

# 1 layers
b = [text(8, 18, "layer", bold=True), text(120, 18, "what it hands down", bold=True), text(480, 18, "unit, and from whom to whom", bold=True)]
rows = [
 ("application", [(330, 60, "hello", 5, .0)], "data: what two programs agreed on"),
 ("transport", [(270, 60, "UDP", 8, .25), (330, 60, "hello", 5, 0)], "segment, datagram: process to process"),
 ("internet", [(200, 70, "IP", 20, .15), (270, 60, "UDP", 8, 0), (330, 60, "hello", 5, 0)], "packet: machine to machine"),
 ("link", [(120, 80, "Ethernet", 14, .08), (200, 70, "IP", 20, 0), (270, 60, "UDP", 8, 0), (330, 60, "hello", 5, 0), (390, 70, "check", 4, .08)], "frame: over one link"),
]
y = 36
for name, cells, unit in rows:
    b.append(text(8, y+25, name))
    for x, w, s, n, f in cells:
        b += [rect(x, y, w, 40, f, rx=0), text(x+w/2, y+18, s, "middle"), text(x+w/2, y+34, f"{n} bytes", "middle", size=11)]
    b.append(text(480, y+25, unit, size=12))
    y += 62
    if name != "link":
        b.append(arrow(360, y-21, 360, y-1))
b.append(arrow(360, y-21, 360, y-1))
b += [text(8, y+20, "the medium"), text(360, y+20, "0110 1000 0110 0101 ...", "middle", mono=True), text(500, y+20, "bits: cable, glass fibre, radio", size=12)]
b.append(text(8, y+56, "Sending, each layer puts its own header (grey) in front. Receiving, each layer takes it off again.", italic=True))
svg("layers.svg", y+70, "What each layer adds to five bytes of data: UDP 8, IP 20, Ethernet 14 in front and 4 behind", b)

# 2 demultiplexing
b = [text(110, 20, "client machine 192.0.2.7", "middle", bold=True), text(560, 20, "server machine 198.51.100.1", "middle", bold=True)]
b += [rect(10, 32, 200, 250, dash="4 3"), rect(430, 32, 280, 250, dash="4 3")]
for i in range(4):
    y = 50 + i*56
    b += [rect(25, y, 80, 36, .08), text(65, y+23, f"program {i+1}", "middle", size=13)]
    b += [rect(125, y, 72, 36, .2), text(161, y+23, f"{13401+i}", "middle")]
    b += [line(105, y+18, 125, y+18)]
    b += [line(197, y+18, 330, 150+i*8)]
for i in range(4):
    y = 104 + i*44
    b += [line(330, 150+i*8, 440, 150+i*8)]
    b += [arrow(500, 150+i*8, 548, y+15)]
    b += [rect(548, y, 152, 30, .08), text(624, y+20, f"from port {13401+i}", "middle", size=13)]
b += [rect(440, 138, 60, 48, .2), text(470, 160, "port", "middle"), text(470, 178, "80", "middle")]
b += [rect(548, 50, 152, 34), text(624, 72, "listening socket", "middle", size=13)]
b += [text(320, 84, "source 13401", "middle", size=12), text(320, 100, "destination 80", "middle", size=12)]
b += [text(10, 308, "One port, five sockets. For each segment the kernel looks up all four numbers: both addresses and both ports.", italic=True)]
svg("demultiplexing.svg", 322, "Four clients with ports 13401 to 13404 and a server with port 80: the server has one listening socket and one socket for each client", b)

# 3 calls
b = [text(170, 20, "server", "middle", bold=True), text(540, 20, "client", "middle", bold=True)]
S = [("socket", 36), ("bind", 86), ("listen", 136), ("accept", 236), ("read, write", 306), ("close", 396)]
C = [("socket", 86), ("connect", 186), ("write, read", 306), ("close", 396)]


def col(x, items):
    for i, (s, y) in enumerate(items):
        b.append(rect(x-70, y, 140, 30, .1)); b.append(text(x, y+20, s, "middle"))
        if i + 1 < len(items): b.append(arrow(x, y+30, x, items[i+1][1]))
col(170, S); col(540, C)
b += [path([(470, 201), (300, 201), (300, 160), (242, 153)]), text(360, 194, "SYN, SYN-ACK, ACK", "middle", size=12)]
b += [arrow(240, 315, 468, 315), arrow(470, 327, 242, 327), text(355, 307, "bytes", "middle", size=12)]
b += [arrow(470, 405, 242, 405), arrow(240, 417, 468, 417), text(355, 397, "FIN, ACK", "middle", size=12)]
b += [text(20, 55, "makes an", size=12), text(20, 69, "end point", size=12), text(20, 105, "gives it", size=12), text(20, 119, "address, port", size=12), text(20, 155, "kernel takes", size=12), text(20, 169, "connections", size=12), text(20, 250, "waits for", size=12), text(20, 264, "one of them", size=12)]
b += [text(625, 105, "the kernel", size=12), text(625, 119, "picks a port", size=12)]
b += [line(252, 36, 262, 36), line(262, 36, 262, 142), line(252, 142, 262, 142), text(270, 80, "TcpListener::bind", mono=True, size=13), text(270, 97, "is these three calls", size=12)]
b += [path([(100, 411), (90, 411), (90, 251), (98, 251)], "3 3"), text(20, 345, "the next", size=12), text(20, 359, "client", size=12)]
b += [text(620, 205, "TcpStream::", mono=True, size=12), text(620, 220, "connect", mono=True, size=12)]
svg("calls.svg", 440, "The calls of a server: socket, bind, listen, accept, read and write, close; of a client: socket, connect, write and read, close", b)

# 4 states
b = []
P = {"CLOSED": (300, 16), "LISTEN": (90, 86), "SYN-SENT": (510, 86), "SYN-RECEIVED": (90, 166), "ESTABLISHED": (300, 246),
     "FIN-WAIT-1": (90, 326), "CLOSE-WAIT": (510, 326), "FIN-WAIT-2": (90, 406), "CLOSING": (300, 366), "LAST-ACK": (510, 406), "TIME-WAIT": (300, 446), "CLOSED ": (510, 496)}
for s, (x, y) in P.items():
    bold = s.strip() in ("LISTEN", "ESTABLISHED", "TIME-WAIT", "CLOSE-WAIT")
    b += [rect(x, y, 130, 32, .2 if bold else .06, rx=8), text(x+65, y+21, s.strip(), "middle", size=13, bold=bold)]


def lab(x, y, call, seg, anchor="start"):
    out = []
    if call: out.append(text(x, y, call, anchor, size=12, bold=True))
    if seg: out.append(text(x, y + (14 if call else 0), seg, anchor, size=12))
    return out
b += [path([(300, 32), (155, 32), (155, 84)])] + lab(170, 50, "bind, listen", "")
b += [path([(430, 32), (575, 32), (575, 84)])] + lab(560, 50, "connect", "send SYN", "end")
b += [arrow(155, 118, 155, 164)] + lab(145, 138, "", "SYN comes: send SYN, ACK", "start") 
b[-1] = text(165, 145, "SYN comes: send SYN-ACK", size=12)
b += [path([(155, 198), (155, 254), (298, 254)])] + [text(165, 226, "ACK comes: accept finds it", size=12)]
b += [path([(575, 118), (575, 254), (432, 254)])] + [text(565, 180, "SYN-ACK comes: send ACK,", "end", size=12), text(565, 194, "connect returns", "end", size=12)]
b += [path([(300, 270), (155, 270), (155, 324)])] + lab(165, 290, "close (this side first)", "send FIN")
b += [path([(430, 270), (575, 270), (575, 324)])] + [text(565, 294, "FIN comes: send ACK,", "end", size=12), text(565, 308, "read gives 0", "end", size=12)]
b += [arrow(155, 358, 155, 404), text(145, 385, "ACK comes", "end", size=12)]
b += [arrow(575, 358, 575, 404)] + lab(585, 377, "close", "send FIN")
b += [arrow(575, 438, 575, 494), text(585, 470, "ACK comes", size=12)]
b += [path([(155, 438), (155, 462), (298, 462)]), text(150, 480, "FIN comes: send ACK", "start", size=12)]
b += [path([(220, 342), (365, 342), (365, 364)]), text(372, 346, "FIN comes", size=12)]
b += [arrow(365, 398, 365, 444), text(375, 425, "ACK comes", size=12)]
b += [path([(365, 478), (365, 512), (508, 512)]), text(375, 506, "a minute or more later", size=12)]
b += [text(10, 550, "Bold on the arrows: the calls of a program. Everything else the kernel does by itself.", italic=True)]
svg("states.svg", 564, "The states of a TCP connection and the calls that move between them", b)

# 5 half-close
b = [text(130, 20, "client", "middle", bold=True), text(590, 20, "server", "middle", bold=True), line(130, 30, 130, 318), line(590, 30, 590, 318)]


def msg(y, left, right, s, l2r=True):
    b.append(arrow(132, y, 588, y+22) if l2r else arrow(588, y, 132, y+22))
    b.append(text(360, y-1, s, "middle", size=13))
    if left: b.append(text(122, y+5 if l2r else y+27, left, "end", size=12))
    if right: b.append(text(600, y+27 if l2r else y+5, right, size=12))
msg(44, "write", "read: 15", '"how many words "')
msg(84, "write", "read: 9", '"are these"')
msg(124, "shutdown", "read: 0", "FIN: this direction has ended")
b += [text(122, 143, "(Write)", "end", size=12)]
msg(184, "read: 7", "write", '"5 words"', False)
msg(224, "read: 0", "close", "FIN: this one too", False)
b += [rect(140, 166, 440, 100, .05, dash="4 3"), text(360, 286, "half-closed: only the server sends", "middle", size=12, italic=True)]
svg("half-close.svg", 326, "Half-close: the client ends its direction, reads the answer, and then sees the end of the other direction", b)

# 6 slices
stream = "HELLO-FROM JESSE\\nWHO\\nSEND ECHOBOT HELLO WORLD\\n"
cells = []
i = 0
while i < len(stream):
    if stream[i] == "\\": cells.append("\\n"); i += 2
    else: cells.append(stream[i]); i += 1
assert len(cells) == 46, len(cells)
w = 15
x0 = 15
b = [text(x0, 18, "four reads: how they came", size=13, bold=True)]
cuts = [(0, 14), (14, 21), (21, 35), (35, 46)]
for a, e in cuts:
    b += [rect(x0+a*w+1, 28, (e-a)*w-2, 26, .12), text(x0+(a+e)/2*w, 46, f"read: {e-a}", "middle", size=12)]
for k, c in enumerate(cells):
    b += [f'<rect x="{x0+k*w}" y="60" width="{w}" height="26" fill="{"currentColor" if c == chr(92)+"n" else "none"}" fill-opacity="0.25" stroke="currentColor" stroke-width="0.5"/>', text(x0+k*w+w/2, 77, c.replace(" ", "&#160;"), "middle", size=11, mono=True)]
for a, e, s in [(0, 17, "line 1"), (17, 21, "line 2"), (21, 46, "line 3")]:
    b += [rect(x0+a*w+1, 92, (e-a)*w-2, 26, .0), text(x0+(a+e)/2*w, 110, s, "middle", size=12)]
b += [text(x0, 138, "three lines: what they mean. The ends of the reads and the ends of the lines agree only by chance.", size=13, bold=True)]
svg("slices.svg", 150, "46 bytes in four reads of 14, 7, 14 and 11 bytes, which are three lines of 17, 4 and 25 bytes", b)
