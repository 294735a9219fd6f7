"""What is left in every account: one profile or many at once, and the gate for scripts."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from smsacct.actions.reports import error_row
from smsacct.actions.session import session
from smsacct.actions.times import iso
from smsacct.context import Context
from smsacct.errors import BelowError, PartialError, SmsacctError, UsageError
from smsacct.exact import digits
from smsacct.models import Balance, Row
from smsacct.providers.base import Provider
from smsacct.settings import Profile

AT_ONCE: Final = 50


class AccountId(NamedTuple):
    """One customer account, by the provider's id or by the user's own."""

    account: str | None = None
    external_id: str | None = None

    @property
    def given(self) -> bool:
        """Whether an account was named at all."""
        return self.account is not None or self.external_id is not None


class Answered(NamedTuple):
    """What one profile answered, or why it did not."""

    profile: Profile
    rows: Sequence[Row] = ()
    balances: Sequence[Balance] = ()
    failure: SmsacctError | None = None


def balances(context: Context, profile: Profile, which: AccountId) -> Answered:
    """Ask one profile for what is left; raises what its provider or credential raises."""
    operation = "accounts balance" if which.given else "balance"
    with session(context, profile, operation) as provider:
        found = [provider.account_balance(*which)] if which.given else list(provider.balance())
    moment = iso(context.now().replace(microsecond=0))
    adapter = context.adapter(profile)
    return Answered(profile, [_row(profile, adapter, balance, moment) for balance in found], found)


def ask_all(
    context: Context,
    profiles: Sequence[Profile],
    ask: Callable[[Profile], Answered],
) -> Iterator[Answered]:
    """Ask each profile, fifty of them side by side; answers come in the order asked for.

    A profile that fails is an answer too: its row bears the error and no amounts.
    """

    def safely(profile: Profile) -> Answered:
        try:
            return ask(profile)
        except SmsacctError as error:
            failure = error.about(profile.provider, profile.name)
            who: Row = {"provider": profile.provider, "profile": profile.name, "error": error_row(failure)}
            return Answered(profile, [who], failure=failure)

    if len(profiles) == 1:
        yield safely(profiles[0])
        return
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(1 if context.one_at_a_time else min(AT_ONCE, len(profiles)))
    try:
        for number, answered in enumerate(pool.map(safely, profiles), 1):
            context.progress.show(f"{number} of {len(profiles)} profiles")
            yield answered
    finally:
        context.progress.clear()
        # A reader that went away, or Ctrl-C, waits for nobody.
        pool.shutdown(wait=False, cancel_futures=True)


def gate(answers: Sequence[Answered], least: Decimal) -> SmsacctError | None:
    """Hold every balance against ``least``; gives the failure of the ones below, raises for several units.

    A postpaid account's amount is no prepaid credit, so it is never below.
    """
    found = [(answer.profile, balance) for answer in answers for balance in answer.balances]
    units = sorted({balance.unit for _, balance in found})
    if len(units) > 1:
        raise UsageError(
            f"--fail-below holds one number against several units: {', '.join(units)}",
            hint="ask the profiles of one unit at a time",
        )
    low = [
        f"{balance.account or profile.name} has {digits(_spendable(balance))} {balance.unit}"
        for profile, balance in found
        if balance.payment != "postpaid" and _spendable(balance) < least
    ]
    if not low:
        return None
    return BelowError(f"below {digits(least)}: {'; '.join(low)}", hint="top up, or lower --fail-below")


def failed(answers: Sequence[Answered]) -> SmsacctError | None:
    """Say how many of several profiles failed, where any did."""
    names = [answer.profile.name for answer in answers if answer.failure is not None]
    if not names:
        return None
    return PartialError(
        f"{len(names)} of {len(answers)} profiles failed: {', '.join(names)}", hint="each entry says why"
    )


def _spendable(balance: Balance) -> Decimal:
    return balance.amount if balance.available is None else balance.available


def _row(profile: Profile, adapter: type[Provider], balance: Balance, moment: str) -> Row:
    account: dict[str, str | None] = {"account": balance.account}
    if adapter.has_accounts:
        account["external_id"] = balance.external_id
    return {
        "provider": profile.provider,
        "profile": profile.name,
        **account,
        "amount": balance.amount,
        "available": balance.available,
        "reserved": balance.reserved,
        "unit": balance.unit,
        "payment": balance.payment,
        "parts": balance.parts,
        "as_of": moment,
    }
