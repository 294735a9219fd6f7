"""The fixtures that every test may use: a world of its own, and a sandbox over real HTTP in it."""

import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from program import World

if TYPE_CHECKING:
    from smsacct.sandbox.server import SandboxServer

# Started in the background by a shell, we would ignore Ctrl-C, and so would every program that we start.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine is no failure; what is found stays with the run, not on the disk.
hypothesis.settings.register_profile("steady", deadline=None, database=None)
hypothesis.settings.load_profile("steady")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Give a home, a config and a state that are this test's own."""
    return World(tmp_path)


@pytest.fixture
def server(tmp_path: Path) -> "Iterator[SandboxServer]":
    """Serve every provider's twin on loopback, with a state that is this test's own."""
    from smsacct.sandbox.server import SandboxServer
    from smsacct.sandbox.store import Store

    serving = SandboxServer(Store(tmp_path / "twins.sqlite3"))
    serving.start()
    yield serving
    serving.stop()


@pytest.fixture
def wired(world: World, server: "SandboxServer") -> World:
    """Give a world whose environment points at ``server``, credentials included."""
    from smsacct.sandbox.server import environment

    world.environ |= environment(server.url)
    return world
