"""Templates, compiled once for each language.

Most texts of a page have no placeholder: compiled for one language they stand in the code of the
page like the markup around them, and cost nothing when it is rendered. The language of the request
chooses among the compiled pages, also for what a page extends, includes and imports.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from flask import Flask
from flask.sansio.app import App
from flask.templating import Environment
from jinja2 import StrictUndefined, Template
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from delphi.web.language import CHINESE, ENGLISH, language, plain_text, speaking

_ESCAPED = ".html"


class Templates(Environment):
    """The templates of the program in the language of the reader."""

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self.add_extension(TextsInPlace)
        self.undefined = StrictUndefined
        self.auto_reload = False
        self.trim_blocks = True
        self.lstrip_blocks = True
        self.policies["ext.i18n.trimmed"] = True
        self._compiled: dict[tuple[str, str], Template] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        """Return a template in the language of the request, compiled when it is first asked for."""
        if self.loader is None or isinstance(name, Template) or globals:
            return super().get_template(name, parent, globals)
        key = (language(), name)
        if key not in self._compiled:
            self._compiled[key] = self.loader.load(self, name, self.make_globals(None))
        return self._compiled[key]

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template: those of all, unless it has some of its own.

        Jinja lays an empty layer of its own over them for each template, and looks through both
        layers name by name whenever a page imports a macro.
        """
        return super().make_globals(d) if d else self.globals


class TextsInPlace(Extension):
    """Puts what `_("…")` says in the language of the request into the template's code."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Replace a text that is called for without values; `%%` in it is a percent sign."""
        is_markup = stream.name is not None and stream.name.endswith(_ESCAPED)
        waiting: list[Token] = []
        for token in stream:
            waiting.append(token)
            if is_markup and _is_call(waiting):
                line, text = token.lineno, plain_text(waiting[2].value)
                waiting[:] = (
                    Token(line, "lparen", "("),
                    Token(line, "string", text),
                    Token(line, "pipe", "|"),
                    Token(line, "name", "safe"),
                    Token(line, "rparen", ")"),
                )
            elif _may_become_call(waiting):
                continue
            yield from waiting
            waiting.clear()
        yield from waiting


def _is_call(tokens: list[Token]) -> bool:
    return len(tokens) == len(_CALL) and _may_become_call(tokens)


_CALL = ("name", "lparen", "string", "rparen")


def _may_become_call(tokens: list[Token]) -> bool:
    """Whether tokens are `_("…")`, or the beginning of it."""
    return tokens[0].value == "_" and all(
        token.type == expected for token, expected in zip(tokens, _CALL, strict=False)
    )


def compile_templates(app: Flask) -> None:
    """Compile every template in every language, so that nobody waits for it."""
    with app.app_context():
        for tag in (ENGLISH, CHINESE):
            with speaking(tag):
                for name in app.jinja_env.list_templates():
                    app.jinja_env.get_template(name)
