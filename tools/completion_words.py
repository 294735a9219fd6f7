"""The table that completion reads: every command, its options and arguments, and what their values can be."""

from collections.abc import Iterator, Sequence
from typing import Final

from command_tree import Command, Option

from smsacct import registry
from smsacct.cli._completion import SHELLS
from smsacct.output.base import formats
from smsacct.shapes import ALL, leaves

# What a value completes to, by the option's name, or by the command and its argument. An option of a fixed
# set of choices needs no entry. A kind is read by smsacct/cli/_completion.py.
KINDS: Final = {
    "--profile": "profile",
    "--provider": "provider",
    "--method": "method",
    "--format": f"one of {' '.join(formats())}",
    "auth login [NAME]": "profile",
    "auth logout [NAME]": "profile",
    "providers [ID]": "provider",
    "completion SHELL": f"one of {' '.join(SHELLS)}",
}
_ANYTHING: Final = "value"


def table(commands: Sequence[Command]) -> str:
    """Give the lines of the table: where, the word or words, the kind of the value, the help.

    Raises ``ValueError`` where ``KINDS`` names what no command takes.
    """
    taken = {name for command in commands for name in _keys(command)}
    if not taken.issuperset(KINDS):
        raise ValueError(f"no command takes {', '.join(sorted(KINDS.keys() - taken))}")
    rows = [row for command in commands for row in _rows(command)]
    return "".join("\t".join(row) + "\n" for row in [*sorted(rows, key=lambda row: row[0]), *_methods()])


def _keys(command: Command) -> Iterator[str]:
    yield from (option.names[0] for option in command.options)
    yield from (f"{command.path} {argument.metavar}" for argument in command.arguments)


def _rows(command: Command) -> Iterator[tuple[str, str, str, str]]:
    if command.path:
        group, _, name = command.path.rpartition(" ")
        yield group, name, "command", command.brief
    for argument in command.arguments:
        kind = KINDS.get(f"{command.path} {argument.metavar}", _ANYTHING)
        yield command.path, argument.metavar, kind, argument.text
    for option in command.options:
        yield command.path, " ".join(option.names), _kind(option, command), option.text


def _kind(option: Option, command: Command) -> str:
    if option.metavar is None:
        return ""
    if option.names[0] == "--field" and command.answer:
        return f"one of {' '.join(name for name, _ in leaves(ALL[command.answer].fields))}"
    kind = f"one of {' '.join(option.choices)}" if option.choices else KINDS.get(option.names[0], _ANYTHING)
    return f"{kind}*" if option.repeatable else kind


def _methods() -> Iterator[tuple[str, str, str, str]]:
    for provider in registry.own_ids():
        for method in registry.find(provider).auth_methods:
            yield "=method", method.id, "", provider
