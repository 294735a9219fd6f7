"""The OS keyring: a real Secret Service, and every way in which a keyring can fail."""

import sys
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from keyring_backends import SECRET, Memory, OneAtATime, Piles
from keyring_world import Session, empty_session, environment, mute_session, session
from smsacct.errors import ConfigError
from smsacct.os_keyring import ATTENDED, UNATTENDED, Keyring

SLACK = 1.0
PLAIN_TEXT = """
import os
from keyring.backend import KeyringBackend
from keyring.compat import properties
class PlaintextKeyring(KeyringBackend):
    @properties.classproperty
    def priority(cls):
        return 99
    def get_password(self, service, username):
        try:
            return open(os.environ["PLAIN"]).read()
        except FileNotFoundError:
            return None
    def set_password(self, service, username, password):
        open(os.environ["PLAIN"], "w").write(password)
"""


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Session]:
    with session(tmp_path) as unlocked:
        yield unlocked


@pytest.fixture
def nowhere(tmp_path: Path) -> Session:
    return Session(environment(tmp_path))


@pytest.fixture(autouse=True)
def _empty() -> None:
    Memory.entries.clear()


def ring(backend: str, seconds: float = UNATTENDED, tell: Callable[[str], None] = print) -> Keyring:
    return Keyring(f"keyring_backends.{backend}", {}, seconds=seconds, tell=tell)


def test_entry_lives_in_the_secret_service(desktop: Session) -> None:
    said = desktop.ask(
        ("read", "shop"), ("write", "shop", "ключ"), ("read", "shop"), ("write", "shop", "b" * 9000)
    )
    assert said["answers"][:3] == [None, None, "ключ"]
    assert said["messages"] == [None] * 4
    assert desktop.lookup("shop") == "b" * 9000
    said = desktop.ask(("delete", "shop"), ("read", "shop"), ("delete", "shop"))
    assert (said["answers"], said["messages"]) == ([None] * 3, [None] * 3)
    assert desktop.lookup("shop") == ""


def test_keyring_is_imported_late_and_starts_no_program(desktop: Session) -> None:
    said = desktop.ask(("read", "shop"))
    assert (said["early"], said["started"], said["told"]) == (False, [], [])


def test_entry_of_another_program_is_read_replaced_and_removed(desktop: Session) -> None:
    desktop.store("shop", "by hand")
    said = desktop.ask(("read", "shop"), ("write", "shop", "ours"), ("read", "shop"))
    assert said["answers"] == ["by hand", None, "ours"]
    assert desktop.lookup("shop") == "ours"
    desktop.store("shop", "by hand again")
    assert desktop.ask(("delete", "shop"))["messages"] == [None]
    assert desktop.lookup("shop") == ""


def test_entry_that_hides_ours_goes() -> None:
    pile = Piles.piles["smsacct", "shop"] = ["by hand", "by another hand"]
    ring("Piles").write("shop", "ours")
    assert pile == ["ours"]
    ring("Piles").delete("shop")
    assert pile == []


def test_locked_keyring_says_so_at_once(desktop: Session) -> None:
    desktop.store("shop", "by hand")
    desktop.lock()
    said = desktop.ask(("read", "shop", "SMSACCT_SHOP_API_KEY"), ("write", "shop", "x"), ("delete", "shop"))
    assert said["messages"] == ["the keyring is locked"] * 3
    assert "unlock it" in said["hints"][0]
    assert "set SMSACCT_SHOP_API_KEY" in said["hints"][0]
    assert max(said["took"]) < UNATTENDED


@pytest.mark.parametrize(
    "address", [None, "unix:path=/nonexistent/bus", "nonsense", "tcp:host=127.0.0.1,port=1"]
)
def test_machine_without_a_session_has_no_keyring(nowhere: Session, address: str | None) -> None:
    env = {} if address is None else {"DBUS_SESSION_BUS_ADDRESS": address}
    said = nowhere.ask(("read", "shop", "SMSACCT_SHOP_API_KEY"), ("write", "shop", "secret"), env=env)
    assert said["messages"] == ["there is no keyring that can be used here"] * 2
    assert said["hints"][0].startswith("set SMSACCT_SHOP_API_KEY, or the same with _FILE")
    assert "systemd" in said["hints"][0]
    assert said["started"] == []


