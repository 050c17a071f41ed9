"""What the project's layout promises, checked over a tree: `python tests/architecture.py ROOT`.

Prints one line for each broken promise ("file:line: sentence") and ends with 1 when there is any.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FILE_LINES, FUNCTION_LINES, PAGE_LINES, DECISION_LINES = 400, 40, 80, 60
# A ring may import the rings named after it, and itself.
RINGS = {
    "entry": ("pages", "widgets", "browser", "figures", "concepts"),
    "pages": ("widgets", "browser", "figures", "concepts"),
    "widgets": ("browser", "figures", "concepts"),
    "browser": ("widgets", "figures", "concepts"),
    "figures": ("concepts",),
    "concepts": (),
}
STREAMLIT_RINGS = ("entry", "pages", "widgets", "browser")
RING_OF = {
    "app": "entry",
    "explorer.main": "entry",
    "explorer.script": "entry",
    "pages": "pages",
    "explorer.widgets": "widgets",
    "explorer.browser": "browser",
    "explorer.figures": "figures",
    "explorer": "concepts",
}
CONTENTS = "explorer/contents.py"
CAPTUM_HOME = "explorer/attribution.py"
PICKLES = ("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "shelve", "marshal", "joblib")
VAGUE_NAMES = ("utils", "util", "helpers", "helper", "common", "manager", "misc")
IMPORT_NAMES = {"PIL": "pillow", "yaml": "pyyaml"}
OF_STREAMLIT = ("pandas", "uvicorn")  # installed and bounded by Streamlit itself
LOADS = (
    r"\bimport\b|\bfrom\b|fetch\(|url\(|\bsrc\b|Worker\(|importScripts|WebSocket\(|EventSource\(|sendBeacon"
)
LOADED_FROM_ELSEWHERE = re.compile(
    rf"(?:{LOADS})[^;\n]*?[\"'`(]\s*(?:https?:)?//(?!www\.w3\.org/)[\w.-]+\.\w"
)
MARKUP = re.compile(r"\.(innerHTML|outerHTML)\s*\+?=(?!=)\s*(?!(?:\"[^\"\n]*\"|'[^'\n]*'|`[^`$]*`)\s*;)")
JS_CALLS = re.compile(
    r"(?<![\w.])(?:eval|Function)\(|insertAdjacentHTML\(|document\.write\(|createContextualFragment\("
)


@dataclass(frozen=True)
class Module:
    """One Python file of the tree."""

    root: Path
    path: str  # "explorer/kernels.py"

    @cached_property
    def text(self) -> str:
        return (self.root / self.path).read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def ring(self) -> str | None:
        return ring(self.name)

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and dotted name of everything imported, at the top or inside functions."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                package = self._package(node.level)
                base = ".".join(part for part in (package, node.module) if part)
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__"):
                names = [first.value for first in node.args[:1] if isinstance(first, ast.Constant)]
                yield from ((node.lineno, str(name)) for name in names)

    def _package(self, level: int) -> str:
        if not level:
            return ""
        parts = self.path.removesuffix(".py").split("/")
        return ".".join(parts[:-level])


def ring(name: str) -> str | None:
    """Which ring a dotted name belongs to; None for tests, benchmarks, set-up and other people's packages."""
    return next((RING_OF[prefix] for prefix in RING_OF if f"{name}.".startswith(f"{prefix}.")), None)


