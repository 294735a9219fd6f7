"""Lists that shift while they are read side by side: no row is lost or doubled, whatever moves when."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsacct.actions.paging import NewestFirst
from smsacct.errors import UnavailableError
from smsacct.models import Message, Page, Pagination


def message(number: int) -> Message:
    when = datetime.fromtimestamp(number, UTC)
    return Message(str(number), "40712345678", None, Decimal(1), "EUR", "sent", when)


class Shifting:
    """A list of rows numbered upwards, newest first, that changes by a plan at each reading."""

    def __init__(self, rows: int, limit: int, changes: list[tuple[int, int]]) -> None:
        self.rows = [message(number) for number in range(rows, 0, -1)]
        self.limit = limit
        self.changes = list(changes)
        self.newest = rows
        self.reads = 0
        self.lock = threading.Lock()

    def read(self, number: int) -> Page[Message]:
        with self.lock:
            self.reads += 1
            arriving, leaving = self.changes.pop() if self.changes else (0, 0)
            for _ in range(arriving):
                self.newest += 1
                self.rows.insert(0, message(self.newest))
            if leaving:
                del self.rows[-leaving:]
            total = len(self.rows)
            items = self.rows[(number - 1) * self.limit : number * self.limit]
            pages = -(-total // self.limit)
            return Page(items, Pagination(number, self.limit, total, pages))


def ids(shifting: Shifting, at_once: int, first: int = 1) -> list[int]:
    found = NewestFirst(shifting.read, first, at_once)
    return [int(row.id) for page in found.pages() for row in page]


@settings(deadline=None, max_examples=200)
@given(
    rows=st.integers(0, 120),
    limit=st.integers(1, 13),
    at_once=st.integers(1, 8),
    arriving=st.lists(st.integers(0, 9), max_size=40),
)
def test_rows_that_arrive_double_and_lose_nothing(
    rows: int, limit: int, at_once: int, arriving: list[int]
) -> None:
    shifting = Shifting(rows, limit, [(count, 0) for count in arriving])
    found = ids(shifting, at_once)
    assert len(found) == len(set(found))
    assert set(range(1, rows + 1)) <= set(found)
    if max(arriving, default=0) * (at_once + 1) < limit:  # else a whole page of newer rows can come between
        assert found == sorted(found, reverse=True)


@settings(deadline=None, max_examples=200)
@given(
    rows=st.integers(30, 120),
    limit=st.integers(3, 13),
    at_once=st.integers(1, 8),
    leaving=st.lists(st.integers(0, 2), max_size=8),
)
def test_rows_that_leave_at_the_old_end_double_and_lose_nothing(
    rows: int, limit: int, at_once: int, leaving: list[int]
) -> None:
    found = ids(Shifting(rows, limit, [(0, count) for count in leaving]), at_once)
    assert len(found) == len(set(found))
    assert set(range(1 + sum(leaving), rows + 1)) <= set(found)


@settings(deadline=None, max_examples=200)
@given(
    rows=st.integers(30, 120),
    limit=st.integers(3, 13),
    changes=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=20),
)
def test_one_page_at_a_time_is_exact_whatever_moves(
    rows: int, limit: int, changes: list[tuple[int, int]]
) -> None:
    found = ids(Shifting(rows, limit, changes), 1)
    gone = sum(leaving for _, leaving in changes)
    assert len(found) == len(set(found))
    assert set(range(1 + gone, rows + 1)) <= set(found)


def test_a_steady_list_is_read_page_by_page_and_no_more() -> None:
    shifting = Shifting(1000, 100, [])
    assert ids(shifting, 8) == list(range(1000, 0, -1))
    assert shifting.reads == 10


def test_a_clamped_limit_is_noticed() -> None:
    shifting = Shifting(70, 7, [])

    def read(number: int) -> Page[Message]:
        page = shifting.read(number)
        return Page(page.items, page.pagination._replace(limit=100))

    found = [row.id for page in NewestFirst(read, 1, 4).pages() for row in page]
    assert found == [str(number) for number in range(70, 0, -1)]


def test_reading_can_begin_at_a_later_page() -> None:
    assert ids(Shifting(50, 10, []), 4, first=3) == list(range(30, 0, -1))


def test_rows_that_are_told_of_but_not_there_are_a_failure() -> None:
    shifting = Shifting(50, 10, [])

    def read(number: int) -> Page[Message]:
        page = shifting.read(number)
        return Page([] if number == 4 else page.items, page.pagination)

    with pytest.raises(UnavailableError):
        [row for page in NewestFirst(read, 1, 3).pages() for row in page]


def test_no_more_pages_are_asked_once_nobody_reads() -> None:
    shifting = Shifting(10_000, 10, [])
    pages = NewestFirst(shifting.read, 1, 4).pages()
    for _ in range(3):
        next(pages)
    pages.close()
    assert shifting.reads < 20
