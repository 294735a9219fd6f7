"""A token that ends, dies or is rejected: what replaces it, and what is said where nothing can."""

from pathlib import Path

import pytest

from program import World
from smsacct.sandbox.server import SandboxServer
from token_world import CREATE, NAME, REFRESH, WORD, TokenWorld


@pytest.fixture
def tokens(world: World, server: SandboxServer, tmp_path: Path) -> TokenWorld:
    return TokenWorld(world, server, tmp_path / "keyring")


def test_refresh_replaces_both(tokens: TokenWorld) -> None:
    tokens.create()
    old = tokens.entry
    assert tokens.run("token", "refresh").code == 0
    assert tokens.asked(REFRESH) == 1
    assert not tokens.is_known("refresh", old["refresh_token"])
    assert tokens.is_known("refresh", tokens.entry["refresh_token"])
    tokens.without_password()
    assert tokens.run("balance", "-p", "eztexting").code == 0


def test_refresh_without_a_token_says_how_to_make_one(tokens: TokenWorld) -> None:
    failed = tokens.run("token", "refresh", "--json")
    assert (failed.code, failed.out) == (3, "")
    assert "smsacct token create -P eztexting" in failed.error["hint"]


@pytest.mark.parametrize("left", [299, 0, -100_000, -100 * 24 * 3600])
def test_a_token_about_to_end_is_renewed_before_it_is_used(tokens: TokenWorld, left: int) -> None:
    tokens.create()
    tokens.without_password()
    tokens.age(left)
    assert tokens.run("balance", "-p", "eztexting").code == 0
    assert tokens.asked(REFRESH) == 1
    assert tokens.run("balance", "-p", "eztexting").code == 0
    assert tokens.asked(REFRESH) == 1


def test_a_token_with_more_than_five_minutes_is_not_renewed(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.age(330)
    assert tokens.run("balance", "-p", "eztexting").code == 0
    assert tokens.asked(REFRESH) == 0


def test_a_clock_that_went_back_costs_one_refresh(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.age(300 * 24 * 3600)
    for _ in range(2):
        assert tokens.run("token", "show").code == 0
    assert tokens.asked(REFRESH) == 1


def test_a_401_refreshes_once_and_repeats_the_read(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.without_password()
    tokens.revoke_behind("access")
    assert tokens.run("balance", "-p", "eztexting", "--field", "amount").out == "153\n"
    assert (tokens.asked(REFRESH), tokens.asked("/v1/credits")) == (1, 2)


def test_a_401_repeats_a_purchase_which_is_made_once(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.fault("path=/v1/credits/purchase,status=401,times=1")
    bought = tokens.run("credits", "buy", "10", "--card", "4242", "--yes", "--max-per-day", "100")
    assert (bought.code, tokens.purchases, tokens.asked("/v1/credits/purchase")) == (0, 1, 2)
    assert tokens.asked(REFRESH) == 1


def test_a_second_401_is_the_end(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.fault("path=/v1/credits,status=401")
    assert tokens.run("balance", "-p", "eztexting").code == 4
    assert (tokens.asked(REFRESH), tokens.asked("/v1/credits")) == (1, 2)


def test_a_dead_token_is_replaced_by_one_made_with_the_password(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.revoke_behind("access", "refresh")
    assert tokens.run("balance", "-p", "eztexting").code == 0
    assert (tokens.asked(REFRESH), tokens.asked(CREATE)) == (1, 2)
    assert tokens.is_known("refresh", tokens.entry["refresh_token"])


def test_a_dead_token_without_a_password_names_the_command_that_mends_it(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.revoke_behind("access", "refresh")
    tokens.without_password()
    tokens.age(60)
    for arguments in (("balance",), ("token", "show"), ("token", "refresh")):
        failed = tokens.run(*arguments, "-p", "eztexting", "--json")
        assert (failed.code, failed.out, failed.error["kind"]) == (4, "", "auth")
        assert "`smsacct auth login eztexting`" in failed.error["hint"]
    tokens.with_password()
    assert tokens.run("token", "show").code == 0


LOST = [
    "drop=before",
    "drop=middle",
    "truncated",
    "html",
    "empty",
    'body={"accessToken": "abcdefgh", "refreshToken": "ijklmnop", "expiresInSeconds": -5}',
    'body={"accessToken": "abcdefgh", "refreshToken": "ijklmnop", "expiresInSeconds": 1e300}',
    'body={"accessToken": "ab\\ncdefgh", "refreshToken": "ijklmnop", "expiresInSeconds": 5400}',
]


@pytest.mark.parametrize("how", LOST)
def test_a_refresh_whose_reply_is_lost(tokens: TokenWorld, how: str) -> None:
    tokens.create()
    tokens.age(60)
    tokens.fault(f"path={REFRESH},times=2,{how}")
    password = {name: tokens.world.environ[name] for name in (NAME, WORD)}
    tokens.without_password()
    failed = tokens.run("balance", "-p", "eztexting", "--json")
    assert (failed.code, failed.out) == (4, "")
    assert "`smsacct auth login eztexting`" in failed.error["hint"]
    assert tokens.run("balance", "-p", "eztexting", env=password).code == 0
    assert tokens.is_known("access", tokens.entry["access_token"])


@pytest.mark.parametrize("how", ["drop=request", "status=503", "rate_limit=1"])
def test_a_refresh_that_comes_later_leaves_a_token_that_lives(tokens: TokenWorld, how: str) -> None:
    tokens.create()
    old = tokens.entry
    tokens.without_password()
    tokens.age(120)
    tokens.fault(f"path={REFRESH},times=1,{how}")
    balance = tokens.run("balance", "-p", "eztexting")
    assert balance.code == (4 if how == "drop=request" else 0)  # a byte had left: the reply may be lost
    assert tokens.entry["refresh_token"] == old["refresh_token"]
    assert tokens.run("balance", "-p", "eztexting").code == 0
    assert tokens.entry["refresh_token"] != old["refresh_token"]


def test_other_names_are_tried_once_ever_after_a_401(tokens: TokenWorld) -> None:
    tokens.with_password("another")
    first = tokens.run("token", "create", "--json")
    assert (first.code, first.out, tokens.asked(CREATE)) == (4, "", 2)
    assert WORD in first.error["hint"]
    assert tokens.note["repeated_after_401"] is True
    assert tokens.run("token", "create").code == 4
    assert tokens.asked(CREATE) == 3
    assert tokens.run("balance", "-p", "eztexting").code == 4  # with Basic, by another command
    tokens.with_password()
    assert tokens.run("token", "create").code == 0
