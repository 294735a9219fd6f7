"""`smsacct config show`: the settings in force."""

from smsacct.actions.configure import in_force
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import SETTINGS


@answers(SETTINGS, asks="nobody")
def command(run: Run) -> None:
    """Show the settings in force, and for each where it comes from.

    Examples:
      smsacct config show
      smsacct config show --json
    """
    run.write(in_force(run.context))
