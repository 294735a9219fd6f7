"""`smsacct accounts get`: one customer account."""

from smsacct.actions.accounts import chosen, get_account
from smsacct.actions.select import one
from smsacct.cli._accounts import AccountOption, ExternalIdOption
from smsacct.cli._options import command as answers
from smsacct.cli._run import Run
from smsacct.shapes import ACCOUNT


@answers(ACCOUNT)
def command(run: Run, account: AccountOption = None, external_id: ExternalIdOption = None) -> None:
    """Show one customer account, by the provider's id or by your own.

    Examples:
      smsacct accounts get -p credits-dev --account acc_abc123
      smsacct accounts get -p credits-dev --external-id user_123 --json
    """
    which = chosen(account, external_id)
    row = get_account(run.context, one(run.context, run.wanted, "accounts get"), which)
    run.write([row], single=True)
