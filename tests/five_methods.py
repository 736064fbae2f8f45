"""One study that asks every question method in one round, and answers to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analysis.treefile import parse_tree
from delphi.domain.answers.typed import Typed
from delphi.domain.methods import (
    BEST_WORST,
    CONSTANT_SUM,
    PAIRWISE,
    RANKING,
    RATING,
    PlannedQuestion,
)
from delphi.domain.protocol import Protocol, default_protocol, same_in_every_round

#: The groups and how each is asked; one of them is asked for 100 points.
PLAN = (
    PlannedQuestion("root", PAIRWISE),
    PlannedQuestion("D", RATING, (1, 5), ("importance", "operability")),
    PlannedQuestion("D1", CONSTANT_SUM),
    PlannedQuestion("S", RANKING),
    PlannedQuestion("E", BEST_WORST),
    PlannedQuestion("E1", RATING, (0, 100), ("importance",)),
)
FIVE_METHODS = parse_tree(
    "code,parent,name_zh,name_en,kind,direction,weight_rule,local_percent\n"
    "D,,信息消费需求,Demand,,,elicited,\n"
    "S,,信息消费供给,Supply,,,elicited,\n"
    "E,,信息消费环境,Environment,,,elicited,\n"
    "D1,D,消费者购买力,Purchasing power,,,elicited,\n"
    "D2,D,信息通信需求,Communication demand,value,benefit,elicited,\n"
    "D3,D,电子商务需求,Online trade demand,value,benefit,elicited,\n"
    "D1.1,D1,人均可支配收入,Disposable income per capita,value,benefit,elicited,\n"
    "D1.2,D1,人均消费支出,Spending per capita,value,benefit,elicited,\n"
    "S1,S,信息通信业,Telecommunications,value,benefit,elicited,\n"
    "S2,S,软件业,Software,value,benefit,elicited,\n"
    "S3,S,电子商务,Online trade,value,benefit,elicited,\n"
    "S4,S,公共服务,Public services,value,benefit,elicited,\n"
    "E1,E,基础设施,Infrastructure,,,elicited,\n"
    "E2,E,信息安全,Information security,ratio,benefit,elicited,\n"
    "E3,E,政策环境,Policy,score,benefit,elicited,\n"
    "E1.1,E1,固定宽带,Fixed broadband,ratio,benefit,elicited,\n"
    "E1.2,E1,移动宽带,Mobile broadband,ratio,benefit,elicited,\n",
    "five_methods.csv",
    require_weights=False,
)
#: A full answer, field by field, as somebody would type it.
ANSWER: Mapping[str, str] = {
    "more.D:S": "second",
    "times.D:S": "3",
    "more.D:E": "equal",
    "more.S:E": "first",
    "times.S:E": "2",
    **{
        f"rating.importance.{code}": rating
        for code, rating in zip(("D1", "D2", "D3"), "435", strict=True)
    },
    **{
        f"rating.operability.{code}": rating
        for code, rating in zip(("D1", "D2", "D3"), "523", strict=True)
    },
    "points.D1.1": "65",
    "points.D1.2": "35",
    **{
        f"place.{code}": place for code, place in zip(("S1", "S2", "S3", "S4"), "2413", strict=True)
    },
    "best.E": "E1",
    "worst.E": "E3",
    "best_to.E2": "2",
    "best_to.E3": "8",
    "to_worst.E2": "5",
    "rating.importance.E1.1": "70",
    "rating.importance.E1.2": "90",
}
#: What the full answer is stored as.
STORED: dict[str, Any] = {
    "root": {"D:S": -3, "D:E": 1, "S:E": 2},
    "D": {
        "importance": {"D1": 4, "D2": 3, "D3": 5},
        "operability": {"D1": 5, "D2": 2, "D3": 3},
    },
    "D1": {"D1.1": 65, "D1.2": 35},
    "S": {"S1": 2, "S2": 4, "S3": 1, "S4": 3},
    "E": {
        "best": "E1",
        "worst": "E3",
        "best_to_others": {"E2": 2, "E3": 8},
        "others_to_worst": {"E2": 5},
    },
    "E1": {"importance": {"E1.1": 70, "E1.2": 90}},
}


def five_methods(rounds: int = 2) -> Protocol:
    """Return the protocol that asks all of it in every round."""
    protocol = default_protocol(one.group for one in PLAN)
    return replace(protocol, plan=same_in_every_round(PLAN, rounds))


def full_answer(changed: Mapping[str, str] | None = None) -> Typed:
    """Return the full answer as a typed form, with some fields changed."""
    return Typed({**ANSWER, **(changed or {})}, frozenset(), {})
