"""What came in and what it went on: the summary, deposits and message orders, by the page or all of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import Final, NamedTuple

from smsacct.actions.paging import NewestFirst
from smsacct.actions.session import session
from smsacct.actions.times import iso
from smsacct.context import Context
from smsacct.errors import UnavailableError, UsageError
from smsacct.models import Deposit, Message, Page, Pagination, Row
from smsacct.providers.base import ListRules, Provider
from smsacct.settings import Profile

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
        return self.everything or self.filters

    @property
    def filters(self) -> bool:
        """Whether rows are left out."""
        return any(part is not None for part in (self.since, self.until, self.status))

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
        self._next_page: Callable[[], int] = lambda: self.page

    def rows(self) -> Iterator[Row]:
        """Give the rows; raises what the provider raises, then ``page`` says where to go on."""
        adapter = self._context.adapter(self._profile)
        if not adapter.supports(self._operation):
            raise adapter.unsupported(self._operation).about(self._profile.provider, self._profile.name)
        rules = adapter.lists[self._operation]
        self.limit = _checked_limit(self._query, rules)
        with session(self._context, self._profile, self._operation) as provider:
            try:
                yield from self._rows(self._pages(provider, rules))
            finally:
                self._context.progress.clear()

    def _rows(self, pages: Iterator[Sequence[Item]]) -> Iterator[Row]:
        for page in pages:
            for item in page:
                yield _deposit_row(item) if isinstance(item, Deposit) else _message_row(item)
            # A page that Ctrl-C cuts short is not counted: it comes again where the list goes on.
            self.rows_given += len(page)
            self.page = self._next_page()
            self._context.page_done()
            self._context.progress.show(f"{self.rows_given} rows")

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

    def _pages(self, provider: Provider, rules: ListRules) -> Iterator[Sequence[Item]]:
        if not self._query.all_pages:
            page = self._reader(provider)(self.page)
            self._pagination = page.pagination
            yield page.items
        elif rules.newest_first:
            yield from self._newest_first(provider, 1 if self._context.one_at_a_time else rules.at_once)
        else:
            yield self._whole(self._reader(provider))

    def _reader(self, provider: Provider) -> Callable[[int], Page[Item]]:
        def read(number: int) -> Page[Item]:
            provider.http.deadline = self._context.deadline()
            if self._operation == "deposits":
                deposits = provider.deposits(number, self.limit)
                return Page(deposits.items, deposits.pagination)
            messages = provider.messages(number, self.limit)
            return Page(messages.items, messages.pagination)

        return read

    def _newest_first(self, provider: Provider, at_once: int) -> Iterator[Sequence[Item]]:
        """Read ahead, several pages at a time, and stop at the first row that is too old."""

        def read(number: int) -> Page[Message]:
            provider.http.deadline = self._context.deadline()
            return provider.messages(number, self.limit)

        reading = NewestFirst(read, self.page, at_once)
        self._next_page = lambda: reading.next_page
        with closing(reading.pages()) as pages:
            for page in pages:
                yield [item for item in page if self._query.takes(item)] if self._query.filters else page
                since = self._query.since
                if since is not None and any(item.created_at < since for item in page):
                    return

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
    name, recipient, text, amount, unit, status, created_at = message
    return {
        "id": name,
        "recipient": recipient,
        "text": text,
        "amount": amount,
        "unit": unit,
        "status": status,
        "created_at": iso(created_at),
    }
