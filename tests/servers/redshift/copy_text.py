# SPDX-License-Identifier: Apache-2.0
"""The rows of a staged file, as COPY reads them. A row is (line, fields, raw): the number of its first
physical line, its fields as bytes or None, and the bytes that it stood in."""
import re


def delimited_rows(data, copy):
    """Text with a delimiter. With ESCAPE the character behind a backslash is taken as it is."""
    delimiter = copy.get("DELIMITER", "|").encode()
    escape = copy.has("ESCAPE")
    null = copy.get("NULL", "\\N").encode()
    quotes = copy.has("REMOVEQUOTES")
    special = b"\\\\" if escape else b""
    plain = re.compile(rb"[^" + re.escape(delimiter) + rb"\r\n\0" + special + rb"]*")
    position, line, size = 0, 1, len(data)
    while position < size:
        first, start, fields = line, position, []
        cooked, raw_start, ended = b"", position, False
        while not ended:
            match = plain.match(data, position)
            cooked += match.group()
            position = match.end()
            byte = data[position:position + 1]
            if byte == b"\\" and escape:
                cooked += data[position + 1:position + 2]
                line += data[position + 1:position + 2] == b"\n"
                position += 2
                continue
            raw = data[raw_start:position]
            fields.append(_field(raw, cooked, null, quotes))
            cooked, ended = b"", byte != delimiter
            position += 1
            raw_start = position
        text = data[start:position - 1]
        if data[position - 1:position + 1] == b"\r\n":
            position += 1
        line += data[position - 1:position] in (b"\n", b"\r")
        yield first, fields, text


def _field(raw, cooked, null, quotes):
    if raw == null or cooked == null:
        return None
    if quotes and len(cooked) > 1 and cooked[:1] == cooked[-1:] and cooked[:1] in (b"'", b'"'):
        return cooked[1:-1]
    return cooked


def csv_rows(data, copy):
    """Comma-separated values: quotes around a field, doubled inside."""
    delimiter = copy.get("DELIMITER", ",").encode()
    quote = copy.get("QUOTE", '"').encode()
    null = copy.get("NULL", "\\N").encode()
    plain = re.compile(rb"[^" + re.escape(delimiter + quote) + rb"\r\n]*")
    position, line, size = 0, 1, len(data)
    while position < size:
        first, start, fields, ended = line, position, [], False
        while not ended:
            value, quoted = b"", data[position:position + 1] == quote
            if quoted:
                value, position = _quoted(data, position + 1, quote)
                line += value.count(b"\n")
            match = plain.match(data, position)
            value += match.group()
            position = match.end()
            fields.append(None if not quoted and value == null else value)
            ended = data[position:position + 1] != delimiter
            position += 1
        text = data[start:position - 1]
        if data[position - 1:position + 1] == b"\r\n":
            position += 1
        line += 1
        yield first, fields, text


def _quoted(data, position, quote):
    value = b""
    while True:
        end = data.find(quote, position)
        if end < 0:
            return value + data[position:], len(data)
        value += data[position:end]
        if data[end + 1:end + 2] != quote:
            return value, end + 1
        value += quote
        position = end + 2


def rows(data, copy):
    """The rows of a file without its header."""
    found = csv_rows(data, copy) if copy.has("CSV") else delimited_rows(data, copy)
    skipped = copy.get("IGNOREHEADER", 0)
    for number, row in enumerate(found):
        if number < skipped or (copy.has("IGNOREBLANKLINES") and row[2] == b""):
            continue
        yield row
