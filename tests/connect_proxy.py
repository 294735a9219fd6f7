"""A proxy that opens tunnels, and takes every name to one server on loopback."""

import select
import socket
import ssl
from base64 import b64encode

from raw_server import PATIENCE, Peer, RawServer


class ConnectProxy(RawServer):
    """Answers ``CONNECT``; it wants ``credentials``, and says ``status`` instead of 200."""

    def __init__(
        self,
        port: int,
        *,
        credentials: str | None = None,
        status: int = 200,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._to = port
        self._wanted = b64encode(credentials.encode()) if credentials else None
        self._status = status
        super().__init__(self._tunnel, tls)

    def _tunnel(self, peer: Peer) -> None:
        request = peer.request()
        if self._wanted is not None and b"Basic " + self._wanted not in request:
            peer.reply(407, b"", {"Proxy-Authenticate": "Basic realm=planted-realm"})
        elif self._status != 200:
            peer.reply(self._status, b"")
        else:
            with socket.create_connection(("127.0.0.1", self._to), PATIENCE) as onward:
                peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _relay(peer.stream, onward)


def _relay(one: socket.socket, other: socket.socket) -> None:
    """Copy both ways in one thread: a TLS socket cannot be read in one and written in another."""
    while True:
        waiting = isinstance(one, ssl.SSLSocket) and one.pending()
        ready = [one] if waiting else select.select([one, other], [], [], PATIENCE)[0]
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)
        if not ready:
            return
