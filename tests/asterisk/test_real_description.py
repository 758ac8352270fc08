"""Every request we can make and every field we read is in the description that the running Asterisk serves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from ari_absence.asterisk import protocol, requests
from ari_absence.asterisk.requests import Request
from ari_absence.lab import Lab
from tests.asterisk.test_protocol import SAMPLES

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

RESOURCES = (
    "applications",
    "asterisk",
    "bridges",
    "channels",
    "deviceStates",
    "endpoints",
    "events",
    "playbacks",
    "recordings",
)


class Description:
    """What Asterisk says it understands (operations) and sends (models)."""

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        self.operations: dict[tuple[str, str], set[str]] = {}
        self.models: dict[str, dict[str, Any]] = {}
        for document in documents:
            self.models.update(document["models"])
            for api in document["apis"]:
                for operation in api["operations"]:
                    names = {parameter["name"] for parameter in operation.get("parameters", ())}
                    self.operations[operation["httpMethod"], api["path"]] = names

    def fields(self, model: str) -> dict[str, str]:
        """The fields of a model with those of the models it extends, and the type of each."""
        fields = {name: field["type"] for name, field in self.models[model]["properties"].items()}
        for parent, body in self.models.items():
            if model in body.get("subTypes", ()):
                fields |= self.fields(parent)
        return fields


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def description(lab: Lab) -> AsyncIterator[Description]:
    headers = {"Authorization": aiohttp.encode_basic_auth(lab.ari_username, lab.ari_password)}
    async with aiohttp.ClientSession(headers=headers) as session:
        documents = []
        for resource in RESOURCES:
            async with session.get(f"{lab.ari_url}/api-docs/{resource}.json") as response:
                documents.append(json.loads(await response.read()))
    yield Description(documents)


async def test_every_request_is_described_with_its_parameters(description: Description) -> None:
    unknown = list(_undescribed(description))

    assert unknown == []
    assert len(requests.ALL) >= 30


def _undescribed(description: Description) -> Iterator[str]:
    for request in requests.ALL:
        described = description.operations.get((request.method, request.path))
        if described is None:
            yield f"{request}: there is no such request"
        else:
            in_path = {part[1:-1] for part in request.path.split("/") if part.startswith("{")}
            yield from (
                f"{request}: no parameter {name}" for name in (request.parameters | in_path) - described
            )


async def test_a_request_that_is_not_described_would_be_noticed(description: Description) -> None:
    invented = Request("POST", "/channels/{channelId}/teleport")

    assert (invented.method, invented.path) not in description.operations
    assert "colour" not in description.operations["POST", "/channels"]


class Watched(dict[str, Any]):
    """A JSON object that notes which of its fields are read, as ``channel.caller.number``."""

    def __init__(self, body: Mapping[str, Any], seen: set[str], prefix: str = "") -> None:
        nested = {
            name: Watched(value, seen, f"{prefix}{name}.") if isinstance(value, Mapping) else value
            for name, value in body.items()
        }
        super().__init__(nested)
        self._seen = seen
        self._prefix = prefix

    def __getitem__(self, name: str) -> Any:
        self._seen.add(self._prefix + name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._seen.add(self._prefix + name)
        return super().get(name, default)


FULL = {
    "StasisStart": {"replace_channel": SAMPLES["StasisEnd"]["channel"]},
    "Dial": {"forwarded": SAMPLES["StasisEnd"]["channel"]},
}


@pytest.mark.parametrize("kind", sorted(protocol.READERS))
async def test_every_field_that_is_read_of_an_event_is_described(description: Description, kind: str) -> None:
    seen: set[str] = set()
    body = Watched({"type": kind, **SAMPLES[kind], **FULL.get(kind, {})}, seen)
    assert not isinstance(protocol.read(body), protocol.Ignored | protocol.Unreadable)

    assert "type" in seen
    assert [path for path in sorted(seen) if not _is_described(description, kind, path)] == []


def _is_described(description: Description, model: str, path: str) -> bool:
    name, _, rest = path.partition(".")
    fields = description.fields(model)
    if name not in fields:
        return False
    return not rest or _is_described(description, fields[name], rest)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("Application", {"channel_ids"}),
        ("Channel", {"id", "name", "state", "caller"}),
        ("Bridge", {"id", "name"}),
        ("Endpoint", {"state", "channel_ids"}),
        ("StoredRecording", {"name"}),
        ("DeviceState", {"name", "state"}),
        ("Variable", {"value"}),
    ],
)
async def test_every_field_that_is_read_of_an_answer_is_described(
    description: Description, model: str, fields: set[str]
) -> None:
    assert fields <= description.fields(model).keys()
