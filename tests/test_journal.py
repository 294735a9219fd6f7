"""The purchase journal: exact, private from its first byte, whole after anything, and never a guess."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from smsacct import journal as journals
from smsacct.deadline import Deadline
from smsacct.errors import ConfigError, UnavailableError
from smsacct.journal import CONFIRMED, FILE, PENDING, REFUSED, UNKNOWN, Entry, Journal
from smsacct.models import Receipt

NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
DAY = timedelta(hours=24)


def entry(number: int = 1, **fields: Any) -> Entry:
    """Give a purchase of 1000 credits at noon."""
    plain = Entry(
        id=f"p_{number:012x}",
        profile="marketing",
        provider="eztexting",
        base_url="https://a.eztexting.com",
        credits=1000,
        card="4242",
        coupon=None,
        unit="credits",
        balance_before=Decimal(153),
        created_at=NOON,
    )
    return plain._replace(**fields)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a" / "state"


@pytest.fixture
def journal(folder: Path) -> Iterator[Journal]:
    with Journal(folder, Deadline(5)) as opened:
        yield opened


def test_a_purchase_comes_back_as_it_was_written(journal: Journal, folder: Path) -> None:
    exact = Decimal("0." + "1234567890" * 6)
    first = entry(1, balance_before=exact, coupon="WELCOME10", balance_after=Decimal("1E+3"))
    journal.begin(first)
    assert journal.find(first.id) == first
    [found] = journals.read(folder, Deadline(5))
    assert (str(found.balance_before), str(found.balance_after)) == (str(exact), "1E+3")
    assert found.created_at == NOON


def test_a_committed_purchase_is_seen_by_another_connection_at_once(journal: Journal, folder: Path) -> None:
    journal.begin(entry())
    script = (
        "import sys, pathlib; from smsacct import journal; from smsacct.deadline import Deadline; "
        "print([one.state for one in journal.read(pathlib.Path(sys.argv[1]), Deadline(5))])"
    )
    done = subprocess.run([sys.executable, "-c", script, folder], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['pending']"


def test_commits_survive_a_power_cut(journal: Journal) -> None:
    # With a rollback journal FULL (2) does not sync the folder in which the commit happens; EXTRA (3) does.
    connection = journal._open()
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (3,)


def test_files_are_private_from_their_first_byte_whatever_the_umask(folder: Path) -> None:
    before = os.umask(0)
    try:
        with Journal(folder, Deadline(5)) as journal, journal._writing() as connection:
            connection.execute("CREATE TABLE more (x)")
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    finally:
        os.umask(before)
    assert modes == {FILE: 0o600, f"{FILE}-journal": 0o600}
    assert {stat.S_IMODE(place.stat().st_mode) for place in (folder, folder.parent)} == {0o700}


def test_reading_makes_nothing(folder: Path) -> None:
    assert journals.read(folder, Deadline(5)) == []
    assert not folder.parent.exists()


def test_the_newest_comes_first_by_the_order_of_writing(journal: Journal) -> None:
    for number, moment in enumerate((NOON, NOON - DAY, NOON + DAY)):
        journal.begin(entry(number, created_at=moment))
    assert [one.id[-1] for one in journal.entries()] == ["2", "1", "0"]


def test_the_total_of_a_day_counts_what_may_have_been_bought(journal: Journal) -> None:
    states = {1: PENDING, 10: UNKNOWN, 100: CONFIRMED, 1000: REFUSED}
    for number, (amount, state) in enumerate(states.items()):
        journal.begin(entry(number, credits=amount, state=state))
    journal.begin(entry(8, credits=5, profile="other"))
    assert journal.spent("marketing", NOON - DAY) == 111
    assert journal.spent("other", NOON - DAY) == 5
    assert journal.spent("nobody", NOON - DAY) == 0


def test_the_day_rolls_and_the_future_counts(journal: Journal) -> None:
    moments = {1: NOON - DAY, 10: NOON - DAY + timedelta(microseconds=1), 100: NOON + 900 * DAY}
    for number, (amount, moment) in enumerate(moments.items()):
        journal.begin(entry(number, credits=amount, created_at=moment))
    assert journal.spent("marketing", NOON - DAY) == 110


def test_times_of_other_zones_sort_with_those_in_utc(journal: Journal) -> None:
    east = NOON.astimezone(tz=datetime.fromisoformat("2026-11-20T12:00:00+14:00").tzinfo)
    journal.begin(entry(1, created_at=east))
    assert journal.spent("marketing", NOON - timedelta(seconds=1)) == 1000
    assert journal.spent("marketing", NOON + timedelta(seconds=1)) == 0


def test_what_is_settled_stays_as_it_is(journal: Journal) -> None:
    journal.begin(entry())
    journal.settle(entry(state=CONFIRMED, balance_after=Decimal(1153), how="it rose", settled_at=NOON))
    journal.settle(entry(state=UNKNOWN))
    journal.replied(entry().id, Receipt(500, "digest"))
    journal.abandon("marketing", NOON, "gone")
    found = journal.find(entry().id)
    assert found == entry(state=CONFIRMED, balance_after=Decimal(1153), how="it rose", settled_at=NOON)


def test_an_unknown_purchase_can_be_settled_and_keeps_its_reply(journal: Journal) -> None:
    journal.begin(entry())
    journal.replied(entry().id, Receipt(201, "digest"))
    journal.abandon("other", NOON, "gone")
    assert [one.state for one in journal.unsettled("marketing")] == [PENDING]
    journal.abandon("marketing", NOON, "gone")
    [found] = journal.unsettled("marketing")
    assert (found.state, found.how, found.reply_status, found.digest) == (UNKNOWN, "gone", 201, "digest")
    journal.settle(found._replace(state=REFUSED))
    assert journal.unsettled("marketing") == []


def test_an_id_is_there_once(journal: Journal) -> None:
    journal.begin(entry())
    with pytest.raises(ConfigError):
        journal.begin(entry())
    assert len(journal.entries()) == 1


def test_an_interrupt_inside_a_transaction_leaves_nothing_open(journal: Journal) -> None:
    def interrupted() -> None:
        with journal._writing() as connection:
            connection.execute("UPDATE purchase SET credits = 0")
            raise KeyboardInterrupt

    journal.begin(entry())
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    journal.settle(entry(state=UNKNOWN))
    assert journal.entries() == [entry(state=UNKNOWN)]


def test_migrations_run_once_and_many_can_make_the_journal_at_once(folder: Path) -> None:
    failures: list[BaseException] = []

    def make(number: int) -> None:
        try:
            with Journal(folder, Deadline(20)) as journal:
                journal.begin(entry(number))
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=make, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(journals.read(folder, Deadline(5))) == 12


def test_a_journal_of_an_older_version_is_brought_up_to_date(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal(folder, Deadline(5)) as journal:
        journal.begin(entry())

    def add_a_column(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE purchase ADD COLUMN note TEXT")

    monkeypatch.setattr(journals, "MIGRATIONS", (*journals.MIGRATIONS, add_a_column))
    for _ in range(2):
        with Journal(folder, Deadline(5)) as journal:
            assert journal.entries() == [entry()]
            assert journal._open().execute("SELECT note FROM purchase").fetchall() == [(None,)]


def test_a_journal_of_a_newer_version_is_left_alone(folder: Path) -> None:
    with Journal(folder, Deadline(5)) as journal:
        journal._open().execute("PRAGMA user_version = 99")
    with pytest.raises(ConfigError, match="newer version"):
        journals.read(folder, Deadline(5))


@pytest.mark.parametrize("damage", ["text", "half", "page", "value"])
def test_a_damaged_journal_is_told_and_never_replaced(folder: Path, damage: str) -> None:
    with Journal(folder, Deadline(5)) as journal, journal._writing() as connection:
        rows = [journals._stored(entry(number)) for number in range(200)]
        connection.executemany(journals._INSERT, rows)
    path = folder / FILE
    whole = path.read_bytes()
    if damage == "value":
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE purchase SET balance_before = 'x' WHERE number = 7")
        connection.close()
    else:
        spoiled = {
            "text": b"no database at all, but long enough to be looked at " * 20,
            "half": whole[: len(whole) // 2],
            "page": whole[:8192] + os.urandom(4096) + whole[12288:],
        }
        path.write_bytes(spoiled[damage])
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="damaged") as caught:
        journals.read(folder, Deadline(5))
    assert str(path) in caught.value.message
    assert caught.value.hint is not None
    assert path.read_bytes() == before


def test_a_busy_journal_is_waited_for_until_the_deadline(folder: Path) -> None:
    with Journal(folder, Deadline(5)) as holder, holder._writing() as connection:
        connection.execute("UPDATE purchase SET credits = credits")
        deadline = Deadline(0.3)
        with (
            pytest.raises(UnavailableError, match="in use by another process"),
            Journal(folder, deadline) as late,
        ):
            late.begin(entry())
        assert deadline.passed


def test_a_full_disk_is_told(folder: Path) -> None:
    with Journal(folder, Deadline(5)) as journal:
        pages = journal._open().execute("PRAGMA page_count").fetchone()[0]
        journal._open().execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(ConfigError, match="no room"):
            journal.begin(entry(coupon="C" * 10_000))
    assert journals.read(folder, Deadline(5)) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="cannot be written"), Journal(tmp_path / "file" / "x", Deadline(5)):
        pass
