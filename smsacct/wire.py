"""Reading an untrusted reply: each look-up gives a checked value, or a failure that names its path.

Numbers are read from the reply's own digits into exact decimals. A number that is text, ``NaN``, a list where
an object is due, a missing field: each is an ``UnavailableError``, never a guess.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn

from smsacct.errors import UnavailableError
from smsacct.models import Json
from smsacct.redact import printable, without

# An amount of more digits than this is no amount; it also bounds what `1e999999999` can cost.
_MOST_DIGITS: Final = 1000
_LARGEST_INTEGER: Final = 10**18  # as a count of anything, or as seconds
_DEEPEST: Final = 50
_NAMES: Final = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "a boolean",
    Decimal: "a number",
    type(None): "null",
}


class _UnreadableError(ValueError):
    """A reply that is no JSON, for a reason that can be told without showing the reply."""


def parse(data: bytes) -> Json:
    """Parse the bytes of a reply; every number becomes a ``Decimal`` with the digits it was written in.

    Raises ``UnavailableError`` for what is not UTF-8, not JSON, or nested without end.
    """
    if not data.strip():
        raise UnavailableError("the reply is empty where JSON is due", hint=_LATER)
    try:
        value: Json = json.loads(
            data.decode("utf-8-sig"), parse_float=_number, parse_int=_number, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise UnavailableError("the reply is not valid UTF-8", hint=_LATER) from None
    except RecursionError:
        raise UnavailableError("the reply is nested without end", hint=_LATER) from None
    except _UnreadableError as error:
        raise UnavailableError(f"the reply {error}", hint=_LATER) from None
    except ValueError:
        raise UnavailableError(f"the reply is not JSON{_looks_like(data)}", hint=_LATER) from None
    return value


_LATER: Final = "try again later; where it stays so, ask the provider what it sends"


def _number(digits: str) -> Decimal:
    try:
        number = Decimal(digits)
    except InvalidOperation:
        raise _UnreadableError("holds a number beyond reason") from None
    if len(digits) > _MOST_DIGITS or abs(number.adjusted()) > _MOST_DIGITS:
        raise _UnreadableError("holds a number beyond reason")
    return number


def _no_constant(name: str) -> NoReturn:
    raise _UnreadableError(f"holds {name}, which is no number")


def _looks_like(data: bytes) -> str:
    start = data.lstrip()[:15].lower()
    return " but an HTML page" if start.startswith((b"<!doctype", b"<html")) else ""


class Body:
    """One JSON value of a reply and the path to it.

    ``secrets`` are the values that were sent to the provider: where a text echoes one, it is masked.
    Every look-up raises ``UnavailableError`` where the value is missing or of the wrong type.
    """

    __slots__ = ("_path", "_secrets", "_value")

    def __init__(self, value: Json, path: str = "", secrets: Sequence[str] = ()) -> None:
        self._value = value
        self._path = path
        self._secrets = secrets

    @classmethod
    def read(cls, data: bytes, secrets: Sequence[str] = ()) -> "Body":
        """Parse ``data``; see ``parse``."""
        return cls(parse(data), secrets=secrets)

    def child(self, name: str) -> "Body":
        """The object member ``name``, which must be there."""
        value = self._object()
        if name not in value:
            self._fail(name, "is missing")
        return self._make(value[name], name)

    def optional(self, name: str) -> "Body | None":
        """The object member ``name``, or ``None`` where it is absent or null."""
        value = self._object().get(name)
        return None if value is None else self._make(value, name)

    def items(self, name: str | None = None) -> Iterator["Body"]:
        """The members of the list ``name`` (or of this value, which must be a list), in order."""
        body = self if name is None else self.child(name)
        value = body._value
        if not isinstance(value, list):
            body._fail("", f"is {_NAMES[type(value)]} where a list is due")
        return (body._make(item, f"[{index}]") for index, item in enumerate(value))

    def decimal(self, name: str) -> Decimal:
        """The exact number ``name``."""
        value = self.child(name)._value
        if not isinstance(value, Decimal):
            self._wrong(name, value, "a number")
        return value

    def integer(self, name: str) -> int:
        """The whole number ``name``."""
        value = self.decimal(name)
        if abs(value) > _LARGEST_INTEGER:
            self._fail(name, "is beyond reason")
        if value != value.to_integral_value():
            self._fail(name, "is no whole number")
        return int(value)

    def decimal_or_none(self, name: str) -> Decimal | None:
        """The exact number ``name``, or ``None`` where it is absent or null."""
        return None if self.optional(name) is None else self.decimal(name)

    def text(self, name: str) -> str:
        """The text ``name``; what it echoes of the credentials is masked."""
        text = without(self._text(name), self._secrets)
        shown = printable(text)
        # A secret with an invisible character in it shows whole where such characters are dropped.
        masked = without(shown, self._secrets)
        return text if masked == shown else masked

    def text_or_none(self, name: str) -> str | None:
        """The text ``name``, or ``None`` where it is absent or null."""
        return None if self.optional(name) is None else self.text(name)

    def secret(self, name: str) -> str:
        """The token ``name`` as it is, to be kept and never shown: printable ASCII without a space."""
        value = self._text(name)
        if not value or not value.isascii() or not value.isprintable() or " " in value:
            self._fail(name, "is no token")
        return value

    def time(self, name: str) -> datetime:
        """The ISO 8601 time ``name`` in UTC; a time without a zone is taken as UTC."""
        text = self.text(name)
        try:
            moment = datetime.fromisoformat(text)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self._fail(name, "is no ISO 8601 time")
        return moment

    def time_or_none(self, name: str) -> datetime | None:
        """The time ``name``, or ``None`` where it is absent or null."""
        return None if self.optional(name) is None else self.time(name)

    def mapping_or_none(self, name: str) -> Mapping[str, Json] | None:
        """The free object ``name``, or ``None`` where it is absent or null; echoed credentials are masked."""
        body = self.optional(name)
        if body is None:
            return None
        return {without(key, self._secrets): body._masked(value) for key, value in body._object().items()}

    def _text(self, name: str) -> str:
        value = self.child(name)._value
        if not isinstance(value, str):
            self._wrong(name, value, "text")
        return value

    def _masked(self, value: Json, depth: int = 1) -> Json:
        if depth > _DEEPEST:
            self._fail("", "is nested without end")
        if isinstance(value, str):
            return without(value, self._secrets)
        if isinstance(value, dict):
            return {without(key, self._secrets): self._masked(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return [self._masked(item, depth + 1) for item in value]
        return value

    def _object(self) -> Mapping[str, Json]:
        if not isinstance(self._value, dict):
            self._fail("", f"is {_NAMES[type(self._value)]} where an object is due")
        return self._value

    def _make(self, value: Json, name: str) -> "Body":
        return Body(value, self._joined(name), self._secrets)

    def _joined(self, name: str) -> str:
        dot = "." if self._path and name and not name.startswith("[") else ""
        return f"{self._path}{dot}{name}"

    def _wrong(self, name: str, value: Json, due: str) -> NoReturn:
        self._fail(name, f"is {_NAMES[type(value)]} where {due} is due")

    def _fail(self, name: str, problem: str) -> NoReturn:
        path = self._joined(name)
        where = f"{path!r} in the reply" if path else "the reply"
        raise UnavailableError(f"{where} {problem}", hint=_LATER)
