"""The only module that knows httpx: one origin, its requests, their retries and what went wrong on the way.

Reads are repeated, inside the deadline, on connection failures and on 429, 502, 503 and 504. A write is sent
once; it is repeated only where not one byte of it can have left. Redirects are never followed, replies are
bounded, and nothing that is told or raised here holds a credential.
"""

import ssl
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from smsacct import __version__
from smsacct.deadline import Deadline
from smsacct.errors import ConfigError, RateLimitedError, SmsacctError, UnavailableError
from smsacct.network import Attempt, Network
from smsacct.retry import asked_wait, backoff
from smsacct.settings import is_loopback

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

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


class Endpoint(NamedTuple):
    """Where a provider is reached: its origin, and the twin that answers in its place in the sandbox."""

    origin: str
    twin: "WSGIApplication | None" = None


class NoReplyError(UnavailableError):
    """There was no reply. ``departed``: a byte of the request can have left; ``again``: worth another try."""

    departed = True
    again = True


class Http:
    """Requests to one origin.

    ``tell`` is told of each exchange in one line without secrets; ``keep`` gets the body of each reply to a
    read that passed its judge. Set ``deadline`` anew for another answer.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        deadline: Deadline,
        *,
        tell: Callable[[str], None],
        keep: Callable[[bytes], None],
    ) -> None:
        self.origin = endpoint.origin.rstrip("/")
        self.host = urlsplit(self.origin).hostname or ""
        self.deadline = deadline
        self._encrypted = self.origin.startswith("https:")
        self._tell = tell
        self._keep = keep
        self._network = Network()
        self._client = httpx.Client(
            transport=httpx.WSGITransport(app=endpoint.twin) if endpoint.twin else self._transport(),
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113 - the network keeps the deadline of the whole answer
            headers={"User-Agent": f"smsacct/{__version__}", "Accept": "application/json"},
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def read(self, path: str, query: Mapping[str, str] | None, sign: Sign, judge: Judge) -> Reply:
        """Send a ``GET`` until a reply passes ``judge``; ``path`` follows the origin.

        Raises what the judge says of the last reply, ``NoReplyError`` where there was none.
        """
        url = f"{self.origin}{path}" + (f"?{urlencode(query)}" if query else "")
        tries = 0
        while True:
            tries += 1
            try:
                reply = self._exchange("GET", url, sign, None)
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
                return self._exchange("POST", f"{self.origin}{path}", sign, body)
            except NoReplyError as error:
                if error.departed or not error.again or tries >= _TRIES_OF_CONNECTION:
                    raise
                self._wait(tries, None, error)

    def _wait(self, tries: int, asked: float | None, failure: SmsacctError) -> None:
        seconds = backoff(tries) if asked is None else asked + backoff(1) / 4
        if seconds >= self.deadline.remaining():
            if isinstance(failure, RateLimitedError) and asked is not None:
                failure.hint = f"the provider asks to wait {asked:g} s: give it with --timeout, or try later"
            raise failure
        self._tell(f"{failure.message}; trying again in {seconds:.1f} s")
        time.sleep(seconds)

    def _exchange(self, method: str, url: str, sign: Sign, body: bytes | None) -> Reply:
        attempt = self._network.attempt = Attempt(self.deadline, self._encrypted)
        headers = dict(sign(method, url))
        if body is not None:
            # A write gets a connection of its own: one kept open may be closing at the other end.
            headers |= {"Content-Type": "application/json", "Connection": "close"}
        started = time.monotonic()
        shown = f"{method} {url.partition('?')[0]}"
        try:
            reply = self._receive(self._client.build_request(method, url, headers=headers, content=body))
        except (httpx.HTTPError, httpx.StreamError) as error:
            failure = self._explain(error, attempt)
            self._tell(f"{shown}: {failure.message}")
            raise failure from None
        self._tell(f"{shown}: {reply.status} in {time.monotonic() - started:.3f} s")
        return reply

    def _receive(self, request: httpx.Request) -> Reply:
        response = self._client.send(request, stream=True)
        try:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST_REPLY:
                    failure = NoReplyError(
                        f"the reply of {self.host} is larger than 8 MiB", hint="ask the provider's support"
                    )
                    failure.again = False
                    raise failure
        finally:
            response.close()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, headers, bytes(body))

    def _explain(self, error: Exception, attempt: Attempt) -> NoReplyError:
        """Say what went wrong, from the kind of the error alone: its text may quote a header."""
        causes = _causes(error)
        late = isinstance(error, httpx.TimeoutException) or self.deadline.passed
        untrusted = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
        hint = "check the network and the provider's status page, then try again"
        if untrusted is not None:
            message = f"the certificate of {self.host} is not trusted: {untrusted.verify_message}"
            hint = "check the clock and the system's trust store; a proxy that reads TLS needs its CA in it"
        elif late:
            message = f"{self.host} gave no answer within {self.deadline.seconds:g} s"
            hint = "try again later, or give it longer with --timeout"
        else:
            message = f"{self.host} {_what_happened(error, causes)}"
        failure = NoReplyError(message, hint=hint)
        failure.departed = attempt.departed
        failure.again = untrusted is None and not late and not isinstance(error, httpx.DecodingError)
        return failure

    def _transport(self) -> httpx.HTTPTransport:
        from truststore import SSLContext  # the sandbox needs no TLS

        proxy = None if is_loopback(self.host) else _proxy_for(self.origin, self.host)
        context = SSLContext(ssl.PROTOCOL_TLS_CLIENT) if self._encrypted else ssl.create_default_context()
        try:
            transport = httpx.HTTPTransport(verify=context, trust_env=False, proxy=proxy)
        except (ValueError, ImportError, httpx.InvalidURL):
            raise ConfigError(
                "the proxy that the environment names cannot be used",
                hint="set HTTPS_PROXY to http://host:port, or NO_PROXY to skip it",
            ) from None
        # httpx has no public way to give its pool a network; a dripping server in the tests holds this.
        transport._pool._network_backend = self._network  # noqa: SLF001
        return transport


def _proxy_for(origin: str, host: str) -> str | None:
    if proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(urlsplit(origin).scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _causes(error: BaseException | None) -> list[BaseException]:
    causes: list[BaseException] = []
    while error is not None and error not in causes:
        causes.append(error)
        error = error.__cause__ or error.__context__
    return causes


def _what_happened(error: Exception, causes: list[BaseException]) -> str:
    import socket

    seen: tuple[tuple[type[BaseException], str], ...] = (
        (socket.gaierror, "is no name that resolves"),
        (ConnectionRefusedError, "refused the connection"),
        (ssl.SSLError, "does not speak TLS as expected"),
        (httpx.ProxyError, "is not reached: the proxy refused"),
        (httpx.ConnectError, "is not reached"),
        (httpx.DecodingError, "sent a reply that does not decompress"),
    )
    for kind, words in seen:
        if any(isinstance(cause, kind) for cause in [error, *causes]):
            return words
    return "dropped the connection"
