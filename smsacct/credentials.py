"""Where a credential comes from: the environment, a file that it names, systemd, or else the OS keyring."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, Protocol, TypeVar

from smsacct.errors import ConfigError, SmsacctError, UsageError
from smsacct.os_keyring import SERVICE, Keyring
from smsacct.redact import printable
from smsacct.settings import Profile

_LARGEST: Final = 64 * 1024  # bytes of a file that holds one field


class Method(Protocol):
    """What a credential is made of: the fields that it needs, and those that may be left out."""

    @property
    def id(self) -> str:
        """How the method is named on the command line."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it needs."""

    @property
    def optional(self) -> tuple[str, ...]:
        """The fields that may be left out."""


_Method = TypeVar("_Method", bound=Method)


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
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
    return any(_place(profile, field, environ) for method in methods for field in _all_fields(method))


def parse_login(
    text: str, methods: Sequence[_Method], method_id: str | None
) -> tuple[_Method, Mapping[str, str]]:
    """Read what ``auth login --stdin`` is given: a JSON object of fields, or a bare secret.

    A bare secret is taken where the method of ``method_id``, by default the first, has one field. Raises
    ``UsageError`` that names the field, never a value.
    """
    chosen = [method for method in methods if method_id in {None, method.id}]
    if not chosen:
        raise UsageError(
            f"there is no method {printable(str(method_id))!r}",
            hint=f"there are: {', '.join(method.id for method in methods)}",
        )
    hint = f"give a JSON object: {_sample(chosen[0])}"
    text = _without_newline(text)
    if not text.strip():
        raise UsageError("nothing came on standard input", hint=hint)
    given = _json_object(text)
    if given is None:
        if len(chosen[0].fields) > 1 or _looks_like_object(text):
            raise UsageError("what came on standard input is no JSON object", hint=hint)
        if len(text.splitlines()) > 1:
            raise UsageError("the secret on standard input has more than one line", hint=hint)
        given = {chosen[0].fields[0]: text}
    method = next((method for method in chosen if _fits(method, given)), most_complete(chosen, given))
    _check_login(method, given, hint=f"give a JSON object: {_sample(method)}")
    return method, {name: str(value) for name, value in given.items()}


def store(profile_name: str, fields: Mapping[str, str], keyring: Keyring) -> None:
    """Store ``fields`` as the profile's entry of the keyring; raises ``ConfigError``."""
    keyring.write(profile_name, json.dumps(dict(fields), separators=(",", ":")))


def forget(profile_name: str, keyring: Keyring) -> None:
    """Remove the profile's entry from the keyring, where there is one; raises ``ConfigError``."""
    keyring.delete(profile_name)


def most_complete(methods: Sequence[_Method], present: Mapping[str, object]) -> _Method:
    """Give the method that lacks the least of what it needs, the first of them where several do."""
    found = [method for method in methods if any(field in present for field in _all_fields(method))]
    return min(found or methods, key=lambda method: sum(field not in present for field in method.fields))


@dataclass
class _Search:
    """One search for a credential; ``sources`` holds what was seen of it, however it ends."""

    profile: Profile
    methods: Sequence[Method]
    environ: Mapping[str, str]
    keyring: Callable[[], Keyring]
    sources: dict[str, str] = field(default_factory=dict)

    def credential(self) -> Credential:
        try:
            return self._first_side() or self._keyring_side()
        except ConfigError as error:
            raise error.about(self.profile.provider, self.profile.name) from None

    def _first_side(self) -> Credential | None:
        names = dict.fromkeys(name for method in self.methods for name in _all_fields(method))
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
        method = _complete(self.methods, places)
        if method is None:
            raise self._incomplete_environment(places)
        taken = {name: places[name] for name in _all_fields(method) if name in places}
        return Credential(
            method.id,
            {name: _value(place) for name, place in taken.items()},
            {name: place.source for name, place in taken.items()},
        )

    def _incomplete_environment(self, places: Mapping[str, _Place]) -> ConfigError:
        method = most_complete(self.methods, places)
        missing = [self._variable(name) for name in method.fields if name not in places]
        there = [places[name].source for name in _all_fields(method) if name in places]
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
        fields = _entry_fields(text, self.methods)
        if fields is None:
            raise ConfigError(f"{entry} is not readable", hint=f"store it again with {login}")
        self.sources.update(dict.fromkeys(fields, "keyring"))
        method = _complete(self.methods, fields)
        if method is None:
            lacking = [name for name in most_complete(self.methods, fields).fields if name not in fields]
            raise ConfigError(
                f"{entry} has no {' and no '.join(lacking)}", hint=f"store it again with {login}"
            )
        taken = {name: fields[name] for name in _all_fields(method) if name in fields}
        return Credential(method.id, taken, dict.fromkeys(taken, "keyring"))

    def _variable(self, field: str) -> str:
        return f"{self.profile.variable}_{field.upper()}"


