"""The bodies of replies over real sockets: packed, in chunks, too large, and bombs."""

import gzip
import tracemalloc
import zlib

import pytest

from raw_server import Peer, RawServer, always, client, failure, get
from smsacct.errors import UnavailableError
from smsacct.http import LARGEST_REPLY

CHUNKED = {"Transfer-Encoding": "chunked"}


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@pytest.mark.parametrize("most", [LARGEST_REPLY, LARGEST_REPLY + 1])
def test_a_reply_of_8_mib_is_the_largest(most: int) -> None:
    with RawServer(always(body=b" " * most)) as server, client(server.url, 20) as http:
        if most == LARGEST_REPLY:
            assert len(get(http).body) == most
        else:
            assert failure(http).message == "127.0.0.1 sent a reply of more than 8 MiB"
    assert len(server.requests) == 1


def test_a_reply_without_end_is_not_read_to_its_end() -> None:
    sent = [0]

    def endless(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while sent[0] < 400_000_000:
            peer.send(chunked(b" " * 65536))
            sent[0] += 65536

    with RawServer(endless) as server, client(server.url, 20) as http:
        error = failure(http)
    assert isinstance(error, UnavailableError)
    assert server.connections == 1
    assert sent[0] < LARGEST_REPLY + 16 * 1024 * 1024  # what fits into the sockets' buffers goes with it


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_does_not_go_off(encoding: str) -> None:
    packer = zlib.compressobj(9, wbits=31 if encoding == "gzip" else 15)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(300)) + packer.flush()
    assert len(bomb) < 400_000
    handler = always(body=bomb, headers={"Content-Encoding": encoding})
    with RawServer(handler) as server, client(server.url, 20) as http:
        tracemalloc.start()
        error = failure(http)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert error.message == "127.0.0.1 sent a reply of more than 8 MiB"
    assert peak < 5 * LARGEST_REPLY
    assert server.connections == 1


BODY = b'{"amount": 10.324, "text": "' + b"abc" * 5000 + b'"}'


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BODY)),
        ("GZIP", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("identity", BODY),
    ],
)
def test_packed_and_chunked_replies_are_read(encoding: str, packed: bytes) -> None:
    pieces = [packed[start : start + 7] for start in range(0, len(packed), 7)]
    body = b"".join(chunked(piece) for piece in pieces) + b"0\r\n\r\n"
    kept: list[bytes] = []
    handler = always(body=body, headers={**CHUNKED, "Content-Encoding": encoding})
    with RawServer(handler) as server, client(server.url, kept=kept) as http:
        assert get(http).body == BODY
    assert kept == [BODY]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BODY)[:-20]),
        ("gzip", BODY),
        ("gzip", gzip.compress(BODY) + b"more"),
        ("br", BODY),
        ("gzip, gzip", gzip.compress(gzip.compress(BODY))),
    ],
)
def test_what_does_not_unpack_is_refused_and_not_asked_for_again(encoding: str, body: bytes) -> None:
    handler = always(body=body, headers={"Content-Encoding": encoding})
    with RawServer(handler) as server, client(server.url) as http:
        assert failure(http).message == "127.0.0.1 sent a reply that does not decompress"
    assert server.connections == 1


def test_an_empty_body_unpacks_to_nothing() -> None:
    with RawServer(always(401, b"", {"Content-Encoding": "gzip"})) as server, client(server.url) as http:
        assert failure(http).kind == "auth"
