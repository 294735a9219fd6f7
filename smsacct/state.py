"""Files in the state folder: private from their first byte, written whole, locked across processes."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from smsacct.deadline import Deadline
from smsacct.errors import ConfigError, UnavailableError


def private_folder(folder: Path) -> Path:
    """Make ``folder``, and those above it that are missing, for this user alone; gives it.

    Raises ``ConfigError`` where it cannot be made.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        for place in reversed(missing):
            place.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from None
    return folder


def private_file(path: Path) -> Path:
    """Make sure that ``path`` exists, readable by this user alone from its first byte; gives it.

    Raises ``ConfigError`` where it cannot be made.
    """
    private_folder(path.parent)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise unwritable(path, error) from None
    return path


def write_whole(path: Path, text: str) -> None:
    """Replace ``path`` by ``text``: after a crash at any moment the old file or the new one is there, whole.

    Raises ``ConfigError`` where it cannot be written.
    """
    private_folder(path.parent)
    temporary = ""
    try:
        # mkstemp makes the file 0600 from its first byte.
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        with suppress(OSError):
            Path(temporary).unlink()
        raise unwritable(path, error) from None
    _sync_folder(path.parent)


def remove(path: Path) -> None:
    """Remove ``path``, where it is there. Raises ``ConfigError`` where it cannot be removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from None
    _sync_folder(path.parent)


@contextmanager
def locked(path: Path, deadline: Deadline) -> Iterator[None]:
    """Hold the lock file ``path`` against every other process; it is let go when this one dies.

    Raises ``UnavailableError`` where another holds it at the deadline, ``ConfigError`` where there is none.
    """
    from filelock import FileLock, Timeout

    private_folder(path.parent)
    lock = FileLock(path, timeout=deadline.remaining(), mode=0o600)
    try:
        lock.acquire(poll_interval=0.02)
    except Timeout:
        raise UnavailableError(
            f"another process of smsacct is still at work ({path.stem})",
            hint="wait for it, or give it longer with --timeout",
        ) from None
    except OSError as error:
        raise unwritable(path, error) from None
    try:
        yield
    finally:
        lock.release()


def unwritable(path: Path, error: OSError) -> ConfigError:
    """Give the failure of a file of ours that cannot be written."""
    return ConfigError(
        f"{path} cannot be written: {error.strerror}",
        hint="make room, or mend its rights",
    )


def _sync_folder(folder: Path) -> None:
    """Make the entry of a new file durable, where the system can sync a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
