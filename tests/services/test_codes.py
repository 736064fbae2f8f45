"""Every refusal that the services and the domain know is shown by a test and known to a page."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import delphi

PACKAGE = Path(delphi.__file__).parent
TESTS = Path(__file__).resolve().parents[1]
REFUSALS = frozenset({"DomainError", "NotFoundError", "NotAllowedError"})
#: What no page can meet, and why.
MET_BY_NOBODY = {
    "round_not_due": "the tick asks for it and takes it as an answer",
    "draft_settled": "somebody settled it in another window: the page goes on",
    "answers_incomplete": "the page names the gaps themselves before it submits",
    "link_unknown": "a dead link has a page of its own",
}


def modules(*folders: Path) -> list[ast.Module]:
    """Return every module below some folders, parsed."""
    files = (path for folder in folders for path in sorted(folder.rglob("*.py")))
    return [ast.parse(path.read_text(encoding="utf-8")) for path in files]


def raised(trees: Iterable[ast.Module], names: frozenset[str] = REFUSALS) -> set[str]:
    """Return the codes of every refusal; a code must stand there in plain text."""
    found = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
            code = node.args[0]
            assert isinstance(code, ast.Constant), ast.unparse(node)
            found.add(str(code.value))
    return found


def texts(trees: Iterable[ast.Module]) -> set[str]:
    """Return every text that stands in the code (comments are not code)."""
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


SOURCES = modules(PACKAGE / "services", PACKAGE / "domain")
CODES = raised(SOURCES)


def test_the_codes_are_found() -> None:
    assert {"round_closed", "study_unknown", "protocol_value"} <= CODES
    assert len(CODES) > 40


def test_every_refusal_is_shown_by_a_test() -> None:
    here = Path(__file__)
    trees = [
        ast.parse(path.read_text(encoding="utf-8"))
        for folder in ("services", "domain", "exchange", "cli", "web")
        for path in (TESTS / folder).rglob("test_*.py")
        if path != here
    ]
    assert CODES - texts(trees) == set()


def test_every_refusal_is_known_to_a_page_or_a_command() -> None:
    # What does not exist needs no words of its own: the page says that it is not there.
    rules = raised(SOURCES, frozenset({"DomainError", "NotAllowedError"}))
    known = texts(modules(PACKAGE / "web", PACKAGE / "cli"))
    assert rules - known - set(MET_BY_NOBODY) == set()


def test_a_refusal_that_nobody_knows_is_caught() -> None:
    source = ast.parse(
        'def f():\n    """Say moon_unknown."""\n    raise NotFoundError("moon_unknown", name=1)'
    )
    assert raised([source]) == {"moon_unknown"}
    assert raised([source], frozenset({"DomainError"})) == set()
    comment = ast.parse('with refuses("sun_unknown"):  # and not moon_unknown\n    pass')
    assert texts([comment]) == {"sun_unknown"}


def test_codes_are_small_words() -> None:
    assert not [code for code in CODES if not code.replace("_", "").islower()]
