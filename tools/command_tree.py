"""The command line as data, read from the commands themselves: what everything generated is made from."""

from collections.abc import Iterator
from importlib import import_module
from inspect import cleandoc
from textwrap import dedent
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

import typer

from smsacct.cli._app import Commands, commands, names_in
from smsacct.cli._common import Common

if TYPE_CHECKING:
    from typer._click import Command as ClickCommand
    from typer._click import Parameter


class Option(NamedTuple):
    """One option: its names (the long one first), its value's name (none of a flag), and what it does."""

    names: tuple[str, ...]
    metavar: str | None
    text: str
    repeatable: bool = False
    required: bool = False
    default: str | None = None
    choices: tuple[str, ...] = ()
    shared: bool = False

    @property
    def spelling(self) -> str:
        """The names with the value, as help shows them: ``-p, --provider ID``."""
        names = ", ".join(sorted(self.names, key=len))
        return f"{names} {self.metavar}" if self.metavar else names

    @property
    def remarks(self) -> str:
        """What the option does, and whether it is required or has a default."""
        if self.required:
            return f"{self.text} (required)"
        return self.text if self.default is None else f"{self.text} (default: {self.default})"


class Argument(NamedTuple):
    """One argument, by the name that the usage shows (in brackets where it may be left out)."""

    metavar: str
    text: str


class Command(NamedTuple):
    """One command, or one ``group`` of them; ``path`` is what is typed after ``smsacct``.

    ``answer`` names the shape of what it prints with ``--json``, where it takes that.
    """

    path: str
    paragraphs: tuple[str, ...]
    examples: str = ""
    options: tuple[Option, ...] = ()
    arguments: tuple[Argument, ...] = ()
    answer: str | None = None
    group: bool = False

    @property
    def name(self) -> str:
        """The command as it is typed, without options."""
        return f"smsacct {self.path}".rstrip()

    @property
    def brief(self) -> str:
        """What it does, in one sentence."""
        return self.paragraphs[0]

    @property
    def usage(self) -> str:
        """The command as it is typed, with what it takes."""
        if self.group:
            return f"{self.name} COMMAND"
        return " ".join([self.name, "[OPTIONS]", *(argument.metavar for argument in self.arguments)])

    @property
    def own_options(self) -> list[Option]:
        """The options that not every command shares."""
        return [option for option in self.options if not option.shared]


_HELP = Option(("--help", "-h"), None, "Show this message and exit.", shared=True)
_VERSION = Option(("--version",), None, "Show the version and exit.")


def help_texts(tree: list[Command]) -> Iterator[tuple[str, str]]:
    """Give what `--help` of each command prints, by the name of its file."""
    root = commands()
    for command in tree:
        words = command.path.split()
        context = root.make_context("smsacct", [], resilient_parsing=True)
        for word in words:
            group = context.command
            assert isinstance(group, Commands)  # noqa: S101 - the tree says so
            found = group.get_command(context, word)
            assert found is not None  # noqa: S101 - the tree says so
            context = found.make_context(word, [], parent=context, resilient_parsing=True)
        yield "-".join(words) or "smsacct", context.get_help() + "\n"


def tree() -> list[Command]:
    """Give every group and command: the program itself first, each group before what is in it."""
    package = import_module("smsacct.cli")
    root = Command("", _paragraphs(cleandoc(package.HELP)), options=(_VERSION, _HELP), group=True)
    return [root, *_below(commands(), package, "")]


def _below(group: Commands, package: ModuleType, prefix: str) -> Iterator[Command]:
    context = typer.Context(group)
    for name in names_in(package):
        path = f"{prefix}{name}"
        module = import_module(f"{package.__name__}.{name}")
        found = group.get_command(context, name)
        if isinstance(found, Commands):
            yield Command(path, _paragraphs(cleandoc(module.HELP)), options=(_HELP,), group=True)
            yield from _below(found, module, f"{path} ")
        elif found is not None:
            yield _command(path, found, module)


def _command(path: str, found: "ClickCommand", module: ModuleType) -> Command:
    text, _, examples = (found.help or "").replace("\b\n", "").partition("\n\nExamples:\n")
    options = [_option(parameter) for parameter in found.params if parameter.param_type_name == "option"]
    arguments = [
        Argument(parameter.metavar or parameter.name or "", _text(parameter))
        for parameter in found.params
        if parameter.param_type_name == "argument"
    ]
    prints_json = any("--json" in option.names for option in options)
    answer = module.command.__dict__["shape"].name if prints_json else None
    return Command(
        path, _paragraphs(text), dedent(examples).strip(), (*options, _HELP), tuple(arguments), answer
    )


def _option(parameter: "Parameter") -> Option:
    choices = tuple(getattr(parameter.type, "choices", ()))
    is_flag = bool(getattr(parameter, "is_flag", False))
    value = "|".join(choices) or parameter.metavar or str(parameter.name).upper()
    default = parameter.default if isinstance(parameter.default, str) else None
    return Option(
        tuple(sorted(parameter.opts, key=len, reverse=True)),
        None if is_flag else value,
        _text(parameter),
        parameter.multiple,
        parameter.required,
        default,
        choices,
        shared=parameter.name in Common._fields,
    )


def _text(parameter: "Parameter") -> str:
    return str(getattr(parameter, "help", None) or "")


def _paragraphs(text: str) -> tuple[str, ...]:
    parts = [part for part in text.split("\n\n") if not part.startswith("Exit codes:")]
    return tuple(" ".join(part.split()) for part in parts)
