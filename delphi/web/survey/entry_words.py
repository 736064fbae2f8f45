"""What the entry says of a text that opens nothing: what is wrong with it and what to do."""

from __future__ import annotations

import json
from functools import lru_cache

from delphi.domain.pasted_links import Fault, ReadLink
from delphi.domain.tokens import LENGTH
from delphi.web.language import gettext, is_chinese, language
from delphi.web.security import our_address
from delphi.web.site import current_site


def fault_text(read: ReadLink) -> str:
    """Say why a text opens nothing; revoked tokens and unknown ones are told alike."""
    if read.fault is None:
        return _unknown_text(read)
    if read.fault is Fault.STRANGE:
        return _strange_text(read)
    if read.fault is Fault.CUT:
        return cut_text(read.count)
    if read.fault is Fault.LONG:
        return long_text(read.count)
    if read.fault is Fault.SHORT:
        return f"{count_text(read.count, LENGTH - read.count)}{_blank()}{_compare_text()}"
    return _nothing_text(read.fault)


def several_text() -> str:
    """Say that two people's links were pasted."""
    return gettext(
        "Two valid links stand in this text. Leave your own in the field and delete the other."
    )


def too_many_text() -> str:
    """Say that a network has sent too many wrong links."""
    return gettext(
        "Too many wrong links came from this network. Please wait a minute and try again."
    )


def cut_text(count: object) -> str:
    """Say that a link has lost its end."""
    return gettext(
        "The link is cut off: only %(count)s of the 26 characters after “#” are there. Copy the "
        "whole link again, or add the missing ones.",
        count=count,
    )


def long_text(count: object) -> str:
    """Say that too many characters were typed."""
    return gettext(
        "%(count)s characters are there, and a link has 26. Compare them group by group with your"
        " letter.",
        count=count,
    )


def count_text(count: object, missing: object) -> str:
    """Say how many characters are there."""
    return gettext(
        "%(count)s of 26 characters so far; still missing: %(missing)s.",
        count=count,
        missing=missing,
    )


def strange_part(character: object, group: object) -> str:
    """Name one character that no token has, and its place."""
    return gettext("“%(character)s” in group %(group)s", character=character, group=group)


def strange_text(parts: object) -> str:
    """Say which characters no token has."""
    return gettext(
        "Not a character of any link: %(parts)s. Links have digits and letters without I, L, O "
        "and U; look there again, a V is easily read as U.",
        parts=parts,
    )


def entry_texts() -> str:
    """Return what the script of the entry says, as JSON for a data attribute."""
    return _written(language())


@lru_cache(maxsize=4)
def _written(language_tag: str) -> str:
    """Write the texts of one language; the tag is what they are kept under."""
    del language_tag
    texts = {
        "count": count_text("{n}", "{m}"),
        "complete": gettext("All 26 characters are there."),
        "long": long_text("{n}"),
        "cut": cut_text("{n}"),
        "strange": strange_text("{parts}"),
        "part": strange_part("{c}", "{g}"),
        "comma": "、" if is_chinese() else ", ",
    }
    return json.dumps(texts, ensure_ascii=False)


def _unknown_text(read: ReadLink) -> str:
    ours = our_address(current_site().settings).hosts
    host = read.host.partition("@")[2] or read.host
    if host and host.rsplit(":", 1)[0] not in ours:
        return gettext(
            "This link leads to another site, %(host)s, and opens nothing here. Open the link "
            "itself, or paste the one that leads to this site.",
            host=host,
        )
    if read.groups:
        return gettext(
            "These 26 characters open no questionnaire. Compare them group by group with your "
            "letter. If they are right, a new link was sent meanwhile: use the latest message, or"
            " contact the coordinator."
        )
    return gettext(
        "This link is no longer valid, usually because a new one was sent. Use the link in the "
        "latest message, or contact the coordinator."
    )


def _strange_text(read: ReadLink) -> str:
    comma = "、" if is_chinese() else ", "
    return strange_text(comma.join(strange_part(one.character, one.group) for one in read.strange))


def _nothing_text(fault: Fault) -> str:
    if fault is Fault.EMPTY:
        return gettext("Paste your personal link, or type the 26 characters at its end.")
    if fault is Fault.NO_FRAGMENT:
        return gettext(
            "The end of the link is missing: some programs cut off “#” and what follows. Copy the"
            " whole link from the message again, or type the 26 characters after “#”."
        )
    return gettext(
        "No personal link was found in this text. It looks like %(example)s, followed by 26 "
        "characters.",
        example=f"{current_site().settings.base_url}/s#",
    )


def _compare_text() -> str:
    return gettext("Compare them group by group with your letter.")


def _blank() -> str:
    return "" if is_chinese() else " "
