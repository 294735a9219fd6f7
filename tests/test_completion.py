"""Completion in real shells: what Tab offers, that it asks nobody, and how long it takes.

PowerShell runs nowhere here: of its script only the text is held, what it is answered is not.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from program import PROGRAM, World
from shells import Terminal, shell_or_skip
from smsacct.cli._completion import SHELLS
from smsacct.cli._shells import SCRIPTS

PROVIDERS = ("agiletelecom", "credits-dev", "eztexting", "gosms-ro", "messagebird")
PROFILES = (*PROVIDERS, "marketing", "wholesale")
FORMATS = ("csv", "json", "jsonl", "table", "tsv")
CONFIG = """
[profiles.marketing]
provider = "eztexting"
[profiles.wholesale]
provider = "agiletelecom"
"""
# The words of a line, the last one unfinished, and what it can become.
CASES: Sequence[tuple[str, Sequence[str]]] = (
    ("ba", ("balance",)),
    ("no-such", ()),
    ("no-such ", ()),
    ("auth ", ("login", "logout", "status")),
    ("auth lo", ("login", "logout")),
    ("credits re", ("reconcile",)),
    ("balance --f", ("--fail-below", "--field", "--format")),
    ("balance --json --js", ()),
    ("balance -p messagebird --prov", ("--provider",)),
    ("balance -p mess", ("messagebird",)),
    ("balance -p ", PROVIDERS),
    ("balance -qp mess", ("messagebird",)),
    ("balance -P mark", ("marketing",)),
    ("balance -P ", PROFILES),
    ("balance --format ", FORMATS),
    ("balance --account ", ()),
    ("balance --field par", ("parts",)),
    ("balance ", ()),
    ("providers ", PROVIDERS),
    ("providers messagebird ", ()),
    ("auth login ", PROFILES),
    ("auth logout mark", ("marketing",)),
    ("auth login --method ", ("access_key", "api_key", "basic", "oauth1")),
    ("auth login marketing --method ", ("basic",)),
    ("auth login -p agiletelecom --method ", ("api_key", "basic", "oauth1")),
    ("completion ", SHELLS),
    ("credits reconcile p_1 --assume ", ("confirmed", "refused")),
    ("config set ", ()),
    ("balance -- -", ()),
)
KEYRING = """
from pathlib import Path
from keyring.backends.fail import Keyring
Path(__file__).with_name("loaded").touch()
"""


@pytest.fixture
def home(world: World) -> World:
    """Give a world with two profiles, in a folder with files that nothing may complete to."""
    world.config.write_text(CONFIG)
    for name in ("balances.txt", "messages.csv", "marketing.txt"):
        (world.home / name).touch()
    world.environ["PATH"] = f"{Path(PROGRAM).parent}{os.pathsep}{world.environ['PATH']}"
    return world


def asked(world: World, words: Sequence[str], shell: str = "bash") -> list[str]:
    result = world.run(*words, env={"_SMSACCT_COMPLETE": shell})
    assert (result.code, result.err) == (0, "")
    return result.out.splitlines()


@pytest.mark.parametrize(("line", "expected"), CASES)
def test_what_a_word_can_become(home: World, line: str, expected: Sequence[str]) -> None:
    assert sorted(asked(home, line.split(" "))) == sorted(expected)


def test_every_command_and_its_help(home: World) -> None:
    offered = dict(line.split("\t") for line in asked(home, [""], "fish"))
    assert {"accounts", "auth", "balance", "credits", "messages", "sandbox", "token"} <= offered.keys()
    assert offered["balance"] == "Show what is left in every account."


def test_a_value_after_an_equals_sign(home: World) -> None:
    assert asked(home, ["balance", "--format=js"]) == ["--format=json", "--format=jsonl"]
    assert asked(home, ["balance", "--format", "=", "js"]) == ["json", "jsonl"]  # as bash splits it
    assert asked(home, ["balance", "--format", "="]) == list(FORMATS)
    assert asked(home, ["balance", "--json=j"]) == []


@pytest.mark.parametrize(
    "config", ["[profiles", "profiles = 3", '[profiles."a b$(x)"]\nprovider = "eztexting"']
)
def test_a_config_that_is_wrong(home: World, config: str) -> None:
    home.config.write_text(config)
    assert asked(home, ["balance", "-P", ""]) == list(PROVIDERS)


def test_in_bash(home: World, tmp_path: Path) -> None:
    bash = shell_or_skip("bash")
    script = tmp_path / "ask.bash"
    script.write_text(
        SCRIPTS["bash"] + "while IFS= read -r line; do\n"
        'IFS=" " read -ra COMP_WORDS <<<"$line"\n'
        '[[ $line == *" " ]] && COMP_WORDS+=("")\n'
        "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()\n"
        "complete -p smsacct >/dev/null && _smsacct smsacct\n"
        'echo "${COMPREPLY[*]}"\n'
        "done\n"
    )
    lines = "".join(f"smsacct {line}\n" for line, _ in CASES)
    done = subprocess.run(
        [bash, "--norc", str(script)],
        env=home.environ,
        input=lines,
        cwd=home.home,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    answers = [sorted(line.split()) for line in done.stdout.splitlines()]
    assert (answers, done.stderr) == ([sorted(expected) for _, expected in CASES], "")


def test_in_fish(home: World) -> None:
    fish = shell_or_skip("fish")
    lines = "".join(f"complete -C 'smsacct {line}'; echo ====\n" for line, _ in CASES)
    done = subprocess.run(
        [fish, "-c", SCRIPTS["fish"] + lines],
        env=home.environ,
        cwd=home.home,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    parts = re.split(r"^====\n", done.stdout, flags=re.MULTILINE)[:-1]
    answers = [sorted(line.split("\t")[0] for line in part.splitlines()) for part in parts]
    assert answers == [sorted(expected) for _, expected in CASES]


# What stands on the line before Tab and after it.
TYPED = (
    ("smsacct ba", "smsacct balance "),
    ("smsacct auth lo", "smsacct auth log"),
    ("smsacct balance -p mess", "smsacct balance -p messagebird "),
    ("smsacct balance -P mark", "smsacct balance -P marketing "),
    ("smsacct balance --format=ta", "smsacct balance --format=table "),
    ("smsacct balance --account mes", "smsacct balance --account mes"),
    ("smsacct providers gos", "smsacct providers gosms-ro "),
    ("smsacct completion f", "smsacct completion fish "),
    ("true; smsacct auth st", "true; smsacct auth status "),
    ("smsacct balance > mes", "smsacct balance > messages.csv "),
)
SHOW = "\x0f"  # Ctrl-O shows the line
BASH = """PS1='@> '; source "$SCRIPT"
bind -x '"\\C-o": echo "<<$READLINE_LINE>>"; READLINE_LINE='; echo REA''DY
"""
ZSH = """PS1='@> '; unsetopt prompt_sp prompt_cr; autoload -Uz compinit; compinit -D -u
[[ -n $SCRIPT ]] && source "$SCRIPT"
show() { zle -I; print -r -- "<<$BUFFER>>"; BUFFER= }; zle -N show; bindkey '^O' show; echo REA''DY
"""


def typed(home: World, command: list[str], setup: str) -> list[str]:
    """Give what each line of ``TYPED`` is after Tab, at one terminal."""
    after = []
    with Terminal(command, home.environ, home.home) as terminal:
        terminal.type(setup)
        terminal.read_until(r"READY\s+@> ")
        for line, _ in TYPED:
            terminal.type(f"{line}\t{SHOW}")
            shown = terminal.read_until(r"<<(.*)>>\s+@> ")
            after.append(shown[1])
    return after


def test_typed_in_bash(home: World, tmp_path: Path) -> None:
    bash = shell_or_skip("bash")
    home.environ["SCRIPT"] = str(tmp_path / "smsacct.bash")
    Path(home.environ["SCRIPT"]).write_text(SCRIPTS["bash"])
    after = typed(home, [bash, "--norc", "--noprofile", "-i"], BASH)
    assert after == [expected for _, expected in TYPED]


@pytest.mark.parametrize("way", ["sourced", "in a folder of fpath"])
def test_typed_in_zsh(home: World, tmp_path: Path, way: str) -> None:
    zsh = shell_or_skip("zsh")
    (tmp_path / "functions").mkdir()
    script = tmp_path / "functions" / "_smsacct"
    script.write_text(SCRIPTS["zsh"])
    if way == "sourced":
        home.environ["SCRIPT"] = str(script)
        setup = ZSH
    else:
        setup = f"fpath=({script.parent} $fpath)\n{ZSH}"
    assert typed(home, [zsh, "-f", "-i"], setup) == [expected for _, expected in TYPED]


def test_zsh_lists_what_there_is_with_its_help(home: World, tmp_path: Path) -> None:
    zsh = shell_or_skip("zsh")
    script = tmp_path / "_smsacct"
    script.write_text(SCRIPTS["zsh"])
    home.environ["SCRIPT"] = str(script)
    with Terminal([zsh, "-f", "-i"], home.environ, home.home) as terminal:
        terminal.type(ZSH)
        terminal.read_until(r"READY\s+@> ")
        terminal.type("smsacct auth \t")
        shown = terminal.read_until(r"status\s+-- Show")[0]
    assert re.search(r"login\s+-- Store a credential", shown)
    assert "balances.txt" not in shown


def test_the_script_of_powershell() -> None:
    script = SCRIPTS["powershell"]
    assert "Register-ArgumentCompleter -Native -CommandName smsacct" in script
    assert script.count("{") == script.count("}")
    assert script.count("(") == script.count(")")
    for variable in ("_SMSACCT_COMPLETE", "_SMSACCT_WORDS"):
        assert f"$env:{variable} = $null" in script, "it is left in the environment"


def test_the_words_of_powershell_come_by_the_environment(home: World) -> None:
    environ = {"_SMSACCT_COMPLETE": "powershell", "_SMSACCT_WORDS": "balance\n-p\n"}
    assert tuple(home.run(env=environ).out.splitlines()) == PROVIDERS


def test_every_shell_has_its_script(home: World) -> None:
    for shell in SHELLS:
        result = home.run("completion", shell)
        assert (result.code, result.out, result.err) == (0, SCRIPTS[shell], "")


@pytest.mark.parametrize(
    "line", ["ba", "balance -p mess", "balance -P mark", "auth login -p eztexting --method "]
)
def test_neither_keyring_nor_network_is_touched(home: World, tmp_path: Path, line: str) -> None:
    (tmp_path / "recorder.py").write_text(KEYRING)
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "smsacct", *line.split(" ")],
        env={
            **home.environ,
            "_SMSACCT_COMPLETE": "bash",
            "PYTHONPATH": str(tmp_path),
            "PYTHON_KEYRING_BACKEND": "recorder.Keyring",
        },
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    imported = {row.rpartition("|")[2].strip() for row in done.stderr.splitlines()}
    assert "smsacct.cli._completion" in imported
    assert not imported & {"keyring", "httpx", "typer", "rich", "_socket", "socket", "_ssl", "sqlite3"}
    assert done.stdout
    assert not (tmp_path / "loaded").exists()


@pytest.mark.parametrize(
    ("line", "limit"), [("ba", 6.0), ("balance --", 6.0), ("balance -p mess", 6.0), ("balance -P mark", 6.0)]
)
def test_a_person_does_not_wait(
    home: World, line: str, limit: float, record_property: Callable[[str, object], None]
) -> None:
    def quickest(command: list[str]) -> float:
        start = time.perf_counter()
        subprocess.run(
            command, env={**home.environ, "_SMSACCT_COMPLETE": "bash"}, check=True, capture_output=True
        )
        return time.perf_counter() - start

    nothing, answer = [], []
    for _ in range(12):  # in turns, so that a busy machine slows both
        nothing.append(quickest([sys.executable, "-c", "pass"]))
        answer.append(quickest([PROGRAM, *line.split(" ")]))
    ratio = min(answer) / min(nothing)
    record_property("tab_to_answer", f"{ratio:.1f} times python -c pass")
    assert ratio < limit
