"""The table: Rich with colour on a terminal, plain aligned text in a pipe, never cut to a width."""

from smsacct.models import Json, Row
from smsacct.output.base import Answer, Sheet, columns, value_at, words
from smsacct.shapes import Field

_RIGHT = ("amount", "count")
_FOLDED_TO = 20


def write(answer: Answer, sheet: Sheet) -> None:
    """Write the rows under their headings; a column that may be empty and is empty throughout is left out."""
    rows = list(answer.rows)
    heads = [(name, field) for name, field in columns(answer.shape) if _is_shown(name, field, rows)]
    titles = [_title(name, field) for name, field in heads]
    cells = [[_cell(value_at(row, name)) for name, _ in heads] for row in rows]
    right = [field.kind in _RIGHT for _, field in heads]
    if sheet.terminal:
        _draw(titles, cells, right, rows, sheet)
    else:
        _align([titles, *cells], right, sheet)
    if answer.envelope is not None:
        _foot(answer.envelope(), len(rows), sheet)


def _is_shown(name: str, field: Field, rows: list[Row]) -> bool:
    optional = field.quiet or name.startswith("error.")
    return not optional or any(value_at(row, name) not in (None, {}, []) for row in rows)


def _title(name: str, field: Field) -> str:
    return (field.heading or name.removeprefix("error.").replace("_", " ")).upper()


def _cell(value: Json) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{words(key)} {_cell(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_cell(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words(value)


def _align(lines: list[list[str]], right: list[bool], sheet: Sheet) -> None:
    from rich.cells import cell_len

    widths = [max(cell_len(line[index]) for line in lines) for index in range(len(lines[0]))]
    for line in lines:
        padded = [
            " " * (width - cell_len(cell)) + cell if aligned else cell + " " * (width - cell_len(cell))
            for cell, width, aligned in zip(line, widths, right, strict=True)
        ]
        sheet.out.write("  ".join(padded).rstrip() + "\n")


def _draw(
    titles: list[str], cells: list[list[str]], right: list[bool], rows: list[Row], sheet: Sheet
) -> None:
    from rich.box import ROUNDED
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=ROUNDED, header_style="bold", border_style="dim")
    needed = 1
    for index, (title, aligned) in enumerate(zip(titles, right, strict=True)):
        width = max(cell_len(line[index]) for line in [titles, *cells])
        # Long text is folded; nothing is cut, and least of all an amount: cut short it is a wrong balance.
        least = width if aligned or width <= _FOLDED_TO else _FOLDED_TO
        needed += least + 3
        table.add_column(title, justify="right" if aligned else "left", min_width=least, overflow="fold")
    for line, row in zip(cells, rows, strict=True):
        failed = value_at(row, "error.kind") is not None
        table.add_row(*[Text(cell, style="red" if failed else "") for cell in line])
    console = Console(
        file=sheet.out,
        force_terminal=True,
        no_color=not sheet.colour,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.width = max(console.width, needed)
    console.print(table)


def _foot(around: Row, count: int, sheet: Sheet) -> None:
    page, pages, total = (value_at(around, f"pagination.{name}") for name in ("page", "total_pages", "total"))
    if sheet.terminal:
        sheet.out.write(f"{count} of {words(total)}, page {words(page)} of {words(pages)}\n")
