"""Where a profile's token is kept: the keyring's entry, which counts, and the note that says it is there.

Order of writing, so that a process may end between any two steps: the note says that a token may be stored,
then the entry is written, then the note is completed; the entry goes before the note does.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from smsacct import token_note
from smsacct.actions.times import iso
from smsacct.context import Context
from smsacct.deadline import Deadline
from smsacct.errors import ConfigError
from smsacct.models import TokenPair
from smsacct.settings import Profile
from smsacct.state import locked
from smsacct.token_note import FailureKind, Note

DUE: Final = timedelta(minutes=5)
"""A token with less than this left is renewed before it is used (contract: under 5 minutes)."""

_CLOCK_WENT_BACK: Final = timedelta(minutes=1)  # a token from the future: the clock is not to be believed
_PROBE: Final = "smsacct asks whether it can store a token"


class Kept(NamedTuple):
    """A stored token: each half until it is forgotten, its ends, and fingerprints of whom it was made for."""

    access: str | None
    refresh: str | None
    expires_at: datetime
    refresh_expires_at: datetime
    issued_at: datetime
    made_for: tuple[str, str]

    def __repr__(self) -> str:
        return f"Kept(expires_at={self.expires_at!r})"

    @property
    def tokens(self) -> list[str]:
        """The halves that there are."""
        return [token for token in (self.access, self.refresh) if token is not None]

    def alive(self, now: datetime) -> bool:
        """Whether, by the clock, the access token can still be used."""
        return self.access is not None and self.issued_at - _CLOCK_WENT_BACK <= now < self.expires_at

    def due(self, now: datetime) -> bool:
        """Whether the access token is to be renewed before it is used."""
        return not self.alive(now) or self.expires_at - now < DUE


class TokenStore:
    """The token of one profile. ``read`` asks the keyring; nothing else does but what writes."""

    def __init__(self, context: Context, profile: Profile, days: int) -> None:
        self._context = context
        self._profile = profile
        self._days = days
        self._entry = f"{profile.name}/token"
        names = ("USERNAME", "PASSWORD")
        self._told = False
        self._instead = " and ".join(f"{profile.variable}_{name}" for name in names)

    @property
    def place(self) -> str:
        """Where the token is stored, in words for a person."""
        return self._context.keyring.place

    def note(self) -> Note:
        """Read the note; a damaged one is told, and counts as none."""
        try:
            return token_note.read_note(self._path)
        except ConfigError as error:
            if not self._told:
                self._told = True
                self._context.warn(f"{error.message}; {error.hint}")
            return Note()

    @contextmanager
    def locked(self, deadline: Deadline) -> Iterator[None]:
        """Hold the profile's token against every other process."""
        with locked(self._path.with_suffix(".lock"), deadline):
            yield

    def read(self) -> Kept | None:
        """Give the stored token, ``None`` where the note or the keyring knows of none.

        Raises ``ConfigError`` where the keyring fails.
        """
        if not self.note().stored:
            return None
        text = self._context.keyring.read(self._entry, self._instead)
        kept = None if text is None else _parsed(text)
        if text is not None and kept is None:
            self._context.warn(
                f"the stored token of {self._profile.name} cannot be read; "
                f"make another with `smsacct token create -P {self._profile.name}`"
            )
        self._context.secrets.update(kept.tokens if kept else [])
        return kept

    def is_for(self, kept: Kept, username: str | None) -> bool:
        """Whether ``kept`` was made for this base URL and, where it is known, this username."""
        base_url, login = self._made_for(self.note().key, username or "")
        return kept.made_for[0] == base_url and (username is None or kept.made_for[1] == login)

    def probe(self) -> None:
        """Try whether a token can be stored, in an entry of its own; raises ``ConfigError`` where not."""
        self._context.keyring.write(f"{self._entry}-probe", _PROBE, self._instead)
        self._context.keyring.delete(f"{self._entry}-probe", self._instead)

    def announce(self) -> Note:
        """Say that a token may be stored from now on; gives the note as it was, for ``retract``."""
        before = self.note()
        self.write_note(before._replace(stored=True, key=before.key or token_note.new_key()))
        return before

    def retract(self, before: Note) -> None:
        """Take ``announce`` back, as far as the note can be written: no token came."""
        with suppress(ConfigError):
            self.write_note(self.note()._replace(stored=before.stored))

    def minted(self, pair: TokenPair, asked_at: datetime, made_for: tuple[str, str]) -> Kept:
        """Make what is kept of a pair that was asked for at ``asked_at``."""
        asked_at = asked_at.astimezone(UTC).replace(microsecond=0)
        ends = [asked_at + timedelta(seconds=pair.expires_in), asked_at + timedelta(days=self._days)]
        return Kept(pair.access_token, pair.refresh_token, ends[0], ends[1], asked_at, made_for)

    def made_for(self, username: str) -> tuple[str, str]:
        """Give the fingerprints of this base URL and ``username``; the note must have a key."""
        return self._made_for(self.note().key, username)

    def write(self, kept: Kept) -> None:
        """Store ``kept`` in the keyring, read back; then complete the note, which may fail with a warning.

        Raises ``ConfigError`` where the keyring did not take it.
        """
        members = {
            "access_token": kept.access,
            "refresh_token": kept.refresh,
            "expires_at": iso(kept.expires_at),
            "refresh_expires_at": iso(kept.refresh_expires_at),
            "issued_at": iso(kept.issued_at),
            "made_for": kept.made_for,
        }
        # Short: Windows takes 1280 characters.
        text = json.dumps(members, separators=(",", ":"))
        self._context.keyring.write(self._entry, text, self._instead)
        note = self.note()._replace(
            stored=True,
            expires_at=kept.expires_at,
            refresh_expires_at=kept.refresh_expires_at,
            made_for=kept.made_for,
            failure=None,
            failed_at=None,
        )
        try:
            self.write_note(note)
        except ConfigError as error:  # the note says already that a token may be stored, and the entry counts
            self._context.warn(error.message)

    def forget(self) -> None:
        """Remove the entry, then what the note says of it; raises ``ConfigError``."""
        self._context.keyring.delete(self._entry, self._instead)
        blank = self.note()._replace(stored=False, expires_at=None, refresh_expires_at=None, made_for=None)
        self.write_note(blank)

    def forget_all(self) -> None:
        """Remove the entry, the probe that a killed process may have left, and the note itself.

        Raises ``ConfigError``.
        """
        for entry in (self._entry, f"{self._entry}-probe"):
            self._context.keyring.delete(entry, self._instead)
        token_note.remove_note(self._path)

    def record_failure(self, kind: FailureKind) -> None:
        """Leave a failure for those who wait for the lock, as far as the note can be written."""
        note = self.note()
        failed = note._replace(failures=note.failures + 1, failure=kind, failed_at=self._context.now())
        with suppress(ConfigError):
            self.write_note(failed)

    def remember_fields(self, fields: tuple[str, str]) -> None:
        """Note the names by which a token request worked, as far as the note can be written."""
        with suppress(ConfigError):
            self.write_note(self.note()._replace(fields=fields))

    def write_note(self, note: Note) -> None:
        """Replace the note; raises ``ConfigError`` where it cannot be written."""
        token_note.write_note(self._path, note)

    @property
    def _path(self) -> Path:
        return token_note.note_path(self._context.folder, self._profile.name)

    def _made_for(self, key: str, username: str) -> tuple[str, str]:
        where = (self._profile.provider, self._context.origin(self._profile).rstrip("/"))
        return token_note.fingerprint(key, *where), token_note.fingerprint(key, *where, username)


def _parsed(text: str) -> Kept | None:
    """Read an entry; ``None`` for what none of ours wrote."""
    try:
        members: object = json.loads(text)
        return _kept(members) if isinstance(members, dict) else None
    except (ValueError, TypeError, RecursionError):
        return None


def _kept(members: Mapping[str, object]) -> Kept:
    times = [_time(members.get(name)) for name in ("expires_at", "refresh_expires_at", "issued_at")]
    made_for = members.get("made_for")
    if not isinstance(made_for, list):
        raise TypeError
    base_url, login = made_for
    halves = _token(members.get("access_token")), _token(members.get("refresh_token"))
    return Kept(*halves, times[0], times[1], times[2], (str(base_url), str(login)))


def _token(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError
    return value or None


def _time(value: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError
    return datetime.fromisoformat(value).astimezone(UTC)
