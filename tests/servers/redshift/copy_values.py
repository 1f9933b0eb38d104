# SPDX-License-Identifier: Apache-2.0
"""Fields of a COPY as values of their columns: what Redshift takes, and the errors of stl_load_errors."""
import datetime
import decimal
import json
import re
from dataclasses import dataclass

_INTEGERS = {"smallint": 15, "integer": 31, "bigint": 63}
_BOOLEANS = {"t", "f", "true", "false", "y", "n", "yes", "no", "1", "0"}
_TYPE_NAMES = {"character varying": "varchar", "character": "char", "timestamp without time zone": "timestamp",
               "timestamp with time zone": "timestamptz", "integer": "int4", "bigint": "int8", "smallint": "int2",
               "double precision": "float8", "real": "float4", "boolean": "bool"}
_FORMATS = [("YYYY", r"(?P<Y>\d{4})"), ("MON", r"(?P<b>[A-Za-z]{3})"), ("MM", r"(?P<m>\d{1,2})"),
            ("DD", r"(?P<d>\d{1,2})"), ("HH24", r"(?P<H>\d{1,2})"), ("HH", r"(?P<H>\d{1,2})"),
            ("MI", r"(?P<M>\d{1,2})"), ("SS", r"(?P<S>\d{1,2}(?:\.\d{1,6})?)"), ("OF", r"(?P<z>[+-]\d{2}(?::?\d{2})?)")]
_DATE = r"(?P<Y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})"
_CLOCK = r"(?P<H>\d{1,2}):(?P<M>\d{1,2})(?::(?P<S>\d{1,2}(?:\.\d{1,6})?))?"
_ZONE = r"(?P<z>Z|[+-]\d{2}(?::?\d{2})?)?"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


class Bad(Exception):
    """A field that does not fit its column."""

    def __init__(self, code, reason, position=0):
        super().__init__(reason)
        self.code, self.position = code, position


@dataclass
class Column:
    name: str
    type: str  # as format_type() says it
    not_null: bool

    def __post_init__(self):
        match = re.fullmatch(r"([a-z ]+?)(?:\((\d+)(?:,(\d+))?\))?( with(?:out)? time zone)?", self.type)
        self.base = (match.group(1) + (match.group(4) or "")) if match else self.type
        self.length = int(match.group(2)) if match and match.group(2) else 0
        self.scale = int(match.group(3) or 0) if match else 0
        self.is_text = self.base in ("character varying", "character")
        self.short_type = _TYPE_NAMES.get(self.base, self.base)

    def shown_length(self):
        return "%d,%d" % (self.length, self.scale) if self.base == "numeric" else str(self.length)


def value(raw, column, copy):
    """The text for PostgreSQL's COPY, or None for NULL. Raises Bad."""
    if raw is not None:
        if copy.has("TRIMBLANKS") and column.base == "character varying":
            raw = raw.rstrip(b" ")
        empty = raw == b"" and (copy.has("EMPTYASNULL") or not column.is_text)
        blank = raw.strip(b" \t") == b"" and copy.has("BLANKSASNULL") and column.is_text
        if empty or blank:
            raw = None
    if raw is None:
        if column.not_null:
            raise Bad(1213, "Missing data for not-null field")
        return None
    if column.is_text:
        return _text(raw, column, copy)
    try:
        text = raw.decode("ascii").strip()
    except UnicodeDecodeError:
        raise Bad(1207, "Invalid digit, Value '%s', Pos 0, Type: %s" % (raw[:1].hex(), column.short_type)) from None
    reader = _READERS.get(column.base)
    return reader(text, column, copy) if reader else text


def _text(raw, column, copy):
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if not copy.has("ACCEPTINVCHARS") or column.base == "character":
            shown = raw[error.start:error.start + 4].hex(" ")
            raise Bad(1220, "String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: %s (error "
                      "%d)" % (shown, 2), error.start) from None
        text = _replace_invalid(raw, copy.get("ACCEPTINVCHARS", "?"))
    encoded = text.encode("utf-8")
    if column.base == "character" and len(encoded) != len(text):
        raise Bad(1215, "CHAR string contains invalid ASCII char '%s'" % encoded[:4].hex(), 0)
    if column.length and len(encoded) > column.length:
        if not copy.has("TRUNCATECOLUMNS"):
            raise Bad(1204, "String length exceeds DDL length", column.length)
        text = encoded[:column.length].decode("utf-8", "ignore")
    return text


def _replace_invalid(raw, replacement):
    text, position = "", 0
    while position < len(raw):
        try:
            return text + raw[position:].decode("utf-8")
        except UnicodeDecodeError as error:
            good = raw[position:position + error.start].decode("utf-8")
            text += good + replacement * (error.end - error.start)
            position += error.end
    return text


