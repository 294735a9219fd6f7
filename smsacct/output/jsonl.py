"""JSON lines: one item a line, as it comes."""

from smsacct.exact import to_json
from smsacct.output.base import Answer, Sheet


def write(answer: Answer, sheet: Sheet) -> None:
    """Write each row as soon as it is there."""
    for row in answer.rows:
        sheet.out.write(to_json(row) + "\n")
