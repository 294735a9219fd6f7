"""`smsacct credits reconcile`: settles a purchase whose outcome is unknown."""

from typing import Annotated, Literal

import typer

from smsacct.actions.reconcile import reconcile
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import PURCHASES


@answers(PURCHASES, without=("profile", "provider"))
def command(
    run: Run,
    purchase_id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="The purchase, as `credits purchases` lists it.", show_default=False
        ),
    ],
    assume: Annotated[
        Literal["confirmed", "refused"] | None,
        typer.Option(help="Settle it by hand, where you know what happened; nobody is asked."),
    ] = None,
) -> None:
    """Settle a purchase whose outcome is unknown, by the balance.

    A balance that rose by at least half of the credits says that it was made; one that is exactly unchanged
    15 minutes after it, or later, that it was not charged. Anything else cannot be told (exit code 9): look
    at the provider's own pages, then settle it with --assume.

    Examples:
      smsacct credits reconcile p_0123456789ab
      smsacct credits reconcile p_0123456789ab --assume refused
    """
    settled = reconcile(run.context, purchase_id, assume)
    run.write([settled.row], single=True)
    if settled.failure is not None:
        raise settled.failure
