# SPDX-License-Identifier: Apache-2.0
"""SQL as tokens, statements and names: as much as a proxy must understand of it."""
import re
from dataclasses import dataclass

WORD, NAME, STRING, NUMBER, SPACE, OTHER = "word", "name", "string", "number", "space", "other"

_PATTERN = re.compile(
    r"""(?P<space>(?:\s+|--[^\n]*|/\*.*?\*/)+)
      | (?P<string>[eE]?'(?:[^']|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
      | (?P<name>"(?:[^"]|"")*")
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<word>[^\W\d][\w$]*)
      | (?P<other>::|.)""",
    re.X | re.S)


@dataclass
class Token:
    kind: str
    text: str

    def __post_init__(self):
        self.upper = self.text.upper() if self.kind == WORD else self.text if self.kind == OTHER else ""

    def value(self):
        """What stands between the quotes."""
        if self.kind == STRING and self.text.startswith("'"):
            return self.text[1:-1].replace("''", "'")
        if self.kind == NAME:
            return self.text[1:-1].replace('""', '"')
        return self.text


def tokens(sql):
    return [Token(m.lastgroup if m.lastgroup != "tag" else STRING, m.group()) for m in _PATTERN.finditer(sql)]


def visible(items):
    return [item for item in items if item.kind != SPACE]


def text_of(items):
    return "".join(item.text for item in items)


_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def lower(name):
    """A name as Redshift keeps it: A to Z in lower case, with quotes or without."""
    return name.translate(_LOWER)


def fold(items):
    for item in items:
        if item.kind == NAME:
            item.text = lower(item.text)
    return items


def statements(sql):
    """The statements of a text, each as its tokens; empty ones are left out."""
    found, current, depth = [], [], 0
    for token in tokens(sql):
        depth += {"(": 1, ")": -1}.get(token.upper, 0)
        if token.upper == ";" and depth == 0:
            found.append(current)
            current = []
        else:
            current.append(token)
    found.append(current)
    return [statement for statement in found if visible(statement)]


def starts(statement, *words):
    seen = visible(statement)
    return len(seen) >= len(words) and all(seen[i].upper == word for i, word in enumerate(words))


def find(statement, *words):
    """Where the words stand side by side outside of parentheses that belong to no clause; -1 if nowhere."""
    seen = visible(statement)
    for i in range(len(seen) - len(words) + 1):
        if all(seen[i + j].upper == word for j, word in enumerate(words)):
            return i
    return -1


def split_list(items):
    """The parts of a list, cut at the commas of its own level."""
    parts, current, depth = [], [], 0
    for token in items:
        depth += {"(": 1, ")": -1}.get(token.upper, 0)
        if token.upper == "," and depth == 0:
            parts.append(current)
            current = []
        else:
            current.append(token)
    parts.append(current)
    return parts


def closing(items, start):
    """The index of the parenthesis that closes the one at `start`."""
    depth = 0
    for i in range(start, len(items)):
        depth += {"(": 1, ")": -1}.get(items[i].upper, 0)
        if depth == 0:
            return i
    return len(items)


def quote_name(name):
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    return "'" + text.replace("'", "''") + "'"
