"""`auth status`: where each field comes from and whether it works, and never a value."""

import json
from typing import Any

from cli.faulty import fail, requests
from cli.told import told, told_beside_answer
from keyring_world import Session
from program import World
from smsacct.sandbox.server import SandboxServer

STATUS = ("auth", "status", "--json")
KEY = "SMSACCT_MESSAGEBIRD_ACCESS_KEY"
GOOD = "test_gshuPaZoeEG6ovbc8M79w0QyM"


def only(entries: list[dict[str, Any]]) -> dict[str, Any]:
    (entry,) = entries
    return entry


def test_every_source_is_named(desk: World, keyring: Session) -> None:
    keyring.store("messagebird", GOOD)
    (desk.home / "password").write_text("your_password\n")
    given = desk.home / "credentials"
    given.mkdir()
    (given / "smsacct.gosms-ro.api_key").write_text("YOUR_API_KEY")
    desk.config.write_text("[profiles.messagebird]\n")
    env = {
        "SMSACCT_EZTEXTING_USERNAME": "your_username",
        "SMSACCT_EZTEXTING_PASSWORD_FILE": str(desk.home / "password"),
        "CREDENTIALS_DIRECTORY": str(given),
    }
    result = desk.run(*STATUS, env=env)
    assert (result.code, result.err) == (0, "")
    found = {entry["profile"]: entry for entry in result.json}
    assert list(found) == ["messagebird", "eztexting", "gosms-ro"]
    assert found["messagebird"] == {
        "profile": "messagebird",
        "provider": "messagebird",
        "method": "access_key",
        "ok": True,
        "error": None,
        "fields": [{"name": "access_key", "source": "keyring"}],
    }
    sources = {field["name"]: field["source"] for field in found["eztexting"]["fields"]}
    assert sources["username"] == "environment SMSACCT_EZTEXTING_USERNAME"
    assert sources["password"] == f"file {desk.home}/password (SMSACCT_EZTEXTING_PASSWORD_FILE)"
    assert found["gosms-ro"]["fields"][0]["source"] == "systemd credential smsacct.gosms-ro.api_key"


def test_rejected_credential_is_exit_4(bare: World) -> None:
    result = bare.run(*STATUS, "-p", "messagebird", env={KEY: "planted-secret-0123456789"})
    entry = only(result.json)
    assert (result.code, entry["ok"], entry["error"]["kind"]) == (4, False, "auth")
    assert entry["fields"] == [{"name": "access_key", "source": f"environment {KEY}"}]
    assert "planted" not in result.out + result.err


def test_missing_credential_is_exit_3(bare: World) -> None:
    bare.config.write_text("[profiles.mine]\nprovider = 'eztexting'\n")
    result = bare.run(*STATUS)
    entry = only(result.json)
    assert (result.code, entry["method"], entry["error"]["kind"]) == (3, None, "config")
    assert entry["fields"] == [{"name": "username", "source": None}, {"name": "password", "source": None}]
    half = bare.run(*STATUS, env={"SMSACCT_MINE_USERNAME": "me"})
    assert [field["source"] for field in only(half.json)["fields"]] == [
        "environment SMSACCT_MINE_USERNAME",
        None,
    ]
    assert half.code == 3


def test_rejection_wins_over_what_is_missing(bare: World) -> None:
    bare.config.write_text("[profiles.mine]\nprovider = 'eztexting'\n")
    result = bare.run(*STATUS, env={KEY: "wrong"})
    assert (result.code, [entry["ok"] for entry in result.json]) == (4, [False, False])
    assert result.error["kind"] == "auth"


def test_provider_that_is_out_of_order_is_neither(wired: World, server: SandboxServer) -> None:
    fail(server, "messagebird:status=500")
    result = wired.run("auth", "status", "-p", "messagebird")
    assert result.code == 6
    told_beside_answer(result, "MessageBird")


def test_each_profile_is_asked_one_read_call(wired: World, server: SandboxServer) -> None:
    result = wired.run("auth", "status", "--json")
    assert (result.code, {entry["ok"] for entry in result.json}) == (0, {True})
    assert sorted(entry["provider"] for entry in requests(server)) == sorted(
        entry["provider"] for entry in result.json
    )
    assert {entry["method"] for entry in requests(server)} == {"GET"}


def test_broken_file_of_a_field_is_told(bare: World) -> None:
    result = bare.run(*STATUS, "-p", "messagebird", env={f"{KEY}_FILE": "/nonexistent/key"})
    assert result.code == 3
    assert "No such file" in only(result.json)["error"]["message"]


def test_status_of_nobody(bare: World) -> None:
    told(bare.run("auth", "status"), 3, "no profile is configured")


def test_table_shows_no_value(wired: World) -> None:
    result = wired.run("auth", "status")
    assert result.code == 0
    for line in result.out.splitlines()[1:]:
        assert "yes" in line
    for value in (GOOD, "your_password", "YOUR_API_KEY"):
        assert value not in result.out
    assert json.dumps(GOOD) not in result.out


def test_sandbox_reads_nothing_of_the_users(bare: World) -> None:
    result = bare.run(*STATUS, "--sandbox", env={KEY: "planted", "PYTHON_KEYRING_BACKEND": "no.such.Backend"})
    assert result.code == 0
    assert {field["source"] for entry in result.json for field in entry["fields"]} == {"sandbox"}
