"""Texts of a question that are the same for everybody, put together once per language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delphi.domain.questionnaire import Item, Question, Questionnaire
from delphi.queries.frozen import FrozenDocuments
from delphi.web.formatting import names
from delphi.web.language import gettext, language, ngettext
from delphi.web.survey import sentences
from delphi.web.words import DIRECTIONS, KINDS


@dataclass(frozen=True)
class ItemTexts:
    """One item with its fact card."""

    name: str
    #: names below it and how many indicators they hold; empty for a leaf
    contains: str
    #: kind, unit, direction, source, note; empty where nothing is known
    facts: str


@dataclass(frozen=True)
class CardTexts:
    """One question."""

    stem: str
    column_head: str
    meaning: str
    #: by code
    items: Mapping[str, ItemTexts]


_texts: FrozenDocuments[CardTexts] = FrozenDocuments(most=256)


def card_texts(questionnaire: Questionnaire, question: Question) -> CardTexts:
    """Return the texts of a question in the reader's language."""
    key = (questionnaire.sha256, question.question, language())
    return _texts.get(key, lambda: _written(questionnaire, question))


def _written(questionnaire: Questionnaire, question: Question) -> CardTexts:
    return CardTexts(
        stem=sentences.stem(question, questionnaire.title),
        column_head=sentences.column_head(question),
        meaning=sentences.meaning_of_points(question),
        items={
            item.code: ItemTexts(names(item.name), _contains(item), _facts(item))
            for item in question.items
        },
    )


def _contains(item: Item) -> str:
    if not item.contains:
        return ""
    listed = gettext(", ").join(names(name) for name in item.contains)
    return ngettext(
        "%(names)s: %(num)s indicator", "%(names)s: %(num)s indicators", item.leaves, names=listed
    )


def _facts(item: Item) -> str:
    unit, source = names(item.unit), names(item.source)
    known = (
        str(KINDS[item.kind]) if item.kind else "",
        gettext("Unit: %(unit)s", unit=unit) if unit else "",
        str(DIRECTIONS[item.direction]) if item.direction else "",
        gettext("Source: %(source)s", source=source) if source else "",
        names(item.note),
    )
    return gettext("; ").join(text for text in known if text)
