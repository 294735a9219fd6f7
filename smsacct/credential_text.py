"""How a credential is written down: a JSON object of fields, or a bare secret where one field is enough."""

import json
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from smsacct.errors import UsageError
from smsacct.redact import printable


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


MethodT = TypeVar("MethodT", bound=Method)


def all_fields(method: Method) -> tuple[str, ...]:
    """Give the fields that ``method`` needs, then those that may be left out."""
    return (*method.fields, *method.optional)


def complete(methods: Sequence[MethodT], present: Mapping[str, object]) -> MethodT | None:
    """Give the first method that lacks nothing of what it needs."""
    return next((method for method in methods if not lacking(method, present)), None)


def most_complete(methods: Sequence[MethodT], present: Mapping[str, object]) -> MethodT:
    """Give the method that lacks the least of those that have a field, the first of them where several do."""
    begun = [method for method in methods if any(name in present for name in all_fields(method))]
    return min(begun or methods, key=lambda method: len(lacking(method, present)))


def lacking(method: Method, present: Mapping[str, object]) -> list[str]:
    """Name the fields that ``method`` needs and that are not there."""
    return [name for name in method.fields if name not in present]


def entry_fields(text: str, methods: Sequence[Method]) -> Mapping[str, str]:
    """Read a keyring entry: an object as ``written`` gives it, or the bare secret of a method with one field.

    What is no text, or empty, counts as missing; the result is empty where nothing can be read.
    """
    text = without_newline(text)
    entry = _json_object(text)
    if entry is None:
        name = next((method.fields[0] for method in methods if len(method.fields) == 1), None)
        entry = {} if name is None or _is_meant_as_object(text) else {name: text}
    return {name: value for name, value in entry.items() if isinstance(value, str) and is_usable(value)}


def written(fields: Mapping[str, str]) -> str:
    """Write ``fields`` as a keyring entry, short: Windows takes 1280 characters."""
    return json.dumps(dict(fields), separators=(",", ":"))


def parse_login(
    text: str, methods: Sequence[MethodT], method_id: str | None
) -> tuple[MethodT, Mapping[str, str]]:
    """Read what ``auth login --stdin`` is given, and say which method it is for.

    An object is for the method of ``method_id``, else for the first whose fields it holds; a bare secret is
    taken where that of ``method_id``, by default the first, has one field. Raises ``UsageError`` that names
    the field, never a value.
    """
    chosen = [method for method in methods if method_id in {None, method.id}]
    if not chosen:
        raise UsageError(
            f"there is no method {printable(str(method_id))!r}",
            hint=f"there are: {', '.join(method.id for method in methods)}",
        )
    given = _login_object(without_newline(text), chosen[0])
    method = next((method for method in chosen if _fits(method, given)), most_complete(chosen, given))
    return method, _checked(method, given)


def _login_object(text: str, first: Method) -> Mapping[str, object]:
    hint = _login_hint(first)
    if not text.strip():
        raise UsageError("nothing came on standard input", hint=hint)
    given = _json_object(text)
    if given is not None:
        return given
    if len(first.fields) > 1 or _is_meant_as_object(text):
        raise UsageError("what came on standard input is no JSON object", hint=hint)
    if len(text.splitlines()) > 1:
        raise UsageError("the secret on standard input has more than one line", hint=hint)
    return {first.fields[0]: text}


def _checked(method: Method, given: Mapping[str, object]) -> Mapping[str, str]:
    hint = _login_hint(method)
    fields: dict[str, str] = {}
    for name, value in given.items():
        if name not in all_fields(method):
            raise UsageError(f"the method {method.id!r} has no field {printable(name)!r}", hint=hint)
        if not isinstance(value, str) or not is_usable(value):
            raise UsageError(f"the field {name!r} is empty or no text", hint=hint)
        fields[name] = value
    if lacking(method, fields):
        raise UsageError(f"there is no {' and no '.join(lacking(method, fields))}", hint=hint)
    return fields


def _login_hint(method: Method) -> str:
    return f"give {json.dumps(dict.fromkeys(method.fields, '…'), ensure_ascii=False)}"


def _fits(method: Method, given: Mapping[str, object]) -> bool:
    return not lacking(method, given) and given.keys() <= set(all_fields(method))


def _json_object(text: str) -> Mapping[str, object] | None:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_meant_as_object(text: str) -> bool:
    return text.lstrip().startswith("{")


def without_newline(text: str) -> str:
    r"""Give ``text`` without one ``\n`` or ``\r\n`` at its end."""
    return text[:-1].removesuffix("\r") if text.endswith("\n") else text


def is_usable(value: str) -> bool:
    """Whether ``value`` can be a field: not empty, and free of lone surrogates, which no encoding carries."""
    return bool(value) and (value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value))
