"""The tables of the documentation: exit codes from the failures, providers from their adapters."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from smsacct import errors, registry
from smsacct.errors import SmsacctError
from smsacct.providers.base import OPERATIONS, Provider


class Exit(NamedTuple):
    """One exit code; ``kind`` is what the error object calls it."""

    code: int
    kind: str
    meaning: str


def exits() -> list[Exit]:
    """Give every exit code, done first."""
    found = [
        Exit(failure.exit_code, failure.kind, _sentence(failure))
        for failure in vars(errors).values()
        if isinstance(failure, type) and issubclass(failure, SmsacctError) and failure is not SmsacctError
    ]
    return [Exit(0, "", "Done."), *sorted(found)]


def _sentence(failure: type[SmsacctError]) -> str:
    text = " ".join((failure.__doc__ or "").split("\n\n")[0].split())
    return text.replace("``", "`")


def adapters() -> list[type[Provider]]:
    """Give the adapters that ship with the tool, by id."""
    return [registry.find(provider) for provider in registry.own_ids()]


def exit_table() -> str:
    """Give the exit codes as a Markdown table."""
    rows = ([str(code), f"`{kind}`" if kind else "", meaning] for code, kind, meaning in exits())
    return markdown(["exit", "kind", "meaning"], rows)


def provider_table() -> str:
    """Give the providers as a Markdown table: what it can do, how one logs in, what was checked."""
    groups = list(dict.fromkeys(operation.split()[0] for operation in OPERATIONS))
    heads = ["id", "company", "country", *groups, "auth methods", "checked against", "on"]
    return markdown(heads, (_provider_row(adapter, groups) for adapter in adapters()))


def _provider_row(adapter: type[Provider], groups: Sequence[str]) -> list[str]:
    sources = [source for operation in OPERATIONS if (source := adapter.source(operation)) is not None]
    against = sorted({(source.against, source.url) for source in sources})
    return [
        f"`{adapter.id}`",
        f"[{adapter.name}]({adapter.documentation})",
        adapter.country,
        *(_support(adapter, group) for group in groups),
        ", ".join(f"`{method.id}`" for method in adapter.auth_methods),
        ", ".join(f"[{what}]({url})" for what, url in against),
        ", ".join(sorted({source.on.isoformat() for source in sources})),
    ]


def _support(adapter: type[Provider], group: str) -> str:
    """Give ✓ where every operation of the group is supported, else the names of those that are."""
    operations = [operation for operation in OPERATIONS if operation.split()[0] == group]
    supported = [operation for operation in operations if adapter.supports(operation)]
    if len(supported) == len(operations):
        return "✓"
    return ", ".join(operation.split()[-1] for operation in supported)


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a Markdown table; a bar in a cell is escaped."""
    lines = [list(heads), ["---"] * len(heads), *([_cell(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def variables(adapter: type[Provider]) -> Iterator[tuple[str, list[str]]]:
    """Give each auth method of a provider and the environment variables of its fields."""
    prefix = f"SMSACCT_{adapter.id.upper().replace('-', '_')}"
    for method in adapter.auth_methods:
        yield method.id, [f"{prefix}_{name.upper()}" for name in (*method.fields, *method.optional)]
