"""Where the program begins: the quick answers, for which nothing else is imported."""

import sys


def main() -> None:
    """Answer ``--version`` at once, and leave the rest to ``smsacct.main``."""
    if sys.argv[1:] == ["--version"]:
        from smsacct import __version__

        sys.stdout.write(f"smsacct {__version__}\n")
        return
    import gc

    # Hardly anything that a command makes is garbage in cycles; collecting costs a seventh of its time.
    gc.set_threshold(100_000, 20, 20)
    from smsacct.main import finish

    finish(sys.argv[1:])
