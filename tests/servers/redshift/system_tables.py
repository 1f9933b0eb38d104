# SPDX-License-Identifier: Apache-2.0
"""The system tables and views of Redshift, kept in pg_catalog by a connection of their own, so that what
they say outlives a ROLLBACK. Everybody sees only what happened in loads of their own."""
import threading

import psycopg2

_SETUP = """
SET allow_system_table_mods = on;
CREATE DOMAIN pg_catalog.varbyte AS bytea;
CREATE DOMAIN pg_catalog.super AS jsonb;
CREATE TABLE pg_catalog.rs_load_errors (usename text, query integer, tbl integer, database text, starttime timestamp,
  filename text, line_number bigint, colname text, type text, col_length text, position integer, raw_line text,
  raw_field_value text, err_code integer, err_reason text, session integer);
CREATE TABLE pg_catalog.rs_load_commits (usename text, query integer, filename text, lines_scanned bigint,
  errors integer, curtime timestamp);
CREATE VIEW pg_catalog.stl_load_errors AS SELECT 100 AS userid, 0 AS slice, tbl, starttime, session, query,
    filename::char(256), line_number, colname::char(127), type::char(10), col_length::char(10), position,
    raw_line::char(1024), raw_field_value::char(1024), err_code, err_reason::char(100), 0 AS is_partial,
    0::bigint AS start_offset
  FROM pg_catalog.rs_load_errors WHERE usename = current_user;
CREATE VIEW pg_catalog.sys_load_error_detail AS SELECT 100 AS user_id, query::bigint AS query_id,
    0::bigint AS transaction_id, session AS session_id, database::char(64) AS database_name, tbl AS table_id,
    starttime AS start_time, filename::char(256) AS file_name, line_number, colname::char(127) AS column_name,
    type::char(10) AS column_type, col_length::char(10) AS column_length, position, err_code AS error_code,
    err_reason::char(512) AS error_message
  FROM pg_catalog.rs_load_errors WHERE usename = current_user;
CREATE VIEW pg_catalog.stl_load_commits AS SELECT 100 AS userid, query, 0 AS slice, filename::char(256),
    lines_scanned, errors, curtime, 1 AS status
  FROM pg_catalog.rs_load_commits WHERE usename = current_user;
CREATE VIEW pg_catalog.svv_relation_privileges AS
  SELECT n.nspname AS namespace_name, c.relname AS relation_name, g.privilege_type, g.grantee AS identity_id,
    coalesce(r.rolname, 'public') AS identity_name,
    CASE WHEN g.grantee = 0 THEN 'public' WHEN r.rolcanlogin THEN 'user' ELSE 'group' END AS identity_type,
    g.is_grantable AS admin_option
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL aclexplode(c.relacl) g LEFT JOIN pg_catalog.pg_roles r ON r.oid = g.grantee
  WHERE c.relkind IN ('r', 'v');
CREATE VIEW pg_catalog.svv_column_privileges AS
  SELECT n.nspname AS namespace_name, c.relname AS relation_name, a.attname AS column_name, g.privilege_type,
    g.grantee AS identity_id, coalesce(r.rolname, 'public') AS identity_name,
    CASE WHEN g.grantee = 0 THEN 'public' WHEN r.rolcanlogin THEN 'user' ELSE 'group' END AS identity_type
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    CROSS JOIN LATERAL aclexplode(a.attacl) g LEFT JOIN pg_catalog.pg_roles r ON r.oid = g.grantee;
GRANT SELECT ON pg_catalog.svv_column_privileges, pg_catalog.stl_load_errors, pg_catalog.sys_load_error_detail, pg_catalog.stl_load_commits,
  pg_catalog.svv_relation_privileges TO public;
"""


class SystemTables:
    """Thread-safe."""

    def __init__(self, connect):
        """`connect` gives the keyword arguments of a superuser's connection, but the database."""
        self._connect, self._lock, self._connections, self._query = connect, threading.Lock(), {}, 100

    def _run(self, database, action):
        """Once more with a new connection when the database was dropped and made anew meanwhile."""
        try:
            return self._do(database, action)
        except psycopg2.OperationalError:
            self._connections.pop(database, None)
            return self._do(database, action)

    def close(self):
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _do(self, database, action):
        if database not in self._connections:
            connection = psycopg2.connect(dbname=database, **self._connect)
            connection.autocommit = True
            self._connections[database] = connection
            cursor = connection.cursor()
            cursor.execute("SELECT 1 FROM pg_catalog.pg_class WHERE relname = 'rs_load_errors'")
            if cursor.fetchone() is None:
                cursor.execute(_SETUP)
        cursor = self._connections[database].cursor()
        cursor.execute("SET allow_system_table_mods = on")
        return action(cursor)

    def prepare(self, database):
        with self._lock:
            self._run(database, lambda cursor: None)

    def next_query(self):
        with self._lock:
            self._query += 1
            return self._query

    def add_error(self, load, file, row):
        """A row of stl_load_errors; `row` is a copy_run.BadRow."""
        text = lambda raw: raw.decode("utf-8", "replace").replace("\0", "")[:1024]
        column = row.column
        values = (load.user, load.query, load.table_id, load.database, file, row.line, column.name if column else "",
                  column.short_type if column else "", column.shown_length() if column else "", row.position,
                  text(row.raw), text(row.field), row.code, row.reason[:100], load.session)
        sql = ("INSERT INTO pg_catalog.rs_load_errors (usename, query, tbl, database, filename, line_number, colname, "
               "type, col_length, position, raw_line, raw_field_value, err_code, err_reason, session, starttime) "
               "VALUES (%s)" % ", ".join(["%s"] * len(values) + ["now()"]))
        with self._lock:
            self._run(load.database, lambda cursor: cursor.execute(sql, values))

    def add_commit(self, load, file, lines, errors):
        sql = "INSERT INTO pg_catalog.rs_load_commits VALUES (%s, %s, %s, %s, %s, now())"
        with self._lock:
            self._run(load.database, lambda cursor: cursor.execute(sql, (load.user, load.query, file, lines, errors)))
