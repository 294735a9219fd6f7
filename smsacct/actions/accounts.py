"""The customer accounts of a ledger: listed, looked up by either id, and made."""

from collections.abc import Sequence

from smsacct.actions.balance import AccountId
from smsacct.actions.session import session
from smsacct.actions.times import iso
from smsacct.context import Context
from smsacct.errors import UsageError
from smsacct.models import Account, NewAccount, Row
from smsacct.settings import Profile


def list_accounts(context: Context, profile: Profile) -> Sequence[Row]:
    """Give every customer account."""
    with session(context, profile, "accounts list") as provider:
        return [_row(profile, account) for account in provider.accounts()]


def get_account(context: Context, profile: Profile, which: AccountId) -> Row:
    """Give one customer account; raises ``RefusedError`` where there is none of that id."""
    with session(context, profile, "accounts get") as provider:
        return _row(profile, provider.account(*which))


def create_account(context: Context, profile: Profile, account: NewAccount) -> Row:
    """Make a customer account and give it as the provider has it.

    It is sent once; raises ``UnavailableError`` where no reply tells whether it was made.
    """
    with session(context, profile, "accounts create") as provider:
        return _row(profile, provider.create_account(account))


def chosen(account: str | None, external_id: str | None) -> AccountId:
    """Give the one account that is named; raises ``UsageError`` for none or two."""
    if (account is None) == (external_id is None):
        raise UsageError("one account has to be named", hint="by --account ID or by --external-id ID")
    return AccountId(account, external_id)


def _row(profile: Profile, account: Account) -> Row:
    times = {"created_at": account.created_at, "updated_at": account.updated_at}
    return {
        "provider": profile.provider,
        "profile": profile.name,
        "id": account.id,
        "external_id": account.external_id,
        "developer_id": account.developer_id,
        "name": account.name,
        "email": account.email,
        "balance": account.balance,
        "metadata": account.metadata,
        **{name: None if moment is None else iso(moment) for name, moment in times.items()},
    }