def called(node: ast.Call) -> str:
    """The last name of what is called: "load" in `torch.load(...)`."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def directions(modules: list[Module]) -> Iterator[str]:
    """app, pages -> widgets, browser -> figures -> concepts; Streamlit and torch where they belong."""
    for module in modules:
        if module.ring is None:
            continue
        for line, name in module.imports():
            place = f"{module.path}:{line}:"
            top = name.partition(".")[0]
            target = ring(name)
            if target and target != module.ring and target not in RINGS[module.ring]:
                yield f"{place} {module.ring} may not import {target} ({name})"
            if module.ring == target == "pages":
                yield f"{place} a page imports another page"
            if top == "streamlit" and module.ring not in STREAMLIT_RINGS:
                yield f"{place} {module.ring} may not import streamlit"
            if top in ("torch", "torchvision") and module.ring == "figures":
                yield f"{place} figures may not import torch"
            if top == "captum" and module.path != CAPTUM_HOME:
                yield f"{place} only {CAPTUM_HOME} imports captum"


def circles(modules: list[Module]) -> Iterator[str]:
    """No module of the package imports itself by way of others."""
    inside = [module for module in modules if module.ring]
    names = {module.name for module in inside}
    edges = {module.name: neighbours(module, names) for module in inside}
    for start, direct in sorted(edges.items()):
        reached, ahead = set(), list(direct)
        while ahead:
            name = ahead.pop()
            if name not in reached:
                reached.add(name)
                ahead += edges[name]
        if start in reached:
            yield f"{start}: imports itself by way of {', '.join(sorted(direct & reached))}"


def neighbours(module: Module, names: set[str]) -> set[str]:
    """The modules that a module imports, a name taken from a module counting as that module."""
    found = {name if name in names else name.rpartition(".")[0] for _, name in module.imports()} & names
    return found - {module.name} if module.path.endswith("__init__.py") else found


def thin_pages(modules: list[Module]) -> Iterator[str]:
    """A page is a script of widgets, answers, figures and sources."""
    for page in (module for module in modules if module.ring == "pages"):
        if not ast.get_docstring(page.tree):
            yield f"{page.path}:1: a page begins with a docstring"
        if (lines := len(page.text.splitlines())) > PAGE_LINES:
            yield f"{page.path}:{lines}: a page has at most {PAGE_LINES} lines, not {lines}"
        for node in ast.walk(page.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield f"{page.path}:{node.lineno}: a page defines nothing ({node.name})"
            word = getattr(node, "attr", getattr(node, "id", ""))
            if word in ("session_state", "cache_data", "cache_resource", "fragment"):
                yield f"{page.path}:{getattr(node, 'lineno', 1)}: {word} belongs in widgets"


def sizes(modules: list[Module], root: Path) -> Iterator[str]:
    """Files and functions that one can hold in the head; names that say something."""
    for module in modules:
        if Path(module.path).stem in VAGUE_NAMES:
            yield f"{module.path}:1: a module is a noun of the field, not {Path(module.path).stem}"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    yield f"{module.path}:{node.lineno}: {node.name} has {lines} lines, over {FUNCTION_LINES}"
    for file in [*(root / module.path for module in modules), *assets(root)]:
        length = len(file.read_text("utf-8").splitlines())
        if length > FILE_LINES:
            yield f"{file.relative_to(root)}:{length}: a file has at most {FILE_LINES} lines"


def dangers(modules: list[Module]) -> Iterator[str]:
    """Calls that run or unpack what a stranger may have written, and state that outlives a visitor."""
    for module in modules:
        for line, name in module.imports():
            if name.partition(".")[0] in PICKLES:
                yield f"{module.path}:{line}: {name} can run code from a file"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                yield from (f"{module.path}:{node.lineno}: {told}" for told in dangerous(node))
            if isinstance(node, ast.Global) and module.ring:
                yield f"{module.path}:{node.lineno}: no mutable globals ({', '.join(node.names)})"
        for node in module.tree.body if module.ring else ():
            if isinstance(node, ast.Assign | ast.AnnAssign) and empty_container(node.value):
                yield f"{module.path}:{node.lineno}: no mutable globals"


def dangerous(node: ast.Call) -> Iterator[str]:
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    is_true = {
        name for name, value in keywords.items() if isinstance(value, ast.Constant) and value.value is True
    }
    owner = getattr(getattr(node.func, "value", None), "id", "")
    if isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec", "compile"):
        yield f"{node.func.id} runs text as code"
    if (owner, called(node)) == ("torch", "load") and "weights_only" not in is_true:
        yield "torch.load needs weights_only=True"
    if "allow_pickle" in is_true:
        yield "allow_pickle=True can run code from a file"
    if "shell" in is_true or (owner, called(node)) == ("os", "system"):
        yield "no shell"
    html = {"unsafe_allow_html", "unsafe_allow_javascript"} & keywords.keys()
    if html and not (node.args and isinstance(node.args[0], ast.Constant)):
        yield f"{html.pop()} is for literal text only"


def empty_container(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return (
            called(value) in ("dict", "list", "set", "defaultdict", "OrderedDict", "deque") and not value.args
        )
    return isinstance(value, ast.Dict | ast.List) and not ast.unparse(value).strip("[]{}")


def assets(root: Path) -> list[Path]:
    """The JavaScript and CSS of the components, the loader's text included."""
    below = root / "explorer" / "browser"
    return sorted(file for kind in ("*.js", "*.css", "*.txt") for file in below.rglob(kind))


