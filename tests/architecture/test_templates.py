"""Rules that hold for every template: words only through the catalogues, one h1, nothing inline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
FILES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
LONGEST = 170
#: Symbols that are the same in both languages; single letters stand for quantities.
SYMBOLS = {
    "CV",
    "Ca",
    "Cs",
    "Cr",
    "SD",
    "IQR",
    "QR",
    "CSV",
    "csv",
    "JSON",
    "XLSX",
    "SHA",
    "kB",
    "MB",
}
#: Classes that a macro gives alone.
CLASSES = {"opener"}
#: An attribute that a macro gives alone.
ATTRIBUTE = re.compile(r'\s[a-z-]+="[^"]*"')
#: The name of a file format.
FORMAT = re.compile(r"\bdelphi-[a-z]+/[0-9]+\b")
#: Attributes that people read or hear.
SPOKEN = {"alt", "aria-label", "aria-roledescription", "placeholder", "title", "data-done"}
#: Blocks of the base that hold names of classes.
CLASS_BLOCKS = {"body_class", "heading_class", "layout"}
#: Forms that look something up and change nothing; they carry no token.
LOOKING = {"survey/entry.html", "survey/receipt_check.html"}
#: A string that can only be meant for people: Han, or a capital and a blank.
SENTENCE = re.compile(r"[\u4e00-\u9fff]|^[A-Z][a-z’']* \w")
FORBIDDEN = re.compile(
    r"localStorage|sessionStorage|indexedDB|innerHTML|outerHTML|insertAdjacentHTML"
    r"|document\.write|\beval\(|https?://"
)
LETTERS = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]+")


class _Trans(Extension):
    """Reads `{% trans %}` blocks and leaves nothing of them: they are translated."""

    tags = {"trans"}  # noqa: RUF012  (jinja2 declares it so)

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        parser.parse_statements(("name:endtrans",), drop_needle=True)
        return nodes.Output([], lineno=line)


class _BareText(HTMLParser):
    """Collects what would be shown without having passed a catalogue."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []
        self.headings = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        self.headings += tag == "h1"
        if tag == "style" or (tag == "script" and "src" not in names):
            self.inline.append(tag)
        self.inline += sorted(name for name in names if name == "style" or name.startswith("on"))
        for name, value in attrs:
            if name in SPOKEN:
                self._look(value or "")
            if name in {"href", "src", "action"} and re.match(r"(?i)\s*(https?:)?//", value or ""):
                self.inline.append(f"{name}={value}")

    def handle_data(self, data: str) -> None:
        self._look(data)

    def _look(self, text: str) -> None:
        words = LETTERS.findall(FORMAT.sub("", ATTRIBUTE.sub("", text)))
        self.found += [word for word in words if word not in SYMBOLS | CLASSES]


def _environment() -> Environment:
    return Environment(  # noqa: S701  (nothing is rendered)
        loader=FileSystemLoader(TEMPLATES), extensions=[_Trans, "jinja2.ext.do"]
    )


def shown_text(source: str) -> str:
    """Return the literal text of a template, with a blank for everything that is computed."""
    return "".join(_pieces(_environment().parse(source)))


def _pieces(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Block) and node.name in CLASS_BLOCKS:
        return
    if isinstance(node, nodes.Output):
        for child in node.nodes:
            yield child.data if isinstance(child, nodes.TemplateData) else " "
    elif not isinstance(node, nodes.Expr):
        for child in node.iter_child_nodes():
            yield from _pieces(child)


def untranslated_arguments(source: str) -> list[str]:
    """Return the sentences that stand as plain strings in expressions."""
    tree = _environment().parse(source)
    marked = {
        id(text)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in {"_", "ngettext", "gettext"}
        for text in call.args
    }
    strings = [text for text in tree.find_all(nodes.Const) if isinstance(text.value, str)]
    return [
        text.value for text in strings if id(text) not in marked and SENTENCE.search(text.value)
    ]


def read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def parsed(source: str) -> _BareText:
    parser = _BareText()
    parser.feed(shown_text(source))
    parser.close()
    return parser


@pytest.mark.parametrize("name", FILES)
def test_a_template_shows_no_text_of_its_own(name: str) -> None:
    assert parsed(read(name)).found == []


@pytest.mark.parametrize("name", FILES)
def test_a_template_passes_no_text_of_its_own_to_macros(name: str) -> None:
    assert untranslated_arguments(read(name)) == []


@pytest.mark.parametrize("name", FILES)
def test_a_template_has_nothing_inline_and_nothing_from_elsewhere(name: str) -> None:
    assert parsed(read(name)).inline == []


@pytest.mark.parametrize("name", FILES)
def test_only_the_base_has_an_h1(name: str) -> None:
    assert parsed(read(name)).headings == (1 if name == "base.html" else 0)


@pytest.mark.parametrize("name", FILES)
def test_a_template_never_switches_escaping_off(name: str) -> None:
    source = read(name)
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", source)


@pytest.mark.parametrize("name", FILES)
def test_a_template_stays_short(name: str) -> None:
    assert len(read(name).splitlines()) <= LONGEST


@pytest.mark.parametrize("name", FILES)
def test_forms_that_post_carry_the_token(name: str) -> None:
    source = "" if name in LOOKING else read(name)
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", source, re.S):
        assert re.search(r"csrf_field\(\)|csrf_token|page\.resend", form), form[:80]


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.js")), ids=lambda path: path.name)
def test_scripts_store_nothing_and_write_no_markup(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not FORBIDDEN.search(source.replace("http://www.w3.org/", ""))


# The checks can fail


@pytest.mark.parametrize(
    "source",
    [
        "<p>Bare words</p>",
        "<p>{{ x }} of {{ y }}</p>",
        "<p>没有翻译</p>",
        '<img alt="A picture">',
        '<button aria-label="Close">×</button>',
        "{% if x %}yes{% endif %}",
        "{% macro m() %}<b>bold</b>{% endmacro %}",
        "<p>{% trans %}Known{% endtrans %} unknown</p>",
    ],
)
def test_bare_text_is_found(source: str) -> None:
    assert parsed(source).found


def test_untranslated_arguments_are_found() -> None:
    found = untranslated_arguments(
        '{{ button("Sign in", "second") }}{{ notice(a="看") }}{{ _("In it") }}'
    )
    assert found == ["Sign in", "看"]


@pytest.mark.parametrize(
    "source",
    [
        '<p class="quiet">{{ _("Known") }}</p>',
        "{# a comment in words #}<p>{% trans %}Known{% endtrans %}</p>",
        '<a href="/studies" hreflang="{{ tag }}">{{ name }}</a>',
        "<td>CV</td><td>{{ value }}%</td><td>±</td>",
        '{% set kind = "second" %}<b class="{{ kind }}">{{ text }}</b>',
        '{% block title %}{{ _("Known") }}{% endblock %}',
    ],
)
def test_translated_text_is_not_reported(source: str) -> None:
    assert parsed(source).found == []


@pytest.mark.parametrize(
    "source",
    [
        '<p style="color: red">',
        "<script>alert()</script>",
        "<style>p {}</style>",
        '<b onclick="x()">',
        '<img src="https://elsewhere.example/x.png">',
        '<script src="//elsewhere.example/x.js"></script>',
    ],
)
def test_inline_code_is_found(source: str) -> None:
    assert parsed(source).inline
