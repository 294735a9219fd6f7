"""`smsacct auth status`: where each credential comes from, and whether it works."""

from smsacct.actions.login import status, worst
from smsacct.actions.select import every, nobody
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import AUTH_STATUS


@answers(AUTH_STATUS, asks="several")
def command(run: Run) -> None:
    """Show for every profile where each field of its credential comes from, and whether it works.

    No value is ever shown. Exit code 4 where a provider rejects one, else 3 where one is missing.

    Examples:
      smsacct auth status
      smsacct auth status -p messagebird --json
    """
    profiles = every(run.context, run.wanted)
    if not profiles:
        raise nobody()
    answered = status(run.context, profiles)
    run.write(row for answer in answered for row in answer.rows)
    failure = worst(answered)
    if failure is not None:
        raise failure
