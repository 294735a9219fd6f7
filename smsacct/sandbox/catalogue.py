"""Finds twins: a module of this folder for each provider, then the entry points of other packages."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

from smsacct.sandbox.base import Twin

ENTRY_POINTS = "smsacct.sandbox"

# The room's own modules; every other module of the folder is a twin, so that adding one edits nothing.
_ROOM = (
    "__init__",
    "base",
    "catalogue",
    "faults",
    "jsontext",
    "oauth",
    "server",
    "spoil",
    "store",
    "switchboard",
)


class UnknownTwinError(LookupError):
    """No twin bears that id; the text says which there are."""


def twin_ids() -> list[str]:
    """Give the ids of the providers that this package has a twin of, in order, from the file names alone."""
    stems = {path.stem for path in Path(__file__).parent.glob("*.py")}
    return sorted(stem.replace("_", "-") for stem in stems.difference(_ROOM))


def load_twin(provider_id: str) -> type[Twin]:
    """Import one twin's module, no other's, and give its class.

    Looks in this folder, then among the entry points of the group `smsacct.sandbox`, which are named by the
    provider's id and point at a module or a class. Raises UnknownTwinError.
    """
    if provider_id in twin_ids():
        return _twin_of(import_module(f"smsacct.sandbox.{provider_id.replace('-', '_')}"), provider_id)
    if re.fullmatch(r"[a-z0-9][a-z0-9-]*", provider_id):
        return _from_entry_points(provider_id)
    raise _unknown(provider_id)


def _from_entry_points(provider_id: str) -> type[Twin]:
    # Here, since it takes 30 ms that only a foreign twin is worth.
    from importlib.metadata import entry_points

    for entry in entry_points(group=ENTRY_POINTS, name=provider_id):
        return _twin_of(entry.load(), provider_id)
    raise _unknown(provider_id)


def _twin_of(found: object, provider_id: str) -> type[Twin]:
    candidates = list(vars(found).values()) if isinstance(found, ModuleType) else [found]
    for candidate in candidates:
        if (
            isinstance(candidate, type)
            and issubclass(candidate, Twin)
            and vars(candidate).get("id") == provider_id
        ):
            return candidate
    raise UnknownTwinError(f"what is registered as the twin of {provider_id} defines no Twin with that id")


def _unknown(provider_id: str) -> UnknownTwinError:
    return UnknownTwinError(f"the sandbox has no twin of {provider_id!r}; it has {', '.join(twin_ids())}")
