"""Settling a purchase whose outcome is unknown: by the balance of now and that of before, or by hand."""

from datetime import datetime, timedelta
from difflib import get_close_matches
from fractions import Fraction
from typing import Final, NamedTuple

from smsacct import journal as journals
from smsacct.actions.attempt import Bought, alone, balance_of, how_to_reconcile, journal_row
from smsacct.actions.session import session
from smsacct.actions.times import iso
from smsacct.context import Context
from smsacct.deadline import Deadline
from smsacct.errors import OutcomeUnknownError, SmsacctError, UsageError
from smsacct.exact import digits
from smsacct.journal import CONFIRMED, REFUSED, UNSETTLED, Entry, Journal
from smsacct.models import Balance
from smsacct.redact import printable
from smsacct.settings import Profile

SLOW_CHARGE: Final = timedelta(minutes=15)
"""How long a charge may take to land: an unchanged balance tells nothing before that."""


class Finding(NamedTuple):
    """What a look at the balance says: the state, where it can be told, and the words for it."""

    state: str | None
    words: str
    hint: str = ""


def reconcile(context: Context, purchase_id: str, assumed: str | None = None) -> Bought:
    """Settle the purchase, by the balance or as ``assumed`` (``confirmed`` or ``refused``) without asking.

    Gives the purchase, with an ``OutcomeUnknownError`` where it cannot be told. Raises ``UsageError`` for an
    id that is not in the journal, and what reading the balance raises.
    """
    deadline = context.deadline()
    named = _find(context, purchase_id, deadline)
    try:
        with alone(context, named.profile, deadline) as journal:
            entry = journal.find(named.id) or named
            if entry.state not in UNSETTLED:
                context.note(f"purchase {entry.id} is {entry.state} already; nothing was changed")
                return Bought(journal_row(entry))
            if assumed is not None:
                finding = Finding(assumed, f"purchase {entry.id} is {assumed}, as you say")
                return _settle(context, journal, entry, finding, "assumed by hand")
            return _look(context, journal, entry, deadline)
    except SmsacctError as error:
        raise error.about(named.provider, named.profile) from None


def judge(context: Context, entry: Entry, now: Balance, moment: datetime) -> Finding:
    """Hold the balance of ``now``, read at ``moment`` or later, against the one before the purchase."""
    figures = (
        f"the balance was {digits(entry.balance_before)} {entry.unit} before purchase {entry.id} "
        f"of {entry.credits} credits and is {digits(now.amount)} {now.unit} now"
    )
    risen = Fraction(now.amount) - Fraction(entry.balance_before)  # exact, however many digits
    if now.unit == entry.unit and risen * 2 >= entry.credits:
        return Finding(CONFIRMED, f"{figures}: it was made")
    if now.unit != entry.unit or risen != 0:
        by_hand = how_to_reconcile(context, entry.id).strip("`")
        console = context.adapter(_profile_of(context, entry)).console
        return Finding(
            None,
            f"cannot tell: {figures}",
            f"look at {console}, then `{by_hand} --assume confirmed` or `--assume refused`",
        )
    tells_at = entry.created_at + SLOW_CHARGE
    if moment < tells_at:
        return Finding(
            None,
            f"too early to tell, a slow charge may still land: {figures}",
            f"try again after {iso(tells_at.replace(microsecond=0))}",
        )
    return Finding(REFUSED, f"{figures}: it was not charged")


def _look(context: Context, journal: Journal, entry: Entry, deadline: Deadline) -> Bought:
    profile = _profile_of(context, entry)
    origin = context.origin(profile)
    if origin != entry.base_url:
        context.warn(f"purchase {entry.id} went to {entry.base_url}, and {profile.name} is at {origin} now")
    moment = context.now()  # not later than the balance that is held against it
    with session(context, profile, "balance") as provider:
        provider.http.deadline = deadline
        now = balance_of(provider)
    finding = judge(context, entry, now, moment)
    entry = entry._replace(balance_after=now.amount)
    if finding.state is not None:
        return _settle(context, journal, entry, finding, "reconciled by the balance")
    return Bought(
        journal_row(entry),
        OutcomeUnknownError(finding.words, hint=finding.hint).about(entry.provider, entry.profile),
    )


def _settle(context: Context, journal: Journal, entry: Entry, finding: Finding, how: str) -> Bought:
    state = finding.state or entry.state
    entry = entry._replace(state=state, how=how, settled_at=context.now())
    journal.settle(entry)
    context.note(finding.words)
    return Bought(journal_row(entry))


def _find(context: Context, purchase_id: str, deadline: Deadline) -> Entry:
    entries = {entry.id: entry for entry in journals.read(context.folder, deadline)}
    if purchase_id in entries:
        return entries[purchase_id]
    near = get_close_matches(purchase_id, entries, 3, 0.6)
    raise UsageError(
        f"there is no purchase {printable(purchase_id)!r}",
        hint=f"did you mean {' or '.join(near)}?" if near else "`smsacct credits purchases` lists them",
    )


def _profile_of(context: Context, entry: Entry) -> Profile:
    """Give the profile that bought; one that is gone from the config is asked where it was asked then."""
    declared = context.settings.profiles.get(entry.profile)
    if declared is not None and declared.provider == entry.provider:
        return declared
    return Profile(entry.profile, entry.provider, base_url=entry.base_url)
