"""Tokens killed and forgotten: both, one half, or one from standard input."""

from pathlib import Path

import pytest

from program import World
from smsacct.sandbox.server import SandboxServer
from token_world import REVOKE, TokenWorld


@pytest.fixture
def tokens(world: World, server: SandboxServer, tmp_path: Path) -> TokenWorld:
    return TokenWorld(world, server, tmp_path / "keyring")


def test_revoke_kills_both_and_forgets_them(tokens: TokenWorld) -> None:
    tokens.create()
    revoked = tokens.run("token", "revoke", "--json")
    assert (revoked.code, revoked.json["revoked"]) == (0, ["refresh", "access"])
    assert tokens.keyring.entries == {}
    assert tokens.server.app.store.read("eztexting")["access"] == {}
    again = tokens.run("token", "revoke", "--json")
    assert (again.code, again.json["revoked"], tokens.asked(REVOKE)) == (0, [], 2)
    assert tokens.run("balance", "-p", "eztexting").err == ""


@pytest.mark.parametrize(("kind", "other"), [("access", "refresh"), ("refresh", "access")])
def test_revoke_kills_one_half_alone(tokens: TokenWorld, kind: str, other: str) -> None:
    tokens.create()
    entry = tokens.entry
    assert tokens.run("token", "revoke", f"--{kind}", "--json").json["revoked"] == [kind]
    assert tokens.entry[f"{kind}_token"] is None
    assert tokens.entry[f"{other}_token"] == entry[f"{other}_token"]
    assert tokens.run("token", "status", "--json").json[f"{kind}_token"] is None
    tokens.without_password()
    assert tokens.run("balance", "-p", "eztexting").code == 0
    assert tokens.run("token", "revoke", f"--{kind}", "-p", "eztexting").code == 0


def test_what_the_provider_does_not_know_counts_as_revoked(tokens: TokenWorld) -> None:
    tokens.create()
    tokens.fault("option=revoke:pair")
    assert tokens.run("token", "revoke", "--json").json["revoked"] == ["refresh", "access"]
    assert tokens.keyring.entries == {}


@pytest.mark.parametrize("how", ["status=503", "drop=before", "rate_limit=1", "status=403"])
def test_what_could_not_be_revoked_stays_stored(tokens: TokenWorld, how: str) -> None:
    tokens.create()
    tokens.fault(f"path={REVOKE},after=1,times=1,{how}")
    failed = tokens.run("token", "revoke")
    assert failed.code == {"rate_limit=1": 7, "status=403": 4}.get(how, 6)
    assert (tokens.entry["refresh_token"], tokens.entry["access_token"] is None) == (None, False)
    assert tokens.run("token", "revoke", "--json").json["revoked"] == ["access"]
    assert tokens.keyring.entries == {}


def test_revoke_one_from_stdin(tokens: TokenWorld) -> None:
    tokens.create()
    entry = tokens.entry
    tokens.create()
    given = f"{entry['refresh_token']}\n"
    leaked = tokens.run("token", "revoke", "--refresh", "--stdin", "--json", stdin=given)
    assert (leaked.code, leaked.json["revoked"]) == (0, ["refresh"])
    assert not tokens.is_known("refresh", entry["refresh_token"])
    assert tokens.is_known("refresh", tokens.entry["refresh_token"])
    own = tokens.entry["refresh_token"]
    assert tokens.run("token", "revoke", "--refresh", "--stdin", stdin=own).code == 0
    assert tokens.entry["refresh_token"] is None
    unknown = tokens.run("token", "revoke", "--access", "--stdin", "-v", stdin="never-made-by-anybody")
    assert unknown.code == 0
    assert "never-made" not in unknown.out + unknown.err


def test_a_token_from_stdin_of_no_told_kind_is_revoked_as_either(tokens: TokenWorld) -> None:
    tokens.create()
    for kind in ("refresh", "access"):
        given = tokens.entry[f"{kind}_token"]
        assert tokens.run("token", "revoke", "--stdin", stdin=given).code == 0
        assert not tokens.is_known(kind, given)


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("--access", "--refresh"), ""),
        (("--access", "--stdin"), ""),
        (("--access", "--stdin"), "two words"),
        (("--access", "--stdin"), "two\nlines"),
    ],
)
def test_what_revoke_does_not_understand(tokens: TokenWorld, arguments: tuple[str, ...], stdin: str) -> None:
    failed = tokens.run("token", "revoke", *arguments, "--json", stdin=stdin)
    assert (failed.code, failed.out, tokens.asked(REVOKE)) == (2, "", 0)
    assert "two" not in failed.err
