"""Hooks and rules of delivery, from their YAML to what the core and the deliveries know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from ari_absence.config import times
from ari_absence.config.checks import nearest
from ari_absence.config.delivery_checks import is_address, is_open
from ari_absence.config.delivery_schema import DeliveryRuleShape, HookShape, TellingShape
from ari_absence.config.mistakes import FileMistakes, line_of
from ari_absence.config.reader import Block, Items
from ari_absence.config.settings import HookSettings, Secrets
from ari_absence.core.delivery_rules import BUILT_IN, DeliveryRules, Rule, Spans, Telling, WorkHours
from ari_absence.core.localtime import MINUTES_PER_DAY
from ari_absence.core.people import Source

AFTER_MAX = timedelta(hours=24)  # whoever has not heard an urgent message by then is told of it otherwise


def hooks_of(
    shapes: Mapping[str, HookShape], block: Block, mistakes: FileMistakes
) -> tuple[HookSettings, ...]:
    """The hooks, in order."""
    for name, shape in shapes.items():
        of_hook = block.below(name)
        if shape.kind == "matrix" and shape.room is None and "room" not in of_hook.left_out:
            sentence = "a Matrix hook needs its room; write room: and the room's id, such as !abc:example.org"
            mistakes.add(block.value_at(name), sentence)
        elif shape.kind != "matrix" and shape.room is not None:
            mistakes.add(of_hook.key_at("room"), "room goes with kind: matrix; remove it, or write that kind")
    return tuple(HookSettings(name, shape.kind, shape.room) for name, shape in shapes.items())


def acknowledging(
    name: str | None, hooks: Sequence[HookSettings], block: Block, mistakes: FileMistakes
) -> str | None:
    """The hook that texts callers: one that takes JSON, for a chat can't send text messages."""
    if name is None or block.left_out or block.below("hooks").left_out:
        return name
    kind = next((hook.kind for hook in hooks if hook.name == name), None)
    if kind != "json":
        what = f"there is no hook {name}" if kind is None else f"the hook {name} is a {kind} chat"
        sentence = f"{what}; name one of kind: json, which sends text messages"
        mistakes.add(block.value_at("acknowledge"), sentence)
    return name


def channels_of(hooks: Collection[str], block: Block) -> frozenset[str] | None:
    """The names of all channels; None if some hooks could not be read, so that nobody knows."""
    whole = not block.left_out and not block.below("hooks").left_out
    return frozenset((*BUILT_IN, *hooks)) if whole else None


class DeliveryReader:
    """Reads the rules of one owner, in a file. ``channels`` are those there are; None: nobody knows."""

    def __init__(self, mistakes: FileMistakes, channels: frozenset[str] | None) -> None:
        self._mistakes = mistakes
        self._channels = channels

    def read(
        self, rules: Sequence[DeliveryRuleShape], quiet: Sequence[str] | None, block: Block
    ) -> DeliveryRules:
        """The rules; for what makes no sense a mistake is noted."""
        items = block.get("rules", [])
        found = [self._rule(shape, of_rule) for shape, of_rule in zip(rules, items, strict=True)]
        self._note_unreached(found, items)
        return DeliveryRules(tuple(found), None if quiet is None else self._quiet(quiet, block))

    def _rule(self, shape: DeliveryRuleShape, block: Block) -> Rule:
        return Rule(
            then=tuple(self._tellings(shape, block)),
            about=frozenset(shape.for_),
            urgent=shape.urgent,
            hours=None if shape.hours is None else WorkHours(shape.hours),
            between=tuple(map(times.span_of, shape.between)),
            source=Source(self._mistakes.file, line_of(block.at)),
        )

    def _tellings(self, shape: DeliveryRuleShape, block: Block) -> Iterator[Telling]:
        if shape.by is not None:
            self._check_channels(shape.by, block["by"])
            yield Telling(tuple(shape.by))
            return
        last = timedelta(-1)
        for step, of_step in zip(shape.then or (), block.get("then", []), strict=True):
            telling = self._telling(step, of_step)
            if telling.after <= last:
                self._mistakes.add(
                    of_step.value_at("after"),
                    "this step is not after the one before it; write a longer after:",
                )
            last = telling.after
            yield telling

    def _telling(self, shape: TellingShape, block: Block) -> Telling:
        self._check_channels(shape.by, block["by"])
        after = timedelta(seconds=times.seconds_in(shape.after)) if shape.after else timedelta()
        if after > AFTER_MAX:
            self._mistakes.add(block.value_at("after"), "a step comes within 24 hours; write 24h or less")
        return Telling(tuple(shape.by), after)

    def _check_channels(self, names: Sequence[str], items: Items) -> None:
        for name, at in zip(names, items.places, strict=True):
            if self._channels is not None and name not in self._channels:
                like = nearest(name, self._channels)
                remedy = f"write {like}" if like else "add it to delivery.hooks, or name another"
                self._mistakes.add(at, f'the channel "{name}" is not known; {remedy}')

    def _note_unreached(self, rules: Sequence[Rule], items: Sequence[Block]) -> None:
        first = next((index for index, rule in enumerate(rules) if rule.fits_everything), len(rules))
        for item in items[first + 1 : first + 2]:
            line = rules[first].source.line
            self._mistakes.add(
                item.at, f"this is never reached: the rule of line {line} fits everything; put that one last"
            )

    def _quiet(self, quiet: Sequence[str], block: Block) -> Spans:
        spans = tuple(map(times.span_of, quiet))
        minutes = {minute % MINUTES_PER_DAY for first, last in spans for minute in range(first, last)}
        if len(minutes) == MINUTES_PER_DAY:
            self._mistakes.add(
                block.value_at("quiet"),
                "the whole day is quiet, and nothing would ever be told; leave hours free",
            )
            return ()
        return spans


def hook_warnings(hooks: Sequence[HookSettings], secrets: Secrets) -> Iterator[str]:
    """What is missing in ``.env``. Nothing of what is there is repeated."""
    for hook in hooks:
        url, secret = secrets.of_hook(hook.name)
        name = hook.name.upper()
        if url is None:
            yield f"HOOK_{name}_URL is not set; write it to .env, or nothing is delivered by {hook.name}"
        elif not is_address(url):
            yield f"HOOK_{name}_URL is not an address of a web server; write such as https://chat.example.com/..."
        elif is_open(url):
            yield f"HOOK_{name}_URL begins with http:, and who called can be read on the way; write https:"
        if secret is None and hook.kind in _NEEDED_FOR:
            yield f"HOOK_{name}_SECRET is not set; write {_NEEDED_FOR[hook.kind]} to .env"


_NEEDED_FOR = {
    "matrix": "the access token",
    "json": "the secret that signs, so that the receiver knows who sends,",
}
