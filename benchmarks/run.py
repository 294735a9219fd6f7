"""Takes the figures of the README in one run: prints the table, writes results.json and budget.svg.

    python benchmarks/run.py [--quick]

What is compared with (curl, jq, httpie, gnome-keyring) is left out, and said, where it is not installed.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import NamedTuple

from budget import draw_budget
from measure import Timing, together

from smsacct.sandbox.server import environment

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
PROGRAM = str(BIN / "smsacct")
BARE = [sys.executable, "-c", "pass"]
PROFILES = 1000
AT_ONCE = 50
LATENCY = 0.1
PAGES = 1016
PAGES_AT_ONCE = 8
PAGE_LATENCY = 0.05
Commands = dict[str, tuple[list[str], Mapping[str, str]]]


class Figure(NamedTuple):
    """One line of the table: what was measured, against what, and the ratio that must not be passed."""

    what: str
    milliseconds: float
    mebibytes: float
    against: str
    ratio: float
    bound: float


@contextmanager
def serving(port: int, *arguments: str) -> Iterator[str]:
    """Run the benchmark's server in a process of its own and give its URL."""
    command = [sys.executable, str(HERE / "server.py"), str(port), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        process.stdout.readline()
        try:
            yield f"{'https' if '--tls' in arguments else 'http'}://localhost:{port}"
        finally:
            process.kill()


def clean_environ(home: Path, url: str) -> dict[str, str]:
    """Give an environment in which every provider is at ``url``."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "SMSACCT_CONFIG": str(home / "config.toml"),
        **environment(url),
    }


def startup(home: Path, runs: int) -> list[Figure]:
    """Measure start-up, help, Tab, and one balance in each way that people read it."""
    with serving(8151) as url:
        environ = clean_environ(home, url)
        tab = {**environ, "_SMSACCT_COMPLETE": "bash"}
        commands: Commands = {
            "bare": (BARE, environ),
            "smsacct --version": ([PROGRAM, "--version"], environ),
            "smsacct --help": ([PROGRAM, "--help"], environ),
            "smsacct balance --help": ([PROGRAM, "balance", "--help"], environ),
            "a provider on Tab": ([PROGRAM, "balance", "-p", "mess"], tab),
            "balance --json": ([PROGRAM, "balance", "-p", "messagebird", "--json"], environ),
            "balance, a table": ([PROGRAM, "balance", "-p", "messagebird"], environ),
            "balance, a table on a terminal": (
                [sys.executable, str(HERE / "on_terminal.py"), PROGRAM, "balance", "-p", "messagebird"],
                environ,
            ),
            "terminal": ([sys.executable, str(HERE / "on_terminal.py"), "true"], environ),
        }
        if shutil.which("http"):
            key = environ["SMSACCT_MESSAGEBIRD_ACCESS_KEY"]
            commands["httpie"] = (
                [
                    "http",
                    "--ignore-stdin",
                    "GET",
                    f"{url}/messagebird/balance",
                    f"Authorization:AccessKey {key}",
                ],
                environ,
            )
        found = together(commands, runs)
    bounds = {
        "smsacct --version": 1.3,
        "smsacct --help": 5,
        "smsacct balance --help": 5,
        "a provider on Tab": 6,
        "balance --json": 10.5,
        "balance, a table on a terminal": 12,
    }
    # What the pty's driver costs is not the program's.
    seen = found["balance, a table on a terminal"]
    own = seen.seconds - found["terminal"].seconds + found["bare"].seconds
    found["balance, a table on a terminal"] = Timing(own, seen.mebibytes)
    figures = [
        figure(what, found[what], "a bare interpreter", found["bare"], bound)
        for what, bound in bounds.items()
    ]
    if "httpie" in found:
        figures.append(
            figure("balance --json", found["balance --json"], "httpie's GET", found["httpie"], 1 / 3)
        )
    return figures


def over_tls(home: Path, runs: int) -> list[Figure]:
    """Measure one balance over TLS against curl with the same trust store."""
    if not (shutil.which("curl") and shutil.which("openssl")):
        return missing("TLS", "curl and openssl")
    certificate, key = home / "cert.pem", home / "key.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", str(key), "-out", str(certificate),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    store = home / "store.pem"
    system = Path("/etc/ssl/certs/ca-certificates.crt")
    store.write_bytes((system.read_bytes() if system.exists() else b"") + certificate.read_bytes())
    with serving(8152, "--tls", str(certificate), str(key)) as url:
        environ = {**clean_environ(home, url), "SSL_CERT_FILE": str(store)}
        header = f"Authorization: AccessKey {environ['SMSACCT_MESSAGEBIRD_ACCESS_KEY']}"
        curl = ["curl", "-sf", "--cacert", str(store), "-H", header, f"{url}/messagebird/balance"]
        found = together(
            {"curl": (curl, environ), "tls": ([PROGRAM, "balance", "-p", "messagebird", "--json"], environ)},
            runs,
        )
    return [figure("balance --json over TLS", found["tls"], "curl, same store", found["curl"], 3.2)]


def from_keyring(home: Path, runs: int) -> list[Figure]:
    """Measure one balance with its credential in a real Secret Service."""
    sys.path.insert(0, str(HERE.parent / "tests"))
    if not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-daemon")):
        return missing("the keyring", "gnome-keyring and dbus")
    from keyring_world import session

    with serving(8153) as url, session(home / "session") as running:
        environ = {**clean_environ(home, url), **{k: v for k, v in running.environ.items() if k != "HOME"}}
        secret = environ.pop("SMSACCT_MESSAGEBIRD_ACCESS_KEY")
        subprocess.run(
            [PROGRAM, "auth", "login", "messagebird", "--stdin"],
            env=environ, input=secret, text=True, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        found = together(
            {"bare": (BARE, environ), "kept": ([PROGRAM, "balance", "-p", "messagebird", "--json"], environ)},
            runs,
        )
    return [figure("balance --json, keyring", found["kept"], "a bare interpreter", found["bare"], 15)]


def many_accounts(home: Path, runs: int) -> list[Figure]:
    """Measure a thousand profiles behind 100 ms, against the floor and against curl fifty at a time."""
    with serving(8154, "--latency", str(LATENCY)) as url:
        environ = clean_environ(home, url)
        key = environ.pop("SMSACCT_MESSAGEBIRD_ACCESS_KEY")
        names = [f"p{number}" for number in range(PROFILES)]
        config = home / "many.toml"
        config.write_text(
            "".join(
                f'[profiles.{n}]\nprovider = "messagebird"\nbase_url = "{url}/messagebird"\n' for n in names
            )
        )
        environ = {k: v for k, v in environ.items() if not k.startswith("SMSACCT_")}
        environ |= {"SMSACCT_CONFIG": str(config), **{f"SMSACCT_{n.upper()}_ACCESS_KEY": key for n in names}}
        commands: Commands = {"all": ([PROGRAM, "balance", "--all", "--json"], environ)}
        if shutil.which("curl"):
            asked = f"curl -sf -H 'Authorization: AccessKey {key}' {url}/messagebird/balance"
            line = f"seq {PROFILES} | xargs -P{AT_ONCE} -I_ {asked} >/dev/null"
            commands["xargs"] = (["bash", "-c", line], environ)
        found = together(commands, runs)
    floor = Timing(PROFILES / AT_ONCE * LATENCY, 0)
    figures = [figure(f"balance --all, {PROFILES} profiles, 100 ms", found["all"], "the floor", floor, 1.15)]
    if "xargs" in found:
        figures.append(figure("the same", found["all"], "xargs -P50 curl", found["xargs"], 1.0))
    return figures


def long_lists(home: Path, runs: int) -> list[Figure]:
    """Measure 101,595 messages, without latency against curl and jq, and behind 50 ms a page."""
    listing = [PROGRAM, "messages", "-p", "gosms-ro", "--all-pages", "--format", "jsonl"]
    figures: list[Figure] = []
    with serving(8155) as url:
        environ = clean_environ(home, url)
        commands: Commands = {"list": (listing, environ)}
        if shutil.which("curl") and shutil.which("jq"):
            header = f"X-Authorization: {environ['SMSACCT_GOSMS_RO_API_KEY']}"
            target = f"{url}/gosms-ro/v1/account/messages?limit=100&page=[1-{PAGES}]"
            line = f"curl -sf -H '{header}' '{target}' | jq -c '.data[]' >/dev/null"
            commands["jq"] = (["bash", "-c", line], environ)
        found = together(commands, max(3, runs // 4))
        if "jq" in found:
            figures.append(
                figure("messages --all-pages, jsonl", found["list"], "curl | jq", found["jq"], 0.4)
            )
    with serving(8156, "--latency", str(PAGE_LATENCY)) as url:
        found = together({"list": (listing, clean_environ(home, url))}, 2)
    floor = Timing(PAGES / PAGES_AT_ONCE * PAGE_LATENCY, 0)
    return [*figures, figure("the same behind 50 ms a page", found["list"], "the floor", floor, 1.15)]


def figure(what: str, own: Timing, against: str, other: Timing, bound: float) -> Figure:
    """Set one timing against another."""
    return Figure(what, own.seconds * 1000, own.mebibytes, against, own.seconds / other.seconds, bound)


def missing(what: str, needed: str) -> list[Figure]:
    """Say what is left out, and why."""
    sys.stderr.write(f"{what} is left out: it needs {needed}\n")
    return []


def installed_size() -> dict[str, int]:
    """Give the bytes of each installed package that the program needs, from their own file lists."""
    sizes: dict[str, int] = {}
    waiting = ["smsacct"]
    while waiting:
        name = waiting.pop()
        if name in sizes:
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        files = [Path(str(found.locate_file(file))) for file in found.files or ()]
        sizes[name] = sum(file.stat().st_size for file in files if file.exists())
        plain = [line for line in requires(name) or () if "extra ==" not in line]
        waiting += [re.split(r"[ ;<>=!~\[(]", line)[0].lower() for line in plain]
    return sizes


def main() -> None:
    """Take every figure and tell it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few runs: a look, not a figure")
    runs = 3 if parser.parse_args().quick else 21
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (home / "session").mkdir()
        figures = [
            *startup(home, runs),
            *over_tls(home, runs),
            *from_keyring(home, max(3, runs // 2)),
            *many_accounts(home, max(3, runs // 7)),
            *long_lists(home, runs),
        ]
    told = table(figures)
    sys.stdout.write(told)
    sizes = installed_size()
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "figures": [each._asdict() for each in figures],
        "installed_bytes": dict(sorted(sizes.items(), key=lambda item: -item[1])),
    }
    (HERE / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    draw_budget(HERE / "budget.svg")


def table(figures: list[Figure]) -> str:
    """Give the figures as the README shows them."""
    lines = ["| what | median | memory | against | ratio | must be under |", "|---|---:|---:|---|---:|---:|"]
    lines += [
        f"| {each.what} | {each.milliseconds:.0f} ms | {each.mebibytes:.0f} MiB | {_cell(each.against)} "
        f"| {each.ratio:.2f} | {each.bound:.2f} |"
        for each in figures
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


if __name__ == "__main__":
    main()
