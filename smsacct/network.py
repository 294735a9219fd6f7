"""Connections that keep a deadline to the second, and know whether a byte of a request can have left.

httpx limits single steps (one connect, one read); a server that drips a byte a second keeps each of them and
never ends. Here each step may take what is left of the whole answer, the name's resolution included.
"""

import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import httpcore

from smsacct.deadline import Deadline

_Option = (  # httpcore's SOCKET_OPTION, which it does not export
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)


_LONGEST_TRY = 5.0  # seconds for one address where there are others


@dataclass(slots=True)
class Attempt:
    """One request on its way: how long it may take, and whether a byte of it can have left."""

    deadline: Deadline
    layers: int  # of TLS around the request: none for http, two through a proxy that speaks TLS itself
    departed: bool = False
    shaken: int = 0  # TLS handshakes that it began

    def left(self, late: type[httpcore.TimeoutException]) -> float:
        """Seconds that the next step may take; raises ``late`` where there are none."""
        left = self.deadline.remaining()
        if left <= 0:
            raise late("the deadline has passed")
        return left


class Network(httpcore.NetworkBackend):
    """Opens and drives the connections of a pool; ``trust`` gives what a TLS handshake trusts.

    Each thread sets ``attempt`` before its request.
    """

    def __init__(self, trust: Callable[[], ssl.SSLContext]) -> None:
        self.trust = trust
        self._here = threading.local()
        self._backend = httpcore.SyncBackend()

    @property
    def attempt(self) -> Attempt:
        """The request that this thread has under way."""
        attempt: Attempt = self._here.attempt
        return attempt

    @attempt.setter
    def attempt(self, attempt: Attempt) -> None:
        self._here.attempt = attempt

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_Option] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of ``host`` that answers; raises httpcore's connect errors."""
        del timeout, local_address, socket_options
        addresses = _resolve(host, port, self.attempt)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for index, address in enumerate(addresses):
            share = self.attempt.left(httpcore.ConnectTimeout)
            if index + 1 < len(addresses):  # an address that swallows packets leaves time for the others
                share = min(_LONGEST_TRY, share / (len(addresses) - index))
            try:
                return _Stream(self._backend.connect_tcp(address, port, share), self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("the name has no address")


class _Stream(httpcore.NetworkStream):
    """A stream whose every step is limited by the deadline of the request it serves just then."""

    def __init__(self, inner: httpcore.NetworkStream, network: Network, layers: int = 0) -> None:
        self._inner = inner
        self._network = network
        self._layers = layers

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        return self._inner.read(max_bytes, self._network.attempt.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        attempt = self._network.attempt
        left = attempt.left(httpcore.WriteTimeout)
        # What goes to a proxy to open a tunnel is not yet the request.
        if buffer and self._layers >= attempt.layers:
            attempt.departed = True
        self._inner.write(buffer, left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        del timeout, ssl_context
        attempt = self._network.attempt
        context = self._network.trust()
        context.set_alpn_protocols(["http/1.1"])
        attempt.shaken = self._layers + 1
        inner = self._inner.start_tls(context, server_hostname, attempt.left(httpcore.ConnectTimeout))
        return _Stream(inner, self._network, self._layers + 1)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


def _resolve(host: str, port: int, attempt: Attempt) -> list[str]:
    """Give the addresses of ``host``; a resolver that hangs is left behind in its thread at the deadline."""
    if _is_literal(host):
        return [host]
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            answers.put(error)
        except UnicodeError:  # a label that is empty or too long for a name
            answers.put(socket.gaierror(socket.EAI_NONAME, "no name"))
        else:
            answers.put([str(address[0]) for *_, address in found])

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=attempt.left(httpcore.ConnectTimeout))
    except queue.Empty:
        raise httpcore.ConnectTimeout("the name was not resolved in time") from None
    if not isinstance(answer, OSError):
        return answer
    try:
        raise answer
    except OSError:  # its context tells why; httpcore's pool takes the cause away
        raise httpcore.ConnectError("the name does not resolve") from answer


def _is_literal(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return True
    return False
