"""Cleaning text that a caller, a phone or a mail server supplied: one function per place it goes to.

Nobody but these functions puts foreign text anywhere. Each gives text that is harmless in its own sink
and in no other: what is safe in a log line is not safe in HTML.
"""

from __future__ import annotations

import html
import re
import unicodedata

LENGTH_MAX = 64  # long enough for any real name; short enough that a row of a list stays a row
_READ_MAX = 1024  # a caller ID of 10 KB is an attack, and what lies beyond this is not even looked at

# Cc and Cs forge lines and escapes, Cf turns reading direction or hides letters, Co and Cn have no meaning
# we could know of, Zl and Zp end a line where a program honours them.
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_COMBINING_MAX = 2  # marks on one letter: Vietnamese needs two, "zalgo" text needs thirty

_NOT_IN_HEADER = re.compile(r"[^A-Za-z0-9 +.,_()@:-]", re.ASCII)
_NAMES_SOMEBODY = re.compile(r"@|:(?=//)|www(?=\.)|mailto(?=:)", re.IGNORECASE)
_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+\-.!<>~$|]")  # what Mattermost, too, takes a backslash before
_NOT_IN_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]", re.ASCII)


def for_log(text: str | None, length_max: int = LENGTH_MAX) -> str:
    r"""One printable line for a log.

    >>> for_log("Bob\r\n2026-01-01 root logged in")
    'Bob 2026-01-01 root logged in'
    """
    return _one_line(text, length_max)


def for_terminal(text: str | None, length_max: int = LENGTH_MAX) -> str:
    r"""One printable line for a terminal: no escape sequence survives.

    Whoever prints it with ``rich`` must still print it as text, not as markup.

    >>> for_terminal("\x1b[2JBob")
    '[2JBob'
    """
    return _one_line(text, length_max)


def for_mail_body(text: str | None, length_max: int = LENGTH_MAX) -> str:
    """One printable line for the body of a plain-text mail."""
    return _one_line(text, length_max)


def for_html(text: str | None, length_max: int = LENGTH_MAX) -> str:
    """One printable line, escaped for the content or a quoted attribute of an HTML page.

    >>> for_html('<b onclick="x()">')
    '&lt;b onclick=&quot;x()&quot;&gt;'
    """
    return html.escape(_one_line(text, length_max), quote=True)


def for_header(text: str | None, length_max: int = LENGTH_MAX) -> str:
    """ASCII for a mail header: letters, digits and a few signs, so that no encoded word can form.

    >>> for_header("=?utf-8?q?=0D=0ABcc:_x?=")
    'utf-8q0D0ABcc:_x'
    """
    return _NOT_IN_HEADER.sub("", _one_line(text, _READ_MAX))[:length_max].strip()


def for_chat(text: str | None, length_max: int = LENGTH_MAX) -> str:
    """One printable line for a chat that takes text as it is: nobody is called by it, and no link made of it.

    A sign of no width behind ``@``, and within what begins an address, keeps the chat from finding either.

    >>> for_chat("@channel http://example.com").replace("\u200b", "|")
    '@|channel http:|//example.com'
    """
    return _NAMES_SOMEBODY.sub("\\g<0>\u200b", _one_line(text, length_max))


def for_slack(text: str | None, length_max: int = LENGTH_MAX) -> str:
    """The same for Slack, where ``&``, ``<`` and ``>`` have a meaning.

    >>> for_slack("<!here> Bob & Sons")
    '&lt;!here&gt; Bob &amp; Sons'
    """
    return html.escape(for_chat(text, length_max), quote=False)


def for_markdown(text: str | None, length_max: int = LENGTH_MAX) -> str:
    """The same for a chat that reads Markdown.

    >>> for_markdown("*Bob* [x](y)")
    '\\\\*Bob\\\\* \\\\[x\\\\]\\\\(y\\\\)'
    """
    return _MARKDOWN.sub(r"\\\g<0>", for_chat(text, length_max))


def for_file_name(text: str | None, length_max: int = LENGTH_MAX) -> str:
    """A file name without a folder: ASCII, never empty, hidden, an option or a step upwards.

    >>> for_file_name("../../etc/passwd"), for_file_name("..")
    ('etc_passwd', 'unnamed')
    """
    name = _NOT_IN_FILE_NAME.sub("_", _one_line(text, _READ_MAX))
    return re.sub(r"\.{2,}", "_", name).lstrip("._-")[:length_max].rstrip(".") or "unnamed"


def _one_line(text: str | None, length_max: int) -> str:
    if not text:
        return ""
    spaced = re.sub(r"\s+", " ", text[: max(_READ_MAX, length_max)])
    visible = "".join(sign for sign in spaced if unicodedata.category(sign) not in _DROPPED)
    composed = _without_stacked_marks(unicodedata.normalize("NFC", visible))
    return re.sub(r"\s+", " ", composed).strip()[:length_max].strip()


def _without_stacked_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= _COMBINING_MAX:
            kept.append(sign)
    return "".join(kept)
