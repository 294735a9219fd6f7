"""A config that cannot be used: exit 3, which key of which file, what to do, and never a secret value."""

from pathlib import Path

import pytest

from cli.shell import no_privilege, shell
from cli.told import told, told_in_json
from program import World

SECRET = "planted-sÉcret-0123456789"
BIRD = ("balance", "-p", "messagebird")

BROKEN = {
    'default_profile = "messagebird\n': "line 1",
    "[profiles.shop\nprovider = 1": "line 1",
    f'[profiles.shop]\nprovider = "eztexting"\npassword = "{SECRET}\n': "line 3",
    'default_profile = "a"\ndefault_profile = "b"': "no TOML",
    "number = " + "9" * 5000: "no TOML",
    "a = " + "[" * 3000: "no TOML",
    "\ufeffdefault_profile = 'messagebird'": "byte order mark",
    "default_profile = 'messagebrid'": "did you mean messagebird?",
    "default_profile = 'nobody'": "default_profile names 'nobody'",
    "default_profile = 7": "default_profile is not a text",
    "keyring_backend = true": "keyring_backend is not a text",
    "profiles = 'messagebird'": "profiles is not a table",
    "profiles = [1]": "profiles is not a table",
    "[profiles]\nshop = 'eztexting'": "profiles.shop is no table",
    "defaultprofile = 'messagebird'": "did you mean default_profile?",
    "Default-Profile = 'messagebird'": "did you mean default_profile?",
    "[profile.shop]\nprovider = 'eztexting'": "did you mean profiles?",
    "[profiles.shop]\nprovder = 'eztexting'": "did you mean provider?",
    "[profiles.shop]\nprovider = 'eztexting'\nmax_credits_per_dai = 5": "did you mean max_credits_per_day?",
    "[profiles.Shop]\nprovider = 'eztexting'": "profiles.Shop: a profile's name is made of a-z, 0-9 and -",
    "[profiles.-shop]\nprovider = 'eztexting'": "made of a-z, 0-9 and -",
    "[profiles.my_shop]\nprovider = 'eztexting'": "made of a-z, 0-9 and -",
    "[profiles.'']\nprovider = 'eztexting'": "made of a-z, 0-9 and -",
    "[profiles.shop]": "profiles.shop has no provider",
    "[profiles.shop]\nprovider = 'eztxting'": "did you mean eztexting?",
    "[profiles.shop]\nprovider = 1": "profiles.shop.provider is not a text",
    "[profiles.messagebird]\nprovider = 'eztexting'": "bears the id of another provider",
    "[profiles.eztexting]\ncard = '42'": "the last four digits",
    "[profiles.eztexting]\ncard = '４２４２'": "the last four digits",  # noqa: RUF001 - the point
    "[profiles.eztexting]\ncard = 4242": "card is not a text",
    "[profiles.eztexting]\nmax_credits_per_day = '5000'": "is not a whole number",
    "[profiles.eztexting]\nmax_credits_per_day = 10.5": "is not a whole number",
    "[profiles.eztexting]\nmax_credits_per_day = true": "is not a whole number",
    "[profiles.eztexting]\nmax_credits_per_purchase = -1": "below zero",
    "[profiles.eztexting]\nmax_credits_per_purchase = 9999999999999": "beyond reason",
}
SECRETS = [
    f'password = "{SECRET}"',
    f'access_key = "{SECRET}"',
    f'[profiles.messagebird]\naccess_key = "{SECRET}"',
    f'[profiles.messagebird]\nACCESS-KEY = "{SECRET}"',
    f'[profiles.eztexting]\nusername = "me"\nPassword = "{SECRET}"',
    f'[profiles.gosms-ro.auth.inner]\napi_key = "{SECRET}"',
    f'[profiles.agiletelecom]\nconsumer_secret = ["x", "{SECRET}"]',
    f'[[keys]]\ntoken = "{SECRET}"',
    f'[credentials]\nmine = "{SECRET}"',
    f'[profiles.messagebird]\nauthorization = "AccessKey {SECRET}"',
]
URLS = {
    "http://rest.messagebird.com": "in the clear",
    "http://127.0.0.1.example.com": "in the clear",
    "http://0.0.0.0:80": "in the clear",
    f"https://me:{SECRET}@rest.messagebird.com": "user info",
    f"https://{SECRET}@rest.messagebird.com": "user info",
    f"https://rest.messagebird.com?key={SECRET}": "a query or a fragment",
    "https://rest.messagebird.com/#top": "a query or a fragment",
    "rest.messagebird.com": "no https URL",
    "ftp://rest.messagebird.com": "no https URL",
    "https://": "no https URL",
    "https://rest.messagebird.com:99999": "no URL",
    "https://[::1": "no URL",
    "https://rest.messagebird.com/../v2": "no https URL",
    "https://rest message bird": "no https URL",
    "https://rest.messagebird.com\\n/x": "no https URL",
}


