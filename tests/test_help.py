"""Help says it in the user's words: every option, every command, with examples that could be typed."""

import re
import shlex
from pathlib import Path

import pytest

from program import World
from smsacct.cli._completion import Row, read_table

TABLE = read_table()
COMMANDS = [f"{row[0]} {row[1]}".strip() for row in TABLE if row[2] == "command"]
GROUPS = {row[0] for row in TABLE if row[2] == "command"}
# What shows how it is built rather than what it does.
INTERNALS = re.compile(r"\b(TEXT|INTEGER|FLOAT|BOOLEAN|None|Typer)\b|<boolean>|\x08|--install-completion")


def rows_of(command: str) -> list[Row]:
    return [row for row in TABLE if row[0] == command and row[2] != "command"]


class Pages:
    """The help of each command, asked once; on a terminal wider than help may be."""

    def __init__(self, folder: Path) -> None:
        self._world = World(folder)
        self._told: dict[str, str] = {}

    def of(self, command: str) -> str:
        if command not in self._told:
            self._told[command] = self.asked(command, "--help")
        return self._told[command]

    def asked(self, command: str, option: str) -> str:
        result = self._world.run(*command.split(), option, env={"COLUMNS": "300"})
        assert (result.code, result.err) == (0, "")
        return result.out


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return Pages(tmp_path_factory.mktemp("world"))


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_readable(pages: Pages, command: str) -> None:
    text = pages.of(command)
    assert max(len(line) for line in text.splitlines()) <= 100
    assert not INTERNALS.search(text)
    assert pages.asked(command, "-h") == text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_and_argument_has_its_help(pages: Pages, command: str) -> None:
    text = " ".join(pages.of(command).split())
    for _, words, _, meaning in rows_of(command):
        assert meaning.strip().endswith("."), f"{command} {words}"
        for word in words.split():
            assert word in text
        assert meaning in text


@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in GROUPS])
def test_every_command_has_examples_that_could_be_typed(pages: Pages, command: str) -> None:
    _, _, text = pages.of(command).partition("\n  Examples:\n")
    examples = text.partition("\n\n")[0].replace("\\\n", " ").splitlines()
    assert examples
    called = [part for line in examples for part in re.findall(rf"smsacct {command}\b[^|&>)]*", line)]
    assert len(called) >= len(examples), "an example shows another command"
    known = {word for row in rows_of(command) for word in row[1].split()}
    for call in called:
        words = shlex.split(call)[1 + len(command.split()) :]
        used = {word.partition("=")[0] for word in words if word.startswith("-")}
        assert used <= known, call


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_a_group_lists_its_commands(pages: Pages, group: str) -> None:
    text = pages.of(group)
    for where, name, kind, _ in TABLE:
        if where == group and kind == "command":
            assert re.search(rf"^  {name} +\S", text, re.MULTILINE)
