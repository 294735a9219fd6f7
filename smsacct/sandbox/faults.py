"""Faults that the sandbox can be told to have: how they are written, and which of them apply to a request.

Written `ID:key=value,key=value`, such as `eztexting:status=503,times=2,path=/v1/credits`. Keys:

- which requests: `path=/v1/credits` (a final `*` matches any ending), `method=POST`, `after=N` (lets N
  matching requests pass first), `times=N` (N requests only, else all);
- `status=503`: answered in the vendor's error shape without taking effect (`processed`: it takes effect
  first; a 2xx status always does); `code=9`: the vendor's own error code; `rate_limit=2` (429 with
  `Retry-After: 2`), `rate_limit=1500ms` (429 with `X-Rate-Limit-Retry-After-Milliseconds: 1500`);
- `latency=0.5` or `200ms`: the request takes effect at once, its reply waits;
- `drop=request` (before it takes effect), `before` (it takes effect, not one byte of the reply), `middle`
  (half of the reply), `after` (the whole reply, then the connection is closed unannounced);
- the reply's body: `truncated` (half of it), `oversized` (padded to 9 MiB), `html`, `nan` (each number),
  `deep` (100,000 nested lists), `empty`, `list` (within a list), `invalid_utf8`, `body=TEXT` (the rest of
  the line);
- its headers: `header=Name:value` (repeatable), `content_type=text/html`, `location=https://...`;
- the twin's options: `option=NAME:VALUE` (repeatable), `grow=N` (short for `option=grow:N`).

Of the faults that decide a reply, the first that applies and is not used up wins and is counted; those that
only add latency, headers or options all apply.
"""

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from smsacct.sandbox.jsontext import JSON, dumps, loads

DROPS = ("request", "before", "middle", "after")
SPOILS = ("truncated", "oversized", "html", "nan", "deep", "empty", "list", "invalid_utf8")


class Fault(NamedTuple):
    """One fault as it was written. `latency` is in seconds; `times` None means always."""

    provider: str
    spec: str = ""
    path: str = ""
    method: str = ""
    after: int = 0
    times: int | None = None
    latency: float = 0.0
    status: int | None = None
    code: str = ""
    processed: bool = False
    drop: str = ""
    spoils: tuple[str, ...] = ()
    body: str | None = None
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    @property
    def decides(self) -> bool:
        """Whether it decides the reply, so that only one such fault may apply to a request."""
        return (
            bool(self.status or self.code or self.drop or self.spoils or self.content_type)
            or self.body is not None
        )

    def matches(self, provider: str, method: str, path: str) -> bool:
        """Whether a request is one of those it is meant for."""
        if provider != self.provider or (self.method and method != self.method):
            return False
        if self.path.endswith("*"):
            return path.startswith(self.path[:-1])
        return self.path in {"", path}


def parse(text: str) -> Fault:
    """Read `ID:key=value,key=value`. Raises ValueError, naming what is allowed."""
    provider, _, rest = text.strip().partition(":")
    return _build(provider.strip(), _pairs(rest), text.strip())


def from_json(value: JSON) -> list[Fault]:
    """Read faults from JSON: a text, a list, `{"fault": ...}`, `{"faults": [...]}`, or an object's members.

    Raises ValueError.
    """
    if isinstance(value, str):
        return [parse(value)]
    if isinstance(value, list):
        return [fault for item in value for fault in from_json(item)]
    members = value if isinstance(value, dict) else {}
    if "faults" in members or "fault" in members:
        return from_json(members.get("faults", members.get("fault")))
    provider = str(members.get("provider", ""))
    pairs = [pair for key, item in members.items() if key != "provider" for pair in _json_pairs(key, item)]
    spec = ",".join(f"{key}={item}" if item else key for key, item in pairs)
    return [_build(provider, pairs, f"{provider}:{spec}")]


def parse_body(text: str) -> list[Fault]:
    """Read faults from what was posted: JSON, or plain text with one fault a line. Raises ValueError."""
    if text.lstrip()[:1] in {"{", "[", '"'}:
        return from_json(loads(text))
    return [parse(line) for line in text.splitlines() if line.strip()]


@dataclass
class _Armed:
    fault: Fault
    seen: int = 0
    used: int = 0

    @property
    def ready(self) -> bool:
        left = self.fault.times is None or self.used < self.fault.times
        return left and self.seen > self.fault.after


class Faults:
    """The faults in force, with how often each was met; for many threads at once."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._armed = [_Armed(fault) for fault in faults]

    def add(self, faults: Iterable[Fault]) -> None:
        """Put more faults in force, after the others."""
        with self._lock:
            self._armed += [_Armed(fault) for fault in faults]

    def clear(self) -> None:
        """Put all faults out of force."""
        with self._lock:
            self._armed.clear()

    def listing(self) -> list[JSON]:
        """Give each fault's text, and to how many requests it was due (`seen`) and applied (`used`)."""
        with self._lock:
            return [{"fault": one.fault.spec, "seen": one.seen, "used": one.used} for one in self._armed]

    def choose(self, provider: str, method: str, path: str) -> Fault:
        """Count a request, and give one fault that stands for all that apply to it."""
        chosen = Fault(provider)
        with self._lock:
            for one in self._armed:
                if not one.fault.matches(provider, method, path):
                    continue
                one.seen += 1
                if one.ready and not (one.fault.decides and chosen.decides):
                    one.used += 1
                    chosen = _joined(chosen, one.fault)
        return chosen


