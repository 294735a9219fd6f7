"""`auth login` at a terminal: a person is asked, without echo, and may give up."""

import json

import pytest

from cli.terminal import on_terminal
from keyring_world import Session
from program import World

BOTH = {"username": "your_username", "password": "your_password"}


def test_person_types_without_echo(desk: World, keyring: Session) -> None:
    desk.environ["SMSACCT_MINE_BASE_URL"] = desk.environ["SMSACCT_EZTEXTING_BASE_URL"]
    code, shown = on_terminal(
        desk,
        *("auth", "login", "mine", "--provider", "eztexting"),
        typed=[("username: ", "your_username\n"), ("password: ", "your_password\n")],
    )
    assert code == 0, shown
    assert "your_username" in shown
    assert "your_password" not in shown
    assert json.loads(keyring.lookup("mine")) == BOTH


@pytest.mark.parametrize(("keys", "code"), [("\x04", 2), ("\n", 2), ("\x03", 130)])
def test_person_gives_up(desk: World, keyring: Session, keys: str, code: int) -> None:
    done, shown = on_terminal(desk, "auth", "login", "messagebird", typed=[("access key: ", keys)])
    assert done == code, shown
    assert "error: " in shown
    assert "Traceback" not in shown
    assert keyring.lookup("messagebird") == ""
    assert not desk.config.exists()


def test_person_may_leave_out_what_is_optional(desk: World, keyring: Session) -> None:
    code, shown = on_terminal(
        desk,
        *("auth", "login", "agiletelecom", "--method", "oauth1", "--no-verify"),
        typed=[
            ("consumer key: ", "a\n"),
            ("consumer secret: ", "b\n"),
            ("token (", "\n"),
            ("token secret (", "\n"),
        ],
    )
    assert code == 0, shown
    assert json.loads(keyring.lookup("agiletelecom")) == {"consumer_key": "a", "consumer_secret": "b"}
