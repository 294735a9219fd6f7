"""Whom a token is asked for and made for, and what stands in where the keyring fails."""

import json
from pathlib import Path

import pytest

from program import World
from smsacct.sandbox.server import SandboxServer
from token_world import CREATE, ENTRY, NAME, REFRESH, REVOKE, TokenWorld


@pytest.fixture
def tokens(world: World, server: SandboxServer, tmp_path: Path) -> TokenWorld:
    return TokenWorld(world, server, tmp_path / "keyring")


def test_other_names_are_tried_after_a_400_and_remembered(tokens: TokenWorld) -> None:
    tokens.fault("option=token_fields:app")
    tokens.create()
    assert (tokens.asked(CREATE), tokens.note["fields"]) == (2, ["appKey", "appSecret"])
    tokens.create()
    assert tokens.asked(CREATE) == 3
    tokens.no_faults()
    tokens.fault("option=token_fields:document")
    tokens.create()
    assert (tokens.asked(CREATE), tokens.note["fields"]) == (5, ["username", "password"])


def test_a_password_just_rejected_is_sent_in_no_other_way(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.with_password("another")
    tokens.revoke_behind("access", "refresh")
    tokens.forget_requests()
    assert tokens.run("balance", "-p", "eztexting").code == 4
    assert (tokens.asked("/v1/credits"), tokens.asked(REFRESH), tokens.asked(CREATE)) == (1, 1, 1)
    tokens.age(60)
    tokens.forget_requests()
    assert tokens.run("balance", "-p", "eztexting").code == 4
    assert (tokens.asked("/v1/credits"), tokens.asked(CREATE)) == (0, 1)


def test_a_token_made_for_another_username_is_never_sent(tokens: TokenWorld) -> None:
    tokens.create()
    balance = tokens.run("balance", "-p", "eztexting", env={NAME: "somebody_else"})
    assert balance.code == 4  # with Basic
    assert "another username" in balance.err
    assert "Invalid username or password" in balance.err
    revoked = tokens.run("token", "revoke", env={NAME: "somebody_else"})
    assert (revoked.code, tokens.asked(REVOKE)) == (3, 0)
    assert tokens.run("balance", "-p", "eztexting").err == ""


def test_a_token_made_for_another_login_in_the_keyring_is_never_sent(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.without_password()
    login = json.dumps({"username": "somebody_else", "password": "your_password"})
    tokens.keyring.entries = {**tokens.keyring.entries, "smsacct/eztexting": login}
    balance = tokens.run("balance", "-p", "eztexting")
    assert balance.code == 4
    assert "another username" in balance.err


def test_a_token_made_for_another_base_url_is_never_sent(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.without_password()
    url = tokens.world.environ["SMSACCT_EZTEXTING_BASE_URL"].replace("127.0.0.1", "localhost")
    tokens.forget_requests()
    balance = tokens.run("balance", "-p", "eztexting", env={"SMSACCT_EZTEXTING_BASE_URL": url})
    assert (balance.code, tokens.asked("/v1/credits")) == (3, 0)
    assert "another username or base URL" in balance.err
    tokens.with_password()
    shown = tokens.run("token", "show", env={"SMSACCT_EZTEXTING_BASE_URL": url})
    assert shown.out.strip() == tokens.entry["access_token"]


@pytest.mark.parametrize("word", ["fail-read ", "hang "])
def test_where_the_keyring_fails_the_password_stands_in(tokens: TokenWorld, word: str) -> None:
    tokens.create()
    tokens.keyring.switch(word)
    balance = tokens.run("balance", "-p", "eztexting")
    assert balance.code == 0
    assert balance.err.startswith("warning: the keyring")
    tokens.without_password()
    assert tokens.run("balance", "-p", "eztexting").code == 3


def test_a_keyring_that_takes_nothing_any_more_loses_no_token(tokens: TokenWorld) -> None:
    tokens.create()
    old = tokens.entry["refresh_token"]
    tokens.without_password()
    tokens.age(120)
    tokens.keyring.switch("fail-write ")
    balance = tokens.run("balance", "-p", "eztexting")
    assert (balance.code, tokens.asked(REFRESH)) == (0, 0)
    assert "warning: " in balance.err
    tokens.age(-5)
    assert tokens.run("balance", "-p", "eztexting").code == 3
    assert tokens.is_known("refresh", old)
    tokens.with_password()
    assert tokens.run("balance", "-p", "eztexting").code == 0


def test_a_renewed_token_that_cannot_be_stored_leaves_the_password(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.age(-5)
    tokens.keyring.switch("fail-write /token")
    balance = tokens.run("balance", "-p", "eztexting")
    assert balance.code == 0
    assert "was revoked" in balance.err
    tokens.keyring.switch()
    assert tokens.run("balance", "-p", "eztexting").err == ""


@pytest.mark.parametrize("text", ["{", "[]", '{"failures": "x"}', "\0"])
def test_a_damaged_note_is_told_and_mended(tokens: TokenWorld, text: str) -> None:
    tokens.create()
    note = tokens.world.state / "tokens" / "token-eztexting.json"
    note.write_text(text)
    balance = tokens.run("balance", "-p", "eztexting")
    assert balance.code == 0
    assert balance.err.count("warning: the note of the stored token") == 1
    tokens.create()
    assert tokens.run("balance", "-p", "eztexting").err == ""


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"access_token": 5}'])
def test_an_entry_that_none_of_ours_wrote(tokens: TokenWorld, text: str) -> None:
    tokens.create()
    tokens.keyring.entries = {ENTRY: text}
    balance = tokens.run("balance", "-p", "eztexting")
    assert balance.code == 0
    assert "cannot be read" in balance.err
    assert tokens.run("token", "show").code == 0
    assert tokens.run("balance", "-p", "eztexting").err == ""


def test_logout_revokes_and_forgets_the_token(tokens: TokenWorld) -> None:
    tokens.create()
    entry = tokens.entry
    assert tokens.run("auth", "logout", "eztexting").code == 0
    assert tokens.keyring.entries == {}
    assert not (tokens.world.state / "tokens" / "token-eztexting.json").exists()
    assert not tokens.is_known("access", entry["access_token"])
    assert not tokens.is_known("refresh", entry["refresh_token"])


def test_logout_forgets_a_token_that_cannot_be_revoked(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.fault(f"path={REVOKE},status=503")
    gone = tokens.run("auth", "logout", "eztexting")
    assert gone.code == 0
    assert gone.err.count("was not revoked") == 2
    assert tokens.keyring.entries == {}
