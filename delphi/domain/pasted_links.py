"""A personal link as it arrives: wrapped by mail gateways, lengthened by messengers, read aloud.

`read_link` gives every token that a text may mean, the likeliest first: whether “is 4T8K 9WQM …”
begins with the word or with the token, only the list of invitations can tell. Where there is none,
it says what is wrong with the text.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from delphi.domain.tokens import ALPHABET, GROUP, LENGTH

#: A link in two mail gateways and the message around it; longer text is not searched.
LONGEST_INPUT = 6000
#: Tokens that one text may mean.
MOST_TOKENS = 12
#: What is longer, blanks left out, is text and no mistyped token.
_LONGEST_TYPED = 48
_MOST_WRAPPINGS = 5
_MOST_STRANGE = 5
_READ_AS = {"O": "0", "I": "1", "L": "1"}
_AROUND = "\"'“”‘’„«»‹›<>()[]{}（）【】「」『』《》〈〉/!=:：,.，。;*`"
#: Line ends of printed-quotable mail, and the marks before quoted lines.
_BROKEN_LINE = re.compile(r"=\r?\n|\r?\n(?:[ \t]*>)+")
_WORD = re.compile(r"[0-9A-Za-z]+")
_LINK = re.compile(r"https?://([^\s/#?%*]{1,253})/s(?=[#?*/\s]|$)", re.IGNORECASE)
#: Two forms of urldefense: the hash as `-23` in a parameter, or as `*` in the path.
_DASHED = re.compile(r"urldefense[^\s?]*\?(?:[^\s#]*&)?u=([^&\s]+)", re.IGNORECASE)
_STARRED = re.compile(r"(/s)\*+", re.IGNORECASE)
#: “http” in base64, as some gateways write the address
_BASE64 = re.compile(r"aHR0c[0-9A-Za-z+/_-]{20,1000}")


class Fault(StrEnum):
    """Why a text opens nothing."""

    EMPTY = "empty"
    #: a link without what follows the hash
    NO_FRAGMENT = "no_fragment"
    #: a link whose end is too short
    CUT = "cut"
    #: typed characters that no token has
    STRANGE = "strange"
    #: typed, too few
    SHORT = "short"
    #: typed, too many
    LONG = "long"
    #: text without any link
    WORDS = "words"


@dataclass(frozen=True)
class Strange:
    """A typed character that no token has."""

    #: from 1, in groups of four
    group: int
    character: str


@dataclass(frozen=True)
class ReadLink:
    """What a text was read as."""

    #: every token it may mean, the likeliest first
    tokens: tuple[str, ...]
    #: None when all is well, unless nobody has the token
    fault: Fault | None
    #: characters of a token that are there, where this is the fault
    count: int = 0
    strange: tuple[Strange, ...] = ()
    #: what was typed by hand, in groups to be compared
    groups: tuple[str, ...] = ()
    #: the site that a link leads to
    host: str = ""


def read_link(text: str) -> ReadLink:
    """Read what somebody typed or pasted: a token, a fragment, a link, a message that holds one.

    Leading token characters count; case, blanks and hyphens are ignored; what messengers append is
    dropped. Letters that the alphabet leaves out for their likeness are read as their twins.
    """
    layers = tuple(_layers(text[:LONGEST_INPUT]))
    tokens = tuple(dict.fromkeys(_tokens(layers)))[:MOST_TOKENS]
    typed = _compact(layers[0]).strip(_AROUND).upper()
    hosts = [host for layer in layers for host in _LINK.findall(layer)]
    host = hosts[-1].lower() if hosts else ""
    if hosts or _is_address(typed) or len(typed) > _LONGEST_TYPED:
        fault, count = (None, 0) if tokens else _fault_of_link(layers, typed)
        return ReadLink(tokens, fault, count, host=host)
    return _read_typed(tokens, typed)


def read_token(text: str) -> str | None:
    """Return the likeliest token of a text, or None."""
    return next(iter(read_link(text).tokens), None)


def _read_typed(tokens: tuple[str, ...], typed: str) -> ReadLink:
    strange = [
        Strange(at // GROUP + 1, character)
        for at, character in enumerate(typed)
        if _READ_AS.get(character, character) not in ALPHABET
    ]
    fault = None
    if not typed:
        fault = Fault.EMPTY
    elif strange and not tokens:
        fault = Fault.STRANGE
    elif len(typed) < LENGTH:
        fault = Fault.SHORT
    elif len(typed) > LENGTH and not strange:
        fault = Fault.LONG
    groups = () if tokens and strange else _in_groups(typed)  # a token among words
    return ReadLink(tokens, fault, len(typed), tuple(strange[:_MOST_STRANGE]), groups)


def _in_groups(typed: str) -> tuple[str, ...]:
    return tuple(typed[at : at + GROUP] for at in range(0, len(typed), GROUP))


def _fault_of_link(layers: tuple[str, ...], typed: str) -> tuple[Fault, int]:
    lengths = [len(_leading(part)) for layer in layers for part in layer.split("#")[1:]]
    if any(lengths):
        return Fault.CUT, max(lengths)
    return (Fault.NO_FRAGMENT if _is_address(typed) else Fault.WORDS), 0


def _is_address(typed: str) -> bool:
    return "://" in typed or "#" in typed or typed.endswith("/S") or "/S?" in typed


def _layers(text: str) -> Iterator[str]:
    """Yield a text as it stands, then with one wrapping after the other taken off."""
    plain = _visible(html.unescape(_BROKEN_LINE.sub("", text)))
    yield plain
    for _ in range(_MOST_WRAPPINGS):
        inner = _visible(_unwrapped(plain))
        if inner == plain:
            return
        plain = inner
        yield plain


def _unwrapped(text: str) -> str:
    text = _STARRED.sub(r"\1#", text)
    text = _DASHED.sub(lambda found: " " + found[1].replace("-", "%").replace("_", "/"), text)
    text = _BASE64.sub(lambda found: _from_base64(found[0]), text)
    return unquote(text)


def _from_base64(text: str) -> str:
    padded = text + "=" * (-len(text) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_").decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return text


def _visible(text: str) -> str:
    """Write full-width characters narrow; leave out what is not seen: zero width, soft hyphens."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(one for one in plain if one.isspace() or not _is_unseen(one))


