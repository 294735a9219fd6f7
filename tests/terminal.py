"""Runs the program on a terminal of its own (a pty), and tells what a person sees there."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Mapping
from typing import NamedTuple

from rich.cells import cell_len

from program import PROGRAM, World

_SGR = re.compile(r"\x1b\[[0-9;]*m")


class Screen(NamedTuple):
    """What a command wrote on a terminal: as it came, and the exit code."""

    raw: str
    code: int

    @property
    def text(self) -> str:
        """What is seen: without colour and weight, the only sequences that may be there."""
        return _SGR.sub("", self.raw)

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def widths(self) -> set[int]:
        """How wide the lines of a box are, in cells."""
        return {cell_len(line) for line in self.lines if line[:1] in set("╭│├╰")}

    @property
    def flat(self) -> str:
        """What is seen without breaks and spaces, a box column by column: folded text is whole in it."""
        columns: dict[int, str] = {}
        for line in self.lines:
            for index, cell in enumerate(line.split("│") if line.startswith("│") else [line]):
                columns[index] = columns.get(index, "") + cell
        return re.sub(r"\s", "", "".join(columns.values()))


def on_terminal(
    world: World, *arguments: str, columns: int = 80, env: Mapping[str, str] | None = None
) -> Screen:
    """Run ``smsacct`` with stdout and stderr on a terminal of ``columns``."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environ = {name: value for name, value in world.environ.items() if name != "COLUMNS"}
    process = subprocess.Popen(
        [PROGRAM, *arguments],
        env={**environ, "TERM": "xterm-256color", **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    data = b""
    while True:
        try:
            more = os.read(master, 65536)
        except OSError:  # what Linux says once the other end is closed
            break
        if not more:
            break
        data += more
    os.close(master)
    return Screen(data.decode().replace("\r\n", "\n"), process.wait(60))
