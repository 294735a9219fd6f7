"""Runs the README's console blocks in order, in a home of their own, and holds or writes what they print."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
_BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
# What differs from run to run is written as one fixed example.
_TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
EXAMPLE = "2026-11-20T22:45:00Z"
_CHANGING = (
    (re.compile(r"\bp_[A-Za-z0-9_-]{12,}"), "p_4f1c0a9be2d7"),
    (re.compile(r"\b[0-9a-f]{4}…"), "1ede…"),
)


def rewritten(text: str) -> str:
    """Give ``text`` with what its console blocks really print, run one after the other."""
    with tempfile.TemporaryDirectory() as home:
        return _BLOCK.sub(lambda block: "".join(_run(block[0], home)), text)


def _run(block: str, home: str) -> Iterator[str]:
    for line in block.splitlines():
        if not line.startswith("$ "):
            continue
        yield f"{line}\n"
        done = subprocess.run(
            ["bash", "-c", line[2:]],
            env={
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "HOME": home,
                "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        yield _steady(done.stdout)


def _steady(output: str) -> str:
    today = datetime.now(UTC).date().isoformat()
    output = _TIME.sub(lambda found: EXAMPLE if found[0] >= today else found[0], output)
    for pattern, example in _CHANGING:
        output = pattern.sub(example, output)
    return output


def main() -> int:
    """Write what the blocks print; with ``--check``, say whether the README shows it already."""
    text = README.read_text("utf-8")
    new = rewritten(text)
    if "--check" in sys.argv[1:]:
        sys.stdout.write("" if new == text else "README.md shows what is no longer printed\n")
        return int(new != text)
    README.write_text(new, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
