"""Filling in fields of any question method, with a mouse or with the keyboard alone."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Page

#: More presses of the tab key than any page of the tests has stops.
MOST_STOPS = 400


def fills(page: Page, answer: Mapping[str, str]) -> None:
    """Fill in or choose every field; what script has put out of the way comes into view first."""
    for name, value in answer.items():
        field = page.locator(f'[name="{name}"]')
        if field.first.get_attribute("type") == "radio":
            page.locator(f'[name="{name}"][value="{value}"]').check()
        else:
            field.fill(value)


def types(page: Page, answer: Mapping[str, str]) -> None:
    """Go from field to field with the tab key; choose with the arrows, type the rest."""
    left = dict(answer)
    for _ in range(MOST_STOPS):
        if not left:
            return
        page.keyboard.press("Tab")
        name = str(page.evaluate("document.activeElement.name ?? ''"))
        value = left.pop(name, None)
        if value is None:
            continue
        if page.evaluate("document.activeElement.type") == "radio":
            _chooses(page, value)
        else:
            page.keyboard.type(value)
    raise AssertionError(f"no way with the tab key to {sorted(left)}")


def _chooses(page: Page, value: str) -> None:
    """Choose among radio buttons: the space bar the one in focus, arrows the ones after it."""
    page.keyboard.press("Space")
    for _ in range(10):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no {value!r} among the choices")


def filled(page: Page, answer: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in the fields that `answer` names."""
    found: dict[str, str] = page.evaluate(
        """names => Object.fromEntries(names.map(name => {
            const all = [...document.getElementsByName(name)];
            const one = all[0]?.type === 'radio' ? all.find(radio => radio.checked) : all[0];
            return [name, one?.value ?? ''];
        }))""",
        list(answer),
    )
    return found
