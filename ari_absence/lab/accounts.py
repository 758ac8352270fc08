"""Who a phone says it is: baresip's account lines."""

from __future__ import annotations

from ari_absence.lab.settings import TRUNK_DOMAIN

NARROWBAND = ("pcmu", "pcma")
WIDEBAND = ("G722/16000/1",)
"""Nothing else: baresip would have to resample for a narrow codec, and swallows everything above 1500 Hz then."""

REGISTER_EVERY_S = 120


def desk(extension: str, password: str, sip_port: int, *, wideband: bool) -> str:
    """The account of a desk phone that registers at Asterisk's SIP port."""
    return (
        f"<sip:{extension}@127.0.0.1:{sip_port}>;auth_user={extension};auth_pass={password}"
        f";regint={REGISTER_EVERY_S};{_common(WIDEBAND if wideband else NARROWBAND)}"
    )


def outside(number: str | None, name: str) -> str:
    """The account of a caller from outside; ``number`` None withholds it, ``name`` may be empty."""
    address = f"{number}@{TRUNK_DOMAIN}" if number else "anonymous@anonymous.invalid"
    display = name if number else "Anonymous"
    quoted = f'"{display}" ' if display else ""
    return f"{quoted}<sip:{address}>;regint=0;{_common(NARROWBAND)}"


def _common(codecs: tuple[str, ...]) -> str:
    return f"audio_codecs={','.join(codecs)};answermode=manual;ptime=20"
