"""JSON text with exact numbers: an amount is written with its own digits, never through a binary float."""

from decimal import Decimal
from json.encoder import encode_basestring

from smsacct.models import Json
from smsacct.redact import escaped

_PLAIN_EXPONENT = 40  # 1E+3 is written 1000; beyond this an exponent stays


def digits(amount: Decimal) -> str:
    """Give the digits of ``amount`` as it is to be read; ``1E+3`` becomes ``1000``."""
    text = str(amount)
    return format(amount, "f") if "E" in text and abs(amount.adjusted()) <= _PLAIN_EXPONENT else text


def to_json(value: Json, indent: int | None = None, depth: int = 0) -> str:
    """Give ``value`` as JSON in which every control or invisible character is escaped.

    ``indent`` spaces a level, or all in one line without a space.
    """
    if isinstance(value, str):
        return escaped(encode_basestring(value))
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true" if value else "false"
    if isinstance(value, Decimal):
        return digits(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        colon = ":" if indent is None else ": "
        members = [f"{to_json(key)}{colon}{to_json(item, indent, depth + 1)}" for key, item in value.items()]
        return _joined("{}", members, indent, depth)
    if isinstance(value, list | tuple):
        return _joined("[]", [to_json(item, indent, depth + 1) for item in value], indent, depth)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _joined(brackets: str, parts: list[str], indent: int | None, depth: int) -> str:
    if not parts or indent is None:
        return f"{brackets[0]}{','.join(parts)}{brackets[1]}"
    margin = "\n" + " " * (indent * (depth + 1))
    end = "\n" + " " * (indent * depth)
    return f"{brackets[0]}{margin}{f',{margin}'.join(parts)}{end}{brackets[1]}"
