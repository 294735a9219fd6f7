import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest

from smsacct.sandbox.jsontext import JSON
from smsacct.sandbox.store import Store, StoreError, number, table

_INCREMENT = """
import sys
from pathlib import Path
from smsacct.sandbox.store import Store, number
store = Store(Path(sys.argv[1]))
for _ in range(5):
    with store.transaction("eztexting") as state:
        state["count"] = number(state, "count") + 1
    assert number(store.read("eztexting"), "count") > 0
"""
_DIE = """
import os, signal, sys
from pathlib import Path
from smsacct.sandbox.store import Store
with Store(Path(sys.argv[1])).transaction("eztexting") as state:
    state["count"] = 99
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_is_changed_is_there_for_the_next(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "sandbox.db"
    with Store(path).transaction("eztexting") as state:
        table(state, "options")["revoke"] = "pair"
    assert Store(path).read("eztexting") == {"options": {"revoke": "pair"}}
    assert Store(path).read("messagebird") == {}


def test_file_and_folders_are_the_users_own_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "sandbox.db"
    old = os.umask(0)
    try:
        with Store(path).transaction("x") as state:
            state["n"] = 1
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)] == [
        0o700,
        0o700,
    ]


def test_reading_creates_nothing(tmp_path: Path) -> None:
    assert Store(tmp_path / "a" / "sandbox.db").read("x") == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("in_memory", [True, False])
def test_a_block_that_raises_saves_nothing(tmp_path: Path, *, in_memory: bool) -> None:
    store = Store(None if in_memory else tmp_path / "sandbox.db")
    with store.transaction("x") as state:
        state["n"] = 1
    with suppress(KeyError), store.transaction("x") as state:
        state["n"] = 2
        raise KeyError
    assert store.read("x") == {"n": 1}


def test_a_process_killed_within_a_transaction_leaves_the_state_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with Store(path).transaction("eztexting") as state:
        state["count"] = 1
    died = subprocess.run([sys.executable, "-c", _DIE, str(path)], check=False)
    assert died.returncode == -9
    with Store(path).transaction("eztexting") as state:
        assert state == {"count": 1}


def test_twenty_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sandbox.db"
    command = [sys.executable, "-W", "error", "-c", _INCREMENT, str(path)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(20)]
    errors = [process.communicate()[1] for process in running]
    assert errors == [""] * 20
    assert Store(path).read("eztexting") == {"count": 100}


@pytest.mark.parametrize("in_memory", [True, False])
def test_many_threads_lose_nothing(tmp_path: Path, *, in_memory: bool) -> None:
    store = Store(None if in_memory else tmp_path / "sandbox.db")

    def increment() -> None:
        for _ in range(10):
            with store.transaction("x") as state:
                state["n"] = number(state, "n") + 1

    threads = [threading.Thread(target=increment) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.read("x") == {"n": 80}


def test_reading_needs_no_write_lock(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    store = Store(path)
    with store.transaction("x") as state:
        state["n"] = 1
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert store.read("x") == {"n": 1}


def test_an_unchanged_state_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    store = Store(path)
    with store.transaction("x") as state:
        state["n"] = 1
    before = path.read_bytes()
    with store.transaction("x") as state:
        state["n"] = 1
    assert path.read_bytes() == before


@pytest.mark.parametrize("in_memory", [True, False])
def test_reset_forgets_one_provider_or_all(tmp_path: Path, *, in_memory: bool) -> None:
    store = Store(None if in_memory else tmp_path / "sandbox.db")
    store.reset()
    for name in ("x", "y", "z"):
        with store.transaction(name) as state:
            state["n"] = 1
    store.reset("x")
    assert (store.read("x"), store.read("y")) == ({}, {"n": 1})
    store.reset()
    assert (store.read("y"), store.read("z")) == ({}, {})


def test_a_damaged_file_is_told_and_reset_mends_it(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    path.write_bytes(b"this is no database, and long enough to be read as one" * 100)
    store = Store(path)
    with pytest.raises(StoreError, match=r"sandbox\.db.*sandbox reset"):
        store.read("x")
    with pytest.raises(StoreError, match="sandbox reset"), store.transaction("x"):
        pass
    store.reset()
    with store.transaction("x") as state:
        state["n"] = 1
    assert store.read("x") == {"n": 1}


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    store = Store(tmp_path / "sandbox.db")
    with store.transaction("x") as state:
        state["amount"] = "10.3240"
        state["metadata"] = {"é": [1, None, True, "\ud800"]}
    kept: JSON = {"amount": "10.3240", "metadata": {"é": [1, None, True, "\ud800"]}}
    assert store.read("x") == kept
