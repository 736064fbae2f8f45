"""Forms sent up to five times in parallel: one row each, the same answer each."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from delphi.db import Database
from delphi.services.submissions import Sent, submit
from delphi.surroundings import Surroundings
from tests.databases import BACKENDS, MakeDatabase
from tests.harness.clients import at_once
from tests.studies import RunningStudy, running_study

pytestmark = pytest.mark.harness
CHANCE = random.SystemRandom()
EXPERTS, FORMS_EACH, CLIENTS, MOST_SENDS = 8, 3, 16, 5
Change = Callable[[Sent], Sent]


def sent_once(form: Sent) -> Sent:
    return form


def with_another_key(form: Sent) -> Sent:
    """Forget the key of the form, as a program that does not look at it would."""
    return replace(form, form_key=CHANCE.randbytes(16).hex())


def posts(study: RunningStudy, change: Change) -> tuple[int, int, list[object]]:
    """Send every form one to five times; return forms, rows and what went wrong."""
    forms = [
        (study.access(expert), study.sent((5 * form, 100 - 5 * form, 0)))
        for expert in range(EXPERTS)
        for form in range(FORMS_EACH)
    ]
    sends = [one for one in forms for _ in range(CHANCE.randint(1, MOST_SENDS))]
    CHANCE.shuffle(sends)

    def client(number: int) -> list[tuple[str, str]]:
        told = []
        for access, form in sends[number::CLIENTS]:
            with study.database.writing() as session:
                stored = submit(session, access, change(form), study.around)
            told.append((form.form_key, stored))
        return told

    answers: dict[str, set[str]] = {}
    wrong: list[object] = []
    for told in at_once([lambda n=n: client(n) for n in range(CLIENTS)]):
        if isinstance(told, Exception):
            wrong.append(told)
            continue
        for key, stored in told:
            answers.setdefault(key, set()).add(stored)
    wrong += [stored for stored in answers.values() if len(stored) != 1]
    return len(forms), len(study.submissions()), wrong


def runs(database: Database, around: Surroundings, change: Change) -> tuple[int, int, list[object]]:
    study = running_study(database, around, experts=EXPERTS).opens_round()
    return posts(study, change)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_form_sent_several_times_is_stored_once(
    databases: MakeDatabase,
    around: Surroundings,
    times: Callable[[int, int], int],
    backend: str,
) -> None:
    with databases(backend, clients=CLIENTS) as database:
        for _ in range(times(3, 210)):
            forms, rows, wrong = runs(database, around, sent_once)
            assert wrong == []
            assert rows == forms


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_program_that_forgets_the_key_of_a_form_is_caught(
    databases: MakeDatabase, around: Surroundings, backend: str
) -> None:
    with databases(backend, clients=CLIENTS) as database:
        forms, rows, wrong = runs(database, around, with_another_key)
    assert rows > forms
    assert wrong != []
