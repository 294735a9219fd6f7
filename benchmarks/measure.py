"""Runs whole commands and takes their time and memory: medians, all of them in one run."""

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Timing(NamedTuple):
    """The median wall time of a command in seconds, and the largest memory that it had, in MiB."""

    seconds: float
    mebibytes: float


def together(commands: Mapping[str, tuple[Sequence[str], Mapping[str, str]]], runs: int) -> dict[str, Timing]:
    """Run each command once a round, so that a noisy moment meets all of them alike."""
    found: dict[str, list[Timing]] = {name: [] for name in commands}
    for name, (command, environ) in commands.items():
        _once(command, environ)
        found[name] = []
    for _ in range(runs):
        for name, (command, environ) in commands.items():
            found[name].append(_once(command, environ))
    return {
        name: Timing(
            statistics.median(timing.seconds for timing in timings),
            max(timing.mebibytes for timing in timings),
        )
        for name, timings in found.items()
    }


def _once(command: Sequence[str], environ: Mapping[str, str]) -> Timing:
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    with process:
        told = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command}: exit {process.returncode}: {told.decode()[-500:]}")
    return Timing(seconds, _peak(usage))


def _peak(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024
