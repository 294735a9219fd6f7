"""Where a credential comes from: the environment, a file that it names, systemd, or else the OS keyring."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from smsacct.credential_text import (
    Method,
    all_fields,
    complete,
    entry_fields,
    is_usable,
    lacking,
    most_complete,
    parse_login,
    without_newline,
    written,
)
from smsacct.errors import ConfigError, SmsacctError
from smsacct.os_keyring import SERVICE, Keyring
from smsacct.redact import printable
from smsacct.settings import Profile

__all__ = [
    "Credential",
    "Explanation",
    "FieldSource",
    "Method",
    "explain",
    "forget",
    "given_by_environment",
    "parse_login",
    "resolve",
    "store",
]

_LARGEST: Final = 64 * 1024  # bytes of a file that holds one field


class Credential(NamedTuple):
    """The fields of one method, and in words for a person where each comes from; it never shows a value."""

    method: str
    fields: Mapping[str, str]
    sources: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Credential(method={self.method!r}, sources={dict(self.sources)!r})"


class FieldSource(NamedTuple):
    """One field, and in words for a person where it comes from; ``None`` where it is missing."""

    name: str
    source: str | None


class Explanation(NamedTuple):
    """What ``auth status`` says: a credential, or why there is none.

    ``method`` is the one in force; ``fields`` are its own, or those of the method that is most complete.
    """

    method: str | None
    fields: Sequence[FieldSource]
    credential: Credential | None
    error: SmsacctError | None


class _Place(NamedTuple):
    """Where the first side has one field: a variable's value, or the file at ``path``."""

    source: str
    value: str | None
    path: Path
    clash: str | None  # the second variable that gives the same field


def resolve(
    profile: Profile, methods: Sequence[Method], environ: Mapping[str, str], keyring: Callable[[], Keyring]
) -> Credential:
    """Find the credential of ``profile``; ``methods`` go in the order given.

    ``keyring`` is called, and the keyring asked, only where ``environ`` gives no field at all. Raises
    ``ConfigError`` where a credential is missing, incomplete, ambiguous or unreadable.
    """
    return _Search(profile, methods, environ, keyring).credential()


def explain(
    profile: Profile, methods: Sequence[Method], environ: Mapping[str, str], keyring: Callable[[], Keyring]
) -> Explanation:
    """Say where each field of ``profile`` comes from; what ``resolve`` would raise is told as ``error``."""
    search = _Search(profile, methods, environ, keyring)
    try:
        credential = search.credential()
    except ConfigError as error:
        nearest = most_complete(methods, search.sources)
        return Explanation(None, _explained(nearest, search.sources), None, error)
    method = next(method for method in methods if method.id == credential.method)
    return Explanation(method.id, _explained(method, credential.sources), credential, None)


def given_by_environment(profile: Profile, methods: Sequence[Method], environ: Mapping[str, str]) -> bool:
    """Whether ``environ`` gives ``profile`` any field: an incomplete credential counts, to be reported."""
    return any(_place(profile, name, environ) for method in methods for name in all_fields(method))


def store(profile_name: str, fields: Mapping[str, str], keyring: Keyring) -> None:
    """Store ``fields`` as the profile's entry of the keyring; raises ``ConfigError``."""
    keyring.write(profile_name, written(fields))


def forget(profile_name: str, keyring: Keyring) -> None:
    """Remove the profile's entry from the keyring, where there is one; raises ``ConfigError``."""
    keyring.delete(profile_name)


