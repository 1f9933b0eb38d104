#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A PostgreSQL server of its own for tests: own data, own port, TLS offered, gone without a trace.
#   postgres.sh init FOLDER    makes the data in an empty FOLDER; writes its port to FOLDER/port
#   postgres.sh copy FOLDER OTHER  does that much faster, with the data that init made in OTHER
#   postgres.sh run FOLDER     runs the server in the foreground; ends when the caller does
#   postgres.sh start FOLDER   init and run in the background, until
#   postgres.sh stop FOLDER    which removes FOLDER as well
# The superuser is weir, its password stands in password.txt beside this script, the database is weir.
# PostgreSQL refuses to run as root: then the user postgres, or else nobody, owns the data.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
action=${1:?usage: postgres.sh init|copy|run|start|stop FOLDER}
folder=${2:?usage: postgres.sh init|copy|run|start|stop FOLDER}
binaries=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$binaries" ] || { echo "PostgreSQL is not installed; run tools/setup test" >&2; exit 1; }

as_owner=()
if [ "$(id -u)" -eq 0 ]; then
  owner=postgres
  id -u $owner >/dev/null 2>&1 || owner=nobody
  as_owner=(setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups)
fi

give_address() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' >"$folder/port"
  cat >>"$folder/data/postgresql.conf" <<SETTINGS
port = $(cat "$folder/port")
unix_socket_directories = '$folder'
SETTINGS
}

init() {
  mkdir -p "$folder"
  cp "$here/password.txt" "$folder/password.txt"
  if [ ${#as_owner[@]} -gt 0 ]; then chown -R "$owner" "$folder"; fi
  chmod 755 "$folder"
  cd "$folder"
  "${as_owner[@]}" "$binaries/initdb" -D "$folder/data" -U weir --pwfile="$folder/password.txt" \
    --auth=scram-sha-256 -E UTF8 --locale=C.UTF-8 --no-sync >"$folder.log" 2>&1 || { cat "$folder.log" >&2; exit 1; }
  "${as_owner[@]}" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$folder/data/server.key" -out "$folder/data/server.crt" >>"$folder.log" 2>&1
  cp "$folder/data/server.crt" "$folder/server.crt"
  chmod 644 "$folder/server.crt"
  "${as_owner[@]}" tee -a "$folder/data/postgresql.conf" >/dev/null <<SETTINGS
listen_addresses = '127.0.0.1'
ssl = on
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 100
max_wal_size = 2GB
shared_buffers = 64MB
logging_collector = off
SETTINGS
  rm -f "$folder.log"
  # A server of one process makes the database before anybody can connect.
  echo "CREATE DATABASE weir STRATEGY file_copy" |
    "${as_owner[@]}" "$binaries/postgres" --single -D "$folder/data" postgres >/dev/null 2>&1
  cp -a "$folder/data" "$folder/empty"
  give_address
}

copy() {
  local other=$1
  if [ ${#as_owner[@]} -gt 0 ]; then chown "$owner" "$folder"; fi
  chmod 755 "$folder"
  cp -a "$other/empty" "$folder/data"
  cp -a "$other/server.crt" "$folder"
  give_address
}

case $action in
  init) init ;;
  copy) copy "${3:?copy: from where?}" ;;
  run)
    cd "$folder"
    [ ${#as_owner[@]} -gt 0 ] || as_owner=(setpriv)
    exec "${as_owner[@]}" --pdeathsig INT "$binaries/postgres" -D "$folder/data" >"$folder/log" 2>&1
    ;;
  start)
    [ -f "$folder/data/PG_VERSION" ] || init
    cd "$folder"
    "${as_owner[@]}" "$binaries/pg_ctl" -D "$folder/data" -l "$folder/data/log" -w start >/dev/null
    ;;
  stop)
    cd /
    "${as_owner[@]}" "$binaries/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$folder"
    ;;
  *) echo "unknown: $action" >&2; exit 2 ;;
esac
