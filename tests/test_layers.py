"""The import rules: who may know whom, held against the code itself, imports inside functions included."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import smsacct

ROOT = Path(smsacct.__file__).parent
# A module imports from lower numbers, and within its own number without a circle.
RANKS = {
    0: "__init__ errors models shapes deadline progress redact content sandbox",
    1: "exact wire records retry base_url state",
    2: "network connections http settings config_file credentials credential_text os_keyring sandbox_keyring "
    "journal token_note",
    3: "providers output",
    4: "registry",
    5: "context",
    6: "actions",
    7: "cli",
    8: "entry main __main__",
}
RANK = {room: rank for rank, rooms in RANKS.items() for room in rooms.split()}
# Who alone may import a library.
ALONE = {
    "httpx": {"http", "connections"},
    "httpcore": {"network"},
    "truststore": {"connections"},
    "typer": {"cli", "main"},
    "rich": {"output", "context"},
    "keyring": {"os_keyring"},
    "sqlite3": {"journal", "sandbox.store"},
    "oauthlib": {"providers.auth", "sandbox"},
    "tomlkit": {"config_file"},
    "msgspec": {"records", "output"},
    "cheroot": {"sandbox.server"},
    "click": set(),
    "requests": set(),
    "pydantic": set(),
}
SHARED = {"base", "auth", "said"}  # of the adapters
LONGEST = 300  # lines of a file


class Import(NamedTuple):
    """One import: the module that has it, what it names, and whether it waits for a function to be called."""

    module: str
    target: str
    lazy: bool
    for_types: bool


def module_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def imports(module: str, text: str) -> Iterator[Import]:
    yield from _imports(module, ast.parse(text), lazy=False, for_types=False)


def _imports(module: str, node: ast.AST, *, lazy: bool, for_types: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(module, alias.name, lazy, for_types)
        elif isinstance(child, ast.ImportFrom):
            source = child.module or ""
            if child.level:
                above = ["smsacct", *module.split(".")][: -child.level]
                source = ".".join([*above, *([source] if source else [])])
            for alias in child.names:
                yield Import(module, f"{source}.{alias.name}", lazy, for_types)
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        yield from _imports(module, child, lazy=lazy or inside, for_types=for_types or types)


def own(target: str, modules: set[str]) -> str | None:
    """Give the module of the program that ``smsacct.a.b`` or ``smsacct.a.b.name`` stands for."""
    if target.partition(".")[0] != "smsacct":
        return None
    name = target.removeprefix("smsacct").removeprefix(".")
    if name in modules:
        return name
    above = name.rpartition(".")[0]
    return above if above in modules else "__init__"


def room(module: str) -> str:
    return module.partition(".")[0]


def is_of(module: str, rooms: set[str]) -> bool:
    return any(module == each or module.startswith(f"{each}.") for each in rooms)


def rank_problems(found: Import, modules: set[str]) -> Iterator[str]:
    target = own(found.target, modules)
    if target is None:
        library = found.target.partition(".")[0]
        if library in ALONE and not is_of(found.module, ALONE[library]):
            yield f"{found.module} imports {library}"
        return
    here, there = room(found.module), room(target)
    said = f"{found.module} imports {target}"
    if RANK[there] > RANK[here]:
        yield f"{said}, which is above it"
    if here == "sandbox" and there != "sandbox":
        yield f"{said}: a twin knows nothing of the program"
    if there == "sandbox" and here != "sandbox":
        if here not in {"context", "actions", "cli"}:
            yield f"{said}: only context, actions and cli know the sandbox"
        if not found.lazy and not found.for_types:
            yield f"{said} before it is needed"
    if here == there == "providers" and target.partition(".")[2] not in SHARED | {""}:
        yield f"{said}: adapters never import each other"


def circles(edges: dict[str, set[str]]) -> list[str]:
    """Give the modules that are in a circle: those left when all that import nothing left are taken away."""
    left = {module: {target for target in targets if target != module} for module, targets in edges.items()}
    while free := [module for module, targets in left.items() if not targets & left.keys()]:
        for module in free:
            del left[module]
    return sorted(left)


def text_problems(module: str, text: str) -> Iterator[str]:
    if text.count("\n") > LONGEST:
        yield f"{module} is over {LONGEST} lines"
    docstring = ast.get_docstring(ast.parse(text)) or ""
    first = docstring.partition("\n")[0]
    if not first.endswith("."):
        yield f"{module} does not begin with a docstring whose first sentence is one line"
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.ExceptHandler)
            and _takes_all(node)
            and not isinstance(node.body[-1], ast.Raise)
        ):
            reason = lines[node.lineno - 1].partition("# noqa: BLE001 - ")[2]
            if len(reason.split()) < 3:
                yield f"{module}:{node.lineno} catches everything without saying why"


def _takes_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    named = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    return bool(named & {"Exception", "BaseException"})


def sources() -> dict[str, str]:
    return {module_name(path, ROOT): path.read_text("utf-8") for path in sorted(ROOT.rglob("*.py"))}


def every_import(texts: dict[str, str]) -> list[Import]:
    return [found for module, text in texts.items() for found in imports(module, text)]


def test_every_module_has_its_room() -> None:
    unknown = {room(module) for module in sources()} - RANK.keys()
    assert not unknown, "give it a number in RANKS, and say in CONTRIBUTING.md what it owns"


def test_a_module_imports_only_what_is_below_it() -> None:
    texts = sources()
    assert [problem for found in every_import(texts) for problem in rank_problems(found, set(texts))] == []


def test_no_module_imports_itself_in_a_circle() -> None:
    texts = sources()
    edges: dict[str, set[str]] = {module: set() for module in texts}
    for found in every_import(texts):
        target = own(found.target, set(texts))
        # A package and what is in it belong together.
        if target is not None and not found.module.startswith(f"{target}."):
            edges[found.module].add(target)
    assert circles(edges) == []


def test_files_are_short_told_and_swallow_nothing() -> None:
    assert [problem for module, text in sources().items() for problem in text_problems(module, text)] == []


def test_tests_and_tools_are_short_too() -> None:
    files = [*(ROOT.parent / "tests").rglob("*.py"), *(ROOT.parent / "tools").rglob("*.py")]
    assert [path.name for path in files if path.read_text("utf-8").count("\n") > LONGEST] == []


# The rules bite.

WORDS = """__init__ errors wire http network context actions actions.balance providers providers.base sandbox
providers.messagebird providers.gosms_ro output.table sandbox.base"""
MODULES = set(WORDS.split())


@pytest.mark.parametrize(
    ("module", "text", "problem"),
    [
        ("wire", "from smsacct.http import Http", "wire imports http, which is above it"),
        ("wire", "def f():\n    import smsacct.http", "wire imports http, which is above it"),
        ("errors", "from smsacct import context", "errors imports context, which is above it"),
        ("providers.base", "from ..actions import balance",
         "providers.base imports actions.balance, which is above it"),
        ("providers.messagebird", "from smsacct.providers.gosms_ro import X",
         "providers.messagebird imports providers.gosms_ro: adapters never import each other"),
        ("providers.messagebird", "from . import gosms_ro",
         "providers.messagebird imports providers.gosms_ro: adapters never import each other"),
        ("sandbox.base", "from smsacct.errors import X",
         "sandbox.base imports errors: a twin knows nothing of the program"),
        ("http", "from smsacct.sandbox.base import Twin",
         "http imports sandbox.base: only context, actions and cli know the sandbox"),
        ("context", "import smsacct.sandbox.base", "context imports sandbox.base before it is needed"),
        ("wire", "import httpx", "wire imports httpx"),
        ("providers.base", "try:\n    import httpx\nexcept A:\n    pass", "providers.base imports httpx"),
        ("actions.balance", "class A:\n    def f(self):\n        from rich.text import Text",
         "actions.balance imports rich"),
        ("actions.balance", "import sqlite3 as s", "actions.balance imports sqlite3"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_seen(module: str, text: str, problem: str) -> None:
    found = [line for each in imports(module, text) for line in rank_problems(each, MODULES)]
    assert problem in found


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("http", "from smsacct.network import Network\nimport httpx"),
        ("context", "if TYPE_CHECKING:\n    from smsacct.sandbox.base import Twin"),
        ("actions.balance", "def f():\n    from smsacct.sandbox.base import Twin"),
        ("output.table", "from rich.text import Text"),
        ("providers.messagebird", "from smsacct.providers.base import Provider"),
    ],
)
def test_a_kept_rule_is_no_problem(module: str, text: str) -> None:
    assert [line for each in imports(module, text) for line in rank_problems(each, MODULES)] == []


def test_a_circle_is_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "text",
    [
        "import os\n",
        '"""No full stop"""\n',
        '"""It goes on\nin the next line."""\n',
        '"""It swallows."""\ntry:\n    pass\nexcept Exception:\n    pass\n',
        '"""It swallows."""\ntry:\n    pass\nexcept (OSError, BaseException):  # noqa: BLE001\n    pass\n',
        '"""It swallows."""\ntry:\n    pass\nexcept:\n    pass\n',
        '"""It is long."""\n' + "\n" * 300,
    ],
)
def test_a_careless_file_is_seen(text: str) -> None:
    assert list(text_problems("x", text))
