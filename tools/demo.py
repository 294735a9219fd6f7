"""Shows the main job at work: the balance of every sandbox account, credits bought, and the change."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("smsacct"))
STEPS = (
    ("What is left in every account", ["balance", "--all"]),
    (
        "Buy 1000 credits with the card that ends in 4242",
        [
            "credits",
            "buy",
            "1000",
            "-p",
            "eztexting",
            "--card",
            "4242",
            "--yes",
            "--max-per-day",
            "5000",
        ],
    ),
    ("The change", ["balance", "-p", "eztexting"]),
    ("The journal knows it", ["credits", "purchases"]),
)


def main() -> int:
    """Run each step in a home of its own, so that nothing of the user's is touched."""
    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, "HOME": home, "SMSACCT_CONFIG": f"{home}/config.toml"}
        for variable in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
            environ.pop(variable, None)
        for title, arguments in STEPS:
            sys.stdout.write(f"\n# {title}\n$ smsacct {' '.join(arguments)} --sandbox\n")
            sys.stdout.flush()
            code = subprocess.run([PROGRAM, *arguments, "--sandbox"], env=environ, check=False).returncode
            if code:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
