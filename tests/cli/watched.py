"""Watches a process from inside: which programs it starts, and which files it gives other rights later."""

import os
from pathlib import Path

from program import World

_HOOK = """
import os, sys
from pathlib import Path
_log = os.open({log!r}, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
_STARTS = {{"subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty", "os.exec", "os.system"}}
def _watch(event, args):
    # A lock file is made with its mode, and given the same again by its library, through its descriptor.
    if event in _STARTS or (event == "os.chmod" and not isinstance(args[0], int)):
        os.write(_log, f"{{event}} {{args!r}}\\n".encode())
sys.addaudithook(_watch)
os.write(_log, b"began\\n")
"""


def watch(world: World, folder: Path) -> Path:
    """Watch every process of ``world`` from now on; gives the file with what was seen, one event a line."""
    site = folder / "site"
    site.mkdir()
    log = folder / "events.log"
    (site / "sitecustomize.py").write_text(_HOOK.format(log=str(log)))
    before = world.environ.get("PYTHONPATH")
    world.environ["PYTHONPATH"] = os.pathsep.join([str(site), *([before] if before else [])])
    return log


def events(log: Path) -> list[str]:
    """Give what the watched processes did; at least one has to have been watched."""
    lines = log.read_text().splitlines()
    assert "began" in lines
    return [line for line in lines if line != "began"]
