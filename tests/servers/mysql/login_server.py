#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The login of MySQL 8 for tests: what a server of that version says until a client is logged in with
caching_sha2_password, and one row for every SELECT afterwards. Debian has no MySQL 8 server.

    login_server.py FOLDER PASSWORD_FILE [--tls] [--known]

FOLDER is empty and gets keys. The user is weir. --tls offers TLS; --known acts as if the password had been
seen before, so that its hash is enough. Says "listening on PORT" when it is ready, then in lines what happened.
https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html
"""
import argparse
import hashlib
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading

USER = b"weir"
PLUGIN = b"caching_sha2_password"
# https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html
LONG_PASSWORD, FOUND_ROWS, LONG_FLAG, WITH_DB = 1, 2, 4, 8
PROTOCOL_41, TLS, TRANSACTIONS, SECURE = 0x200, 0x800, 0x2000, 0x8000
MULTI_STATEMENTS, MULTI_RESULTS, PLUGIN_AUTH, LENENC_AUTH = 0x10000, 0x20000, 0x80000, 0x200000
BASE = (LONG_PASSWORD | FOUND_ROWS | LONG_FLAG | WITH_DB | PROTOCOL_41 | TRANSACTIONS | SECURE
        | MULTI_STATEMENTS | MULTI_RESULTS | PLUGIN_AUTH | LENENC_AUTH)
FAST_DONE, FULL_WANTED, KEY_WANTED = b"\x01\x03", b"\x01\x04", b"\x02"
OK = b"\x00\x00\x00\x02\x00\x00\x00"
END = b"\xfe\x00\x00\x02\x00"


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def xor(left, right):
    return bytes(a ^ b for a, b in zip(left, right))


class Wire:
    """Packets of the protocol: three bytes of length, one of sequence, the payload."""

    def __init__(self, connection):
        self.connection = connection
        self.sequence = 0

    def send(self, payload):
        header = struct.pack("<I", len(payload))[:3] + bytes([self.sequence & 255])
        self.connection.sendall(header + payload)
        self.sequence += 1

    def take(self, size):
        data = b""
        while len(data) < size:
            more = self.connection.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def receive(self):
        header = self.take(4)
        self.sequence = header[3] + 1
        return self.take(int.from_bytes(header[:3], "little"))


class Server:
    def __init__(self, folder, password, offers_tls, knows_password):
        self.folder, self.password = folder, password
        self.offers_tls, self.knows_password = offers_tls, knows_password

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_keys(self):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], check=True, capture_output=True)
        openssl("genrsa", "-out", self.path("rsa.pem"), "2048")
        if self.offers_tls:
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-keyout", self.path("tls.key"), "-out", self.path("tls.crt"))

    def greeting(self, salt):
        capabilities = BASE | (TLS if self.offers_tls else 0)
        return (b"\x0a8.0.36\x00" + struct.pack("<I", 7) + salt[:8] + b"\x00"
                + struct.pack("<H", capabilities & 0xffff) + b"\xff\x02\x00"
                + struct.pack("<H", capabilities >> 16) + bytes([len(salt) + 1]) + bytes(10)
                + salt[8:] + b"\x00" + PLUGIN + b"\x00")

    def encrypted(self, wire):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path("tls.crt"), self.path("tls.key"))
        wire.connection = context.wrap_socket(wire.connection, server_side=True)

    def from_rsa(self, secret, salt):
        plain = subprocess.run(
            ["openssl", "pkeyutl", "-decrypt", "-inkey", self.path("rsa.pem"), "-pkeyopt",
             "rsa_padding_mode:oaep"], input=secret, capture_output=True, check=False).stdout
        return xor(plain, salt * (len(plain) // len(salt) + 1))

    def log_in(self, wire):
        """Whether the client has the password; tells which way it went."""
        salt = bytes(1 + byte % 120 for byte in os.urandom(20))
        wire.send(self.greeting(salt))
        answer = wire.receive()
        way = "plain"
        if self.offers_tls and len(answer) == 32:
            self.encrypted(wire)
            way = "tls"
            answer = wire.receive()
        end = answer.index(b"\x00", 32)
        user, size = answer[32:end], answer[end + 1]
        scramble, rest = answer[end + 2:end + 2 + size], answer[end + 2 + size:]
        if PLUGIN not in rest:
            wire.send(b"\xfe" + PLUGIN + b"\x00" + salt + b"\x00")
            scramble = wire.receive()
        right_hash = scramble == xor(sha256(self.password), sha256(sha256(sha256(self.password)), salt))
        if user != USER:
            return False, way
        if self.knows_password and right_hash:
            wire.send(FAST_DONE)
            return True, way + " fast"
        wire.send(FULL_WANTED)
        secret = wire.receive()
        if way == "tls":
            return secret == self.password + b"\x00", "tls full"
        if secret != KEY_WANTED:
            return False, "plain without a key"
        public = subprocess.run(["openssl", "rsa", "-in", self.path("rsa.pem"), "-pubout"],
                                capture_output=True, check=True).stdout
        wire.send(b"\x01" + public)
        return self.from_rsa(wire.receive(), salt) == self.password + b"\x00", "rsa full"

    @staticmethod
    def answer(wire, sql):
        if not sql.lstrip().lower().startswith(b"select"):
            wire.send(OK)
            return
        def text(value):
            return bytes([len(value)]) + value
        column = (text(b"def") + text(b"") * 3 + text(b"v") + text(b"") + b"\x0c\x2d\x00"
                  + struct.pack("<I", 100) + b"\xfd\x00\x00\x00\x00\x00")
        for packet in (b"\x01", column, END, text(b"hello"), END):
            wire.send(packet)

    def serve(self, connection):
        wire = Wire(connection)
        try:
            let_in, way = self.log_in(wire)
            print(way if let_in else way + " refused", flush=True)
            if not let_in:
                wire.send(b"\xff" + struct.pack("<H", 1045) + b"#28000Access denied for user 'weir'")
                return
            wire.send(OK)
            while True:
                wire.sequence = 0
                command = wire.receive()
                if command[:1] == b"\x01":
                    return
                self.answer(wire, command[1:])
        except (EOFError, OSError) as error:
            print("lost:", error, flush=True)
        finally:
            wire.connection.close()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder")
    arguments.add_argument("password_file")
    arguments.add_argument("--tls", action="store_true")
    arguments.add_argument("--known", action="store_true")
    given = arguments.parse_args()
    with open(given.password_file, "rb") as file:
        password = file.readline().rstrip(b"\n")
    server = Server(given.folder, password, given.tls, given.known)
    server.make_keys()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(8)
    print(f"listening on {listener.getsockname()[1]}", flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=server.serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
