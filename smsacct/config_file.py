"""Changes to ``config.toml``: comments and order are kept, and what would not load is never written."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from smsacct import settings
from smsacct.deadline import Deadline
from smsacct.errors import ConfigError, SmsacctError, UsageError
from smsacct.redact import printable
from smsacct.state import locked, write_whole

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Table

_OURS: Final = "written by smsacct auth login"
_WHOLE_NUMBERS: Final = frozenset(key for key, kind in settings.PROFILE_KEYS.items() if kind is int)


class ConfigFile:
    """The file at ``path``; ``providers`` are the ids that there are, ``lock`` keeps two writers apart."""

    def __init__(self, path: Path, providers: Collection[str], lock: Path, deadline: Deadline) -> None:
        self._path = path
        self._providers = providers
        self._lock = lock
        self._deadline = deadline

    def record(self, name: str, provider: str) -> bool:
        """Add the profile ``name``; gives whether it was not there before. Raises ``ConfigError``."""
        with self._edited() as document:
            profiles = _table(document, "profiles")
            if name in profiles:
                return False
            profile = _new_table()
            profile.comment(_OURS)
            profile["provider"] = provider
            profiles[name] = profile
            return True

    def forget(self, name: str) -> bool:
        """Take out the profile ``name`` where `auth login` wrote it and nothing else was added to it."""
        if not self._path.exists():
            return False
        with self._edited() as document:
            profiles = _table(document, "profiles")
            profile = profiles.get(name)
            if profile is None or set(profile) != {"provider"} or _OURS not in profile.trivia.comment:
                return False
            if document.get("default_profile") == name:
                return False  # a setting that the user made needs it
            profiles.remove(name)
            if not profiles:
                document.remove("profiles")
            return True

    def set(self, key: str, value: str) -> None:
        """Set the dotted ``key``; raises ``ConfigError`` or ``UsageError`` where it would not load."""
        path = key.split(".")
        if not all(path) or len(path) not in {1, 3} or (len(path) == 3) != (path[0] == "profiles"):
            raise UsageError(
                f"{printable(key)!r} is no key of a setting",
                hint="as in default_profile, or profiles.marketing.card",
            )
        with self._edited() as document:
            table = document if len(path) == 1 else _table(_table(document, "profiles"), path[1])
            if path[-1] in _WHOLE_NUMBERS and value.isascii() and value.isdigit():
                table[path[-1]] = int(value)
            else:
                table[path[-1]] = value

    @contextmanager
    def _edited(self) -> "Iterator[TOMLDocument]":
        """Give the document to be changed; it is written where it changed and still loads."""
        import tomlkit

        # A link into a folder of dot files stays a link.
        path = self._path.resolve()
        with locked(self._lock, self._deadline):
            settings.load(path, self._providers)
            before = path.read_bytes().decode() if path.exists() else ""  # its line ends are the user's
            document = tomlkit.parse(before)
            yield document
            after = tomlkit.dumps(document)
            if after == before:
                return
            self._check(after)
            write_whole(path, after)

    def _check(self, text: str) -> None:
        try:
            settings.parse(text, self._path, self._providers)
        except SmsacctError as error:
            problem = error.message.removeprefix(f"{self._path}: ")
            raise ConfigError(f"not written: {problem}", hint=error.hint) from None


def _new_table() -> "Table":
    import tomlkit

    return tomlkit.table()


def _table(parent: "TOMLDocument | Table", name: str) -> "Table":
    if name not in parent:
        table = _new_table()
        parent[name] = table
    found: object = parent[name]
    if not isinstance(found, type(_new_table())):
        raise ConfigError(f"{printable(name)} is no plain table", hint="write it as [profiles.NAME]")
    return found
