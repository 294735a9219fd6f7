"""Faults as a client meets them over real sockets."""

import http.client
import socket
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from smsacct.sandbox.server import SandboxServer
from smsacct.sandbox.spoil import OVERSIZED_BYTES
from smsacct.sandbox.store import Store

from .client import BALANCE, BIRD, BUYER, GOOD, ORDER, ask, bought, buy, over
from .conftest import Serve


def test_fifty_requests_wait_at_once(serve: Serve) -> None:
    server = serve("messagebird:latency=400ms")
    started = time.monotonic()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: ask(server, BALANCE, BIRD).status, range(50)))
    assert answers == [200] * 50
    assert 0.4 <= time.monotonic() - started < 3


def test_a_status_has_the_vendors_shape_and_no_effect(serve: Serve, store: Store) -> None:
    server = serve("eztexting:status=503,times=2,method=POST,latency=50ms")
    refused = buy(server)
    assert (refused.status, refused.text("title")) == (503, "Service Unavailable")
    assert (buy(server).status, bought(store)) == (503, 0)
    assert (buy(server).status, bought(store)) == (201, 1)


def test_a_status_can_come_after_the_effect(serve: Serve, store: Store) -> None:
    assert buy(serve("eztexting:status=503,processed,times=1")).status == 503
    assert bought(store) == 1


def test_a_2xx_status_keeps_the_reply(serve: Serve) -> None:
    answer = ask(serve("messagebird:status=202"), BALANCE, BIRD)
    assert (answer.status, answer.number("amount")) == (202, 103)


def test_a_code_of_the_vendors_own(serve: Serve) -> None:
    server = serve("agiletelecom:code=9,times=1", "agiletelecom:code=100,status=200")
    path = "/agiletelecom/services/sms/credit"
    first, second = (ask(server, path, GOOD["agiletelecom"]) for _ in range(2))
    assert (first.status, first.json["code"], first.json["status"]) == (503, 9, "error")
    assert (second.status, second.json["code"]) == (200, 100)


def test_rate_limits_say_how_long(serve: Serve) -> None:
    server = serve("messagebird:rate_limit=2,times=1", "messagebird:rate_limit=1500ms,times=1")
    first, second = (ask(server, BALANCE, BIRD) for _ in range(2))
    assert (first.status, first.headers["retry-after"]) == (429, "2")
    assert (second.status, second.headers["x-rate-limit-retry-after-milliseconds"]) == (429, "1500")
    assert "retry-after" not in second.headers


def test_headers_and_redirects(serve: Serve) -> None:
    server = serve(
        "messagebird:status=302,location=https://example.com/a,header=X-A:1,header=content-type:a/b"
    )
    answer = ask(server, BALANCE, BIRD)
    assert (answer.status, answer.headers["location"], answer.headers["x-a"]) == (
        302,
        "https://example.com/a",
        "1",
    )
    assert (answer.headers["content-type"], answer.body) == ("a/b", b"")


def test_an_option_of_the_twin_for_some_requests(serve: Serve) -> None:
    server = serve("messagebird:option=type:credits,option=amount:9.20,times=1")
    assert ask(server, BALANCE, BIRD).body == b'{"payment": "prepaid", "type": "credits", "amount": 9.20}'
    assert ask(server, BALANCE, BIRD).text("type") == "euros"


_BODIES: Mapping[str, bytes] = {
    "truncated": b'{"payment": "prepaid", "typ',
    "nan": b'{"payment": "prepaid", "type": "euros", "amount": NaN}',
    "empty": b"",
    "list": b'[{"payment": "prepaid", "type": "euros", "amount": 103}]',
    "invalid_utf8": b'{"note": "\xff\xfe", "payment": "prepaid", "type": "euros", "amount": 103}',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    'body={"amount": "a,b"}': b'{"amount": "a,b"}',
}


@pytest.mark.parametrize("word", _BODIES)
def test_spoiled_bodies(serve: Serve, word: str) -> None:
    answer = ask(serve(f"messagebird:{word}"), BALANCE, BIRD)
    assert (answer.status, answer.body == _BODIES[word]) == (200, True)
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["content-length"] == str(len(_BODIES[word]))


def test_an_oversized_body_is_only_too_long(serve: Serve) -> None:
    answer = ask(serve("messagebird:oversized"), BALANCE, BIRD)
    assert (len(answer.body), answer.number("amount")) == (OVERSIZED_BYTES, 103)


def test_html_and_content_types(serve: Serve) -> None:
    server = serve("messagebird:html,status=200,times=1", "messagebird:content_type=text/plain")
    page, other = (ask(server, BALANCE, BIRD) for _ in range(2))
    assert page.body.startswith(b"<!DOCTYPE html>")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert (other.headers["content-type"], other.number("amount")) == ("text/plain", 103)


def _received(server: SandboxServer) -> bytes:
    """Buy over a bare socket, and give what comes before the connection is reset."""
    lines = [f"{name}: {value}" for name, value in BUYER.items()]
    head = "\r\n".join(["POST /eztexting/v1/credits/purchase HTTP/1.1", "Host: localhost", *lines])
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(f"{head}\r\nContent-Length: {len(ORDER)}\r\n\r\n{ORDER}".encode())
        try:
            while chunk := client.recv(4096):
                received += chunk
        except ConnectionResetError:
            return received
    pytest.fail("the connection ended in order, without a reset")


@pytest.mark.parametrize(("drop", "count"), [("request", 0), ("before", 1)])
def test_a_connection_dropped_before_the_reply_is_reset(
    serve: Serve, store: Store, drop: str, count: int
) -> None:
    server = serve(f"eztexting:drop={drop},times=1")
    assert _received(server) == b""
    assert bought(store) == count
    assert buy(server).status == 201


def test_a_connection_dropped_in_the_middle_gives_half_the_reply(serve: Serve, store: Store) -> None:
    head, _, body = _received(serve("eztexting:drop=middle")).partition(b"\r\n\r\n")
    length = int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0])
    assert len(body) == length // 2 > 0
    assert bought(store) == 1


def test_a_connection_dropped_after_the_reply_was_announced_by_nothing(serve: Serve) -> None:
    server = serve("messagebird:drop=after,times=1")
    with closing(http.client.HTTPConnection("127.0.0.1", server.port)) as connection:
        answer = over(connection, BALANCE, BIRD)
        assert (answer.number("amount"), "connection" in answer.headers) == (103, False)
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)):
            over(connection, BALANCE, BIRD)
