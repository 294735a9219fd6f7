"""`sandbox serve`, `sandbox reset` and `--sandbox`: the same providers, no network, nothing of the user's."""

import json
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cli.shell import no_privilege, shell
from cli.told import told
from program import World

PROVIDERS = ("agiletelecom", "credits-dev", "eztexting", "gosms-ro", "messagebird")
KEY = "SMSACCT_MESSAGEBIRD_ACCESS_KEY"


class Served(World):
    """A world with `sandbox serve` running in it; ``lines`` are what it printed."""

    def __init__(self, world: World, process: "subprocess.Popen[str]", lines: list[str]) -> None:
        self.home, self.config, self.environ = world.home, world.config, world.environ
        self.process = process
        self.lines = lines
        url = next(line for line in lines if "MESSAGEBIRD_BASE_URL" in line).partition("=")[2]
        self.url = url.removesuffix("/messagebird")


@contextmanager
def serving(world: World, *options: str) -> Iterator[Served]:
    process = world.start("sandbox", "serve", "--port", "0", *options)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        lines: list[str] = []
        while not lines or "MESSAGEBIRD_ACCESS_KEY" not in lines[-1]:
            lines.append(process.stdout.readline().rstrip("\n"))
            assert lines[-1], process.stderr.read()
        yield Served(world, process, lines)
    finally:
        process.kill()
        process.communicate()


def test_lines_that_it_prints_work_in_a_shell(world: World) -> None:
    with serving(world) as served:
        (world.home / "lines.sh").write_text("\n".join(served.lines) + "\n")
        result = shell(world, f". {world.home}/lines.sh && smsacct balance --all --json")
        assert (result.code, result.err) == (0, "")
        assert sorted({entry["provider"] for entry in result.json}) == list(PROVIDERS)
        assert all(line.startswith("export SMSACCT_") for line in served.lines)


def test_fault_of_the_command_line_and_of_a_request(world: World) -> None:
    with serving(
        world, "--fault", "messagebird:status=401", "--fault", "gosms-ro:status=500,times=1"
    ) as served:
        (world.home / "lines.sh").write_text("\n".join(served.lines) + "\n")
        line = f". {world.home}/lines.sh && smsacct balance --field amount -p "
        assert shell(world, line + "messagebird").code == 4
        assert [shell(world, line + "gosms-ro").code for _ in range(2)] == [6, 0]
        posted = urllib.request.Request(
            f"{served.url}/_faults", data=b'{"fault": "eztexting:status=429,header=Retry-After:600"}'
        )
        with urllib.request.urlopen(posted) as reply:
            assert reply.status == 200
        assert shell(world, line + "eztexting").code == 7
        with urllib.request.urlopen(f"{served.url}/_requests?provider=gosms-ro") as reply:
            assert json.load(reply)["total"] == 2


@pytest.mark.parametrize("key", [signal.SIGINT, signal.SIGTERM])
def test_ends_when_told_to(world: World, key: signal.Signals) -> None:
    with serving(world) as served:
        urllib.request.urlopen(f"{served.url}/_health").close()
        served.process.send_signal(key)
        _, err = served.process.communicate(timeout=10)
        assert served.process.returncode == 130
        assert "Traceback" not in err
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(f"{served.url}/_health")


def test_port_that_is_taken(world: World) -> None:
    with serving(world) as served:
        port = served.url.rpartition(":")[2]
        told(world.run("sandbox", "serve", "--port", port), 6, f"port {port} cannot be listened on", "--port")


@pytest.mark.parametrize(
    "options",
    [
        ["--port", "-1"],
        ["--port", "65536"],
        ["--port", "http"],
        ["--fault", "nonsense"],
        ["--fault", "messagebird:status=99"],
        ["--fault", "messagebird:colour=blue"],
        ["--fault", "nobody:status=500"],
        ["--fault", "messagebird:option=colour:blue"],
    ],
)
def test_serve_that_cannot_be_understood(world: World, options: list[str]) -> None:
    told(world.run("sandbox", "serve", *options, timeout=10), 2, options[0])


