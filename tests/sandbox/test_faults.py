import pytest

from smsacct.sandbox.faults import Fault, Faults, from_json, parse, parse_body


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("eztexting:status=503,times=2", Fault("eztexting", status=503, times=2)),
        ("gosms-ro:latency=200ms", Fault("gosms-ro", latency=0.2)),
        ("gosms-ro:latency=0.5", Fault("gosms-ro", latency=0.5)),
        ("x:path=/v1/credits, method=post,after=3", Fault("x", path="/v1/credits", method="POST", after=3)),
        ("x:rate_limit=2", Fault("x", status=429, headers=(("Retry-After", "2"),))),
        (
            "x:rate_limit=1500ms",
            Fault("x", status=429, headers=(("X-Rate-Limit-Retry-After-Milliseconds", "1500"),)),
        ),
        (
            "x:header=Retry-After:Wed, 21 Oct 2026 07:28:00 GMT, status=503",
            Fault("x", status=503, headers=(("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"),)),
        ),
        (
            "x:status=302,location=https://example.com/a?b=c",
            Fault("x", status=302, headers=(("Location", "https://example.com/a?b=c"),)),
        ),
        ("x:truncated,html", Fault("x", spoils=("truncated", "html"))),
        ("x:drop=middle", Fault("x", drop="middle")),
        (
            'x:status=200,body={"a": 1, "status=5": [2,3]}',
            Fault("x", status=200, body='{"a": 1, "status=5": [2,3]}'),
        ),
        ("x:body=", Fault("x", body="")),
        (
            "x:option=type:credits,option=amount:9.2",
            Fault("x", options=(("type", "credits"), ("amount", "9.2"))),
        ),
        ("x:grow=7", Fault("x", options=(("grow", "7"),))),
        ("x:code=9,content_type=text/html", Fault("x", code="9", content_type="text/html")),
        ("x:status=500,processed", Fault("x", status=500, processed=True)),
    ],
)
def test_a_fault_is_read(text: str, expected: Fault) -> None:
    assert parse(text) == expected._replace(spec=text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("eztexting:tmies=2", "unknown key 'tmies'.*allowed are path, method, after, times, latency, status"),
        ("eztexting", "ID:key=value"),
        (":status=503", "ID:key=value"),
        ("x:status=99", "whole number from 200 to 599"),
        ("x:times=0", "whole number from 1"),
        ("x:times=many", "whole number"),
        ("x:latency=-1", "0.5 or 200ms"),
        ("x:latency=nan", "0.5 or 200ms"),
        ("x:drop=sometimes", "request, before, middle, after"),
        ("x:header=nothing", "NAME:VALUE"),
        ("x:header=a:b\nc: d", "NAME:VALUE"),
    ],
)
def test_a_wrong_fault_is_told(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(text)


def test_faults_are_read_from_json_in_every_form() -> None:
    one = Fault("x", status=503, times=2)
    assert [fault._replace(spec="") for fault in from_json({"provider": "x", "status": 503, "times": 2})] == [
        one
    ]
    assert from_json({"fault": "x:status=503"}) == [parse("x:status=503")]
    assert from_json({"faults": ["x:status=503", "y:html"]}) == [parse("x:status=503"), parse("y:html")]
    assert len(from_json(["x:html", {"provider": "y", "html": True}, {"faults": [{"fault": "z:nan"}]}])) == 3
    mapped = from_json({"provider": "x", "header": {"A": "1", "B": 2}, "truncated": False, "latency": "20ms"})
    assert mapped[0].headers == (("A", "1"), ("B", "2"))
    assert (mapped[0].spoils, mapped[0].latency) == ((), 0.02)


@pytest.mark.parametrize(
    "value", [None, 5, {}, {"status": 503}, {"provider": "x"}, {"provider": "x", "no": 1}, [[5]]]
)
def test_wrong_json_is_told(value: object) -> None:
    with pytest.raises(ValueError, match="fault"):
        from_json(value)  # type: ignore[arg-type]  # whatever a stranger posts


def test_faults_are_read_from_plain_lines() -> None:
    assert parse_body("x:html\n\n  y:status=503\n") == [parse("x:html"), parse("y:status=503")]


def test_a_fault_applies_after_some_requests_and_so_many_times() -> None:
    faults = Faults([parse("x:status=503,after=1,times=2,path=/a,method=GET")])
    others = [
        faults.choose("x", "POST", "/a"),
        faults.choose("x", "GET", "/b"),
        faults.choose("y", "GET", "/a"),
    ]
    assert [fault.status for fault in others] == [None, None, None]
    assert [faults.choose("x", "GET", "/a").status for _ in range(5)] == [None, 503, 503, None, None]
    assert faults.listing() == [
        {"fault": "x:status=503,after=1,times=2,path=/a,method=GET", "seen": 5, "used": 2}
    ]


def test_a_star_ends_a_path() -> None:
    faults = Faults([parse("x:status=503,path=/v1/tokens/*")])
    assert [faults.choose("x", "GET", path).status for path in ("/v1/tokens/create", "/v1/credits")] == [
        503,
        None,
    ]


def test_deciding_faults_come_one_after_the_other_and_the_rest_add_up() -> None:
    faults = Faults(
        [
            parse(text)
            for text in ("x:status=503,times=1", "x:status=429,times=1", "x:latency=0.1", "x:header=A:1")
        ]
    )
    chosen = [faults.choose("x", "GET", "/") for _ in range(3)]
    assert [fault.status for fault in chosen] == [503, 429, None]
    assert [fault.latency for fault in chosen] == [0.1, 0.1, 0.1]
    assert [fault.headers for fault in chosen] == [(("A", "1"),)] * 3
