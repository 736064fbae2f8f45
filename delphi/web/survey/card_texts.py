"""Texts of a question that are the same for everybody, put together once per language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from delphi.domain.dataset import DataRange
from delphi.domain.questionnaire import Item, Question, Questionnaire
from delphi.queries.frozen import FrozenDocuments
from delphi.web.formatting import figure, interval, names
from delphi.web.language import Words, gettext, language, ngettext
from delphi.web.language import lazy_gettext as _lazy
from delphi.web.survey import sentences, stems

#: Between the names of a path.
PATH_SIGN = " › "
#: More digits than this tell an expert nothing; the coordinator's table shows them all.
SHOWN_DIGITS = 4
#: Nobody counts the zeros of 0.00000001, nor those of a figure of 16 digits.
SMALLEST_POWER, LARGEST_POWER = -8, 15
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
#: What the figures of an indicator are, and which of them are good, by kind and direction.
_NATURES: Mapping[tuple[str | None, str | None], Words] = {
    ("value", "benefit"): _lazy("A measured value; the more, the better"),
    ("value", "cost"): _lazy("A measured value; the less, the better"),
    ("value", None): _lazy("A measured value"),
    ("ratio", "benefit"): _lazy("A percentage; the higher, the better"),
    ("ratio", "cost"): _lazy("A percentage; the lower, the better"),
    ("ratio", None): _lazy("A percentage"),
    ("score", "benefit"): _lazy("A score out of 100; the higher, the better"),
    ("score", "cost"): _lazy("A score out of 100; the lower, the better"),
    ("score", None): _lazy("A score out of 100"),
    (None, "benefit"): _lazy("The more, the better"),
    (None, "cost"): _lazy("The less, the better"),
}


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

    #: what it is called beside others
    name: str
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
        name=sentences.short_name(question),
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
    if item.leaves > len(item.contains):
        return ngettext(
            "%(names)s (%(num)s individual indicator in all)",
            "%(names)s (%(num)s individual indicators in all)",
            item.leaves,
            names=listed,
        )
    return ngettext(
        "%(names)s: %(num)s indicator", "%(names)s: %(num)s indicators", item.leaves, names=listed
    )


def _facts(item: Item) -> tuple[str, ...]:
    unit, source = names(item.unit), names(item.source)
    nature = _NATURES.get((item.kind or None, item.direction or None), "")
    path = PATH_SIGN.join(names(name) for name in item.path)
    known = (
        names(item.note),
        str(nature),
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
    """Return a figure with four digits, or with as many as stand before its point.

    What is too large or too small to be read in full is told with a power of ten.
    """
    number = Decimal(text)
    if number and not SMALLEST_POWER < number.adjusted() < LARGEST_POWER:
        number = Context(prec=SHOWN_DIGITS, rounding=ROUND_HALF_UP).plus(number)
        power = number.adjusted()
        return f"{figure(number.scaleb(-power))}\u202f×\u202f10{str(power).translate(_RAISED)}"
    places = max(0, SHOWN_DIGITS - 1 - number.adjusted())
    if -int(number.as_tuple().exponent) > places:
        number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return figure(number)
