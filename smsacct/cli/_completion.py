"""Completion: what the word before the cursor can become, without keyring, network or a command's imports.

The shells call the program with ``_SMSACCT_COMPLETE=<shell>`` and the words of the line. Everything that does
not depend on the machine stands in ``words.tsv``, which ``tools/generate.py`` makes from the commands.
"""

import os

SHELLS = ("bash", "zsh", "fish", "powershell")
WORDS_VARIABLE = "_SMSACCT_WORDS"
TABLE = "words.tsv"

# This file imports next to nothing: a person waits for it at every Tab.
Row = list[str]
"""A line of the table: where (a command, or ``=kind``), the words, the kind of their value, their help."""


def script(shell: str) -> str:
    """Give the completion script of ``shell``, one of ``SHELLS``."""
    from smsacct.cli._shells import SCRIPTS

    return SCRIPTS[shell]


def answer(shell: str, arguments: list[str]) -> None:
    """Write what the last of the words can become, one candidate a line, as ``shell`` wants it.

    The words after the program's name are ``arguments``, or, where that cannot hold an empty one
    (PowerShell), the lines of ``_SMSACCT_WORDS``.
    """
    told = os.environ.get(WORDS_VARIABLE)
    words = arguments if told is None else told.split("\n")
    separator = {"zsh": ":", "fish": "\t", "powershell": "\t"}.get(shell)
    try:
        lines = [
            f"{word}{separator}{text}\n" if separator and text else f"{word}\n"
            for word, text in candidates(read_table(), words)
        ]
        os.write(1, "".join(lines).encode())
    except OSError:
        return  # nothing is offered; a word about it would stand in the line that is being typed


def read_table() -> list[Row]:
    """Read the generated table."""
    with open(os.path.join(os.path.dirname(__file__), TABLE), encoding="utf-8") as file:  # noqa: PTH118, PTH120, PTH123 - pathlib takes as long as all of this
        return [line.rstrip("\n").split("\t") for line in file]


def candidates(table: list[Row], words: list[str]) -> list[tuple[str, str]]:
    """Give each word that the last of ``words`` can become, and what it means."""
    *done, current = _joined(words or [""])
    line = Line(table)
    for word in done:
        line.take(word)
    prefix = ""
    if current.startswith("--") and "=" in current:
        name, _, rest = current.partition("=")
        line.take(name)
        if not line.waits:
            return []
        # bash breaks a word at "=" and wants the value alone; the others want the whole word.
        prefix, current = ("" if "=" in words else f"{name}=", rest)
    return [(prefix + word, text) for word, text in line.next(current) if word.startswith(current)]


def _joined(words: list[str]) -> list[str]:
    """Give the words with ``--name``, ``=``, ``value`` as one, as bash tells them apart."""
    joined: list[str] = []
    for word in words:
        if joined and (word == "=" or joined[-1].endswith("=")) and joined[-1].startswith("--"):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


class Line:
    """A command line as far as it is written."""

    def __init__(self, table: list[Row]) -> None:
        self._table = table
        self._command = ""
        self._rows = self._of("")
        self._pending: Row | None = None  # an option that waits for its value
        self._arguments = 0
        self._used: list[Row] = []
        self._only_arguments = False
        self._values: list[str] = []

    @property
    def waits(self) -> bool:
        """Whether the last word is an option whose value comes next."""
        return self._pending is not None

    def take(self, word: str) -> None:
        """Read one finished word."""
        if self._pending is not None:
            self._values.append(word)
            self._pending = None
        elif word == "--" and not self._only_arguments:
            self._only_arguments = True
        elif word.startswith("--") and not self._only_arguments:
            name, equals, value = word.partition("=")
            self._option(name, value if equals else None)
        elif word.startswith("-") and word != "-" and not self._only_arguments:
            self._letters(word[1:])
        elif self._commands():
            self._command = f"{self._command} {word}".lstrip()
            self._rows = self._of(self._command)
        else:
            self._arguments += 1
            self._values.append(word)

    def next(self, current: str) -> list[tuple[str, str]]:
        """Give what may stand where ``current`` is being written."""
        if self._pending is not None:
            return self._values_of(self._pending[2])
        if current.startswith("-") and not self._only_arguments:
            return [(name, row[3]) for row in self._rows if self._may_stand(row) for name in row[1].split()]
        commands = self._commands()
        if commands:
            return [(row[1], row[3]) for row in commands]
        arguments = [row for row in self._rows if not row[1].startswith("-")]
        return self._values_of(arguments[self._arguments][2]) if self._arguments < len(arguments) else []

    def _of(self, where: str) -> list[Row]:
        return [row for row in self._table if row[0] == where]

    def _commands(self) -> list[Row]:
        return [row for row in self._rows if row[2] == "command"]

    def _may_stand(self, row: Row) -> bool:
        return row[1].startswith("-") and (row not in self._used or row[2].endswith("*"))

    def _option(self, name: str, value: str | None = None) -> None:
        row = next((row for row in self._rows if name in row[1].split()), None)
        if row is None:
            return
        self._used.append(row)
        if row[2] and value is None:
            self._pending = row
        elif value is not None:
            self._values.append(value)

    def _letters(self, letters: str) -> None:
        for number, letter in enumerate(letters, 1):
            self._option(f"-{letter}")
            if self._pending is not None:
                if number < len(letters):
                    self.take(letters[number:])
                return

    def _values_of(self, kind: str) -> list[tuple[str, str]]:
        kind = kind.rstrip("*")
        if kind.startswith("one of "):
            return [(word, "") for word in kind.split()[2:]]
        if kind == "provider":
            return [(provider, "") for provider in _provider_ids()]
        if kind == "profile":
            return _profiles()
        if kind == "method":
            return self._methods()
        return []

    def _methods(self) -> list[tuple[str, str]]:
        """Give the auth methods of the provider that the line names, or of all of them."""
        rows = self._of("=method")
        named = [_provider_of(value) for value in self._values]
        return [(row[1], row[3]) for row in rows if row[3] in named] or [
            (method, "") for method in dict.fromkeys(row[1] for row in rows)
        ]


def _provider_ids() -> list[str]:
    from smsacct import registry

    return list(registry.own_ids())


def _profiles() -> list[tuple[str, str]]:
    """Give the provider ids, which are profiles too, and the config's profiles."""
    return sorted({**dict.fromkeys(_provider_ids(), ""), **_declared()}.items())


def _provider_of(profile: str) -> str:
    return _declared().get(profile, profile)


def _declared() -> dict[str, str]:
    """Give each profile of the config file and its provider, also where a command would refuse the file."""
    import tomllib

    from smsacct import settings

    try:
        with settings.config_path(os.environ).open("rb") as file:
            profiles = tomllib.load(file).get("profiles")
    except (OSError, ValueError, RecursionError):
        return {}
    tables = profiles.items() if isinstance(profiles, dict) else ()
    providers = {name: body.get("provider", name) for name, body in tables if isinstance(body, dict)}
    names = settings.is_name  # nothing else may reach a shell
    return {name: str(told) for name, told in providers.items() if names(name) and names(str(told))}
