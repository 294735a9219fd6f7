"""What came in and what it went on: the summary, deposits and message orders, by the page or all of them."""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

from smsacct.actions.session import session
from smsacct.actions.times import iso
from smsacct.context import Context
from smsacct.errors import UnavailableError, UsageError
from smsacct.models import Deposit, Message, Page, Pagination, Row
from smsacct.providers.base import ListRules, Provider
from smsacct.settings import Profile

_REMEMBERED: Final = 5000  # ids; more rows than that cannot arrive between two pages
_READINGS: Final = 5


Item = Deposit | Message


class Query(NamedTuple):
    """Which rows are wanted; ``limit`` and ``page`` as given, or ``None``."""

    page: int | None = None
    limit: int | None = None
    everything: bool = False
    since: datetime | None = None
    until: datetime | None = None
    status: str | None = None

    @property
    def all_pages(self) -> bool:
        """Whether the list is read to its end: asked for, or implied by a filter."""
        return self.everything or any(part is not None for part in (self.since, self.until, self.status))

    def takes(self, item: Item) -> bool:
        """Whether ``item`` is one of the rows that are wanted."""
        return (
            (self.since is None or item.created_at >= self.since)
            and (self.until is None or item.created_at < self.until)
            and (self.status is None or (isinstance(item, Message) and item.status == self.status))
        )


class Listing:
    """The rows of one list as they come, and the pagination once they are through."""

    def __init__(self, context: Context, profile: Profile, operation: str, query: Query) -> None:
        self._context = context
        self._profile = profile
        self._operation = operation
        self._query = query
        self.rows_given = 0
        self.page = query.page or 1
        self.limit = 0
        self._pagination: Pagination | None = None

    def rows(self) -> Iterator[Row]:
        """Give the rows; raises what the provider raises, then ``page`` says where to go on."""
        adapter = self._context.adapter(self._profile)
        if not adapter.supports(self._operation):
            raise adapter.unsupported(self._operation).about(self._profile.provider, self._profile.name)
        rules = adapter.lists[self._operation]
        self.limit = _checked_limit(self._query, rules)
        with session(self._context, self._profile, self._operation) as provider:
            for page in self._pages(provider, rules):
                for item in page:
                    self.rows_given += 1
                    yield _deposit_row(item) if isinstance(item, Deposit) else _message_row(item)
                self._context.page_done()

    def envelope(self) -> Row:
        """Give what stands around the items, once ``rows`` is through."""
        told = self._pagination
        if self._query.all_pages or told is None:
            told = Pagination(1, None, self.rows_given, 1)
        return {
            "provider": self._profile.provider,
            "profile": self._profile.name,
            "pagination": told._asdict(),
        }

    def how_to_go_on(self) -> str:
        """Say in one line how a list that broke off is continued."""
        return f"{self.rows_given} rows came; go on with --all-pages --page {self.page} --limit {self.limit}"

    def _pages(self, provider: Provider, rules: ListRules) -> Iterator[list[Item]]:
        read = self._reader(provider)
        if not self._query.all_pages:
            page = read(self.page)
            self._pagination = page.pagination
            yield list(page.items)
        elif rules.newest_first:
            yield from self._newest_first(read)
        else:
            yield self._whole(read)

    def _reader(self, provider: Provider) -> Callable[[int], Page[Item]]:
        def read(number: int) -> Page[Item]:
            provider.http.deadline = self._context.deadline()
            if self._operation == "deposits":
                deposits = provider.deposits(number, self.limit)
                return Page(deposits.items, deposits.pagination)
            messages = provider.messages(number, self.limit)
            return Page(messages.items, messages.pagination)

        return read

    def _newest_first(self, read: Callable[[int], Page[Item]]) -> Iterator[list[Item]]:
        """Read on while rows move down under new ones: a row that was seen comes again and is left out."""
        seen: deque[str] = deque(maxlen=_REMEMBERED)
        while True:
            page = read(self.page)
            fresh = [item for item in page.items if not isinstance(item, Message) or item.id not in seen]
            seen.extend(item.id for item in fresh if isinstance(item, Message))
            yield [item for item in fresh if self._query.takes(item)]
            since = self._query.since
            if since is not None and any(item.created_at < since for item in page.items):
                return
            if _is_last(page):
                return
            self.page += 1

    def _whole(self, read: Callable[[int], Page[Item]]) -> list[Item]:
        """Read a list without ids or known order until nothing changed from its first page to its last."""
        first = self.page
        for _ in range(_READINGS):
            self.page = first
            items: list[Item] = []
            totals: set[int] = set()
            while True:
                page = read(self.page)
                items.extend(page.items)
                totals.add(page.pagination.total)
                if _is_last(page):
                    break
                self.page += 1
            if len(totals) == 1:
                return [item for item in items if self._query.takes(item)]
            self._context.detail("the list changed while it was read; reading it again")
        raise UnavailableError("the list kept changing while it was read", hint="try again in a moment")


def _is_last(page: Page[Item]) -> bool:
    told = page.pagination
    if told.page >= told.total_pages:
        return True
    if not page.items:
        raise UnavailableError(
            f"page {told.page} of {told.total_pages} is empty, though {told.total} rows are told",
            hint="try again later",
        )
    return False


def _checked_limit(query: Query, rules: ListRules) -> int:
    largest = rules.largest_limit
    if query.limit is None:
        return largest if query.all_pages else rules.default_limit
    if query.limit > largest:
        raise UsageError(f"--limit {query.limit} is over this provider's maximum", hint=f"at most {largest}")
    return query.limit


def summary(context: Context, profile: Profile) -> Row:
    """Ask for what was deposited, consumed and remains."""
    with session(context, profile, "summary") as provider:
        found = provider.summary()
    return {
        "provider": profile.provider,
        "profile": profile.name,
        "unit": found.unit,
        "total_deposits": found.total_deposits,
        "total_consumed": found.total_consumed,
        "credit_remaining": found.credit_remaining,
        "orders": {
            "messages": {"count": found.message_count, "total_amount": found.message_total, "estimated": True}
        },
    }


def _deposit_row(deposit: Deposit) -> Row:
    return {"amount": deposit.amount, "unit": deposit.unit, "created_at": iso(deposit.created_at)}


def _message_row(message: Message) -> Row:
    return {**message._asdict(), "created_at": iso(message.created_at)}
