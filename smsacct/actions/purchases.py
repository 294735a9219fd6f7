"""Buying credits: what is checked and asked before anything is sent; and the list of what was bought."""

import time
from datetime import timedelta
from decimal import Decimal
from typing import Final, NamedTuple, TextIO

from smsacct import journal as journals
from smsacct import settings
from smsacct.actions.attempt import Attempt, Bought, alone, balance_of, how_to_reconcile, journal_row
from smsacct.actions.select import Wanted
from smsacct.actions.session import session
from smsacct.actions.times import iso
from smsacct.context import Context
from smsacct.errors import (
    ConfigError,
    InterruptedByUserError,
    OutcomeUnknownError,
    RefusedError,
    SmsacctError,
    UsageError,
)
from smsacct.exact import digits
from smsacct.journal import UNSETTLED, Journal
from smsacct.models import Balance, PurchaseOrder, Row
from smsacct.settings import Profile

DRY_RUN: Final = "dry-run"
NOT_NEEDED: Final = "not-needed"
_DAY: Final = timedelta(hours=24)


class Wish(NamedTuple):
    """What the command line asks for; ``max_per_day`` can only lower the configured cap."""

    credits: int
    card: str | None = None
    coupon: str | None = None
    if_below: Decimal | None = None
    max_per_day: int | None = None
    yes: bool = False
    dry_run: bool = False


def buy(context: Context, profile: Profile, wish: Wish) -> Bought:
    """Buy credits once, or say why not.

    Where something is raised nothing was bought, but for ``InterruptedByUserError``, which says what is
    known. A purchase that was sent and refused, or that may have happened, is given with its failure.
    """
    try:
        buyer = _Buyer(context, profile, _checked(context, profile, wish), wish)
        try:
            bought = buyer.run()
        except KeyboardInterrupt:
            raise buyer.interrupted() from None
    except ConfigError as error:
        error.message = f"{error.message}; nothing was bought"
        raise error.about(profile.provider, profile.name) from None
    except SmsacctError as error:
        raise error.about(profile.provider, profile.name) from None
    if bought.failure is not None:
        bought.failure.about(profile.provider, profile.name)
    return bought


def listed(context: Context, wanted: Wanted) -> list[Row]:
    """Give the journal, the newest purchase first: all of it, or that of the named profiles and providers."""
    entries = journals.read(context.folder, context.deadline())
    if wanted.everyone and (wanted.profiles or wanted.providers):
        raise UsageError("--all and a name disagree", hint="leave out --all, or the names")
    journaled = {entry.profile for entry in entries}
    for name in wanted.profiles:
        known = {*journaled, *context.settings.profiles, *context.providers}
        if name not in known:
            raise settings.unknown("profile", name, known)
    for provider in wanted.providers:
        if provider not in context.providers:
            raise settings.unknown("provider", provider, context.providers)
    everything = not (wanted.profiles or wanted.providers)
    return [
        journal_row(entry)
        for entry in entries
        if everything or entry.profile in wanted.profiles or entry.provider in wanted.providers
    ]


def _checked(context: Context, profile: Profile, wish: Wish) -> PurchaseOrder:
    """Check what needs neither the network nor the journal."""
    adapter = context.adapter(profile)
    if not adapter.supports("credits buy"):
        raise adapter.unsupported("credits buy")
    card = wish.card or profile.card
    if card is None:
        raise UsageError(
            "no card is named",
            hint="add --card with its last four digits, or set `card` of the profile in the config",
        )
    caps = (profile.max_credits_per_purchase, profile.max_credits_per_day, wish.max_per_day)
    if not context.has_person:
        if not wish.yes and not wish.dry_run:
            raise UsageError(
                "nobody can be asked here, so nothing is bought", hint="add --yes to buy unasked"
            )
        if wish.yes and all(cap is None for cap in caps):
            raise UsageError(
                "--yes off a terminal needs a cap",
                hint="add --max-per-day N, or max_credits_per_day to the profile in the config",
            )
    largest = profile.max_credits_per_purchase
    if largest is not None and wish.credits > largest:
        raise RefusedError(
            f"{wish.credits} credits are over the cap of {largest} per purchase; nothing was bought",
            hint="buy less, or raise max_credits_per_purchase in the config",
        )
    return PurchaseOrder(wish.credits, card, wish.coupon)


