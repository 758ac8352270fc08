"""``/healthz``, ``/readyz`` and ``/metrics`` on loopback, for whoever watches the service (docs/operations.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

import structlog
from aiohttp import web

from ari_absence.app.measures import Measures

Facts = Mapping[str, Any]

_GAUGES = {
    "calls": ("calls", "Calls that are being served."),
    "deliveries_waiting": ("deliveries_waiting", "Deliveries that are still to be made."),
    "deliveries_given_up": ("deliveries_given_up", "Deliveries that were given up."),
    "oldest_seconds": ("outbox_age_seconds", "How long ago the oldest delivery was queued that is late."),
    "callbacks_owed": ("callbacks_owed", "Calls that somebody owes."),
    "callbacks_overdue": ("callbacks_overdue", "Calls that should have been returned by now."),
}
_COUNTERS = {
    "too_many_calls": ("calls_turned_away", "Calls left to the dialplan: more at once than are served."),
    "too_often": ("calls_too_often", "Calls left to the dialplan: too many from one number."),
    "loop_blocked": ("loop_blocked", "How often nothing else could go on for more than 50 ms."),
    "returned_forwards": ("forwards_returned", "Calls that we had sent out and that came back."),
}

NO_CLIENT = "prometheus-client is not installed; pip install 'ari-absence[monitoring]'\n"

log = structlog.get_logger()


class Monitoring:
    """Answers on loopback. ``status`` gives the facts of ``ari-absence status``."""

    def __init__(self, measures: Measures, status: Callable[[], Awaitable[Facts]]) -> None:
        self._measures = measures
        self._status = status
        self._runner: web.AppRunner | None = None

    async def open(self, address: tuple[str, int]) -> None:
        """Begin to answer; an address that can't be had is logged, for calls come first."""
        application = web.Application()
        application.add_routes(
            [
                web.get("/healthz", self._health),
                web.get("/readyz", self._readiness),
                web.get("/metrics", self._metrics),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, *address).start()
        except OSError as error:
            log.error(
                "nobody can watch the service",
                reason=error.strerror,
                mend="let monitoring: listen: in absence.yaml name a port that is free",
            )

    async def close(self) -> None:
        """Answer nobody any more."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _health(self, _request: web.Request) -> web.Response:
        """We live: whoever restarts us for another answer would only make it worse."""
        return web.Response(text="ok\n")

    async def _readiness(self, _request: web.Request) -> web.Response:
        """Whether a call that comes now is answered by us, and its message kept; else why not."""
        troubles = list(troubles_of(await self._status()))
        return web.Response(text="\n".join(troubles or ["ready"]) + "\n", status=503 if troubles else 200)

    async def _metrics(self, _request: web.Request) -> web.Response:
        try:
            from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        except ImportError:
            return web.Response(text=NO_CLIENT, status=501)
        registry = CollectorRegistry()
        registry.register(_Figures(self._measures, await self._status()))
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def troubles_of(facts: Facts) -> Iterator[str]:
    """Why a call that comes now would not be served as it should; nothing if it would."""
    if facts["connected_since"] is None:
        yield f"not linked to Asterisk: {facts['trouble']}"
    if facts["ledger_trouble"] is not None:
        yield f"no message can be taken: {facts['ledger_trouble']}"


class _Figures:
    """The figures of one moment, as the library wants to be given them."""

    def __init__(self, measures: Measures, facts: Facts) -> None:
        self._measures = measures
        self._facts = facts

    def collect(self) -> Iterable[Any]:
        from prometheus_client.core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        measures, facts = self._measures, self._facts
        up = float(facts["connected_since"] is not None)
        yield GaugeMetricFamily("ari_absence_link_up", "Whether we are linked to Asterisk.", up)
        keeps = float(facts["ledger_trouble"] is None)
        yield GaugeMetricFamily("ari_absence_ledger_up", "Whether messages can be taken.", keeps)
        mistakes = float(len(facts["mistakes"]))
        yield GaugeMetricFamily(
            "ari_absence_configuration_mistakes", "Mistakes in files that were not taken.", mistakes
        )
        lag = facts["loop_longest_ms"] / 1000
        yield GaugeMetricFamily(
            "ari_absence_loop_lag_seconds", "How long nothing else could go on at most.", lag
        )
        for key, (name, what) in _GAUGES.items():
            if facts.get(key) is not None:
                yield GaugeMetricFamily(f"ari_absence_{name}", what, float(facts[key]))
        for key, (name, what) in _COUNTERS.items():
            yield CounterMetricFamily(f"ari_absence_{name}", what, float(facts[key]))
        ended = CounterMetricFamily(
            "ari_absence_calls_ended", "Calls, by how they ended.", labels=["outcome"]
        )
        for outcome, count in sorted(measures.outcomes.items()):
            ended.add_metric([outcome], count)
        yield ended
        reloads = CounterMetricFamily(
            "ari_absence_reloads", "Files read again, by what became of them.", labels=["result"]
        )
        reloads.add_metric(["taken"], measures.reloads_taken)
        reloads.add_metric(["refused"], measures.reloads_refused)
        yield reloads
        yield HistogramMetricFamily(
            "ari_absence_first_sound_seconds",
            "From a call's arrival to its first sound.",
            buckets=list(measures.first_sound.cumulated),
            sum_value=measures.first_sound.sum_seconds,
        )
