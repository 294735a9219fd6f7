"""What an error reply says: its codes and its words, from any of the shapes that the vendors use.

Tolerant by design: most vendors' error bodies are documented in part or not at all,
so each shape is looked for in each reply, and a reply that has none of them says nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from smsacct.errors import SmsacctError
from smsacct.models import Json
from smsacct.redact import printable, without

_CODES = ("code", "error_code", "errorCode", "error")
_WORDS = ("message", "description", "detail", "error_description", "title", "error")
_LONGEST_TEXT = 300
_LONGEST_CODE = 40
_MOST_ERRORS = 20


class Meaning(NamedTuple):
    """What a provider's own code means: the failure it is, in words, and what a person can do."""

    error: type[SmsacctError]
    text: str
    hint: str | None = None


class Said(NamedTuple):
    """The codes of an error reply in order, and its first words."""

    codes: tuple[str, ...] = ()
    text: str | None = None


def what_is_said(reply: Json, secrets: Sequence[str]) -> Said:
    """Read the codes and the words of an error reply; echoed ``secrets`` and control characters are gone."""
    objects = list(_objects(reply))
    codes = tuple(_safe(code, secrets)[:_LONGEST_CODE] for found in objects for code in _codes(found))
    words = next((word for found in objects for word in _words(found)), None)
    if words is None:
        return Said(codes)
    text = _safe(words, secrets)
    return Said(codes, text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…")


def _safe(text: str, secrets: Sequence[str]) -> str:
    # Twice: an invisible character in the middle of a secret would hide it from the first look.
    return without(printable(without(text, secrets)), secrets).strip()


def _objects(reply: Json) -> Iterator[Mapping[str, Json]]:
    """Give the objects that can speak, the most exact first: ``errors[]``, ``error``, the reply itself."""
    if not isinstance(reply, dict):
        return
    errors = reply.get("errors")
    if isinstance(errors, list):
        yield from (
            {"message": error} if isinstance(error, str) else error
            for error in errors[:_MOST_ERRORS]
            if isinstance(error, dict | str)
        )
    if isinstance(reply.get("error"), dict):
        yield reply["error"]
    yield reply


def _codes(found: Mapping[str, Json]) -> Iterator[str]:
    for name in _CODES:
        code = found.get(name)
        if isinstance(code, Decimal | str) and (text := str(code)) and " " not in text:
            yield text


def _words(found: Mapping[str, Json]) -> Iterator[str]:
    for name in _WORDS:
        words = found.get(name)
        if isinstance(words, str) and words.strip():
            yield words
