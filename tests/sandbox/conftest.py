"""What the sandbox's tests share: a server for each test, and a clock that can be moved."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from smsacct.sandbox.base import Twin
from smsacct.sandbox.catalogue import load_twin
from smsacct.sandbox.faults import parse
from smsacct.sandbox.server import SandboxServer
from smsacct.sandbox.store import Store


class Serve(Protocol):
    def __call__(self, *faults: str) -> SandboxServer: ...


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 22, 45, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "state" / "sandbox.db")


@pytest.fixture
def twin(clock: Clock) -> Callable[[str], Twin]:
    store = Store(None)
    return lambda provider_id: load_twin(provider_id)(store, clock)


@pytest.fixture
def serve(store: Store) -> Iterator[Serve]:
    servers: list[SandboxServer] = []

    def start(*faults: str) -> SandboxServer:
        server = SandboxServer(store, [parse(fault) for fault in faults])
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()
