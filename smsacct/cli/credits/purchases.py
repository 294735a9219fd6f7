"""`smsacct credits purchases`: the purchase journal."""

from smsacct.actions.purchases import listed
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import PURCHASES


@answers(PURCHASES, asks="several", without=("raw", "timeout"))
def command(run: Run) -> None:
    """List every purchase, the newest first, with its outcome.

    It reads the journal on this machine and asks no provider. Without a name it lists the purchases of every
    profile. An outcome is confirmed, refused, unknown, or pending (under way, or broken off).

    Examples:
      smsacct credits purchases
      smsacct credits purchases -P marketing --format csv
    """
    run.write(listed(run.context, run.wanted))
