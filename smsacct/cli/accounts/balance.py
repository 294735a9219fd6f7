"""`smsacct accounts balance`: what is left in one customer account."""

from smsacct.actions.accounts import chosen
from smsacct.actions.balance import balances
from smsacct.actions.select import one
from smsacct.cli._accounts import AccountOption, ExternalIdOption
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import BALANCE


@answers(BALANCE)
def command(run: Run, account: AccountOption = None, external_id: ExternalIdOption = None) -> None:
    """Show what is left in one customer account, with what is reserved and what is available.

    Examples:
      smsacct accounts balance -p credits-dev --account acc_123
      smsacct accounts balance -p credits-dev --external-id user_123 --field available
    """
    which = chosen(account, external_id)
    profile = one(run.context, run.wanted, "accounts balance")
    run.write(balances(run.context, profile, which).rows, single=True)
