"""JSON text with exact numbers: decimals are read and written with their own digits, never as floats."""

import json
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring_ascii
from typing import TypeAlias

JSON: TypeAlias = bool | int | Decimal | str | list["JSON"] | dict[str, "JSON"] | None


def dumps(value: JSON) -> str:
    """Write a value as ASCII JSON text; a Decimal becomes a JSON number with the same digits."""
    if isinstance(value, dict):
        members = [f"{encode_basestring_ascii(name)}: {dumps(item)}" for name, item in value.items()]
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"[{', '.join([dumps(item) for item in value])}]"
    if isinstance(value, Decimal):
        return _number(value)
    return json.dumps(value)


def loads(text: str | bytes) -> JSON:
    """Read strict JSON text.

    Raises ValueError where it is no JSON, holds NaN or an infinity, names a member twice, is not UTF-8, or
    nests without end.
    """
    try:
        value: JSON = json.loads(
            text.decode("utf-8") if isinstance(text, bytes) else text,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except RecursionError:
        raise ValueError("the JSON text nests too deeply") from None
    return value


def number_or_text(text: str) -> JSON:
    """Give the number that a text is, with its digits, or else the text itself."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    return value if value.is_finite() else text


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} cannot be written as a JSON number")
    return format(value, "f")


def _refuse_constant(name: str) -> JSON:
    raise ValueError(f"{name} is no JSON number")


def _object(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice in a JSON object")
    return members