def test_state_lasts_between_commands_and_is_forgotten(world: World) -> None:
    made = world.run("accounts", "create", "-p", "credits-dev", "--sandbox", "--name", "Ada", "--field", "id")
    assert made.code == 0
    name = made.out.strip()
    listed = ("accounts", "list", "-p", "credits-dev", "--sandbox", "--field", "id")
    assert world.run(*listed).out.splitlines() == ["acc_abc123", "acc_123", name]
    reset = world.run("sandbox", "reset")
    assert (reset.code, reset.out) == (0, f"{world.state}/sandbox\n")
    assert world.run(*listed).out.splitlines() == ["acc_abc123", "acc_123"]


def test_reset_of_what_never_began(world: World) -> None:
    result = world.run("sandbox", "reset", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json == {"folder": f"{world.state}/sandbox"}


def test_variable_asks_for_the_sandbox(world: World) -> None:
    for value in ("1", "true", "yes"):
        assert world.run("balance", "-p", "messagebird", env={"SMSACCT_SANDBOX": value}).code == 0
    for value in ("0", "", "no"):
        assert world.run("balance", "-p", "messagebird", env={"SMSACCT_SANDBOX": value}).code == 3
    told(world.run("balance", env={"SMSACCT_SANDBOX": "maybe"}), 3, "SMSACCT_SANDBOX")


def test_every_implicit_profile_counts_as_configured(world: World) -> None:
    world.config.write_text("[profiles.shop]\nprovider = 'eztexting'\nbase_url = 'https://a.eztexting.com'\n")
    result = world.run("profiles", "--sandbox", "--json")
    assert {row["profile"] for row in result.json} == {"shop", *PROVIDERS}
    assert all("sandbox" in row["configured_by"] for row in result.json)
    assert world.run("balance", "-P", "shop", "--sandbox", "--field", "amount").out == "153\n"


def test_nothing_of_the_users_is_read_or_written(world: World) -> None:
    world.config.write_text("# mine\n")
    world.environ |= {KEY: "planted", "SMSACCT_EZTEXTING_PASSWORD_FILE": "/nonexistent"}
    world.environ |= {
        "PYTHON_KEYRING_BACKEND": "no.such.Backend",
        "SMSACCT_GOSMS_RO_BASE_URL": "http://x.example",
    }
    assert world.run("balance", "--all", "--sandbox").code == 0
    login = ("auth", "login", "messagebird", "--stdin", "--sandbox", "--json")
    told_wrong = world.run(*login[:-1], stdin="wrong")
    told(told_wrong, 4)
    result = world.run(*login, stdin="test_gshuPaZoeEG6ovbc8M79w0QyM")
    assert result.code == 0
    assert "sandbox" in result.json["stored_in"]
    assert world.run("auth", "logout", "messagebird", "--sandbox").code == 0
    assert world.config.read_text() == "# mine\n"
    outside = [path for path in world.state.iterdir() if path.name != "sandbox"]
    assert outside == []


def no_network() -> str:
    """Give what to put before a command so that it has no network at all, not even loopback."""
    tool = shutil.which("unshare")
    found = tool and subprocess.run([tool, "-rn", "true"], capture_output=True, check=False).returncode == 0
    if not found:
        pytest.skip("needs unshare (Debian package util-linux) and the right to use it")
    return "unshare -rn"


def test_sandbox_needs_no_network(world: World) -> None:
    before = no_network()
    for line in ("balance --all", "messages -p gosms-ro --limit 100", "accounts list -p credits-dev"):
        result = shell(world, f"{before} smsacct {line} --sandbox")
        assert (result.code, result.err) == (0, ""), line
    # The same without the sandbox shows that there was none.
    told(shell(world, f"{before} smsacct balance -p messagebird --timeout 2", {KEY: "x"}), 6)


def test_state_folder_that_cannot_be_written(world: World) -> None:
    world.state.parent.mkdir(parents=True)
    world.state.write_text("a file in its place")
    told(
        world.run("accounts", "create", "-p", "credits-dev", "--sandbox", "--name", "x"), 3, str(world.state)
    )
    assert world.run("balance", "--all", "--sandbox").code == 0


def test_state_that_cannot_be_removed(world: World) -> None:
    folder = world.state / "sandbox"
    folder.mkdir(parents=True)
    (folder / "keyring.json").write_text("{}")
    folder.chmod(0o500)
    result = shell(world, f"{no_privilege()} smsacct sandbox reset")
    folder.chmod(0o700)
    told(result, 3, "keyring.json", "Permission denied")
