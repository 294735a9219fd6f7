"""The OS keyring behind a time limit: the one module that imports ``keyring``, once it is needed."""

import sys
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from threading import RLock, Thread
from typing import TYPE_CHECKING, Final

from smsacct.deadline import Deadline
from smsacct.errors import ConfigError
from smsacct.redact import printable

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE: Final = "smsacct"
"""The service of every entry; the entry's own name is the username."""

UNATTENDED: Final = 3.0
ATTENDED: Final = 60.0
"""Seconds that a call may take without a terminal, and with one, where a person may have to unlock it."""

_PATIENCE: Final = 1.0  # seconds before a person is told what is being waited for
_MOST_COPIES: Final = 8  # of one entry; another program may have stored it as well
_LINUX: Final = "keyring.backends.SecretService.Keyring"
# Named outright: keyring's own search starts ldconfig and gcc, and takes plain text if nothing else is there.
_OWN: Final = {
    "darwin": "keyring.backends.macOS.Keyring",
    "win32": "keyring.backends.Windows.WinVaultKeyring",
}
_PLACES: Final = {
    _LINUX: "the Secret Service keyring",
    "keyring.backends.libsecret.Keyring": "the Secret Service keyring",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.kwallet.DBusKeyringKWallet4": "KWallet",
    _OWN["darwin"]: "the macOS Keychain",
    _OWN["win32"]: "the Windows Credential Manager",
}
_SWITCHED_OFF: Final = "keyring.backends.fail."
_SEARCHING: Final = "keyring.backends.chainer."


