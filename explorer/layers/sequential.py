"""Reading the text of a plain ``nn.Sequential(...)`` as layers, without running it.

The text is taken apart with Python's own parser, and only what a plain network needs is understood: calls of known
layers with numbers, names of settings, nested Sequentials and OrderedDicts. Nothing in it is ever executed.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from explorer.layers.layer import Layer
from explorer.layers.pytorch import IGNORED, MAKERS, NOTHING, Settings
from explorer.layers.types import Flatten, Linear

MOST_CHARACTERS = 50_000
MOST_LINES = 2_000
MOST_LAYERS = 1_000
DEEPEST = 20


def parse_sequential(text: str) -> tuple[Layer, ...]:
    """Return the layers of the text of one ``nn.Sequential(...)``. Nothing is executed.

    Raises: ValueError naming the line, for anything that is not a plain sequence of known layers.
    """
    if not isinstance(text, str) or not text.strip():
        raise ValueError("line 1: there is no text; paste nn.Sequential(...)")
    if len(text) > MOST_CHARACTERS or text.count("\n") >= MOST_LINES:
        raise ValueError(
            f"line 1: the text is longer than {MOST_CHARACTERS} characters or {MOST_LINES} lines"
        )
    sequence = _sequence(_parsed(text))
    layers: list[Layer] = []
    for node in _calls(sequence, 0):
        layers.extend(_layer(node, layers))
        if len(layers) > MOST_LAYERS:
            raise ValueError(f"{_line(node)}: a network here has at most {MOST_LAYERS} layers")
    if not layers:
        raise ValueError(f"{_line(sequence)}: the Sequential is empty: it holds no layer that does anything")
    return tuple(layers)


def _parsed(text: str) -> ast.Module:
    text = _as_code(text.strip("\ufeff"))
    try:
        return ast.parse(text)
    except IndentationError as error:  # a piece cut out of a class or a function
        flush = "\n".join(line.lstrip() for line in text.splitlines())
        if flush == text:
            raise ValueError(f"line {error.lineno or 1}: this is not Python: {error.msg}") from error
        return _parsed(flush)
    except SyntaxError as error:
        raise ValueError(f"line {error.lineno or 1}: this is not Python: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ValueError("line 1: this is not Python, or it is nested too deeply") from error


_NUMBERED = re.compile(r"^(\s*)\(\w+\): (?=\w)", re.MULTILINE)


def _as_code(text: str) -> str:
    """What ``print(network)`` writes, ``(0): Conv2d(...)``, as code, line by line; any other text as it is."""
    if not _NUMBERED.search(text):
        return text
    calls = re.sub(r"\)[ \t]*$", "),", _NUMBERED.sub(r"\1", text), flags=re.MULTILINE)
    return re.sub(r"\bpadding=(same|valid)\b", r"padding='\1'", calls).rstrip().removesuffix(",")


def _sequence(module: ast.Module) -> ast.Call:
    """The one Sequential of the text; imports before it, a name for it and printing it are allowed."""
    found: ast.Call | None = None
    for statement in module.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)) or _says_nothing(statement):
            continue
        value = statement.value if isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign)) else None
        value = _without_switches(value)
        if not isinstance(value, ast.Call) or _name(value.func) != "Sequential":
            raise ValueError(f"{_line(statement)}: expected nn.Sequential(...), found {_shown(statement)}")
        if found is not None:
            raise ValueError(f"{_line(statement)}: a second Sequential; paste one network")
        found = value
    if found is None:
        raise ValueError("line 1: there is no nn.Sequential(...) in the text")
    return found


def _says_nothing(statement: ast.stmt) -> bool:
    """Whether a statement tells nothing about the layers: a text, or a call of print."""
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    printed = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "print"
    return printed or isinstance(value, ast.Constant)


def _without_switches(value: ast.expr | None) -> ast.expr | None:
    """``nn.Sequential(...)`` of ``nn.Sequential(...).eval().to("cpu")``: these change no layer."""
    while (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr in ("eval", "train", "to", "cpu", "cuda", "float", "half", "double")
    ):
        value = value.func.value
    return value


def _calls(node: ast.expr, depth: int) -> Iterator[ast.Call]:
    """Every layer call of a Sequential in order, nested ones included."""
    if depth > DEEPEST:
        raise ValueError(f"{_line(node)}: Sequentials are nested more than {DEEPEST} deep")
    if not isinstance(node, ast.Call):
        raise ValueError(f"{_line(node)}: expected a layer such as nn.Conv2d(...), found {_shown(node)}")
    name = _name(node.func)
    if name not in ("Sequential", "OrderedDict"):
        yield node
        return
    if node.keywords and (name == "Sequential" or any(keyword.arg is None for keyword in node.keywords)):
        raise ValueError(f"{_line(node)}: {name} takes layers, not settings")
    parts = [part for item in node.args for part in _items(item)]
    for part in (*parts, *(keyword.value for keyword in node.keywords)):
        yield from _calls(part, depth + 1)


def _items(node: ast.expr) -> Iterator[ast.expr]:
    """The layers in one argument: a layer, a starred or plain list of layers, or (name, layer) pairs."""
    if isinstance(node, ast.Starred):
        node = node.value
    if isinstance(node, (ast.List, ast.Tuple)):
        for item in node.elts:
            is_named = (
                isinstance(item, ast.Tuple) and len(item.elts) == 2 and isinstance(item.elts[0], ast.Constant)
            )
            yield item.elts[1] if is_named and isinstance(item, ast.Tuple) else item
    elif isinstance(node, ast.Dict):
        yield from node.values
    else:
        yield node


def _layer(node: ast.Call, above: Sequence[Layer]) -> tuple[Layer, ...]:
    name = _name(node.func)
    if name in NOTHING:
        return ()
    if name not in MAKERS:
        known = ", ".join(sorted(MAKERS))
        raise ValueError(
            f"{_line(node)}: {name or _shown(node)} is not a layer known here; known are {known}"
        )
    names, make = MAKERS[name]
    try:
        settings = _settings(node, names)
        if settings.get("dim") == -1 and any(isinstance(layer, (Flatten, Linear)) for layer in above):
            settings["dim"] = 1  # a vector's last dimension is its first
        return (make(settings),)
    except ValueError as error:
        text = str(error)
        raise ValueError(text if text.startswith("line ") else f"{_line(node)}: {name}: {text}") from error


def _settings(node: ast.Call, names: tuple[str, ...]) -> Settings:
    """The settings of a call by name, positional ones included."""
    if len(node.args) > len(names):
        raise ValueError(f"takes at most {len(names)} values, got {len(node.args)}")
    found: Settings = {name: _value(value) for name, value in zip(names, node.args, strict=False)}
    for keyword in node.keywords:
        if keyword.arg not in (*names, *IGNORED):
            raise ValueError(
                f"there is no setting {keyword.arg or '**'!r}; the settings are {', '.join(names)}"
            )
        if keyword.arg in found:
            raise ValueError(f"{keyword.arg} is given twice")
        if keyword.arg in names:
            found[str(keyword.arg)] = _value(keyword.value)
    return found


_SUMS: Mapping[type[ast.operator], Callable[[int, int], int]] = MappingProxyType(
    {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv}
)


def _value(node: ast.expr, depth: int = 0) -> object:
    """A number, a text, a yes or no, a tuple of these, or a small sum such as 256 * 6 * 6."""
    if depth > DEEPEST:
        raise ValueError(f"{_line(node)}: a number is written in too many steps")
    if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float, str, type(None))):
        return node.value
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(_value(item, depth + 1) for item in node.elts[:8])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        inner = _value(node.operand, depth + 1)
        if isinstance(inner, (int, float)):
            return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and type(node.op) in _SUMS:
        left, right = _value(node.left, depth + 1), _value(node.right, depth + 1)
        if isinstance(left, int) and isinstance(right, int) and max(abs(left), abs(right)) < 2**40:
            if right == 0 and isinstance(node.op, ast.FloorDiv):
                raise ValueError(f"{_line(node)}: divides by 0")
            return _SUMS[type(node.op)](left, right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        base, exponent = _value(node.left, depth + 1), _value(node.right, depth + 1)
        if isinstance(base, int) and isinstance(exponent, int) and abs(base) <= 1024 and 0 <= exponent <= 24:
            return int(base**exponent)
    raise ValueError(f"{_line(node)}: expected a number, found {_shown(node)}")


def _name(node: ast.expr) -> str:
    """``Conv2d`` of ``nn.Conv2d``, ``torch.nn.Conv2d`` or ``Conv2d``; nothing for names of other packages."""
    path: list[str] = []
    while isinstance(node, ast.Attribute) and len(path) < 5:
        path.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    path.append(node.id)
    return path[0] if len(path) <= 2 or path[:-3:-1] == ["torch", "nn"] else ""


def _line(node: ast.AST) -> str:
    return f"line {getattr(node, 'lineno', 1)}"


def _shown(node: ast.AST) -> str:
    """A short piece of the text, to say what was found."""
    try:
        text = ast.unparse(node)
    except (ValueError, RecursionError):
        text = type(node).__name__
    return repr(text if len(text) <= 40 else text[:39] + "…")
