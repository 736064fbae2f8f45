"""What experts read outside their pages, in both languages: message with the link, letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import segno

from delphi.domain.tokens import in_groups, link
from delphi.queries.delivery import DeliveryPage
from delphi.queries.panel import PersonLine
from delphi.queries.setup import LetterPage
from delphi.web.formatting import deadline
from delphi.web.language import CHINESE, ENGLISH, gettext, is_chinese, speaking
from delphi.web.studies.sentences import LETTER_FIELDS, blank


@dataclass(frozen=True)
class Message:
    """A message in one language."""

    #: as `lang` attributes name it
    language: str
    text: str
    #: how to open the link from paper
    hint: str


@dataclass(frozen=True)
class QrCode:
    """A link as a square of dark modules: a path for an SVG of `size` by `size`."""

    size: int
    path: str


@dataclass(frozen=True)
class ShownLink:
    """What is on the page of an opened line, and nowhere else."""

    person_id: str
    called: str
    url: str
    #: the token as it is read aloud and typed
    groups: tuple[str, ...]
    #: the language of the page first
    messages: tuple[Message, ...]
    qr: QrCode


def shown_link(page: DeliveryPage, person: PersonLine, base_url: str, token: str) -> ShownLink:
    """Return the message in both languages, the link, its QR code and its characters in groups."""
    order = (CHINESE, ENGLISH) if is_chinese() else (ENGLISH, CHINESE)
    url = link(base_url, token)
    messages = tuple(
        Message(language, _message(page, person, url, language), _paper_hint(base_url, language))
        for language in order
    )
    groups = tuple(in_groups(token).split())
    return ShownLink(person.id, person.called, url, groups, messages, qr_code(url))


def _paper_hint(base_url: str, language: str) -> str:
    with speaking(language):
        return gettext(
            "Scan the code with a phone, or open %(address)s and type these 26 characters, group "
            "by group.",
            address=f"{base_url}/s",
        )


@dataclass(frozen=True)
class LetterPreview:
    """The letter in one language; what is still missing is named in brackets."""

    language: str
    paragraphs: tuple[str, ...]
    viewpoint: str
    organiser: str


def letter_previews(page: LetterPage) -> tuple[LetterPreview, ...]:
    """Return the letter as experts read it, in the language of the page first."""
    order = (CHINESE, ENGLISH) if is_chinese() else (ENGLISH, CHINESE)
    return tuple(_preview(page, language) for language in order)


def _preview(page: LetterPage, language: str) -> LetterPreview:
    half = "zh" if language == CHINESE else "en"
    with speaking(language):
        texts = {
            name: getattr(page.letter, name).get(half) or gettext("(%(field)s)", field=str(words))
            for name, words in LETTER_FIELDS.items()
            if name not in {"contact", "telephone"}
        }
        title = page.study.title_zh if half == "zh" else page.study.title_en
        paragraphs = (
            gettext("Dear expert,"),
            texts["purpose"],
            gettext(
                "The study is called “%(title)s”. It takes about %(minutes)s minutes; the letter "
                "names the deadline of the round.",
                title=title,
                minutes=page.letter.minutes,
            ),
            gettext(
                "Questions? Call %(telephone)s (%(contact)s).",
                telephone=page.letter.telephone or "…",
                contact=page.letter.contact.get(half) or "…",
            ),
        )
        return LetterPreview(language, paragraphs, texts["viewpoint"], texts["organiser"])


def qr_code(text: str) -> QrCode:
    """Return `text` as a QR code that survives a fold in the paper (15 % of it may be lost)."""
    matrix = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    strokes = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            length = len(row[x:]) - len(row[x:].lstrip(b"\1"))
            if length:
                strokes.append(f"M{x} {y}.5h{length}")
            x += length or 1
    return QrCode(len(matrix), "".join(strokes))


def _message(page: DeliveryPage, person: PersonLine, url: str, language: str) -> str:
    with speaking(language):
        letter = page.letter
        half = "zh" if language == CHINESE else "en"
        values = {
            "called": person.called,
            "organiser": letter.organiser.get(half, ""),
            "title": page.study.title_zh if half == "zh" else page.study.title_en,
            "number": page.round.number if page.round else 0,
            "minutes": letter.minutes,
            "deadline": deadline(page.round.due_at if page.round else None, year=False),
            "telephone": letter.telephone,
            "contact": letter.contact.get(half, ""),
        }
        before, after = _paragraphs(page, page.state(person.id), values)
        greeting, signed = gettext("Dear %(called)s,", **values), letter.organiser.get(half, "")
        return "\n\n".join((greeting, before, url, after, signed))


def _paragraphs(
    page: DeliveryPage, state: str | None, values: Mapping[str, object]
) -> tuple[str, str]:
    """Return what stands before and after the link."""
    calls = gettext("Questions? Call %(telephone)s (%(contact)s).", **values)
    if state == "finished":
        before = gettext(
            "Your answers in round %(number)s of “%(title)s” have arrived. Until the round closes "
            "you can look at them and revise them under your personal link:",
            **values,
        )
        return before, _code_known() + blank() + calls
    if state == "sent":
        before = gettext(
            "Round %(number)s of the consultation “%(title)s” closes on %(deadline)s, and your "
            "answers have not been recorded yet. If you have just submitted, please ignore this.",
            **values,
        )
        return before, _code_known() + blank() + calls
    if page.round is not None and page.round.number > 1:
        before = gettext(
            "Round %(number)s of the consultation “%(title)s” has begun. You will see your last "
            "answer and the result of the group, and may keep or change yours; it takes about "
            "%(minutes)s minutes. Please open your personal link and answer by %(deadline)s:",
            **values,
        )
        later = gettext(
            "On a new device your access code is asked for; at the very first opening you choose "
            "one. The link stands for you: please do not forward it."
        )
        return before, later + blank() + calls
    before = gettext(
        "%(organiser)s asks you to take part in the expert consultation “%(title)s”, round "
        "%(number)s; it takes about %(minutes)s minutes. Please open your personal link and "
        "answer by %(deadline)s:",
        **values,
    )
    first = gettext(
        "At the first opening you choose a six-digit access code. The link stands for you: please "
        "do not forward it."
    )
    return before, first + blank() + calls


def _code_known() -> str:
    return gettext(
        "What you filled in is still there; on a new device, enter the access code that you chose."
    )
