"""`auth login` and `auth logout`, with a real Secret Service: verified, stored, noted, and taken back."""

import json
from pathlib import Path

import pytest

from cli.faulty import requests
from cli.shell import shell
from cli.told import told
from keyring_world import Session, mute_session, session
from program import World
from smsacct.sandbox.server import SandboxServer

GOOD = "test_gshuPaZoeEG6ovbc8M79w0QyM"
LOGIN = ("auth", "login", "messagebird", "--stdin")
PLANTED = "planted-secret-0123456789"
BOTH = {"username": "your_username", "password": "your_password"}


def test_login_verifies_stores_and_notes(desk: World, keyring: Session, server: SandboxServer) -> None:
    desk.config.write_text("# mine\ncolour = 'blue'  # kept\n")
    result = desk.run(*LOGIN, "--json", "-q", stdin=f"{GOOD}\n")
    assert (result.code, result.err) == (0, "")
    assert result.json == {
        "profile": "messagebird",
        "provider": "messagebird",
        "method": "access_key",
        "stored_in": "the Secret Service keyring",
        "verified": True,
    }
    assert json.loads(keyring.lookup("messagebird")) == {"access_key": GOOD}
    assert [(entry["method"], entry["path"]) for entry in requests(server)] == [("GET", "/balance")]
    written = desk.config.read_text()
    assert written.startswith("# mine\ncolour = 'blue'  # kept\n")
    assert "[profiles.messagebird]" in written
    assert GOOD not in written
    assert desk.run("balance", "-q", "--field", "amount").out == "103\n"


def test_wrong_secret_is_not_stored(desk: World, keyring: Session) -> None:
    before = "# mine\n"
    desk.config.write_text(before)
    result = desk.run(*LOGIN, stdin=PLANTED)
    said = told(result, 4, "MessageBird")
    assert PLANTED not in said
    assert keyring.lookup("messagebird") == ""
    assert desk.config.read_text() == before


def test_login_without_verifying_asks_nobody(desk: World, keyring: Session, server: SandboxServer) -> None:
    result = desk.run(*LOGIN, "--no-verify", "--json", stdin=PLANTED)
    assert result.json["verified"] is False
    assert json.loads(keyring.lookup("messagebird")) == {"access_key": PLANTED}
    assert requests(server) == []


def test_fields_come_as_an_object(desk: World, keyring: Session) -> None:
    result = desk.run(
        "auth", "login", "mine", "-p", "eztexting", "--stdin", stdin=json.dumps(BOTH), env=at(desk)
    )
    assert result.code == 0, result.err
    assert json.loads(keyring.lookup("mine")) == BOTH
    assert desk.config.read_text().splitlines()[0] == "[profiles.mine] # written by smsacct auth login"
    assert desk.run("balance", "-p", "eztexting", "--field", "profile", env=at(desk)).out == "mine\n"


def at(desk: World) -> dict[str, str]:
    """Give the environment in which the profile `mine` of EZ Texting is the sandbox's."""
    return {"SMSACCT_MINE_BASE_URL": desk.environ["SMSACCT_EZTEXTING_BASE_URL"]}


@pytest.mark.parametrize(
    ("profile", "given"),
    [
        ("eztexting", PLANTED),
        ("eztexting", '{"username": "me"}'),
        ("eztexting", json.dumps({**BOTH, "password": [PLANTED]})),
        ("eztexting", json.dumps({**BOTH, "password": ""})),
        ("eztexting", json.dumps({**BOTH, PLANTED[:7]: "x"})),
        ("eztexting", '{"username": "me", "password": "' + PLANTED),
        ("messagebird", ""),
        ("messagebird", "\n"),
        ("messagebird", f"{PLANTED}\nmore\n"),
        ("messagebird", f'["{PLANTED}"] ' * 5000),
        ("agiletelecom", '{"consumer_key": "a"}'),
    ],
)
def test_input_that_is_no_credential(desk: World, keyring: Session, profile: str, given: str) -> None:
    result = desk.run("auth", "login", profile, "--stdin", "--no-verify", stdin=given)
    said = told(result, 2)
    assert PLANTED not in said
    assert keyring.lookup(profile) == ""
    assert not desk.config.exists()


