"""Deliberate faults in a copy of the package: each has to be caught by a test that there is."""

from pathlib import Path
from typing import NamedTuple

import pytest

from scratch import Scratch

pytestmark = pytest.mark.slow


class Fault(NamedTuple):
    """One change to the package, and the test that has to fail for it."""

    file: str
    old: str
    new: str
    test: str
    choose: str = ""


FAULTS = {
    "a wrong auth scheme": Fault(
        "providers/messagebird.py",
        'header("Authorization", "access_key", "AccessKey")',
        'header("Authorization", "access_key", "Bearer")',
        "test_contract.py::test_each_auth_method_reads_an_exact_balance",
        "process and messagebird",
    ),
    "a float for money": Fault(
        "wire.py",
        "        number = Decimal(digits)\n",
        "        number = Decimal(str(float(digits)))\n",
        "cli/test_replies.py::test_amount_keeps_the_providers_own_digits",
        "9999",
    ),
    "a required field made optional": Fault(
        "providers/gosms_ro.py",
        'Balance(body.decimal("balance"), _unit(body))',
        'Balance(body.decimal_or_none("balance") or body.decimal_or_none("any") or 0, _unit(body))',
        "cli/test_replies.py::test_amount_that_is_missing",
    ),
    "a swallowed error": Fault(
        "cli/balance.py",
        "    failure = failed(answered) or below\n",
        "    failure = below\n",
        "cli/test_fail_below.py::test_some_that_fail_win_over_some_that_are_low",
    ),
    "a reply that failed taken for one that is good": Fault(
        "providers/base.py",
        "        success = 200 <= reply.status < 300\n",
        "        success = 200 <= reply.status < 500\n",
        "test_contract.py::test_a_status_says_what_failed",
        "process and 402 and gosms",
    ),
    "a secret in a message": Fault(
        "providers/base.py",
        'f"{self.name} rejects the credentials{words}"',
        'f"{self.name} rejects the credentials {self.secrets}{words}"',
        "test_contract.py::test_a_wrong_secret_is_a_rejection_that_does_not_show_it",
        "process and credits",
    ),
    "a secret of the provider's own echo": Fault(
        "providers/said.py",
        "    return without(printable(without(text, secrets)), secrets).strip()\n",
        "    return printable(text).strip()\n",
        "cli/test_leaks.py::test_rejections_that_echo_the_credential",
        "environment",
    ),
    "rows that come twice": Fault(
        "actions/paging.py",
        "        self._given.add(names)\n",
        "        self._given.add([])\n",
        "cli/test_lists.py::test_rows_that_arrive_meanwhile_double_and_lose_none",
        "37",
    ),
    "an escape sequence let through": Fault(
        "output/base.py",
        "        return printable(value)\n",
        "        return value\n",
        "cli/test_terminal.py::test_pipes_get_one_harmless_line_a_row",
        "table",
    ),
    "files for everybody": Fault(
        "state.py",
        "place.mkdir(mode=0o700, exist_ok=True)",
        "place.mkdir(exist_ok=True)",
        "cli/test_leaks.py::test_files_are_private_from_their_first_byte",
    ),
    "a credential of the keyring that fills up the environment's": Fault(
        "credentials.py",
        "        if method is None:\n            raise self._incomplete_environment(places)\n",
        "        if method is None:\n            return None\n",
        "cli/test_credential_errors.py::test_method_that_is_incomplete_names_what_is_missing",
    ),
}


def choice(fault: Fault) -> str:
    """Give pytest's expression for the test of ``fault``, and its parameters."""
    name = fault.test.rpartition("::")[2]
    return f"({name} and {fault.choose})" if fault.choose else name


def test_copy_without_a_fault_passes(tmp_path: Path) -> None:
    tests = sorted({fault.test for fault in FAULTS.values()})
    done = Scratch(tmp_path).pytest(*tests, "-k", " or ".join(map(choice, FAULTS.values())))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_caught(tmp_path: Path, name: str) -> None:
    fault = FAULTS[name]
    copy = Scratch(tmp_path)
    copy.replace(fault.file, fault.old, fault.new)
    done = copy.pytest(fault.test, "-k", choice(fault))
    if "skipped" in done.stdout:
        pytest.skip("the test that catches it cannot run here")
    assert done.returncode == 1, done.stdout
    assert " failed" in done.stdout
