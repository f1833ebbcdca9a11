"""Every small change of a Python module that could change what it decides.

Wording is no decision: docstrings, f-strings, strings with a blank, what a `raise` says, annotations,
decorators and `__all__` stay as they are.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from types import CodeType

SWAPPED: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.FloorDiv,),
    ast.FloorDiv: (ast.Mult,),
    ast.Div: (ast.Mult,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
}
CALLED_INSTEAD = {"any": "all", "all": "any", "min": "max", "max": "min"}

# Their comparison already turns into its opposite when the operator is swapped.
_OPPOSITE = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SHOWN_ONLY = {"__repr__", "__str__"}
_LONGEST = 60  # characters of a change that are shown

Change = Callable[[ast.AST], ast.AST | None]
"""Gets the node of a fresh tree; gives what stands there instead, `None` for nothing."""


@dataclass(frozen=True)
class Mutant:
    """One change of one module."""

    module: str
    """Dotted name."""
    line: int
    function: str
    """Qualified name of the function it is in; empty in the module's body."""
    change: str
    """Before and after."""
    number: int
    """Which of the changes that read the same in this function, counted from 1."""
    swappable: bool
    """Whether only the body of a function differs, so that its code can be swapped while the module lives."""
    source: str
    path: str
    place: int
    """The node's position in the tree."""
    apply: Change

    @property
    def where(self) -> str:
        """Module and function, as the list of equivalent mutants names them."""
        return f"{self.module}:{self.function}" if self.function else self.module

    @property
    def key(self) -> tuple[str, str, int]:
        """Stays the same while lines move."""
        return self.where, self.change, self.number

    def __str__(self) -> str:
        again = f" (#{self.number})" if self.number > 1 else ""
        return f"{self.path}:{self.line}: {self.function or 'module'}: {self.change}{again}"

    @cached_property
    def code(self) -> CodeType:
        """The changed module, compiled."""
        tree = ast.parse(self.source)
        places = list(_places(tree))
        place = places[self.place]
        new = self.apply(place.node)
        siblings = getattr(place.parent, place.field)
        if place.index is None:
            setattr(place.parent, place.field, new)
        elif new is None:
            del siblings[place.index]
            if place.field == "keys":
                del place.parent.values[place.index]
        else:
            siblings[place.index] = new
        return compile(ast.fix_missing_locations(tree), self.path, "exec")


@dataclass(frozen=True)
class _Place:
    """A node with where it hangs."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    function: str
    outermost: str
    """The outermost function around it; empty in the body of a module or class."""
    top: bool
    """Whether it belongs to the signature or decorators of the outermost function."""


def _places(tree: ast.Module) -> Iterator[_Place]:
    """Every node of a tree with its place, in an order that depends on nothing but the source."""

    def below(node: ast.AST, function: str, outermost: str, head: bool, scope: str) -> Iterator[_Place]:
        for field, value in ast.iter_fields(node):
            in_head = head or (isinstance(node, _FUNCTIONS) and field != "body" and not outermost)
            children = value if isinstance(value, list) else [value]
            for index, child in enumerate(children):
                if not isinstance(child, ast.AST):
                    continue
                yield _Place(
                    child,
                    node,
                    field,
                    index if isinstance(value, list) else None,
                    function,
                    outermost,
                    in_head,
                )
                if isinstance(child, _FUNCTIONS):
                    name = f"{scope}{child.name}"
                    yield from below(child, name, outermost or name, in_head, f"{name}.<locals>.")
                elif isinstance(child, ast.ClassDef):
                    yield from below(child, function, outermost, in_head, f"{scope}{child.name}.")
                else:
                    yield from below(child, function, outermost, in_head, scope)

    yield from below(tree, "", "", False, "")


def mutants(source: str, module: str, path: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines.

    Args:
        source: the module's text.
        module: its dotted name.
        path: shown before the line.
    """
    tree = ast.parse(source)
    wording = _wording(tree)
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for number, place in enumerate(_places(tree)):
        if id(place.node) in wording:
            continue
        for change, apply in _changes(place):
            seen[place.function, change] += 1
            swappable = bool(place.outermost) and not place.top
            found.append(
                Mutant(
                    module,
                    (place.node.pattern if isinstance(place.node, ast.match_case) else place.node).lineno,
                    place.function,
                    change,
                    seen[place.function, change],
                    swappable,
                    source,
                    path,
                    number,
                    apply,
                )
            )
    return sorted(found, key=lambda mutant: mutant.line)


