"""A small writer of man pages: text with `commands` in it becomes roff that renders without warnings."""

import re
from collections.abc import Iterable
from typing import Final

_ESCAPES: Final = {
    "\\": r"\e",
    "-": r"\-",
    "~": r"\(ti",
    "^": r"\(ha",
    "`": r"\(ga",
    "'": r"\(aq",
    "…": "...",
}
_CODE: Final = re.compile(r"`([^`]+)`")


class Page:
    """A man page as it is written, line by line."""

    def __init__(self, name: str, section: int, version: str, manual: str) -> None:
        self._lines = [f'.TH {name} {section} "" "{version}" "{manual}"', ".nh", ".ad l"]

    def heading(self, text: str) -> None:
        """Begin a section."""
        self._lines.append(f".SH {_quoted(text)}")

    def subheading(self, text: str) -> None:
        """Begin a part of a section."""
        self._lines.append(f".SS {_quoted(text)}")

    def paragraph(self, text: str) -> None:
        """Add a paragraph; what stands in backticks is set in bold."""
        self._lines += [".PP", _line(text)]

    def term(self, term: str, text: str) -> None:
        """Add a term, such as an option, and what it means."""
        self._lines += [".TP", _bold(term), _line(text)]

    def verbatim(self, lines: Iterable[str]) -> None:
        """Add lines that are kept as they stand."""
        self._lines += [".PP", ".RS 4", ".nf", *(_line(line) for line in lines), ".fi", ".RE"]

    def usage(self, text: str) -> None:
        """Add a command line that may be long."""
        self._lines += [".PP", _bold(text)]

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"


def _line(text: str) -> str:
    """Give ``text`` as one line of roff that begins with no control character."""
    parts = _CODE.split(text)
    line = "".join(_bold(part) if number % 2 else _plain(part) for number, part in enumerate(parts))
    return f"\\&{line}" if line.startswith((".", "'")) else line


def _bold(text: str) -> str:
    return f"\\fB{_plain(text)}\\fR"


def _plain(text: str) -> str:
    return "".join(_ESCAPES.get(letter) or _ascii(letter) for letter in text)


def _ascii(letter: str) -> str:
    return letter if letter.isascii() else f"\\[u{ord(letter):04X}]"


def _quoted(text: str) -> str:
    return f'"{_plain(text)}"'
