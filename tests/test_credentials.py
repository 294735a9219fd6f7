"""Where a credential comes from: each source, their order, and every way in which one can be wrong."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

import pytest

from keyring_backends import Memory
from smsacct import credentials
from smsacct.credentials import Credential, FieldSource
from smsacct.errors import ConfigError
from smsacct.os_keyring import Keyring
from smsacct.providers.auth import AuthMethod, basic, header, oauth1
from smsacct.settings import Profile

KEY = header("Authorization", "access_key", "AccessKey")
BIRD = Profile("messagebird", "messagebird")
SHOP = Profile("my-shop", "agiletelecom")
AGILE = (header("X-Api-Key", "api_key"), oauth1(), basic())


def memory() -> Keyring:
    return Keyring("keyring_backends.Memory", {}, seconds=3, tell=print)


def untouched() -> NoReturn:
    raise AssertionError("the keyring was asked for")


def keyring_holds(profile: str, entry: str) -> None:
    Memory.entries["smsacct", profile] = entry


def shop(environ: Mapping[str, str]) -> Credential:
    return credentials.resolve(SHOP, AGILE, environ, memory)


def refused(environ: Mapping[str, str], profile: Profile = SHOP, *methods: AuthMethod) -> ConfigError:
    with pytest.raises(ConfigError) as raised:
        credentials.resolve(profile, methods or AGILE, environ, memory)
    assert (raised.value.provider, raised.value.profile) == (profile.provider, profile.name)
    assert raised.value.hint
    return raised.value


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    Memory.entries.clear()
    yield
    Memory.entries.clear()


@pytest.fixture
def systemd(tmp_path: Path) -> Path:
    folder = tmp_path / "credentials"
    folder.mkdir()
    return folder


def test_environment_goes_before_file_before_systemd(tmp_path: Path, systemd: Path) -> None:
    environ = {"CREDENTIALS_DIRECTORY": str(systemd), "SMSACCT_MY_SHOP_USERNAME": "from the variable"}
    (systemd / "smsacct.my-shop.username").write_text("hidden")
    (systemd / "smsacct.my-shop.password").write_text("from systemd\n")
    found = credentials.resolve(SHOP, AGILE, environ, untouched)
    assert (found.method, found.fields) == (
        "basic",
        {"username": "from the variable", "password": "from systemd"},
    )
    assert found.sources == {
        "username": "environment SMSACCT_MY_SHOP_USERNAME",
        "password": "systemd credential smsacct.my-shop.password",
    }
    file = tmp_path / "password"
    file.write_text("from the file")
    environ["SMSACCT_MY_SHOP_PASSWORD_FILE"] = str(file)
    found = credentials.resolve(SHOP, AGILE, environ, untouched)
    assert found.fields["password"] == "from the file"
    assert found.sources["password"] == f"file {file} (SMSACCT_MY_SHOP_PASSWORD_FILE)"


def test_methods_go_in_the_order_given() -> None:
    environ = {"SMSACCT_MY_SHOP_USERNAME": "u", "SMSACCT_MY_SHOP_PASSWORD": "p"}
    assert shop(environ).method == "basic"
    environ |= {"SMSACCT_MY_SHOP_CONSUMER_KEY": "k", "SMSACCT_MY_SHOP_CONSUMER_SECRET": "s"}
    assert shop(environ).fields == {"consumer_key": "k", "consumer_secret": "s"}
    environ["SMSACCT_MY_SHOP_TOKEN"] = "t"
    assert shop(environ).fields == {"consumer_key": "k", "consumer_secret": "s", "token": "t"}
    assert shop(environ | {"SMSACCT_MY_SHOP_API_KEY": "a"}).fields == {"api_key": "a"}
    keyring_holds("my-shop", json.dumps({"username": "u", "password": "p", "api_key": "a", "other": "o"}))
    assert shop({}).fields == {"api_key": "a"}


def test_incomplete_environment_is_never_filled_up_from_the_keyring() -> None:
    keyring_holds("my-shop", json.dumps({"username": "u", "password": "p"}))
    error = refused({"SMSACCT_MY_SHOP_USERNAME": "u", "SMSACCT_MY_SHOP_PASSWORD": ""})
    assert error.message == (
        "incomplete credential: there is environment SMSACCT_MY_SHOP_USERNAME, "
        "but no SMSACCT_MY_SHOP_PASSWORD"
    )
    assert "set SMSACCT_MY_SHOP_PASSWORD too" in str(error.hint)
    error = refused({"SMSACCT_MY_SHOP_TOKEN": "t"})
    assert error.message.endswith("no SMSACCT_MY_SHOP_CONSUMER_KEY and no SMSACCT_MY_SHOP_CONSUMER_SECRET")


def test_complete_environment_beats_a_preferred_method_of_the_keyring() -> None:
    keyring_holds("my-shop", json.dumps({"api_key": "a"}))
    environ = {"SMSACCT_MY_SHOP_USERNAME": "u", "SMSACCT_MY_SHOP_PASSWORD": "p"}
    assert credentials.resolve(SHOP, AGILE, environ, untouched).method == "basic"


def test_empty_variables_count_as_not_set() -> None:
    keyring_holds("my-shop", "the key")
    empty = {"SMSACCT_MY_SHOP_API_KEY": "", "SMSACCT_MY_SHOP_API_KEY_FILE": "", "CREDENTIALS_DIRECTORY": ""}
    found = shop(empty)
    assert (found.fields, found.sources) == ({"api_key": "the key"}, {"api_key": "keyring"})
    assert shop(empty | {"SMSACCT_MY_SHOP_API_KEY": "a"}).fields == {"api_key": "a"}


def test_variable_and_file_at_once_is_an_error() -> None:
    error = refused({"SMSACCT_MY_SHOP_API_KEY": "a", "SMSACCT_MY_SHOP_API_KEY_FILE": "/nowhere"})
    assert error.message == "SMSACCT_MY_SHOP_API_KEY and SMSACCT_MY_SHOP_API_KEY_FILE are both set"


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"key", "key"),
        (b"key\n", "key"),
        (b"key\r\n", "key"),
        (b"key\n\n", "key\n"),
        (b" key \n", " key "),
        (b"k\xc3\xa9y\r", "kéy\r"),
        (b"x" * 65536, "x" * 65536),
    ],
)
def test_file_loses_one_newline(tmp_path: Path, content: bytes, value: str) -> None:
    (tmp_path / "key").write_bytes(content)
    environ = {"SMSACCT_MESSAGEBIRD_ACCESS_KEY_FILE": str(tmp_path / "key")}
    assert credentials.resolve(BIRD, [KEY], environ, untouched).fields == {"access_key": value}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "is empty"),
        (b"\r\n", "is empty"),
        (b"hidden\xff", "is not UTF-8"),
        (b"hidden" * 20_000, "is over 64 KiB"),
    ],
)
def test_file_that_is_wrong_is_named_without_its_content(
    tmp_path: Path, systemd: Path, content: bytes | None, complaint: str
) -> None:
    file, unit = tmp_path / "key\x1b[31m", systemd / "smsacct.messagebird.access_key"
    if content is None:
        unit.symlink_to("nowhere")
    else:
        file.write_bytes(content)
        unit.write_bytes(content)
    error = refused({"SMSACCT_MESSAGEBIRD_ACCESS_KEY_FILE": str(file)}, BIRD, KEY)
    assert error.message == f"file {tmp_path}/key[31m (SMSACCT_MESSAGEBIRD_ACCESS_KEY_FILE) {complaint}"
    error = refused({"CREDENTIALS_DIRECTORY": str(systemd)}, BIRD, KEY)
    assert error.message == f"systemd credential smsacct.messagebird.access_key {complaint}"


def test_file_that_cannot_be_one(tmp_path: Path) -> None:
    for path, complaint in ((tmp_path, "Is a directory"), (tmp_path / "a\0b", "no file can have that name")):
        error = refused({"SMSACCT_MESSAGEBIRD_ACCESS_KEY_FILE": str(path)}, BIRD, KEY)
        assert error.message.endswith(f"cannot be read: {complaint}")


def test_file_may_be_a_pipe() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"key\n")
    os.close(writer)
    environ = {"SMSACCT_MESSAGEBIRD_ACCESS_KEY_FILE": f"/dev/fd/{reader}"}
    assert credentials.resolve(BIRD, [KEY], environ, untouched).fields == {"access_key": "key"}
    os.close(reader)


def test_variable_that_is_no_text_is_an_error() -> None:
    error = refused({"SMSACCT_MESSAGEBIRD_ACCESS_KEY": os.fsdecode(b"hidden\xff")}, BIRD, KEY)
    assert error.message == "environment SMSACCT_MESSAGEBIRD_ACCESS_KEY is not UTF-8"


def test_no_credential_anywhere_names_both_ways_to_give_one() -> None:
    error = refused({}, Profile("eztexting", "eztexting"), basic())
    assert error.message == "no credential for profile 'eztexting'"
    assert error.hint == (
        "store it with `smsacct auth login eztexting`; on a machine without a keyring set "
        "SMSACCT_EZTEXTING_USERNAME and SMSACCT_EZTEXTING_PASSWORD"
    )


def test_keyring_that_fails_is_told_with_the_variables_that_do_without() -> None:
    off = Keyring("keyring_backends.Locked", {}, seconds=3, tell=print)
    with pytest.raises(ConfigError, match="the keyring is locked") as raised:
        credentials.resolve(BIRD, [KEY], {}, lambda: off)
    assert "set SMSACCT_MESSAGEBIRD_ACCESS_KEY," in str(raised.value.hint)
    assert raised.value.profile == "messagebird"


def test_credential_never_shows_a_value() -> None:
    found = shop({"SMSACCT_MY_SHOP_API_KEY": "hidden"})
    assert "hidden" not in f"{found} {found!r} {[found]}"
    assert "api_key" in repr(found)


def test_given_by_environment_reads_nothing(systemd: Path) -> None:
    def given(environ: Mapping[str, str]) -> bool:
        return credentials.given_by_environment(SHOP, AGILE, environ)

    assert not given({})
    assert not given({"SMSACCT_MY_SHOP_API_KEY": "", "SMSACCT_MY_SHOP_BASE_URL": "https://x"})
    assert not given({"CREDENTIALS_DIRECTORY": str(systemd)})
    assert not given({"CREDENTIALS_DIRECTORY": "/no\0where"})
    assert given({"SMSACCT_MY_SHOP_USERNAME": "u"})
    assert given({"SMSACCT_MY_SHOP_TOKEN": "t"})
    assert given({"SMSACCT_MY_SHOP_API_KEY_FILE": "/nowhere"})
    (systemd / "smsacct.my-shop.password").mkdir()
    assert given({"CREDENTIALS_DIRECTORY": str(systemd)})


def test_explain_tells_the_method_in_force() -> None:
    environ = {"SMSACCT_MY_SHOP_CONSUMER_KEY": "k", "SMSACCT_MY_SHOP_CONSUMER_SECRET": "s"}
    told = credentials.explain(SHOP, AGILE, environ | {"SMSACCT_MY_SHOP_TOKEN": "t"}, untouched)
    assert (told.method, told.error) == ("oauth1", None)
    assert [field.name for field in told.fields] == ["consumer_key", "consumer_secret", "token"]
    assert told.credential is not None
    assert told.credential.fields["token"] == "t"


def test_explain_tells_what_is_missing_and_why() -> None:
    told = credentials.explain(SHOP, AGILE, {"SMSACCT_MY_SHOP_PASSWORD_FILE": "/nowhere"}, untouched)
    source = "file /nowhere (SMSACCT_MY_SHOP_PASSWORD_FILE)"
    assert told.fields == [FieldSource("username", None), FieldSource("password", source)]
    assert (told.method, told.credential) == (None, None)
    assert isinstance(told.error, ConfigError)
    keyring_holds("my-shop", '{"username": "u"}')
    told = credentials.explain(SHOP, AGILE, {}, memory)
    assert told.fields == [FieldSource("username", "keyring"), FieldSource("password", None)]
    keyring_holds("my-shop", "{}")
    assert credentials.explain(SHOP, AGILE, {}, memory).fields == [FieldSource("api_key", None)]
