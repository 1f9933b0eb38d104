# SPDX-License-Identifier: Apache-2.0
"""Carries a COPY out: reads the files from S3, checks every field and hands the rows to PostgreSQL."""
import json
import re
from dataclasses import dataclass

import copy_text
import copy_values
from dialect import Refusal
from s3_reader import S3Error, S3Reader, inflate
from sql_text import literal, quote_name

_BATCH = 2000


@dataclass
class Load:
    user: str
    database: str
    session: int
    query: int
    table_id: int = 0


@dataclass
class BadRow:
    line: int
    column: object  # copy_values.Column or None
    position: int
    raw: bytes
    field: bytes
    code: int
    reason: str


def _detail(code, context, load):
    bar = "-----------------------------------------------"
    return "\n  %s\n  error:  %s\n  code:      8001\n  context:   %s\n  query:     %d\n  location:  s3_utility.cpp\n  %s\n" % (
        bar, code, context, load.query, bar)


class CopyRun:
    def __init__(self, copy, load, backend, settings):
        self.copy, self.load, self.backend, self.settings = copy, load, backend, settings
        self.columns = []
        self.bad = 0
        self.loaded = 0

    def run(self):
        """Loads all files inside the backend's transaction. Raises Refusal."""
        self._read_columns()
        reader = self._reader()
        try:
            files = self._files(reader)
            for bucket, key in files:
                self._load_file("s3://%s/%s" % (bucket, key), inflate(reader.read(bucket, key), self.copy))
        except S3Error as error:
            raise Refusal(str(error), "XX000", _detail(error, "S3 key being read : s3://%s/%s" % (
                self.copy.bucket, self.copy.key), self.load)) from None

    def _reader(self):
        copy = self.copy
        access, secret, token = copy.access_key, copy.secret_key, copy.token
        if copy.role:
            keys = self.settings.roles.get(copy.role) or (
                next(iter(self.settings.roles.values()), None) if copy.role == "default" else None)
            if keys is None:
                raise Refusal("User arn:aws:redshift:us-east-1:000000000000:dbuser:weir/%s is not authorized to assume "
                              "IAM Role %s" % (self.load.user, copy.role), "XX000")
            access, secret = keys
        region = copy.get("REGION", self.settings.region)
        return S3Reader(self.settings.s3_endpoint, region, access, secret, token)

    def _files(self, reader):
        copy = self.copy
        if not copy.has("MANIFEST"):
            keys = reader.keys(copy.bucket, copy.key)
            if not keys:
                raise S3Error("The specified S3 prefix '%s' does not exist" % copy.key, 404, "NoSuchKey")
            return [(copy.bucket, key) for key in keys]
        try:
            entries = json.loads(reader.read(copy.bucket, copy.key))["entries"]
            found = []
            for entry in entries:
                place = re.fullmatch(r"s3://([^/]+)/(.+)", entry["url"], re.S).groups()
                if self._is_there(reader, place, entry):
                    found.append(place)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Refusal("Invalid manifest file s3://%s/%s" % (copy.bucket, copy.key), "XX000") from None
        return found

    def _is_there(self, reader, place, entry):
        if place[1] not in reader.keys(*place):
            if entry.get("mandatory", False):
                raise S3Error("The specified key does not exist: %s" % entry["url"], 404, "NoSuchKey")
            return False
        wanted = entry.get("meta", {}).get("content_length")
        if wanted is not None and wanted != len(reader.read(*place)):
            raise S3Error("content_length of %s is not its size" % entry["url"], 200, "InvalidManifest")
        return True

    def _read_columns(self):
        sql = ("SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attrelid FROM pg_attribute a "
               "WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum" %
               literal(self.copy.target()))
        rows, error = self.backend.query(sql)
        if error:
            raise Refusal(error["M"], error["C"])
        self.load.table_id = int(rows[0][3]) if rows else 0
        known = {row[0]: copy_values.Column(row[0], row[1], row[2] == "t") for row in rows}
        for name in self.copy.columns:
            if name not in known:
                raise Refusal('column "%s" of relation "%s" does not exist' % (name, self.copy.table), "42703")
        self.columns = [known[name] for name in self.copy.columns] if self.copy.columns else list(known.values())

    def _load_file(self, name, data):
        limit = max(self.copy.get("MAXERROR", 0), 1)
        count, before, good = 0, self.bad, []
        for line, fields, raw in copy_text.rows(data, self.copy):
            count += 1
            row = self._values(line, fields, raw)
            if isinstance(row, BadRow):
                self._refuse(name, row, limit)
            else:
                good.append((line, raw, row))
            if len(good) == _BATCH:
                self._insert(name, good, limit)
                good = []
        self._insert(name, good, limit)
        self.settings.system.add_commit(self.load, name, count, self.bad - before)

    def _refuse(self, name, row, limit):
        self.settings.system.add_error(self.load, name, row)
        self.bad += 1
        if self.bad >= limit:
            raise Refusal("Load into table '%s' failed.  Check 'stl_load_errors' system table for details." %
                          self.copy.table, "XX000")

    def _values(self, line, fields, raw):
        """A row's values, or why there are none."""
        columns = self.columns
        if len(fields) < len(columns):
            if not self.copy.has("FILLRECORD"):
                return BadRow(line, columns[len(fields)], 0, raw, b"", 1214, "Delimiter not found")
            fields = fields + [None] * (len(columns) - len(fields))
        if len(fields) > len(columns):
            return BadRow(line, None, 0, raw, b"", 1202, "Extra column(s) found")
        row = []
        for field, column in zip(fields, columns):
            try:
                row.append(copy_values.value(field, column, self.copy))
            except copy_values.Bad as bad:
                return BadRow(line, column, bad.position, raw, field or b"", bad.code, str(bad))
        return row

    def _insert(self, name, rows, limit):
        if self.copy.has("NOLOAD"):
            return
        names = ", ".join(quote_name(column.name) for column in self.columns)
        while rows:
            text = b"".join(_line(row) for _, _, row in rows)
            self.backend.query("SAVEPOINT rs_copy")
            error = self.backend.copy_in("COPY %s (%s) FROM STDIN" % (self.copy.target(), names), text)
            if not error:
                self.backend.query("RELEASE SAVEPOINT rs_copy")
                self.loaded += len(rows)
                return
            self.backend.query("ROLLBACK TO SAVEPOINT rs_copy")
            place = re.search(r"COPY .*, line (\d+)", error.get("W", ""))
            if not place:
                raise Refusal(error["M"], error["C"])
            line, raw, _ = rows.pop(int(place.group(1)) - 1)
            self._refuse(name, BadRow(line, None, 0, raw, b"", 1216, error["M"]), limit)


def _line(row):
    cells = []
    for cell in row:
        if cell is None:
            cells.append("\\N")
        else:
            cells.append(cell.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r"))
    return ("\t".join(cells) + "\n").encode()
