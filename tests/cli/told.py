"""What a command that failed has to tell, checked in one place for every test."""

from program import Result


def told(result: Result, code: int, *words: str) -> str:
    """Check a failure: its exit code, nothing on stdout, one error with ``words``, one hint; gives both."""
    assert result.code == code, result
    assert result.out == ""
    return told_beside_answer(result, *words)


def told_beside_answer(result: Result, *words: str) -> str:
    """Check what stderr says where stdout holds an answer all the same; gives the error and the hint."""
    assert "Traceback" not in result.err, result.err
    lines = result.err.splitlines()
    assert [line.partition(": ")[0] for line in lines[-2:]] == ["error", "hint"], result.err
    assert sum(line.startswith("error: ") for line in lines) == 1, result.err
    assert sum(line.startswith("hint: ") for line in lines) == 1, result.err
    said = "\n".join(lines[-2:])
    for word in words:
        assert word in said, (word, said)
    return said


def told_in_json(result: Result, code: int, kind: str) -> None:
    """Check a failure told in JSON: the object is whole, on stderr's last line, and stands alone."""
    assert result.code == code, result
    assert result.out == ""
    assert "Traceback" not in result.err, result.err
    assert "error: " not in result.err
    assert set(result.error) == {
        *("kind", "message", "hint", "provider", "profile", "http_status", "provider_code", "retryable")
    }
    assert result.error["kind"] == kind
    assert result.error["message"]
    assert result.error["hint"]
