"""`smsacct profiles`: what is configured."""

from smsacct.actions.describe import profiles
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import PROFILES


@answers(PROFILES, asks="several", without=("raw", "timeout"))
def command(run: Run) -> None:
    """Show the configured profiles.

    Those are the ones of the config file and those that the environment gives a credential.

    Examples:
      smsacct profiles
      smsacct profiles --field profile
    """
    run.write(profiles(run.context, run.wanted))
