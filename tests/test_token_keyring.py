"""A token's life in a real Secret Service."""

import json
from pathlib import Path

from keyring_world import session
from program import PROGRAM
from smsacct.sandbox.server import SandboxServer, environment


def test_a_token_lives_in_a_real_keyring(tmp_path: Path, server: SandboxServer) -> None:
    own = {name: text for name, text in environment(server.url).items() if "EZTEXTING" in name}
    where = {name: text for name, text in own.items() if name.endswith("BASE_URL")}
    where["SMSACCT_CONFIG"] = str(tmp_path / "config.toml")

    def run(*arguments: str, password: bool = False) -> str:
        done = desktop.run([PROGRAM, *arguments, "-p", "eztexting"], env=where | (own if password else {}))
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    with session(tmp_path) as desktop:
        made = json.loads(run("token", "create", "--reveal", "--json", password=True))
        assert made["stored_in"] == "the Secret Service keyring"
        assert json.loads(desktop.lookup("eztexting/token"))["access_token"] == made["access_token"]
        assert run("balance", "--field", "amount") == "153\n"
        run("token", "refresh")
        renewed = json.loads(desktop.lookup("eztexting/token"))
        assert renewed["refresh_token"] != made["refresh_token"]
        assert run("token", "show") == f"{renewed['access_token']}\n"
        assert json.loads(run("token", "revoke", "--json"))["revoked"] == ["refresh", "access"]
        assert desktop.lookup("eztexting/token") == ""