def _joined(first: Fault, second: Fault) -> Fault:
    decisive = second if second.decides else first
    return decisive._replace(
        latency=first.latency + second.latency,
        headers=first.headers + second.headers,
        options=first.options + second.options,
    )


def _pairs(rest: str) -> list[tuple[str, str]]:
    rest, separator, body = _split_body(rest)
    pairs: list[tuple[str, str]] = []
    for piece in rest.split(",") if rest.strip() else []:
        key, _, value = piece.partition("=")
        # The comma of a date in a header, `Retry-After:Wed, 21 Oct 2026 07:28:00 GMT`, separates nothing.
        if pairs and pairs[-1][0] == "header" and piece[:1] == " " and key.strip() not in _KEYS:
            pairs[-1] = ("header", f"{pairs[-1][1]},{piece}")
        else:
            pairs.append((key.strip(), value.strip()))
    return [*pairs, ("body", body)] if separator else pairs


def _split_body(rest: str) -> tuple[str, str, str]:
    found = re.search(r"(?:^|,)\s*(body=)", rest)
    return (rest[: found.start()], "body=", rest[found.end() :]) if found else (rest, "", "")


def _json_pairs(key: str, value: JSON) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [
            (key, f"{name}:{item if isinstance(item, str) else dumps(item)}") for name, item in value.items()
        ]
    if isinstance(value, list):
        return [pair for item in value for pair in _json_pairs(key, item)]
    if value is None or value is False:
        return []
    if value is True:
        return [(key, "")]
    return [(key, value if isinstance(value, str) else dumps(value))]


def _build(provider: str, pairs: list[tuple[str, str]], spec: str) -> Fault:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", provider) or not pairs:
        raise ValueError(
            f"not a fault: {spec!r}; write ID:key=value,key=value, such as "
            'eztexting:status=503,times=2, or a JSON object such as {"provider": "eztexting", "status": 503}'
        )
    fault = Fault(provider, spec)
    for key, value in pairs:
        if key not in _KEYS:
            raise ValueError(f"unknown key {key!r} in the fault {spec!r}; allowed are {', '.join(_KEYS)}")
        fault = _KEYS[key](fault, value)
    return fault


def _integer(key: str, value: str, least: int, most: int = 10**9) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", value) or not least <= int(value) <= most:
        raise ValueError(f"{key} of a fault must be a whole number from {least} to {most}, not {value!r}")
    return int(value)


def _seconds(key: str, value: str) -> float:
    found = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)(s|ms)?", value)
    if not found:
        raise ValueError(
            f"{key} of a fault must be seconds or milliseconds, such as 0.5 or 200ms, not {value!r}"
        )
    return float(found[1]) / (1000 if found[2] == "ms" else 1)


def _colon(key: str, value: str) -> tuple[str, str]:
    name, separator, rest = value.partition(":")
    if not separator or not re.fullmatch(r"[A-Za-z0-9_-]+", name.strip()) or "\n" in rest or "\r" in rest:
        raise ValueError(f"{key} of a fault is written NAME:VALUE, not {value!r}")
    return name.strip(), rest.strip()


def _drop(fault: Fault, value: str) -> Fault:
    if value not in DROPS:
        raise ValueError(f"drop of a fault must be one of {', '.join(DROPS)}, not {value!r}")
    return fault._replace(drop=value)


def _rate_limit(fault: Fault, value: str) -> Fault:
    milliseconds = value.removesuffix("ms")
    if milliseconds == value:
        header = ("Retry-After", str(_integer("rate_limit", value.removesuffix("s"), 0)))
    else:
        header = ("X-Rate-Limit-Retry-After-Milliseconds", str(_integer("rate_limit", milliseconds, 0)))
    return fault._replace(status=fault.status or 429, headers=(*fault.headers, header))


def _header(fault: Fault, value: str) -> Fault:
    return fault._replace(headers=(*fault.headers, _colon("header", value)))


def _option(fault: Fault, value: str) -> Fault:
    return fault._replace(options=(*fault.options, _colon("option", value)))


def _grow(fault: Fault, value: str) -> Fault:
    return _option(fault, f"grow:{_integer('grow', value, 0)}")


def _spoiler(word: str) -> Callable[[Fault, str], Fault]:
    return lambda fault, _: fault._replace(spoils=(*fault.spoils, word))


_KEYS: Mapping[str, Callable[[Fault, str], Fault]] = {
    "path": lambda fault, value: fault._replace(path=value),
    "method": lambda fault, value: fault._replace(method=value.upper()),
    "after": lambda fault, value: fault._replace(after=_integer("after", value, 0)),
    "times": lambda fault, value: fault._replace(times=_integer("times", value, 1)),
    "latency": lambda fault, value: fault._replace(latency=_seconds("latency", value)),
    "status": lambda fault, value: fault._replace(status=_integer("status", value, 200, 599)),
    "code": lambda fault, value: fault._replace(code=value),
    "processed": lambda fault, _: fault._replace(processed=True),
    "rate_limit": _rate_limit,
    "drop": _drop,
    **{word: _spoiler(word) for word in SPOILS},
    "body": lambda fault, value: fault._replace(body=value),
    "content_type": lambda fault, value: fault._replace(content_type=value),
    "header": _header,
    "location": lambda fault, value: _header(fault, f"Location:{value}"),
    "option": _option,
    "grow": _grow,
}
