# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's messages (protocol 3.0), as much of them as a proxy reads and writes itself."""
import struct

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102


def receive(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def read_message(connection):
    head = receive(connection, 5)
    return head[:1], receive(connection, struct.unpack(">I", head[1:])[0] - 4)


def read_startup(connection):
    size = struct.unpack(">I", receive(connection, 4))[0]
    body = receive(connection, size - 4)
    return struct.unpack(">I", body[:4])[0], struct.pack(">I", size) + body


def message(kind, body=b""):
    return kind + struct.pack(">I", len(body) + 4) + body


def error(text, code="XX000", detail=None):
    fields = [b"SERROR", b"VERROR", b"C" + code.encode(), b"M" + text.encode()]
    if detail:
        fields.append(b"D" + detail.encode())
    return message(b"E", b"\0".join(fields) + b"\0\0")


def notice(text):
    return message(b"N", b"\0".join([b"SINFO", b"VINFO", b"C00000", b"M" + text.encode()]) + b"\0\0")


def complete(tag):
    return message(b"C", tag.encode() + b"\0")


def read_fields(body):
    """The fields of an error or notice by their letters."""
    return {part[:1].decode(): part[1:].decode("utf-8", "replace") for part in body.split(b"\0") if part}


def read_row(body):
    count, position, row = struct.unpack(">H", body[:2])[0], 2, []
    for _ in range(count):
        size = struct.unpack(">i", body[position:position + 4])[0]
        position += 4
        row.append(None if size < 0 else body[position:position + size].decode("utf-8", "replace"))
        position += max(size, 0)
    return row
