"""One token and many processes; and processes that are killed at every boundary of a token's life."""

import time
from pathlib import Path

import pytest

from program import World
from smsacct.sandbox.server import SandboxServer
from token_driver import BOUNDARIES
from token_world import CREATE, ENTRY, REFRESH, TokenWorld

MANY = 40
SOME = 8


@pytest.fixture
def tokens(world: World, server: SandboxServer, tmp_path: Path) -> TokenWorld:
    return TokenWorld(world, server, tmp_path / "keyring")


def at_once(tokens: TokenWorld, count: int, *arguments: str) -> list[tuple[int, str, str]]:
    """Run ``arguments`` in ``count`` processes at once; gives exit code, stdout and stderr of each."""
    processes = [tokens.world.start(*arguments) for _ in range(count)]
    said = [process.communicate(timeout=100) for process in processes]
    return [(process.returncode, *texts) for process, texts in zip(processes, said, strict=True)]


@pytest.mark.parametrize("left", [120, -5])
def test_forty_processes_refresh_once_and_all_answer(tokens: TokenWorld, left: int) -> None:
    tokens.create()
    tokens.without_password()
    tokens.age(left)
    tokens.fault(f"path={REFRESH},latency=1")
    ended = at_once(tokens, MANY, "balance", "-p", "eztexting", "--field", "amount")
    assert ended == [(0, "153\n", "")] * MANY
    assert tokens.asked(REFRESH) == 1


def test_those_that_meet_a_401_refresh_once(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.without_password()
    tokens.revoke_behind("access")
    tokens.fault(f"path={REFRESH},latency=2")
    ended = at_once(tokens, SOME, "balance", "-p", "eztexting", "--field", "amount")
    assert ended == [(0, "153\n", "")] * SOME
    assert tokens.asked(REFRESH) == 1


def test_those_that_show_make_one_token(tokens: TokenWorld) -> None:
    tokens.fault(f"path={CREATE},latency=2")
    ended = at_once(tokens, SOME, "token", "show")
    assert ended == [(0, f"{tokens.entry['access_token']}\n", "")] * SOME
    assert tokens.asked(CREATE) == 1


def test_those_that_wait_take_over_that_the_password_is_rejected(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.forget_requests()
    tokens.with_password("another")
    tokens.age(120)
    tokens.revoke_behind("refresh")
    tokens.fault(f"path={REFRESH},latency=4")
    ended = at_once(tokens, SOME, "balance", "-p", "eztexting")
    assert [code for code, _, _ in ended] == [4] * SOME
    assert (tokens.asked(REFRESH), tokens.asked(CREATE), tokens.asked("/v1/credits")) == (1, 1, 0)
    # It is for those that waited alone: who comes later asks anew.
    tokens.no_faults()
    tokens.with_password()
    assert tokens.run("balance", "-p", "eztexting").code == 0


def test_those_that_wait_take_over_that_nothing_can_be_renewed(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.without_password()
    tokens.age(-5)
    tokens.revoke_behind("refresh")
    tokens.fault(f"path={REFRESH},latency=4")
    ended = at_once(tokens, SOME, "balance", "-p", "eztexting")
    assert [code for code, _, _ in ended] == [4] * SOME
    assert all("`smsacct auth login eztexting`" in err for _, _, err in ended)
    assert tokens.asked(REFRESH) == 1


def test_those_that_wait_keep_their_deadline(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.age(-5)
    tokens.fault(f"path={REFRESH},latency=20")
    holder = tokens.world.start("balance", "-p", "eztexting")
    time.sleep(2)
    start = time.monotonic()
    waiter = tokens.run("balance", "-p", "eztexting", "--timeout", "2")
    assert (waiter.code, time.monotonic() - start < 5) == (6, True)
    holder.kill()
    holder.communicate()
    tokens.no_faults()
    assert tokens.run("balance", "-p", "eztexting").code == 0


def works(tokens: TokenWorld) -> None:
    """See that what needs a token, or may use one, does its work, and that what is stored is alive."""
    balance = tokens.run("balance", "-p", "eztexting", "--field", "amount")
    assert (balance.code, balance.out, balance.err) == (0, "153\n", "")
    if ENTRY not in tokens.keyring.entries:
        assert tokens.run("token", "show").code == 0
    assert tokens.is_known("access", tokens.entry["access_token"])
    assert tokens.is_known("refresh", tokens.entry["refresh_token"])


AT_CREATE = [name for name in BOUNDARIES if name != "entry removed"]
AT_REFRESH = [name for name in AT_CREATE if name != "announced"]
AT_REPLACE = ["announced", "reply read", "before the entry", "entry set, not read back", "entry stored"]
AT_REVOKE = [("lock held", 0), ("before the entry", 0), ("entry stored", 0), ("entry removed", 0)]
AT_REVOKE += [(name, 0) for name in ("sent, no reply read", "reply read", "before the note", "note written")]
AT_REVOKE += [(name, 1) for name in ("sent, no reply read", "reply read", "before the note", "note written")]


@pytest.mark.parametrize("boundary", AT_CREATE)
def test_a_process_killed_while_it_makes_a_token(tokens: TokenWorld, boundary: str) -> None:
    tokens.killed_at(boundary, "token", "create")
    is_stored = tokens.run("token", "status", "--json").json["access_token"] is not None
    assert is_stored == (ENTRY in tokens.keyring.entries)
    works(tokens)


@pytest.mark.parametrize("boundary", AT_REPLACE)
def test_a_process_killed_while_it_replaces_a_token(tokens: TokenWorld, boundary: str) -> None:
    tokens.create()
    tokens.killed_at(boundary, "token", "create")
    works(tokens)


def test_a_process_killed_before_other_names_are_tried_has_noted_it(tokens: TokenWorld) -> None:
    tokens.with_password("another")
    tokens.killed_at("before sending", "token", "create", passes=1)
    tokens.forget_requests()
    assert (tokens.run("token", "create").code, tokens.asked(CREATE)) == (4, 1)


@pytest.mark.parametrize("boundary", AT_REFRESH)
def test_a_process_killed_while_it_renews_a_token(tokens: TokenWorld, boundary: str) -> None:
    tokens.create()
    tokens.age(60)
    tokens.killed_at(boundary, "balance", "-p", "eztexting")
    works(tokens)


@pytest.mark.parametrize("boundary", AT_REFRESH)
def test_killed_without_a_password_it_works_or_says_what_mends_it(tokens: TokenWorld, boundary: str) -> None:
    tokens.create()
    tokens.without_password()
    tokens.age(-5)
    tokens.killed_at(boundary, "balance", "-p", "eztexting")
    balance = tokens.run("balance", "-p", "eztexting")
    lost = {"sent, no reply read", "reply read", "before the entry"}
    assert balance.code == (4 if boundary in lost else 0)
    assert balance.code == 0 or "`smsacct auth login eztexting`" in balance.err
    tokens.with_password()
    works(tokens)


@pytest.mark.parametrize(("boundary", "passes"), AT_REVOKE)
def test_a_process_killed_while_it_revokes(tokens: TokenWorld, boundary: str, passes: int) -> None:
    tokens.create()
    tokens.killed_at(boundary, "token", "revoke", passes=passes)
    assert tokens.run("balance", "-p", "eztexting").code == 0
    again = tokens.run("token", "revoke")
    assert (again.code, again.err) == (0, "")
    assert tokens.keyring.entries == {}
    state = tokens.server.app.store.read("eztexting")
    assert (state["access"], state["refresh"]) == ({}, {})
