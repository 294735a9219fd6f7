"""`smsacct credits buy`: credits for money, once."""

from typing import Annotated

import typer

from smsacct.actions.purchases import Wish, buy
from smsacct.actions.select import one
from smsacct.cli import _amounts
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.errors import UsageError
from smsacct.redact import printable
from smsacct.settings import is_card
from smsacct.shapes import PURCHASE

_TELLS = frozenset({5, 9})  # exit codes beside which the purchase itself is written


@answers(PURCHASE)
def command(
    run: Run,
    number: Annotated[str, typer.Argument(metavar="N", help="How many credits to buy.", show_default=False)],
    card: Annotated[
        str | None,
        typer.Option(
            metavar="4242", help="The stored card, by its last four digits; else that of the profile."
        ),
    ] = None,
    coupon: Annotated[str | None, typer.Option(metavar="C", help="A coupon code.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Buy nothing, and say what would happen.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Buy without asking.")] = False,
    if_below: Annotated[
        str | None, typer.Option(metavar="N", help="Buy only where less than N is left.")
    ] = None,
    max_per_day: Annotated[
        str | None,
        typer.Option(metavar="N", help="Buy no more than N within 24 hours; lowers the profile's own cap."),
    ] = None,
) -> None:
    """Buy credits with a card that is stored at the provider.

    On a terminal it asks first. Elsewhere it needs --yes, and a cap: max_credits_per_purchase or
    max_credits_per_day of the profile in the config, or --max-per-day. A purchase whose outcome is unknown
    counts as bought. Exit code 5 says that the card or a cap refused, 9 that a purchase may or may not have
    happened: `smsacct credits reconcile` settles it.

    Examples:
      smsacct credits buy 1000 --card 4242
      smsacct credits buy 1000 --if-below 500 --yes --max-per-day 5000
      smsacct credits buy 1000 --card 4242 --dry-run
    """
    wish = Wish(
        credits=_amounts.whole("N", number),
        card=_card(card),
        coupon=_coupon(coupon),
        if_below=None if if_below is None else _amounts.amount("--if-below", if_below),
        max_per_day=None if max_per_day is None else _amounts.whole("--max-per-day", max_per_day),
        yes=yes,
        dry_run=dry_run,
    )
    bought = buy(run.context, one(run.context, run.wanted, "credits buy"), wish)
    if bought.failure is None or bought.failure.exit_code in _TELLS:
        run.write([bought.row], single=True)
    if bought.failure is not None:
        raise bought.failure


def _card(card: str | None) -> str | None:
    if card is not None and not is_card(card):
        raise UsageError("--card is not the last four digits of a card", hint="as in --card 4242")
    return card


def _coupon(coupon: str | None) -> str | None:
    if coupon is not None and (not coupon.strip() or printable(coupon) != coupon):
        raise UsageError("--coupon is empty, or holds a control character", hint="as in --coupon WELCOME10")
    return coupon
