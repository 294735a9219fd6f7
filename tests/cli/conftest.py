"""The fixtures of tests about credentials: a real Secret Service, and a world at a desk with it."""

from collections.abc import Iterator

import pytest

from keyring_world import Session, session
from program import World

_BUS = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "PYTHON_KEYRING_BACKEND")


@pytest.fixture(scope="session")
def unlocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Start one keyring for many tests."""
    with session(tmp_path_factory.mktemp("keyring")) as started:
        yield started


@pytest.fixture
def keyring(unlocked: Session) -> Session:
    """Give a keyring that is unlocked and empty."""
    unlocked.run(["secret-tool", "clear", "service", "smsacct"])
    return unlocked


@pytest.fixture
def bare(wired: World) -> World:
    """Give a world that reaches the sandbox, and has no credential."""
    for name in list(wired.environ):
        if name.startswith("SMSACCT_") and name != "SMSACCT_CONFIG" and not name.endswith("_BASE_URL"):
            del wired.environ[name]
    return wired


@pytest.fixture
def desk(bare: World, keyring: Session) -> World:
    """Give a world that reaches the sandbox, and has the empty keyring alone for its credentials."""
    bare.environ |= {name: keyring.environ[name] for name in _BUS}
    return bare
