"""The table: Rich with colour on a terminal, plain aligned text in a pipe, never cut to a width."""

from collections.abc import Sequence

from smsacct.output._grid import Column, grid, remarks, tables
from smsacct.output.base import Answer, Sheet


def write(answer: Answer, sheet: Sheet) -> None:
    """Write the rows under their headings; a column that may be empty and is empty throughout is left out."""
    rows = list(answer.rows)
    if not sheet.terminal:
        _align(grid(answer.shape, rows), sheet)
        return
    from smsacct.output._drawing import draw

    draw(tables(answer.shape, rows), remarks(answer, rows), sheet)


def _align(table: Sequence[Column], sheet: Sheet) -> None:
    from rich.cells import cell_len

    padded = []
    for column in table:
        lines = [column.title, *column.cells]
        widest = max(map(cell_len, lines))
        gaps = [" " * (widest - cell_len(line)) for line in lines]
        padded.append(
            [gap + line if column.right else line + gap for line, gap in zip(lines, gaps, strict=True)]
        )
    for line in zip(*padded, strict=True):
        sheet.out.write("  ".join(line).rstrip() + "\n")
