#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs one stand-in for all test programs of ctest, in front of ctest's own PostgreSQL and S3.

  shared_stand_in.py start FOLDER POSTGRES_FOLDER S3_FOLDER   runs it in the background until
  shared_stand_in.py stop FOLDER                              which removes FOLDER as well

Its port is in FOLDER/port once it is ready. Databases are made of the template redshift_template, which has
Redshift's system tables already."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import psycopg2

from system_tables import SystemTables

HERE = pathlib.Path(__file__).resolve().parent
USER = "weir"
TEMPLATE = "redshift_template"
# What RedshiftServer and S3Server of tests/support know.
ROLES = {"arn:aws:iam::123456789012:role/RedshiftLoad": "WEIRTEST:weir/secret+key=",
         "arn:aws:iam::123456789012:role/Guest": "WEIRGUEST:guest-secret"}


def make_template(server):
    connection = psycopg2.connect(dbname="weir", **server)
    connection.autocommit = True
    connection.cursor().execute("CREATE DATABASE " + TEMPLATE)
    connection.close()
    tables = SystemTables(server)
    tables.prepare(TEMPLATE)
    tables.close()


def start(folder, postgres, s3):
    stop(folder)
    folder.mkdir(parents=True)
    port = (postgres / "port").read_text().strip()
    password = (HERE.parent / "postgres" / "password.txt").read_text().splitlines()[0]
    make_template({"host": "127.0.0.1", "port": port, "user": USER, "password": password})
    arguments = [sys.executable, "-B", str(HERE / "redshift_stand_in.py"), "--postgres-port", port, "--superuser", USER,
                 "--s3-endpoint", (s3 / "endpoint").read_text()]
    for role, keys in ROLES.items():
        arguments += ["--role", "%s=%s" % (role, keys)]
    with open(folder / "log", "wb") as log:
        server = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                  env={**os.environ, "PGPASSWORD": password})
    (folder / "pid").write_text(str(server.pid))
    while b"listening on" not in (folder / "log").read_bytes():
        if server.poll() is not None:
            sys.exit((folder / "log").read_text())
        time.sleep(0.02)
    (folder / "port").write_text((folder / "log").read_text().split()[-1])


def stop(folder):
    try:
        os.kill(int((folder / "pid").read_text()), signal.SIGTERM)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        pass
    shutil.rmtree(folder, ignore_errors=True)


def main():
    folders = [pathlib.Path(name).resolve() for name in sys.argv[2:]]
    if sys.argv[1:2] == ["start"] and len(folders) == 3:
        return start(*folders)
    if sys.argv[1:2] == ["stop"] and len(folders) == 1:
        return stop(*folders)
    return sys.exit(__doc__)


if __name__ == "__main__":
    main()
