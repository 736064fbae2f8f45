"""Reads a module without running it and says what its public names lack: types, docstrings.

Public is what has no underscore in front, in a module without one: functions, classes with their
methods and properties, and the fields of data classes. A docstring follows numpydoc.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from itertools import pairwise

Function = ast.FunctionDef | ast.AsyncFunctionDef
#: Of these `analysis.cli` says once what goes in and comes out; of each a line is enough.
COMMAND = ("add_arguments", "run")
#: Parameters of the checks of which `analysis.reproduction.run` says the same.
CHECK = ["claim", "facts"]
_RULE = re.compile(r"-{3,}")
_WITH_FIELDS = ("dataclass", "NamedTuple")
_PROPERTIES = ("property", "cached_property")
_NOTHING = ("None", "NoReturn")


def lacking(source: str, module: str) -> list[str]:
    """Return what the public names of a module lack, one line each."""
    reader = _Reader(source, module)
    return sorted(reader.of_body(ast.parse(source).body, module, in_class=False))


def is_public(module: str) -> bool:
    """Tell whether no part of a module's dotted name begins with an underscore."""
    return not any(part.startswith("_") and part != "__init__" for part in module.split("."))


def sections(docstring: str) -> dict[str, dict[str, str]]:
    """Return section → entry → what is said of it; `a, b` are two entries."""
    found: dict[str, dict[str, str]] = {}
    lines = inspect.cleandoc(docstring).splitlines()
    heads = [at for at, (_, below) in enumerate(pairwise(lines)) if _RULE.fullmatch(below)]
    for start, end in pairwise([*heads, len(lines)]):
        found[lines[start]] = _entries(lines[start + 2 : end])
    return found


def _entries(lines: list[str]) -> dict[str, str]:
    entries: dict[str, str] = {}
    names: list[str] = []
    for line in filter(str.strip, lines):
        if line.startswith(" "):
            entries.update({name: entries[name] + line for name in names})
        else:
            names = [name.strip().lstrip("*") for name in line.split(" : ")[0].split(", ")]
            entries.update(dict.fromkeys(names, ""))
    return entries


class _Reader:
    """Holds what is needed beside the syntax tree: the lines with their comments."""

    def __init__(self, source: str, module: str) -> None:
        self.lines = source.splitlines()
        self.module = module

    def of_body(self, body: list[ast.stmt], where: str, *, in_class: bool) -> Iterator[str]:
        for node in body:
            if isinstance(node, Function) and not node.name.startswith("_"):
                yield from self.of_function(node, f"{where}.{node.name}", in_class=in_class)
            elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield from self.of_class(node, f"{where}.{node.name}")

    def of_function(self, node: Function, where: str, *, in_class: bool) -> Iterator[str]:
        parameters = _parameters(node, in_class=in_class)
        for argument in parameters:
            if argument.annotation is None:
                yield f"{where}: no type of {argument.arg}"
        if node.returns is None:
            yield f"{where}: no type of what it returns"
        docstring = ast.get_docstring(node)
        if docstring is None:
            yield f"{where}: no docstring"
        elif not self._of_a_kind(node.name, names := [argument.arg for argument in parameters]):
            said = sections(docstring)
            yield from _of_parameters(said.get("Parameters", {}), names, where)
            yield from _of_outcome(said, node, where)

    def _of_a_kind(self, name: str, parameters: list[str]) -> bool:
        if self.module.startswith("analysis.cli."):
            return name in COMMAND
        return self.module.startswith("analysis.reproduction.") and parameters == CHECK

    def of_class(self, node: ast.ClassDef, where: str) -> Iterator[str]:
        docstring = ast.get_docstring(node)
        if docstring is None:
            yield f"{where}: no docstring"
        said = sections(docstring or "")
        for start in (m for m in node.body if isinstance(m, Function) and m.name == "__init__"):
            names = [argument.arg for argument in _parameters(start, in_class=True)]
            yield from _of_parameters(said.get("Parameters", {}), names, where)
        if {_name(base) for base in (*node.bases, *node.decorator_list)} & set(_WITH_FIELDS):
            yield from self.of_fields(node, said.get("Attributes", {}), where)
        yield from self.of_body(node.body, where, in_class=True)

    def of_fields(self, node: ast.ClassDef, said: dict[str, str], where: str) -> Iterator[str]:
        for field in (one for one in node.body if isinstance(one, ast.AnnAssign)):
            name = ast.unparse(field.target)
            if not name.startswith("_") and not said.get(name) and not self._comment(field):
                yield f"{where}: no comment on {name}"

    def _comment(self, field: ast.AnnAssign) -> bool:
        above = self.lines[field.lineno - 2].strip()
        beside = self.lines[(field.end_lineno or field.lineno) - 1].partition("#:")[2]
        return (above.startswith("#") and self._begins(field.lineno - 2)) or bool(beside.strip())

    def _begins(self, at: int) -> bool:
        """Tell whether the comment that ends on this line begins with `#:` and says something."""
        while self.lines[at - 1].strip().startswith("#"):
            at -= 1
        return len(self.lines[at].strip().removeprefix("#:")) not in (
            0,
            len(self.lines[at].strip()),
        )


def _of_parameters(said: dict[str, str], names: list[str], where: str) -> Iterator[str]:
    for name in names:
        if not said.get(name):
            yield f"{where}: Parameters says nothing of {name}"
    for name in said.keys() - set(names):
        yield f"{where}: Parameters names {name}, which is none"


def _of_outcome(said: dict[str, dict[str, str]], node: Function, where: str) -> Iterator[str]:
    inner = list(_own_nodes(node))
    wanted = "Yields" if any(isinstance(n, ast.Yield | ast.YieldFrom) for n in inner) else "Returns"
    is_value = {_name(decorator) for decorator in node.decorator_list} & set(_PROPERTIES)
    is_something = node.returns is not None and ast.unparse(node.returns) not in _NOTHING
    if is_something and not is_value and not any(said.get(wanted, {}).values()):
        yield f"{where}: no {wanted}"
    raised = {_name(n.exc) for n in inner if isinstance(n, ast.Raise) and n.exc is not None}
    for name in sorted(name for name in raised if name[:1].isupper()):
        if not said.get("Raises", {}).get(name):
            yield f"{where}: Raises says nothing of {name}"


def _parameters(node: Function, *, in_class: bool) -> list[ast.arg]:
    given = node.args
    plain = [*given.posonlyargs, *given.args]
    is_static = "staticmethod" in {_name(decorator) for decorator in node.decorator_list}
    named = plain[1:] if in_class and not is_static else plain
    starred = [one for one in (given.vararg, given.kwarg) if one is not None]
    return [one for one in (*named, *given.kwonlyargs, *starred) if not one.arg.startswith("_")]


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a function without the functions inside it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield child
            yield from _own_nodes(child)


def _name(node: ast.expr) -> str:
    """Return the last name of `a.b(...)`, `b(...)`, `a.b` or `b`."""
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
