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
    """Answer ``--version`` and a shell's Tab at once, and leave the rest to ``smsacct.main``."""
    if "_SMSACCT_COMPLETE" in os.environ:
        from smsacct.cli._completion import answer

        answer(os.environ["_SMSACCT_COMPLETE"], sys.argv[1:])
        return
    if sys.argv[1:] == ["--version"]:
        from smsacct.main import tell_version

        tell_version()
        return
    import gc

    # Hardly anything that a command makes is garbage in cycles; collecting costs a seventh of its time.
    gc.set_threshold(100_000, 20, 20)
    from smsacct.main import finish

    finish(sys.argv[1:])
