"""The sandbox's state: a JSON object for each provider, in a file that processes share, or in memory."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias

from smsacct.sandbox.jsontext import JSON, dumps, loads

State: TypeAlias = dict[str, JSON]

_BUSY_SECONDS = 60.0
_EMPTY = "{}"


class StoreError(Exception):
    """The state cannot be read or written; the text names the file and what to do."""


class Store:
    """What the twins remember between requests.

    path: the SQLite file, created when something is first written (0600, missing parent folders 0700); None
    keeps everything in memory, for this object alone. Amounts of money are kept as strings.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._memory: dict[str, str] = {}

    def read(self, provider_id: str) -> State:
        """Give a copy of a provider's state, `{}` for none, without the write lock. Raises StoreError."""
        if self._path is None:
            return _state(self._memory.get(provider_id, _EMPTY))
        if not self._path.exists():
            return {}
        with self._translated(), closing(_connect(self._path)) as connection:
            return _state(_select(connection, provider_id))

    @contextmanager
    def transaction(self, provider_id: str) -> Iterator[State]:
        """Give a provider's state to change; saved as a whole, or not at all where the block raises.

        One at a time, over every thread and process; transactions do not nest. Raises StoreError.
        """
        with self._lock:
            if self._path is None:
                yield from self._in_memory(provider_id)
            else:
                yield from self._in_file(self._path, provider_id)

    def reset(self, provider_id: str | None = None) -> None:
        """Forget one provider's state, or every provider's; a damaged file is removed. Raises StoreError."""
        with self._lock:
            if self._path is None:
                for known in [provider_id] if provider_id else list(self._memory):
                    self._memory.pop(known, None)
            elif self._path.exists():
                self._reset_file(self._path, provider_id)

    def _in_memory(self, provider_id: str) -> Iterator[State]:
        state = _state(self._memory.get(provider_id, _EMPTY))
        yield state
        self._memory[provider_id] = dumps(state)

    def _in_file(self, path: Path, provider_id: str) -> Iterator[State]:
        with self._translated():
            _create(path)
            with closing(_connect(path)) as connection, _writing(connection):
                before = _select(connection, provider_id)
                state = _state(before)
                yield state
                after = dumps(state)
                if after != before:
                    connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (provider_id, after))

    def _reset_file(self, path: Path, provider_id: str | None) -> None:
        statement = "DELETE FROM state WHERE ? IN (provider, '')"
        with self._translated():
            try:
                with closing(_connect(path)) as connection, _writing(connection):
                    connection.execute(statement, (provider_id or "",))
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                path.unlink()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"the sandbox's state in {self._path} cannot be used ({error}); "
                "`smsacct sandbox reset` starts a new one"
            ) from error


def table(state: State, name: str) -> dict[str, JSON]:
    """Give the object under a name of a state, put there empty where there is none. Raises StoreError."""
    value = state.setdefault(name, {})
    if not isinstance(value, dict):
        raise StoreError(f"{name} in the sandbox's state is no object; `smsacct sandbox reset` starts anew")
    return value


def rows(state: State, name: str) -> list[JSON]:
    """Give the list under a name of a state, put there empty where there is none. Raises StoreError."""
    value = state.setdefault(name, [])
    if not isinstance(value, list):
        raise StoreError(f"{name} in the sandbox's state is no list; `smsacct sandbox reset` starts anew")
    return value


def number(state: State, name: str, default: int = 0) -> int:
    """Give the integer under a name of a state, the default where there is none. Raises StoreError."""
    value = state.get(name, default)
    if not isinstance(value, int):
        raise StoreError(f"{name} in the sandbox's state is no integer; `smsacct sandbox reset` starts anew")
    return value


def _state(text: str) -> State:
    try:
        value = loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise StoreError("the sandbox's state is no JSON object; `smsacct sandbox reset` starts a new one")
    return value


def _create(path: Path) -> None:
    if path.exists():
        return
    for folder in [folder for folder in reversed(path.parents) if not folder.exists()]:
        folder.mkdir(mode=0o700, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _connect(path: Path) -> sqlite3.Connection:
    # mode=rw: SQLite itself must never create the file, which it would do with the umask's permissions.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
    )
    # A killed process loses nothing without fsync; only a power cut could, and this is a sandbox's state.
    connection.execute("PRAGMA synchronous = OFF")
    return connection


@contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS state (provider TEXT PRIMARY KEY, document TEXT NOT NULL)"
        )
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _select(connection: sqlite3.Connection, provider_id: str) -> str:
    try:
        row = connection.execute("SELECT document FROM state WHERE provider = ?", (provider_id,)).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):  # the file of another process, not yet written to
            return _EMPTY
        raise
    return str(row[0]) if row else _EMPTY
