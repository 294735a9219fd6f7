"""Small servers over real sockets, each connection in a thread, that answer as badly as a test wants."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Self

import pytest

from smsacct.deadline import Deadline
from smsacct.errors import SmsacctError
from smsacct.http import Endpoint, Http, Judge, Reply, Sign
from smsacct.providers.auth import nobody
from smsacct.providers.base import Login
from smsacct.providers.messagebird import MessageBird

PATIENCE = 20.0  # seconds after which a server gives up on a client


class Peer:
    """One connection of a server: ``number`` counts from 1; ``request`` reads the next request."""

    def __init__(self, stream: socket.socket, number: int, server: "RawServer") -> None:
        self.stream = stream
        self.number = number
        self._server = server
        self._rest = b""

    def request(self) -> bytes:
        """Give the next request as it came, head and body; nothing where the client is gone."""
        while b"\r\n\r\n" not in self._rest:
            if not self._more():
                return b""
        head, _, body = self._rest.partition(b"\r\n\r\n")
        lengths = [
            line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
        ]
        length = int(lengths[0]) if lengths else 0
        while len(body) < length:
            if not self._more():
                return b""
            body = self._rest.partition(b"\r\n\r\n")[2]
        self._rest = body[length:]
        whole = head + b"\r\n\r\n" + body[:length]
        self._server.requests.append(whole)
        self._server.moments.append(time.monotonic())
        return whole

    def _more(self) -> bool:
        data = self.stream.recv(65536)
        self._rest += data
        return bool(data)

    def send(self, data: bytes) -> None:
        self.stream.sendall(data)

    def reply(self, status: int = 200, body: bytes = b"{}", headers: Mapping[str, str] | None = None) -> None:
        """Send a whole reply; a ``Content-Length`` is added unless the headers say how the body ends."""
        fields = dict(headers or {})
        if not {"Content-Length", "Transfer-Encoding"} & set(fields):
            fields["Content-Length"] = str(len(body))
        lines = [f"HTTP/1.1 {status} Some Reason", *(f"{name}: {value}" for name, value in fields.items())]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def wait_until_gone(self) -> None:
        """Hold the connection until the client closes it."""
        with suppress(OSError):
            while self.stream.recv(65536):
                pass


Handler = Callable[[Peer], None]


class RawServer:
    """Listens on loopback; ``requests`` holds what came, ``moments`` when, over how many ``connections``."""

    def __init__(
        self, handler: Handler, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family)
        self._handler = handler
        self._tls = tls
        self._host = f"[{host}]" if ":" in host else host
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self.moments: list[float] = []
        self.connections = 0
        self._streams: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self._host}:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for stream in self._streams:
            with suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)

    def _accept(self) -> None:
        while True:
            try:
                stream, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            stream.settimeout(PATIENCE)
            self._streams.append(stream)
            thread = threading.Thread(target=self._serve, args=(stream, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, stream: socket.socket, number: int) -> None:
        with stream, suppress(OSError):  # a client that goes away is what most tests are about
            if self._tls is None:
                self._handler(Peer(stream, number, self))
                return
            with self._tls.wrap_socket(stream, server_side=True) as secure:
                self._handler(Peer(secure, number, self))


def always(status: int = 200, body: bytes = b"{}", headers: Mapping[str, str] | None = None) -> Handler:
    """Answer every request of every connection in the same way."""

    def handle(peer: Peer) -> None:
        while peer.request():
            peer.reply(status, body, headers)

    return handle


def in_turn(*handlers: Handler) -> Handler:
    """Answer the first connection with the first handler, and so on; the last answers all that follow."""
    return lambda peer: handlers[min(peer.number, len(handlers)) - 1](peer)


def drop(peer: Peer) -> None:
    """Read a request, and close without a word."""
    peer.request()


def free_port() -> int:
    """Give a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def client(
    origin: str, seconds: float = 10, told: list[str] | None = None, kept: list[bytes] | None = None
) -> Iterator[Http]:
    """Open the program's own HTTP; ``told`` gets what it tells, ``kept`` the bodies that it keeps."""
    lines: list[str] = [] if told is None else told
    bodies: list[bytes] = [] if kept is None else kept
    http = Http(Endpoint(origin), Deadline(seconds), tell=lines.append, keep=bodies.append)
    try:
        yield http
    finally:
        http.close()


def judge(http: Http) -> Judge:
    """Give the judgement of an adapter that has the base's own."""
    return MessageBird(http, Login(nobody)).judge


def get(http: Http, path: str = "/balance", query: Mapping[str, str] | None = None) -> Reply:
    """Read ``path``; raises what went wrong."""
    return http.read(path, query, nobody, judge(http))


def failure(http: Http, sign: Sign = nobody) -> SmsacctError:
    """Give what goes wrong where ``/balance`` is read."""
    with pytest.raises(SmsacctError) as caught:
        http.read("/balance", None, sign, judge(http))
    return caught.value
