"""The child process, whatever it does: it ends, it leaves nothing, and there is a sentence of ours for it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from ari_absence.core.transcript import BYTES_MAX
from ari_absence.errors import TranscriptFailed
from ari_absence.transcription import process
from ari_absence.transcription.ports import Choice
from ari_absence.transcription.process import SCRATCH, listen
from ari_absence.transcription.worker import Order
from tests.ledger.office import tone
from tests.waiting import eventually

SECONDS = 60.0


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    path = tmp_path / "A-1.wav"
    path.write_bytes(tone(1.0))
    return path


def python(program: str, **bounds: int) -> Choice:
    """An engine that is a few lines of Python."""
    return Choice("command", command=(sys.executable, "-c", program), **bounds)  # type: ignore[arg-type]


async def heard(choice: Choice, audio: Path) -> bytes:
    return await listen(choice, audio, SECONDS, audio.parent)


async def why_not(choice: Choice, audio: Path) -> str:
    with pytest.raises(TranscriptFailed) as caught:
        await heard(choice, audio)
    assert not (audio.parent / SCRATCH).exists()
    return str(caught.value)


async def test_a_command_gets_the_audio_by_its_place_and_on_its_input(audio: Path) -> None:
    program = "import sys; print(open(sys.argv[1], 'rb').read() == sys.stdin.buffer.read(), 'said')"
    choice = Choice("command", command=(sys.executable, "-c", program, "{audio}"))

    assert await heard(choice, audio) == b"True said\n"


@pytest.mark.fault("A2")
async def test_no_shell_reads_the_command(audio: Path) -> None:
    assert await heard(Choice("command", command=("echo", "$HOME; id", "`id`")), audio) == b"$HOME; id `id`\n"


async def test_the_message_itself_is_out_of_its_reach(audio: Path) -> None:
    program = (
        "import os, sys; open(sys.argv[1], 'w').write('x'); open('left', 'w').write('x'); print(os.getcwd())"
    )
    choice = Choice("command", command=(sys.executable, "-c", program, "{audio}"))
    printed = await heard(choice, audio)

    assert printed.decode().strip() == str(audio.parent / SCRATCH)
    assert _content(audio) == tone(1.0)
    assert sorted(audio.parent.iterdir()) == [audio]


async def test_it_knows_no_secret_and_puts_temporary_files_where_they_go_with_it(
    audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "hunter2")
    program = (
        "import os, tempfile; print(sorted(os.environ), os.environ.get('SMTP_PASSWORD'), tempfile.mkstemp())"
    )

    printed = (await heard(python(program), audio)).decode()

    assert "hunter2" not in printed
    assert "SMTP_PASSWORD" not in printed
    assert str(audio.parent / SCRATCH) in printed
    assert sorted(audio.parent.iterdir()) == [audio]


async def test_it_comes_after_the_calls_and_leaves_no_core_file(audio: Path) -> None:
    program = (
        "import os, resource as r; "
        "print(os.nice(0), r.getrlimit(r.RLIMIT_CORE)[1], "
        "r.getrlimit(r.RLIMIT_AS)[1] >> 20, r.getrlimit(r.RLIMIT_CPU)[1], os.getpgrp() == os.getpid())"
    )

    printed = await heard(python(program, memory_mb=700, seconds_per_minute=40), audio)

    assert printed.decode().split() == ["10", "0", "700", "70", "True"]


async def test_a_crash_is_no_transcript(audio: Path) -> None:
    why = await why_not(python("import os; print('half', flush=True); os.abort()"), audio)

    assert why == "its process died of signal 6, perhaps for want of memory"


async def test_a_failure_is_no_transcript_and_its_words_are_not_repeated(audio: Path) -> None:
    why = await why_not(python("import sys; print('call me'); sys.exit('secret words')"), audio)

    assert why == "it ended with status 1"


async def test_a_kill_from_outside_is_no_transcript(audio: Path) -> None:
    why = await why_not(python("import os; os.kill(os.getpid(), 9)"), audio)

    assert why == "it was ended, by its limit of processor time or from outside"


async def test_a_program_that_is_not_there_is_no_transcript(audio: Path) -> None:
    why = await why_not(Choice("command", command=("no-such-program",)), audio)

    assert why == "the engine command can't be started; `ari-absence check` says what it lacks"


async def test_a_memory_bomb_meets_its_limit(audio: Path) -> None:
    program = "held = []\nwhile True: held.append(bytearray(2**24))"

    assert await why_not(python(program, memory_mb=256), audio) == "it ended with status 1"


async def test_an_engine_of_ours_that_needs_too_much_memory_is_told_so_or_dies_of_it(audio: Path) -> None:
    why = await why_not(Choice("pocketsphinx", memory_mb=60), audio)
    assert "memory" in why or "status" in why


def test_a_busy_loop_meets_its_limit_of_processor_time(audio: Path) -> None:
    """Whoever waits for it has a limit of its own; this one holds when nobody waits any more."""
    order = Order("command", str(audio), 1.0, 512, command=(sys.executable, "-c", "while True: pass"))
    worker = [sys.executable, "-P", "-m", "ari_absence.transcription.worker"]

    done = subprocess.run(worker, input=order.as_json(), capture_output=True, timeout=30, check=False)

    assert done.returncode in (-signal.SIGKILL, -signal.SIGXCPU)


async def test_what_never_ends_is_ended_with_everything_it_has_started(
    audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "START_SECONDS", 0.0)
    monkeypatch.setattr(process, "PATIENCE", 1.0)
    noted = audio.parent / "pid"
    program = (
        "import subprocess, sys, time; "
        f"child = subprocess.Popen(['sleep', '600']); open({str(noted)!r}, 'w').write(str(child.pid)); time.sleep(600)"
    )

    why = await why_not(python(program, seconds_per_minute=1), audio)

    assert why == "it took longer than 1 s"
    await eventually(lambda: not psutil.pid_exists(int(noted.read_text())))


async def test_a_flood_of_words_is_cut_off_at_once(audio: Path) -> None:
    assert (
        await why_not(Choice("command", command=("yes",)), audio) == f"it printed more than {BYTES_MAX} bytes"
    )


async def test_who_does_not_read_the_order_is_no_trouble(
    audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    assert await why_not(Choice("pocketsphinx"), audio) == "it ended with status 1"


async def test_audio_that_is_gone_is_no_transcript(tmp_path: Path) -> None:
    assert await why_not(python("pass"), tmp_path / "A-1.wav") == (
        "its audio can't be copied: No such file or directory"
    )


async def test_stopping_the_service_ends_the_child_and_removes_what_it_has_left(audio: Path) -> None:
    listening = asyncio.create_task(heard(python("import time; time.sleep(600)"), audio))
    await eventually(lambda: any(_children()), 20)
    (child,) = _children()

    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening

    assert not psutil.pid_exists(child.pid)
    assert sorted(audio.parent.iterdir()) == [audio]


async def test_it_dies_with_the_service_however_that_dies(audio: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; "
        "from ari_absence.transcription.ports import Choice; from ari_absence.transcription.process import listen; "
        "choice = Choice('command', command=('sh', '-c', 'echo $$ > ../pid; exec sleep 600')); "
        f"asyncio.run(listen(choice, Path({str(audio)!r}), 60.0, Path({str(audio.parent)!r})))"
    )
    service = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    noted = audio.parent / "pid"
    await eventually(lambda: noted.exists() and noted.read_text().strip(), 20)

    service.kill()
    await service.wait()

    await eventually(lambda: not _lives(int(noted.read_text())))
    process.clear(audio.parent)  # as the next start does
    assert sorted(audio.parent.iterdir()) == [audio, noted]


def _content(path: Path) -> bytes:
    return path.read_bytes()


def _lives(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


def _children() -> list[psutil.Process]:
    ours = psutil.Process(os.getpid()).children(recursive=True)
    return [each for each in ours if "time.sleep(600)" in " ".join(each.cmdline())]
