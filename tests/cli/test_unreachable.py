"""Providers that are not reached, or not the ones they should be: exit 6, and no credential goes astray."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cli.faulty import fail, requests
from cli.told import told
from program import Result, World
from smsacct.sandbox.server import SandboxServer

BIRD = ("balance", "-p", "messagebird")
KEY = "planted-secret-0123456789"
BODY = b'{"payment": "prepaid", "type": "euros", "amount": 7}'
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)


class Listener:
    """A server of its own: counts who connects, and keeps what they send."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self.received = b""
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            if self._context is None:
                self.received += connection.recv(65536)
                connection.sendall(REPLY)
                return
            with self._context.wrap_socket(connection, server_side=True) as secure:
                self.received += secure.recv(65536)
                secure.sendall(REPLY)
        except OSError:
            return  # who does not trust the certificate hangs up


@contextmanager
def listening(context: ssl.SSLContext | None = None) -> Iterator[Listener]:
    listener = Listener(context)
    try:
        yield listener
    finally:
        listener.close()


def at(url: str) -> dict[str, str]:
    """Give the environment that reaches MessageBird at ``url``."""
    return {"SMSACCT_MESSAGEBIRD_BASE_URL": url, "SMSACCT_MESSAGEBIRD_ACCESS_KEY": KEY}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_never_followed(wired: World, server: SandboxServer, status: int) -> None:
    with listening() as other:
        fail(server, f"messagebird:status={status},location=http://localhost:{other.port}/balance")
        told(wired.run(*BIRD), 6, f"redirects elsewhere (HTTP {status})", "base_url")
        assert (other.connections, other.received) == (0, b"")
    assert len(requests(server)) == 1


def test_name_that_does_not_resolve(world: World) -> None:
    told(world.run(*BIRD, env=at("https://nohost.invalid")), 6, "nohost.invalid", "check the network")


def test_connection_that_is_refused(world: World) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as unused:
        port = unused.getsockname()[1]
    told(world.run(*BIRD, env=at(f"http://127.0.0.1:{port}")), 6, "127.0.0.1 refused the connection")


def test_host_that_takes_the_connection_and_is_silent(world: World) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        for scheme in ("http", "https"):
            env = at(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}")
            told(
                world.run(*BIRD, "--timeout", "1", env=env, timeout=10),
                6,
                "no answer within 1 s",
                "--timeout",
            )


@pytest.mark.parametrize("drop", ["request", "before", "middle"])
def test_connection_that_is_dropped(wired: World, server: SandboxServer, drop: str) -> None:
    fail(server, f"messagebird:drop={drop}")
    told(wired.run(*BIRD), 6, "127.0.0.1 dropped the connection")
    assert len(requests(server)) > 1


def certificate(folder: Path, name: str) -> Path:
    """Make a certificate for ``name`` that nobody has signed but itself; its key is in the same file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl (Debian package openssl)")
    path, key = folder / "server.pem", folder / "key.pem"
    made = subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", "/CN=sms", "-addext", f"subjectAltName={name}", "-days", "2"),
            *("-keyout", key, "-out", path),
        ],
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    path.write_bytes(path.read_bytes() + key.read_bytes())
    return path


@pytest.mark.parametrize(
    ("name", "trusted"), [("IP:127.0.0.1", True), ("IP:127.0.0.1", False), ("DNS:example.com", True)]
)
def test_certificate_is_verified_against_the_systems_store(
    world: World, tmp_path: Path, name: str, *, trusted: bool
) -> None:
    path = certificate(tmp_path, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with listening(context) as host:
        env = at(f"https://127.0.0.1:{host.port}") | ({"SSL_CERT_FILE": str(path)} if trusted else {})
        result = world.run(*BIRD, "--field", "amount", env=env)
        if trusted and name == "IP:127.0.0.1":
            assert (result.code, result.out, result.err) == (0, "7\n", "")
            assert KEY.encode() in host.received
            return
        told(result, 6, "the certificate of 127.0.0.1 is not trusted", "trust store")
        assert host.connections == 1  # not tried again: it would be no better
        assert host.received == b""


def test_host_that_speaks_no_tls(world: World) -> None:
    with listening() as host:
        told(world.run(*BIRD, env=at(f"https://127.0.0.1:{host.port}")), 6, "127.0.0.1")
        assert KEY.encode() not in host.received


def test_loopback_never_goes_through_a_proxy(wired: World) -> None:
    with listening() as proxy:
        url = f"http://127.0.0.1:{proxy.port}"
        env = dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"), url)
        assert wired.run(*BIRD, env=env).code == 0
        assert proxy.connections == 0
        told(world_beyond(wired, env), 6)
        assert proxy.received.startswith(b"CONNECT rest.messagebird.com:443 ")
        assert b"AccessKey" not in proxy.received


def world_beyond(wired: World, env: dict[str, str]) -> Result:
    """Ask MessageBird's own host, by way of what ``env`` says."""
    return wired.run(*BIRD, env={**env, "SMSACCT_MESSAGEBIRD_BASE_URL": ""})
