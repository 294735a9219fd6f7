"""Reading a long list, newest rows first, several pages side by side, in order, with no row lost or doubled.

While it is read, new rows arrive on top and push the others down, so a page number means other rows from one
moment to the next. A page that is read after the one before it can repeat rows, which their ids tell, but
never skip one. A page that was read ahead can: where its total differs from that of the page before it, it is
thrown away with all that was read ahead, and read again from there.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from smsacct.errors import UnavailableError
from smsacct.models import Message, Page

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

_WORTH_A_THREAD: Final = 0.005  # seconds
_REMEMBERED: Final = 5000  # ids; more rows cannot arrive between two pages

Read = Callable[[int], Page[Message]]


class NewestFirst:
    """The rows from page ``first`` to the end, read ``at_once`` pages at a time.

    ``page`` is the page that the rows given last came from.
    """

    def __init__(self, read: Read, first: int, at_once: int) -> None:
        self._read = read
        self._at_once = at_once
        self.page = first
        self._limit = 0
        self._total = 0
        self._given = _Remembered()

    @property
    def next_page(self) -> int:
        """The page whose rows come next: where a list that broke off is continued."""
        return self.page + 1 if self._limit else self.page

    def pages(self) -> Generator[Sequence[Message], None, None]:
        """Give the rows of one page after the other; each list is what that page adds.

        Raises what ``read`` raises, and ``UnavailableError`` where a page is empty that should not be.
        """
        started = time.monotonic()
        head = self._read(self.page)
        # Where pages come faster than they are worked through, more threads only get in each other's way.
        self._at_once = max(1, min(self._at_once, int((time.monotonic() - started) / _WORTH_A_THREAD)))
        self._limit = _real_limit(head)
        yield self._taken(head)
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(self._at_once)
        try:
            yield from self._rest(pool)
        finally:  # a reader that went away, or a failure: what is not under way is not asked any more
            pool.shutdown(wait=False, cancel_futures=True)

    def _rest(self, pool: "ThreadPoolExecutor") -> Iterator[Sequence[Message]]:
        ahead: deque[Future[Page[Message]]] = deque()
        sure = 0  # the page that was asked for only after the one before it was taken
        while self.page + len(ahead) < self._last or ahead:
            while len(ahead) < self._at_once and self.page + len(ahead) < self._last:
                if not ahead:
                    sure = self.page + 1
                ahead.append(pool.submit(self._read, self.page + len(ahead) + 1))
            page = ahead.popleft().result()
            if page.pagination.total != self._total and sure != self.page + 1:
                for future in ahead:
                    future.cancel()
                ahead.clear()
                continue
            self.page += 1
            yield self._taken(page)

    @property
    def _last(self) -> int:
        return -(-self._total // self._limit) if self._limit else 0

    def _taken(self, page: Page[Message]) -> Sequence[Message]:
        """Give the rows of a page that were not given before."""
        self._total = page.pagination.total
        if not page.items and (self.page - 1) * self._limit < self._total:
            raise UnavailableError(
                f"page {self.page} is empty, though the list tells of {self._total} rows",
                hint="try again later",
            )
        names = [message.id for message in page.items]
        known = [index for index, name in enumerate(names) if name in self._given]
        self._given.add(names)
        # What stands above a row that was given is newer than the first page, and would come out of order.
        return page.items[known[-1] + 1 :] if known else page.items


class _Remembered:
    """The ids that came last: at least ``_REMEMBERED`` of them, at most twice as many."""

    def __init__(self) -> None:
        self._newer: set[str] = set()
        self._older: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._newer or name in self._older

    def add(self, names: Iterable[str]) -> None:
        """Remember ``names``, and forget the oldest where there are many."""
        self._newer.update(names)
        if len(self._newer) >= _REMEMBERED:
            self._older, self._newer = self._newer, set()


def _real_limit(head: Page[Message]) -> int:
    """Give how many rows a page has: a provider may silently apply a smaller limit than was asked for."""
    told = head.pagination
    if told.page < told.total_pages and head.items:
        return len(head.items)
    return max(told.limit or 0, len(head.items))
