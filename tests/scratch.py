"""A copy of the package to be changed, and the program and the tests run against it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import smsacct

_TESTS = Path(__file__).parent
# In the copy's own pytest: whoever runs the program from a test runs the copy as well.
_PLUGIN = """
import os
import program
import smsacct
assert smsacct.__file__.startswith({folder!r}), smsacct.__file__
_made = program.World.__init__
def _init(self, *args):
    _made(self, *args)
    self.environ["PYTHONPATH"] = {folder!r}
program.World.__init__ = _init
"""


class Scratch:
    """A copy of the package in ``folder``, with a place for tests of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = folder / "smsacct"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(smsacct.__file__).parent, self.package, ignore=ignored)
        (folder / "scratch_plugin.py").write_text(_PLUGIN.format(folder=str(folder)))

    def replace(self, file: str, old: str, new: str) -> None:
        """Replace the only place of ``file`` that reads ``old``."""
        path = self.package / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{file} has changed: it has {text.count(old)} times {old!r}"
        path.write_text(text.replace(old, new), "utf-8")

    def copy_tests(self) -> Path:
        """Copy the tests too, so that some can be added; gives their folder."""
        tests = self.folder / "tests"
        shutil.copytree(_TESTS, tests, ignore=shutil.ignore_patterns("__pycache__"))
        return tests

    def pytest(self, *arguments: str, tests: Path = _TESTS) -> "subprocess.CompletedProcess[str]":
        """Run tests against the copy; paths in ``arguments`` start in the folder ``tests``."""
        line = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--no-header",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
        ]
        line += ["-c", str(_TESTS.parent / "pyproject.toml"), "--rootdir", str(tests.parent)]
        line += ["-p", "scratch_plugin", *_placed(arguments, tests)]
        path = os.pathsep.join((str(self.folder), str(tests)))
        return subprocess.run(
            line,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            encoding="utf-8",
            timeout=110,
            check=False,
        )


def _placed(arguments: Sequence[str], tests: Path) -> list[str]:
    return [str(tests / word) if "test_" in word and ".py" in word else word for word in arguments]
