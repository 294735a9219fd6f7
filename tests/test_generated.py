"""What is generated from the program says what the program says, whoever generates it and wherever."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pytest

from smsacct import __version__
from smsacct.cli._completion import TABLE, read_table
from smsacct.errors import SmsacctError
from smsacct.settings import PROFILE_KEYS
from smsacct.shapes import ALL

ROOT = Path(__file__).parents[1]
MAN = ROOT / "man" / "smsacct.1"
PARTS = ("smsacct", "tools", "completions", "man", "docs")


def generate(
    root: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(root / "tools" / "generate.py"), *arguments],
        env={**os.environ, **(env or {})},
        cwd=root.parent,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a copy of what is generated and of what it is generated from."""
    root = tmp_path / "project"
    for part in PARTS:
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "README.md", root)
    return root


def test_the_tree_is_up_to_date() -> None:
    done = generate(ROOT, "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_is_the_same_everywhere() -> None:
    elsewhere = {"COLUMNS": "20", "LC_ALL": "C", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "TERM": "dumb"}
    done = generate(ROOT, "--check", env=elsewhere)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("file", "old", "new", "stale"),
    [
        (
            "smsacct/cli/balance.py",
            "a gate for scripts.",
            "a gate.",
            {"smsacct/cli/words.tsv", "smsacct/help/balance.txt", "man/smsacct.1", "docs/commands.md"},
        ),
        ("smsacct/shapes.py", 'Field("as_of", "time")', 'Field("as_of")', {"smsacct/schemas/balance.json"}),
        (
            "smsacct/errors.py",
            '"""Ctrl-C."""',
            '"""Stopped."""',
            {"README.md", "man/smsacct.1", "docs/commands.md"},
        ),
        ("smsacct/providers/messagebird.py", 'country = "NL"', 'country = "BE"', {"README.md"}),
        ("smsacct/cli/_shells.py", "compopt -o default", "compopt -o plusdirs", {"completions/smsacct.bash"}),
        ("smsacct/__init__.py", f'"{__version__}"', '"99.0.0"', {"man/smsacct.1"}),
    ],
)
def test_a_change_makes_files_stale(copy: Path, file: str, old: str, new: str, stale: set[str]) -> None:
    source = (copy / file).read_text("utf-8")
    assert old in source
    (copy / file).write_text(source.replace(old, new), "utf-8")
    done = generate(copy, "--check")
    assert done.returncode == 1
    assert {line.removeprefix("stale: ") for line in done.stdout.splitlines()} == stale


def test_what_is_missing_or_left_over_is_stale(copy: Path) -> None:
    (copy / "completions" / "_smsacct").unlink()
    (copy / "smsacct" / "schemas" / "gone.json").write_text("{}")
    done = generate(copy, "--check")
    assert (done.returncode, done.stdout.splitlines()) == (
        1,
        ["stale: completions/_smsacct", "stale: smsacct/schemas/gone.json"],
    )
    assert generate(copy).returncode == 0
    assert not (copy / "smsacct" / "schemas" / "gone.json").exists()
    assert generate(copy, "--check").returncode == 0


def test_the_rest_of_the_readme_is_kept(copy: Path) -> None:
    readme = copy / "README.md"
    readme.write_text("# Mine\n\n<!-- providers -->\nold\n<!-- /providers -->\n\nThe end.\n", "utf-8")
    assert generate(copy).returncode == 0
    text = readme.read_text("utf-8")
    assert text.startswith("# Mine\n\n<!-- providers -->\n| id | company |")
    assert "\n<!-- /providers -->\n\nThe end.\n" in text
    assert "old" not in text
    assert text.endswith("<!-- /exit codes -->\n")


def test_the_package_carries_what_it_needs() -> None:
    schemas = {path.name for path in (files("smsacct") / "schemas").iterdir()}
    assert schemas == {f"{name}.json" for name in (*ALL, "error")}
    assert (files("smsacct.cli") / TABLE).is_file()


@pytest.mark.parametrize(
    "command",
    [["groff", "-man", "-Tutf8", "-ww"], ["groff", "-man", "-Tascii", "-ww"], ["man", "--warnings", "-l"]],
    ids=" ".join,
)
def test_the_man_page_renders_without_a_warning(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(
        [*command, str(MAN)],
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "MANWIDTH": "80"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "credits buy" in re.sub(r".\x08|\x1b\[[0-9;]*m", "", done.stdout)


def test_the_man_page_says_all_of_it() -> None:
    text = re.sub(r"\\f[BR]", "", MAN.read_text("utf-8")).replace("\\-", "-")
    for where, word, kind, _ in read_table():
        if kind == "command":
            assert f'.SS "smsacct {where} {word}"'.replace("  ", " ") in text
        elif word.startswith("--"):
            assert word.split()[0] in text
    codes = [failure.exit_code for failure in SmsacctError.__subclasses__()]
    for expected in (
        *codes,
        *PROFILE_KEYS,
        "default_profile",
        "keyring_backend",
        "SMSACCT_CONFIG",
        "NO_COLOR",
    ):
        assert re.search(rf"\b{expected}\b", text), expected
    assert "SMSACCT_GOSMS_RO_API_KEY" in text


def test_the_reference_has_every_command_with_its_options() -> None:
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    sections = dict(
        re.findall(r"^##+ smsacct ([a-z ]+)\n(.*?)(?=^## |^### |\Z)", text, re.MULTILINE | re.DOTALL)
    )
    shared = text.partition("## Exit codes")[0]
    for where, word, kind, _ in read_table():
        if kind == "command":
            assert f"{where} {word}".strip() in sections
        elif where and word.startswith("--"):
            assert word.split()[0] in sections[where] + shared, f"{where} {word}"


def test_nothing_generated_knows_the_machine() -> None:
    written = (
        *ROOT.glob("smsacct/schemas/*"),
        *ROOT.glob("completions/*"),
        MAN,
        ROOT / "docs" / "commands.md",
    )
    assert len(written) > len(ALL)
    for path in written:
        text = path.read_text("utf-8")
        assert str(ROOT) not in text
        assert f"{Path.home()}/" not in text
