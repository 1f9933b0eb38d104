#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A stand-in for Amazon Redshift in tests: a proxy in front of PostgreSQL that carries out COPY … FROM
's3://…' itself, refuses what Redshift refuses, and keeps Redshift's tables of load errors. See README.md.

usage: redshift_stand_in.py --postgres-port N --superuser NAME --s3-endpoint URL
           [--port N] [--role ARN=ACCESS:SECRET]… [--region R] [--certificate FILE --key FILE]
The superuser's password is taken from PGPASSWORD. Says "listening on PORT" when it is ready; without --port the system chooses one."""
import argparse
import socket
import socketserver
import ssl
import sys
from dataclasses import dataclass, field

import wire
from session import Session
from system_tables import SystemTables


@dataclass
class Settings:
    postgres_port: int
    s3_endpoint: str
    region: str
    roles: dict
    system: SystemTables
    tls: ssl.SSLContext = None
    faults: list = field(default_factory=list)  # [statement, kind, times, database]


class Client(socketserver.BaseRequestHandler):
    def handle(self):
        settings, client, backend = self.server.settings, self.request, None
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client, code, startup = self._greet(client)
            backend = socket.create_connection(("127.0.0.1", settings.postgres_port))
            backend.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            backend.sendall(startup)
            if code == wire.CANCEL_REQUEST:
                return
            names = startup[8:].split(b"\0")
            parameters = dict(zip(names[::2], names[1::2]))
            user = parameters.get(b"user", b"").decode()
            database = parameters.get(b"database", b"").decode() or user
            settings.system.prepare(database)
            Session(client, backend, settings, user, database).run()
        except (EOFError, OSError):
            pass
        finally:
            for connection in (client, backend):
                if connection is not None:
                    connection.close()

    def _greet(self, client):
        tls = self.server.settings.tls
        while True:
            code, startup = wire.read_startup(client)
            if code == wire.SSL_REQUEST and tls is not None:
                client.sendall(b"S")
                client = tls.wrap_socket(client, server_side=True)
            elif code in (wire.SSL_REQUEST, wire.GSS_REQUEST):
                client.sendall(b"N")
            else:
                return client, code, startup


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--postgres-port", type=int, required=True)
    parser.add_argument("--superuser", required=True)
    parser.add_argument("--s3-endpoint", required=True)
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--role", action="append", default=[])
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    options = parser.parse_args()
    connect = {"host": "127.0.0.1", "port": options.postgres_port, "user": options.superuser}
    roles = {arn: tuple(keys.split(":", 1)) for arn, keys in (role.split("=", 1) for role in options.role)}
    tls = None
    if options.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.certificate, options.key)
    with Server(("127.0.0.1", options.port), Client) as server:
        server.settings = Settings(options.postgres_port, options.s3_endpoint, options.region, roles,
                                   SystemTables(connect), tls)
        print("listening on %d" % server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
