"""Writes what is made from the program: schemas, completion, the man page, the references.

``python tools/generate.py`` writes what is stale; with ``--check`` it writes nothing, names what is stale and
ends with 1.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # this tree, not what is installed

from command_reference import reference  # noqa: E402 - after the path is set
from command_tree import help_texts, tree  # noqa: E402
from completion_words import table  # noqa: E402
from json_schemas import schemas  # noqa: E402
from man_page import man_page  # noqa: E402
from tables import exit_table, provider_table  # noqa: E402

from smsacct.cli._completion import TABLE, script  # noqa: E402

_SCRIPTS = {"bash": "smsacct.bash", "zsh": "_smsacct", "fish": "smsacct.fish", "powershell": "smsacct.ps1"}
_SCHEMAS = Path("smsacct/schemas")
_HELP = Path("smsacct/help")


def generated() -> Iterator[tuple[Path, str]]:
    """Give each generated file, relative to the project, and what it has to hold."""
    commands = tree()
    for name, text in schemas(commands):
        yield _SCHEMAS / f"{name}.json", text
    yield Path("smsacct/cli") / TABLE, table(commands)
    for shell, file in _SCRIPTS.items():
        yield Path("completions") / file, script(shell)
    for name, text in help_texts(commands):
        yield _HELP / f"{name}.txt", text
    yield Path("man/smsacct.1"), man_page(commands)
    yield Path("docs/commands.md"), reference(commands)
    yield Path("README.md"), _readme()


def left_over(files: dict[Path, str]) -> list[Path]:
    """Give the schemas that no answer has any more, and the help texts of commands that are gone."""
    found = [*(ROOT / _SCHEMAS).glob("*.json"), *(ROOT / _HELP).glob("*.txt")]
    there = {path.relative_to(ROOT) for path in found}
    return sorted(there - files.keys())


def _readme() -> str:
    text = _read(Path("README.md")) or ""
    for name, body in (("providers", provider_table()), ("exit codes", exit_table())):
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
        if start not in text or end not in text:
            text += f"\n{start}{end}"
        before, _, rest = text.partition(start)
        after = rest.partition(end)[2]
        text = f"{before}{start}{body}{end}{after}"
    return text


def _read(path: Path) -> str | None:
    try:
        return (ROOT / path).read_text("utf-8")
    except FileNotFoundError:
        return None


def main() -> int:
    """Write or check every file; gives the exit code."""
    files = dict(generated())
    stale = [path for path, text in files.items() if _read(path) != text]
    extra = left_over(files)
    if sys.argv[1:] == ["--check"]:
        for path in [*stale, *extra]:
            sys.stdout.write(f"stale: {path.as_posix()}\n")
        return 1 if stale or extra else 0
    for path in stale:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(files[path], "utf-8", newline="\n")
        sys.stdout.write(f"wrote {path.as_posix()}\n")
    for path in extra:
        (ROOT / path).unlink()
        sys.stdout.write(f"removed {path.as_posix()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
