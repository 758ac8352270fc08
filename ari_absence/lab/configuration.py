"""The lab's configuration files, as text: file name -> content."""

from __future__ import annotations

from pathlib import Path

from ari_absence.lab import extensions, modules
from ari_absence.lab.settings import ARI_USERNAME, TRUNK_DOMAIN, TRUNK_HEADER, WIDEBAND_PHONES, Settings


def files(settings: Settings) -> dict[str, str]:
    """Every configuration file of the lab, by name."""
    return {
        "asterisk.conf": _asterisk(settings),
        "modules.conf": _modules(),
        "logger.conf": _LOGGER,
        "http.conf": _http(settings),
        "ari.conf": _ari(settings),
        "pjsip.conf": _pjsip(settings),
        "rtp.conf": _rtp(settings),
        "musiconhold.conf": _music(settings),
        "voicemail.conf": _voicemail(settings),
        "minivm.conf": _minivm(settings),
        "res_parking.conf": _PARKING,
        "extensions.conf": extensions.text(settings),
        **_EMPTY,
    }


def _asterisk(settings: Settings) -> str:
    folders = settings.folders
    places = {
        "astetcdir": folders.etc,
        "astmoddir": settings.modules,
        "astvarlibdir": folders.state,
        "astdbdir": folders.state / "db",
        "astkeydir": folders.state,
        "astdatadir": folders.shared if settings.shared else None,
        "astagidir": folders.state / "agi",
        "astspooldir": folders.spool,
        "astrundir": folders.state / "run",
        "astlogdir": folders.logs,
    }
    lines = [f"{name} => {place}" for name, place in places.items() if place]
    return "\n".join(["[directories]", *lines, "", "[options]", *_OPTIONS, ""])


_OPTIONS = (
    "verbose = 3",
    "live_dangerously = no",
    "nocolor = yes",
    "nofork = yes",
    "transmit_silence = no",
    "hideconnect = yes",
    "rungroup =",
)


def _modules() -> str:
    loads = [f"load = {name}.so" for name in modules.wanted()]
    return "\n".join(["[modules]", "autoload = no", *loads, ""])


_LOGGER = """[general]
dateformat = %F %T.%3q
[logfiles]
full => notice,warning,error,verbose(3)
"""


def _http(settings: Settings) -> str:
    return f"""[general]
enabled = yes
bindaddr = 127.0.0.1
bindport = {settings.http_port}
enable_static = no
enable_status = no
"""


def _ari(settings: Settings) -> str:
    return f"""[general]
enabled = yes
pretty = no
websocket_write_timeout = 1000

[{ARI_USERNAME}]
type = user
read_only = no
password = {settings.ari_password}
"""


def _pjsip(settings: Settings) -> str:
    desk = (_desk_phone(extension, settings) for extension in settings.desk_phones)
    return "\n".join((_sip_transport(settings), _DESK_TEMPLATE, *desk, _trunk(settings), _LOAD))


def _sip_transport(settings: Settings) -> str:
    return f"""[global]
type = global
user_agent = Laboratory
endpoint_identifier_order = header,auth_username,username,ip
mwi_disable_initial_unsolicited = no

[udp]
type = transport
protocol = udp
bind = 127.0.0.1:{settings.sip_port}
"""


_DESK_TEMPLATE = """[desk](!)
type = endpoint
context = from-internal
disallow = all
allow = ulaw,alaw,g722
direct_media = no
send_pai = yes
trust_id_inbound = no
trust_id_outbound = no
allow_subscribe = yes
mwi_subscribe_replaces_unsolicited = yes
moh_suggest = default
language = en
"""


def _trunk(settings: Settings) -> str:
    return f"""[trunk]
type = endpoint
context = from-trunk
disallow = all
allow = ulaw,alaw
direct_media = no
trust_id_inbound = yes
send_pai = yes
language = en
aors = trunk

[trunk]
type = aor
contact = sip:127.0.0.1:{settings.carrier_port}

[trunk-by-domain]
type = identify
endpoint = trunk
match_header = From: /@({TRUNK_DOMAIN}|anonymous\\.invalid)>/
"""


