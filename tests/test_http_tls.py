"""TLS and proxies over real sockets: whom the tool trusts, and which way its requests take."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from certificates import Authority, authority
from connect_proxy import ConnectProxy
from raw_server import Peer, RawServer, always, client, drop, failure, get
from smsacct.deadline import Deadline
from smsacct.errors import ConfigError
from smsacct.http import Connections, Endpoint, Http, NoReplyError
from smsacct.providers.auth import nobody

NAME = "api.provider.example"
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def other_ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("other"), "others")


@pytest.fixture(autouse=True)
def _environment(ca: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(ca.file))


@pytest.fixture(params=["OpenSSL's trust", "truststore, as on macOS and Windows"])
def _platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param.startswith("truststore"):
        monkeypatch.setattr("smsacct.connections._system_trust", lambda: None)


@pytest.fixture
def secure(ca: Authority) -> Iterator[RawServer]:
    """Serve TLS under a provider's name and on loopback."""
    with RawServer(always(body=b"[]"), ca.server(NAME, "127.0.0.1", "localhost")) as server:
        yield server


def not_trusted(server: RawServer, url: str | None = None) -> str:
    with client(url or server.url) as http:
        error = failure(http)
    assert (error.kind, server.connections, server.requests) == ("unavailable", 1, [])
    assert "trust store" in (error.hint or "")
    return error.message


@pytest.mark.usefixtures("_platform")
def test_a_server_that_ssl_cert_file_vouches_for(secure: RawServer) -> None:
    with client(secure.url) as http:
        assert get(http).body == b"[]"