def _wording(tree: ast.Module) -> set[int]:
    """The nodes that decide nothing: texts, annotations, imports."""
    found: set[int] = set()

    def leave(node: ast.AST | None) -> None:
        if node is not None:
            found.update(id(inner) for inner in ast.walk(node))

    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr():
                leave(node)
            case ast.Expr(value=ast.Constant()):
                leave(node)
            case ast.Raise():
                leave(node.exc)
                leave(node.cause)
            case ast.Assert():
                leave(node.msg)
            case ast.AnnAssign():
                leave(node.annotation)
            case ast.arg():
                leave(node.annotation)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                leave(node.returns)
                for decorator in node.decorator_list:
                    leave(decorator)
                if node.name in _SHOWN_ONLY:
                    leave(node)
            case ast.ClassDef():
                for decorator in node.decorator_list:
                    leave(decorator)
            case ast.Import() | ast.ImportFrom():
                leave(node)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                leave(node)
            case ast.Assign(targets=[ast.Name(id="__all__" | "__slots__")]):
                leave(node)
            case ast.Call(func=ast.Name(id="cast" | "TypeVar" | "NewType")):
                leave(node)
            case ast.Assign(value=ast.BinOp(op=ast.BitOr())) if _is_alias(node.value):
                leave(node)
    return found


def _is_alias(value: ast.AST) -> bool:
    """`Answer = bool | Undetermined`: names of types alone."""
    match value:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _is_alias(left) and _is_alias(right)
        case ast.Name(id=name):
            return name[:1].isupper() or name in ("bool", "int", "str", "float", "bytes", "dict", "list")
        case ast.Constant(value=None) | ast.Subscript():
            return True
    return False


def _changes(place: _Place) -> Iterator[tuple[str, Change]]:
    """What can be changed at a place: in words, and how."""
    node, parent = place.node, place.parent
    match node:
        case ast.Compare():
            for index, operator in enumerate(node.ops):
                for other in SWAPPED[type(operator)]:
                    yield _operator(node, index, other)
        case ast.BoolOp():
            for other in SWAPPED[type(node.op)]:
                yield _shown(node, lambda n, o=other: ast.BoolOp(o(), n.values))
            for index in range(len(node.values)):
                yield _shown(node, lambda n, i=index: _without(n, i))
        case ast.UnaryOp(op=ast.Not()):
            yield _shown(node, lambda n: n.operand)
        case ast.BinOp():
            yield from _arithmetic(place, node)
        case ast.AugAssign():
            for other in SWAPPED.get(type(node.op), ()):
                yield _shown(node, lambda n, o=other: ast.AugAssign(n.target, o(), n.value))
            yield _removed(place)
        case ast.Constant():
            yield from _constants(place, node)
        case ast.Call(func=ast.Name(id=name)) if name in CALLED_INSTEAD:
            other = CALLED_INSTEAD[name]
            yield _shown(node, lambda n, o=other: ast.Call(ast.Name(o, ast.Load()), n.args, n.keywords))
        case ast.Return(value=value) if value is not None:
            if not isinstance(value, ast.Constant) or not isinstance(value.value, bool | None):
                yield _shown(node, lambda n: ast.Return(ast.Constant(None)))
            if place.field in ("body", "orelse") and isinstance(parent, ast.If):
                yield _removed(place)
        case ast.Return() | ast.Raise() | ast.Continue() | ast.Break() | ast.Expr():
            yield _removed(place)
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield _removed(place)
        case ast.match_case():
            if len(parent.cases) > 1:
                yield f"case {ast.unparse(node.pattern)[:_LONGEST]} removed", lambda _node: None
            if node.guard is not None:
                yield (
                    f"guard {ast.unparse(node.guard)[:_LONGEST]} removed",
                    lambda n: ast.match_case(n.pattern, None, n.body),
                )
    if place.field in ("test", "guard", "ifs") and isinstance(node, ast.expr) and not _negated_by_swap(node):
        yield _shown(node, lambda n: ast.UnaryOp(ast.Not(), n))
    if place.field == "ifs":
        yield f"if {ast.unparse(node)[:_LONGEST]} removed", lambda _node: None
    if _is_element(place):
        yield f"element {ast.unparse(node)[:_LONGEST]} removed", lambda _node: None


