"""What a profile's keyring entry may hold, and what is made of anything else."""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyring_backends import Memory
from keyring_world import session
from smsacct import credentials
from smsacct.credentials import Credential
from smsacct.errors import ConfigError
from smsacct.os_keyring import Keyring
from smsacct.providers.auth import AuthMethod, basic, header, oauth1
from smsacct.settings import Profile

KEY = header("Authorization", "access_key", "AccessKey")
BIRD = Profile("messagebird", "messagebird")
SHOP = Profile("my-shop", "agiletelecom")
AGILE = (header("X-Api-Key", "api_key"), oauth1(), basic())
RESOLVE = """
import os
from smsacct.credentials import resolve
from smsacct.os_keyring import Keyring
from smsacct.providers.messagebird import MessageBird
from smsacct.settings import Profile
ring = Keyring(None, os.environ, seconds=3, tell=print)
profile = Profile("messagebird", "messagebird")
print(resolve(profile, MessageBird.auth_methods, {}, lambda: ring).fields["access_key"])
"""


def memory() -> Keyring:
    return Keyring("keyring_backends.Memory", {}, seconds=3, tell=print)


def keyring_holds(profile: str, entry: str) -> None:
    Memory.entries["smsacct", profile] = entry


def shop() -> Credential:
    return credentials.resolve(SHOP, AGILE, {}, memory)


def refused(profile: Profile, method: AuthMethod) -> ConfigError:
    with pytest.raises(ConfigError) as raised:
        credentials.resolve(profile, [method], {}, memory)
    return raised.value


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    Memory.entries.clear()
    yield
    Memory.entries.clear()


def test_what_is_stored_is_found_and_forgotten() -> None:
    fields = {"username": "ü", "password": 'p"\\\n'}
    credentials.store("my-shop", fields, memory())
    found = shop()
    assert (found.method, found.fields) == ("basic", fields)
    credentials.forget("my-shop", memory())
    credentials.forget("my-shop", memory())
    assert Memory.entries == {}


@pytest.mark.parametrize("entry", ["plain key", "plain key\n"])
def test_bare_entry_is_the_one_field_of_a_method(entry: str) -> None:
    keyring_holds("my-shop", entry)
    assert shop().fields == {"api_key": "plain key"}


@pytest.mark.parametrize("digits", ["12345", "12345\n"])
def test_entry_of_the_keyrings_own_tool_is_found(tmp_path: Path, digits: str) -> None:
    with session(tmp_path) as desktop:
        desktop.store("messagebird", digits)  # digits are JSON too
        done = desktop.run([sys.executable, "-c", RESOLVE])
    assert (done.stdout, done.stderr) == ("12345\n", "")


@pytest.mark.parametrize(
    ("entry", "missing"),
    [
        ('{"username": "hidden"}', "password"),
        ('{"username": "hidden", "password": 7}', "password"),
        ('{"username": "hidden", "password": ""}', "password"),
        ('{"username": "hidden", "password": "\\ud800"}', "password"),
        ('{"username": "hidden", "passw', "username and no password"),
        ("hidden", "username and no password"),
        ("", "username and no password"),
        ("[" * 100_000, "username and no password"),
        ('{"a":' * 100_000, "username and no password"),
    ],
)
def test_entry_that_is_incomplete_names_what_is_missing(entry: str, missing: str) -> None:
    keyring_holds("my-shop", entry)
    error = refused(SHOP, basic())
    assert error.message == f"the keyring entry smsacct/my-shop holds no {missing} that can be read"
    assert error.hint == "store it again with `smsacct auth login my-shop`"


def test_broken_entry_is_not_sent_as_a_key() -> None:
    keyring_holds("messagebird", '{"access_key": "hid')
    assert "hid" not in refused(BIRD, KEY).message


@settings(deadline=None)  # a busy machine is no failure
@given(st.text() | st.dictionaries(st.text(), st.text() | st.none()).map(json.dumps))
def test_any_entry_gives_a_credential_or_an_error(entry: str) -> None:
    keyring_holds("my-shop", entry)
    with suppress(ConfigError):
        assert all(value.encode() for value in shop().fields.values())
