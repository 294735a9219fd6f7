"""A keyring for the tests that lies in a folder and outlives a process, with switches that make it fail.

``TEST_KEYRING`` names the folder. ``switch`` in it may hold, one a line: ``fail-read``, ``fail-write``,
``lose-writes`` and ``hang``, each for every entry or, behind a space, for those that end so. ``calls`` gets a
line for each call.
"""

import json
import os
import threading
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.compat import properties
from keyring.errors import KeyringError, PasswordDeleteError

Entries = dict[str, str]


class Folder:
    """The folder of such a keyring: what it holds, and how it is to fail."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def entries(self) -> Entries:
        file = self.path / "entries.json"
        found: Entries = json.loads(file.read_text()) if file.exists() else {}
        return found

    @entries.setter
    def entries(self, entries: Entries) -> None:
        # Replaced as a whole: a process may be killed here at any moment.
        fresh = self.path / f"entries.{os.getpid()}.{threading.get_ident()}"
        fresh.write_text(json.dumps(entries))
        fresh.replace(self.path / "entries.json")

    def switch(self, *lines: str) -> None:
        (self.path / "switch").write_text("\n".join(lines))

    @property
    def calls(self) -> list[str]:
        file = self.path / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def is_on(self, word: str, entry: str) -> bool:
        file = self.path / "switch"
        lines = file.read_text().splitlines() if file.exists() else []
        found = [line.partition(" ")[2] for line in lines if line.split()[0] == word]
        return any(entry.endswith(ending) for ending in found)

    def called(self, line: str) -> None:
        with (self.path / "calls").open("a") as file:
            file.write(line + "\n")


class FileKeyring(KeyringBackend):
    @properties.classproperty
    def priority(cls) -> float:  # noqa: N805 - keyring's own way to write it
        return 1

    @property
    def folder(self) -> Folder:
        return Folder(Path(os.environ["TEST_KEYRING"]))

    def get_password(self, service: str, username: str) -> str | None:
        self._begin("read", username)
        return self.folder.entries.get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._begin("write", username)
        if not self.folder.is_on("lose-writes", username):
            self.folder.entries = {**self.folder.entries, f"{service}/{username}": password}

    def delete_password(self, service: str, username: str) -> None:
        self._begin("delete", username)
        entries = self.folder.entries
        if entries.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError
        self.folder.entries = entries

    def _begin(self, doing: str, entry: str) -> None:
        self.folder.called(f"{doing} {entry}")
        if self.folder.is_on("hang", entry):
            threading.Event().wait()
        if self.folder.is_on(f"fail-{doing}", entry):
            raise KeyringError
