"""The boundaries of a token's life, at each of which a process may kill itself (SIGKILL)."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

from smsacct import network, token_note
from smsacct.actions import token_store
from smsacct.http import Http
from smsacct.os_keyring import Keyring


class Boundary(NamedTuple):
    """Before or after a call of ``name`` of ``owner``, where its arguments hold a text that ends so."""

    owner: type | ModuleType
    name: str
    after: bool = False
    ending: str = ""


BOUNDARIES: Final = {
    "probe stored": Boundary(Keyring, "write", after=True, ending="/token-probe"),
    "probe removed": Boundary(Keyring, "delete", after=True, ending="/token-probe"),
    "announced": Boundary(token_store.TokenStore, "announce", after=True),
    "before sending": Boundary(Http, "write"),
    "sent, no reply read": Boundary(network._Stream, "read"),
    "reply read": Boundary(Http, "write", after=True),
    "before the entry": Boundary(Keyring, "write", ending="/token"),
    "entry set, not read back": Boundary(Keyring, "_set", after=True, ending="/token"),
    "entry stored": Boundary(Keyring, "write", after=True, ending="/token"),
    "before the note": Boundary(token_note, "write_note"),
    "note half written": Boundary(Path, "replace", ending="eztexting.json"),
    "note written": Boundary(token_note, "write_note", after=True),
    "entry removed": Boundary(Keyring, "delete", after=True, ending="/token"),
    "lock held": Boundary(token_store.TokenStore, "locked", after=True),
}


class Killer:
    """Counts how often a boundary is reached, and ends the process there; below zero, never."""

    def __init__(self, passes: int) -> None:
        self.left = passes

    def reached(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

    def watch(self, boundary: Boundary) -> None:
        real: Callable[..., object] = getattr(boundary.owner, boundary.name)

        def wrapped(*args: object, **named: object) -> object:
            meant = any(str(arg).endswith(boundary.ending) for arg in args if isinstance(arg, str | Path))
            meant = meant or not boundary.ending
            if meant and not boundary.after:
                self.reached()
            answer = real(*args, **named)
            if isinstance(answer, AbstractContextManager):
                return self._inside(answer)
            if meant and boundary.after:
                self.reached()
            return answer

        setattr(boundary.owner, boundary.name, wrapped)

    @contextmanager
    def _inside(self, inner: AbstractContextManager[None]) -> Iterator[None]:
        with inner:
            self.reached()
            yield
