"""What every output format is given, and the words that all of them use for a value."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, TextIO

from smsacct.exact import digits, to_json
from smsacct.models import Json, Row
from smsacct.redact import printable
from smsacct.shapes import ERROR, Field, Shape, leaves


class Answer(NamedTuple):
    """What a command answers with: rows of one shape.

    ``single``: one object instead of an array. ``envelope`` gives, once the rows are through, what stands
    around the items of a paged list.
    """

    shape: Shape
    rows: Iterable[Row]
    single: bool = False
    envelope: Callable[[], Row] | None = None


class Sheet(NamedTuple):
    """Where the answer is written: the stream, and what a terminal there can do."""

    out: TextIO
    terminal: bool = False
    colour: bool = False


def formats() -> list[str]:
    """Give the names of the formats that there are: the files in this folder, but for this one and _parts."""
    files = Path(__file__).parent.iterdir()
    return sorted(
        path.stem for path in files if path.suffix == ".py" and path.stem[0] != "_" and path.stem != "base"
    )


def columns(shape: Shape) -> list[tuple[str, Field]]:
    """Give the columns of a sheet of ``shape``: dotted names, with the kind and message of a failure."""
    found = [(name, field) for name, field in leaves(shape.fields) if not name.startswith("error.")]
    if shape.fails or ERROR in shape.fields:
        found += [
            (name, field) for name, field in leaves((ERROR,)) if name in {"error.kind", "error.message"}
        ]
    return found


def value_at(row: Row, path: str) -> Json:
    """Give the value at the dotted ``path`` of ``row``; ``None`` where it or anything before it is absent."""
    value: Json = row
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def words(value: Json) -> str:
    """Give ``value`` as bare printable text: an amount by its digits, ``null`` as nothing, else JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Decimal):
        return digits(value)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return printable(", ".join(str(item) for item in value))
    return to_json(value)
