"""Draws where the time of `smsacct balance` goes when it starts: the dearest modules, as SVG."""

import os
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

_SHOWN = 24
_ROW = 20
_WIDTH = 760
_LABEL = 240


def draw_budget(target: Path) -> None:
    """Measure the imports of one balance from the sandbox, and draw the dearest to ``target``."""
    costs = sorted(_self_times().items(), key=lambda item: -item[1])[:_SHOWN]
    height = _ROW * len(costs) + 40
    scale = (_WIDTH - _LABEL - 80) / costs[0][1]
    bars = [_bar(name, cost, scale, 30 + _ROW * index) for index, (name, cost) in enumerate(costs)]
    target.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#ffffff"/>'
        '<text x="12" y="18" font-weight="bold">smsacct balance --json: import time by package</text>'
        f"{''.join(bars)}</svg>\n"
    )


def _bar(name: str, cost: int, scale: float, top: int) -> str:
    end = _LABEL + cost * scale
    return (
        f'<text x="{_LABEL - 8}" y="{top + 14}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{_LABEL}" y="{top + 3}" width="{cost * scale:.1f}" height="13" fill="#4c78a8"/>'
        f'<text x="{end + 6:.1f}" y="{top + 14}">{cost / 1000:.1f} ms</text>'
    )


def _self_times() -> dict[str, int]:
    """Give microseconds by top-level package (our own by module)."""
    with tempfile.TemporaryDirectory() as home:
        environ = {"PATH": os.environ["PATH"], "HOME": home, "SMSACCT_CONFIG": f"{home}/none.toml"}
        # A closed port: everything up to the connection is imported, and nothing is answered.
        environ["SMSACCT_MESSAGEBIRD_BASE_URL"] = "http://127.0.0.1:9"
        environ["SMSACCT_MESSAGEBIRD_ACCESS_KEY"] = "none"
        done = subprocess.run(
            [
                sys.executable, "-X", "importtime", "-m", "smsacct",
                "balance", "-p", "messagebird", "--timeout", "1",
            ],
            env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
    times: dict[str, int] = {}
    for line in done.stderr.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) != 3 or not parts[0].strip().isdigit():
            continue
        name = parts[2].strip()
        short = name if name.startswith("smsacct") else name.partition(".")[0]
        times[short] = times.get(short, 0) + int(parts[0])
    return times
