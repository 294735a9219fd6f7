"""`auth logout`: takes what `auth login` wrote, and nothing of the user's own."""

import pytest

from keyring_world import Session
from program import World

GOOD = "test_gshuPaZoeEG6ovbc8M79w0QyM"
LOGIN = ("auth", "login", "messagebird", "--stdin")


def test_logout_takes_what_login_wrote(desk: World, keyring: Session) -> None:
    before = "# mine\n\n[profiles.shop]\nprovider = 'gosms-ro'  # by hand\n"
    desk.config.write_text(before)
    assert desk.run(*LOGIN, stdin=GOOD).code == 0
    assert desk.run("auth", "logout", "messagebird", "--json").json["removed"] == ["credential", "config"]
    assert keyring.lookup("messagebird") == ""
    assert desk.config.read_text().strip() == before.strip()
    assert desk.run("auth", "logout", "-p", "messagebird", "--json").json["removed"] == []


@pytest.mark.parametrize(
    "added",
    ["base_url = 'https://rest.messagebird.com'\n", "# a note\n[profiles.x]\nprovider = 'gosms-ro'\n"],
)
def test_logout_keeps_what_the_user_added(desk: World, added: str) -> None:
    assert desk.run(*LOGIN, stdin=GOOD).code == 0
    desk.config.write_text(desk.config.read_text() + added)
    assert desk.run("auth", "logout", "messagebird").code == 0
    kept = desk.config.read_text()
    assert added.splitlines()[0] in kept or added.startswith("#")
    assert ("[profiles.messagebird]" in kept) is added.startswith("base_url")


def test_profile_of_the_users_own_is_kept(desk: World, keyring: Session) -> None:
    url = desk.environ["SMSACCT_MESSAGEBIRD_BASE_URL"]
    before = f"[profiles.shop]\nprovider = 'messagebird'\nbase_url = '{url}'\n"
    desk.config.write_text(before)
    assert desk.run("auth", "login", "shop", "--stdin", stdin=GOOD).code == 0
    assert desk.config.read_text() == before
    assert desk.run("auth", "logout", "-P", "shop", "--json").json["removed"] == ["credential"]
    assert desk.config.read_text() == before
    assert keyring.lookup("shop") == ""


def test_default_profile_keeps_its_profile(desk: World) -> None:
    assert (
        desk.run("auth", "login", "mine", "-p", "messagebird", "--stdin", "--no-verify", stdin="x").code == 0
    )
    assert desk.run("config", "set", "default_profile", "mine").code == 0
    assert desk.run("auth", "logout", "mine", "--json").json["removed"] == ["credential"]
    assert desk.run("config", "show").code == 0
