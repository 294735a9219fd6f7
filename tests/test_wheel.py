"""The wheel carries what it needs and nothing else, and works where only its own dependencies are."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--quiet", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


def test_it_carries_the_package_and_its_data_alone(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    own = {name for name in names if ".dist-info/" not in name}
    assert all(name.startswith("smsacct/") for name in own)
    assert not [name for name in own if "test" in name or name.endswith(".pyc")]
    for needed in (
        "py.typed",
        "schemas/balance.json",
        "help/balance.txt",
        "cli/words.tsv",
        "sandbox/eztexting.py",
    ):
        assert f"smsacct/{needed}" in own
    tracked = subprocess.run(
        ["git", "ls-files", "smsacct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode == 0:
        assert set(tracked.stdout.split()) <= own


def test_it_works_without_any_extra(wheel: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    subprocess.run([venv / "bin" / "pip", "install", "--quiet", str(wheel)], check=True, capture_output=True)
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        program = str(venv / "bin" / "smsacct")
        return subprocess.run([program, *arguments], env=environ, capture_output=True, text=True, check=False)

    assert run("balance", "--all", "--sandbox").returncode == 0
    bought = run("credits", "buy", "10", "--card", "4242", "--yes", "--max-per-day", "10", "--sandbox")
    assert bought.returncode == 0, bought.stderr
    missing = run("sandbox", "serve")
    assert missing.returncode == 3
    assert "pip install 'smsacct[sandbox]'" in missing.stderr