class Keyring:
    """The entries of service ``smsacct``, by name; several threads may use one.

    ``backend`` is ``keyring_backend`` of the config file; without it the one that ``PYTHON_KEYRING_BACKEND``
    names in ``environ`` is used, else the platform's own. ``seconds`` is the limit of one call
    (``UNATTENDED`` or ``ATTENDED``); the import of keyring does not count. Where it is longer than
    ``UNATTENDED``, ``tell`` is told once that the keyring is waited for. A keyring that did not answer is
    not asked again.

    In each method ``instead`` names the variables that would do without a keyring, for the hint. Each raises
    ``ConfigError`` where the keyring is absent, locked, silent or fails.
    """

    def __init__(
        self, backend: str | None, environ: Mapping[str, str], *, seconds: float, tell: Callable[[str], None]
    ) -> None:
        variable = environ.get("PYTHON_KEYRING_BACKEND")
        self._setting = "keyring_backend" if backend else "PYTHON_KEYRING_BACKEND" if variable else None
        self._backend = backend or variable or _OWN.get(sys.platform, _LINUX)
        self._seconds = seconds
        self._tell = tell
        self._told = seconds <= UNATTENDED
        self.asking = 0.0  # seconds in which a person may have been asked to unlock it
        self._silent = False
        self._ring: KeyringBackend | None = None
        self._turn = RLock()  # a D-Bus connection is not made for two threads; a clock starts with its turn

    @property
    def place(self) -> str:
        """Where entries are stored, in words for a person; without a call to it."""
        return _PLACES.get(self._backend, f"the keyring backend {printable(self._backend)}")

    def read(self, entry: str, instead: str | None = None) -> str | None:
        """Give the text of ``entry``, or ``None`` where there is no such entry."""
        text = self._call("read", lambda ring: ring.get_password(SERVICE, entry), instead)
        if text is None or isinstance(text, str):
            return text
        raise self._failed("read", TypeError(), instead)

    def write(self, entry: str, value: str, instead: str | None = None) -> None:
        """Store ``value`` as ``entry``, replacing what was there, and make sure that it comes back.

        What another program stored under this name may be found before ours (Secret Service): it goes.
        """
        with self._turn:
            self._set(entry, value, instead)
            back = self.read(entry, instead)
            if back is not None and back != value:
                self.delete(entry, instead)
                self._set(entry, value, instead)
                back = self.read(entry, instead)
        if back != value:
            raise ConfigError(
                f"{self.place} did not keep what was stored in it",
                hint=f"check the keyring, or do without it: {_without(instead)}",
            )

    def delete(self, entry: str, instead: str | None = None) -> None:
        """Remove ``entry``, every copy of it; where there is none, that is fine."""
        with self._turn:
            for _ in range(_MOST_COPIES):
                if self.read(entry, instead) is None:
                    return
                self._call("remove", lambda ring: ring.delete_password(SERVICE, entry), instead)
        raise ConfigError(
            f"{self.place} did not remove the entry {SERVICE}/{entry}",
            hint="remove it with the keyring's own tool",
        )

    def _set(self, entry: str, value: str, instead: str | None) -> None:
        self._call("store", lambda ring: ring.set_password(SERVICE, entry, value), instead)

    def _call(self, doing: str, call: "Callable[[KeyringBackend], object]", instead: str | None) -> object:
        with self._turn:
            if self._silent:
                raise self._no_answer(instead)
            made = self._class(instead)
            worker = _Worker(lambda: call(self._opened(made)))
            worker.start()
            self._wait(worker)
            if worker.is_alive():
                self._silent = True
                raise self._no_answer(instead)
            if worker.failure is not None:
                raise self._failed(doing, worker.failure, instead) from None
            return worker.answer

    def _wait(self, worker: "_Worker") -> None:
        deadline = Deadline(self._seconds)
        if not self._told:
            worker.join(min(_PATIENCE, deadline.remaining()))
            if worker.is_alive():
                self._told = True
                self._tell("waiting for the keyring: it may ask you to unlock it")
        worker.join(deadline.remaining())
        if self._seconds > UNATTENDED:
            self.asking += self._seconds - deadline.remaining()

    def _opened(self, made: "type[KeyringBackend]") -> "KeyringBackend":
        if self._ring is None:
            made.priority  # noqa: B018 - asks whether the backend can be used here; raises where not
            self._ring = made()
        return self._ring

    def _class(self, instead: str | None) -> "type[KeyringBackend]":
        if self._backend.startswith(_SWITCHED_OFF):
            raise ConfigError(f"there is no keyring: {self._setting} switches it off", hint=_without(instead))
        backend = None if self._backend.startswith(_SEARCHING) else _imported(self._backend)
        from keyring.backend import KeyringBackend

        if isinstance(backend, type) and issubclass(backend, KeyringBackend):
            return backend
        raise self._unusable(instead)

    def _failed(self, doing: str, failure: BaseException, instead: str | None) -> ConfigError:
        from keyring.errors import InitError, KeyringLocked, NoKeyringError

        # keyring's SecretService leaves its connection open where it fails; nobody can mend that from here.
        warnings.filterwarnings("ignore", "unclosed <socket", ResourceWarning)
        if self._ring is None or isinstance(failure, NoKeyringError):
            return self._unusable(instead)
        if isinstance(failure, KeyringLocked):
            return ConfigError(
                "the keyring is locked", hint=f"unlock it, or do without it: {_without(instead)}"
            )
        if isinstance(failure, InitError):
            message = "the keyring could not be opened"
        else:  # its text may quote a secret; the name of its class does not
            message = f"the keyring failed to {doing} an entry ({printable(type(failure).__name__)})"
        return ConfigError(message, hint=f"check {self.place}, or do without it: {_without(instead)}")

    def _unusable(self, instead: str | None) -> ConfigError:
        if self._setting is None:
            return ConfigError("there is no keyring that can be used here", hint=_without(instead))
        return ConfigError(
            f"{self._setting} names {printable(self._backend)!r}, which is no keyring that can be used here",
            hint=f"name another, or none, or do without a keyring: {_without(instead)}",
        )

    def _no_answer(self, instead: str | None) -> ConfigError:
        return ConfigError(
            f"the keyring did not answer within {self._seconds:g} s",
            hint=f"unlock or restart it, or do without it: {_without(instead)}",
        )


class _Worker(Thread):
    """One call to other people's code: its answer or its failure, and never more of the latter than its type.

    A daemon, so that one that never comes back does not keep the process alive; one that comes late answers
    nobody.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(name="keyring", daemon=True)
        self.work = work
        self.answer: object = None
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            self.answer = self.work()
        except BaseException as error:  # noqa: BLE001 - a backend may raise anything, SystemExit and panics too
            self.failure = error


def _imported(name: str) -> object:
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(import_module(module), attribute, None)
    except Exception:  # noqa: BLE001 - what a backend does when it is imported is other people's code
        return None


def _without(instead: str | None) -> str:
    variables = instead or "SMSACCT_<PROFILE>_<FIELD>"
    return f"set {variables}, or the same with _FILE at the end to name a file, or use systemd credentials"
