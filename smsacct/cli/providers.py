"""`smsacct providers`: what each provider can do, computed from its adapter."""

from typing import Annotated

import typer

from smsacct import settings
from smsacct.actions.describe import providers
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import PROVIDERS


@answers(PROVIDERS, asks="several", without=("profile", "everyone", "raw", "timeout"))
def command(
    run: Run,
    which: Annotated[str | None, typer.Argument(metavar="[ID]", help="One provider alone.")] = None,
) -> None:
    """Show the providers and what each can do.

    With an ID: how it is logged in to, what it was checked against, and what to know of it.

    Examples:
      smsacct providers
      smsacct providers messagebird
      smsacct providers --json
    """
    wanted = list(dict.fromkeys([*([which] if which else []), *run.wanted.providers]))
    for name in wanted:
        if name not in run.context.providers:
            raise settings.unknown("provider", name, run.context.providers)
    run.write(providers(run.context, wanted))