def browser_code(root: Path) -> Iterator[str]:
    """Nothing from other hosts, no markup made from values."""
    for file in assets(root):
        text = re.sub(r"/\*.*?\*/|(?<![:\"'`(])//[^\n\"'`]*$", "", file.read_text("utf-8"), flags=re.S | re.M)
        for rule, told in (
            (LOADED_FROM_ELSEWHERE, "loads from another host"),
            (MARKUP, "markup made from a value: use textContent"),
            (JS_CALLS, "runs or parses text"),
        ):
            yield from (f"{file.relative_to(root)}: {told}: {hit.group()!r}" for hit in rule.finditer(text))


def papers(modules: list[Module], root: Path) -> Iterator[str]:
    """Decisions of one page; requirements pinned, explained and complete; pages listed."""
    decisions = sorted((root / "docs" / "decisions").glob("*.md"))
    for number, file in enumerate(decisions, start=1):
        text = file.read_text("utf-8")
        if not file.name.startswith(f"{number:04}-") or not text.startswith("# "):
            yield f"docs/decisions/{file.name}: is numbered {number:04}- and begins with a title"
        if len(text.splitlines()) > DECISION_LINES:
            yield f"docs/decisions/{file.name}: a decision is one page"
    yield from requirements(modules, root, " ".join(file.read_text("utf-8") for file in decisions))
    yield from listed_pages(modules, root)


def requirements(modules: list[Module], root: Path, explained: str) -> Iterator[str]:
    pinned = {}
    for file in sorted(root.glob("requirements*.txt")):
        for line in file.read_text("utf-8").splitlines():
            if not line.strip() or line.startswith("#") or line == "-c constraints.txt":
                continue
            match = re.fullmatch(r"([A-Za-z0-9._-]+)==([0-9][0-9a-zA-Z.]*)", line)
            if not match:
                yield f"{file.name}: '{line}' is not pinned exactly"
                continue
            pinned[match[1].lower()] = match[2]
            if not re.search(rf"\b{re.escape(match[1])}\b", explained, re.I):
                yield f"{file.name}: no decision says why {match[1]} is here"
    bounds = dict(line.lower().split("==") for line in (root / "constraints.txt").read_text().splitlines())
    for package, version in pinned.items():
        if bounds.get(package, version) != version:
            yield f"constraints.txt: {package} {bounds[package]} is not the required {version}"
    own = {"explorer", "tests", "benchmarks", "run", *sys.stdlib_module_names, *OF_STREAMLIT}
    for module in modules:
        for number, name in module.imports():
            top = name.partition(".")[0]
            if top not in own and IMPORT_NAMES.get(top, top).lower().replace("_", "-") not in pinned:
                yield f"{module.path}:{number}: {top} is in no requirements file"


def listed_pages(modules: list[Module], root: Path) -> Iterator[str]:
    contents = next(module for module in modules if module.path == CONTENTS)
    listed = {
        node.value
        for node in ast.walk(contents.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(".py")
    }
    pages = {module.path.removeprefix("pages/") for module in modules if module.ring == "pages"}
    readme = "".join(file.read_text("utf-8") for file in root.glob("README.md"))
    yield from (f"{CONTENTS}: pages/{page} is not listed" for page in sorted(pages - listed))
    yield from (f"{CONTENTS}: pages/{page} is not there" for page in sorted(listed - pages))
    for page in sorted(pages):
        if not re.search(rf"\b{re.escape(Path(page).stem)}\b", readme):
            yield f"README.md: the tree does not name pages/{page}"


def violations(root: Path) -> Iterator[str]:
    """Every broken promise of the tree."""
    folders = [root / name for name in ("explorer", "pages", "tests", "benchmarks")]
    files = [*root.glob("*.py"), *(file for folder in folders for file in folder.rglob("*.py"))]
    modules = [Module(root, file.relative_to(root).as_posix()) for file in sorted(files)]
    yield from directions(modules)
    yield from circles(modules)
    yield from thin_pages(modules)
    yield from sizes(modules, root)
    yield from dangers(modules)
    yield from browser_code(root)
    yield from papers(modules, root)


if __name__ == "__main__":
    broken = list(violations(Path(sys.argv[1]).resolve()))
    print("\n".join(broken))
    sys.exit(bool(broken))
