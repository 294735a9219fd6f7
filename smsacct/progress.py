"""One line on a terminal's stderr that says how far long work has come, and nothing anywhere else."""

import time
from typing import Final, TextIO

_SHORT: Final = 1.0  # seconds; what takes no longer needs no progress
_PACE: Final = 0.2  # seconds between two lines


class Progress:
    """Progress on ``stream``; where it is not ``wanted`` nothing is ever written."""

    def __init__(self, stream: TextIO, *, wanted: bool) -> None:
        self._stream = stream
        self._wanted = wanted
        self._due = time.monotonic() + _SHORT
        self._shown = False

    def show(self, text: str) -> None:
        """Say ``text`` in place of what was said before, now and then."""
        if not self._wanted or time.monotonic() < self._due:
            return
        self._due = time.monotonic() + _PACE
        self._shown = True
        self._stream.write(f"\r{text}\x1b[K")
        self._stream.flush()

    def clear(self) -> None:
        """Take the line away: something else is about to be written."""
        if self._shown:
            self._shown = False
            self._stream.write("\r\x1b[K")
            self._stream.flush()
