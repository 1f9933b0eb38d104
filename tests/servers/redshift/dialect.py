# SPDX-License-Identifier: Apache-2.0
"""What Redshift's SQL refuses or means differently, as a rewriting of statements for PostgreSQL."""
from sql_text import (NAME, SPACE, STRING, WORD, Token, closing, find, fold, lower, quote_name, split_list, starts,
                      text_of, tokens, visible)

MAX_VARCHAR, DEFAULT_VARCHAR, MAX_CHAR, MAX_NAME = 65535, 256, 4096, 127
_UNSUPPORTED_TYPES = {"JSON", "JSONB", "UUID", "BYTEA", "SERIAL", "BIGSERIAL", "MONEY", "XML", "INET", "CIDR",
                      "HSTORE", "TSVECTOR", "BIT", "MACADDR", "POINT", "NAME"}
_UNSUPPORTED_STATEMENTS = [("CREATE", "INDEX"), ("CREATE", "UNIQUE", "INDEX"), ("DROP", "INDEX"), ("REINDEX",),
                           ("CREATE", "TRIGGER"), ("CREATE", "SEQUENCE"), ("CREATE", "TYPE"),
                           ("CREATE", "DOMAIN"), ("CREATE", "EXTENSION"), ("LISTEN",), ("NOTIFY",),
                           ("CREATE", "TABLESPACE"), ("CREATE", "RULE"), ("CREATE", "POLICY")]


class Refusal(Exception):
    """A statement that Redshift does not take."""

    def __init__(self, message, code="0A000", detail=None):
        super().__init__(message)
        self.code, self.detail = code, detail


def syntax_error(near):
    return Refusal('syntax error at or near "%s"' % near, "42601")


def refuse_unknown_statements(statement):
    for words in _UNSUPPORTED_STATEMENTS:
        if starts(statement, *words):
            raise Refusal('SQL command "%s" not supported on Redshift tables.' % text_of(statement).strip()[:80])
    if starts(statement, "COPY"):
        raise Refusal("LOAD source is not supported. (Hint: only S3 or DynamoDB or EMR based load is allowed)")


def refuse_unknown_clauses(statement):
    for words in (("ON", "CONFLICT"), ("RETURNING",), ("DISTINCT", "FROM"), ("NULLS", "NOT", "DISTINCT")):
        if find(statement, *words) >= 0:
            raise syntax_error(words[0].lower())
    if find(statement, "DISTINCT", "ON") >= 0:
        raise Refusal("SELECT DISTINCT ON is not supported")
    if find(statement, "FROM", "(", "VALUES") >= 0:
        raise syntax_error("values")
    if (starts(statement, "INSERT") or starts(statement, "CREATE")) and find(statement, "GENERATE_SERIES") >= 0:
        raise Refusal("Specified types or functions (one per INFO message) not supported on Redshift tables.")
    for token in statement:
        if token.kind == NAME and len(token.value().encode()) > MAX_NAME:
            raise Refusal("identifier %s is longer than %d bytes" % (token.text, MAX_NAME), "42622")


def map_type(items, column):
    """A column's type and constraints; `items` begins with the type."""
    seen = visible(items)
    name = seen[0].upper if seen else ""
    if name in _UNSUPPORTED_TYPES or find(items, "[") >= 0:
        raise Refusal('Column "%s" has unsupported type "%s".' % (column, name.lower()))
    has_length = len(seen) > 1 and seen[1].upper == "("
    if name == "TEXT":
        return _replace(items, 1, "varchar(%d)" % DEFAULT_VARCHAR)
    if name == "SUPER":
        return _replace(items, 1, "super")
    if name == "VARBYTE":
        return _replace(items, 4 if has_length else 1, "varbyte")
    if name in ("VARCHAR", "NVARCHAR") or [t.upper for t in seen[:2]] == ["CHARACTER", "VARYING"]:
        at = 2 if name == "CHARACTER" else 1
        if len(seen) <= at or seen[at].upper != "(":
            return _replace(items, at, "varchar(%d)" % DEFAULT_VARCHAR)
        length = MAX_VARCHAR if seen[at + 1].upper == "MAX" else int(seen[at + 1].text)
        if not 0 < length <= MAX_VARCHAR:
            raise Refusal("length for type character varying cannot exceed %d" % MAX_VARCHAR, "22023")
        return _replace(items, at + 3, "varchar(%d)" % length)
    if name in ("CHAR", "BPCHAR", "CHARACTER", "NCHAR") and has_length and int(seen[2].text) > MAX_CHAR:
        raise Refusal("length for type character cannot exceed %d" % MAX_CHAR, "22023")
    return items


def _replace(items, count, text):
    """The first `count` visible tokens as another text."""
    rest = list(items)
    while count > 0 and rest:
        if rest.pop(0).kind != SPACE:
            count -= 1
    return tokens(text + " ") + rest


def _without(items, *words):
    """The tokens without a phrase and the parentheses behind it."""
    at = find(items, *words)
    if at < 0:
        return items
    seen = visible(items)
    end = at + len(words)
    if end < len(seen) and seen[end].upper == "(":
        end = closing(seen, end) + 1
    return _spaced(seen[:at] + seen[end:])


def _spaced(items):
    spaced = []
    for item in items:
        spaced += [item, Token(SPACE, " ")]
    return spaced


