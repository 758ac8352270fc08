"""A message is lent to Asterisk for one talk, and nothing of it stays behind."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from ari_absence.core.phrases import MessageAudio
from ari_absence.errors import SpeechError
from ari_absence.speech import lending
from ari_absence.speech.lending import Lending
from tests.speech.small_language import hum, write_recording
from tests.waiting import eventually

URI = "sound:/there/lent"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sounds" / "site-en" / "lent"


@pytest.fixture
def message(tmp_path: Path) -> Path:
    """A message as the ledger keeps it: for the service's eyes alone."""
    path = write_recording(tmp_path / "audio" / "m1.wav", hum(rate_hz=8_000))
    path.chmod(0o600)
    return path


@pytest.fixture
def strict_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_a_message_lies_there_for_one_talk_under_a_name_nobody_can_guess(
    folder: Path, message: Path
) -> None:
    lent = Lending(folder, URI)
    seen = []
    for _ in range(2):
        async with lent.lend("m1", message) as said:
            assert said == MessageAudio("m1")
            (name,) = files(folder)
            assert lent.uri_of("m1") == f"{URI}/{name.removesuffix('.wav')}"
            assert "m1" not in name
            seen.append(name)
        assert files(folder) == []
        assert lent.uri_of("m1") is None
    assert len(set(seen)) == 2


@pytest.mark.usefixtures("strict_umask")
async def test_asterisk_can_read_it_whatever_our_umask_and_nobody_can_list_it(
    folder: Path, message: Path
) -> None:
    async with Lending(folder, URI).lend("m1", message):
        assert mode(folder / files(folder)[0]) == 0o644
        assert mode(folder) == 0o711
        assert all(mode(parent) & 0o001 for parent in folder.parents[:2])
    assert mode(message) == 0o600


async def test_the_ending_tells_asterisk_the_rate(folder: Path, tmp_path: Path) -> None:
    wide = write_recording(tmp_path / "wide.wav", hum(rate_hz=16_000))
    async with Lending(folder, URI).lend("m1", wide):
        assert files(folder)[0].endswith(".wav16")
    assert files(folder) == []


async def test_two_talks_about_one_message_do_not_disturb_each_other(folder: Path, message: Path) -> None:
    lent = Lending(folder, URI)
    async with lent.lend("m1", message):
        async with lent.lend("m1", message):
            assert len(files(folder)) == 2
        (left,) = files(folder)
        assert lent.uri_of("m1") == f"{URI}/{left.removesuffix('.wav')}"


async def test_a_talk_that_breaks_off_leaves_nothing(folder: Path, message: Path) -> None:
    lent = Lending(folder, URI)
    with pytest.raises(ConnectionError):
        async with lent.lend("m1", message):
            raise ConnectionError
    assert (files(folder), lent.uri_of("m1")) == ([], None)


async def test_a_talk_cancelled_while_the_message_is_copied_leaves_nothing(
    folder: Path, message: Path
) -> None:
    begun, may_go_on = threading.Event(), threading.Event()

    def slowly(path: Path, content: bytes) -> None:
        begun.set()
        may_go_on.wait(5)
        path.write_bytes(content)
        copied.append(path)

    async def talk() -> None:
        async with Lending(folder, URI).lend("m1", message):
            pytest.fail("nothing was copied yet")

    copied: list[Path] = []
    with patch.object(lending, "write_whole", slowly):
        talking = asyncio.create_task(talk())
        await asyncio.to_thread(begun.wait, 5)
        talking.cancel()
        await asyncio.wait([talking])
        may_go_on.set()
        await eventually(lambda: copied and not files(folder))


def test_what_a_process_left_that_died_is_removed_at_start(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name in ("0a1b.wav", "0a1b.wav16", ".unfinished"):
        (folder / name).touch()
    Lending(folder, URI).remove_leftovers()
    assert files(folder) == []


async def test_what_is_lent_now_is_no_leftover(folder: Path, message: Path) -> None:
    lent = Lending(folder, URI)
    async with lent.lend("m1", message):
        (folder / "left.wav").touch()
        lent.remove_leftovers()
        assert lent.uri_of("m1") == f"{URI}/{files(folder)[0].removesuffix('.wav')}"
        assert len(files(folder)) == 1


@pytest.mark.parametrize(
    ("named", "complaint"), [(__file__, "as a WAV file"), (f"{__file__}.gone", "can't be read")]
)
async def test_what_asterisk_could_not_play_is_not_lent(folder: Path, named: str, complaint: str) -> None:
    with pytest.raises(SpeechError, match=complaint):
        async with Lending(folder, URI).lend("m1", Path(named)):
            pytest.fail("it was lent")


async def test_a_rate_that_asterisk_has_no_ending_for_is_refused(folder: Path, tmp_path: Path) -> None:
    odd = write_recording(tmp_path / "odd.wav", hum(rate_hz=44_100))
    with pytest.raises(SpeechError, match="44100 Hz"):
        async with Lending(folder, URI).lend("m1", odd):
            pytest.fail("it was lent")
