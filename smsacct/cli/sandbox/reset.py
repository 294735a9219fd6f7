"""`smsacct sandbox reset`: the sandbox forgets."""

from smsacct.actions.sandbox import reset
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import SANDBOX_RESET


@answers(SANDBOX_RESET, asks="nobody", without=("sandbox",))
def command(run: Run) -> None:
    """Forget everything that the sandbox remembers; nothing of yours is touched.

    Examples:
      smsacct sandbox reset
    """
    run.context.sandbox = True
    run.write_value(reset(run.context), "folder")
