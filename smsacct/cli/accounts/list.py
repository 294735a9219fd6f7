"""`smsacct accounts list`: every customer account."""

from smsacct.actions.accounts import list_accounts
from smsacct.actions.select import one
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import ACCOUNT


@answers(ACCOUNT)
def command(run: Run) -> None:
    """List the customer accounts.

    Examples:
      smsacct accounts list --provider credits-dev
      smsacct accounts list -p credits-dev --field id
    """
    run.write(list_accounts(run.context, one(run.context, run.wanted, "accounts list")))
