"""Finds providers by their id: the files beside ``providers/base.py``, then other packages' entry points.

Only the adapter that is asked for is imported; entry points are looked up only for an id that no file has.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from smsacct.errors import InternalError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from smsacct.providers.base import Provider

_SHARED: Final = frozenset({"__init__", "auth", "base", "said"})
_GROUP: Final = "smsacct.providers"


class ProviderIds(AbstractSet[str]):
    """The ids of every provider that there is; an entry point is looked for only after the files."""

    def __contains__(self, provider: object) -> bool:
        return provider in own_ids() or provider in _external()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*own_ids(), *_external()}))

    def __len__(self) -> int:
        return len({*own_ids(), *_external()})


@cache
def own_ids() -> tuple[str, ...]:
    """Give the ids of the providers that ship with the tool, sorted, without importing one."""
    folder = Path(__file__).parent / "providers"
    names = {path.stem for path in folder.iterdir() if path.suffix == ".py"} - _SHARED
    return tuple(sorted(name.replace("_", "-") for name in names))


def find(provider: str) -> "type[Provider]":
    """Import and give the adapter of ``provider``, which must be one of ``ProviderIds``."""
    from smsacct.providers.base import Provider

    if provider in own_ids():
        return _adapter_of(
            import_module(f"smsacct.providers.{provider.replace('-', '_')}").__dict__, provider
        )
    found: object = _external()[provider].load()
    if not isinstance(found, type) or not issubclass(found, Provider):
        raise InternalError(
            f"the entry point of {provider!r} is no provider", hint="ask who made the package"
        )
    return found


def _adapter_of(names: dict[str, object], provider: str) -> "type[Provider]":
    from smsacct.providers.base import Provider

    for found in names.values():
        if isinstance(found, type) and issubclass(found, Provider) and found.__dict__.get("id") == provider:
            return found
    raise InternalError(f"the file of {provider!r} holds no adapter of that id")


@cache
def _external() -> "dict[str, EntryPoint]":
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=_GROUP)}