@pytest.mark.usefixtures("_platform")
def test_a_server_that_ssl_cert_dir_vouches_for(
    secure: RawServer, ca: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca.put_into(tmp_path)
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with client(secure.url) as http:
        assert get(http).body == b"[]"


@pytest.mark.usefixtures("_platform")
def test_a_server_that_nobody_vouches_for(
    secure: RawServer, other_ca: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(other_ca.file))
    assert not_trusted(secure).startswith(
        "the certificate of 127.0.0.1 is not trusted: unable to get local issuer"
    )


@pytest.mark.usefixtures("_platform")
def test_a_server_of_another_name(ca: Authority) -> None:
    with RawServer(always(), ca.server("other.example")) as server:
        message = not_trusted(server, server.url.replace("127.0.0.1", "localhost"))
    assert message.startswith("the certificate of localhost is not trusted: Hostname mismatch")


@pytest.mark.usefixtures("_platform")
def test_a_server_whose_certificate_has_expired(ca: Authority) -> None:
    with RawServer(always(), ca.server("127.0.0.1", days=-1)) as server:
        assert not_trusted(server) == "the certificate of 127.0.0.1 is not trusted: certificate has expired"


@pytest.mark.usefixtures("_platform")
def test_a_handshake_that_hangs_makes_nobody_wait() -> None:
    """Many accounts share the connections to one origin: each keeps its own deadline."""
    with RawServer(lambda peer: peer.wait_until_gone()) as server:
        shared = Connections(Endpoint(server.url.replace("http:", "https:")))

        def ask(_index: int) -> float:
            started = time.monotonic()
            http = Http(Endpoint(""), Deadline(1), tell=ignore, keep=ignore, shared=shared)
            assert failure(http).message == "127.0.0.1 gave no answer within 1 s"
            return time.monotonic() - started

        with ThreadPoolExecutor(6) as pool:
            assert max(pool.map(ask, range(6))) < 2
        shared.close()


def ignore(_told: object) -> None:
    """Take no note."""


def test_a_server_that_speaks_no_tls() -> None:
    def bad_request(peer: Peer) -> None:
        peer.stream.recv(65536)
        peer.reply(400)

    with RawServer(bad_request) as server, client(server.url.replace("http:", "https:"), 5) as http:
        error = failure(http)
    assert (error.kind, error.message) == ("unavailable", "127.0.0.1 does not speak TLS as expected")


def write_failure(http: Http) -> NoReplyError:
    with pytest.raises(NoReplyError) as caught:
        http.write("/v1/credits/purchase", b"{}", nobody)
    return caught.value


@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
def test_a_write_that_left_through_tls_is_not_sent_again(ca: Authority, scheme: str) -> None:
    with RawServer(drop, ca.server("127.0.0.1")) as server, ExitStack() as stack:
        http = stack.enter_context(client(server.url.replace("https", scheme), 5))
        assert write_failure(http).departed
    assert (server.connections, len(server.requests)) == (1, 1)


def test_a_write_whose_handshake_fails_never_left(ca: Authority) -> None:
    with RawServer(always(), ca.server("other.example")) as server, client(server.url) as http:
        assert not write_failure(http).departed


# Proxies.


@pytest.fixture(params=["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def variable(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_proxy_is_used_for_a_name_elsewhere(
    secure: RawServer, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectProxy(secure.port) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        with client(f"https://{NAME}") as http:
            assert get(http).body == b"[]"
            assert http.write("/x", b"{}", nobody).status == 200
    assert [request.split(b"\r\n")[0] for request in proxy.requests] == [
        f"CONNECT {NAME}:443 HTTP/1.1".encode()
    ] * 2
    assert len(secure.requests) == 2


def test_a_proxy_without_a_scheme_and_with_credentials(
    secure: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectProxy(secure.port, credentials="someone:planted p\u00e4ss") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"someone:planted%20p%C3%A4ss@127.0.0.1:{proxy.port}")
        with client(f"https://{NAME}") as http:
            assert get(http).body == b"[]"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_proxy_is_never_used_for_loopback(
    secure: RawServer, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectProxy(secure.port) as proxy, RawServer(always()) as plain:
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for server in (secure, plain):
            with client(server.url.replace("127.0.0.1", host)) as http:
                assert get(http).status == 200
    assert proxy.connections == 0


@pytest.mark.parametrize(
    "skipped", [NAME, ".provider.example", "provider.example", f"other.example, {NAME}:8443", "*"]
)
def test_no_proxy(skipped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with ConnectProxy(1) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", skipped)
        with client(f"https://{NAME}:8443", 5) as http:
            assert failure(http).message == f"{NAME} is no name that resolves"
    assert proxy.connections == 0


def test_a_proxy_that_does_not_know_us(secure: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    with ConnectProxy(secure.port, credentials="someone:right") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://someone:planted-password@127.0.0.1:{proxy.port}")
        with client(f"https://{NAME}", told=told) as http:
            error = failure(http)
            assert not write_failure(http).departed
    assert error.message == f"the proxy 127.0.0.1 on the way to {NAME} refused (HTTP 407)"
    assert "HTTPS_PROXY" in (error.hint or "")
    assert (len(proxy.requests), secure.connections) == (2, 0)  # one for the read, one for the write
    assert "planted" not in repr((error.message, error.hint, str(error), told))


@pytest.mark.parametrize(("status", "times"), [(403, 1), (502, 4), (503, 4)])
def test_a_proxy_that_does_not_get_there(status: int, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with ConnectProxy(1, status=status) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with client(f"https://{NAME}", 5) as http:
            error = write_failure(http)
    assert (error.departed, len(proxy.requests)) == (False, times)
    assert error.message == f"the proxy 127.0.0.1 on the way to {NAME} refused (HTTP {status})"


def test_a_write_that_left_through_a_proxy_is_not_sent_again(
    ca: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(drop, ca.server(NAME)) as server, ConnectProxy(server.port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with client(f"https://{NAME}", 5) as http:
            error = write_failure(http)
    assert (error.departed, proxy.connections, len(server.requests)) == (True, 1, 1)
    assert error.message == f"{NAME} dropped the connection"


def test_a_proxy_that_drops_its_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(drop) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with client(f"https://{NAME}", 5) as http:
            error = write_failure(http)
    assert (error.departed, len(proxy.requests)) == (False, 4)
    assert error.message == f"the proxy 127.0.0.1 on the way to {NAME} dropped the connection"


def test_a_proxy_whose_name_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://someone:planted@nohost.invalid:3128")
    with client(f"https://{NAME}", 5) as http:
        error = failure(http)
    assert error.message == f"the proxy nohost.invalid on the way to {NAME} is no name that resolves"


def test_a_proxy_that_speaks_tls_itself(
    secure: RawServer, ca: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectProxy(secure.port, tls=ca.server("127.0.0.1")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with client(f"https://{NAME}") as http:
            assert get(http).body == b"[]"
    with ConnectProxy(1, status=403, tls=ca.server("127.0.0.1")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with client(f"https://{NAME}") as http:
            assert not write_failure(http).departed
    with (
        RawServer(drop, ca.server(NAME)) as server,
        ConnectProxy(server.port, tls=ca.server("127.0.0.1")) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with client(f"https://{NAME}") as http:
            assert write_failure(http).departed
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "proxy",
    [
        "ftp://someone:planted@proxy",
        "socks5://someone:planted@proxy:1080",
        "http://someone:planted@:99999",
        "http://",
    ],
)
def test_a_proxy_that_cannot_be_used(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ConfigError) as caught, client(f"https://{NAME}"):
        pass
    assert caught.value.message == "the proxy that the environment names cannot be used"
    assert "planted" not in repr(caught.value)