def _all_fields(method: Method) -> tuple[str, ...]:
    return (*method.fields, *method.optional)


def _complete(methods: Sequence[Method], present: Mapping[str, object]) -> Method | None:
    return next((method for method in methods if all(name in present for name in method.fields)), None)


def _explained(method: Method, sources: Mapping[str, str]) -> list[FieldSource]:
    names = [*method.fields, *(name for name in method.optional if name in sources)]
    return [FieldSource(name, sources.get(name)) for name in names]


def _place(profile: Profile, field: str, environ: Mapping[str, str]) -> _Place | None:
    """Give where the first side has ``field``; no content is read and nothing raised."""
    variable, name = f"{profile.variable}_{field.upper()}", f"smsacct.{profile.name}.{field}"
    value, path = environ.get(variable), environ.get(f"{variable}_FILE")
    if value:
        return _Place(f"environment {variable}", value, Path(), f"{variable}_FILE" if path else None)
    if path:
        return _Place(f"file {printable(path)} ({variable}_FILE)", None, Path(path), None)
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if folder and os.path.lexists(Path(folder, name)):
        return _Place(f"systemd credential {name}", None, Path(folder, name), None)
    return None


def _value(place: _Place) -> str:
    if place.value is None:
        return _file_text(place)
    if not _is_text(place.value):
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
        text = _without_newline(data.decode())
    except UnicodeDecodeError:
        raise ConfigError(f"{place.source} is not UTF-8", hint=hint) from None
    if not text:
        raise ConfigError(f"{place.source} is empty", hint=hint)
    return text


def _entry_fields(text: str, methods: Sequence[Method]) -> dict[str, str] | None:
    """Read a keyring entry: what ``store`` wrote, or the bare secret of a method with one field."""
    text = _without_newline(text)
    entry = _json_object(text)
    if entry is None:
        name = next((method.fields[0] for method in methods if len(method.fields) == 1), None)
        entry = {} if name is None or _looks_like_object(text) else {name: text}
    return {
        name: value for name, value in entry.items() if isinstance(value, str) and value and _is_text(value)
    } or None


def _json_object(text: str) -> dict[str, object] | None:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _looks_like_object(text: str) -> bool:
    return text.lstrip().startswith("{")


def _check_login(method: Method, given: Mapping[str, object], hint: str) -> None:
    for name, value in given.items():
        if name not in _all_fields(method):
            raise UsageError(f"the method {method.id!r} has no field {printable(name)!r}", hint=hint)
        if not isinstance(value, str) or not value or not _is_text(value):
            raise UsageError(f"the field {name!r} is empty or no text", hint=hint)
    missing = [name for name in method.fields if name not in given]
    if missing:
        raise UsageError(f"there is no {' and no '.join(missing)}", hint=hint)


def _sample(method: Method) -> str:
    return json.dumps(dict.fromkeys(method.fields, "…"), ensure_ascii=False)


def _fits(method: Method, given: Mapping[str, object]) -> bool:
    return set(method.fields) <= given.keys() <= set(_all_fields(method))


def _without_newline(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


def _is_text(value: str) -> bool:
    """Whether ``value`` is free of lone surrogates, which no encoding carries."""
    return value.isprintable() or not any("\ud800" <= character <= "\udfff" for character in value)
