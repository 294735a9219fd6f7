"""TSV with a header: one line an item, for cut, awk and sort; a break or a tab in a cell becomes a space."""

from smsacct.output.base import Answer, Sheet
from smsacct.output.csv import cells_of


def write(answer: Answer, sheet: Sheet) -> None:
    """Write the header, then each row as soon as it is there."""
    for cells in cells_of(answer):
        sheet.out.write("\t".join(cells) + "\n")
