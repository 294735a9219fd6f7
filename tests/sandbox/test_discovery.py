import json
import subprocess
import sys
from pathlib import Path

import pytest

from smsacct.sandbox.catalogue import UnknownTwinError, load_twin, twin_ids
from smsacct.sandbox.store import Store

from .client import call

_FOREIGN = """
from smsacct.sandbox.base import Reply, Request, Twin, route


class Foreign(Twin):
    id = "far-away"
    credentials = {"none": {}}

    @route("GET", "/balance", public=True)
    def balance(self, request: Request) -> Reply:
        return self.json(200, {"balance": 1})

    def error(self, status: int, problem: str, code: str = "") -> Reply:
        return self.json(status, {"error": problem})
"""
_IMPORTED = """
import json, sys
from smsacct.sandbox.catalogue import load_twin, twin_ids
from smsacct.sandbox.store import Store
twin_ids()
load_twin(sys.argv[1])(Store(None))
print(json.dumps(sorted(sys.modules)))
"""


def test_every_module_but_the_rooms_own_is_a_twin() -> None:
    assert twin_ids() == ["agiletelecom", "credits-dev", "eztexting", "gosms-ro", "messagebird"]
    for provider_id in twin_ids():
        assert load_twin(provider_id).id == provider_id


def test_loading_one_twin_imports_no_other_and_nothing_of_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTED, "gosms-ro"], check=True, capture_output=True, text=True
    )
    modules = set(json.loads(done.stdout))
    own = {name for name in modules if name.startswith("smsacct.")}
    assert own == {"smsacct.sandbox"} | {
        f"smsacct.sandbox.{name}" for name in ("base", "catalogue", "gosms_ro", "jsontext", "store")
    }
    assert modules.isdisjoint({"cheroot", "oauthlib", "httpx", "importlib.metadata"})


@pytest.mark.parametrize("name", ["nowhere", "base", "server", "../messagebird", "gosms_ro", ""])
def test_an_unknown_twin_is_told_with_those_there_are(name: str) -> None:
    with pytest.raises(UnknownTwinError, match="agiletelecom, credits-dev, eztexting, gosms-ro, messagebird"):
        load_twin(name)


@pytest.mark.parametrize("target", ["far_away_twin", "far_away_twin:Foreign"])
def test_a_twin_of_another_package_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    (tmp_path / "far_away_twin.py").write_text(_FOREIGN)
    package = tmp_path / "far_away-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: far-away\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(f"[smsacct.sandbox]\nfar-away = {target}\nother = {target}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "far_away_twin", raising=False)
    twin = load_twin("far-away")(Store(None))
    assert call(twin, "/balance").json == {"balance": 1}
    assert call(twin, "/nothing").status == 404
    with pytest.raises(UnknownTwinError, match="no Twin with that id"):
        load_twin("other")
