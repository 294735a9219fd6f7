"""The README does what it says: its console blocks, its config, its crontab line, its make targets."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from program import PROGRAM, World
from smsacct.registry import ProviderIds
from smsacct.sandbox.server import SandboxServer
from smsacct.settings import parse

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_every_console_block_prints_what_stands_there() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "readme.py"), "--check"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


def test_the_config_loads() -> None:
    (text,) = blocks("toml")
    assert tomllib.loads(text)["default_profile"] == "marketing"
    found = parse(text, Path("config.toml"), ProviderIds())
    assert found.profiles["marketing"].max_credits_per_day == 10000
    assert found.warnings == ()


def test_the_crontab_line_is_quiet_or_says_what_is_low(
    world: World, server: SandboxServer, tmp_path: Path
) -> None:
    (text,) = blocks("crontab")
    variables = [line for line in text.splitlines() if re.match(r"[A-Z_]+=", line)]
    (job,) = [line for line in text.splitlines() if re.match(r"\d", line)]
    command = job.split(maxsplit=5)[5]
    key = tmp_path / "key"
    key.write_text("test_gshuPaZoeEG6ovbc8M79w0QyM\n")
    environ = {
        **world.environ,
        **{name: str(key) for name, _, _ in (line.partition("=") for line in variables)},
        "SMSACCT_MESSAGEBIRD_BASE_URL": f"{server.url}/messagebird",
        "PATH": f"{Path(PROGRAM).parent}:{world.environ['PATH']}",
    }
    quiet = subprocess.run(["sh", "-c", command], env=environ, capture_output=True, text=True, check=False)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    low = command.replace("--fail-below 20", "--fail-below 200")
    told = subprocess.run(["sh", "-c", low], env=environ, capture_output=True, text=True, check=False)
    assert told.returncode == 8
    assert told.stderr.startswith("error: below 200: messagebird has 103 EUR\nhint: ")


def test_the_one_line_of_the_summary_works(wired: World) -> None:
    assert wired.run("balance", "--provider", "messagebird").code == 0
    found = wired.run("balance", "--all", "--json")
    assert (found.code, len(found.json)) == (0, 6)
