"""Draws tables on a terminal: in a box, without one where that is too wide, else row by row, a field a line.

Text is folded, an amount never: cut short it is a wrong balance. What is too wide all the same is left to the
terminal to fold.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.box import ROUNDED, SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Drawn
from rich.text import Text

from smsacct.output._grid import Column, Table
from smsacct.output.base import Sheet

_FOLDED_TO: Final = 12
_TALLEST: Final = 8  # lines; a cell that is folded into more is easier to read as a record
_NARROWEST: Final = 20


def draw(tables: Sequence[Table], remarks: Sequence[str], sheet: Sheet) -> None:
    """Draw ``tables`` one below the other, and ``remarks`` below them."""
    console = Console(
        file=sheet.out,
        force_terminal=True,
        color_system="auto" if sheet.colour else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    paint(console, tables, remarks)


def paint(console: Console, tables: Sequence[Table], remarks: Sequence[str]) -> None:
    """Draw on ``console`` as wide as it is, or wider where an amount would be cut."""
    room = max(console.width, _NARROWEST)
    for table in tables:
        for drawn in _fitted(table, room) or _records(table, room):
            # As wide as what is drawn, or Rich would cut it.
            console.width = max(room, sum((column.width or 0) + 3 for column in drawn.columns) + 1)
            console.print(drawn)
    for remark in remarks:
        console.print(Text(remark, style="dim"), soft_wrap=True)


def _fitted(table: Table, room: int) -> list[Drawn] | None:
    """Draw the rows as lines, the looser of the ways that fit; ``None`` where none does."""
    natural = [max(map(cell_len, _lines(column))) for column in table.columns]
    least = [
        min(width, max(_least(column), *map(cell_len, column.title.split())))
        for column, width in zip(table.columns, natural, strict=True)
    ]
    for smallest in (natural, least):
        for box, gap, edge in ((ROUNDED, 3, 1), (SIMPLE_HEAD, 2, 0)):
            widths = _shrunk(natural, smallest, room - gap * len(natural) - edge)
            if widths is not None and _tallest(table, widths) <= _TALLEST:
                return [_drawn(table, widths, box)]
    return None


def _tallest(table: Table, widths: list[int]) -> int:
    """Give how many lines the tallest cell takes, about."""
    sizes = [
        -(-cell_len(cell) // width)
        for column, width in zip(table.columns, widths, strict=True)
        for cell in column.cells
    ]
    return max(sizes, default=0)


def _shrunk(natural: list[int], least: list[int], room: int) -> list[int] | None:
    """Take from the widest column, again and again, until all fit; none gets narrower than its least."""
    widths = [min(width, max(smallest, room)) for width, smallest in zip(natural, least, strict=True)]
    while sum(widths) > room:
        able = [index for index, width in enumerate(widths) if width > least[index]]
        if not able:
            return None
        widths[max(able, key=widths.__getitem__)] -= 1
    return widths


def _drawn(table: Table, widths: list[int], box: Box) -> Drawn:
    folded = [
        any(
            cell_len(column.cells[index]) > width for column, width in zip(table.columns, widths, strict=True)
        )
        for index in range(len(table.failed))
    ]
    drawn = Drawn(
        box=box,
        padding=(0, 1) if box is ROUNDED else (0, 1, 0, 0),
        show_edge=box is ROUNDED,
        show_lines=folded.count(True) * 2 > len(folded) > 1,
        header_style="bold cyan",
        border_style="dim",
    )
    for column, width in zip(table.columns, widths, strict=True):
        drawn.add_column(
            column.title, width=width, justify="right" if column.right else "left", overflow="fold"
        )
    for index, failed in enumerate(table.failed):
        cells = [
            _text(column, column.cells[index], width, failed=failed)
            for column, width in zip(table.columns, widths, strict=True)
        ]
        drawn.add_row(*cells)
    return drawn


def _records(table: Table, room: int) -> Iterator[Drawn]:
    """Draw each row field by field, what is empty left out."""
    titles = max(cell_len(column.title) for column in table.columns)
    for index, failed in enumerate(table.failed):
        shown = [column for column in table.columns if column.cells[index]]
        width = max([room - titles - 2, *(_least(column) for column in shown)])
        drawn = Drawn(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
        drawn.add_column(width=titles, style="bold cyan")
        drawn.add_column(width=width, overflow="fold")
        for column in shown:
            drawn.add_row(column.title, _text(column, column.cells[index], width, failed=failed))
        drawn.add_row()
        yield drawn


def _text(column: Column, cell: str, width: int, *, failed: bool) -> Text:
    """Give ``cell`` as it is to be folded: a map and a time between their parts, other text anywhere."""
    if cell_len(cell) > width:
        cell = "\n".join(_parts(column, cell))
    negative = column.right and cell.startswith("-")
    return Text(cell, style="red" if failed or negative else "")


def _parts(column: Column, cell: str) -> list[str]:
    if column.kind == "time":
        day, mark, time = cell.partition("T")
        return [day + mark, time]
    if column.kind == "map":
        pieces = cell.split(", ")
        return [f"{piece}," for piece in pieces[:-1]] + pieces[-1:]
    return [cell]


def _least(column: Column) -> int:
    """Give the width below which a cell of ``column`` is harder to read than a record."""
    widest = max((cell_len(part) for cell in column.cells for part in _parts(column, cell)), default=0)
    if column.right or column.kind in {"time", "map"}:
        return widest
    return min(widest, _FOLDED_TO)


def _lines(column: Column) -> list[str]:
    return [column.title, *column.cells]
