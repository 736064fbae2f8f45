"""Texts of a question that are the same for everybody, put together once per language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from delphi.domain.dataset import DataRange
from delphi.domain.questionnaire import Item, Question, Questionnaire
from delphi.queries.frozen import FrozenDocuments
from delphi.web.formatting import figure, interval, names
from delphi.web.language import gettext, language, ngettext
from delphi.web.survey import sentences, stems
from delphi.web.words import DIRECTIONS, KINDS

#: Between the names of a path.
PATH_SIGN = " › "
#: More digits than this tell an expert nothing; the coordinator's table shows them all.
SHOWN_DIGITS = 4


@dataclass(frozen=True)
class ItemTexts:
    """One item with its fact card."""

    name: str
    #: names below it and how many indicators they hold; empty for a leaf
    contains: str
    #: definition, kind and direction, unit, range in the data, source, place in the tree: one line
    #: for each that is known
    facts: tuple[str, ...]


@dataclass(frozen=True)
class CardTexts:
    """One question."""

    stem: str
    column_head: str
    meaning: str
    answer_head: str
    #: by code
    items: Mapping[str, ItemTexts]


_texts: FrozenDocuments[CardTexts] = FrozenDocuments(most=256)


def card_texts(questionnaire: Questionnaire, question: Question) -> CardTexts:
    """Return the texts of a question in the reader's language."""
    key = (questionnaire.sha256, question.question, language())
    return _texts.get(key, lambda: _written(questionnaire, question))


def _written(questionnaire: Questionnaire, question: Question) -> CardTexts:
    return CardTexts(
        stem=stems.stem(question, questionnaire.title),
        column_head=sentences.column_head(question),
        meaning=stems.meaning(question),
        answer_head=stems.answer_head(question),
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


def _facts(item: Item) -> tuple[str, ...]:
    unit, source = names(item.unit), names(item.source)
    kind = (KINDS.get(item.kind or ""), DIRECTIONS.get(item.direction or ""))
    path = PATH_SIGN.join(names(name) for name in item.path)
    known = (
        names(item.note),
        gettext("; ").join(str(words) for words in kind if words),
        gettext("Unit: %(unit)s", unit=unit) if unit else "",
        _range(item.range) if item.range else "",
        gettext("Source: %(source)s", source=source) if source else "",
        gettext("In: %(path)s", path=path) if path else "",
    )
    return tuple(text for text in known if text)


def _range(data: DataRange) -> str:
    """Return how far the values of an indicator lie apart, and in how many units and years."""
    units = ngettext("%(num)s assessed unit", "%(num)s assessed units", data.units)
    is_one_year = data.from_year == data.to_year
    years = str(data.from_year) if is_one_year else interval(data.from_year, data.to_year)
    if data.low == data.high:
        return gettext(
            "In the data of %(units)s, %(years)s: always %(value)s",
            units=units,
            years=years,
            value=_short(data.low),
        )
    return gettext(
        "In the data of %(units)s, %(years)s: %(low)s to %(high)s, median %(median)s",
        units=units,
        years=years,
        low=_short(data.low),
        high=_short(data.high),
        median=_short(data.median),
    )


def _short(text: str) -> str:
    """Return a figure with four digits, or with as many as stand before its point."""
    number = Decimal(text)
    places = max(0, SHOWN_DIGITS - 1 - number.adjusted())
    if -int(number.as_tuple().exponent) > places:
        number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return figure(number)