def _integer(text, column, copy):
    match = re.fullmatch(r"[+-]?\d+", text)
    if not match:
        at = next((i for i, c in enumerate(text) if not (c.isdigit() or i == 0 and c in "+-")), 0)
        raise Bad(1207, "Invalid digit, Value '%s', Pos %d, Type: %s" % (text[at:at + 1], at, column.base.title()), at)
    bits = _INTEGERS[column.base]
    if not -(1 << bits) <= int(text) < 1 << bits:
        raise Bad(1204, "Overflow, value '%s' is out of range for type %s" % (text[:40], column.short_type))
    return text


def _numeric(text, column, copy):
    try:
        number = decimal.Decimal(text)
    except decimal.InvalidOperation:
        raise Bad(1209, "Invalid DECIMAL value '%s'" % text[:40]) from None
    rounding = decimal.ROUND_HALF_UP if copy.has("ROUNDEC") else decimal.ROUND_DOWN
    with decimal.localcontext() as context:
        context.prec = 100
        number = number.quantize(decimal.Decimal(1).scaleb(-column.scale), rounding=rounding)
        if column.length and abs(number) >= decimal.Decimal(10) ** (column.length - column.scale):
            raise Bad(1204, "Numeric data overflow (result precision)")
    return str(number)


def _float(text, column, copy):
    try:
        float(text)
    except ValueError:
        raise Bad(1208, "Invalid FLOAT value '%s'" % text[:40]) from None
    return text


def _boolean(text, column, copy):
    if text.lower() not in _BOOLEANS:
        raise Bad(1210, "Invalid Boolean value '%s'" % text[:40])
    return text


def _pattern(layout):
    pattern, rest = "", layout
    while rest:
        name = next(((word, part) for word, part in _FORMATS if rest.upper().startswith(word)), None)
        pattern += name[1] if name else re.escape(rest[0])
        rest = rest[len(name[0]) if name else 1:]
    return pattern


def _parts(text, pattern):
    """Checks a date or time and writes it as PostgreSQL reads it; None when it does not fit."""
    match = re.fullmatch(pattern, text)
    if not match:
        return None
    found = match.groupdict()
    month = int(found["m"]) if found.get("m") else _MONTHS.index(found["b"].lower()) + 1
    try:
        day = datetime.date(int(found["Y"]), month, int(found["d"])).isoformat()
    except ValueError:
        return None
    if not found.get("H"):
        return day
    hour, minute, second = int(found["H"]), int(found["M"]), float(found.get("S") or 0)
    if hour > 23 or minute > 59 or second >= 60:
        return None
    zone = found.get("z") or ""
    return "%s %02d:%02d:%s%s" % (day, hour, minute, found.get("S") or "00", "+00" if zone == "Z" else zone)


def _date(text, column, copy):
    layout = copy.get("DATEFORMAT", "YYYY-MM-DD")
    patterns = [_DATE, r"(?P<Y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"] if layout == "auto" else [_pattern(layout)]
    for pattern in patterns:
        found = _parts(text, pattern)
        if found:
            return found[:10]
    if copy.has("ACCEPTANYDATE"):
        return None
    raise Bad(1205, "Invalid Date Format - length must be 10 or more" if len(text) < 10 else
              "Invalid date value '%s'" % text[:40])


def _timestamp(text, column, copy):
    layout = copy.get("TIMEFORMAT", "YYYY-MM-DD HH24:MI:SS")
    if layout in ("epochsecs", "epochmillisecs"):
        return _epoch(text, 1 if layout == "epochsecs" else 1000)
    zone = _ZONE if column.base.endswith("with time zone") or layout == "auto" else ""
    pattern = "%s(?:[ T]%s)?%s" % (_DATE, _CLOCK, zone)
    if layout not in ("auto", "YYYY-MM-DD HH24:MI:SS"):
        pattern = _pattern(layout)
    found = _parts(text, pattern)
    if found:
        return found
    if copy.has("ACCEPTANYDATE"):
        return None
    raise Bad(1206, "Invalid timestamp format or value [%s]" % layout)


def _epoch(text, unit):
    try:
        seconds = decimal.Decimal(text) / unit
        return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=int(seconds * 1000000))).isoformat(" ")
    except (decimal.InvalidOperation, OverflowError):
        raise Bad(1206, "Invalid timestamp format or value [epoch]") from None


def _varbyte(text, column, copy):
    if len(text) % 2 or not re.fullmatch(r"[0-9A-Fa-f]*", text):
        raise Bad(1216, "Invalid hexadecimal value for VARBYTE")
    return "\\x" + text


def _super(text, column, copy):
    try:
        json.loads(text)
    except ValueError:
        raise Bad(1224, "Invalid JSON value for SUPER") from None
    return text


_READERS = {"smallint": _integer, "integer": _integer, "bigint": _integer, "numeric": _numeric, "real": _float,
            "double precision": _float, "boolean": _boolean, "date": _date,
            "timestamp without time zone": _timestamp, "timestamp with time zone": _timestamp, "varbyte": _varbyte,
            "bytea": _varbyte, "super": _super}
