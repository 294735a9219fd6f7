"""The purchase journal: what was bought, is being bought, or may have been bought, in SQLite.

A row is durable before the first byte of its purchase leaves, and stays ``pending`` until its outcome is
known: a process that was killed in between leaves a row that the next one understands.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from smsacct.deadline import Deadline
from smsacct.errors import ConfigError, SmsacctError, UnavailableError
from smsacct.models import Receipt
from smsacct.state import private_file, unwritable

PENDING: Final = "pending"
CONFIRMED: Final = "confirmed"
REFUSED: Final = "refused"
UNKNOWN: Final = "unknown"
UNSETTLED: Final = (PENDING, UNKNOWN)

FILE: Final = "purchases.sqlite3"
_SETTLE_SECONDS: Final = 10.0  # an outcome is worth waiting for, also where the deadline has passed


class Entry(NamedTuple):
    """One purchase: whole ``credits``, the card's last four digits, balances in ``unit``, times in UTC.

    ``base_url`` is where it was sent; it holds no secret. ``digest`` is the SHA-256 of the reply's bytes and
    ``how`` says in a few words how the state came about.
    """

    id: str
    profile: str
    provider: str
    base_url: str
    credits: int
    card: str
    coupon: str | None
    unit: str
    balance_before: Decimal
    created_at: datetime
    state: str = PENDING
    balance_after: Decimal | None = None
    reply_status: int | None = None
    digest: str | None = None
    settled_at: datetime | None = None
    how: str | None = None


def _make_purchases(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE purchase ("
        "number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, profile TEXT NOT NULL, "
        "provider TEXT NOT NULL, base_url TEXT NOT NULL, credits INTEGER NOT NULL, card TEXT NOT NULL, "
        "coupon TEXT, unit TEXT NOT NULL, balance_before TEXT NOT NULL, created_at TEXT NOT NULL, "
        "state TEXT NOT NULL CHECK (state IN ('pending', 'confirmed', 'refused', 'unknown')), "
        "balance_after TEXT, reply_status INTEGER, digest TEXT, settled_at TEXT, how TEXT)"
    )
    connection.execute("CREATE INDEX purchase_of_profile ON purchase (profile, state, created_at)")


MIGRATIONS: Final[Sequence[Callable[[sqlite3.Connection], None]]] = (_make_purchases,)
"""What brings a journal up to date, in order; ``user_version`` counts how many it has had."""

_COLUMNS: Final = ", ".join(Entry._fields)
_PLACES: Final = ", ".join(f":{name}" for name in Entry._fields)
_INSERT: Final = f"INSERT INTO purchase ({_COLUMNS}) VALUES ({_PLACES})"  # noqa: S608 - our own names
_SELECT: Final = f"SELECT {_COLUMNS} FROM purchase"  # noqa: S608 - our own names
_SETTLE: Final = (
    "UPDATE purchase SET state = :state, balance_after = :balance_after, reply_status = :reply_status, "
    "digest = :digest, settled_at = :settled_at, how = :how "
    "WHERE id = :id AND state IN ('pending', 'unknown')"
)


class Journal:
    """The journal of one state folder, open for as long as the ``with`` block lasts.

    It is made where there is none (unless ``make`` is unset), for this user alone from its first byte; files
    that SQLite puts beside it take over its rights. Everything here raises
    ``ConfigError`` where the file is damaged, full or not writable, ``UnavailableError`` where another
    process keeps it busy until the deadline.
    """

    def __init__(self, folder: Path, deadline: Deadline, *, make: bool = True) -> None:
        self.path = folder / FILE
        self._deadline = deadline
        self._make = make
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        if self._make:
            private_file(self.path)
        with self._told():
            # mode=rw: SQLite itself never makes the file, which it would do with the umask's rights.
            self._connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=rw",
                uri=True,
                timeout=self._deadline.remaining(),
                isolation_level=None,
            )
            self._prepare(self._connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def begin(self, entry: Entry) -> None:
        """Write a new purchase; it is on the disk when this returns."""
        with self._writing() as connection:
            connection.execute(_INSERT, _stored(entry))

    def replied(self, purchase_id: str, receipt: Receipt) -> None:
        """Note that the purchase was accepted, and by which reply; it stays pending."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE purchase SET reply_status = ?, digest = ? WHERE id = ? AND state = 'pending'",
                (receipt.status, receipt.digest, purchase_id),
            )

    def settle(self, entry: Entry) -> None:
        """Write the outcome of a purchase that is pending or unknown; a settled one stays as it is."""
        with self._writing(patience=_SETTLE_SECONDS) as connection:
            connection.execute(_SETTLE, _stored(entry))

    def abandon(self, profile: str, moment: datetime, how: str) -> None:
        """Make every pending purchase of ``profile`` unknown: whoever sent it is gone.

        Only for the holder of the profile's lock.
        """
        with self._writing() as connection:
            connection.execute(
                "UPDATE purchase SET state = 'unknown', settled_at = ?, how = ? "
                "WHERE profile = ? AND state = 'pending'",
                (_text(moment), how, profile),
            )

    def find(self, purchase_id: str) -> Entry | None:
        """Give the purchase with this id."""
        return next(iter(self._select("WHERE id = ?", purchase_id)), None)

    def entries(self) -> list[Entry]:
        """Give every purchase, the newest first; the order is that of writing, whatever the clock said."""
        return self._select("ORDER BY number DESC")

    def unsettled(self, profile: str) -> list[Entry]:
        """Give the purchases of ``profile`` that are pending or unknown, the oldest first."""
        return self._select("WHERE profile = ? AND state IN ('pending', 'unknown') ORDER BY number", profile)

    def spent(self, profile: str, since: datetime) -> int:
        """Give the credits that ``profile`` bought, or may have bought, after ``since``.

        What lies in the future counts too: a clock that was set back frees nothing.
        """
        with self._told():
            row = self._open().execute(
                "SELECT COALESCE(SUM(credits), 0) FROM purchase "
                "WHERE profile = ? AND state <> 'refused' AND created_at > ?",
                (profile, _text(since)),
            )
            return int(row.fetchone()[0])

    def _select(self, condition: str, *values: str) -> list[Entry]:
        with self._told():
            rows = self._open().execute(f"{_SELECT} {condition}", values).fetchall()
            try:
                return [_entry(row) for row in rows]
            except (ValueError, TypeError, InvalidOperation):
                raise sqlite3.DatabaseError("a row that this program cannot have written") from None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise sqlite3.ProgrammingError("the journal is closed")
        return self._connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # With a rollback journal only EXTRA survives a power cut right after the commit: it syncs the folder.
        connection.execute("PRAGMA synchronous = EXTRA")
        verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        if self._version(connection) < len(MIGRATIONS):
            with self._writing() as busy:
                for migrate in MIGRATIONS[self._version(busy) :]:
                    migrate(busy)
                busy.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        if self._version(connection) > len(MIGRATIONS):
            raise ConfigError(
                f"the purchase journal {self.path} was written by a newer version of smsacct",
                hint="use that version, so that nothing is bought twice",
            )

    @staticmethod
    def _version(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def _writing(self, patience: float = 0.0) -> Iterator[sqlite3.Connection]:
        seconds = max(self._deadline.remaining(), patience)
        with self._told():
            connection = self._open()
            connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # closing rolls back as well
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _explained(self.path, error) from None


def read(folder: Path, deadline: Deadline) -> list[Entry]:
    """Give every purchase in the journal of ``folder``, the newest first; none where there is no journal."""
    try:
        there = (folder / FILE).exists()
    except OSError as error:
        raise unwritable(folder / FILE, error) from None
    if not there:
        return []
    with Journal(folder, deadline, make=False) as journal:
        return journal.entries()


def _explained(path: Path, error: sqlite3.Error) -> SmsacctError:
    """Give the failure of the journal at ``path``, from SQLite's code alone."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # the primary code
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return UnavailableError(
            f"the purchase journal {path} is in use by another process", hint="try again in a moment"
        )
    reasons = {
        sqlite3.SQLITE_FULL: "there is no room left",
        sqlite3.SQLITE_READONLY: "it is read-only",
        sqlite3.SQLITE_CANTOPEN: "it, or a file beside it, cannot be opened",
        sqlite3.SQLITE_PERM: "its rights forbid it",
        sqlite3.SQLITE_IOERR: "the disk refuses",
    }
    if code in reasons:
        return ConfigError(
            f"the purchase journal {path} cannot be written: {reasons[code]}",
            hint="make room, or mend its rights",
        )
    return ConfigError(
        f"the purchase journal {path} is damaged",
        hint="see at the provider what was bought last, then move the file away; it counts for the daily cap",
    )


def _stored(entry: Entry) -> dict[str, str | int | None]:
    return {
        name: _text(value)
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, Decimal)
        else value
        for name, value in entry._asdict().items()
    }


def _text(moment: datetime) -> str:
    """Give ``moment`` in UTC with six places, so that texts sort as the times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _entry(row: tuple[str | int | None, ...]) -> Entry:
    texts = Entry._make(row)  # as SQLite has them: balances and times are still texts
    after, settled = texts.balance_after, texts.settled_at
    return texts._replace(
        balance_before=Decimal(texts.balance_before),
        balance_after=None if after is None else Decimal(after),
        created_at=datetime.fromisoformat(str(texts.created_at)),
        settled_at=None if settled is None else datetime.fromisoformat(str(settled)),
    )