def _is_unseen(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or unicodedata.category(character) in {"Cf", "Cc"}


def _is_blank(character: str) -> bool:
    # The minus sign is no dash for Unicode.
    return character.isspace() or character in "_\u2212" or unicodedata.category(character) == "Pd"


def _compact(text: str) -> str:
    return "".join(one for one in text if not _is_blank(one))


def _tokens(layers: tuple[str, ...]) -> Iterator[str]:
    """Yield what follows a hash first: gateways put long codes of their own before the link."""
    for layer in layers:
        for part in layer.split("#")[1:]:
            found = _leading(part)
            if len(found) == LENGTH:
                yield found
    for layer in layers:
        yield from (token for _, token in sorted(_standing_free(layer), key=lambda one: one[0]))


def _leading(text: str) -> str:
    """Return the token characters with which a text begins, at most as many as a token has."""
    found: list[str] = []
    for typed in text.lstrip(_AROUND + " \t\r\n"):
        if _is_blank(typed):
            continue
        character = _READ_AS.get(typed.upper(), typed.upper())
        if len(character) != 1 or character not in ALPHABET or len(found) == LENGTH:
            break
        found.append(character)
    return "".join(found)


def _standing_free(text: str) -> Iterator[tuple[int, str]]:
    """Yield tokens among other words, with how doubtful each is (0 is sure)."""
    for chain in _chains(text):
        for start in range(len(chain)):
            words, length = [], 0
            for word in chain[start:]:
                words.append(word)
                length += len(word)
                if length >= LENGTH:
                    break
            if length >= LENGTH:
                yield _doubt(words, length), "".join(words)[:LENGTH]


def _doubt(words: list[str], length: int) -> int:
    if length > LENGTH:
        return 3
    if len(words) == 1:
        return 0
    size = len(words[0])
    regular = all(len(word) == size for word in words[:-1]) and len(words[-1]) <= size
    return 1 if regular else 2


def _chains(text: str) -> Iterator[list[str]]:
    """Yield runs of words in token characters with nothing but blanks and hyphens between them."""
    chain: list[str] = []
    before = 0
    for found in _WORD.finditer(text):
        word = "".join(_READ_AS.get(one, one) for one in found[0].upper())
        is_next = all(_is_blank(one) for one in text[before : found.start()])
        before = found.end()
        if chain and not (is_next and set(word) <= set(ALPHABET)):
            yield chain
            chain = []
        if set(word) <= set(ALPHABET):
            chain.append(word)
    if chain:
        yield chain
