"""`smsacct accounts create`: a new customer account."""

from collections.abc import Sequence
from typing import Annotated

import typer

from smsacct.actions.accounts import create_account
from smsacct.actions.select import one
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.errors import UsageError
from smsacct.models import NewAccount
from smsacct.redact import printable
from smsacct.shapes import ACCOUNT


@answers(ACCOUNT)
def command(
    run: Run,
    name: Annotated[str, typer.Option(metavar="NAME", help="The customer's name.")],
    email: Annotated[str | None, typer.Option(metavar="EMAIL", help="The customer's e-mail.")] = None,
    external_id: Annotated[
        str | None, typer.Option(metavar="ID", help="Your own id for the customer.")
    ] = None,
    metadata: Annotated[
        list[str], typer.Option(metavar="KEY=VALUE", help="Kept with the account; may be repeated.")
    ] = [],  # noqa: B006 - Typer copies it
) -> None:
    r"""Make a customer account.

    It is sent once. Where the reply is lost, look with `accounts get --external-id` before you try again.

    Examples:
      smsacct accounts create -p credits-dev --name "John Doe" --external-id user_123 \
        --email john@example.com --metadata plan=premium
    """
    if not name.strip():
        raise UsageError("--name is empty", hint='as in --name "John Doe"')
    account = NewAccount(name, external_id, email, _pairs(metadata))
    profile = one(run.context, run.wanted, "accounts create")
    run.write([create_account(run.context, profile, account)], single=True)


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise UsageError(f"--metadata {printable(text)!r} is no KEY=VALUE", hint="as in plan=premium")
        if key in pairs:
            raise UsageError(f"--metadata names {printable(key)!r} twice", hint="give each key once")
        pairs[key] = value
    return pairs
