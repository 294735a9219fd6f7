"""The fast way to read a page gives what the careful way gives, or leaves the page to it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsacct.errors import UnavailableError
from smsacct.models import Message, Page
from smsacct.providers.gosms_ro import _NAMES, _message, _page
from smsacct.records import page_of
from smsacct.wire import Body

ROW: Mapping[str, object] = {
    "message_uuid": "392b08a2",
    "recipient": "40712345678",
    "message": "<message>",
    "amount": 0.03,
    "currency": "EUR",
    "external_status": "delivered",
    "created_at": "2026-03-29T17:32:20.000Z",
}
PAGINATION = {"page": 1, "limit": 20, "total": 1, "total_pages": 1}


def reply(row: Mapping[str, object], pagination: object = None) -> bytes:
    return json.dumps({"data": [row], "pagination": pagination or PAGINATION}).encode()


def fast(data: bytes, *secrets: str) -> Page[Message] | None:
    return page_of(data, "data", Message, _NAMES, secrets)


def careful(data: bytes) -> Page[Message] | None:
    try:
        return _page(Body.read(data), _message)
    except UnavailableError:
        return None


def test_a_page_is_read_exactly() -> None:
    page = fast(reply(ROW).replace(b"0.03", b"0.0300"))
    assert page is not None
    when = datetime(2026, 3, 29, 17, 32, 20, tzinfo=UTC)
    expected = Message("392b08a2", "40712345678", "<message>", Decimal("0.0300"), "EUR", "delivered", when)
    assert page.items == [expected]
    assert str(page.items[0].amount) == "0.0300"
    assert page.pagination == (1, 20, 1, 1)


@pytest.mark.parametrize(
    "data",
    [
        reply(ROW).replace(b"0.03", b"3e-9"),
        reply(ROW).replace(b"0.03", b"true"),
        reply(ROW).replace(b"0.03", b"null"),
        reply(ROW).replace(b"0.03", b"1e400"),
        reply(ROW).replace(b"0.03", b"NaN"),
        reply(ROW).replace(b"0.03", b'"0.03"'),
        reply(ROW).replace(b"20.000Z", b"20.000+02:00"),
        reply(ROW).replace(b"20.000Z", b"20"),
        reply({**ROW, "message": "key-of-mine"}),
        reply({name: value for name, value in ROW.items() if name != "recipient"}),
        reply(ROW)[:-3],
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_what_is_odd_is_left_to_the_careful_way(data: bytes) -> None:
    assert fast(data, "key-of-mine") is None


@pytest.mark.parametrize("absent", ["message", "external_status"])
def test_what_may_be_null_may_be_missing(absent: str) -> None:
    for row in ({**ROW, absent: None}, {name: value for name, value in ROW.items() if name != absent}):
        assert fast(reply(row)) == careful(reply(row)) is not None


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.decimals(allow_nan=False, allow_infinity=False, places=4).map(str),
    st.text(max_size=12),
    st.datetimes().map(datetime.isoformat),
    st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    st.just([]),
    st.just({}),
)


@given(st.sampled_from([*ROW, *PAGINATION, "more"]), VALUES)
def test_both_ways_agree_on_a_changed_page(name: str, value: object) -> None:
    row = {**ROW, name: value} if name not in PAGINATION else ROW
    pagination = {**PAGINATION, name: value} if name in PAGINATION else PAGINATION
    data = reply(row, pagination)
    found = fast(data)
    assert found is None or found == careful(data)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_left_to_the_careful_way(data: bytes) -> None:
    assert fast(data) is None
