"""What a table shows of an answer: its columns and the words in its cells."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from smsacct.models import Json, Row
from smsacct.output.base import Answer, columns, value_at, words
from smsacct.shapes import Field, Kind, Shape

_MOMENT = "as_of"  # stands below a table on a terminal: the answers of one command are of one moment
_OF_A_FAILURE = ("provider", "profile", "error")
_PAGES = ("page", "total_pages", "total")


class Column(NamedTuple):
    """One column: its heading, its cells, and the kind of value in it."""

    title: str
    cells: Sequence[str]
    kind: Kind

    @property
    def right(self) -> bool:
        """Whether the cells are numbers, which stand at the right and are never folded."""
        return self.kind in {"amount", "count"}


class Table(NamedTuple):
    """What is drawn at once; ``failed`` says of each row whether it is a failure."""

    columns: Sequence[Column]
    failed: Sequence[bool]


def grid(shape: Shape, rows: Sequence[Row], left_out: Collection[str] = ()) -> list[Column]:
    """Give the columns; one that may be empty and is empty throughout is left out."""
    return [
        Column(_title(name, field), [_cell(value_at(row, name)) for row in rows], field.kind)
        for name, field in columns(shape)
        if name not in left_out and _is_shown(name, field, rows)
    ]


def tables(shape: Shape, rows: Sequence[Row]) -> list[Table]:
    """Give the rows, and in a table of their own those that failed: a message wants the amounts' width."""
    failed = [row for row in rows if shape.fails and _is_failed(row)]
    good = [row for row in rows if not (shape.fails and _is_failed(row))]
    left_out = {_MOMENT, "profile"} if _are_implicit(shape, rows) else {_MOMENT}
    found = []
    if good or not failed:
        found.append(Table(grid(shape, good, left_out), [_is_failed(row) for row in good]))
    if failed:
        own = {name for name, _ in columns(shape) if name.partition(".")[0] not in _OF_A_FAILURE}
        found.append(Table(grid(shape, failed, left_out | own), [True] * len(failed)))
    return found


def remarks(answer: Answer, rows: Sequence[Row]) -> list[str]:
    """Give the lines below a table: of which moment the answers are, and where a page stands in its list."""
    found = []
    moments = sorted({words(row[_MOMENT]) for row in rows if row.get(_MOMENT) is not None})
    if moments:
        found.append("as of " + " to ".join(dict.fromkeys([moments[0], moments[-1]])))
    if answer.envelope is not None:
        around = answer.envelope()
        page, pages, total = (words(value_at(around, f"pagination.{name}")) for name in _PAGES)
        found.append(f"{len(rows)} of {total}, page {page} of {pages}")
    return found


def _is_shown(name: str, field: Field, rows: Sequence[Row]) -> bool:
    optional = field.quiet or name.startswith("error.")
    return not optional or any(value_at(row, name) not in (None, {}, []) for row in rows)


def _are_implicit(shape: Shape, rows: Sequence[Row]) -> bool:
    """Whether the profiles' names say no more than the providers' before them."""
    behind = [field.name for field in shape.fields[:2]] == ["provider", "profile"]
    return behind and all(row.get("profile") == row.get("provider") for row in rows)


def _is_failed(row: Row) -> bool:
    return value_at(row, "error.kind") is not None


def _title(name: str, field: Field) -> str:
    return (field.heading or name.removeprefix("error.").replace("_", " ")).upper()


def _cell(value: Json) -> str:
    if isinstance(value, Mapping):
        return ", ".join(_member(key, item) for key, item in value.items() if _is_told(item))
    if isinstance(value, list | tuple):
        return ", ".join(_entry(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words(value)


def _is_told(item: Json) -> bool:
    """Whether a member of a map is worth a word: what a provider does not support is not."""
    return not isinstance(item, Mapping) or item.get("supported") is not False


def _member(key: str, item: Json) -> str:
    return words(key) if isinstance(item, Mapping) and "supported" in item else f"{words(key)} {_cell(item)}"


def _entry(item: Json) -> str:
    """Give an entry of a list: of an object its name, and behind it what is said of it."""
    if not isinstance(item, Mapping):
        return _cell(item)
    name, *rest = (_cell(value) for value in item.values())
    told = "; ".join(part for part in rest if part)
    return f"{name} ({told})" if told not in {"", name} else name
