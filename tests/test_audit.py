"""The audit of the dependencies fails for what it finds, and says so when it could not ask."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

AUDIT = Path(__file__).parent.parent / ".ci" / "audit"
NOBODY = "http://127.0.0.1:9"


class Index(http.server.BaseHTTPRequestHandler):
    """Knows of vulnerabilities of aiohttp."""

    def do_GET(self) -> None:
        known = self.path.startswith("/pypi/aiohttp/")
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(b'{"vulnerabilities": []}')

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def index() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def audit(
    index: str, folder: Path, *, found: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run it, with an auditor that exits as told."""
    (folder / "pip_audit.py").write_text(f"print('audited'); raise SystemExit({found})")
    program = f"import runpy, sys; sys.prefix = {str(folder)!r}; runpy.run_path({str(AUDIT)!r}, run_name='__main__')"
    told = {**os.environ, "AUDIT_INDEX": index, "PYTHONPATH": str(folder), **environment}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=told, capture_output=True, text=True, timeout=60, check=False)


def test_an_index_that_can_not_be_asked_is_told_and_fails_only_if_that_is_required(tmp_path: Path) -> None:
    done = audit(NOBODY, tmp_path)
    assert done.returncode == 0
    assert "NOT audited" in done.stdout
    assert "can't be reached" in done.stdout

    assert audit(NOBODY, tmp_path, AUDIT="required").returncode == 1


def test_an_index_that_knows_no_vulnerabilities_is_not_believed(index: str, tmp_path: Path) -> None:
    done = audit(f"{index}/mirror", tmp_path)

    assert "answers 404" in done.stdout


def test_a_vulnerability_fails_each_time_and_a_clean_audit_is_done_once_a_day(
    index: str, tmp_path: Path
) -> None:
    for _ in range(2):
        assert audit(index, tmp_path, found=1).returncode == 1
    assert audit(index, tmp_path).stdout == "audited\n"
    assert "audited today already" in audit(index, tmp_path).stdout
