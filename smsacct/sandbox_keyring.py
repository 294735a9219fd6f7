"""The keyring of the sandbox: a stand-in with the same methods that keeps entries in a file of its own."""

import json
from pathlib import Path
from typing import Final

from smsacct.deadline import Deadline
from smsacct.errors import ConfigError
from smsacct.os_keyring import UNATTENDED, Keyring
from smsacct.state import locked, write_whole

_PLACE: Final = "the sandbox's keyring"


class SandboxKeyring(Keyring):
    """Entries by name in the file ``path`` (0600), safe across processes; nothing of the user's is touched.

    Each method raises ``ConfigError`` where the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(None, {}, seconds=UNATTENDED, tell=lambda _line: None)
        self._path = path

    @property
    def place(self) -> str:
        """Where entries are stored, in words for a person."""
        return _PLACE

    def read(self, entry: str, instead: str | None = None) -> str | None:
        """Give the text of ``entry``, or ``None`` where there is no such entry."""
        del instead
        return self._entries().get(entry)

    def write(self, entry: str, value: str, instead: str | None = None) -> None:
        """Store ``value`` as ``entry``, replacing what was there."""
        del instead
        self._change(entry, value)

    def delete(self, entry: str, instead: str | None = None) -> None:
        """Remove ``entry``; where there is none, that is fine."""
        del instead
        if entry in self._entries():
            self._change(entry, None)

    def _change(self, entry: str, value: str | None) -> None:
        with locked(self._path.with_suffix(".lock"), Deadline(UNATTENDED)):
            entries = {**self._entries(), entry: value}
            kept = {name: text for name, text in entries.items() if text is not None}
            write_whole(self._path, json.dumps(kept))

    def _entries(self) -> dict[str, str]:
        try:
            entries: object = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            entries = None
        if not isinstance(entries, dict):
            raise ConfigError(f"{self._path} cannot be read", hint="start anew with `smsacct sandbox reset`")
        return {str(name): text for name, text in entries.items() if isinstance(text, str)}