class _Search:
    """One search for a credential; ``sources`` holds what was seen of it, however it ends."""

    def __init__(
        self,
        profile: Profile,
        methods: Sequence[Method],
        environ: Mapping[str, str],
        keyring: Callable[[], Keyring],
    ) -> None:
        self.profile = profile
        self.methods = methods
        self.environ = environ
        self.keyring = keyring
        self.sources: dict[str, str] = {}

    def credential(self) -> Credential:
        try:
            return self._first_side() or self._keyring_side()
        except ConfigError as error:
            raise error.about(self.profile.provider, self.profile.name) from None

    def _first_side(self) -> Credential | None:
        names = dict.fromkeys(name for method in self.methods for name in all_fields(method))
        found = {name: _place(self.profile, name, self.environ) for name in names}
        places = {name: place for name, place in found.items() if place is not None}
        if not places:
            return None
        self.sources.update({name: place.source for name, place in places.items()})
        for name, place in places.items():
            if place.clash:
                raise ConfigError(
                    f"{self._variable(name)} and {place.clash} are both set", hint="unset one of them"
                )
        method = complete(self.methods, places)
        if method is None:
            raise self._incomplete_environment(places)
        taken = {name: places[name] for name in all_fields(method) if name in places}
        return Credential(
            method.id,
            {name: _value(place) for name, place in taken.items()},
            {name: place.source for name, place in taken.items()},
        )

    def _incomplete_environment(self, places: Mapping[str, _Place]) -> ConfigError:
        method = most_complete(self.methods, places)
        missing = [self._variable(name) for name in lacking(method, places)]
        there = [places[name].source for name in all_fields(method) if name in places]
        return ConfigError(
            f"incomplete credential: there is {' and '.join(there)}, but no {' and no '.join(missing)}",
            hint=f"set {' and '.join(missing)} too; the keyring does not fill up what the environment gives",
        )

    def _keyring_side(self) -> Credential:
        variables = " and ".join(self._variable(name) for name in self.methods[0].fields)
        text = self.keyring().read(self.profile.name, variables)
        login = f"`smsacct auth login {self.profile.name}`"
        if text is None:
            raise ConfigError(
                f"no credential for profile {self.profile.name!r}",
                hint=f"store it with {login}; on a machine without a keyring set {variables}",
            )
        entry = f"the keyring entry {SERVICE}/{self.profile.name}"
        fields = entry_fields(text, self.methods)
        self.sources.update(dict.fromkeys(fields, "keyring"))
        method = complete(self.methods, fields)
        if method is None:
            missing = lacking(most_complete(self.methods, fields), fields)
            raise ConfigError(
                f"{entry} holds no {' and no '.join(missing)} that can be read",
                hint=f"store it again with {login}",
            )
        taken = {name: fields[name] for name in all_fields(method) if name in fields}
        return Credential(method.id, taken, dict.fromkeys(taken, "keyring"))

    def _variable(self, name: str) -> str:
        return _variable(self.profile, name)


def _explained(method: Method, sources: Mapping[str, str]) -> list[FieldSource]:
    names = [*method.fields, *(name for name in method.optional if name in sources)]
    return [FieldSource(name, sources.get(name)) for name in names]


def _variable(profile: Profile, name: str) -> str:
    return f"{profile.variable}_{name.upper()}"


def _place(profile: Profile, name: str, environ: Mapping[str, str]) -> _Place | None:
    """Give where the first side has the field ``name``; no content is read and nothing raised."""
    variable = _variable(profile, name)
    value, file = environ.get(variable), environ.get(f"{variable}_FILE")
    if value:
        return _Place(f"environment {variable}", value, Path(), f"{variable}_FILE" if file else None)
    if file:
        return _Place(f"file {printable(file)} ({variable}_FILE)", None, Path(file), None)
    folder, credential = environ.get("CREDENTIALS_DIRECTORY"), f"smsacct.{profile.name}.{name}"
    if folder and os.path.lexists(Path(folder, credential)):
        return _Place(f"systemd credential {credential}", None, Path(folder, credential), None)
    return None


def _value(place: _Place) -> str:
    if place.value is None:
        return _file_text(place)
    if not is_usable(place.value):
        raise ConfigError(f"{place.source} is not UTF-8", hint="set it again")
    return place.value


def _file_text(place: _Place) -> str:
    """Read one field from its file; ``ConfigError`` names variable and path, never content."""
    hint = "it must be a file with the credential alone, readable by this user"
    try:
        with place.path.open("rb") as file:  # may be a pipe, as <(pass show sms) of a shell is
            data = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no file can have that name"
        raise ConfigError(f"{place.source} cannot be read: {reason}", hint=hint) from None
    if len(data) > _LARGEST:
        raise ConfigError(f"{place.source} is over 64 KiB", hint=hint)
    try:
        text = without_newline(data.decode())
    except UnicodeDecodeError:
        raise ConfigError(f"{place.source} is not UTF-8", hint=hint) from None
    if not text:
        raise ConfigError(f"{place.source} is empty", hint=hint)
    return text
