"""Every code that results can carry has words, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import analysis
from analysis import concordance, dispersion, stability, verdict
from delphi.domain.methods import COMPANION_RULES, HEADLINE_RULES, METHODS
from delphi.queries.alternatives import EQUAL
from delphi.queries.results import condition_formulas, item_formulas, orders, sentences
from delphi.translations import catalogue_file, read_catalogue
from delphi.web.studies import result_words

ANALYSIS = Path(analysis.__file__).parent
TEMPLATES = ANALYSIS.parent / "templates"
CODE = re.compile(r'"([a-z]+(?:_[a-z0-9]+)+|abstained|incomplete)"')
NAMED = {
    "verdict": r'(?:_flag|_printed|_at_most|_ItemTest|Condition)\(\s*"(\w+)"',
    "verdict_order": r'name = "(\w+)" if [^\n]+ else "(\w+)"',
}


def source(module: object) -> str:
    return Path(str(vars(module)["__file__"])).read_text(encoding="utf-8")


def conditions() -> set[str]:
    text = source(verdict)
    found = set(re.findall(NAMED["verdict"], text))
    for pair in re.findall(NAMED["verdict_order"], text):
        found |= set(pair)
    return found


def reasons() -> set[str]:
    """Return every code that stands where the sources give a reason."""
    text = source(concordance) + source(dispersion) + source(stability) + source(verdict)
    known = set(re.findall(r'"((?:fewer|no|nobody|all|too|some|constant|one|scale|cv_u|w_is)\w*)"',
                           text))  # fmt: skip
    return known | {"mean_0", "quartiles_sum_to_0"}


def test_every_condition_of_the_rule_has_words() -> None:
    found = conditions()
    assert {"response", "items_agreed", "histogram_change", "p_chi2", "last_round"} <= found
    assert found | {"weight_change_max", "median_own_move", "mean_own_move"} <= (
        result_words.CONDITIONS.keys() | {"within_tolerance"}
    )


def test_every_reason_has_words() -> None:
    names = {"constant_sum", "constant_experts", "all_ties", "no_order", "one"}
    cautions = {"no_spread"}  # printed in files and not on pages
    found = reasons() - names - cautions
    assert {"all_constant", "w_is_1", "too_many_cells", "nobody_changed", "mean_0"} <= found
    assert found <= result_words.REASONS.keys()


@pytest.mark.parametrize("code", ["no_answers", "all_zero", "fewer_than_3_experts"])
def test_reasons_of_the_rules_of_aggregation_have_words(code: str) -> None:
    assert code in result_words.REASONS


def test_every_note_of_a_formula_has_words() -> None:
    text = "".join(map(source, (item_formulas, condition_formulas, orders)))
    found = set(re.findall(r'Note\("(\w+)"', text))
    # Codes that are chosen first: "x_derived" if … else "x", and those made by a suffix.
    found |= set(re.findall(r'"(\w+_(?:derived|rated|classic|mean|of_its_kind))"', text))
    moves = ("weight_change_max", "median_own_move", "mean_own_move")
    found |= {f"{name}_{kind}" for name in moves for kind in ("rated", "derived")} | {
        "response_other",
        "experts_both_other",
    }
    assert len(found) > 25
    assert found <= result_words.NOTES.keys()
    forms = set(condition_formulas._LIMITS.values())
    assert forms <= result_words.NOTES.keys()


def test_every_sentence_on_a_verdict_has_words_and_a_short_form() -> None:
    text = source(sentences)
    reasons = set(re.findall(r'"((?:stable|dissent|rating|classic|hold|moving)_\w+|first)"', text))
    reasons = (reasons - {"stable_dissent"}) | {f"moving_{name}" for name in sentences.STABILITY}
    endings = {"end", "end_dissent", "again", "limit", "other_way", "not_again"}
    assert {"rating_moving", "classic_cv", "hold_both"} <= reasons
    template = (TEMPLATES / "results" / "_sentences.html").read_text(encoding="utf-8")
    told = re.findall(r'code == "(\w+)"', template)
    assert {one for one in reasons if told.count(one) < 2} == set()
    assert endings <= set(re.findall(r'ending == "(\w+)"', template))
    assert endings <= set(re.findall(r'"(\w+)"', text))


def test_every_rule_of_the_table_of_alternatives_has_words() -> None:
    rules = {rule for method in METHODS for rule in COMPANION_RULES[method]}
    assert {EQUAL, *HEADLINE_RULES.values(), *rules} == set(result_words.ALTERNATIVES)
    assert set(HEADLINE_RULES.values()) == set(result_words.BY_AUTHORITY)


def test_every_text_of_results_is_in_the_chinese_catalogue() -> None:
    catalogue = read_catalogue(catalogue_file("results"))
    untranslated = [message.id for message in catalogue if message.id and not message.string]
    assert untranslated == []
    terms = {"Movement": "移动", "so it agrees": "因此一致", "Response": "积极系数"}
    for english, chinese in terms.items():
        message = catalogue.get(english)
        assert message is not None
        assert message.string == chinese


def test_no_chinese_text_uses_another_word_for_a_term() -> None:
    catalogue = read_catalogue(catalogue_file("results"))
    texts = [str(message.string) for message in catalogue if message.id]
    for word in ("匿名", "异常", "离群", "偏离专家", "共识", "受访者"):
        assert not [text for text in texts if word in text], word
