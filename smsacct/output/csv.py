"""CSV (RFC 4180) with a header; free text cannot start a formula in a spreadsheet."""

import csv
from collections.abc import Iterator

from smsacct.models import Json
from smsacct.output.base import Answer, Sheet, columns, value_at, words
from smsacct.shapes import Kind

_STARTS_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - sheets take these too
_NUMBERS: tuple[Kind, ...] = ("amount", "count", "time", "flag")


def write(answer: Answer, sheet: Sheet) -> None:
    """Write the header, then each row as soon as it is there."""
    writer = csv.writer(sheet.out, lineterminator="\n")
    for cells in cells_of(answer):
        writer.writerow(cells)


def cells_of(answer: Answer) -> Iterator[list[str]]:
    """Give the header and the rows as safe text, in the order of the shape."""
    heads = columns(answer.shape)
    yield [name for name, _ in heads]
    for row in answer.rows:
        yield [_cell(field.kind, value_at(row, name)) for name, field in heads]


def _cell(kind: Kind, value: Json) -> str:
    text = words(value)
    if kind in _NUMBERS or not text.lstrip().startswith(_STARTS_FORMULA) or _is_recipient(text):
        return text
    return f"'{text}"


def _is_recipient(text: str) -> bool:
    """Whether ``text`` is a telephone number such as +40712345678, which is no formula of harm."""
    return text[0] == "+" and text[1:].isascii() and text[1:].isdigit()
