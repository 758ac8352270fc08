"""docs/load.md, written by who measured: each profile's last figures are kept in results.json beside this file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ari_absence.clock import Clock
from bench import figures
from bench.calls import percentile
from bench.load.resources import Need
from bench.load.trial import Outcome
from bench.load.voicemail import Beside

RESULTS = Path(__file__).parent / "results.json"
DOCUMENT = figures.ROOT / "docs" / "load.md"
ORDER = ("office", "burst", "storm", "night")
_HEAD = (Path(__file__).parent / "head.md").read_text(encoding="utf-8")


def machine(clock: Clock) -> dict[str, Any]:
    """What is measured on, before it begins."""
    return figures.machine(clock)


def save(outcome: Outcome, beside: Beside | None, measured_on: Mapping[str, Any]) -> None:
    """Keep the figures of a profile, and write the document anew. The smoke run is in neither."""
    if outcome.profile.name not in ORDER:
        return
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    kept[outcome.profile.name] = {
        "title": outcome.profile.title,
        "machine": dict(measured_on),
        "others_share": round(outcome.others_share, 2),
        "mistakes": outcome.mistakes,
        "ours": figures_of(outcome),
        "voicemail": _voicemail(beside) if beside else None,
    }
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    DOCUMENT.write_text(document(kept), encoding="utf-8")


def document(kept: Mapping[str, Any]) -> str:
    """The page: what is done is told by its head, what came of it by the figures of each profile."""
    return "\n".join([_HEAD, *(_section(kept[name]) for name in ORDER if name in kept)])


def figures_of(outcome: Outcome) -> dict[str, Any]:
    """What the profile gave, by its name in the table."""
    count = outcome.count
    disturbed = bool(outcome.profile.disturbances)
    return {
        "calls made": count.made,
        "answered": count.answered,
        "spoken to their end": count.to_their_end,
        "messages": count.messages,
        "mails of messages": count.mails,
        "calls without a message, noted": count.noted,
        "noted when lost, their message found then: told once": count.noted_before_their_message,
        "lost": len(count.lost),
        "doubled": len(count.doubled) + len(count.mailed_twice),
        "sent on by admission": outcome.released,
        "taken in from the fallback": outcome.taken_in,
        **_waits(outcome.first_sounds_ms),
        "longest hold-up of the event loop": f"{outcome.loop_longest_ms:.0f} ms",
        "hold-ups over 50 ms": outcome.loop_blocked,
        "turns over 50 ms for want of a processor": outcome.loop_starved,
        "memory, first and last": _both(outcome, lambda need: f"{need.memory_mb:.0f} MB"),
        "memory (RSS) in between, fifth by fifth": _fifths(outcome.memory_mb),
        "open files, first and last": _both(outcome, lambda need: str(need.files)),
        "asyncio tasks, first and last": _both(outcome, lambda need: str(need.tasks)),
        **({} if disturbed else _cpu(outcome.asterisk_cpu_ms)),
        **({} if disturbed else {"CPU per call, service": f"{outcome.service_cpu_ms:.0f} ms"}),
    }


def _fifths(looked: Sequence[float]) -> str:
    """Five moments of those looked at, in equal distances."""
    last = len(looked) - 1
    return ", ".join(f"{looked[last * fifth // 4]:.0f}" for fifth in range(5)) + " MB" if looked else ""


def _both(outcome: Outcome, told: Any) -> str:  # noqa: ANN401 - a lambda
    def one(need: Need) -> str:
        return str(told(need))

    return f"{one(outcome.before)}, {one(outcome.after)}"


def _voicemail(beside: Beside) -> dict[str, Any]:
    return {
        "calls made": beside.calls,
        "answered": beside.answered,
        "spoken to their end": beside.to_their_end,
        "messages": beside.messages,
        "mails of messages": beside.mails,
        **_waits(beside.first_sounds_ms),
        **_cpu(beside.asterisk_cpu_ms),
    }


def _waits(first_sounds_ms: Sequence[float]) -> dict[str, str]:
    if not first_sounds_ms:
        return {}
    return {
        f"INVITE to first sound, p{share}": f"{percentile(first_sounds_ms, share):.0f} ms"
        for share in (50, 99)
    }


def _cpu(asterisk_ms: float) -> dict[str, str]:
    return {"CPU per call, Asterisk": f"{asterisk_ms:.0f} ms"}


def _section(kept: Mapping[str, Any]) -> str:
    ours, beside, on = kept["ours"], kept["voicemail"] or {}, kept["machine"]
    rows = [f"| {name} | {value} | {beside.get(name, '')} |" for name, value in ours.items()]
    wrong = "; ".join(kept["mistakes"]) or "nothing lost, nothing doubled, nothing left lying"
    return "\n".join(
        [
            f"## {kept['title'].capitalize()}",
            "",
            f"{on['date'][:16].replace('T', ' ')} UTC, revision {on['revision']}: {wrong}. {_busy(kept)}",
            "",
            "| | ari_absence | app_voicemail |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _busy(kept: Mapping[str, Any]) -> str:
    on = kept["machine"]
    size = f"{on['cores']} cores, {on['memory_mb'] / 1024:.0f} GB, Python {on['python']}"
    share = kept["others_share"]
    others = f", others had {share:.2f} of a core meanwhile" if share else ""
    return f"{size}; load average before it began {on['load_average']:.1f}{others}."
