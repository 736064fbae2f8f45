"""`python -m analysis bwm`."""

from __future__ import annotations

import json

import pytest

from analysis.cli import main

# Rezaei's example: load, travel time and cost.
TRANSPORT = {
    "best": "C",
    "worst": "A",
    "best_to_others": {"A": 8, "B": 2},
    "others_to_worst": {"B": 5, "C": 8},
}
KEYS = [
    *("weights", "xi", "cr_input", "threshold", "acceptable", "unique"),
    *("weights_low", "weights_high", "reason"),
]


@pytest.fixture
def run(tmp_path, capfdbinary):
    def call(*experts, items="ABC"):
        path = tmp_path / "panel.json"
        named = {f"E{at}": expert for at, expert in enumerate(experts, start=1)}
        path.write_text(json.dumps({"items": list(items), "experts": named}), "utf-8")
        code = main(["bwm", str(path)])
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode().replace(str(path), "panel.json")

    return call


@pytest.fixture
def answer(run):
    def call(*experts, items="ABC"):
        code, out, err = run(*experts, items=items)
        assert (code, err) == (0, "")
        return json.loads(out)

    return call


def test_the_answer_has_every_promised_key_in_order(answer):
    found = answer(TRANSPORT, TRANSPORT)
    assert list(found) == ["experts", "group", "reason"]
    assert list(found["experts"]) == ["E1", "E2"]
    assert list(found["experts"]["E1"]) == KEYS
    assert list(found["group"]) == ["geometric_mean", "arithmetic_mean", "experts_not_unique"]
    assert list(found["group"]["geometric_mean"]) == ["A", "B", "C"]


def test_the_transport_example_gives_the_printed_figures(answer):
    found = answer(TRANSPORT)["experts"]["E1"]
    expected = {"A": 0.071429, "B": 0.321429, "C": 0.607143}
    for name in ("weights", "weights_low", "weights_high"):
        assert found[name] == pytest.approx(expected, abs=5e-7)
    assert found["xi"] == pytest.approx(0.035714, abs=5e-7)
    assert found["cr_input"] == pytest.approx(0.035714, abs=5e-7)
    assert (found["unique"], found["threshold"], found["acceptable"]) == (True, 0.1309, True)
    assert found["reason"] is None


def test_comparisons_of_an_item_with_itself_change_nothing(answer):
    full = {
        **TRANSPORT,
        "best_to_others": {"A": 8, "B": 2, "C": 1},
        "others_to_worst": {"A": 1, "B": 5, "C": 8.0},
    }
    assert answer(full) == answer(TRANSPORT)


def test_two_items_are_enough(answer):
    expert = {
        "best": "A",
        "worst": "B",
        "best_to_others": {"B": 4},
        "others_to_worst": {"A": 4},
    }
    found = answer(expert, items="AB")
    assert found["experts"]["E1"]["weights"] == pytest.approx({"A": 0.8, "B": 0.2})
    assert found["group"]["geometric_mean"] == pytest.approx({"A": 0.8, "B": 0.2})
    assert found["experts"]["E1"]["threshold"] is None
    assert found["experts"]["E1"]["reason"]["threshold"] == "not_tabulated"


def test_the_group_has_both_means(answer):
    other = {
        "best": "B",
        "worst": "A",
        "best_to_others": {"A": 4, "C": 2},
        "others_to_worst": {"B": 4, "C": 2},
    }
    found = answer(TRANSPORT, other)
    rows = [expert["weights"] for expert in found["experts"].values()]
    arithmetic = {item: (rows[0][item] + rows[1][item]) / 2 for item in "ABC"}
    assert found["group"]["arithmetic_mean"] == pytest.approx(arithmetic)
    roots = {item: (rows[0][item] * rows[1][item]) ** 0.5 for item in "ABC"}
    total = sum(roots.values())
    geometric = {item: root / total for item, root in roots.items()}
    assert found["group"]["geometric_mean"] == pytest.approx(geometric)
    assert answer(other, TRANSPORT)["group"] == found["group"]


def changed(**keys):
    return {**TRANSPORT, **keys}


@pytest.mark.parametrize(
    ("expert", "expected"),
    [
        (changed(worst="C"), 'E1.worst: found "C", expected another item than the best'),
        (changed(best="Z"), 'E1.best: found "Z", expected one of the items'),
        (changed(worst=None), "E1.worst: found null, expected one of the items"),
        (changed(note=1), 'E1.note: found unknown key "note", expected only best, worst'),
        ({"best": "C", "worst": "A"}, "E1.best_to_others: found nothing, expected the key best_to"),
        (3, "E1: found 3, expected an object with best and worst"),
        (
            changed(best_to_others=[8, 2]),
            "E1.best_to_others: found a list, expected an object item",
        ),
        (
            changed(best_to_others={"A": 8}),
            "E1.best_to_others.B: found nothing, expected the key B",
        ),
        (
            changed(best_to_others={"A": 8, "B": 2, "D": 1}),
            'E1.best_to_others.D: found unknown key "D", expected only A, B, C',
        ),
        (
            changed(best_to_others={"A": 8, "B": None}),
            "E1.best_to_others.B: found null, expected a number from 1 to 1000000",
        ),
        (
            changed(best_to_others={"A": 8, "B": "2"}),
            'E1.best_to_others.B: found "2", expected a number from 1 to 1000000',
        ),
        (
            changed(best_to_others={"A": 8, "B": 0.5}),
            "E1.best_to_others.B: found 0.5, expected a number from 1 to 1000000",
        ),
        (
            changed(best_to_others={"A": 8, "B": True}),
            "E1.best_to_others.B: found true, expected a number from 1 to 1000000",
        ),
        (
            changed(best_to_others={"A": 8, "B": 2, "C": 2}),
            "E1.best_to_others.C: found 2, expected 1 or nothing",
        ),
        (
            changed(others_to_worst={"B": 5, "C": 7}),
            "E1.others_to_worst.C: found 7, expected 8 as in best_to_others.A",
        ),
    ],
)
def test_unusable_comparisons_are_refused_with_their_place(expert, expected, run):
    code, out, err = run(expert)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"panel.json, column experts.{expected}")


def test_one_item_cannot_be_best_and_worst(run):
    expert = {"best": "A", "worst": "A", "best_to_others": {}, "others_to_worst": {}}
    code, _, err = run(expert, items="A")
    assert code == 2
    assert 'E1.worst: found "A", expected another item than the best' in err
