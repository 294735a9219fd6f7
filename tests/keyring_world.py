"""A Secret Service that is nobody's: gnome-keyring on a bus of its own, and a program that asks it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_TESTS = Path(__file__).parent
_NEEDED = {
    "dbus-daemon": "Debian package dbus-daemon",
    "dbus-send": "Debian package dbus-bin",
    "gnome-keyring-daemon": "Debian package gnome-keyring",
    "secret-tool": "Debian package libsecret-tools",
}
# No service directory: nothing is started on this bus but what a test starts.
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"""
# Owns the name of the Secret Service, takes every call and answers none.
_MUTE = """
from jeepney import message_bus
from jeepney.io.blocking import open_dbus_connection
connection = open_dbus_connection("SESSION")
connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.secrets"))
print("ready", flush=True)
while True:
    connection.receive()
"""


class Session:
    """A desktop session; ``environ`` is what a process needs to be in it, and names no keyring backend."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = dict(environ)

    def run(
        self,
        args: Sequence[str],
        *,
        stdin: str = "",
        env: Mapping[str, str] | None = None,
        timeout: float = 30,
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command inside the session, off a terminal, and wait for its end."""
        return subprocess.run(
            args,
            env={**self.environ, **(env or {})},
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    def ask(
        self,
        *calls: Sequence[str],
        seconds: float = 3,
        backend: str = "",
        env: Mapping[str, str] | None = None,
    ) -> Any:
        """Give what a process of its own saw that made ``calls``; see ``_main``."""
        told = json.dumps({"calls": calls, "seconds": seconds, "backend": backend})
        done = self.run([sys.executable, __file__], stdin=told, env=env)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return json.loads(done.stdout)

    def store(self, entry: str, secret: str) -> None:
        """Store an entry as a person does, with the Secret Service's own tool."""
        tool = ["secret-tool", "store", "--label=sms", "service", "smsacct", "username", entry]
        assert self.run(tool, stdin=secret).returncode == 0

    def lookup(self, entry: str) -> str:
        """Give what the Secret Service's own tool finds, or nothing."""
        return self.run(["secret-tool", "lookup", "service", "smsacct", "username", entry]).stdout

    def lock(self) -> None:
        """Lock the keyring; there is nobody to unlock it."""
        done = self.run(
            [
                *("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets"),
                *("/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock"),
                "array:objpath:/org/freedesktop/secrets/collection/login",
            ]
        )
        assert done.returncode == 0, done.stderr


def environment(folder: Path) -> dict[str, str]:
    """Give the environment of a machine without a session: no bus, no keyring."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": os.pathsep.join((str(_TESTS), str(_TESTS.parent))),
        "PYTHONWARNINGS": "error",
        "PYTHON_KEYRING_BACKEND": "",
    }


@contextmanager
def empty_session(folder: Path) -> Iterator[Session]:
    """Start a bus of its own with nothing on it; skips where the machine has no D-Bus or gnome-keyring."""
    import pytest

    missing = [package for program, package in _NEEDED.items() if shutil.which(program) is None]
    if missing:
        pytest.skip(f"needs a Secret Service: {', '.join(missing)}")
    # The path of a socket has 107 bytes, which tmp_path may exceed.
    with tempfile.TemporaryDirectory(prefix="smsacct-") as short:
        config = Path(short, "bus.conf")
        config.write_text(_BUS.format(folder=short))
        with _started(
            ["dbus-daemon", f"--config-file={config}", "--nofork", "--nosyslog", "--print-address=1"],
            environment(folder),
        ) as bus:
            assert bus.stdout is not None
            address = bus.stdout.readline().strip()
            session = {"DBUS_SESSION_BUS_ADDRESS": address, "XDG_RUNTIME_DIR": short}
            yield Session(environment(folder) | session)


@contextmanager
def session(folder: Path) -> Iterator[Session]:
    """Start a session with an unlocked keyring whose files lie in ``folder``; skips where it cannot."""
    with empty_session(folder) as empty:
        arguments = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
        with _started(arguments, empty.environ, stdin="password of the keyring"):
            end = time.monotonic() + 10
            while empty.run(["secret-tool", "search", "service", "none"]).returncode != 0:
                assert time.monotonic() < end, "gnome-keyring did not start"
                time.sleep(0.05)
            yield empty


@contextmanager
def mute_session(folder: Path) -> Iterator[Session]:
    """Start a session whose Secret Service takes every call and answers none."""
    with empty_session(folder) as empty, _started([sys.executable, "-c", _MUTE], empty.environ) as mute:
        assert mute.stdout is not None
        assert mute.stdout.readline() == "ready\n"
        yield empty


@contextmanager
def _started(
    args: Sequence[str], environ: Mapping[str, str], stdin: str = ""
) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen(
        args,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    with process:
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
        try:
            yield process
        finally:
            process.kill()


def _main() -> None:
    """Make the calls that stdin names; write what came of them and what the process did.

    ``answers``, ``messages``, ``hints`` and ``took`` (seconds) have one item for each call; ``told`` is what
    a person was told; ``early`` whether keyring was imported before the first call; ``started`` names the
    programs that were started.
    """
    started: list[str] = []
    sys.addaudithook(lambda event, args: started.append(str(args[0])) if event in _STARTING else None)
    from smsacct.errors import ConfigError
    from smsacct.os_keyring import Keyring

    asked = json.load(sys.stdin)
    said: dict[str, list[Any]] = {"answers": [], "messages": [], "hints": [], "took": [], "told": []}
    ring = Keyring(asked["backend"] or None, os.environ, seconds=asked["seconds"], tell=said["told"].append)
    early = "keyring" in sys.modules
    for name, *arguments in asked["calls"]:
        answer, message, hint, start = None, None, None, time.monotonic()
        try:
            answer = getattr(ring, name)(*arguments)
        except ConfigError as error:
            message, hint = error.message, error.hint
        said["took"].append(time.monotonic() - start)
        for list_name, value in (("answers", answer), ("messages", message), ("hints", hint)):
            said[list_name].append(value)
    print(json.dumps({**said, "early": early, "started": started}))


_STARTING = {"subprocess.Popen", "os.posix_spawn", "os.fork", "os.exec", "os.system"}

if __name__ == "__main__":
    _main()
