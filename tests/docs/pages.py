"""Reads the pages of `docs/`: their examples, their commands, their links."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
#: Ending of a Chinese page beside the `.md` of its English twin.
CHINESE = ".zh-CN.md"
INDEX = (DOCS / "methods" / "README.md", DOCS / "methods" / f"README{CHINESE}")
_OPTIONS = doctest.NORMALIZE_WHITESPACE
_FENCE = re.compile(r"^```(?P<word>[^\n`]*)\n(?P<text>.*?)^```\s*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?P<target>[^()\s]+(?:\([^()\s]*\))?[^()\s]*)\)")
_HEADING = re.compile(r"^#+ +(.*?) *#*$", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """A line of a `console` fence and what the page says it prints."""

    line: str
    expected: str


def pages(folder: Path = DOCS) -> list[Path]:
    """Return every page below a folder."""
    return sorted(folder.rglob("*.md"))


def page_name(path: Path) -> str:
    """Return the address of a page inside the project."""
    return path.relative_to(ROOT).as_posix()


def fences(text: str) -> list[tuple[str, str]]:
    """Return (word behind the fence, content) of every block of code."""
    return [(match["word"].strip(), match["text"]) for match in _FENCE.finditer(text)]


def examples(path: Path) -> doctest.DocTest:
    """Return the worked examples of a page, in the order in which they run."""
    text = path.read_text(encoding="utf-8")
    return doctest.DocTestParser().get_doctest(text, {"__name__": "__main__"}, path.name, None, 0)


def failures(path: Path) -> str:
    """Run the examples of a page; return what went wrong in words, or nothing."""
    said: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=_OPTIONS)
    with np.printoptions():  # a page may set them for itself
        runner.run(examples(path), out=said.append)
    return "".join(said)


def unrun(path: Path) -> list[str]:
    """Return the blocks that claim to be Python and hold no example."""
    blocks = fences(path.read_text(encoding="utf-8"))
    return [text for word, text in blocks if word == "python" and ">>>" not in text]


def commands(path: Path) -> Iterator[Command]:
    """Return the commands of a page: lines behind `$ `, with what stands below each.

    A line that ends with a backslash goes on behind `> `.
    """
    for word, text in fences(path.read_text(encoding="utf-8")):
        whole = text.replace("\\\n>", "")
        for part in re.split(r"^\$ ", whole, flags=re.MULTILINE)[1:] if word == "console" else ():
            line, _, expected = part.partition("\n")
            yield Command(line, expected)


def wrong_commands(path: Path, folder: Path) -> list[str]:
    """Run the commands of a page in a folder; return what went wrong with each."""
    checker = doctest.OutputChecker()
    options = _OPTIONS | doctest.ELLIPSIS
    found = []
    for command in commands(path):
        code, printed = _run(command.line, folder)
        if code or not checker.check_output(command.expected, printed, options):
            found.append(f"$ {command.line}\nexit code {code}, printed\n{printed}")
    return found


def _run(line: str, folder: Path) -> tuple[int, str]:
    """Run one line in a shell whose `python` is this one."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout


def twin(path: Path) -> Path:
    """Return the page in the other language."""
    if path.name.endswith(CHINESE):
        return path.with_name(path.name.removesuffix(CHINESE) + ".md")
    return path.with_name(path.name.removesuffix(".md") + CHINESE)


def links(path: Path) -> list[str]:
    """Return the targets of a page's links inside the project, code left out."""
    text = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", path.read_text(encoding="utf-8")))
    targets = (match["target"] for match in _LINK.finditer(text))
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def broken_links(path: Path) -> list[str]:
    """Return the links that lead to no file, to no heading, or into the other language."""
    return [target for target in links(path) if not _leads_somewhere(path, target)]


def _leads_somewhere(path: Path, target: str) -> bool:
    file, _, heading = target.partition("#")
    goal = (path.parent / file).resolve() if file else path
    if not goal.exists():
        return False
    if goal.suffix != ".md":
        return not heading
    same = goal.name.endswith(CHINESE) == path.name.endswith(CHINESE)
    if not same and goal != twin(path) and twin(goal).exists():
        return False
    return not heading or heading in anchors(goal.read_text(encoding="utf-8"))


def anchors(text: str) -> set[str]:
    """Return the anchors that a page's headings make, as code hosts form them."""
    return set(map(_anchor, _HEADING.findall(_FENCE.sub("", text))))


def _anchor(heading: str) -> str:
    kept = (c for c in heading.lower() if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(kept).replace(" ", "-")


def unlisted(index: Path, listed: Iterable[Path]) -> list[str]:
    """Return the pages in the index's language that it does not link to."""
    goals = {(index.parent / target.partition("#")[0]).resolve() for target in links(index)}
    own = index.name.endswith(CHINESE)
    return [
        path.name
        for path in listed
        if path.name.endswith(CHINESE) == own and path != index and path.resolve() not in goals
    ]
