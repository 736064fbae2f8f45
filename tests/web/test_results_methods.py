"""Verdicts and weights of ratings, rankings and comparisons, as they are read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from delphi.domain.methods import BEST_WORST, CRITERIA, PAIRWISE, RANKING, RATING, PlannedQuestion
from delphi.domain.protocol import Protocol
from delphi.web.words import CRITERIA as CRITERION_WORDS
from tests.databases import SqliteSource
from tests.method_panels import ASKED, asking, asking_twice, name_of, panel
from tests.studies import FOUR_GROUPS, RunningStudy
from tests.web.results_desk import address, keys_of, shared_desk, table_after, words_of
from tests.web.studies_desk import LANGUAGES, METHODOLOGIST, Desk, foreign_words, heading

POINTS, RATED = ASKED[0], ASKED[1]
OTHERS = ASKED[1:]


@pytest.fixture(scope="module")
def desk(sqlite_source: SqliteSource, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with shared_desk(sqlite_source, tmp_path_factory.mktemp("methods")) as given:
        yield given


def plays(study: RunningStudy, *rounds: PlannedQuestion) -> RunningStudy:
    for asked in rounds:
        study.opens_round()
        for expert, values in enumerate(panel(asked, study.number)):
            study.submits_values(expert, {"root": values})
        study.closes_round()
    return study


@pytest.fixture(scope="module")
def studies(desk: Desk) -> dict[str, RunningStudy]:
    """Give a study of each method after two rounds; tests only read them."""
    return {
        name_of(asked): plays(desk.running(protocol=asking_twice(asked, "1")), asked, asked)
        for asked in OTHERS
    }


def weights(study: RunningStudy, query: str = "") -> str:
    return f"/studies/{study.id}/weights{query}"


each = pytest.mark.parametrize("name", [name_of(asked) for asked in OTHERS])


@each
@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_are_whole(
    desk: Desk, studies: dict[str, RunningStudy], name: str, language: str
) -> None:
    study = studies[name]
    methodologist = desk.browser(METHODOLOGIST)
    pages = [desk.get(address(study, number), language) for number in (1, 2)]
    pages += [desk.get(weights(study, query), language) for query in ("", "?open=way-S")]
    pages.append(desk.get(weights(study, "?open=way-S"), language, methodologist))
    for page in pages:
        assert "%(" not in page
        if language != "en":
            assert foreign_words(page) == []


@each
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_the_page_opens(
    desk: Desk, studies: dict[str, RunningStudy], name: str, language: str
) -> None:
    study = studies[name]
    for key in keys_of(desk.get(address(study, 2))):
        part = desk.get(address(study, 2, f"?open={key}&fragment=1"), language)
        assert "%(" not in part, key
        assert 'class="formula"' in part, key


@each
def test_each_group_says_how_it_was_asked(
    desk: Desk, studies: dict[str, RunningStudy], name: str
) -> None:
    said = {
        RATING: ("Rating, ", "dividing each expert’s ratings by their sum"),
        RANKING: ("Ranking", "place k gets the weight (1/k + … + 1/n) ÷ n"),
        PAIRWISE: ("Pairwise comparison", "row geometric means"),
        BEST_WORST: ("Best and worst", "linear best-worst model"),
    }
    asked = next(one for one in OTHERS if name_of(one) == name)
    text = words_of(desk.get(address(studies[name], 2)))
    for piece in said[asked.method]:
        assert piece in text
    derived = "The figures below are individual weights in points of 100." in text
    assert derived is (asked.method != RATING)


def test_a_study_of_points_alone_says_nothing_of_methods(desk: Desk) -> None:
    study = plays(desk.running(), POINTS)
    assert "Asked by" not in words_of(desk.get(address(study, 1)))
    assert "Asked by" not in words_of(desk.get(weights(study)))


@pytest.mark.parametrize(("name", "ends"), [("rating-1-5", "12345"), ("rating-1-9", "123456789")])
def test_the_axis_of_a_rating_is_its_scale(
    desk: Desk, studies: dict[str, RunningStudy], name: str, ends: str
) -> None:
    page = desk.get(address(studies[name], 2))
    (drawing,) = re.findall(r'<svg class="wide".*?</svg>', page, re.S)
    assert re.findall(r'text-anchor="middle">(\d+)</text>', drawing) == list(ends)
    assert 'class="step"' not in drawing
    assert "points" not in drawing
    assert f"Ratings from 1 to {ends[-1]}." in words_of(page)
    assert "tolerance" not in words_of(page)


def test_conditions_of_a_rating_have_no_points(
    desk: Desk, studies: dict[str, RunningStudy]
) -> None:
    text = words_of(desk.get(address(studies["rating-1-9"], 2)))
    assert "≤ 15% in 3 items" in text
    assert "≤ 2 in 3 items" in text
    assert "≤ 0.25 in 3 items" in text
    chinese = words_of(desk.get(address(studies["rating-1-9"], 2), "zh-CN"))
    assert "≤ 2，至少 3 项" in chinese


def test_the_table_of_a_rating_has_full_scores_and_the_change_of_the_mean(
    desk: Desk, studies: dict[str, RunningStudy]
) -> None:
    page = desk.get(address(studies["rating-1-9"], 2))
    rows = table_after(page, "Statistics by item")
    assert rows[0][-2].endswith("%")
    assert "Change of the mean" in words_of(page)
    assert "Weight change" not in words_of(page)


def test_further_criteria_stand_in_tables_of_their_own(
    desk: Desk, studies: dict[str, RunningStudy]
) -> None:
    page = desk.get(address(studies["rating-1-9"], 2))
    captions = re.findall(r"<caption>(.*?)</caption>", page)
    assert captions == [str(CRITERION_WORDS[one]) for one in CRITERIA[1:3]]
    assert len(table_after(page, "Further criteria")[0]) == 7


def test_comparisons_say_how_consistent_they_are(
    desk: Desk, studies: dict[str, RunningStudy]
) -> None:
    pairs = words_of(desk.get(address(studies["pairwise"], 2)))
    for piece in ("CR above 0.10", "of 8 experts", "Median CR", "Median GCI", "Consensus S*"):
        assert piece in pairs
    ends = words_of(desk.get(address(studies["best_worst"], 2)))
    assert "CR above its limit" in ends
    assert "GCI" not in ends
    assert "Consistency of the comparisons" not in words_of(
        desk.get(address(studies["ranking"], 2))
    )


@pytest.mark.parametrize(
    ("name", "command", "rule"),
    [
        ("rating-1-5", "answers.csv --type rating --rule mean_of_normalised", "normalised ratings"),
        ("ranking", "answers.csv --type ranking --rule roc", "rank-order centroid"),
        ("pairwise", "individual-weights.csv --type constant_sum --rule geometric_mean", "ahp"),
        ("best_worst", "individual-weights.csv --type constant_sum --rule geometric_mean", "bwm"),
    ],
)
def test_weights_name_their_rule_and_the_command(
    desk: Desk, studies: dict[str, RunningStudy], name: str, command: str, rule: str
) -> None:
    text = words_of(desk.get(weights(studies[name])))
    assert f"python -m analysis bootstrap {command} --step 1" in text
    assert rule in text
    assert "Arithmetic mean of" not in text


@pytest.mark.parametrize(
    ("name", "formula", "sums"),
    [
        ("rating-1-5", "Σ (x ÷ Σ x)", "Sum of the shares"),
        ("ranking", "Σ w", "Sum of the ROC weights"),
        ("pairwise", "ⁿ√(Π x)", "Geometric mean"),
        ("best_worst", "ⁿ√(Π x)", "Geometric mean"),
    ],
)
def test_the_way_has_the_formula_of_its_method(
    desk: Desk, studies: dict[str, RunningStudy], name: str, formula: str, sums: str
) -> None:
    mine = words_of(desk.get(weights(studies[name], "?open=way-S&fragment=1")))
    assert formula in mine
    assert sums in mine
    assert "shown to methodologists only" in mine
    theirs = desk.get(
        weights(studies[name], "?open=way-S&fragment=1"), client=desk.browser(METHODOLOGIST)
    )
    assert len(re.findall(r'<th scope="row">[A-Z2-7]{2,}</th>', theirs)) == 8
    said = words_of(theirs).replace("\u00a0", " ")
    compared = re.search("(Demand|Supply) : (Demand|Supply) = ", said) is not None
    assert compared is (name in {"pairwise", "best_worst"})


def test_the_plan_that_goes_on_is_announced(desk: Desk) -> None:
    study = plays(desk.running(protocol=asking(RATED, RATED, POINTS, POINTS)), RATED, RATED)
    page = desk.get(address(study, 2))
    assert heading(page).endswith("the plan goes on in another way")
    text = words_of(page)
    assert "By the plan round 3 goes on with another method: Dividing 100 points." in text
    assert "the plan goes on with: Dividing 100 points." in text
    assert "Open round 3" in text
    assert "The plan has more rounds than this." in text
    plays(study, POINTS)
    text = words_of(desk.get(address(study, 3)))
    assert "Round 1 asked in another way (Rating, 1 to 5) and is not compared." in text


def test_weights_say_from_which_round_they_come(desk: Desk) -> None:
    pairs = PlannedQuestion("D", PAIRWISE)
    steps = {"root": None, "D": None}
    plan = ((RATED, pairs), (POINTS,), (POINTS,))
    protocol = Protocol(groups=("root", "D"), publishing_steps=steps, plan=plan)
    study = desk.running(protocol=protocol, tree=FOUR_GROUPS).opens_round()
    for expert, values in enumerate(panel(RATED)):
        study.submits_values(expert, {"root": values, "D": {"D1:D2": 3}})
    study.closes_round()
    first = words_of(desk.get(address(study, 1)))
    assert "Within Demand: not asked again" in first
    plays(study, POINTS)
    text = words_of(desk.get(weights(study)))
    assert text.count("From round 1, the last one that asked this group.") == 1
    way = desk.get(weights(study, "?open=way-D1&fragment=1"))
    counted = re.findall(r"List of counted answers: <code>(\w{64})</code>", way.replace("\n", ""))
    assert counted
    assert counted[0] != study.round().counted_sha256


def test_without_every_group_there_is_no_preview(desk: Desk) -> None:
    pairs = PlannedQuestion("D", PAIRWISE)
    plan = ((POINTS,), (POINTS, pairs), (POINTS, pairs))
    protocol = Protocol(groups=("root", "D"), publishing_steps={"root": None, "D": None}, plan=plan)
    study = plays(desk.running(protocol=protocol, tree=FOUR_GROUPS), POINTS)
    page = desk.get(weights(study))
    assert heading(page) == "No weights yet: the plan has more to ask"
    assert "The plan asks these groups in a later round: Demand." in words_of(page)


def test_ratings_of_zeros_only_are_told_to_give_no_weights(desk: Desk) -> None:
    asked = PlannedQuestion("root", RATING, (0, 100), CRITERIA[:1])
    study = desk.running(protocol=asking_twice(asked)).opens_round()
    for expert in range(8):
        study.submits_values(expert, {"root": {"importance": {"D": 0, "S": 0, "E": 0}}})
    study.closes_round()
    assert heading(desk.get(weights(study))) == "No weights: the answers of round 1 give none"
    assert desk.get(address(study, 1))
    answer = desk.post(f"/studies/{study.id}/end", {"departure": "we have to"})
    assert answer.status_code == 409
    assert "The answers for the group root give no weights" in words_of(answer.text)
