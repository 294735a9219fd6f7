"""What is sent again and what is not: reads with the waits that a provider asks for, writes never twice."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raw_server import Handler, Peer, RawServer, always, client, drop, failure, free_port, get, in_turn
from smsacct.errors import RateLimitedError, UnavailableError
from smsacct.http import Http, NoReplyError
from smsacct.providers.auth import nobody
from smsacct.retry import asked_wait, backoff

DATE = "Fri, 20 Nov 2026 22:45:00 GMT"


def first(status: int, headers: dict[str, str] | None = None, times: int = 1) -> Handler:
    """Answer the first requests of one connection with ``status``, the others well."""

    def handle(peer: Peer) -> None:
        for _ in range(times):
            peer.request()
            peer.reply(status, b"{}", headers)
        always(body=b"[]")(peer)

    return handle


@contextmanager
def late_server(port: int, handler: Handler, after: float) -> Iterator[list[RawServer]]:
    """Listen on ``port`` only ``after`` some seconds."""
    servers: list[RawServer] = []
    timer = threading.Timer(after, lambda: servers.append(RawServer(handler, port=port)))
    timer.start()
    try:
        yield servers
    finally:
        timer.join()
        for server in servers:
            with server:
                pass


def test_a_read_is_repeated_where_nobody_listened_yet() -> None:
    port, told = free_port(), list[str]()
    with (
        late_server(port, always(body=b"[]"), 0.25) as servers,
        client(f"http://127.0.0.1:{port}", told=told) as http,
    ):
        assert get(http).body == b"[]"
    assert len(servers[0].requests) == 1
    assert told[0] == f"GET http://127.0.0.1:{port}/balance: 127.0.0.1 refused the connection"
    assert told[1].startswith("127.0.0.1 refused the connection; trying again in 0.")


def half(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")


def half_a_head(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Le")


@pytest.mark.parametrize("handler", [drop, half, half_a_head, lambda _peer: None])
def test_a_read_is_repeated_where_the_connection_drops(handler: Handler) -> None:
    with RawServer(in_turn(handler, always(body=b"[]"))) as server, client(server.url) as http:
        assert get(http).body == b"[]"
    assert server.connections == 2


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_is_repeated_where_the_provider_is_busy(status: int) -> None:
    with RawServer(first(status, times=2)) as server, client(server.url) as http:
        assert get(http).body == b"[]"
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({"Retry-After": "1"}, 1.0),
        ({"Retry-After": "Fri, 20 Nov 2026 22:45:01 GMT", "Date": DATE}, 1.0),
        ({"X-Rate-Limit-Retry-After-Milliseconds": "600"}, 0.6),
        ({"X-Rate-Limit-Retry-After-Milliseconds": "600", "Retry-After": "60"}, 0.6),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_that_the_provider_asks_for_is_kept(
    status: int, headers: dict[str, str], least: float
) -> None:
    with RawServer(first(status, headers)) as server, client(server.url) as http:
        assert get(http).status == 200
    waited = server.moments[1] - server.moments[0]
    assert least <= waited < least + 0.7


def test_a_limit_beyond_the_deadline_is_told_at_once() -> None:
    with RawServer(always(429, headers={"Retry-After": "3"})) as server, client(server.url, 2) as http:
        started = time.monotonic()
        error = failure(http)
        assert time.monotonic() - started < 1
    assert isinstance(error, RateLimitedError)
    assert (error.exit_code, error.http_status, len(server.requests)) == (7, 429, 1)
    assert "3 s" in (error.hint or "")
    assert "--timeout" in (error.hint or "")


def test_still_limited_at_the_deadline() -> None:
    with RawServer(always(429, headers={"Retry-After": "0"})) as server, client(server.url, 1.2) as http:
        assert isinstance(failure(http), RateLimitedError)
    assert 3 <= len(server.requests) <= 9  # a provider that asks for no wait is not hammered


def test_still_out_of_order_at_the_deadline() -> None:
    with RawServer(always(503, headers={"Retry-After": "30"})) as server, client(server.url, 2) as http:
        error = failure(http)
    assert (error.kind, error.http_status, len(server.requests)) == ("unavailable", 503, 1)


def test_the_waits_grow() -> None:
    with RawServer(always(503)) as server, client(server.url, 1.9) as http:
        failure(http)
    moments = server.moments
    waits = [later - sooner for sooner, later in pairwise(moments)]
    assert len(waits) >= 3
    for index, wait in enumerate(waits):
        assert 0.1 * 2**index <= wait < 0.2 * 2**index + 0.5


@pytest.mark.parametrize(
    "status", [300, 301, 304, 307, 400, 401, 402, 403, 404, 405, 408, 409, 415, 422, 500, 501, 999]
)
def test_any_other_status_is_not_asked_for_again(status: int) -> None:
    with RawServer(always(status, b"" if status == 304 else b"{}")) as server, client(server.url) as http:
        assert failure(http).http_status == status
    assert len(server.requests) == 1


def test_every_repeated_read_is_signed_anew() -> None:
    nonces = iter("abc")
    with RawServer(first(503, times=2)) as server, client(server.url) as http:
        http.read(
            "/x",
            None,
            lambda method, url: {"X-Nonce": f"{next(nonces)} {method} {url}"},
            lambda reply: None if reply.status == 200 else UnavailableError("busy"),
        )
    assert [
        f"x-nonce: {letter} get {server.url}/x".encode() in request.lower()
        for letter, request in zip("abc", server.requests, strict=True)
    ] == [True] * 3


# Writes.


def refused_write(http: Http) -> NoReplyError:
    with pytest.raises(NoReplyError) as caught:
        http.write("/v1/credits/purchase", b'{"credits": 1000}', nobody)
    return caught.value


@pytest.mark.parametrize("handler", [drop, half, half_a_head])
def test_a_write_is_sent_once_where_the_connection_drops(handler: Handler) -> None:
    with RawServer(handler) as server, client(server.url, 5) as http:
        assert refused_write(http).departed
    assert (len(server.requests), server.connections) == (1, 1)
    assert server.requests[0].endswith(b'\r\n\r\n{"credits": 1000}')


def test_a_write_that_is_never_answered() -> None:
    def silent(peer: Peer) -> None:
        peer.request()
        peer.wait_until_gone()

    with RawServer(silent) as server, client(server.url, 0.6) as http:
        started = time.monotonic()
        assert refused_write(http).departed
        assert time.monotonic() - started < 1.6
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [200, 201, 302, 400, 401, 408, 429, 500, 503])
def test_a_write_is_not_repeated_whatever_the_status(status: int) -> None:
    with RawServer(always(status, b"", {"Retry-After": "0"})) as server, client(server.url) as http:
        assert http.write("/v1/tokens/create", b"{}", nobody).status == status
    assert len(server.requests) == 1
    assert b"content-type: application/json" in server.requests[0].lower()


def test_a_write_waits_for_a_server_that_nobody_reached_yet() -> None:
    port = free_port()
    with late_server(port, always(201), 0.25) as servers, client(f"http://127.0.0.1:{port}") as http:
        assert http.write("/v1/credits/purchase", b"{}", nobody).status == 201
    assert len(servers[0].requests) == 1


def test_a_write_that_never_left() -> None:
    with client(f"http://127.0.0.1:{free_port()}", 5) as http:
        assert not refused_write(http).departed


def test_a_write_that_there_was_no_time_for() -> None:
    with RawServer(always()) as server, client(server.url, 0.01) as http:
        time.sleep(0.05)
        assert not refused_write(http).departed
    assert server.requests == []


def test_a_write_takes_no_connection_that_was_kept_open() -> None:
    """A server may close a kept connection in the moment in which the write leaves: it would be unknown."""

    def one_reply(peer: Peer) -> None:
        peer.request()
        peer.reply()
        peer.request()  # and nothing more is answered here

    with RawServer(one_reply) as server, client(server.url) as http:
        get(http)
        assert http.write("/v1/credits/purchase", b"{}", nobody).status == 200
    assert server.connections == 2
    assert b"connection: close" in server.requests[1].lower()


# What a provider asks for.


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "9999999999"}, None),
        ({"retry-after": "\u0661"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Fri, 20 Nov 2026 22:47:00 GMT"}, None),
        ({"retry-after": "Fri, 20 Nov 2026 22:47:00 GMT", "date": DATE}, 120.0),
        ({"retry-after": "Fri, 20 Nov 2026 22:40:00 GMT", "date": DATE}, 0.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:02:00 GMT", "date": "Thu, 01 Jan 1970 00:00:00 GMT"}, 120.0),
        ({"retry-after": "Sat, 21 Nov 2026 00:47:00 +0200", "date": DATE}, 120.0),
        ({"retry-after": f"Fri, 20 Nov {'9' * 30} 22:47:00 GMT", "date": DATE}, None),
        ({"retry-after": "5", "x-rate-limit-retry-after-milliseconds": "1500"}, 1.5),
        ({"retry-after": "5", "x-rate-limit-retry-after-milliseconds": "soon"}, 5.0),
    ],
)
def test_the_wait_that_is_asked_for(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers) == seconds


@settings(deadline=None)
@given(st.text(), st.text() | st.just(DATE), st.text())
def test_any_header_is_a_wait_or_none(after: str, date: str, milliseconds: str) -> None:
    wait = asked_wait(
        {"retry-after": after, "date": date, "x-rate-limit-retry-after-milliseconds": milliseconds}
    )
    assert wait is None or wait >= 0


def test_the_wait_without_a_header_doubles_to_ten_seconds() -> None:
    for attempt, longest in [(1, 0.2), (2, 0.4), (3, 0.8), (6, 6.4), (7, 10), (50, 10), (1_000_000, 10)]:
        waits = [backoff(attempt) for _ in range(50)]
        assert longest / 2 <= min(waits) < max(waits) <= longest
