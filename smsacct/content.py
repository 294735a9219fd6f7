"""Unpacks the body of a reply as it comes in, and never makes more of it than the limit allows.

httpx unpacks each chunk whole, in every encoding for which some library happens to be installed: 64 KiB can
become gigabytes. Here the bytes that come out are counted while they come out.
"""

import zlib
from typing import Final

ACCEPTED: Final = "gzip"
"""What ``Accept-Encoding`` asks for."""

_WINDOW: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class TooLargeError(Exception):
    """The body is larger than the limit."""


class NotUnpackedError(Exception):
    """The body is not what its ``Content-Encoding`` says, broken off, or in an unknown encoding."""


class Content:
    """The body of one reply, ``most`` bytes at the utmost once it is unpacked."""

    def __init__(self, encoding: str, most: int) -> None:
        name = encoding.strip().lower()
        self._most = most
        self._data = bytearray()
        self._started = False
        self._inflate = None
        if name in _WINDOW:
            self._inflate = zlib.decompressobj(_WINDOW[name])
        elif name not in {"", "identity"}:
            raise NotUnpackedError

    def add(self, chunk: bytes) -> None:
        """Take the next bytes as they came; raises ``TooLargeError`` or ``NotUnpackedError``."""
        self._started = self._started or bool(chunk)
        self._data += chunk if self._inflate is None else self._unpacked(chunk)
        if len(self._data) > self._most:
            raise TooLargeError

    def whole(self) -> bytes:
        """Give the body; raises ``NotUnpackedError`` where its end is missing."""
        if self._inflate is not None and self._started and not self._inflate.eof:
            raise NotUnpackedError
        return bytes(self._data)

    def _unpacked(self, chunk: bytes) -> bytes:
        inflate = self._inflate
        if inflate is None or (inflate.eof and chunk):
            raise NotUnpackedError
        try:
            # One byte more than allowed is enough to know that it is too much.
            data = inflate.decompress(chunk, self._most + 1 - len(self._data))
        except zlib.error:
            raise NotUnpackedError from None
        if inflate.unused_data:
            raise NotUnpackedError
        return data
