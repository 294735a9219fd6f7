"""The note on a profile's token: that one is stored, when it ends and for whom it was made; never a secret.

It lies in the state folder, so that the keyring is asked for a token only where there may be one. The entry
in the keyring is what counts; where the two differ, a process ended between writing the one and the other.
"""

import hashlib
import hmac
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple, cast, get_args

from smsacct.errors import ConfigError
from smsacct.state import remove, write_whole

FailureKind = Literal["password", "token"]
"""Why a token could not be renewed: the password was rejected, or there was none and the token is dead."""

_FINGERPRINT_DIGITS: Final = 32
_KEY_BYTES: Final = 16


class Note(NamedTuple):
    """What is known of a profile's token without asking the keyring.

    ``stored`` may be set a moment too early, never too late. The two ends are for people. ``made_for`` is
    the fingerprint of the base URL, and of the username with it, made with ``key``. ``fields`` are the names
    by which the token request worked. ``repeated_after_401`` is set once it was repeated under other names
    after a 401, whatever came of it. ``failures`` counts the failures that those who wait for the lock take
    over; ``failure`` is the last of them, at ``failed_at``.
    """

    stored: bool = False
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    key: str = ""
    made_for: tuple[str, str] | None = None
    fields: tuple[str, str] | None = None
    repeated_after_401: bool = False
    failures: int = 0
    failure: FailureKind | None = None
    failed_at: datetime | None = None


def new_key() -> str:
    """Make the key of the fingerprints of one note."""
    return os.urandom(_KEY_BYTES).hex()


def fingerprint(key: str, *parts: str) -> str:
    """Give a keyed digest of ``parts``: the same for the same, and no way back."""
    text = json.dumps(parts).encode()
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()[:_FINGERPRINT_DIGITS]


def note_path(folder: Path, profile: str) -> Path:
    """Where the note of ``profile`` lies below the state folder; its lock lies beside it."""
    return folder / "tokens" / f"token-{profile}.json"


def read_note(path: Path) -> Note:
    """Read the note; a blank one where there is none.

    Raises ``ConfigError`` where it cannot be read, or is no note.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Note()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise _unreadable(path, reason or "it fails") from None
    try:
        return _note(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        raise _unreadable(path, "it is damaged") from None


def write_note(path: Path, note: Note) -> None:
    """Replace the note, whole or not at all; raises ``ConfigError`` where it cannot be written."""
    members = {
        name: _iso(value) if isinstance(value, datetime) else value for name, value in note._asdict().items()
    }
    write_whole(path, json.dumps(members, indent=1) + "\n")


def remove_note(path: Path) -> None:
    """Remove the note, where there is one; raises ``ConfigError`` where it cannot be removed."""
    if path.exists():
        remove(path)


def _note(members: object) -> Note:
    """Make a note of the members that are known; raises ``TypeError`` or ``ValueError``."""
    if not isinstance(members, dict):
        raise TypeError
    failure = members.get("failure")
    failures = members.get("failures", 0)
    if failure not in {None, *get_args(FailureKind)} or not isinstance(failures, int):
        raise ValueError
    return Note(
        stored=members.get("stored") is True,
        expires_at=_time(members.get("expires_at")),
        refresh_expires_at=_time(members.get("refresh_expires_at")),
        key=_text(members.get("key", "")),
        made_for=_pair(members.get("made_for")),
        fields=_pair(members.get("fields")),
        repeated_after_401=members.get("repeated_after_401") is True,
        failures=failures,
        failure=cast("FailureKind | None", failure),
        failed_at=_time(members.get("failed_at")),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _pair(value: object) -> tuple[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise TypeError
    first, second = value
    return _text(first), _text(second)


def _time(value: object) -> datetime | None:
    return None if value is None else datetime.fromisoformat(_text(value)).astimezone(UTC)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _unreadable(path: Path, reason: str) -> ConfigError:
    return ConfigError(
        f"the note of the stored token, {path}, cannot be read: {reason}",
        hint="mend its rights, or remove it and make a token with `smsacct token create`",
    )
