"""The connections to one origin, shared by everybody who asks there: trust, proxy, and the pace to keep."""

import ssl
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.request import getproxies, proxy_bypass

import httpx

from smsacct import __version__
from smsacct.base_url import is_loopback
from smsacct.content import ACCEPTED
from smsacct.errors import ConfigError
from smsacct.network import Network

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_LIMITS: Final = httpx.Limits(max_connections=None, max_keepalive_connections=None)


class Endpoint(NamedTuple):
    """Where a provider is reached: its origin, and the twin that answers in its place in the sandbox."""

    origin: str
    twin: "WSGIApplication | None" = None


class Connections:
    """The connections to one origin, and its pace: shared by all profiles and threads that ask there."""

    def __init__(self, endpoint: Endpoint) -> None:
        url = _url(endpoint.origin)
        self.origin = str(url).rstrip("/")
        self.host = url.raw_host.decode("ascii")  # as it goes over the wire: `host` would decode xn-- names
        self.encrypted = url.scheme == "https"
        self.proxy = None if endpoint.twin or is_loopback(self.host) else _proxy_for(url)
        self.network = Network(self._trust)
        self._twin = endpoint.twin
        self._trusted = _system_trust() if self.encrypted and not endpoint.twin else None
        self.client = self.fresh()
        self._not_before = 0.0

    def close(self) -> None:
        """Close them all."""
        self.client.close()

    def hold(self, seconds: float) -> None:
        """Let nobody ask again before ``seconds`` have passed: the provider limits the rate."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)

    def held(self) -> float:
        """Seconds until somebody may ask."""
        return max(0.0, self._not_before - time.monotonic())

    def fresh(self) -> httpx.Client:
        """Give a client with connections of its own."""
        return httpx.Client(
            transport=httpx.WSGITransport(app=self._twin) if self._twin else self._transport(),
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113 - the network keeps the deadline of the whole answer
            headers={
                "User-Agent": f"smsacct/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": ACCEPTED,
            },
        )

    def _trust(self) -> ssl.SSLContext:
        """Give what one handshake trusts: truststore's context lets no other begin before it is over."""
        if self._trusted is not None:
            return self._trusted
        from truststore import SSLContext

        return SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def _transport(self) -> httpx.HTTPTransport:
        try:
            transport = httpx.HTTPTransport(
                verify=_nobody_trusted(), trust_env=False, proxy=self.proxy, limits=_LIMITS
            )
        except (ValueError, ImportError):
            raise _no_proxy() from None
        # httpx has no public way to give its pool a network; a dripping server in the tests holds this.
        transport._pool._network_backend = self.network  # noqa: SLF001
        return transport


def _url(origin: str) -> httpx.URL:
    try:
        return httpx.URL(origin)
    except httpx.InvalidURL:
        raise ConfigError("base_url is no URL", hint="write it as https://host") from None


def _system_trust() -> ssl.SSLContext | None:
    """Give OpenSSL's own trust, read once for all handshakes: SSL_CERT_FILE, SSL_CERT_DIR, or the system's.

    ``None`` where the system keeps its trust elsewhere (macOS, Windows), or where OpenSSL finds nothing.
    """
    if sys.platform in {"darwin", "win32"}:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    folder = ssl.get_default_verify_paths().capath
    found = context.cert_store_stats()["x509_ca"] or (folder and any(Path(folder).glob("*.0")))
    return context if found else None


def _nobody_trusted() -> ssl.SSLContext:
    """Give a context for httpx to hold, which trusts nobody: the network shakes hands with another."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _proxy_for(url: httpx.URL) -> httpx.Proxy | None:
    if proxy_bypass(url.netloc.decode("ascii")):
        return None
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy:
        return None
    try:
        found = httpx.Proxy(proxy if "://" in proxy else f"http://{proxy}")
        found.ssl_context = _nobody_trusted() if found.url.scheme == "https" else None
    except (ValueError, httpx.InvalidURL):
        raise _no_proxy() from None
    if not found.url.host:
        raise _no_proxy()
    return found


def _no_proxy() -> ConfigError:
    return ConfigError(
        "the proxy that the environment names cannot be used",
        hint="set HTTPS_PROXY to http://host:port, or NO_PROXY to skip it",
    )
