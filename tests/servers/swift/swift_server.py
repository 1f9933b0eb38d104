#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""OpenStack Swift with its S3 interface as a server for tests: own folder, own ports, no root.

  swift_server.py run FOLDER     runs in the foreground and ends when its caller does
  swift_server.py start FOLDER   runs in the background until
  swift_server.py stop FOLDER    which removes FOLDER as well

The address is in FOLDER/endpoint once the server is ready. Access keys, all of one account:
WEIRTEST / weir/secret+key= may do everything, WEIRGUEST / guest-secret nothing.
Needs the Debian packages swift-proxy, swift-account, swift-container and swift-object.
"""
import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
SERVERS = ("account", "container", "object", "proxy")
PATIENCE = 60  # seconds that a start may take on a busy machine
LIFETIME = 3 * 3600  # a server that everybody forgot ends by itself

SWIFT_CONF = """[swift-hash]
swift_hash_path_suffix = weir
swift_hash_path_prefix = weir
[storage-policy:0]
name = gold
default = yes
[swift-constraints]
max_file_size = 5368709122
"""

DEFAULTS = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}/etc
devices = {folder}/srv
mount_check = false
disable_fallocate = true
log_level = ERROR
recon_cache_path = {folder}/cache
"""

STORAGE = """[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
[{kind}-replicator]
[{kind}-updater]
[{kind}-auditor]
"""

PROXY = """[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
paste.filter_factory = swift_filters:cache_factory
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
max_upload_part_num = 10000
[filter:tempauth]
use = egg:swift#tempauth
user_weir_tester = weir/secret+key= .admin
user_weir_guest = guest-secret
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
"""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def configure(folder, ports):
    import pwd

    for name in ("etc", "srv/d1", "cache", "log"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    etc = folder / "etc"
    (etc / "swift.conf").write_text(SWIFT_CONF)
    user = pwd.getpwuid(os.getuid()).pw_name
    for kind, port in zip(SERVERS, ports):
        text = DEFAULTS.format(port=port, user=user, folder=folder)
        text += PROXY if kind == "proxy" else STORAGE.format(kind=kind)
        (etc / f"{kind}.conf").write_text(text)


def patch_swift(folder):
    """Points Swift at its folder and takes out what a test server has no use for."""
    import swift.common.utils as utils

    utils.SWIFT_CONF_FILE = str(folder / "etc" / "swift.conf")
    import swift.common.storage_policy as storage_policy
    import swift.common.wsgi as wsgi
    from swift.common.middleware import s3api, slo, tempauth  # noqa: F401: every child needs them
    import swift.account.server
    import swift.container.server
    import swift.obj.server
    import swift.proxy.server
    import swift_filters

    storage_policy.reload_storage_policies()
    utils.drop_privileges = lambda *unused, **more: None
    wsgi.drop_privileges = utils.drop_privileges
    os.fsync = lambda descriptor: None  # nothing here has to outlive the machine
    os.fdatasync = os.fsync
    utils.fdatasync = os.fsync
    utils.fsync = os.fsync
    swift_filters.allow_conditional_create()
    swift_filters.add_access_keys({"WEIRTEST": "weir:tester", "WEIRGUEST": "weir:guest"})
    return wsgi


def make_rings(folder, ports):
    from swift.common.ring import RingBuilder

    for kind, port in zip(SERVERS[:3], ports):
        builder = RingBuilder(2, 1, 0)
        builder.add_dev({
            "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1",
            "replication_port": port, "device": "d1", "weight": 1.0, "meta": "",
        })
        builder.rebalance()
        builder.get_ring().save(str(folder / "etc" / f"{kind}.ring.gz"))


def end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def serve(folder, kind, wsgi):
    end_with_parent()
    log = os.open(str(folder / "log" / f"{kind}.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    status = wsgi.run_wsgi(str(folder / "etc" / f"{kind}.conf"), f"{kind}-server")
    os._exit(status or 0)


def is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def wait_until_ready(ports, children):
    deadline = time.monotonic() + PATIENCE
    while not all(is_open(port) for port in ports):
        ended, _ = os.waitpid(-1, os.WNOHANG)
        if ended in children or time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def run(folder):
    sys.path.insert(0, str(HERE))
    ports = free_ports(len(SERVERS))
    configure(folder, ports)
    # Everything is imported once; the servers are copies of this process.
    wsgi = patch_swift(folder)
    make_rings(folder, ports)
    children = []
    for kind in SERVERS:
        child = os.fork()
        if child == 0:
            serve(folder, kind, wsgi)
        children.append(child)

    def end(*unused):
        for child in children:
            os.kill(child, signal.SIGKILL)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if not wait_until_ready(ports, children):
        print(f"Swift does not start; see {folder}/log", file=sys.stderr)
        end()
    ready = folder / "endpoint.new"
    ready.write_text(f"http://127.0.0.1:{ports[-1]}")
    ready.rename(folder / "endpoint")
    (folder / "pid").write_text(str(os.getpid()))
    deadline = time.monotonic() + LIFETIME
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(1)
    end()


def start(folder):
    stop(folder)
    folder.mkdir(parents=True)
    with open(folder / "start.log", "wb") as log:
        server = subprocess.Popen([sys.executable, __file__, "run-alone", str(folder)], stdin=subprocess.DEVNULL,
                                  stdout=log, stderr=log, start_new_session=True)
    while not (folder / "pid").exists():
        if server.poll() is not None:
            sys.exit((folder / "start.log").read_text() or f"Swift ended with status {server.returncode}")
        time.sleep(0.02)


def stop(folder):
    try:
        os.kill(int((folder / "pid").read_text()), signal.SIGTERM)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        pass
    shutil.rmtree(folder, ignore_errors=True)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("run", "run-alone", "start", "stop"):
        sys.exit(__doc__)
    action, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    if action == "start":
        return start(folder)
    if action == "stop":
        return stop(folder)
    if action == "run":
        end_with_parent()
    try:
        import swift.common.wsgi  # noqa: F401
    except ImportError as missing:
        sys.exit(f"Swift is not installed ({missing}); run tools/setup test")
    folder.mkdir(parents=True, exist_ok=True)
    run(folder)


if __name__ == "__main__":
    main()