def test_session_without_a_secret_service_has_no_keyring(tmp_path: Path) -> None:
    with empty_session(tmp_path) as empty:
        assert empty.ask(("read", "shop"))["messages"] == ["there is no keyring that can be used here"]


def test_service_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with mute_session(tmp_path) as mute:
        start = time.monotonic()
        said = mute.ask(("read", "shop"), ("write", "shop", "x"), seconds=UNATTENDED)
        whole = time.monotonic() - start
    assert said["messages"] == ["the keyring did not answer within 3 s"] * 2
    assert UNATTENDED <= said["took"][0] < UNATTENDED + SLACK
    assert said["took"][1] < SLACK  # not asked again
    assert whole < UNATTENDED + 2 * SLACK  # the thread that waits does not keep the process
    assert said["told"] == []


@pytest.mark.parametrize("backend", ["Silent", "SilentAtTheStart"])
def test_backend_that_never_answers_is_given_up(nowhere: Session, backend: str) -> None:
    start = time.monotonic()
    said = nowhere.ask(("read", "shop"), seconds=0.5, backend=f"keyring_backends.{backend}")
    assert said["messages"] == ["the keyring did not answer within 0.5 s"]
    assert time.monotonic() - start < 0.5 + 2 * SLACK


def test_import_of_the_backend_does_not_count(nowhere: Session, tmp_path: Path) -> None:
    (tmp_path / "tardy.py").write_text("import time; time.sleep(0.8)\nfrom keyring_backends import Memory\n")
    env = {"PYTHONPATH": f"{nowhere.environ['PYTHONPATH']}:{tmp_path}"}
    said = nowhere.ask(("read", "shop"), seconds=0.5, backend="tardy.Memory", env=env)
    assert said["messages"] == [None]


def test_person_is_told_once_and_then_answered() -> None:
    told: list[str] = []
    Memory.entries["smsacct", "shop"] = "key"
    slow = ring("Slow", ATTENDED, told.append)
    assert [slow.read("shop"), slow.read("shop")] == ["key", "key"]
    assert told == ["waiting for the keyring: it may ask you to unlock it"]


def test_nobody_is_told_without_a_terminal() -> None:
    told: list[str] = []
    assert ring("Slow", UNATTENDED, told.append).read("shop") is None
    assert told == []


def test_threads_take_turns_and_their_waits_do_not_count() -> None:
    Memory.entries["smsacct", "shop"] = "key"
    shared = ring("OneAtATime", seconds=0.6)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shared.read, ["shop"] * 8)) == ["key"] * 8
    assert not OneAtATime.crowded


