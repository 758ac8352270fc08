"""The ARI side: commands over HTTP, events over one websocket, and a ``Call`` on a real channel.

How ``app`` puts it together::

    async with AriClient("http://127.0.0.1:8088/ari", "absence", password) as client:
        tools = Tools(
            client,
            app="ari-absence",
            media=library.media,                              # utterances -> ["sound:/...", ...]
            extension_of=directory.extension_of_endpoint,     # "PJSIP/101" -> "101", for our own phones only
            name_of=public_name_of,                           # "101" -> "Alice Abe", may be shown to callers
        )
        link = Link(tools, on_call=converse, on_orphans=adopt, on_connect=set_all_lamps)
        running = asyncio.create_task(link.run())             # stays connected, whatever Asterisk does
        ...
        await link.close(grace_seconds=10)                    # live calls end, or go to the dialplan
        await running

    async def converse(call: Call) -> None:                   # one task per call
        await call.answer()
        key = await call.ask(menu, patience_seconds=6)
        ...
        await call.hang_up()

``client`` also has the requests for lamps (``set_device_state``, ``set_global``) and for recordings.
``link.status`` says how the link is.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ari_absence.asterisk.channel_call import ChannelCall
    from ari_absence.asterisk.client import AriClient
    from ari_absence.asterisk.link import Link, LinkStatus
    from ari_absence.asterisk.tools import Tools

__all__ = ["AriClient", "ChannelCall", "Link", "LinkStatus", "Tools"]

_PLACES = {
    "AriClient": "client",
    "ChannelCall": "channel_call",
    "Link": "link",
    "LinkStatus": "link",
    "Tools": "tools",
}


def __getattr__(name: str) -> object:
    """Import what is asked for: the fallback attendant needs only ``agi``, and has no time for the rest."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
