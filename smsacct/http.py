"""Requests to one origin: their deadline, their retries, and what went wrong on the way.

Reads are repeated, inside the deadline, on connection failures and on 429, 502, 503 and 504. A write is sent
once; it is repeated only where not one byte of it can have left. Redirects are never followed, replies are
bounded, and nothing that is told or raised here holds a credential. This module, ``connections.py`` and
``network.py`` alone know httpx.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple
from urllib.parse import urlencode

import httpx

from smsacct.connections import Connections, Endpoint
from smsacct.content import Content, NotUnpackedError, TooLargeError
from smsacct.deadline import Deadline
from smsacct.errors import RateLimitedError, SmsacctError, UnavailableError
from smsacct.network import Attempt
from smsacct.retry import asked_wait, backoff

__all__ = ["Connections", "Endpoint", "Http", "Judge", "NoReplyError", "Reply", "Sign"]

LARGEST_REPLY: Final = 8 * 1024 * 1024
_TRIES_OF_STATUS: Final = {502: 6, 503: 6, 504: 6, 429: 1_000_000}
_TRIES_OF_CONNECTION: Final = 4

Sign = Callable[[str, str], Mapping[str, str]]
"""Gives the headers that prove who is asking, for a method and a URL."""


class Reply(NamedTuple):
    """What came back: the status, the headers (lower-case names) and the body's bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Judge = Callable[[Reply], SmsacctError | None]
"""Tells what is wrong with a reply, if anything is."""


class NoReplyError(UnavailableError):
    """There was no reply. ``departed``: a byte of the request can have left; ``again``: worth another try."""

    departed = True
    again = True