def _column(items):
    """One line of a CREATE TABLE, for PostgreSQL. Keys are not enforced, so they are only NOT NULL."""
    seen = visible(items)
    if seen[0].upper == "LIKE":
        for i, token in enumerate(seen):
            if token.upper in ("INCLUDING", "EXCLUDING") and seen[i + 1].upper != "DEFAULTS":
                raise syntax_error(seen[i + 1].text)
        return items
    if find(items, "CHECK") >= 0:
        raise Refusal("CHECK constraints are not supported")
    name = seen[0].value()
    rest = _spaced(seen[1:])
    is_key = find(rest, "PRIMARY", "KEY") >= 0
    for words in (("PRIMARY", "KEY"), ("UNIQUE",), ("DISTKEY",), ("SORTKEY",)):
        rest = _without(rest, *words)
    at = find(rest, "REFERENCES")
    if at >= 0:
        rest = _spaced(visible(rest)[:at])
    at = find(rest, "ENCODE")
    if at >= 0:
        plain = visible(rest)
        rest = _spaced(plain[:at] + plain[at + 2:])
    if find(rest, "IDENTITY") >= 0:
        rest = _without(rest, "IDENTITY") + tokens(" GENERATED BY DEFAULT AS IDENTITY")
    if is_key and find(rest, "NOT", "NULL") < 0:
        rest += tokens(" NOT NULL")
    return [seen[0], Token(SPACE, " ")] + map_type(rest, name)


def _create_table(statement):
    seen = visible(statement)
    open_at = next((i for i, token in enumerate(seen) if token.upper in ("(", "AS")), len(seen))
    if open_at == len(seen) or seen[open_at].upper == "AS":
        return statement
    end = closing(seen, open_at)
    columns, keys = [], []
    for part in split_list(seen[open_at + 1:end]):
        words = [token.upper for token in part]
        if words[:1] == ["CONSTRAINT"]:
            part, words = part[2:], words[2:]
        if words[:2] == ["PRIMARY", "KEY"]:
            keys = [lower(token.value()) for token in part[3:] if token.kind in (NAME, WORD)]
        elif words[:1] not in (["UNIQUE"], ["FOREIGN"]):
            columns.append(part)
    lines = []
    for part in columns:
        line = _column(_spaced(part))
        if lower(part[0].value()) in keys and find(line, "NOT", "NULL") < 0:
            line += tokens(" NOT NULL")
        lines.append(text_of(line))
    behind = _spaced(seen[end + 1:])
    for words in (("COMPOUND",), ("INTERLEAVED",), ("SORTKEY", "AUTO"), ("SORTKEY",), ("DISTKEY",),
                  ("ENCODE", "AUTO")):
        behind = _without(behind, *words)
    for word in ("DISTSTYLE", "BACKUP"):
        at = find(behind, word)
        if at >= 0:
            plain = visible(behind)
            behind = _spaced(plain[:at] + plain[at + 2:])
    return tokens("%s(%s) %s" % (text_of(_spaced(seen[:open_at])), ", ".join(lines), text_of(behind)))


def _alter_table(statement, in_transaction):
    seen = visible(statement)
    at = find(statement, "ADD", "COLUMN")
    if at >= 0:
        if [token.upper for token in seen[at + 2:at + 5]] == ["IF", "NOT", "EXISTS"]:
            raise syntax_error("not")
        if len(split_list(seen)) > 1:
            raise syntax_error(",")
        return _spaced(seen[:at + 2]) + _column(_spaced(seen[at + 2:]))
    at = find(statement, "ALTER", "COLUMN")
    if at >= 0:
        if in_transaction:
            raise Refusal("ALTER TABLE ALTER COLUMN cannot run inside a transaction block", "25001")
        if len(split_list(seen)) > 1:
            raise syntax_error(",")
        if find(statement, "TYPE") < 0 or seen[find(statement, "TYPE") + 1].upper not in ("VARCHAR", "CHARACTER"):
            raise Refusal("only the length of a VARCHAR column can be altered")
        kind = find(statement, "TYPE") + 1
        return _spaced(seen[:kind]) + map_type(_spaced(seen[kind:]), seen[at + 2].value())
    return statement


def rewrite(statement, in_transaction):
    """The statement for PostgreSQL. Raises Refusal."""
    statement = fold(statement)
    refuse_unknown_statements(statement)
    refuse_unknown_clauses(statement)
    if starts(statement, "CREATE") and 0 < find(statement, "TABLE") <= 4:
        return _create_table(statement)
    if starts(statement, "ALTER", "TABLE"):
        return _alter_table(statement, in_transaction)
    for i, token in enumerate(statement):  # CAST(x AS text) and x::text are VARCHAR, too
        if token.upper == "TEXT" and i > 0 and statement[i - 1].upper == "::":
            statement[i] = Token(WORD, "varchar")
    return statement


def table_name(items):
    """("schema" or None, "table", tokens taken) of a name at the start of visible tokens."""
    first = lower(items[0].value())
    if len(items) > 2 and items[1].upper == "." and items[2].kind in (NAME, WORD):
        return first, lower(items[2].value()), 3
    return None, first, 1


def qualified(schema, table):
    return (quote_name(schema) + "." if schema else "") + quote_name(table)


__all__ = ["Refusal", "STRING", "qualified", "rewrite", "syntax_error", "table_name"]
