"""`smsacct auth logout`: removes what was stored for a profile."""

from typing import Annotated

import typer

from smsacct.actions.login import log_out, profile_to_log_in
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import LOGOUT


@answers(LOGOUT)
def command(
    run: Run,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A profile, or a provider's id.")
    ] = None,
) -> None:
    """Remove a profile's credential and token from the OS keyring.

    A stored token is revoked where that can be done. From config.toml goes only what `auth login` wrote: a
    profile that holds other settings keeps them.

    Examples:
      smsacct auth logout messagebird
      smsacct auth logout -P marketing
    """
    run.write([log_out(run.context, profile_to_log_in(run.context, name, run.wanted))], single=True)
