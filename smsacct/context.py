"""The one place that builds things: settings, clock, keyring, HTTP, the sandbox; each only when it is needed.

Tests replace its fields.
"""

import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from smsacct import registry, settings
from smsacct.base_url import checked_base_url
from smsacct.deadline import Deadline
from smsacct.errors import ConfigError
from smsacct.redact import printable
from smsacct.settings import Profile, Settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from smsacct.credentials import Credential
    from smsacct.http import Connections, Endpoint, Http
    from smsacct.os_keyring import Keyring
    from smsacct.progress import Progress
    from smsacct.providers.base import Provider
    from smsacct.sandbox.store import Store

DEFAULT_TIMEOUT: Final = 30.0
TWINS: Final = "twins.sqlite3"
_KEYRING_SECONDS: Final = 3.0
_KEYRING_SECONDS_WITH_A_PERSON: Final = 60.0


def utc_now() -> datetime:
    """Give the time of day in UTC."""
    return datetime.now(UTC)


@dataclass
class Context:
    """What a command works with. Nothing is read, imported or opened before its first use."""

    environ: Mapping[str, str]
    timeout: float = DEFAULT_TIMEOUT
    sandbox: bool = False
    quiet: bool = False
    verbose: bool = False
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    now: Callable[[], datetime] = utc_now
    one_at_a_time: bool = False
    shows_progress: bool = False
    keep: Callable[[bytes], None] = field(default=lambda _body: None)
    page_done: Callable[[], None] = field(default=lambda: None)
    secrets: set[str] = field(default_factory=set)
    _open: "dict[str, Connections]" = field(default_factory=dict)
    _opening: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def providers(self) -> registry.ProviderIds:
        """The ids of every provider that there is."""
        return registry.ProviderIds()

    @cached_property
    def settings(self) -> Settings:
        """The settings in force; their warnings are told here, once."""
        found = settings.load(settings.config_path(self.environ), self.providers)
        for warning in found.warnings:
            self.warn(warning)
        return found

    @cached_property
    def folder(self) -> Path:
        """Where the journal, notes and locks lie; the sandbox has a folder of its own below."""
        folder = settings.state_folder()
        return folder / "sandbox" if self.sandbox else folder

    @cached_property
    def sandbox_store(self) -> "Store":
        """What the sandbox's twins remember between commands."""
        from smsacct.sandbox.store import Store

        return Store(settings.state_folder() / "sandbox" / TWINS)

    @cached_property
    def keyring(self) -> "Keyring":
        """The OS keyring; in the sandbox, a stand-in that holds nothing of the user's."""
        if self.sandbox:
            from smsacct.sandbox_keyring import SandboxKeyring

            return SandboxKeyring(self.folder / "keyring.json")
        from smsacct.os_keyring import Keyring

        seconds = _KEYRING_SECONDS_WITH_A_PERSON if self.has_person else _KEYRING_SECONDS
        return Keyring(self.settings.keyring_backend, self.environ, seconds=seconds, tell=self.warn)

    @cached_property
    def progress(self) -> "Progress":
        """Where long work says how far it has come: a terminal's stderr."""
        from smsacct.progress import Progress

        wanted = self.shows_progress and not self.quiet and _is_terminal(self.stderr)
        return Progress(self.stderr, wanted=wanted)

    @property
    def seconds_asking(self) -> float:
        """Seconds so far in which the keyring may have asked a person; no answer's deadline runs then."""
        return self.keyring.asking if "keyring" in self.__dict__ else 0.0

    @property
    def has_person(self) -> bool:
        """Whether somebody can be asked: standard input and standard error are a terminal."""
        return _is_terminal(self.stdin) and _is_terminal(self.stderr)

    def adapter(self, profile: Profile) -> "type[Provider]":
        """Give the adapter class of the profile's provider."""
        return registry.find(profile.provider)

    def deadline(self) -> Deadline:
        """Start the time that one answer may take."""
        return Deadline(self.timeout)

    def credential(self, profile: Profile) -> "Credential":
        """Give the profile's credential: the sandbox's own in the sandbox, else where it is found first.

        Raises ``ConfigError`` where there is none, or not all of one.
        """
        if self.sandbox:
            return self._sandbox_credential(profile)
        from smsacct import credentials

        methods = self.adapter(profile).auth_methods
        found = credentials.resolve(profile, methods, self.environ, lambda: self.keyring)
        self.secrets.update(found.fields.values())
        return found

    def origin(self, profile: Profile) -> str:
        """Give where the provider is reached: ``SMSACCT_<PROFILE>_BASE_URL``, the config, its own origin."""
        variable = f"{profile.variable}_BASE_URL"
        if self.sandbox:
            return self.adapter(profile).origin
        if self.environ.get(variable):
            return checked_base_url(self.environ[variable], variable)
        return profile.base_url or self.adapter(profile).origin

    def http(self, profile: Profile) -> "Http":
        """Open the way to the profile's provider; the deadline of one answer starts here."""
        from smsacct.http import Http

        endpoint = self._endpoint(profile)
        shared = self._connections(endpoint)
        return Http(endpoint, self.deadline(), tell=self.detail, keep=self.keep, shared=shared)

    def close(self) -> None:
        """Close every connection that was opened."""
        for connections in self._open.values():
            connections.close()
        self._open.clear()

    def _connections(self, endpoint: "Endpoint") -> "Connections":
        from smsacct.http import Connections

        with self._opening:
            if endpoint.origin not in self._open:
                self._open[endpoint.origin] = Connections(endpoint)
            return self._open[endpoint.origin]

    def warn(self, line: str) -> None:
        """Tell a person something that is no failure; ``-q`` silences it."""
        if not self.quiet:
            self.tell(f"warning: {line}")

    def note(self, line: str) -> None:
        """Tell a person what goes on or what to do next; ``-q`` silences it."""
        if not self.quiet:
            self.tell(line)

    def detail(self, line: str) -> None:
        """Tell what goes on, where ``-v`` asks for it."""
        if self.verbose:
            self.tell(line)

    def tell(self, line: str) -> None:
        """Write one line to stderr without secrets and control characters."""
        from smsacct.redact import without

        self.progress.clear()
        self.stderr.write(printable(without(line, self.secrets)) + "\n")
        self.stderr.flush()

    def _endpoint(self, profile: Profile) -> "Endpoint":
        from smsacct.http import Endpoint

        if not self.sandbox:
            return Endpoint(self.origin(profile))
        from smsacct.sandbox.catalogue import load_twin

        twin = load_twin(profile.provider)(self.sandbox_store, self.now)
        return Endpoint(self.origin(profile), _kept(twin))

    def _sandbox_credential(self, profile: Profile) -> "Credential":
        from smsacct.credentials import Credential
        from smsacct.sandbox.catalogue import load_twin

        samples = load_twin(profile.provider).credentials
        method = next(method for method in self.adapter(profile).auth_methods if method.id in samples)
        fields = samples[method.id]
        return Credential(method.id, fields, dict.fromkeys(fields, "sandbox"))


def _kept(twin: "WSGIApplication") -> "WSGIApplication":
    """Give ``twin`` so that a state it cannot keep is told as such."""
    from smsacct.sandbox.store import StoreError

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        try:
            return twin(environ, start_response)
        except StoreError as error:
            raise ConfigError(str(error), hint="the sandbox needs a state folder it can write") from None

    return answer


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()
