"""A credential that is missing, unreadable, incomplete or there twice: exit 3, and which variable to mend."""

from pathlib import Path

import pytest

from cli.shell import no_privilege, shell
from cli.told import told, told_in_json
from program import World

KEY = "SMSACCT_MESSAGEBIRD_ACCESS_KEY"
BIRD = ("balance", "-p", "messagebird")
SECRET = "planted-secret-0123456789"

# Each provider's variables, as a hint has to name them where there is no keyring.
FIRST_METHOD = {
    "messagebird": ["ACCESS_KEY"],
    "eztexting": ["USERNAME", "PASSWORD"],
    "agiletelecom": ["API_KEY"],
    "gosms-ro": ["API_KEY"],
    "credits-dev": ["API_KEY"],
}


@pytest.mark.parametrize("provider", FIRST_METHOD)
def test_no_credential_and_no_keyring_names_the_variables(world: World, provider: str) -> None:
    begin = f"SMSACCT_{provider.upper().replace('-', '_')}_"
    words = [f"{begin}{field}" for field in FIRST_METHOD[provider]]
    told(world.run("balance", "-p", provider), 3, "there is no keyring", "_FILE", "systemd", *words)


def test_no_keyring_that_can_be_used_names_the_variables(world: World) -> None:
    env = {"PYTHON_KEYRING_BACKEND": "", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
    told(world.run(*BIRD, env=env), 3, "keyring", KEY)
    told(world.run("balance", "-p", "eztexting", env=env), 3, "SMSACCT_EZTEXTING_USERNAME and")


def test_variables_are_those_of_the_profile(world: World) -> None:
    world.config.write_text("[profiles.shop-2]\nprovider = 'messagebird'\n")
    told(world.run(*BIRD), 3, "SMSACCT_SHOP_2_ACCESS_KEY")
    told(world.run("balance", "-P", "shop-2"), 3, "SMSACCT_SHOP_2_ACCESS_KEY")


def test_failure_names_whom_it_concerns(world: World) -> None:
    result = world.run(*BIRD, "--json")
    told_in_json(result, 3, "config")
    assert (result.error["provider"], result.error["profile"]) == ("messagebird", "messagebird")
    assert result.error["retryable"] is False


def test_file_that_gives_no_credential(world: World, tmp_path: Path) -> None:
    path = tmp_path / "key"
    env = {f"{KEY}_FILE": str(path)}
    told(world.run(*BIRD, env=env), 3, f"{KEY}_FILE", str(path), "No such file or directory")
    for content, words in (
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"x" * 65537, "64 KiB"),
    ):
        path.write_bytes(content)
        told(world.run(*BIRD, env=env), 3, f"{KEY}_FILE", str(path), words)
    path.unlink()
    path.mkdir()
    told(world.run(*BIRD, env=env), 3, str(path), "Is a directory")
    path.rmdir()
    path.write_text(SECRET)
    path.chmod(0)
    denied = shell(world, f"{no_privilege()} smsacct balance -p messagebird", env)
    told(denied, 3, f"{KEY}_FILE", str(path), "Permission denied")


def test_file_that_holds_what_no_header_carries(world: World, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(f"{SECRET}\n\n")
    said = told(world.run(*BIRD, env={f"{KEY}_FILE": str(path)}), 3, "access_key", "line break")
    assert SECRET not in said


def test_one_trailing_newline_of_a_file_is_dropped(wired: World, tmp_path: Path) -> None:
    path = tmp_path / "key"
    for end in ("", "\n", "\r\n"):
        path.write_bytes(f"{wired.environ[KEY]}{end}".encode())
        result = wired.run(*BIRD, "--field", "amount", env={KEY: "", f"{KEY}_FILE": str(path)})
        assert (result.code, result.out, result.err) == (0, "103\n", "")


def test_variable_and_file_are_one_too_many(world: World, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET)
    env = {KEY: SECRET, f"{KEY}_FILE": str(tmp_path / "key")}
    said = told(world.run(*BIRD, env=env), 3, KEY, f"{KEY}_FILE", "are both set")
    assert SECRET not in said


def test_empty_variable_counts_as_not_set(world: World) -> None:
    told(world.run(*BIRD, env={KEY: "", f"{KEY}_FILE": ""}), 3, "there is no keyring")


def test_method_that_is_incomplete_names_what_is_missing(world: World) -> None:
    told(
        world.run("balance", "-p", "eztexting", env={"SMSACCT_EZTEXTING_USERNAME": "me"}),
        3,
        "no SMSACCT_EZTEXTING_PASSWORD",
        "the keyring does not fill up",
    )
    env = {"SMSACCT_AGILETELECOM_CONSUMER_KEY": "a", "SMSACCT_AGILETELECOM_TOKEN": SECRET}
    said = told(
        world.run("balance", "-p", "agiletelecom", env=env), 3, "no SMSACCT_AGILETELECOM_CONSUMER_SECRET"
    )
    assert SECRET not in said


def test_token_of_oauth_without_its_secret(world: World) -> None:
    names = ("CONSUMER_KEY", "CONSUMER_SECRET", "TOKEN")
    env = {f"SMSACCT_AGILETELECOM_{name}": SECRET for name in names}
    said = told(world.run("balance", "-p", "agiletelecom", env=env), 3, "token_secret")
    assert SECRET not in said


def test_complete_method_wins_over_one_that_is_begun(wired: World) -> None:
    result = wired.run("balance", "-p", "agiletelecom", env={"SMSACCT_AGILETELECOM_USERNAME": "me"})
    assert result.code == 0


def test_systemd_credential_comes_after_the_variables(wired: World, tmp_path: Path) -> None:
    key = wired.environ.pop(KEY)
    given = tmp_path / "smsacct.messagebird.access_key"
    env = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    given.write_text(f"{key}\n")
    assert wired.run("balance", "--field", "provider", env=env).out.splitlines()[-1] == "messagebird"
    assert wired.run(*BIRD, "--field", "amount", env=env).out == "103\n"
    told(wired.run(*BIRD, env={**env, KEY: "wrong"}), 4)
    given.write_text("")
    told(wired.run(*BIRD, env=env), 3, str(given.name), "empty")
    given.unlink()
    given.symlink_to("nowhere")
    told(wired.run(*BIRD, env=env), 3, str(given.name), "No such file")


def test_keyring_backend_that_is_none(world: World) -> None:
    for name in ("no.such.Backend", "keyrings.alt.file.PlaintextKeyring", "nonsense", "os.path"):
        told(world.run(*BIRD, env={"PYTHON_KEYRING_BACKEND": name}), 3, "keyring", KEY)


def test_keyring_is_not_asked_where_the_environment_gives_the_credential(wired: World) -> None:
    assert wired.run(*BIRD, env={"PYTHON_KEYRING_BACKEND": "no.such.Backend"}).code == 0
