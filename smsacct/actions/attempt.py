"""One purchase under its profile's lock: journaled, sent once, and held against the balance read after it."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

from smsacct.actions.times import iso
from smsacct.context import Context
from smsacct.deadline import Deadline
from smsacct.errors import OutcomeUnknownError, SmsacctError, UnavailableError
from smsacct.exact import digits
from smsacct.journal import CONFIRMED, PENDING, REFUSED, UNKNOWN, Entry, Journal
from smsacct.models import Balance, PurchaseOrder, Row
from smsacct.providers.base import Provider
from smsacct.settings import Profile
from smsacct.state import locked

_WAITS: Final = (0.25, 0.5, 1.0, 1.5, 1.75)  # seconds between readings, for a vendor that lags: 5 in all


class Bought(NamedTuple):
    """A purchase as it is answered, and the failure that it ends with, if any."""

    row: Row
    failure: SmsacctError | None = None


def purchase_row(entry: Entry) -> Row:
    """Give a journaled purchase as `credits buy` answers with it."""
    return {
        "provider": entry.provider,
        "profile": entry.profile,
        "purchase_id": entry.id,
        "credits": entry.credits,
        "outcome": entry.state,
        "balance_before": entry.balance_before,
        "balance_after": entry.balance_after,
        "unit": entry.unit,
    }


def journal_row(entry: Entry) -> Row:
    """Give a journaled purchase as `credits purchases` lists it."""
    return {**purchase_row(entry), "card": entry.card, "created_at": iso(entry.created_at)}


@contextmanager
def alone(context: Context, profile: str, deadline: Deadline) -> Iterator[Journal]:
    """Hold the lock under which this profile buys, and give the journal.

    Whoever wrote a row that is still pending is gone, for it held this lock: such a row becomes unknown.
    """
    folder = context.folder
    with locked(folder / f"purchase-{profile}.lock", deadline), Journal(folder, deadline) as journal:
        if any(entry.state == PENDING for entry in journal.unsettled(profile)):
            journal.abandon(profile, context.now(), "its process ended before the outcome was known")
        yield journal


def balance_of(provider: Provider) -> Balance:
    """Read what is left in the one account that is bought for."""
    found = provider.balance()
    if len(found) != 1:
        raise UnavailableError(
            f"{provider.name} tells {len(found)} balances where one is due",
            hint=f"look at {provider.console}",
        )
    return found[0]


def how_to_reconcile(context: Context, purchase_id: str) -> str:
    """Give the command that settles a purchase whose outcome is unknown."""
    return f"`smsacct credits reconcile {purchase_id}{' --sandbox' if context.sandbox else ''}`"


class Attempt:
    """One purchase; ``entry`` is what is known of it, ``None`` where it did not come into the journal."""

    def __init__(self, context: Context, journal: Journal, provider: Provider, deadline: Deadline) -> None:
        self.context = context
        self.journal = journal
        self.provider = provider
        self.deadline = deadline
        self.entry: Entry | None = None

    def make(self, profile: Profile, order: PurchaseOrder, before: Balance) -> Bought:
        """Journal the purchase, send it once, and read the balance until it has risen.

        Raises what the journal raises where it cannot take the purchase, which then is not sent. Whatever
        breaks in, the row does not stay pending: what may have happened is unknown.
        """
        entry = Entry(
            id=f"p_{secrets.token_hex(6)}",
            profile=profile.name,
            provider=profile.provider,
            base_url=self.context.origin(profile),
            credits=order.credits,
            card=order.card,
            coupon=order.coupon,
            unit=before.unit,
            balance_before=before.amount,
            created_at=self.context.now(),
        )
        try:
            self.journal.begin(entry)
            self.entry = entry
            return self._send(entry, order)
        except SmsacctError:  # of the journal, before anything was sent; the rest is given with the purchase
            raise
        except BaseException as error:
            self._give_up(entry)
            if isinstance(error, Exception) and self.entry is not None:
                raise self._unknown(
                    self.entry, f"a bug of ours broke it off ({type(error).__name__})"
                ) from error
            raise

    def _send(self, entry: Entry, order: PurchaseOrder) -> Bought:
        try:
            receipt = self.provider.buy_credits(order)
        except SmsacctError as error:
            entry = entry._replace(reply_status=error.http_status)
            if not _says_no(error):
                failure = self._unknown(entry, error.message, error.http_status)
                return self._finish(entry, UNKNOWN, "no reply that tells the outcome", failure)
            error.message = f"{error.message}; nothing was bought"
            return self._finish(entry, REFUSED, "the provider refused, or was not reached", error)
        entry = entry._replace(reply_status=receipt.status, digest=receipt.digest)
        with suppress(SmsacctError):  # it is written once more with the outcome
            self.journal.replied(entry.id, receipt)
        return self._compare(entry)

    def _compare(self, entry: Entry) -> Bought:
        """Tell the outcome of an accepted purchase: confirmed where the balance has risen at all."""
        try:
            after = self._balance_after(entry)
        except SmsacctError as error:
            why = f"it was accepted, but the balance cannot be read after it: {error.message}"
            return self._finish(entry, UNKNOWN, "accepted, balance not read", self._unknown(entry, why))
        entry = entry._replace(balance_after=after.amount)
        if _has_risen(entry, after):
            return self._finish(entry, CONFIRMED, "accepted, and the balance rose")
        why = (
            f"it was accepted, but the balance was {digits(entry.balance_before)} {entry.unit} before "
            f"and is {digits(after.amount)} {after.unit} after"
        )
        return self._finish(entry, UNKNOWN, "accepted, balance not risen", self._unknown(entry, why))

    def _balance_after(self, entry: Entry) -> Balance:
        """Read the balance until it has risen, for a few seconds; a later reading that fails ends that."""
        after = balance_of(self.provider)
        for seconds in _WAITS:
            if _has_risen(entry, after) or seconds >= self.deadline.remaining():
                break
            time.sleep(seconds)
            try:
                after = balance_of(self.provider)
            except SmsacctError as error:
                self.context.detail(error.message)
                break
        return after

    def _finish(self, entry: Entry, state: str, how: str, failure: SmsacctError | None = None) -> Bought:
        """Write the outcome. Where that fails the row stays pending, and the next run has it reconciled."""
        entry = entry._replace(state=state, how=how, settled_at=self.context.now())
        try:
            self.journal.settle(entry)
        except SmsacctError as error:
            self.context.warn(f"the outcome of purchase {entry.id} is not written down: {error.message}")
            if state == CONFIRMED:
                failure = self._unknown(entry, f"it was accepted and the balance rose, but {error.message}")
                entry = entry._replace(state=UNKNOWN)
        self.entry = entry
        return Bought(purchase_row(entry), failure)

    def _give_up(self, entry: Entry) -> None:
        """Make a purchase that was broken off unknown, unless its outcome is written already."""
        with suppress(SmsacctError):
            self.journal.settle(
                entry._replace(state=UNKNOWN, how="it was broken off", settled_at=self.context.now())
            )
            self.entry = self.journal.find(entry.id)

    def _unknown(self, entry: Entry, why: str, status: int | None = None) -> OutcomeUnknownError:
        return OutcomeUnknownError(
            f"{self.provider.name} may or may not have sold {entry.credits} credits to {entry.profile} "
            f"(purchase {entry.id}): {why}",
            hint=f"settle it with {how_to_reconcile(self.context, entry.id)}; nothing more is bought before",
            http_status=status,
        )


def _has_risen(entry: Entry, after: Balance) -> bool:
    return after.unit == entry.unit and after.amount > entry.balance_before


def _says_no(failure: SmsacctError) -> bool:
    """Whether ``failure`` says that nothing was bought: a 4xx, or a connection that was never made."""
    from smsacct.http import NoReplyError

    status = failure.http_status
    if status is not None:
        return 400 <= status < 500 and status != 408
    return isinstance(failure, NoReplyError) and not failure.departed
