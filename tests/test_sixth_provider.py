"""A sixth provider is three files and no edit: in a copy of the package it is added, asked and tested."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from program import World
from scratch import Scratch

pytestmark = pytest.mark.slow

ADAPTER = '''"""Sixth SMS: the balance, in Swedish crowns."""

from collections.abc import Sequence

from smsacct.models import Balance
from smsacct.providers.auth import header
from smsacct.providers.base import Provider, checked

_DOCUMENT = "https://sixth.example/documentation"


class SixthSms(Provider):
    """https://sixth.example/documentation."""

    id = "sixth-sms"
    name = "Sixth SMS"
    country = "SE"
    origin = "https://api.sixth.example"
    documentation = _DOCUMENT
    console = "https://sixth.example"
    auth_methods = (header("X-Key", "api_key"),)

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def balance(self) -> Sequence[Balance]:
        """Read ``GET /v1/money``."""
        return [Balance(self.get("/v1/money").decimal("left"), "SEK")]
'''
TWIN = '''"""The twin of Sixth SMS."""

from decimal import Decimal

from smsacct.sandbox.base import RefusalError, Reply, Request, Twin, route


class SixthSms(Twin):
    """The API of Sixth SMS."""

    id = "sixth-sms"
    credentials = {"api_key": {"api_key": "SIXTH_KEY"}}

    @route("GET", "/v1/money")
    def money(self, request: Request) -> Reply:
        """Give what is left."""
        request.parameters()
        return self.json(200, {"left": Decimal("12.50")})

    def authenticate(self, request: Request) -> None:
        """Take the key."""
        if request.headers.get("x-key") != self.credentials["api_key"]["api_key"]:
            raise RefusalError(401, "Wrong key")

    def error(self, status: int, problem: str, code: str = "") -> Reply:
        """Give the problem."""
        return self.json(status, {"error": problem})
'''
TEST = '''"""What is peculiar to Sixth SMS."""


def test_nothing() -> None:
    """Nothing is."""
'''
# What the contract suite does with waits and broken connections is the base's, and takes its time.
QUICK = "sixth-sms and not repeated and not waited and not dropp and not beyond"


@pytest.fixture
def six(tmp_path: Path) -> Scratch:
    """Give a copy of the package with the three files."""
    copy = Scratch(tmp_path / "copy")
    (copy.package / "providers" / "sixth_sms.py").write_text(ADAPTER)
    (copy.package / "sandbox" / "sixth_sms.py").write_text(TWIN)
    return copy


def test_program_knows_it(six: Scratch, world: World) -> None:
    world.environ["PYTHONPATH"] = str(six.folder)
    result = world.run("balance", "-p", "sixth-sms", "--sandbox", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.out.replace(" ", "").count('"amount":12.50,') == 1
    assert "sixth-sms" in world.run("balance", "--all", "--sandbox", "--field", "provider").out.splitlines()
    entry = world.run("providers", "sixth-sms", "--json")
    assert '"name": "Sixth SMS"' in entry.out
    assert len(world.run("providers", "--field", "id").out.splitlines()) == 6
    hint = world.run("balance", "-p", "sixth-sms").err
    assert "SMSACCT_SIXTH_SMS_API_KEY" in hint
    near = world.run("balance", "-p", "sixth-smz")
    assert (near.code, "did you mean sixth-sms?" in near.err) == (2, True)


def test_sandbox_serves_it(six: Scratch, world: World) -> None:
    script = "from smsacct.sandbox.server import environment; print(environment('http://127.0.0.1:1'))"
    env = {**os.environ, "PYTHONPATH": str(six.folder)}
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=world.home, env=env, capture_output=True, text=True, check=True
    )
    assert "'SMSACCT_SIXTH_SMS_API_KEY': 'SIXTH_KEY'" in shown.stdout


def test_contract_suite_holds_for_it(six: Scratch) -> None:
    tests = six.copy_tests()
    (tests / "providers" / "test_sixth_sms.py").write_text(TEST)
    done = six.pytest("test_contract.py", "providers/test_sixth_sms.py", "-k", QUICK, tests=tests)
    assert done.returncode == 0, done.stdout
    passed = int(done.stdout.split(" passed")[0].rpartition(" ")[2].rpartition("\n")[2])
    assert passed > 40
    layers = six.pytest("test_layers.py", tests=tests)
    assert layers.returncode == 0, layers.stdout
