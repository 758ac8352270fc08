"""The lab's dialplan, as text."""

from __future__ import annotations

from ari_absence.lab.settings import Settings

_SHARED = """
; comparisons for benchmarks
; 7001 a plain dialplan, 7002 Asterisk's own voicemail, 7003 our application
exten => 7001,1,Answer()
 same => n,Playback(vm-theperson&digits/1&digits/0&digits/1&vm-isunavail)
 same => n,Read(KEY,beep,1,,1,3)
 same => n,Record({recordings}/plain-${{UNIQUEID}}.wav,5,60,k)
 same => n,Playback(vm-goodbye)
 same => n,Hangup()
exten => 7002,1,VoiceMail(101@default,u)
 same => n,Hangup()
exten => 7003,1,Stasis({app},absent,101)
 same => n,Hangup()
; what a phone can be tested with
exten => 7010,1,Answer()
 same => n,Echo()
exten => 7011,1,Answer()
 same => n,Playback(tt-monkeysintro)
 same => n,Wait(60)
exten => 7012,1,Answer()
 same => n,Milliwatt()
exten => 7013,1,Progress()
 same => n,Playback(beep,noanswer)
 same => n,Wait(60)
exten => 7014,1,Answer()
 same => n,Wait(600)
"""

_INCLUDED_CALLS = """
; a call to a person: the application's own dialplan decides
exten => _1XX,1,Gosub(ari-absence,s,1(${{EXTEN}},PJSIP/${{EXTEN}},{ring_seconds}))
 same => n,Hangup()
"""

_INCLUDED_CODES = "include => ari-absence-codes\n"

_PLAIN_CALLS = """
; a call to a person: nothing stands in for the absent
exten => _1XX,1,Dial(PJSIP/${{EXTEN}},{ring_seconds})
 same => n,Hangup(${{HANGUPCAUSE}})
"""

_SKELETON = """[general]
static = yes
writeprotect = yes
clearglobalvars = no

[globals]

{included}
[lab-shared]
{shared}
{calls}
[from-trunk]
include => lab-shared

[from-internal]
include => lab-shared
include => parkedcalls
include => {hints}
{codes}
[lab-hints]
{phone_hints}

{extra}
"""


def text(settings: Settings) -> str:
    """The content of extensions.conf."""
    included = settings.dialplan is not None
    return _SKELETON.format(
        included=f'#include "{settings.dialplan}"\n' if included else "",
        shared=_SHARED.format(recordings=settings.folders.recordings, app=settings.app),
        calls=(_INCLUDED_CALLS if included else _PLAIN_CALLS).format(ring_seconds=settings.ring_seconds),
        hints="ari-absence-hints" if included else "lab-hints",
        codes=_INCLUDED_CODES if included else "",
        phone_hints="\n".join(f"exten => {number},hint,PJSIP/{number}" for number in settings.desk_phones),
        extra=settings.extra_dialplan,
    )