# the load caller's calls come over a trunk of their own, which takes keys from SIP INFO
_LOAD = f"""[load](trunk)
dtmf_mode = info

[load]
type = aor

[trunk-by-header]
type = identify
endpoint = load
match_header = {TRUNK_HEADER}: /./
"""


_SHOW_WORDS = frozenset({"113"})  # whose lamp keys watch the hints that have words
_OWNERS = {"113": "103"}  # whose second phone it is


def _desk_phone(extension: str, settings: Settings) -> str:
    hints = "ari-absence-presence" if extension in _SHOW_WORDS and settings.dialplan else "from-internal"
    mailbox = _OWNERS.get(extension, extension)
    codecs = "disallow = all\nallow = g722,ulaw,alaw\n" if extension in WIDEBAND_PHONES else ""
    return f"""[{extension}](desk)
auth = {extension}
aors = {extension}
callerid = "{phone_name(extension)}" <{extension}>
mailboxes = {mailbox}@default
subscribe_context = {hints}
{codecs}
[{extension}]
type = auth
auth_type = userpass
username = {extension}
password = {settings.phone_password}

[{extension}]
type = aor
max_contacts = 4
remove_existing = yes
remove_unavailable = yes
mailboxes = {mailbox}@default
qualify_frequency = 0
"""


def phone_name(extension: str) -> str:
    """The display name Asterisk gives a desk phone's calls."""
    return f"Desk {extension}"


def _rtp(settings: Settings) -> str:
    ports = settings.rtp_ports
    return (
        f"[general]\nrtpstart = {ports.start}\nrtpend = {ports.stop - 1}\nstrictrtp = no\nicesupport = no\n"
    )


def _music(settings: Settings) -> str:
    return f"[general]\n[default]\nmode = files\ndirectory = {music_folder(settings)}\nsort = alpha\n"


def music_folder(settings: Settings) -> Path:
    """Where the music on hold is: one long tone, so that a test can hear that it is music."""
    return settings.folders.state / "music"


_PARKING = """[general]
[default]
parkext = 700
parkpos = 701-720
context = parkedcalls
parkingtime = 2
comebacktoorigin = no
comebackcontext = ari-absence-park
"""
"""Whoever is parked and not picked up within two seconds comes to our dialplan."""


def _voicemail(settings: Settings) -> str:
    boxes = "\n".join(f"{extension} => 1234,{phone_name(extension)}" for extension in settings.desk_phones)
    return f"""[general]
format = wav
maxmsg = 100
maxsilence = 0
mailcmd = /bin/true
sendvoicemail = no

[default]
{boxes}
"""


def _minivm(settings: Settings) -> str:
    boxes = "\n".join(
        f"[{extension}@default]\nfullname = {phone_name(extension)}\n" for extension in settings.desk_phones
    )
    return f"[general]\nformat = wav\nmailcmd = /bin/true\n\n{boxes}"


_EMPTY = dict.fromkeys(
    (
        "acl.conf",
        "ccss.conf",
        "cdr.conf",
        "cel.conf",
        "cli.conf",
        "cli_aliases.conf",
        "cli_permissions.conf",
        "codecs.conf",
        "dnsmgr.conf",
        "features.conf",
        "indications.conf",
        "manager.conf",
        "pjproject.conf",
        "pjsip_notify.conf",
        "sorcery.conf",
        "stasis.conf",
        "udptl.conf",
        "websocket_client.conf",
    ),
    "",
)
_EMPTY["indications.conf"] = """[general]
country = us
[us]
description = United States
ringcadence = 2000,4000
dial = 350+440
busy = 480+620/500,0/500
ring = 440+480/2000,0/4000
congestion = 480+620/250,0/250
callwaiting = 440/300,0/10000
record = 1400/500,0/15000
info = !950/330,!1400/330,!1800/330,0
"""
_EMPTY["cdr.conf"] = "[general]\nenable = no\n"
