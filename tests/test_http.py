"""Requests over real sockets: the deadline, broken servers, redirects, and what is sent."""

import socket
import sys
import time
from contextlib import ExitStack

import pytest

from raw_server import Handler, Peer, RawServer, always, client, failure, free_port, get, in_turn
from smsacct import __version__
from smsacct.errors import ConfigError
from smsacct.http import NoReplyError
from smsacct.sandbox.server import SandboxServer

FULL = "127.0.0.2"


def silent(peer: Peer) -> None:
    peer.wait_until_gone()


def silent_after_the_request(peer: Peer) -> None:
    peer.request()
    peer.wait_until_gone()


def drip(peer: Peer, data: bytes) -> None:
    for byte in data:
        peer.send(bytes([byte]))
        time.sleep(0.05)


def dripping_headers(peer: Peer) -> None:
    peer.request()
    drip(peer, b"HTTP/1.1 200 OK\r\n" + b"X-Filler: yes\r\n" * 100)


def dripping_body(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    drip(peer, b" " * 1000)


def dripping_chunks(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    drip(peer, b"1\r\n \r\n" * 1000)


def continuing_for_ever(peer: Peer) -> None:
    peer.request()
    for _ in range(1000):
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.05)


@pytest.mark.parametrize(
    "handler",
    [silent, silent_after_the_request, dripping_headers, dripping_body, dripping_chunks, continuing_for_ever],
)
def test_the_deadline_is_kept_against(handler: Handler) -> None:
    with RawServer(handler) as server, client(server.url, 0.7) as http:
        started = time.monotonic()
        error = failure(http)
        assert 0.6 <= time.monotonic() - started < 1.7
    assert isinstance(error, NoReplyError)
    assert (error.message, error.kind) == ("127.0.0.1 gave no answer within 0.7 s", "unavailable")
    assert "--timeout" in (error.hint or "")
    assert server.connections == 1


def test_the_deadline_is_kept_against_a_handshake_that_never_ends() -> None:
    with RawServer(silent) as server, client(server.url.replace("http:", "https:"), 0.7) as http:
        started = time.monotonic()
        assert failure(http).message == "127.0.0.1 gave no answer within 0.7 s"
        assert time.monotonic() - started < 1.7


def test_the_deadline_is_kept_against_a_resolver_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def hanging(host: str, *rest: object, **more: object) -> object:
        if host == "slow.example":
            time.sleep(3)
        return real(host, *rest, **more)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    with client("https://slow.example", 0.5) as http:
        started = time.monotonic()
        assert failure(http).message == "slow.example gave no answer within 0.5 s"
        assert time.monotonic() - started < 1.5


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, where all of 127.0.0.0/8 is there")
def test_an_address_that_swallows_packets_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def two(host: str, *rest: object, **more: object) -> object:
        if host != "localhost":
            return real(host, *rest, **more)  # type: ignore[arg-type]  # handed on as they came
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in (FULL, "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with RawServer(always(body=b"[]")) as server, ExitStack() as stack:
        # A listener whose queue is full answers nobody, as an address behind a firewall does.
        full = stack.enter_context(socket.socket())
        full.bind((FULL, server.port))
        full.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex((FULL, server.port))
        started = time.monotonic()
        with client(f"http://localhost:{server.port}", 3) as http:
            assert get(http).body == b"[]"
        assert time.monotonic() - started > 1


def test_no_time_at_all() -> None:
    with RawServer(always()) as server, client(server.url, 0.001) as http:
        time.sleep(0.01)
        assert failure(http).message == "127.0.0.1 gave no answer within 0.001 s"
    assert server.requests == []


def test_a_server_that_accepts_and_closes() -> None:
    with RawServer(lambda _peer: None) as server, client(server.url, 5) as http:
        started = time.monotonic()
        error = failure(http)
        assert time.monotonic() - started < 3
    assert error.message == "127.0.0.1 dropped the connection"
    assert server.connections == 4


@pytest.mark.parametrize("reply", [b"HTTP/1.1 two hundred\r\n\r\n", b"\0\1\2\3\r\n\r\n"])
def test_a_server_that_speaks_something_else(reply: bytes) -> None:
    def handle(peer: Peer) -> None:
        peer.request()
        peer.send(reply)

    with RawServer(handle) as server, client(server.url) as http:
        assert failure(http).message == "127.0.0.1 does not answer in HTTP"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_takes_no_credential_along(status: int) -> None:
    with RawServer(always()) as other:
        handler = always(status, b"", {"Location": f"{other.url}/balance"})
        with RawServer(handler) as server, client(server.url) as http:
            error = failure(http, lambda *_: {"Authorization": "AccessKey planted"})
    assert (error.kind, error.http_status) == ("unavailable", status)
    assert (other.connections, len(server.requests)) == (0, 1)


def test_what_is_sent_with_a_read() -> None:
    with RawServer(always()) as server, client(f"{server.url}/some/prefix/") as http:
        get(http, "/v1/accounts", {"accountId": "a b/c&d=\u00e9\udcff"})
    head = server.requests[0].decode().split("\r\n")
    assert head[0] == "GET /some/prefix/v1/accounts?accountId=a+b%2Fc%26d%3D%C3%A9%FF HTTP/1.1"
    fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    assert fields == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": f"smsacct/{__version__}",
        "accept": "application/json",
        "accept-encoding": "gzip",
        "connection": "keep-alive",
    }


def test_reads_share_a_connection() -> None:
    with RawServer(always()) as server, client(server.url) as http:
        for _ in range(3):
            get(http)
    assert (len(server.requests), server.connections) == (3, 1)


def test_a_kept_connection_that_was_closed_is_made_again() -> None:
    def once(peer: Peer) -> None:
        peer.request()
        peer.reply(body=b"[1]")

    with RawServer(in_turn(once, always(body=b"[2]"))) as server, client(server.url) as http:
        assert [get(http).body for _ in range(3)] == [b"[1]", b"[2]", b"[2]"]


def test_ipv6() -> None:
    try:
        server = RawServer(always(), host="::1")
    except OSError:
        pytest.skip("this machine has no ::1")
    with server, client(server.url) as http:
        assert get(http).status == 200
        assert http.host == "::1"
    assert f"Host: [::1]:{server.port}".lower() in server.requests[0].decode().lower()


def test_nobody_listens() -> None:
    with client(f"http://127.0.0.1:{free_port()}", 5) as http:
        assert failure(http).message == "127.0.0.1 refused the connection"


@pytest.mark.parametrize("host", ["nohost.invalid", f"{'a' * 64}.invalid", "a..invalid"])
def test_a_name_that_does_not_resolve(host: str) -> None:
    with client(f"https://{host}", 5) as http:
        assert failure(http).message == f"{host} is no name that resolves"


def test_what_is_no_url_at_all() -> None:
    with pytest.raises(ConfigError), client("https://[::1"):
        pass


def test_the_sandbox_over_sockets(server: SandboxServer) -> None:
    with client(f"{server.url}/messagebird") as http:
        assert failure(http).http_status == 401
