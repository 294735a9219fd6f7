"""Runs `smsacct` from a shell's command line: pipes, closed streams, limits and rights."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from program import PROGRAM, Result, World


def shell(world: World, script: str, env: Mapping[str, str] | None = None) -> Result:
    """Run ``script`` in sh, where ``smsacct`` is on the PATH; off a terminal, with no input."""
    path = f"{Path(PROGRAM).parent}{os.pathsep}{world.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", script],
        env={**world.environ, "PATH": path, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def no_privilege() -> str:
    """Give what to put before a command so that a file's mode counts; nothing for an ordinary user."""
    if os.geteuid() != 0:
        return ""
    if shutil.which("setpriv") is None:
        pytest.skip("the superuser reads every file: needs setpriv (Debian package util-linux)")
    return "setpriv --bounding-set -dac_override,-dac_read_search --"
