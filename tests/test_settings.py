"""Everything that the config file may hold, and what is said where it holds something else."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from smsacct.errors import ConfigError
from smsacct.settings import (
    Profile,
    Settings,
    config_path,
    is_card,
    is_name,
    load,
    parse,
)

PROVIDERS = ("agiletelecom", "credits-dev", "eztexting", "gosms-ro", "messagebird")
PATH = Path("config.toml")
X = "[profiles.x]\nprovider = 'eztexting'\n"


def read(text: str) -> Settings:
    return parse(text, PATH, PROVIDERS)


def failure(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert caught.value.hint
    assert str(PATH) in caught.value.message
    return caught.value


WHOLE = """
default_profile = "marketing"  # the one for the shop
keyring_backend = "keyring.backends.SecretService.Keyring"
[profiles.marketing]
provider = "eztexting"
card = "4242"
max_credits_per_purchase = 5000
max_credits_per_day = 10000
[profiles.wholesale]
provider = "agiletelecom"
base_url = "https://wholesale.agiletelecom.com"
[profiles.messagebird]
"""


def test_the_whole_file() -> None:
    found = read(WHOLE)
    assert found == Settings(
        PATH,
        {
            "marketing": Profile("marketing", "eztexting", None, "4242", 5000, 10000, declared=True),
            "wholesale": Profile(
                "wholesale", "agiletelecom", "https://wholesale.agiletelecom.com", declared=True
            ),
            "messagebird": Profile("messagebird", "messagebird", declared=True),
        },
        "marketing",
        "keyring.backends.SecretService.Keyring",
    )
    assert found.profiles["marketing"].variable == "SMSACCT_MARKETING"


def test_an_empty_file_and_none_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").touch()
    assert load(tmp_path / "empty.toml", PROVIDERS) == Settings(tmp_path / "empty.toml")
    assert load(tmp_path / "none.toml", PROVIDERS) == Settings(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("default_profile", "config.toml is no TOML (end of document)", "mend that line"),
        ('a = "x"\nb = hunter2\n', "config.toml is no TOML (line 2, column 5)", "mend that line"),
        ("a = " + "[" * 5000, "config.toml is no TOML", "mend"),
        ("a = " + "9" * 5000, "config.toml is no TOML", "mend"),
        ("\ufeffdefault_profile = 'x'", "begins with a byte order mark", "without one"),
        (".".join("a" * 5000) + " = 1", "a is nested too deeply", "config path"),
        ('default_profle = "x"', "default_profle is no setting", "did you mean default_profile?"),
        ('default-profile = "x"', "default-profile is no setting", "did you mean default_profile?"),
        ("default_profile = 1", "default_profile is not a text in quotes", ""),
        ('default_profile = "marketting"\n[profiles.marketing]\nprovider = "eztexting"',
         "names 'marketting', which is no profile (did you mean marketing or eztexting?)", ""),
        ("profiles = 1", "profiles is not a table", ""),
        ("[profiles]\nx = 1", "profiles.x is no table", ""),
        ("[[profiles.x]]\nprovider = 'eztexting'", "profiles.x is no table", ""),
        ("[profiles.x]", "profiles.x has no provider", 'add provider = "agiletelecom"'),
        ("[profiles.x]\nprovider = 'mesagebird'", "is no provider (did you mean messagebird?)", ""),
        ("[profiles.x]\nprovider = 1", "profiles.x.provider is not a text in quotes", ""),
        ("[profiles.X]\nprovider = 'eztexting'", "profiles.X: a profile's name is made of a-z", ""),
        ("[profiles.-x]\nprovider = 'eztexting'", "profiles.-x: a profile's name", ""),
        ("[profiles.a_b]\nprovider = 'eztexting'", "profiles.a_b: a profile's name", ""),
        ("[profiles.'']\nprovider = 'eztexting'", "profiles.: a profile's name", ""),
        ("[profiles.'\u00e9']\nprovider = 'eztexting'", "profiles.\u00e9: a profile's name", ""),
        ("[profiles.eztexting]\nprovider = 'messagebird'", "bears the id of another provider", "another"),
        (X + "crad = '4242'", "profiles.x.crad is no setting", "did you mean card?"),
        (X + "card = '424'", "profiles.x.card is not the last four digits", ""),
        (X + "card = 4242", "profiles.x.card is not a text in quotes", ""),
        (X + "max_credits_per_day = -1", "max_credits_per_day is below zero", ""),
        (X + "max_credits_per_day = 1.5", "is not a whole number", ""),
        (X + "max_credits_per_day = nan", "is not a whole number", ""),
        (X + "max_credits_per_day = true", "is not a whole number", ""),
        (X + "max_credits_per_day = '1'", "is not a whole number", ""),
        (X + "max_credits_per_day = 0x" + "f" * 5000, "is beyond reason", ""),
        (X + "base_url = 'http://a.example'", "in the clear to a.example", "https://host"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_its_key(text: str, message: str, hint: str) -> None:
    error = failure(text)
    assert message in error.message
    assert hint in (error.hint or "")


def test_an_unknown_key_is_a_warning() -> None:
    found = read('colour = true\n[profiles.x]\nprovider = "eztexting"\nnickname = "shop"\n[unknown]\na = 1\n')
    assert [warning.removeprefix("config.toml: ") for warning in found.warnings] == [
        "colour is no setting that this version knows",
        "unknown is no setting that this version knows",
        "profiles.x.nickname is no setting that this version knows",
    ]


SECRETS = (
    "password PASSWORD db-password passwd secret token_secret api_key api-key apiKey access_key accessKey "
    "consumer_key consumer_secret appKey token refresh_token credentials Authorization private_key"
)


@pytest.mark.parametrize("key", SECRETS.split())
@pytest.mark.parametrize(
    "frame",
    [
        "{} = 'planted'",
        X + "{} = 'planted'",
        "[profiles.x.{}]\nvalue = 'planted'",
        "[{}]\nvalue = 'planted'",
        "[[others]]\n{} = 'planted'",
        "others = [[{{ {} = 'planted' }}]]",
        "{} = ['planted']",
    ],
)
def test_a_secret_has_no_place_in_the_file(frame: str, key: str) -> None:
    error = failure(frame.format(key))
    assert f"{key}" in error.message
    assert "holds a secret, which has no place in a config file" in error.message
    assert "auth login" in (error.hint or "")
    assert "planted" not in f"{error.message}{error.hint}"


def test_a_profile_may_be_called_after_a_secret() -> None:
    found = read("[profiles.token-test]\nprovider = 'eztexting'\n[profiles.secret]\nprovider = 'eztexting'\n")
    assert list(found.profiles) == ["token-test", "secret"]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'default_profile = "\xe9"')
    (tmp_path / "huge.toml").write_bytes(b"#" * (1024 * 1024 + 1))
    (tmp_path / "file").touch()
    for name, problem in [
        ("latin.toml", "it is not UTF-8"),
        ("huge.toml", "is over 1 MiB"),
        (".", "cannot be read"),
        ("file/config.toml", "cannot be read"),
        ("x" * 300, "cannot be read"),
    ]:
        with pytest.raises(ConfigError) as caught:
            load(tmp_path / name, PROVIDERS)
        assert problem in caught.value.message
        assert str(tmp_path) in caught.value.message


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file")
def test_a_file_without_end_is_not_read_to_its_end() -> None:
    with pytest.raises(ConfigError, match="over 1 MiB"):
        load(Path("/dev/zero"), PROVIDERS)


def test_where_the_file_lies() -> None:
    assert config_path({"SMSACCT_CONFIG": "/somewhere/x.toml"}) == Path("/somewhere/x.toml")
    for environ in ({}, {"SMSACCT_CONFIG": ""}):
        assert config_path(environ).parts[-2:] == ("smsacct", "config.toml")


def test_names_and_cards() -> None:
    assert all(map(is_name, ["a", "9", "a-", "messagebird", "a-b-9"]))
    assert not any(map(is_name, ["", "-a", "A", "a_b", "a b", "a.b", "\u00e9", "a\n"]))
    assert is_card("0042")
    assert not any(map(is_card, ["", "424", "42424", "424a", "\u0664242", "4242\n"]))


# Text of any kind.

KEYS = st.sampled_from(
    ["default_profile", "profiles", "provider", "card", "base_url", "password", "x", "a.b", "max"]
)
VALUES = st.one_of(
    st.sampled_from(
        ['"planted-secret"', "1", "-1", "nan", "true", "[]", "{}", "1979-05-27", '"https://a"', "'4242'"]
    ),
    st.text(max_size=10),
)
LINES = st.one_of(
    st.builds("{} = {}".format, KEYS | st.text(max_size=5), VALUES),
    st.builds(
        "[{}]".format,
        st.sampled_from(["profiles", "profiles.x", "profiles.eztexting", "[y]"]) | st.text(max_size=8),
    ),
    st.text(max_size=20),
)


def outcome(look: Callable[[], Settings]) -> Settings | ConfigError:
    try:
        return look()
    except ConfigError as error:
        return error


@limits(deadline=None, max_examples=300)
@given(st.lists(LINES, max_size=8))
def test_any_text_gives_settings_or_a_config_error(lines: list[str]) -> None:
    found = outcome(lambda: read("\n".join(lines)))
    if isinstance(found, Settings):
        assert all(map(is_name, found.profiles))
        assert {profile.provider for profile in found.profiles.values()} <= set(PROVIDERS)
    else:
        assert found.hint


@limits(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_give_settings_or_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(data)
    found = outcome(lambda: load(path, PROVIDERS))
    assert found.path == path if isinstance(found, Settings) else found.hint


@limits(deadline=None)
@given(
    st.sampled_from(["password", "api_key", "token_secret"]),
    st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8, max_size=20),
    st.sampled_from(
        [
            "{} = '{}'",
            "{} = {}",
            '{} = "{}',
            "[profiles.x]\n{} = '{}'",
            "x.{} = ['{}']",
            "{}: '{}'",
            "{} '{}'",
        ]
    ),
    st.sampled_from(["", "\n[profiles.x", "\ndefault_profile = 1", "\n= 3"]),
)
def test_no_error_shows_the_value_of_a_secret(key: str, value: str, frame: str, rest: str) -> None:
    error = failure(frame.format(key, value) + rest)
    assert value not in f"{error.message}{error.hint}{error!r}"
