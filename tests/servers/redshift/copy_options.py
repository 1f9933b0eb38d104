# SPDX-License-Identifier: Apache-2.0
"""COPY … FROM 's3://…' as an object: which options there are, what they take and what excludes what."""
import re
from dataclasses import dataclass, field

from dialect import Refusal, qualified, syntax_error, table_name
from sql_text import NAME, NUMBER, STRING, WORD, closing, lower, visible

# What stands behind an option's name.
_TEXT, _OPTIONAL_TEXT, _NUMBER, _FLAG, _SWITCH = "text", "optional text", "number", "flag", "switch"
_OPTIONS = {
    "DELIMITER": _TEXT, "QUOTE": _TEXT, "NULL": _TEXT, "REGION": _TEXT, "DATEFORMAT": _TEXT, "TIMEFORMAT": _TEXT,
    "ACCEPTINVCHARS": _OPTIONAL_TEXT, "IGNOREHEADER": _NUMBER, "MAXERROR": _NUMBER, "COMPROWS": _NUMBER,
    "MANIFEST": _FLAG, "ESCAPE": _FLAG, "REMOVEQUOTES": _FLAG, "GZIP": _FLAG, "BZIP2": _FLAG, "ZSTD": _FLAG,
    "EMPTYASNULL": _FLAG, "BLANKSASNULL": _FLAG, "TRIMBLANKS": _FLAG, "FILLRECORD": _FLAG,
    "IGNOREBLANKLINES": _FLAG, "TRUNCATECOLUMNS": _FLAG, "ROUNDEC": _FLAG, "ACCEPTANYDATE": _FLAG,
    "EXPLICIT_IDS": _FLAG, "NOLOAD": _FLAG, "COMPUPDATE": _SWITCH, "STATUPDATE": _SWITCH,
    "CREDENTIALS": _TEXT, "ACCESS_KEY_ID": _TEXT, "SECRET_ACCESS_KEY": _TEXT, "SESSION_TOKEN": _TEXT,
}
_UNKNOWN_HERE = {"FIXEDWIDTH", "JSON", "AVRO", "PARQUET", "ORC", "SHAPEFILE", "LZOP", "SSH", "ENCRYPTED",
                 "MASTER_SYMMETRIC_KEY", "READRATIO"}
_NOT_WITH_CSV = ("ESCAPE", "REMOVEQUOTES")
_COMPRESSIONS = ("GZIP", "BZIP2", "ZSTD")
MAX_ERRORS = 100000
_INVALID_CREDENTIALS = ("Invalid credentials. Must be of the format: credentials 'aws_iam_role=...' or "
                        "'aws_access_key_id=...;aws_secret_access_key=...[;token=...]'")


@dataclass
class Copy:
    schema: str = None
    table: str = ""
    columns: list = field(default_factory=list)
    bucket: str = ""
    key: str = ""
    options: dict = field(default_factory=dict)
    access_key: str = ""
    secret_key: str = ""
    token: str = ""
    role: str = ""

    def target(self):
        return qualified(self.schema, self.table)

    def has(self, name):
        return name in self.options

    def get(self, name, default):
        return self.options.get(name, default)


def is_s3_copy(statement):
    seen = visible(statement)
    if not seen or seen[0].upper != "COPY":
        return False
    at = next((i for i, token in enumerate(seen) if token.upper == "FROM"), -1)
    return 0 < at < len(seen) - 1 and seen[at + 1].kind == STRING and seen[at + 1].value().startswith("s3://")


def parse(statement):
    """The COPY that a statement says. Raises Refusal."""
    seen = visible(statement)[1:]
    copy = Copy()
    copy.schema, copy.table, taken = table_name(seen)
    seen = seen[taken:]
    if seen[0].upper == "(":
        end = closing(seen, 0)
        copy.columns = [lower(token.value()) for token in seen[1:end] if token.kind in (NAME, WORD)]
        seen = seen[end + 1:]
    if seen[0].upper != "FROM":
        raise syntax_error(seen[0].text)
    source = re.fullmatch(r"s3://([^/]+)/?(.*)", seen[1].value(), re.S)
    copy.bucket, copy.key = source.groups()
    _read_options(copy, seen[2:])
    _check(copy)
    return copy