def test_input_that_is_no_text(desk: World) -> None:
    path = desk.home / "input"
    path.write_bytes(b'"\xff\xfe')
    for errors in ("strict", "surrogateescape"):
        script = f"smsacct {' '.join(LOGIN)} --no-verify < '{path}'"
        told(shell(desk, script, {"PYTHONIOENCODING": f"utf-8:{errors}"}), 2)


def test_method_is_chosen(desk: World, keyring: Session) -> None:
    line = ("auth", "login", "agiletelecom", "--stdin", "--json")
    fields = json.dumps({"username": "username", "password": "password"})
    assert desk.run(*line, "--method", "basic", stdin=fields).json["method"] == "basic"
    assert desk.run(*line, stdin=fields).json["method"] == "basic"
    told(desk.run(*line[:-1], "--method", "api_key", stdin=fields), 2)
    assert json.loads(keyring.lookup("agiletelecom"))["username"] == "username"


def test_environment_that_goes_before_is_told(desk: World) -> None:
    result = desk.run(*LOGIN, stdin=GOOD, env={"SMSACCT_MESSAGEBIRD_ACCESS_KEY": "other"})
    assert result.code == 0
    assert "warning: SMSACCT_MESSAGEBIRD_… in the environment goes before what was stored" in result.err


def test_line_ends_of_the_users_file_are_kept(desk: World) -> None:
    desk.config.write_bytes(b"# mine\r\ncolour = 'blue'\r\n")
    assert desk.run(*LOGIN, stdin=GOOD).code == 0
    assert desk.config.read_bytes().startswith(b"# mine\r\ncolour = 'blue'\r\n")


def test_config_that_is_a_link_stays_one(desk: World, tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "dotfiles" / "sms.toml").write_text("# mine\n")
    desk.config.symlink_to("dotfiles/sms.toml")
    assert desk.run(*LOGIN, stdin=GOOD).code == 0
    assert desk.config.is_symlink()
    assert "messagebird" in (tmp_path / "dotfiles" / "sms.toml").read_text()


def test_locked_keyring_stores_nothing_anywhere(bare: World, tmp_path: Path) -> None:
    with session(tmp_path) as desktop:
        desktop.store("other", "by hand")
        desktop.lock()
        env = {**desktop.environ, "HOME": str(bare.home)}
        told(bare.run(*LOGIN, stdin=GOOD, env=env), 3, "the keyring is locked")
        result = bare.run("balance", "-p", "messagebird", env=env, timeout=15)
        told(result, 3, "locked", "SMSACCT_MESSAGEBIRD_ACCESS_KEY")
    assert not bare.config.exists()


def test_keyring_that_never_answers_is_given_up(bare: World, tmp_path: Path) -> None:
    with mute_session(tmp_path) as mute:
        result = bare.run(
            "balance", "-p", "messagebird", env={**mute.environ, "HOME": str(bare.home)}, timeout=15
        )
    told(result, 3, "the keyring did not answer within 3 s", "SMSACCT_MESSAGEBIRD_ACCESS_KEY")


def test_nobody_to_ask_and_nothing_to_read(desk: World, server: SandboxServer) -> None:
    told(desk.run("auth", "login", "messagebird", stdin=GOOD), 2, "--stdin")
    assert requests(server) == []


def test_secret_is_never_an_argument(desk: World) -> None:
    for words in (
        ["messagebird", PLANTED],
        ["messagebird", "--access-key", PLANTED],
        [f"--password={PLANTED}"],
    ):
        result = desk.run("auth", "login", *words, stdin=GOOD)
        assert result.code == 2