def _without(node: ast.BoolOp, index: int) -> ast.AST:
    """`and` or `or` with an operand less."""
    rest = [value for at, value in enumerate(node.values) if at != index]
    return ast.BoolOp(node.op, rest) if len(rest) > 1 else rest[0]


def _negated_by_swap(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return True
    return isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], _OPPOSITE)


def _operator(node: ast.Compare, index: int, other: type[ast.AST]) -> tuple[str, Change]:
    def apply(changed: ast.Compare) -> ast.AST:
        operators = [other() if at == index else op for at, op in enumerate(changed.ops)]
        return ast.Compare(changed.left, operators, changed.comparators)

    return _shown(node, apply)


def _arithmetic(place: _Place, node: ast.BinOp) -> Iterator[tuple[str, Change]]:
    if any(isinstance(side, ast.JoinedStr) or _is_text(side) for side in (node.left, node.right)):
        return  # words are put together
    if isinstance(node.op, ast.BitOr) and isinstance(place.parent, ast.Call) and place.field == "args":
        yield _shown(node, lambda n: n.left)  # isinstance(value, One | Other)
        yield _shown(node, lambda n: n.right)
        return
    for other in SWAPPED.get(type(node.op), ()):
        yield _shown(node, lambda n, o=other: ast.BinOp(n.left, o(), n.right))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _constants(place: _Place, node: ast.Constant) -> Iterator[tuple[str, Change]]:
    value = node.value
    if isinstance(value, bool):
        yield _shown(node, lambda n: ast.Constant(not n.value))
    elif isinstance(value, int | float):
        yield _shown(node, lambda n: ast.Constant(n.value + 1))
        if value:
            yield _shown(node, lambda n: ast.Constant(n.value - 1))
    elif isinstance(value, str) and not re.search(r"\s", value):
        other = (lambda n: ast.Constant(n.value + "X")) if value else (lambda n: ast.Constant("X"))
        yield _shown(node, other)


def _is_element(place: _Place) -> bool:
    """Whether a node is one of a list of things that could be forgotten."""
    parent = place.parent
    if isinstance(parent, ast.Dict):
        return place.field == "keys"
    if isinstance(parent, ast.List | ast.Set) and place.field == "elts":
        return isinstance(getattr(parent, "ctx", ast.Load()), ast.Load)
    # A tuple is taken apart in most other places, where a missing part breaks everything.
    return (
        isinstance(parent, ast.Tuple)
        and place.field == "elts"
        and isinstance(parent.ctx, ast.Load)
        and len(parent.elts) > 2
        and all(isinstance(element, ast.Constant) for element in parent.elts)
    )


def _shown(node: ast.AST, apply: Change) -> tuple[str, Change]:
    """The change in words, the change itself applied to a copy."""
    before = ast.unparse(node)
    after = apply(ast.parse(before).body[0] if isinstance(node, ast.stmt) else _expression(before))
    return f"{_short(before)} → {_short(ast.unparse(ast.fix_missing_locations(after)))}", apply


def _expression(text: str) -> ast.AST:
    return ast.parse(text, mode="eval").body


def _removed(place: _Place) -> tuple[str, Change]:
    # `pass` stands in, for a body must hold something.
    return f"{_short(ast.unparse(place.node))} removed", lambda _node: ast.Pass()


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 20]}…{text[-19:]}"
