"""What happens to a personal link on its way: name → what arrives, for a token and its link."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable
from urllib.parse import quote

from delphi.domain.tokens import in_groups

SITE = "https://delphi.example.org"
Mangling = Callable[[str, str], str]


def escaped(text: str) -> str:
    return quote(text, safe="")


def full_width(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


def zero_widths(text: str) -> str:
    return "\u200b".join(text[at : at + 5] for at in range(0, len(text), 5))


def safelink(link: str) -> str:
    start = "https://eur01.safelinks.protection.outlook.com/?url="
    return f"{start}{escaped(link)}&data=05%7C02%7Clin%40example.org%7C8a1f&reserved=0"


def dashed(link: str) -> str:
    written = link.replace("-", "-2D").replace("_", "-5F").replace(":", "-3A").replace("#", "-23")
    start = "https://urldefense.proofpoint.com/v2/url?u="
    return f"{start}{written.replace('/', '_')}&d=DwMFaQ&c=euGZstcaTDllvimEN8b7jXrwqOf-v5A_CdpgnVfi"


def fireeye(link: str) -> str:
    # The long code in front looks like a token.
    start = "https://protect2.fireeye.com/v1/url?k=31323334-501d5122-313273af-454445555731-9a7bc"
    return f"{start}&q=1&u={escaped(link)}"


def sophos(link: str) -> str:
    code = base64.urlsafe_b64encode(link.encode()).decode()
    return f"https://eu-central-1.protection.sophos.com?d=example.org&u={code}&i=NWYx&t=abc"


#: The link follows the hash in all of them.
LINKS: dict[str, Mangling] = {
    "link": lambda _, link: link,
    "fragment": lambda t, _: f"#{t}",
    "bare fragment": lambda t, _: f"{t}?from=singlemessage",
    "messenger's parameters": lambda _, link: f"{link}?from=singlemessage&isappinstalled=0",
    "parameters with &": lambda _, link: f"{link}&utm_source=mail&utm_medium=x",
    "click id": lambda _, link: f"{link}?fbclid=IwAR2ABCDEFGHJKMNPQRSTVWXYZ0123456789",
    "parameters before the hash": lambda _, link: link.replace("/s#", "/s?fbclid=IwAR0x#"),
    "slash before the hash": lambda _, link: link.replace("/s#", "/s/#"),
    "second fragment": lambda _, link: f"{link}#wechat_redirect",
    "text fragment": lambda _, link: f"{link}:~:text=weights",
    "full stop": lambda _, link: f"{link}.",
    "Chinese full stop": lambda _, link: f"{link}。谢谢",
    "Chinese brackets": lambda _, link: f"（{link}）",
    "Chinese words at its end": lambda _, link: f"{link}请尽快作答",
    "quotes": lambda _, link: f"“{link}”",
    "straight quotes": lambda _, link: f'"{link}"',
    "angle brackets": lambda _, link: f"<{link}>",
    "markdown": lambda _, link: f"[questionnaire]({link})",
    "trailing slash": lambda _, link: f"{link}/",
    "whole message": lambda _, link: f"Dear Prof. Chen,\n\nplease answer:\n\n{link}\n\nLin",
    "message without line breaks": lambda _, link: f"Dear Prof. Chen,{link} At the first opening",
    "sentence": lambda _, link: f"请打开 {link} ，谢谢",
    "small letters": lambda _, link: link.lower(),
    "capitals": lambda _, link: link.upper(),
    "escaped hash": lambda _, link: link.replace("#", "%23"),
    "escaped twice": lambda _, link: escaped(escaped(link)),
    "escaped fragment": lambda t, _: "#" + "".join(f"%{ord(one):02X}" for one in t),
    "blank escaped": lambda _, link: f"{link[:-6]}%20{link[-6:]}",
    "safelink": lambda _, link: safelink(link),
    "safelink with the fragment behind": lambda t, _: f"{safelink(SITE + '/s')}#{t}",
    "safelink in a safelink": lambda _, link: safelink(safelink(link)),
    "urldefense 2": lambda _, link: dashed(link),
    "urldefense 3": lambda _, link: (
        f"https://urldefense.com/v3/__{link.replace('#', '*')}__;Iw!!LpKI!kZ8-abcDEF$"
    ),
    "fireeye": lambda _, link: fireeye(link),
    "sophos": lambda _, link: sophos(link),
    "cisco": lambda _, link: f"https://secure-web.cisco.com/1x0aBcDeF-hJk/{escaped(link)}",
    "markup": lambda _, link: html.escape(f'<a href="{link}&x=1">').replace("#", "&#35;"),
    "line break": lambda _, link: f"{link[:-9]}\r\n{link[-9:]}",
    "line break of mail": lambda _, link: f"{link[:-9]}=\r\n{link[-9:]}",
    "line break in a quotation": lambda _, link: f"> {link[:-9]}\n> > {link[-9:]}",
    "soft hyphens": lambda _, link: f"{link[:-9]}\u00ad{link[-9:-3]}\u00ad\n{link[-3:]}",
    "zero width": lambda _, link: zero_widths(link),
    "byte order mark": lambda _, link: f"\ufeff{link}\ufeff",
    "direction marks": lambda _, link: f"\u202a{link}\u202c",
    "full width link": lambda _, link: full_width(link),
}

#: There is no link: read aloud, written by hand, copied alone.
TYPED: dict[str, Mangling] = {
    "token": lambda t, _: t,
    "token in small letters": lambda t, _: t.lower(),
    "groups": lambda t, _: in_groups(t),
    "groups of five": lambda t, _: in_groups(t, 5),
    "hyphens": lambda t, _: in_groups(t).replace(" ", "-"),
    "dashes": lambda t, _: in_groups(t).replace(" ", " – "),
    "minus signs": lambda t, _: in_groups(t).replace(" ", "\u2212"),
    "ideographic blanks": lambda t, _: in_groups(t).replace(" ", "\u3000"),
    "no-break blanks": lambda t, _: in_groups(t).replace(" ", "\u00a0"),
    "tabs and lines": lambda t, _: "\t" + in_groups(t, 7).replace(" ", "\n") + "\n",
    "letters for digits": lambda t, _: t.replace("0", "O").replace("1", "I"),
    "small letters for digits": lambda t, _: t.lower().replace("0", "o").replace("1", "l"),
    "full-width token": lambda t, _: full_width(t),
    "zero width in the token": lambda t, _: zero_widths(t),
    "quoted token": lambda t, _: f"「{t}」",
    "full stop behind": lambda t, _: f"{in_groups(t)}。",
    "among Chinese words": lambda t, _: f"您的代码是{t}，请输入",
    "groups among Chinese words": lambda t, _: f"您的代码是 {in_groups(t)} 谢谢",
    "among words": lambda t, _: f"It reads {t}, thanks",
    "after a colon": lambda t, _: f"Code: {in_groups(t)}",
}

ALL = LINKS | TYPED
