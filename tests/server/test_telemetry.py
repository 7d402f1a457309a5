"""What is logged, and that nothing secret ever is."""

import json
import logging

import pytest
import structlog
from almanac.server.telemetry import redactor, set_up_logs

from tests.server.serving import SECRET, private_key

SECRETS = (SECRET, private_key(), "hunter2")


@pytest.mark.parametrize(
    "text",
    [
        f"the secret is {SECRET}.",
        private_key(),
        private_key().replace("\n", " "),
        private_key().splitlines()[7],
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        "ghs_0123456789abcdefABCDEF",
        "github_pat_11AAAA_bbbb",
        "Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI0NzExIn0.c2lnbmF0dXJl",
        "postgresql://almanac:s3cr3t@db/jobs",
        "pass hunter2 on",
    ],
    ids=[
        "secret",
        "key",
        "folded key",
        "a line of it",
        "half a key",
        "token",
        "fine-grained",
        "JWT",
        "address",
        "word",
    ],
)
def test_secrets_are_taken_out(text: str) -> None:
    clean = redactor(SECRETS)(text)
    assert "***" in clean
    for secret in (SECRET, "hunter2", "s3cr3t", "0123456789abcdef", "11AAAA", "MIIE", private_key().splitlines()[7]):
        assert secret not in clean


@pytest.mark.parametrize("text", ["octo/site, issue 12", "https://example.org/a:b@c", "sha256=757107ea", "a@b.example"])
def test_other_text_stays(text: str) -> None:
    assert redactor(SECRETS)(text) == text


@pytest.mark.usefixtures("logs")
def test_every_logger_says_one_line_of_json_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(SECRETS, "json", "info")
    structlog.get_logger("bot.test").info("done", job="octo/site#12", reason=f"{SECRET} is out", requests=9)
    logging.getLogger("uvicorn.error").error("a token ghs_0123456789abcdef in %s", "an argument hunter2")
    try:
        int("ghs_fedcba9876543210")
    except ValueError:
        structlog.get_logger("bot.test").exception("failed")
    lines = capsys.readouterr().err.splitlines()
    first, second, third = map(json.loads, lines)
    assert (first["event"], first["job"], first["requests"], first["level"]) == ("done", "octo/site#12", 9, "info")
    assert first["reason"] == "*** is out"
    assert second["event"] == "a token *** in an argument ***"
    assert "fedcba9876543210" not in third["exception"]
    assert "ValueError" in third["exception"]
    assert first["timestamp"].endswith("Z")


@pytest.mark.usefixtures("logs")
def test_people_get_text_and_the_level_is_respected(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(SECRETS, "text", "warning")
    structlog.get_logger("bot.test").info("not this")
    structlog.get_logger("bot.test").warning("but this", reason=SECRET)
    shown = capsys.readouterr().err
    assert "not this" not in shown
    assert "but this" in shown
    assert SECRET not in shown


@pytest.mark.usefixtures("logs")
def test_a_terminal_obeys_nothing_that_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(SECRETS, "text", "info")
    error = ValueError("\x1b]0;x\x07\n::error::x")
    structlog.get_logger("x").error("It failed: \x1b[31m", why="\x1b[2J", exc_info=error)
    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert "\n\\::error::x" in shown