class _Buyer:
    """One run of `credits buy`: looks, asks where somebody is to be asked, looks again, and sends."""

    def __init__(self, context: Context, profile: Profile, order: PurchaseOrder, wish: Wish) -> None:
        self.context = context
        self.profile = profile
        self.order = order
        self.wish = wish
        self.name = context.adapter(profile).name
        self.deadline = context.deadline()
        self.spent = 0
        self.attempt: Attempt | None = None
        caps = [cap for cap in (profile.max_credits_per_day, wish.max_per_day) if cap is not None]
        self.cap = min(caps, default=None)

    def run(self) -> Bought:
        if self.wish.dry_run:
            return self._under_lock(send=False)
        if not self.wish.yes:
            # Nobody else has to wait for a person's answer: the lock is let go, and all is looked at again.
            seen = self._under_lock(send=False)
            if seen.row["outcome"] == NOT_NEEDED:
                return seen
            self._ask(seen.row)
        return self._under_lock(send=True)

    def interrupted(self) -> InterruptedByUserError:
        """Give the failure of Ctrl-C, which says what is known of a purchase that was under way."""
        entry = self.attempt.entry if self.attempt is not None else None
        if entry is None:
            return InterruptedByUserError("interrupted; nothing was bought", hint="start again to buy")
        bought = f"purchase {entry.id} of {entry.credits} credits"
        if entry.state in UNSETTLED:
            return InterruptedByUserError(
                f"interrupted while {bought} was under way: it may or may not have happened",
                hint=f"settle it with {how_to_reconcile(self.context, entry.id)}",
            )
        return InterruptedByUserError(
            f"interrupted after {bought} was {entry.state}", hint="`smsacct credits purchases` lists it"
        )

    def _under_lock(self, *, send: bool) -> Bought:
        with alone(self.context, self.profile.name, self.deadline) as journal:
            self._refuse_unsettled(journal)
            self.spent = journal.spent(self.profile.name, self.context.now() - _DAY)
            if self.wish.if_below is None:
                self._check_day()
            with session(self.context, self.profile, "credits buy") as provider:
                provider.http.deadline = self.deadline
                before = balance_of(provider)
                if self.wish.if_below is not None and before.amount >= self.wish.if_below:
                    return Bought(self._unbought(NOT_NEEDED, before, after=before.amount))
                self._check_day()
                if not send:
                    return Bought(self._unbought(DRY_RUN, before))
                self.attempt = Attempt(self.context, journal, provider, self.deadline)
                return self.attempt.make(self.profile, self.order, before)

    def _refuse_unsettled(self, journal: Journal) -> None:
        open_ones = journal.unsettled(self.profile.name)
        if not open_ones:
            return
        first = open_ones[0]
        raise OutcomeUnknownError(
            f"purchase {first.id} of {first.credits} credits ({iso(first.created_at)}) may or may not have "
            f"happened, so nothing more is bought for {self.profile.name}",
            hint=f"settle it first: {how_to_reconcile(self.context, first.id)}",
        )

    def _check_day(self) -> None:
        total = self.spent + self.order.credits
        if self.cap is None or total <= self.cap:
            return
        configured = self.profile.max_credits_per_day
        source = "max_credits_per_day in the config" if self.cap == configured else "--max-per-day"
        raise RefusedError(
            f"{self.order.credits} credits would make {total} within 24 hours, over the cap of {self.cap}; "
            "nothing was bought",
            hint=f"wait, buy less, or raise {source}",
        )

    def _unbought(self, outcome: str, before: Balance, after: Decimal | None = None) -> Row:
        return {
            "provider": self.profile.provider,
            "profile": self.profile.name,
            "credits": self.order.credits,
            "outcome": outcome,
            "balance_before": before.amount,
            "balance_after": after,
            "unit": before.unit,
        }

    def _ask(self, seen: Row) -> None:
        """Ask the person at the terminal, on stderr; the deadline does not run meanwhile."""
        before = seen["balance_before"]
        balance = digits(before) if isinstance(before, Decimal) else ""
        limit = "" if self.cap is None else f" of at most {self.cap}"
        coupon = "" if self.order.coupon is None else f", coupon {self.order.coupon}"
        tell = self.context.tell
        tell(f"Buy {self.order.credits} credits for profile {self.profile.name}")
        tell(f"  from      {self.name} ({self.profile.provider})")
        tell(f"  card      ending in {self.order.card}{coupon}")
        tell(f"  balance   {balance} {seen['unit']}")
        tell(f"  bought    {self.spent}{limit} credits in the last 24 hours, without these")
        self.context.stderr.write("Buy them? [y/N] ")
        self.context.stderr.flush()
        asked = time.monotonic()
        answer = _line(self.context.stdin)
        self.deadline.extend(time.monotonic() - asked)
        if answer.strip().lower() not in {"y", "yes"}:
            raise RefusedError("not bought: you said no", hint="answer y to buy")


def _line(stdin: TextIO) -> str:
    try:
        return stdin.readline()
    except UnicodeDecodeError:
        return ""
