# SPDX-License-Identifier: Apache-2.0
"""One client's session: its statements, rewritten, refused, carried out here or passed on."""
import select
import ssl

import wire
from copy_options import is_s3_copy, parse
from copy_run import CopyRun, Load
from dialect import Refusal, rewrite, syntax_error
from sql_text import NUMBER, SPACE, STRING, Token, starts, statements, text_of, visible

VERSION = ("PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), "
           "Redshift 1.0.78890")
_IDLE, _OPEN, _FAILED = b"I", b"T", b"E"
_CONFLICT_DETAIL = ("Serializable isolation violation on table - 100271, transactions forming the cycle are: 3, 4 "
                    "(pid:7)")


class Lost(EOFError):
    """The connection is to break now."""


class Session:
    def __init__(self, client, backend, settings, user, database):
        self.client, self.backend, self.settings = client, backend, settings
        self.user, self.database = user, database
        self.status = _IDLE
        self.last_copy, self.last_count = -1, 0
        self.process = 0

    # ---- talking to PostgreSQL -----------------------------------------------------------------
    def query(self, sql):
        """Runs a statement that the client does not see. Gives its rows and its error, if any."""
        self.backend.sendall(wire.message(b"Q", sql.encode() + b"\0"))
        rows, error = [], None
        while True:
            kind, body = wire.read_message(self.backend)
            if kind == b"D":
                rows.append(wire.read_row(body))
            elif kind == b"E":
                error = wire.read_fields(body)
            elif kind == b"Z":
                self.status = body
                return rows, error

    def copy_in(self, sql, data):
        self.backend.sendall(wire.message(b"Q", sql.encode() + b"\0"))
        error = None
        while True:
            kind, body = wire.read_message(self.backend)
            if kind == b"G":
                for start in range(0, len(data), 65536):
                    self.backend.sendall(wire.message(b"d", data[start:start + 65536]))
                self.backend.sendall(wire.message(b"c"))
            elif kind == b"E":
                error = wire.read_fields(body)
            elif kind == b"Z":
                self.status = body
                return error

    def _relay(self, with_ready=True):
        """Passes an answer on until it ends. Says whether there was no error."""
        good = True
        while True:
            kind, body = wire.read_message(self.backend)
            if kind == b"Z":
                self.status = body
                if with_ready:
                    self.client.sendall(wire.message(kind, body))
                return good
            if kind == b"E":
                good = False
            self.client.sendall(self._seen(kind, body))

    def _seen(self, kind, body):
        """A message of PostgreSQL as Redshift would have sent it."""
        if kind == b"S" and body.startswith(b"server_version\0"):
            body = b"server_version\x008.0.2\0"
        if kind == b"K":
            self.process = int.from_bytes(body[:4], "big")
        if kind == b"E" and wire.read_fields(body).get("C") == "40001":
            return wire.error("1023", "XX000", _CONFLICT_DETAIL)
        return wire.message(kind, body)

    def _fail(self, refusal):
        """Tells the client of an error and leaves an open transaction aborted."""
        if self.status == _OPEN:
            self.query("SELECT 1/0")
        self.client.sendall(wire.error(str(refusal), refusal.code, refusal.detail))

    # ---- one statement -------------------------------------------------------------------------
    def _rewritten(self, statement):
        return text_of(self._with_functions(rewrite(statement, self.status != _IDLE)))

    def _with_functions(self, statement):
        """Functions that only Redshift has, as their values."""
        values = {"PG_LAST_COPY_ID": (NUMBER, "(%d)" % self.last_copy),
                  "PG_LAST_COPY_COUNT": (NUMBER, "(%d)" % self.last_count), "VERSION": (STRING, "'%s'::text" % VERSION)}
        items, position = [], 0
        while position < len(statement):
            token = statement[position]
            behind = [item for item in statement[position + 1:position + 6] if item.kind != SPACE]
            if token.upper in values and [item.upper for item in behind[:2]] == ["(", ")"]:
                items.append(Token(*values[token.upper]))
                while statement[position].upper != ")":
                    position += 1
            else:
                items.append(token)
            position += 1
        return items

    def _is_special(self, statement):
        words = ("STAND_IN", "TRUNCATE", "COMMIT", "END")
        return is_s3_copy(statement) or any(starts(statement, word) for word in words)

    def _run(self, statement):
        """Carries one statement out and sends its answer without the end. Says whether it went well."""
        try:
            if starts(statement, "STAND_IN"):
                return self._set_fault(statement)
            if is_s3_copy(statement):
                return self._with_fault("COPY", lambda: self._copy(statement))
            sql = self._rewritten(statement)
        except Refusal as refusal:
            self._fail(refusal)
            return False
        if starts(statement, "COMMIT") or starts(statement, "END"):
            return self._with_fault("COMMIT", lambda: self._pass_on(sql))
        if not starts(statement, "TRUNCATE"):
            return self._pass_on(sql)
        good = self._pass_on(sql)
        if good and self.status == _OPEN:
            self.query("COMMIT")  # TRUNCATE commits the transaction that it stands in
        return good

    def _pass_on(self, sql):
        self.backend.sendall(wire.message(b"Q", sql.encode() + b"\0"))
        return self._relay(with_ready=False)

    def _set_fault(self, statement):
        """STAND_IN FAIL COPY|COMMIT WITH CONFLICT|ERROR|DROP|LOST [TIMES n], STAND_IN CLEAR: what goes wrong with
        the next statements of whoever comes to this database."""
        words = [token.upper or token.text for token in visible(statement)[1:]]
        if words[:1] == ["CLEAR"]:
            self.settings.faults[:] = [fault for fault in self.settings.faults if fault[3] != self.database]
        elif words[:1] == ["FAIL"] and words[2:3] == ["WITH"]:
            times = int(words[5]) if words[4:5] == ["TIMES"] else 1
            self.settings.faults.append([words[1], words[3], times, self.database])
        else:
            raise syntax_error("STAND_IN")
        self.client.sendall(wire.complete("STAND_IN"))
        return True

    def _with_fault(self, name, action):
        fault = next((fault for fault in self.settings.faults
                      if fault[0] == name and fault[2] > 0 and fault[3] == self.database), None)
        if fault is None or self.status == _FAILED:
            return action()
        fault[2] -= 1
        if fault[1] == "DROP":
            raise Lost
        if fault[1] == "LOST":
            self.client.setblocking(True)
            self.client = _Silent()
            action()
            raise Lost
        if name == "COMMIT":
            self.query("ROLLBACK")
        conflict = fault[1] == "CONFLICT"
        self._fail(Refusal("1023" if conflict else "Assert", "XX000", _CONFLICT_DETAIL if conflict else None))
        return False

    def _copy(self, statement):
        if self.status == _FAILED:
            raise Refusal("current transaction is aborted, commands ignored until end of transaction block", "25P02")
        copy = parse(statement)
        own = self.status == _IDLE
        load = Load(self.user, self.database, self.process, self.settings.system.next_query())
        if own:
            self.query("BEGIN")
        run = CopyRun(copy, load, self, self.settings)
        try:
            run.run()
        except Refusal:
            if run.bad:
                self.last_copy = load.query  # before any row was read there is no id
            if own:
                self.query("ROLLBACK")
            raise
        if own:
            self.query("COMMIT")
        self.last_copy, self.last_count = load.query, run.loaded
        told = "Load into table '%s' completed, %d record(s) %s successfully." % (
            copy.table, run.loaded, "scanned" if copy.has("NOLOAD") else "loaded")
        self.client.sendall(wire.notice(told))
        if run.bad:
            self.client.sendall(wire.notice("Load into table '%s' completed, %d record(s) could not be loaded.  Check "
                                            "'stl_load_errors' system table for details." % (copy.table, run.bad)))
        self.client.sendall(wire.complete("COPY"))
        return True

    # ---- the protocol --------------------------------------------------------------------------
    def _ready(self):
        self.client.sendall(wire.message(b"Z", self.status))

    def _simple(self, sql):
        found = statements(sql)
        if len(found) == 1 and starts(found[0], "SHOW", "SERVER_VERSION"):
            found = statements("SELECT '8.0.2'::text AS server_version")
        if not found or (len(found) == 1 and not self._is_special(found[0])):
            try:
                text = self._rewritten(found[0]) if found else ""
            except Refusal as refusal:
                self._fail(refusal)
                return self._ready()
            self.backend.sendall(wire.message(b"Q", text.encode() + b"\0"))
            return self._relay()
        # Several statements of one message are one transaction, unless they say otherwise.
        wraps = len(found) > 1 and self.status == _IDLE and not any(starts(one, "BEGIN") for one in found)
        if wraps:
            self.query("BEGIN")
        good = all(self._run(statement) for statement in found)
        if wraps and self.status != _IDLE:
            self.query("COMMIT" if good else "ROLLBACK")
        return self._ready()

    def _extended(self, messages):
        """What came up to a Sync."""
        parse_at = next((i for i, (kind, _) in enumerate(messages) if kind == b"P"), None)
        if parse_at is not None:
            name, sql, rest = messages[parse_at][1].split(b"\0", 2)
            found = statements(sql.decode())
            if len(found) == 1 and self._is_special(found[0]):
                return self._special(messages, found[0])
            try:
                text = self._rewritten(found[0]) if found else ""
            except Refusal as refusal:
                self._fail(refusal)
                return self._ready()
            messages[parse_at] = (b"P", name + b"\0" + text.encode() + b"\0" + rest)
        self.backend.sendall(b"".join(wire.message(*item) for item in messages))
        return self._relay()

    def _special(self, messages, statement):
        answers = {b"P": b"1", b"B": b"2", b"D": b"n"}
        for kind, _ in messages:
            if kind in answers:
                self.client.sendall(wire.message(answers[kind]))
            elif kind == b"E":
                self._run(statement)
        return self._ready()

    def _login(self):
        """Passes messages both ways until the first ReadyForQuery."""
        while True:
            ready = [self.client] if isinstance(self.client, ssl.SSLSocket) and self.client.pending() else \
                select.select([self.client, self.backend], [], [])[0]
            if self.backend in ready:
                kind, body = wire.read_message(self.backend)
                self.client.sendall(self._seen(kind, body))
                if kind == b"Z":
                    return
            if self.client in ready:
                self.backend.sendall(wire.message(*wire.read_message(self.client)))

    def run(self):
        self._login()
        # As on Redshift, whatever a transaction reads must not have been changed by another meanwhile.
        self.query("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        pending = []
        while True:
            kind, body = wire.read_message(self.client)
            if kind == b"X":
                return
            if kind == b"Q":
                self._simple(body[:-1].decode())
            elif kind == b"S":
                self._extended(pending + [(kind, body)])
                pending = []
            elif kind != b"H":
                pending.append((kind, body))


class _Silent:
    """A client that does not get its answers any more."""

    def sendall(self, data):
        pass
