"""The command reference in Markdown, docs/commands.md."""

from collections.abc import Iterator, Sequence

from command_tree import Command, Option
from tables import exit_table, markdown

_HEAD = """# Commands

Made by `python tools/generate.py` from the commands themselves; `smsacct COMMAND --help` says the same.
"""


def reference(commands: Sequence[Command]) -> str:
    """Give the whole reference: the list of commands, the shared options, then command by command."""
    parts = [_HEAD, *_contents(commands), "## Shared options\n", _options(shared_options(commands))]
    parts += ["## Exit codes\n", exit_table()]
    for command in commands[1:]:
        parts += _section(command, commands)
    return "\n".join(parts)


def shared_options(commands: Sequence[Command]) -> list[Option]:
    """Give the options that commands share, in the order in which help shows them."""
    longest = max(commands, key=lambda command: sum(option.shared for option in command.options))
    return [option for option in longest.options if option.shared]


def missing(command: Command, commands: Sequence[Command]) -> list[str]:
    """Give the shared options, by their long names, that ``command`` does not take."""
    has = {option.names for option in command.options}
    return [option.names[0] for option in shared_options(commands) if option.names not in has]


def _contents(commands: Sequence[Command]) -> Iterator[str]:
    rows = [
        [f"[`{command.name}`](#{command.name.replace(' ', '-')})", command.brief]
        for command in commands
        if not command.group
    ]
    yield markdown(["command", "what it does"], rows)


def _section(command: Command, commands: Sequence[Command]) -> Iterator[str]:
    yield f"{'###' if ' ' in command.path else '##'} {command.name}\n"
    yield "\n\n".join(command.paragraphs).replace("<", "&lt;") + "\n"
    if command.group:
        return
    yield f"```text\n{command.usage}\n```\n"
    rows = [[f"`{argument.metavar}`", argument.text] for argument in command.arguments]
    if rows:
        yield markdown(["argument", "meaning"], rows)
    if command.own_options:
        yield _options(command.own_options)
    yield f"{_shares(command, commands)}\n"
    if command.answer:
        yield (
            f"With `--json` it answers as [`{command.answer}.json`]"
            f"(../smsacct/schemas/{command.answer}.json) says.\n"
        )
    yield f"```sh\n{command.examples}\n```\n"


def _shares(command: Command, commands: Sequence[Command]) -> str:
    left_out = missing(command, commands)
    if len(left_out) == len(shared_options(commands)) - 1:
        return "It takes none of the [shared options](#shared-options) but `--help`."
    but = f", but not {', '.join(f'`{name}`' for name in left_out)}" if left_out else ""
    return f"It takes the [shared options](#shared-options){but}."


def _options(options: Sequence[Option]) -> str:
    return markdown(["option", "meaning"], ([f"`{option.spelling}`", option.remarks] for option in options))
