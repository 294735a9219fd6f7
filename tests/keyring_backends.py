"""Backends of keyring for the tests: one that works, and one for each way in which one can fail."""

import threading
import time
from typing import ClassVar, NoReturn

from keyring.backend import KeyringBackend
from keyring.compat import properties
from keyring.errors import InitError, KeyringLocked, PasswordDeleteError, PasswordSetError

SECRET = "quoted-by-the-backend"


class Memory(KeyringBackend):
    """Keeps its entries in the process, as every other one here does."""

    entries: ClassVar[dict[tuple[str, str], str]] = {}

    @properties.classproperty
    def priority(cls) -> float:  # noqa: N805 - keyring's own way to write it
        return 1

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError("No such password!")


class OneAtATime(Memory):
    """Takes its time, and remembers whether two threads were ever in it at once."""

    crowded: ClassVar[bool] = False
    inside: ClassVar[threading.Lock] = threading.Lock()

    def get_password(self, service: str, username: str) -> str | None:
        if not self.inside.acquire(blocking=False):
            type(self).crowded = True
            return None
        time.sleep(0.15)
        self.inside.release()
        return super().get_password(service, username)


class Slow(Memory):
    """Answers, but only after a person may have grown impatient."""

    def get_password(self, service: str, username: str) -> str | None:
        time.sleep(1.3)
        return super().get_password(service, username)


class Silent(Memory):
    """Never answers."""

    def get_password(self, service: str, username: str) -> str | None:
        threading.Event().wait()
        return super().get_password(service, username)


class SilentAtTheStart(Memory):
    """Never says whether it can be used."""

    @properties.classproperty
    def priority(cls) -> float:  # noqa: N805 - keyring's own way to write it
        threading.Event().wait()
        return 1


class NotHere(Memory):
    """Cannot be used on this machine."""

    @properties.classproperty
    def priority(cls) -> float:  # noqa: N805 - keyring's own way to write it
        raise RuntimeError(SECRET)


class NotMade(Memory):
    """Cannot be made without arguments."""

    def __init__(self, argument: str) -> None:
        self.argument = argument


class Raises(Memory):
    """Fails in each call with an exception that quotes a secret."""

    failure: ClassVar[type[BaseException]] = ValueError

    def get_password(self, service: str, username: str) -> NoReturn:
        raise self.failure(SECRET, service, username)

    def set_password(self, service: str, username: str, password: str) -> NoReturn:
        raise self.failure(SECRET, service, username, password)


class Locked(Raises):
    """Is locked, and nobody unlocks it."""

    failure = KeyringLocked


class NotOpened(Raises):
    """Cannot be opened."""

    failure = InitError


class Refuses(Raises):
    """Refuses what it is given, as the Windows vault does with what is too long."""

    failure = PasswordSetError


class Panics(Raises):
    """Fails with what is no ``Exception``."""

    failure = SystemExit


class Shortens(Memory):
    """Keeps only the beginning of what it is given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:4])


class Piles(Memory):
    """Holds several entries of one name and finds the oldest first, as a Secret Service may."""

    piles: ClassVar[dict[tuple[str, str], list[str]]] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return next(iter(self.piles[service, username]), None)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.piles[service, username].append(password)

    def delete_password(self, service: str, username: str) -> None:
        del self.piles[service, username][0]


class Keeps(Memory):
    """Says that it removes, and does not."""

    def delete_password(self, service: str, username: str) -> None:
        self.get_password(service, username)


class Bytes(Memory):
    """Gives what is no text."""

    def get_password(self, service: str, username: str) -> str | None:
        return f"{service}{username}".encode()  # type: ignore[return-value]  # what a careless backend does


NOT_A_CLASS = "keyring_backends.Memory"
