"""A token made, stored, shown and told, and never more of it than that."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from program import World
from smsacct.sandbox.server import SandboxServer
from token_world import CREATE, ENTRY, REFRESH, REVOKE, TokenWorld


@pytest.fixture
def tokens(world: World, server: SandboxServer, tmp_path: Path) -> TokenWorld:
    return TokenWorld(world, server, tmp_path / "keyring")


def test_a_token_is_made_stored_and_masked(tokens: TokenWorld) -> None:
    made = tokens.run("token", "create", "--json")
    assert (made.code, made.err) == (0, "")
    entry = tokens.entry
    assert made.json == {
        "provider": "eztexting",
        "profile": "eztexting",
        "access_token": entry["access_token"][:4] + "…",
        "refresh_token": entry["refresh_token"][:4] + "…",
        "expires_at": entry["expires_at"],
        "refresh_expires_at": entry["refresh_expires_at"],
        "stored_in": "the keyring backend keyring_file.FileKeyring",
    }
    left = datetime.fromisoformat(entry["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=89) < left <= timedelta(minutes=90)
    days = datetime.fromisoformat(entry["refresh_expires_at"]) - datetime.now(UTC)
    assert timedelta(days=59) < days <= timedelta(days=60)
    assert tokens.is_known("access", entry["access_token"])
    assert tokens.is_known("refresh", entry["refresh_token"])


def test_reveal_shows_it_in_full(tokens: TokenWorld) -> None:
    made = tokens.run("token", "create", "--reveal", "--json").json
    status = tokens.run("token", "status", "--reveal", "--json").json
    assert made == status
    assert (made["access_token"], made["refresh_token"]) == (
        tokens.entry["access_token"],
        tokens.entry["refresh_token"],
    )


def test_status_asks_nobody_and_says_none(tokens: TokenWorld) -> None:
    none = tokens.run("token", "status", "--json")
    assert none.code == 0
    assert {name for name, value in none.json.items() if value is not None} == {"provider", "profile"}
    assert "smsacct token create -P eztexting" in none.err
    assert tokens.run("token", "status", "-q").err == ""
    assert tokens.keyring.calls == []
    tokens.create()
    tokens.forget_requests()
    assert tokens.run("token", "status", "--field", "expires_at").out == f"{tokens.entry['expires_at']}\n"
    assert tokens.asked(CREATE) == tokens.asked(REFRESH) == 0


def test_a_stored_token_signs_in_place_of_the_password(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.without_password()
    balance = tokens.run("balance", "-p", "eztexting", "--field", "amount")
    assert (balance.code, balance.out, balance.err) == (0, "153\n", "")


def test_without_a_token_the_keyring_is_not_asked_and_none_is_made(tokens: TokenWorld) -> None:
    assert tokens.run("balance", "-p", "eztexting").code == 0
    assert tokens.keyring.calls == []
    assert tokens.asked(CREATE) == 0


def test_what_is_written_beside_the_keyring_holds_no_secret(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.age(60)
    assert tokens.run("balance", "-p", "eztexting", "-v").code == 0
    secrets = [tokens.entry["access_token"], tokens.entry["refresh_token"], "your_password", "your_username"]
    assert [secret for secret in secrets if secret in tokens.files()] == []
    folder = tokens.world.state / "tokens"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("words", [("fail-write ",), ("lose-writes ",), ("hang ",), ("fail-read ",)])
def test_where_nothing_can_be_stored_nothing_is_made(tokens: TokenWorld, words: tuple[str, ...]) -> None:
    tokens.keyring.switch(*words)
    start = time.monotonic()
    failed = tokens.run("token", "create", "--json")
    assert time.monotonic() - start < 6
    assert (failed.code, failed.out, failed.error["kind"]) == (3, "", "config")
    assert tokens.asked(CREATE) == 0
    tokens.keyring.switch()
    assert tokens.run("balance", "-p", "eztexting").err == ""


def test_without_a_keyring_nothing_is_made(tokens: TokenWorld) -> None:
    failed = tokens.run("token", "create", env={"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"})
    assert (failed.code, failed.out, tokens.asked(CREATE)) == (3, "", 0)


def test_where_the_note_cannot_be_written_nothing_is_made(tokens: TokenWorld) -> None:
    tokens.world.state.parent.mkdir(parents=True)
    tokens.world.state.write_text("no folder")
    failed = tokens.run("token", "create")
    assert (failed.code, failed.out, tokens.asked(CREATE)) == (3, "", 0)


def test_a_token_that_cannot_be_kept_is_revoked(tokens: TokenWorld) -> None:
    tokens.keyring.switch("fail-write /token")
    failed = tokens.run("token", "create", "--reveal", "--json")
    assert (failed.code, failed.out, tokens.asked(CREATE), tokens.asked(REVOKE)) == (3, "", 1, 2)
    assert "was revoked" in failed.error["message"]
    assert tokens.server.app.store.read("eztexting")["access"] == {}
    assert tokens.server.app.store.read("eztexting")["refresh"] == {}


def test_a_token_that_can_be_neither_kept_nor_revoked_is_shown_once(tokens: TokenWorld) -> None:
    tokens.keyring.switch("lose-writes /token")
    tokens.fault(f"path={REVOKE},status=503")
    failed = tokens.run("token", "create", "--reveal", "--json")
    assert (failed.code, failed.json["stored_in"]) == (3, None)
    assert tokens.is_known("access", failed.json["access_token"])
    assert tokens.is_known("refresh", failed.json["refresh_token"])
    assert "could not be revoked" in failed.error["message"]
    masked = tokens.run("token", "create", "--json")
    assert (masked.code, len(masked.json["access_token"]), len(masked.json["refresh_token"])) == (3, 5, 5)
    shown = tokens.run("token", "show")
    assert shown.code == 3
    assert tokens.is_known("access", shown.out.strip())


def test_a_token_that_could_be_half_revoked_is_shown_by_halves(tokens: TokenWorld) -> None:
    tokens.keyring.switch("fail-write /token")
    tokens.fault(f"path={REVOKE},status=503,after=1")
    failed = tokens.run("token", "create", "--reveal", "--json")
    assert (failed.code, failed.json["refresh_token"]) == (3, None)
    assert tokens.is_known("access", failed.json["access_token"])


@pytest.mark.parametrize("life", ["0", "-1", "1e300", "5400.5", '"5400"', "null"])
def test_a_life_that_is_none_makes_no_token(tokens: TokenWorld, life: str) -> None:
    body = f'{{"accessToken": "abcdefgh", "refreshToken": "ijklmnop", "expiresInSeconds": {life}}}'
    tokens.fault(f"path={CREATE},body={body}")
    failed = tokens.run("token", "create")
    assert (failed.code, failed.out) == (6, "")
    assert ENTRY not in tokens.keyring.entries


def test_show_prints_one_valid_access_token_and_nothing_else(tokens: TokenWorld) -> None:
    first = tokens.run("token", "show")
    assert (first.code, first.out, first.err) == (0, f"{tokens.entry['access_token']}\n", "")
    assert tokens.run("token", "show").out == first.out
    tokens.age(200)
    second = tokens.run("token", "show", "--json")
    assert second.json["access_token"] == tokens.entry["access_token"] != first.out.strip()
    assert second.json["refresh_token"] == tokens.entry["refresh_token"][:4] + "…"
    assert (tokens.asked(CREATE), tokens.asked(REFRESH)) == (1, 1)
    assert tokens.run("token", "show", "--field", "access_token").out == f"{tokens.entry['access_token']}\n"


def test_show_without_token_and_password_says_what_to_do(tokens: TokenWorld) -> None:
    tokens.without_password()
    failed = tokens.run("token", "show", "-p", "eztexting", "--json")
    assert (failed.code, failed.out) == (3, "")
    assert "smsacct auth login eztexting" in failed.error["hint"]


@pytest.mark.parametrize("command", ["create", "refresh", "revoke", "show", "status"])
def test_a_provider_without_tokens(tokens: TokenWorld, command: str) -> None:
    failed = tokens.run("token", command, "-p", "messagebird", "--json")
    assert (failed.code, failed.out, failed.error["kind"]) == (10, "", "unsupported")


def test_raw_and_verbose_show_no_token(tokens: TokenWorld) -> None:
    results = [tokens.run("token", command, "--raw", "-v") for command in ("create", "refresh", "show")]
    results += [tokens.run("balance", "-p", "eztexting", "--raw", "-v")]
    entry = tokens.entry
    said = "".join(result.out + result.err for result in results)
    assert entry["access_token"] not in said
    assert entry["refresh_token"] not in said


def test_a_reply_that_echoes_a_token_is_masked(tokens: TokenWorld) -> None:
    tokens.create()
    entry = tokens.entry
    tokens.fault(
        f'path={REFRESH},status=400,body={{"title": "no {entry["refresh_token"]}"}}',
        f'path={CREATE},status=400,body={{"title": "no your_password"}}',
    )
    failed = tokens.run("token", "refresh", "-v")
    assert failed.code == 5
    assert entry["refresh_token"] not in failed.err
    assert "your_password" not in failed.err


def test_a_reply_that_echoes_a_token_just_renewed_is_masked(tokens: TokenWorld) -> None:
    tokens.create()
    renewed = '{"accessToken": "abcdefgh", "refreshToken": "ijklmnop", "expiresInSeconds": 9}'
    tokens.fault(f"path={REFRESH},body={renewed}")
    tokens.fault('path=/v1/credits,status=401,body={"title": "no abcdefgh"}')
    failed = tokens.run("balance", "-p", "eztexting")
    assert (failed.code, tokens.asked("/v1/credits")) == (4, 2)
    assert "abcdefgh" not in failed.err


def test_the_sandbox_has_a_keyring_of_its_own(tokens: TokenWorld) -> None:
    assert tokens.run("token", "create", "--sandbox").code == 0
    assert tokens.run("balance", "-p", "eztexting", "--sandbox").code == 0
    assert tokens.run("token", "show", "--sandbox").code == 0
    stand_in = tokens.world.state / "sandbox" / "keyring.json"
    assert stand_in.stat().st_mode & 0o777 == 0o600
    assert tokens.run("token", "revoke", "--sandbox", "--field", "revoked").code == 0
    assert json.loads(stand_in.read_text()) == {}
    assert tokens.keyring.calls == []
    assert [path.name for path in tokens.world.state.iterdir()] == ["sandbox"]
