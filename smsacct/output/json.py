"""JSON: one object, or an array, indented; amounts with the provider's digits."""

from smsacct.exact import to_json
from smsacct.models import Json
from smsacct.output.base import Answer, Sheet


def write(answer: Answer, sheet: Sheet) -> None:
    """Write the whole answer at once, so that a failure leaves nothing behind."""
    rows = list(answer.rows)
    value: Json = rows[0] if answer.single else rows
    if answer.envelope is not None:
        around = dict(answer.envelope())
        pagination = around.pop("pagination")
        value = {**around, "items": rows, "pagination": pagination}
    sheet.out.write(to_json(value, indent=2) + "\n")
