"""Real shells at a terminal: what a person types goes in, what the screen shows comes out."""

import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pytest

PATIENCE: Final = 20.0
_CONTROL: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07|[\x07\x0e\x0f\r]")


def shell_or_skip(name: str) -> str:
    """Give the path of the shell; a test that needs one that is missing says so and is skipped."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


class Terminal:
    """A shell at a terminal of 200 columns, in a folder of its own."""

    def __init__(self, command: list[str], environ: Mapping[str, str], folder: Path) -> None:
        self._screen, there = pty.openpty()
        fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
        self._process = subprocess.Popen(
            command,
            stdin=there,
            stdout=there,
            stderr=there,
            cwd=folder,
            env={**environ, "TERM": "xterm"},
            start_new_session=True,
        )
        os.close(there)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._screen)

    def type(self, text: str) -> None:
        """Type ``text``."""
        os.write(self._screen, text.encode())

    def read_until(self, pattern: str) -> re.Match[str]:
        """Wait until ``pattern`` is on the screen, and give it with all before; fails where it never is."""
        expected = re.compile(f"[^\0]*?{pattern}")
        shown = ""
        end = time.monotonic() + PATIENCE
        while (found := expected.match(shown)) is None:
            ready, _, _ = select.select([self._screen], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                pytest.fail(f"the shell never showed {pattern!r}, but {shown!r}")
            with contextlib.suppress(OSError):
                shown += _CONTROL.sub("", os.read(self._screen, 65536).decode("utf-8", "replace"))
        return found