class Http:
    """Requests to one origin, over ``shared`` connections or its own.

    ``tell`` is told of each exchange in one line without secrets; ``keep`` gets the body of each reply to a
    read that passed its judge. Set ``deadline`` anew for another answer; each thread has its own.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        deadline: Deadline,
        *,
        tell: Callable[[str], None],
        keep: Callable[[bytes], None],
        shared: Connections | None = None,
    ) -> None:
        self._connections = shared or Connections(endpoint)
        self._owned = shared is None
        self.origin = self._connections.origin
        self.host = self._connections.host
        self._first_deadline = deadline
        self._here = threading.local()
        self._tell = tell
        self._keep = keep

    @property
    def deadline(self) -> Deadline:
        """The deadline of the answer that this thread is after."""
        deadline: Deadline = getattr(self._here, "deadline", self._first_deadline)
        return deadline

    @deadline.setter
    def deadline(self, deadline: Deadline) -> None:
        self._here.deadline = deadline

    def close(self) -> None:
        """Close the connections, unless they are shared."""
        if self._owned:
            self._connections.close()

    def read(self, path: str, query: Mapping[str, str] | None, sign: Sign, judge: Judge) -> Reply:
        """Send a ``GET`` until a reply passes ``judge``; ``path`` follows the origin.

        Raises what the judge says of the last reply, ``NoReplyError`` where there was none.
        """
        url = f"{self.origin}{path}" + (f"?{urlencode(query, errors='surrogateescape')}" if query else "")
        tries = 0
        while True:
            tries += 1
            self._keep_pace()
            try:
                reply = self._exchange(self._connections.client, "GET", url, sign, None)
            except NoReplyError as error:
                if not error.again or tries >= _TRIES_OF_CONNECTION:
                    raise
                self._wait(tries, None, error)
                continue
            failure = judge(reply)
            if failure is None:
                self._keep(reply.body)
                return reply
            if not failure.retryable or tries >= _TRIES_OF_STATUS.get(reply.status, 0):
                raise failure
            self._wait(tries, asked_wait(reply.headers), failure)

    def write(self, path: str, body: bytes, sign: Sign) -> Reply:
        """Send a ``POST`` of JSON once, and give the reply, whatever it says.

        Raises ``NoReplyError``; where its ``departed`` is unset, nothing can have arrived.
        """
        tries = 0
        while True:
            tries += 1
            try:
                # A connection of its own: one kept open may be closing at the other end, and take it along.
                with self._connections.fresh() as client:
                    return self._exchange(client, "POST", f"{self.origin}{path}", sign, body)
            except NoReplyError as error:
                if error.departed or not error.again or tries >= _TRIES_OF_CONNECTION:
                    raise
                self._wait(tries, None, error)

    def _keep_pace(self) -> None:
        """Wait while another thread was told to wait; where that is past the deadline, ask all the same."""
        seconds = self._connections.held()
        if 0 < seconds < self.deadline.remaining():
            time.sleep(seconds)

    def _wait(self, tries: int, asked: float | None, failure: SmsacctError) -> None:
        seconds = backoff(tries) if asked is None else asked + backoff(tries) / 4
        if seconds >= self.deadline.remaining():
            if isinstance(failure, RateLimitedError) and asked is not None:
                failure.hint = f"the provider asks to wait {asked:g} s: give it with --timeout, or try later"
            raise failure
        self._tell(f"{failure.message}; trying again in {seconds:.1f} s")
        if isinstance(failure, RateLimitedError):
            self._connections.hold(seconds)
        time.sleep(seconds)

    def _exchange(self, client: httpx.Client, method: str, url: str, sign: Sign, body: bytes | None) -> Reply:
        ways = self._connections
        through = ways.proxy is not None and ways.proxy.url.scheme == "https"
        attempt = ways.network.attempt = Attempt(self.deadline, ways.encrypted + through)
        headers = dict(sign(method, url))
        if body is not None:
            headers |= {"Content-Type": "application/json", "Connection": "close"}
        started = time.monotonic()
        shown = f"{method} {url.partition('?')[0]}"
        try:
            reply = _receive(client, client.build_request(method, url, headers=headers, content=body))
        except (httpx.HTTPError, httpx.StreamError, NotUnpackedError, TooLargeError) as error:
            failure = self._explain(error, attempt)
            self._tell(f"{shown}: {failure.message}")
            raise failure from None
        self._tell(f"{shown}: {reply.status} in {time.monotonic() - started:.3f} s")
        return reply

    def _explain(self, error: Exception, attempt: Attempt) -> NoReplyError:
        """Say what went wrong, from the kind of the error alone: its text may quote a header."""
        causes = _causes(error)
        late = isinstance(error, httpx.TimeoutException) or self.deadline.passed
        untrusted = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
        who, hint = self.host, "check the network and the provider's status page, then try again"
        if self._connections.proxy is not None and not attempt.departed and attempt.shaken < attempt.layers:
            who = f"the proxy {self._connections.proxy.url.host} on the way to {self.host}"
            hint = "check HTTPS_PROXY, or set NO_PROXY to skip the proxy"
        again = not isinstance(error, NotUnpackedError | TooLargeError)
        if untrusted is not None:
            message = f"the certificate of {who} is not trusted: {untrusted.verify_message}"
            hint = "check the clock and the system's trust store; a proxy that reads TLS needs its CA in it"
        elif isinstance(error, httpx.ProxyError):
            status = str(error)[:3]  # the reply to CONNECT; its reason is the proxy's own text
            again = status in {"429", "502", "503", "504"}
            message = f"{who} refused (HTTP {status})" if status.isdigit() else f"{who} refused"
        elif late:
            message = f"{who} gave no answer within {self.deadline.seconds:g} s"
            hint = "try again later, or give it longer with --timeout"
        else:
            message = f"{who} {_what_happened(error, causes)}"
        failure = NoReplyError(message, hint=hint)
        failure.departed = attempt.departed
        failure.again = again and untrusted is None and not late
        return failure


def _receive(client: httpx.Client, request: httpx.Request) -> Reply:
    response = client.send(request, stream=True)
    try:
        body = Content(response.headers.get("content-encoding", ""), LARGEST_REPLY)
        for chunk in response.iter_raw():
            body.add(chunk)
    finally:
        response.close()
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, body.whole())


def _causes(error: BaseException | None) -> list[BaseException]:
    causes: list[BaseException] = []
    while error is not None and error not in causes:
        causes.append(error)
        error = error.__cause__ or error.__context__
    return causes


def _what_happened(error: Exception, causes: list[BaseException]) -> str:
    seen: tuple[tuple[type[BaseException], str], ...] = (
        (TooLargeError, "sent a reply of more than 8 MiB"),
        (NotUnpackedError, "sent a reply that does not decompress"),
        (socket.gaierror, "is no name that resolves"),
        (ConnectionRefusedError, "refused the connection"),
        (ssl.SSLEOFError, "dropped the connection"),
        (ssl.SSLError, "does not speak TLS as expected"),
        (httpx.ConnectError, "is not reached"),
    )
    for kind, words in seen:
        if any(isinstance(cause, kind) for cause in [error, *causes]):
            return words
    if isinstance(error, httpx.RemoteProtocolError) and not str(error).startswith(("Server disc", "peer ")):
        return "does not answer in HTTP"
    return "dropped the connection"