def _read_options(copy, rest):
    position = 0

    def peek():
        return rest[position] if position < len(rest) else None

    while position < len(rest):
        token = rest[position]
        position += 1
        name = token.upper
        if token.kind != WORD:
            raise syntax_error(token.text)
        if name in ("WITH", "FORMAT", "AS"):
            continue
        if name in _UNKNOWN_HERE:
            raise Refusal("COPY option %s is not available in this stand-in" % name)
        if name in ("IAM_ROLE", "CSV") and name in copy.options or name in _OPTIONS and name in copy.options:
            raise Refusal("conflicting or redundant options", "42601")
        if peek() is not None and peek().upper == "AS" and name != "FORMAT":
            position += 1
        if name == "CSV":
            copy.options[name] = True
        elif name == "IAM_ROLE":
            value = peek()
            if value is None or not (value.kind == STRING or value.upper == "DEFAULT"):
                raise syntax_error(value.text if value else "end of input")
            copy.role = value.value() if value.kind == STRING else "default"
            copy.options[name] = True
            position += 1
        elif name in _OPTIONS:
            position += _take(copy, name, peek())
        else:
            raise syntax_error(token.text)


def _take(copy, name, value):
    """Reads the value of an option and says how many tokens it took."""
    kind = _OPTIONS[name]
    if kind == _FLAG:
        copy.options[name] = True
        return 0
    if kind == _SWITCH:
        copy.options[name] = value.upper if value is not None and value.kind == WORD else "ON"
        allowed = ("ON", "OFF", "TRUE", "FALSE", "PRESET") if name == "COMPUPDATE" else ("ON", "OFF", "TRUE", "FALSE")
        if copy.options[name] in allowed:
            return 1 if value is not None and value.kind == WORD else 0
        copy.options[name] = "ON"  # the next word is an option of its own
        return 0
    if kind == _OPTIONAL_TEXT and (value is None or value.kind != STRING):
        copy.options[name] = "?"
        return 0
    if value is None or value.kind != (NUMBER if kind == _NUMBER else STRING):
        raise syntax_error(value.text if value is not None else "end of input")
    copy.options[name] = int(value.text) if kind == _NUMBER else value.value()
    return 1


def _control_characters(text):
    """'\\t' and '\\001' as COPY understands them in DELIMITER and NULL AS."""
    text = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m.group(1), 8)), text)
    return {"\\t": "\t", "\\b": "\b", "\\0": "\0"}.get(text, text)


def _check(copy):
    for name in _NOT_WITH_CSV:
        if copy.has("CSV") and copy.has(name):
            raise Refusal("%s is not supported with CSV" % name, "42601")
    if copy.has("QUOTE") and not copy.has("CSV"):
        raise Refusal("QUOTE is only supported with CSV", "42601")
    if sum(copy.has(name) for name in _COMPRESSIONS) > 1:
        raise Refusal("conflicting or redundant options", "42601")
    if copy.get("MAXERROR", 0) > MAX_ERRORS:
        raise Refusal("MAXERROR must be between 0 and %d" % MAX_ERRORS, "22023")
    for name in ("DELIMITER", "NULL"):
        if copy.has(name):
            copy.options[name] = _control_characters(copy.options[name])
    delimiter = copy.get("DELIMITER", "," if copy.has("CSV") else "|")
    if len(delimiter.encode()) != 1 or not delimiter.isascii() or delimiter in "\r\n\\":
        raise Refusal("COPY delimiter must be a single one-byte character", "42601")
    copy.options["DELIMITER"] = delimiter
    if "\n" in copy.get("NULL", "") or "\r" in copy.get("NULL", ""):
        raise Refusal("NULL argument cannot use newline or carriage return", "42601")
    if len(copy.get("ACCEPTINVCHARS", "?").encode()) != 1:
        raise Refusal("ACCEPTINVCHARS replacement must be a single one-byte character", "42601")
    _read_credentials(copy)


def _read_credentials(copy):
    ways = [copy.has("IAM_ROLE"), copy.has("CREDENTIALS"), copy.has("ACCESS_KEY_ID") or copy.has("SECRET_ACCESS_KEY")]
    if sum(ways) != 1:
        raise Refusal(_INVALID_CREDENTIALS, "XX000")
    parts = dict(part.split("=", 1) for part in copy.get("CREDENTIALS", "").split(";") if "=" in part)
    copy.role = copy.role or parts.get("aws_iam_role", "")
    copy.access_key = copy.get("ACCESS_KEY_ID", parts.get("aws_access_key_id", ""))
    copy.secret_key = copy.get("SECRET_ACCESS_KEY", parts.get("aws_secret_access_key", ""))
    copy.token = copy.get("SESSION_TOKEN", parts.get("token", ""))
    if not copy.role and not (copy.access_key and copy.secret_key):
        raise Refusal(_INVALID_CREDENTIALS, "XX000")
