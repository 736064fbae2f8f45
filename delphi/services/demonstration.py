"""A demonstration study on the ICDI-EC tree, marked as rehearsal, through the real services."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from analysis.simulation import simulated_allocations
from analysis.templates import template_tree
from analysis.tree import Tree
from delphi.bridge import questionnaire_of
from delphi.db import Database
from delphi.domain.answers.constant_sum import field
from delphi.domain.answers.typed import Typed
from delphi.domain.dataset import Dataset
from delphi.domain.disclosure import RELEASE_FROM
from delphi.domain.implications import ACCEPTABLE, TOO_HIGH, TOO_LOW
from delphi.domain.letter import Letter
from delphi.domain.protocol import default_protocol
from delphi.domain.questionnaire import Questionnaire
from delphi.errors import DomainError
from delphi.exchange.dataset import read_data_file
from delphi.models.identity import Invitation, Person
from delphi.models.study import Round
from delphi.services import closing, launch, links, panel, rounds, studies
from delphi.services.access import find_access
from delphi.services.dataset import attach_dataset
from delphi.services.invented_cities import FILE, invented_cities
from delphi.services.participation import move_marks
from delphi.services.releases import end_study
from delphi.services.staff import add_staff
from delphi.services.submissions import Sent, submit
from delphi.surroundings import Surroundings

TEMPLATE = "icdi_ec_2022"
ITEMS = ("D", "S", "E")
CENTRE = (15.0, 55.0, 30.0)
ROUND_LENGTH = timedelta(days=14)
#: Answers between two moves of marks: with thousands of experts the waiting list stays short.
MARKS_EVERY = 50

#: Panel T2: eight experts, three rounds, points for demand, supply, environment.
T2 = (
    (
        (20, 50, 30),
        (10, 70, 20),
        (10, 60, 30),
        (30, 40, 30),
        (20, 45, 35),
        (15, 65, 20),
        (25, 40, 35),
        (5, 60, 35),
    ),
    (
        (15, 55, 30),
        (10, 65, 25),
        (10, 60, 30),
        (25, 45, 30),
        (15, 50, 35),
        (15, 60, 25),
        (20, 45, 35),
        (10, 55, 35),
    ),
    (
        (15, 55, 30),
        (15, 55, 30),
        (10, 60, 30),
        (20, 50, 30),
        (15, 55, 30),
        (15, 60, 25),
        (15, 50, 35),
        (10, 55, 35),
    ),
)

_PEOPLE = (
    ("陈建平", "陈教授", "城市规划"),
    ("苏敏", "苏主任", "统计"),
    ("何文静", "何老师", "信息通信"),
    ("高远", "高研究员", "产业经济"),
    ("罗立新", "罗教授", "公共管理"),
    ("方志强", "方院长", "信息经济"),
    ("唐雪", "唐教授", "消费研究"),
    ("许永年", "许高工", "电子制造"),
)

#: Round → expert → item → reason, made up for the demonstration.
_REASONS: Mapping[int, Mapping[int, Mapping[str, str]]] = {
    1: {
        0: {"S": "供给侧的指标最多，城市能直接着力的也在这里。"},
        1: {"S": "服务和产业供给决定居民有没有东西可以消费。"},
        3: {
            "D": "没有购买力和数字技能，供给建得再好也空转。",
            "S": "普及率类指标各城市都接近上限，分量再加也拉不开差距。",
        },
        5: {"D": "人均收入与经济规模高度相关，分量过大就成了收入排名。"},
        6: {"D": "Demand is closest to what residents really do with the services."},
        7: {
            "D": "需求变化慢，一年一评看不出城市当年的工作。",
            "E": "网络是长期投入，分量太低会鼓励短期行为。",
        },
    },
    2: {
        1: {"S": "看了各方理由，环境确实是前提，略作下调。"},
        2: {"S": "示范城市的政策工具主要在供给侧，分量应与目标一致。"},
        3: {"D": "已经下调，但需求仍是各城市拉开距离的起点。"},
        6: {"E": "基站数量更多由运营商决定，不宜再加。"},
    },
}

_LETTER = Letter(
    organiser={"zh": "信息消费研究课题组", "en": "Information Consumption Research Group"},
    purpose={
        "zh": "课题组正在编制城市信息消费发展指数，"
        "想请您判断需求、供给、环境三个维度各应占多大分量。",
        "en": "We are building an index of city information consumption and would like your "
        "judgement on how much demand, supply and environment should each count.",
    },
    viewpoint={
        "zh": "请站在为全国示范城市制定统一尺度的立场作答，不代表您所在的城市或单位。",
        "en": "Answer as someone who sets one yardstick for all demonstration cities, "
        "not on behalf of your own city or employer.",
    },
    contact={"zh": "林老师，工作日 9:00 至 17:00", "en": "Ms Lin, weekdays 9:00 to 17:00"},
    telephone="010-5555 0123",
    email="delphi@example.org",
    minutes=10,
)


@dataclass(frozen=True)
class Coordinator:
    """The account that a demonstration is run from; its password is random and told once."""

    staff_id: str
    login: str
    password: str


@dataclass(frozen=True)
class Demonstration:
    """What was made."""

    study_id: str
    coordinator: Coordinator
    #: in the order of the experts; E1 first
    tokens: tuple[str, ...]
    rounds_closed: int
    #: the weight file as released, or None
    weights: str | None


def demonstrate(
    database: Database,
    around: Surroundings,
    *,
    experts: int = len(_PEOPLE),
    rounds_closed: int = 3,
    coordinator: Coordinator | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Demonstration:
    """Make a rehearsal study, answer and close some rounds, and release when all are closed.

    Parameters
    ----------
    experts
        8 replays panel T2; any other number draws a seeded panel.
    rounds_closed
        0 to 3; fewer than 3 leave the next round open.
    coordinator
        Whose study it becomes; None makes a new account.
    progress
        Told in words what is being done.

    Raises
    ------
    DomainError
        `demo_size` when a number is out of range.
    """
    if not 5 <= experts <= panel.LARGEST_PANEL or not 0 <= rounds_closed <= len(T2):
        raise DomainError("demo_size", experts=experts, rounds=rounds_closed)
    coordinator = coordinator or _new_coordinator(database, around)
    study_id = _new_study(database, experts, coordinator, around)
    tokens = _tokens(database, study_id, around)
    answers = _answers(experts)
    for number in range(1, rounds_closed + 1):
        progress(f"round {number}")
        round_id = _open(database, study_id, around)
        _answer(database, round_id, tokens, answers[number - 1], around)
        closing.close(database, study_id, number, around)
    if rounds_closed < len(T2):
        _open(database, study_id, around)
        weights = None
    else:
        weights = _end(database, study_id, experts, around)
    return Demonstration(study_id, coordinator, tuple(tokens), rounds_closed, weights)


def _new_coordinator(database: Database, around: Surroundings) -> Coordinator:
    login = f"demo-{around.new_id(3)}"
    password = secrets.token_urlsafe(12)
    with database.writing() as session:
        member = add_staff(session, login=login, name="林 Lin", password=password, around=around)
    return Coordinator(member.id, login, password)


def _new_study(
    database: Database, experts: int, coordinator: Coordinator, around: Surroundings
) -> str:
    with database.writing() as session:
        new = studies.NewStudy(
            title_zh="城市信息消费发展指数",
            title_en="City information-consumption index",
            tree=template_tree(TEMPLATE),
            tree_source=TEMPLATE,
            rehearsal=True,
        )
        study_id = studies.create_study(session, new, coordinator.staff_id, around)
        studies.set_letter(session, study_id, _LETTER)
        attach_dataset(session, study_id, _data(new.tree))
        # The experts of the demonstration say nothing about themselves, so nothing is asked.
        studies.set_protocol(session, study_id, default_protocol([]))
        panel.add_people(session, study_id, _people(experts), around)
        launch.launch(session, study_id, around)
        # The demonstration's experts have read the terms; no access code is asked of them.
        session.execute(
            update(Invitation).where(Invitation.study_id == study_id).values(entry="ready")
        )
    return study_id


def _data(tree: Tree) -> Dataset:
    return read_data_file(invented_cities(tree), FILE, [leaf.code for leaf in tree.leaves])


def _people(experts: int) -> list[panel.NewPerson]:
    if experts == len(_PEOPLE):
        return [panel.NewPerson(*person) for person in _PEOPLE]
    width = len(str(experts))
    return [
        panel.NewPerson(f"专家 {at:0{width}d}", f"专家 {at:0{width}d}")
        for at in range(1, experts + 1)
    ]


def _tokens(database: Database, study_id: str, around: Surroundings) -> list[str]:
    with database.writing() as session:
        people = dict(
            session.execute(select(Person.name, Person.id).where(Person.study_id == study_id)).all()
        )
        shown = links.show_tokens(session, study_id, list(people.values()), around)
    names = [person[0] for person in _PEOPLE] if len(people) == len(_PEOPLE) else sorted(people)
    return [shown[people[name]] for name in names]


def _answers(experts: int) -> Sequence[Sequence[Sequence[int]]]:
    if experts == len(_PEOPLE):
        return T2
    drawn: list[list[list[int]]] = simulated_allocations(experts, len(T2), CENTRE).tolist()
    return drawn


def _open(database: Database, study_id: str, around: Surroundings) -> str:
    due_at = around.clock.now() + ROUND_LENGTH
    with database.writing() as session:
        # A drawn panel may agree early; the demonstration goes on to show all its rounds.
        departure = "Demonstration: all three rounds are shown. 演示：三轮全部展示。"
        return rounds.open_round(session, study_id, due_at, around, departure=departure).id


def _answer(
    database: Database,
    round_id: str,
    tokens: Sequence[str],
    answers: Sequence[Sequence[int]],
    around: Surroundings,
) -> None:
    with database.reading() as session:
        opened = session.get_one(Round, round_id)
        questionnaire, number = questionnaire_of(opened), opened.number
    told = _REASONS.get(number, {}) if len(tokens) == len(_PEOPLE) else {}
    for at, (token, points) in enumerate(zip(tokens, answers, strict=True)):
        typed = Typed(
            fields={field(item): str(value) for item, value in zip(ITEMS, points, strict=True)},
            abstained=frozenset(),
            reasons=told.get(at, {}),
            judged=_opinions(questionnaire, at),
        )
        sent = Sent(round_id, questionnaire, typed, around.new_id(16))
        with database.writing() as session:
            access = find_access(session, token, around.key)
            if access is None:
                raise DomainError("link_unknown")
            submit(session, access, sent, around)
            if at % MARKS_EVERY == MARKS_EVERY - 1:
                move_marks(session, round_id, around.key)


def _opinions(questionnaire: Questionnaire, expert: int) -> dict[str, str]:
    """Return what an invented expert thinks of each share that the last answers imply."""
    said = (ACCEPTABLE, TOO_HIGH, ACCEPTABLE, TOO_LOW, ACCEPTABLE)
    return {
        node.code: said[(expert + 2 * at) % len(said)]
        for at, node in enumerate(questionnaire.implications)
    }


def _end(database: Database, study_id: str, experts: int, around: Surroundings) -> str | None:
    if experts < RELEASE_FROM:
        return None
    with database.writing() as session:
        release = end_study(
            session,
            study_id,
            around,
            departure="Demonstration ends after three rounds. 演示在第 3 轮后结束。",
            accept_rounding=True,
        )
        return release.weights
