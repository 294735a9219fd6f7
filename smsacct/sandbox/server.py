"""The sandbox over real HTTP on loopback: cheroot's server, and connections that drop when told to."""

import logging
import socket
import struct
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

from cheroot import wsgi
from cheroot.server import HTTPConnection

from smsacct.sandbox.catalogue import load_twin, twin_ids
from smsacct.sandbox.faults import Fault
from smsacct.sandbox.store import Store
from smsacct.sandbox.switchboard import RESET, Switchboard, is_loopback

_TIMEOUT_SECONDS = 60
_SHUTDOWN_SECONDS = 1
_BACKLOG = 512


class SandboxServer:
    """A threaded HTTP/1.1 server with each provider under `/<id>`, and the controls of the switchboard.

    host: a loopback address or name (ValueError otherwise); port: 0 chooses a free one; threads: how many
    requests are answered at once. ValueError also where a fault names an unknown provider or option;
    OSError from `start` where the port is taken.
    """

    def __init__(
        self,
        store: Store,
        faults: Sequence[Fault] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        threads: int = 64,
    ) -> None:
        self._stopped = threading.Event()
        self._stopping = threading.Lock()
        self._host = _loopback(host)
        self.app = Switchboard(store, faults, self._stopped.wait)
        self._server = _Server(
            (self._host, port),
            self.app,
            numthreads=threads,
            server_name="smsacct-sandbox",
            request_queue_size=_BACKLOG,
            timeout=_TIMEOUT_SECONDS,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        self._server.gateway = _Gateway
        self._server.ConnectionClass = _Connection
        self._server.keep_alive_conn_limit = 10_000
        self._server.expiration_interval = 0.05
        self._thread = threading.Thread(target=self._server.serve, name="smsacct-sandbox", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on, once started."""
        return int(self._server.bind_addr[1])

    @property
    def url(self) -> str:
        """The base URL, without a final slash, once started."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        """Listen, and serve in threads of its own. Raises OSError where the port cannot be had."""
        try:
            self._server.prepare()
        except OSError as error:
            raise OSError(f"the sandbox cannot listen on {self._host}: {error}") from error
        self._thread.start()

    def serve(self) -> None:
        """Serve until `stop` is called from another thread, or an interrupt is raised in this one."""
        if not self._thread.is_alive():
            self.start()
        try:
            while not self._stopped.wait(1):
                pass
        finally:
            self.stop()

    def stop(self) -> None:
        """Stop listening, end what is under way, and wait for the threads; a second call does nothing."""
        self._stopped.set()
        with self._stopping:
            self._server.stop()
            if self._thread.is_alive():
                self._thread.join()


def environment(base_url: str) -> dict[str, str]:
    """Give the environment that points smsacct at a sandbox: base URL and credentials of each provider."""
    lines: dict[str, str] = {}
    for provider_id in twin_ids():
        prefix = f"SMSACCT_{provider_id.upper().replace('-', '_')}"
        lines[f"{prefix}_BASE_URL"] = f"{base_url.rstrip('/')}/{provider_id}"
        fields = next(iter(load_twin(provider_id).credentials.values()))
        lines |= {f"{prefix}_{name.upper()}": value for name, value in fields.items()}
    return lines


class _Server(wsgi.Server):
    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:  # noqa: FBT001, FBT002 - cheroot's signature
        # Clients that go away are daily business here; only a failure of the sandbox itself is worth a line.
        if level >= logging.ERROR:
            super().error_log(msg, level, traceback)

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: tuple[str, int]) -> socket.socket:
        try:
            socket_.bind(bind_addr)
        except OSError:
            socket_.close()
            raise
        return socket_


class _Gateway(wsgi.Gateway_10):
    def respond(self) -> None:
        self.env[RESET] = self.req.conn.reset_at_close
        super().respond()


class _Connection(HTTPConnection):
    _reset = False

    def reset_at_close(self) -> None:
        self._reset = True

    def close(self) -> None:
        if self._reset:
            self._prepare_reset()
        super().close()
        # Also here, since what could not be written would be tried again, in vain, when it is collected.
        with suppress(OSError):
            self.wfile.close()
        self.socket.close()

    def _prepare_reset(self) -> None:
        # No time to linger makes the kernel reset; `linger` keeps cheroot from an orderly shutdown first.
        with suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _no_linger())
        self.linger = True


def _no_linger() -> bytes:
    # Windows' struct linger has two shorts where POSIX has two ints.
    return struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def _loopback(host: str) -> str:
    if not is_loopback(host):
        raise ValueError(f"the sandbox serves on loopback alone, such as 127.0.0.1 or ::1, not on {host}")
    return "127.0.0.1" if host == "localhost" else host
