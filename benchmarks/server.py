"""A loopback server that answers from memory, so that a benchmark measures the client and not the server.

    python benchmarks/server.py PORT [--latency SECONDS] [--tls CERT KEY]

It answers MessageBird's balance and GoSMS.ro's messages with the bytes that the sandbox's twins would send.
"""

import argparse
import asyncio
import json
import ssl
import sys
from typing import cast
from urllib.parse import parse_qs, urlsplit

from smsacct.sandbox.gosms_ro import MESSAGES_TOTAL
from smsacct.sandbox.server import environment
from smsacct.sandbox.store import Store
from smsacct.sandbox.switchboard import Switchboard

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
ROWS_A_PAGE = 100


def replies() -> dict[str, bytes]:
    """Ask the twins once for everything that will be asked for."""
    board = Switchboard(Store(None))
    targets = ["/messagebird/balance"]
    pages = -(-MESSAGES_TOTAL // ROWS_A_PAGE)
    targets += [
        f"/gosms-ro/v1/account/messages?page={page}&limit={ROWS_A_PAGE}" for page in range(1, pages + 1)
    ]
    keys = environment("http://127.0.0.1")
    headers = {
        "HTTP_AUTHORIZATION": f"AccessKey {keys['SMSACCT_MESSAGEBIRD_ACCESS_KEY']}",
        "HTTP_X_AUTHORIZATION": keys["SMSACCT_GOSMS_RO_API_KEY"],
    }
    return {target: _asked(board, target, headers) for target in targets}


def _asked(board: Switchboard, target: str, headers: dict[str, str]) -> bytes:
    path, _, query = target.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "HTTP_HOST": "127.0.0.1",
        "wsgi.url_scheme": "http",
    }
    name = "HTTP_AUTHORIZATION" if "messagebird" in path else "HTTP_X_AUTHORIZATION"
    environ[name] = headers[name]
    status: list[str] = []
    body = b"".join(board(environ, lambda line, _headers, _error=None: status.append(line)))  # type: ignore[arg-type]
    if not status[0].startswith("200"):
        raise SystemExit(f"the sandbox answered {status[0]} to {path}")
    return body


class Answers(asyncio.Protocol):
    """One connection: each request is answered from memory, after the latency."""

    def __init__(self, known: dict[str, bytes], latency: float) -> None:
        self._known = known
        self._latency = latency
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection's other end."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            request, _, self._received = self._received.partition(b"\r\n\r\n")
            target = request.split(b" ", 2)[1].decode()
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._answer, target)
            else:
                self._answer(target)

    def _answer(self, target: str) -> None:
        body = (
            self._known.get(target)
            or self._known.get(_sorted(target))
            or json.dumps({"unknown": target}).encode()
        )
        if not self._transport.is_closing():
            self._transport.write(_HEAD % len(body) + body)


def _sorted(target: str) -> str:
    parts = urlsplit(target)
    query = parse_qs(parts.query)
    return f"{parts.path}?page={query.get('page', ['1'])[0]}&limit={query.get('limit', ['100'])[0]}"


async def serve(port: int, latency: float, tls: ssl.SSLContext | None) -> None:
    """Serve until the process is killed; says when it is ready."""
    known = replies()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Answers(known, latency), "127.0.0.1", port, ssl=tls, backlog=512
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    options = parser.parse_args()
    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
    asyncio.run(serve(options.port, options.latency, context))


if __name__ == "__main__":
    main()
