"""`smsacct auth login`: verifies a credential and stores it in the OS keyring."""

from typing import Annotated

import typer

from smsacct.actions.login import log_in, profile_to_log_in, read_fields
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import LOGIN


@answers(LOGIN)
def command(
    run: Run,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A profile, or a provider's id.")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            metavar="M", help="How to log in where there are several ways: `smsacct providers ID` names them."
        ),
    ] = None,
    stdin: Annotated[
        bool,
        typer.Option("--stdin", help="Read the fields as a JSON object, or the bare secret where it is one."),
    ] = False,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Store it without asking the provider.")
    ] = False,
) -> None:
    """Store a credential in the OS keyring.

    It is asked for without echo, verified with one read call, stored, read back, and the profile is noted in
    config.toml (never the secret). A secret is never taken as an argument.

    Examples:
      smsacct auth login messagebird
      smsacct auth login marketing --provider eztexting
      pass show sms/messagebird | smsacct auth login messagebird --stdin
    """
    profile = profile_to_log_in(run.context, name, run.wanted)
    chosen, fields = read_fields(run.context, profile, method, stdin=stdin)
    run.write([log_in(run.context, profile, chosen, fields, check=not no_verify)], single=True)
