"""`smsacct balance`: what is left in every account."""

from typing import Annotated

import typer

from smsacct.actions.balance import AccountId, ask_all, balances, failed, gate
from smsacct.actions.select import many
from smsacct.cli import _amounts
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.errors import UsageError
from smsacct.shapes import BALANCE


@answers(BALANCE, asks="several")
def command(
    run: Run,
    account: Annotated[
        str | None, typer.Option(metavar="ID", help="One customer account, by the provider's id.")
    ] = None,
    external_id: Annotated[
        str | None, typer.Option(metavar="ID", help="One customer account, by your own id.")
    ] = None,
    fail_below: Annotated[
        str | None,
        typer.Option(metavar="N", help="End with exit code 8 where less than N is left: a gate for scripts."),
    ] = None,
) -> None:
    """Show what is left in every account.

    Without a name it asks every configured profile, or the one that default_profile names. One name gives one
    JSON object; --all, several names, or none give an array, and so does a provider with several accounts.

    --fail-below holds what is available, where that is told, else the amount. A postpaid account is never
    below; balances of several units at once are an error.

    Examples:
      smsacct balance --provider messagebird
      smsacct balance --all --json
      smsacct balance -P marketing --fail-below 500 && ./campaign.sh
    """
    least = None if fail_below is None else _amounts.amount("--fail-below", fail_below)
    which = AccountId(account, external_id)
    if account is not None and external_id is not None:
        raise UsageError("--account and --external-id disagree", hint="name the account by one of them")
    targets = many(run.context, run.wanted)
    if which.given and len(targets.profiles) > 1:
        raise UsageError("an account belongs to one profile", hint="name the profile with -P or -p")
    if targets.single:
        answered = [balances(run.context, targets.profiles[0], which)]
    else:
        answered = list(
            ask_all(
                run.context,
                targets.profiles,
                lambda profile: balances(run.context, profile, which),
            )
        )
    below = None if least is None else gate(answered, least)
    one = targets.single and (which.given or not run.context.adapter(targets.profiles[0]).has_accounts)
    run.write([row for answer in answered for row in answer.rows], single=one)
    failure = failed(answered) or below
    if failure is not None:
        raise failure
