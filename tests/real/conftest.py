"""One Asterisk for each worker, a stage for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ari_absence.lab import Lab
from ari_absence.lab.pytest_fixtures import lab, lab_for_everybody
from tests.asterisk.proxy import Proxy
from tests.real import voices
from tests.real.scenes import Scene, Stage

__all__ = ["lab", "running_lab"]

DIALPLAN = Path(__file__).parent.parent.parent / "dialplan" / "ari_absence.conf"

# 8110 is extension 110 rung patiently: half a minute, and two seconds with follow-me on
# and who was sent on by blind transfer rings for two seconds only
PATIENT = """[globals](+)
ABSENCE_TRANSFER_RING = 2

[lab-shared](+)
exten => 8110,1,Gosub(ari-absence,s,1(110,PJSIP/110,30,2))
 same => n,Hangup()
[from-internal](+)
; 9 leads outside; what is behind these two numbers never is a person: sound before an answer, and a mailbox
exten => _9[0+]X.,1,Dial(PJSIP/${EXTEN:1}@trunk,2)
exten => 90445550001,1,Dial(Local/7013@lab-shared/n,1)
exten => 90445550002,1,Dial(Local/101@lab-shared/n,20)
[from-trunk](+)
; 5900 is the number from outside for extension and PIN; 5933 a code that a flood dials
exten => 5900,1,Goto(ari-absence-codes,outside,1)
exten => 5933,1,Gosub(ari-absence-code,s,1(*33*1545))
"""

running_lab = lab_for_everybody(dialplan=DIALPLAN, ring_seconds=2, extra_dialplan=PATIENT)


@pytest.fixture(scope="session")
def brisk_sentences(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the brisk voice."""
    return voices.write_brisk_sentences(tmp_path_factory.mktemp("brisk"))


@pytest_asyncio.fixture
async def stage(
    lab: Lab, brisk_sentences: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """A stage without an office yet, for tests that want one of their own."""
    # not tmp_path: it is named after the test, and a socket's name must be short
    stage = Stage(lab, tmp_path_factory.mktemp("office"), brisk_sentences)
    yield stage
    await stage.clear()


@pytest_asyncio.fixture
async def proxy(lab: Lab) -> AsyncIterator[Proxy]:
    """A network to Asterisk that can be cut."""
    async with Proxy(lab.settings.http_port) as proxy:
        yield proxy


@pytest_asyncio.fixture
async def far_scene(proxy: Proxy, stage: Stage) -> Scene:
    """The usual office, behind the network that can be cut."""
    return await stage.open(ari_url=f"http://127.0.0.1:{proxy.port}/ari")


@pytest_asyncio.fixture
async def scene(stage: Stage) -> Scene:
    """The usual office, open on a Wednesday morning."""
    return await stage.open()