@pytest.mark.parametrize(
    ("backend", "message"),
    [
        ("Raises", "the keyring failed to read an entry (ValueError)"),
        ("Panics", "the keyring failed to read an entry (SystemExit)"),
        ("Bytes", "the keyring failed to read an entry (TypeError)"),
        ("Locked", "the keyring is locked"),
        ("NotOpened", "the keyring could not be opened"),
    ],
)
def test_failure_is_told_without_the_words_of_the_backend(backend: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        ring(backend).read("shop")
    assert raised.value.message == message
    assert SECRET not in f"{raised.value.hint}{''.join(traceback.format_exception(raised.value))}"


@pytest.mark.parametrize("backend", ["Refuses", "Shortens", "Locked", "Raises"])
def test_entry_that_is_not_kept_is_an_error(backend: str) -> None:
    with pytest.raises(ConfigError) as raised:
        ring(backend).write("shop", "a secret of some length")
    assert "secret of" not in f"{raised.value.message}{raised.value.hint}"


def test_entry_that_cannot_be_removed_is_an_error() -> None:
    Memory.entries["smsacct", "shop"] = "key"
    with pytest.raises(ConfigError, match="did not remove the entry smsacct/shop"):
        ring("Keeps").delete("shop")


@pytest.mark.parametrize(
    "backend",
    [
        "keyring_backends.NotHere",
        "keyring_backends.NotMade",
        "keyring_backends.NOT_A_CLASS",
        "keyring_backends.Nothing",
        "keyring_backends",
        "no.such.module",
        "..",
        "\x1b[31m.Keyring",
        "keyring.backend.KeyringBackend",
        "keyring.backends.chainer.ChainerBackend",
        "keyring.backends.Windows.WinVaultKeyring"
        if sys.platform != "win32"
        else "keyring.backends.macOS.Keyring",
    ],
)
def test_backend_that_cannot_be_used_is_an_error_that_names_the_setting(backend: str) -> None:
    for named, environ, setting in (
        (backend, {}, "keyring_backend"),
        (None, {"PYTHON_KEYRING_BACKEND": backend}, "PYTHON_KEYRING_BACKEND"),
    ):
        with pytest.raises(ConfigError) as raised:
            Keyring(named, environ, seconds=UNATTENDED, tell=print).read("shop")
        assert raised.value.message.startswith(f"{setting} names ")
        assert raised.value.message.endswith("which is no keyring that can be used here")
        assert raised.value.message.isprintable()
        assert SECRET not in raised.value.message


def test_keyring_that_is_switched_off_says_so() -> None:
    off = Keyring(None, {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}, seconds=1, tell=print)
    with pytest.raises(ConfigError, match="there is no keyring: PYTHON_KEYRING_BACKEND switches it off"):
        off.read("shop")


def test_config_goes_before_the_environment() -> None:
    environ = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    Keyring("keyring_backends.Memory", environ, seconds=1, tell=print).write("shop", "key")
    assert Memory.entries == {("smsacct", "shop"): "key"}


@pytest.fixture
def plain(nowhere: Session, tmp_path: Path) -> tuple[Session, Path]:
    """Give a machine without a keyring, where keyring itself would take plain text."""
    site = tmp_path / "site"
    (site / "keyrings" / "alt").mkdir(parents=True)
    (site / "keyrings" / "alt" / "file.py").write_text(PLAIN_TEXT)
    info = site / "keyrings_alt-5.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: keyrings.alt\nVersion: 5.0\n")
    (info / "entry_points.txt").write_text("[keyring.backends]\nfile = keyrings.alt.file\n")
    rc = tmp_path / ".config" / "python_keyring" / "keyringrc.cfg"
    rc.parent.mkdir(parents=True)
    rc.write_text("[backend]\ndefault-keyring=keyrings.alt.file.PlaintextKeyring\n")
    nowhere.environ |= {
        "PYTHONPATH": f"{nowhere.environ['PYTHONPATH']}:{site}",
        "PLAIN": str(tmp_path / "plain"),
        "XDG_CONFIG_HOME": str(tmp_path / ".config"),
        "PYTHONWARNINGS": "",
    }
    return nowhere, tmp_path / "plain"


@pytest.mark.parametrize("configured", [True, False])
def test_plain_text_is_not_used_unless_it_is_named(plain: tuple[Session, Path], configured: bool) -> None:
    machine, file = plain
    if not configured:
        machine.environ["XDG_CONFIG_HOME"] = "/nonexistent"
    del machine.environ["PYTHON_KEYRING_BACKEND"]
    code = "import keyring; print(type(keyring.get_keyring()).__name__)"
    assert machine.run([sys.executable, "-c", code]).stdout == "PlaintextKeyring\n"  # what must not happen
    said = machine.ask(("write", "shop", "secret"))
    assert said["messages"] == ["there is no keyring that can be used here"]
    assert not file.exists()


@pytest.mark.parametrize("by_config", [True, False])
def test_plain_text_is_used_where_it_is_named(plain: tuple[Session, Path], by_config: bool) -> None:
    machine, file = plain
    name = "keyrings.alt.file.PlaintextKeyring"
    said = machine.ask(
        ("write", "shop", "secret"),
        backend=name if by_config else "",
        env={} if by_config else {"PYTHON_KEYRING_BACKEND": name},
    )
    assert said["messages"] == [None]
    assert file.read_text() == "secret"


@pytest.mark.parametrize(
    ("platform", "place"),
    [
        ("linux", "the Secret Service keyring"),
        ("freebsd14", "the Secret Service keyring"),
        ("darwin", "the macOS Keychain"),
        ("win32", "the Windows Credential Manager"),
    ],
)
def test_each_platform_has_its_own(monkeypatch: pytest.MonkeyPatch, platform: str, place: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert Keyring(None, {"PYTHON_KEYRING_BACKEND": ""}, seconds=1, tell=print).place == place
    assert ring("Memory").place == "the keyring backend keyring_backends.Memory"
