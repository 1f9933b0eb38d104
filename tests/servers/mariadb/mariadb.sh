#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A MariaDB server of its own for tests: own data, own port, TLS offered, gone without a trace.
#   mariadb.sh init FOLDER    makes the data in an empty FOLDER; writes its port to FOLDER/port
#   mariadb.sh copy FOLDER OTHER  does that much faster, with the data that init made in OTHER
#   mariadb.sh run FOLDER     runs the server in the foreground; ends when the caller does
#   mariadb.sh start FOLDER   init and run in the background, until
#   mariadb.sh stop FOLDER    which removes FOLDER as well
# The user weir may do everything, its password stands in password.txt beside this script; the
# database is weir. The server does not run as root: then the user mysql, or else nobody, owns the data.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
action=${1:?usage: mariadb.sh init|copy|run|start|stop FOLDER}
folder=${2:?usage: mariadb.sh init|copy|run|start|stop FOLDER}
export PATH=$PATH:/usr/sbin
command -v mariadbd mariadb-install-db >/dev/null ||
  { echo "MariaDB is not installed; run tools/setup test" >&2; exit 1; }

as_owner=()
if [ "$(id -u)" -eq 0 ]; then
  owner=mysql
  id -u $owner >/dev/null 2>&1 || owner=nobody
  as_owner=(setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups)
fi

choose_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' >"$folder/port"
}

init() {
  mkdir -p "$folder"
  if [ ${#as_owner[@]} -gt 0 ]; then chown "$owner" "$folder"; fi
  chmod 755 "$folder"
  cd "$folder"
  "${as_owner[@]}" mariadb-install-db --no-defaults --auth-root-authentication-method=normal --skip-test-db \
    --skip-name-resolve --datadir="$folder/data" --innodb-log-file-size=8M >"$folder.log" 2>&1 ||
    { cat "$folder.log" >&2; exit 1; }
  "${as_owner[@]}" openssl req -x509 -newkey rsa:2048 -nodes -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$folder/server.key" -out "$folder/server.crt" >>"$folder.log" 2>&1
  rm -f "$folder.log"
  choose_port
  local password
  password=$(sed -e 's/\\/\\\\/g' -e "s/'/\\\\'/g" "$here/password.txt")
  cat >"$folder/init.sql" <<SQL
CREATE DATABASE IF NOT EXISTS weir CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS weir@'%' IDENTIFIED BY '$password';
GRANT ALL ON *.* TO weir@'%' WITH GRANT OPTION;
SQL
  cp -a "$folder/data" "$folder/empty"
}

copy() {
  local other=$1
  if [ ${#as_owner[@]} -gt 0 ]; then chown "$owner" "$folder"; fi
  chmod 755 "$folder"
  cp -a "$other/empty" "$folder/data"
  cp -a "$other"/server.* "$other/init.sql" "$folder"
  rm -f "$folder/server.pid"
  choose_port
}

server() {
  cd "$folder"
  exec "${as_owner[@]}" "$@" mariadbd --no-defaults --datadir="$folder/data" --socket="$folder/socket" \
    --port="$(cat "$folder/port")" --bind-address=127.0.0.1 --pid-file="$folder/data/pid" \
    --ssl-cert="$folder/server.crt" --ssl-key="$folder/server.key" --init-file="$folder/init.sql" \
    --skip-log-bin --skip-name-resolve --performance-schema=off --max-connections=100 \
    --innodb-buffer-pool-size=64M --innodb-log-file-size=8M --innodb-flush-log-at-trx-commit=0 \
    --innodb-doublewrite=0 --character-set-server=latin1 >"$folder/data/log" 2>&1 </dev/null
}

case $action in
  init) init ;;
  copy) copy "${3:?copy: from where?}" ;;
  run)
    [ ${#as_owner[@]} -gt 0 ] || as_owner=(setpriv)
    server --pdeathsig TERM
    ;;
  start)
    [ -d "$folder/data/mysql" ] || init
    (server setsid) &
    echo $! >"$folder/server.pid"
    for _ in $(seq 600); do
      [ -S "$folder/socket" ] && exit 0
      sleep 0.05
    done
    cat "$folder/data/log" >&2
    exit 1
    ;;
  stop)
    if [ -f "$folder/server.pid" ]; then
      kill -KILL "$(cat "$folder/server.pid")" 2>/dev/null || true
    fi
    rm -rf "$folder"
    ;;
  *) echo "unknown: $action" >&2; exit 2 ;;
esac
