"""What the token commands share: the option that shows tokens in full, and how a token just made is told."""

from collections.abc import Callable
from typing import Annotated

import typer

from smsacct.actions.select import one
from smsacct.actions.token_store import Kept
from smsacct.actions.tokens import BOTH, NotKeptError, row
from smsacct.cli._run import Run
from smsacct.context import Context
from smsacct.settings import Profile

Reveal = Annotated[bool, typer.Option("--reveal", help="Show the tokens in full, not only how they begin.")]


def answer(run: Run, operation: str, make: Callable[[Context, Profile], Kept], *, reveal: bool) -> None:
    """Write the token that ``make`` gives; one that could be neither stored nor revoked is shown now."""
    profile = one(run.context, run.wanted, operation)
    shown = BOTH if reveal else ()
    try:
        kept = make(run.context, profile)
    except NotKeptError as error:
        run.write([row(run.context, profile, error.kept, reveal=shown, stored=False)], single=True)
        raise
    run.write([row(run.context, profile, kept, reveal=shown)], single=True)
