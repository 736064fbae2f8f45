"""Every public name of `analysis` has its types and a docstring that leaves nothing out."""

from __future__ import annotations

import pytest

from tests.architecture.docstrings import is_public, lacking, sections
from tests.architecture.test_layout import modules

PUBLIC = {name: path for name, path in modules("analysis").items() if is_public(name)}

GOOD = '''
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


@dataclass(frozen=True)
class Spread:
    """Spread of the answers.

    Attributes
    ----------
    low
        Smallest answer.
    """

    low: float
    #: largest answer; NaN where there
    #: is none
    high: float
    n: int  #: answers given
    _cache: int = 0

    @cached_property
    def width(self) -> float:
        """From the smallest to the largest, in the unit of the answers."""
        return self.high - self.low


class Refusal(ValueError):
    """An answer that cannot be used.

    Parameters
    ----------
    code
        Code of why.
    """

    def __init__(self, code: str) -> None:
        self.code = code


def spread(answers: list[float], *more: float, least: int = 1, most: int = 9) -> Spread:
    """Describe the answers.

    Parameters
    ----------
    answers, more
        In any order.
    least, most : int
        How many there may be.

    Returns
    -------
    Spread
        With NaN where undefined.

    Raises
    ------
    Refusal
        If they are too few.
    """
    def inner(x):
        raise KeyError(x)

    if len(answers) < least:
        raise Refusal("few")
    return Spread(min(answers), max(answers), len(answers))


def each(count: int) -> Iterator[int]:
    """Count.

    Parameters
    ----------
    count
        Up to this.

    Yields
    ------
    int
        From 0.
    """
    yield from range(count)


def say() -> None:
    """Say nothing."""


def _private(x):
    raise ValueError
'''


@pytest.mark.parametrize("module", sorted(PUBLIC))
def test_a_public_name_is_typed_and_documented(module: str) -> None:
    assert lacking(PUBLIC[module].read_text(encoding="utf-8"), module) == []


def test_every_module_of_analysis_without_an_underscore_is_looked_at() -> None:
    assert {"analysis.concordance", "analysis.record.leaf", "analysis.scoring.years"} <= set(PUBLIC)
    assert "analysis.__main__" not in PUBLIC
    assert len(PUBLIC) > 40


# The check can fail


def test_what_is_complete_is_not_reported() -> None:
    assert lacking(GOOD, "analysis.spread") == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("answers: list[float]", "answers", "spread: no type of answers"),
        ("*more: float", "*more", "spread: no type of more"),
        (" -> Spread:", ":", "spread: no type of what it returns"),
        ('"""Say nothing."""', "pass", "say: no docstring"),
        ('    """From the smallest', '    a = """', "Spread.width: no docstring"),
        ("answers, more\n", "answers\n", "spread: Parameters says nothing of more"),
        ("        In any order.\n", "", "spread: Parameters says nothing of answers"),
        ("least, most : int", "least, most, top", "spread: Parameters names top, which is none"),
        ("Code of why.", "", "Refusal: Parameters says nothing of code"),
        ("    Returns\n", "    Gives\n", "spread: no Returns"),
        ("        With NaN where undefined.\n", "", "spread: no Returns"),
        ("    Yields\n    ------", "    Returns\n    -------", "each: no Yields"),
        ("    Refusal\n        If", "    Other\n        If", "Raises says nothing of Refusal"),
        ("        Smallest answer.\n", "", "Spread: no comment on low"),
        ("#: largest", "# largest", "Spread: no comment on high"),
        (
            "#: largest answer; NaN where there\n    #: is none\n",
            "\n",
            "Spread: no comment on high",
        ),
        ("  #: answers given", "  #:", "Spread: no comment on n"),
        ("def _private", "def private", "private: no docstring"),
    ],
)
def test_each_omission_is_found(old: str, new: str, found: str) -> None:
    assert old in GOOD
    assert any(found in line for line in lacking(GOOD.replace(old, new, 1), "analysis.spread"))


def test_a_named_tuple_and_a_class_without_docstring_are_found() -> None:
    assert lacking("class Pair(NamedTuple):\n    first: int\n", "analysis.pair") == [
        "analysis.pair.Pair: no comment on first",
        "analysis.pair.Pair: no docstring",
    ]


def test_a_command_needs_one_line_and_what_it_lends_to_others_all_of_it() -> None:
    source = 'def run(arguments: Namespace) -> Answer:\n    """Answer."""\n'
    assert lacking(source, "analysis.cli.tree") == []
    assert lacking(source, "analysis.tree") != []
    assert lacking(source.replace("run", "scale_of"), "analysis.cli.tree") != []


def test_a_check_of_a_printed_claim_needs_one_line_and_what_it_rests_on_all_of_it() -> None:
    source = 'def growth(claim: Claim, facts: Facts) -> Finding:\n    """Growth."""\n'
    assert lacking(source, "analysis.reproduction.dei") == []
    assert lacking(source, "analysis.scoring.years") != []
    assert lacking(source.replace("claim: Claim, ", ""), "analysis.reproduction.dei") != []


def test_a_module_with_an_underscore_is_private() -> None:
    assert not is_public("analysis.plots._glyphs")
    assert not is_public("analysis._plots.theme")
    assert is_public("analysis.plots.__init__")


def test_the_entries_of_a_section_are_told_apart() -> None:
    docstring = GOOD.split("Describe the answers.")[1].split('"""', maxsplit=1)[0]
    assert list(sections(docstring)) == ["Parameters", "Returns", "Raises"]
    assert list(sections(docstring)["Parameters"]) == ["answers", "more", "least", "most"]
