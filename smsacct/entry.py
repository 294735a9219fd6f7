"""Where the program begins: the quick answers, for which nothing else is imported."""

import os
import sys


def main() -> None:
    """Run this process's command line; a Ctrl-C before it has begun ends it without a word."""
    try:
        _begin()
    except KeyboardInterrupt:
        os._exit(130)


def _begin() -> None:
    """Answer a shell's Tab, ``--version`` and ``--help`` at once, and leave the rest to ``smsacct.main``."""
    if "_SMSACCT_COMPLETE" in os.environ:
        from smsacct.cli._completion import answer

        answer(os.environ["_SMSACCT_COMPLETE"], sys.argv[1:])
        return
    text = _ready_answer(sys.argv[1:])
    if text is not None:
        _tell(text)
    import gc

    # Hardly anything that a command makes is garbage in cycles; collecting costs a seventh of its time.
    gc.set_threshold(100_000, 20, 20)
    from smsacct.main import finish

    finish(sys.argv[1:])


def _ready_answer(arguments: list[str]) -> str | None:
    """Give the version, or a help text that was made ahead of time; ``None`` where there is neither."""
    if arguments == ["--version"]:
        from smsacct import __version__

        return f"smsacct {__version__}\n"
    *words, last = arguments or ["--help"]
    if last not in {"--help", "-h"} or not all(word.isascii() and word.isalpha() for word in words):
        return None
    folder = os.path.dirname(__file__)  # noqa: PTH120 - pathlib takes as long as all of this
    name = "-".join(words) or "smsacct"
    try:
        with open(f"{folder}/help/{name}.txt", encoding="utf-8") as file:  # noqa: PTH123
            return file.read()
    except FileNotFoundError:
        return None  # no such command: `main` says so


def _tell(text: str) -> None:
    """Write ``text`` and end the process; where it cannot be written, ``main`` says why."""
    left = text.encode()
    try:
        while left:
            left = left[os.write(1, left) :]
    except BrokenPipeError:
        pass
    except OSError:
        from smsacct.main import tell

        tell(left.decode())
    os._exit(0)