@pytest.mark.parametrize("text", BROKEN)
def test_wrong_config_names_the_key_to_mend(world: World, text: str) -> None:
    world.config.write_text(text, encoding="utf-8")
    said = told(world.run(*BIRD), 3, str(world.config), BROKEN[text])
    assert SECRET not in said


@pytest.mark.parametrize("text", SECRETS)
def test_secret_in_the_config_is_refused_and_not_shown(world: World, text: str) -> None:
    world.config.write_text(text, encoding="utf-8")
    result = world.run("profiles")
    told(result, 3, "holds a secret", "smsacct auth login")
    assert SECRET not in result.err


@pytest.mark.parametrize("url", URLS)
def test_base_url_that_would_betray_or_reach_nothing(world: World, url: str) -> None:
    world.config.write_text(f'[profiles.messagebird]\nbase_url = "{url}"\n', encoding="utf-8")
    result = world.run("balance", "-p", "messagebird", "-v")
    told(result, 3, "profiles.messagebird", "base_url", URLS[url], "https://host")
    assert SECRET not in result.err


@pytest.mark.parametrize("url", ["http://rest.messagebird.com", f"https://me:{SECRET}@x.example", "nonsense"])
def test_base_url_of_the_environment_is_held_to_the_same(world: World, url: str) -> None:
    env = {"SMSACCT_MESSAGEBIRD_BASE_URL": url, "SMSACCT_MESSAGEBIRD_ACCESS_KEY": "x"}
    said = told(world.run(*BIRD, env=env), 3, "SMSACCT_MESSAGEBIRD_BASE_URL")
    assert SECRET not in said


def test_file_that_cannot_be_read(world: World) -> None:
    world.config.write_bytes(b"default_profile = '\xff\xfe'\n")
    told(world.run(*BIRD), 3, str(world.config), "not UTF-8")
    world.config.unlink()
    world.config.mkdir()
    told(world.run(*BIRD), 3, str(world.config), "Is a directory")
    told(
        world.run(*BIRD, env={"SMSACCT_CONFIG": f"{world.home}/\x1b[31m" + "c" * 300}),
        3,
        "cannot be read",
    )
    world.config.rmdir()
    world.config.write_bytes(b"#" * (1024 * 1024 + 1))
    told(world.run(*BIRD), 3, "over 1 MiB")


def test_file_without_the_right_to_read_it(world: World) -> None:
    world.config.write_text("")
    world.config.chmod(0)
    told(
        shell(world, f"{no_privilege()} smsacct balance"),
        3,
        f"{world.config} cannot be read: Permission denied",
    )


def test_failure_of_the_config_is_json_where_json_is_asked_for(world: World) -> None:
    world.config.write_text("default_profile = 'nobody'")
    told_in_json(world.run("balance", "--json"), 3, "config")


def test_unknown_key_is_a_warning_and_no_more(wired: World) -> None:
    wired.config.write_text("colour = 'blue'\n[profiles.messagebird]\nfavourite = true\n")
    result = wired.run(*BIRD, "--field", "amount")
    assert (result.code, result.out) == (0, "103\n")
    assert result.err.splitlines() == [
        f"warning: {wired.config}: colour is no setting that this version knows",
        f"warning: {wired.config}: profiles.messagebird.favourite is no setting that this version knows",
    ]
    assert wired.run(*BIRD, "-q").err == ""


def test_two_profiles_of_one_provider_are_ambiguous(world: World) -> None:
    world.config.write_text(
        "[profiles.a]\nprovider = 'messagebird'\n[profiles.b]\nprovider = 'messagebird'\n"
    )
    told(world.run(*BIRD), 3, "several profiles are of messagebird: a, b", "-P")


def test_hostile_names_in_the_config_are_told_harmless(world: World) -> None:
    world.config.write_text('[profiles."\\u001b[31m\\u202e"]\nprovider = "eztexting"\n', encoding="utf-8")
    said = told(world.run(*BIRD), 3)
    assert all(line.isprintable() for line in said.splitlines())


def test_what_would_not_load_is_not_written(world: World) -> None:
    before = "# mine\n[profiles.shop]\nprovider = 'eztexting'\n"
    world.config.write_text(before)
    for key, value, code in (
        ("default_profile", "nobody", 3),
        ("profiles.shop.card", "42", 3),
        ("profiles.shop.base_url", "http://example.com", 3),
        ("profiles.shop.max_credits_per_day", "many", 3),
        ("profiles.shop.password", SECRET, 3),
        ("profiles.Shop.provider", "eztexting", 3),
        ("profiles.shop", "eztexting", 2),
        ("nonsense.card", "4242", 2),
        ("", "x", 2),
    ):
        result = world.run("config", "set", key, value)
        told(result, code)
        assert SECRET not in result.err
        assert world.config.read_text() == before


def test_config_folder_that_cannot_be_made(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    env = {"SMSACCT_CONFIG": str(tmp_path / "file" / "config.toml")}
    told(world.run("config", "set", "default_profile", "messagebird", env=env), 3, "config.toml")
