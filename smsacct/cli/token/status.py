"""`smsacct token status`: whether a token is stored, where, and when it ends."""

from smsacct.actions.select import one
from smsacct.actions.tokens import BOTH, row, status
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.cli.token._shared import Reveal
from smsacct.shapes import TOKEN


@answers(TOKEN, without=("raw", "timeout"))
def command(run: Run, reveal: Reveal = False) -> None:
    """Show whether a token is stored, where, and when it ends; the provider is not asked.

    Without a token every field is null, and the exit code is 0.

    Examples:
      smsacct token status -p eztexting
      smsacct token status -P marketing --field expires_at
    """
    profile = one(run.context, run.wanted, "token create")
    kept = status(run.context, profile)
    run.write([row(run.context, profile, kept, reveal=BOTH if reveal else ())], single=True)
    if kept is None and not run.context.quiet:
        run.context.tell(f"hint: no token is stored; make one with `smsacct token create -P {profile.name}`")
