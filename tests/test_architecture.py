"""The layout's promises hold for this tree, and the check sees when one is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TREE = ("pages", "docs", "app.py", "run.py", "README.md", "constraints.txt")
MODULES = (
    "contents.py",
    "main.py",
    "kernels.py",
    "attribution.py",
    "figures/sheets.py",
    "widgets/frame.py",
    "browser/library.py",
)
CHECK = ROOT / "tests" / "architecture.py"

CONCEPT, FIGURE, WIDGET, BROWSER = (
    "explorer/planted.py",
    "explorer/figures/planted.py",
    "explorer/widgets/planted.py",
    "explorer/browser/planted.py",
)
PAGE, SCRIPT, STYLE = (
    "pages/planted.py",
    "explorer/browser/planted/planted.js",
    "explorer/browser/planted.css",
)
LONG_FUNCTION = "def long() -> None:\n" + "    print()\n" * 40
PLANTED = {
    "concept imports a figure": (CONCEPT, "from explorer.figures import planted", "may not import figures"),
    "concept imports a widget": (CONCEPT, "from explorer.widgets import frame", "may not import widgets"),
    "concept imports the entry": (CONCEPT, "from explorer import main", "may not import entry"),
    "concept imports streamlit": (CONCEPT, "import streamlit as st", "may not import streamlit"),
    "concept imports streamlit late": (CONCEPT, "def f():\n    import streamlit", "may not import streamlit"),
    "concept imports streamlit by name": (
        CONCEPT,
        "import importlib\nimportlib.import_module('streamlit.components')",
        "may not import streamlit",
    ),
    "concept imports relatively": (CONCEPT, "from .widgets import frame", "may not import widgets"),
    "figure imports torch": (FIGURE, "from torch.nn import functional", "may not import torch"),
    "figure imports streamlit": (FIGURE, "import streamlit", "may not import streamlit"),
    "figure imports a widget": (FIGURE, "from ..widgets.frame import draw", "may not import widgets"),
    "widget imports the entry": (WIDGET, "from explorer.main import HOME", "may not import entry"),
    "browser imports the entry": (BROWSER, "import explorer.main", "may not import entry"),
    "captum outside its home": (WIDGET, "import captum", "only explorer/attribution.py imports captum"),
    "a circle": (CONCEPT, "from explorer import planted", "imports itself"),
    "page without a docstring": (PAGE, "x = 1", "begins with a docstring"),
    "page with a function": (PAGE, '"""P."""\ndef f(): ...', "a page defines nothing (f)"),
    "page with a class": (PAGE, '"""P."""\nclass C: ...', "a page defines nothing (C)"),
    "page with state": (
        PAGE,
        '"""P."""\nimport streamlit as st\nst.session_state.x = 1',
        "session_state belongs",
    ),
    "page with a cache": (
        PAGE,
        '"""P."""\nfrom streamlit import cache_data\ncache_data(len)',
        "cache_data belongs",
    ),
    "page of many lines": (PAGE, '"""P."""\n' + "x = 1\n" * 80, "at most 80 lines"),
    "page that is not listed": (PAGE, '"""P."""', "pages/planted.py is not listed"),
    "page that no README names": (PAGE, '"""P."""', "does not name pages/planted.py"),
    "file of many lines": (CONCEPT, "\n" * 401, "at most 400 lines"),
    "style of many lines": (STYLE, "\n" * 401, "at most 400 lines"),
    "function of many lines": (CONCEPT, LONG_FUNCTION, "long has 41 lines"),
    "module of no meaning": ("explorer/utils.py", "", "a noun of the field"),
    "eval": (CONCEPT, "eval('1')", "eval runs text"),
    "exec": (CONCEPT, "exec('1')", "exec runs text"),
    "pickle": (CONCEPT, "import pickle", "can run code from a file"),
    "torch.load": (CONCEPT, "import torch\ntorch.load('x')", "weights_only=True"),
    "torch.load of anything": (
        CONCEPT,
        "import torch\ntorch.load('x', weights_only=False)",
        "weights_only=True",
    ),
    "numpy pickles": (CONCEPT, "import numpy as np\nnp.load('x', allow_pickle=True)", "allow_pickle"),
    "shell": (CONCEPT, "import subprocess\nsubprocess.run('ls', shell=True)", "no shell"),
    "markup from a value": (
        WIDGET,
        "import streamlit as st\nst.markdown(f'{st}', unsafe_allow_html=True)",
        "literal text only",
    ),
    "mutable global": (CONCEPT, "SEEN = {}", "no mutable globals"),
    "mutable global, typed": (CONCEPT, "SEEN: set[int] = set()", "no mutable globals"),
    "global statement": (CONCEPT, "x = 1\ndef f():\n    global x\n    x = 2", "no mutable globals (x)"),
    "innerHTML": (SCRIPT, "box.innerHTML = name;", "markup made from a value"),
    "innerHTML added to": (SCRIPT, "box.innerHTML += `<b>${name}</b>`;", "markup made from a value"),
    "insertAdjacentHTML": (SCRIPT, "box.insertAdjacentHTML('beforeend', x);", "runs or parses text"),
    "JavaScript's eval": (SCRIPT, "const f = new Function('x', body);", "runs or parses text"),
    "module of another host": (SCRIPT, 'import x from "https://cdn.example.org/x.js";', "another host"),
    "fetch of another host": (SCRIPT, 'await fetch("https://example.org/x.json");', "another host"),
    "style of another host": (STYLE, "@font-face { src: url(//fonts.example.org/x.woff2); }", "another host"),
    "loose requirement": ("requirements.txt", "numpy>=2", "is not pinned exactly"),
    "unexplained requirement": ("requirements.txt", "leftpad==1.0.0", "no decision says why leftpad"),
    "pins that disagree": ("requirements.txt", "numpy==1.0.0", "is not the required 1.0.0"),
    "import without a requirement": (CONCEPT, "import scipy", "scipy is in no requirements file"),
    "decision without a number": ("docs/decisions/planted.md", "# Title", "begins with a title"),
    "decision of many pages": ("docs/decisions/9999-x.md", "# T\n" + "\n" * 60, "a decision is one page"),
}


def broken_promises(root: Path) -> list[str]:
    call = subprocess.run(
        [sys.executable, CHECK, root], capture_output=True, text=True, check=False, timeout=60
    )
    lines = call.stdout.splitlines()
    assert call.returncode == bool(lines and lines != [""]), call.stderr
    return [line for line in lines if line]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree with some modules of each ring, to plant things in."""
    copy = tmp_path_factory.mktemp("tree")
    for path in MODULES:
        (copy / "explorer" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "explorer" / path, copy / "explorer" / path)
    for path in [*TREE, *(file.name for file in ROOT.glob("requirements*.txt"))]:
        if (ROOT / path).is_dir():
            shutil.copytree(ROOT / path, copy / path, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / path).is_file():
            shutil.copy(ROOT / path, copy / path)
    return copy


def test_the_tree_keeps_its_promises() -> None:
    found = broken_promises(ROOT)
    assert not found, "\n".join(found)


def test_the_copied_tree_keeps_its_promises(tree: Path) -> None:
    assert broken_promises(tree) == []


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_violation_is_seen(tree: Path, planted: str) -> None:
    path, text, told = PLANTED[planted]
    file = tree / path
    before = file.read_text("utf-8") if file.exists() else None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text((before or "") + text + "\n", "utf-8")
    try:
        assert any(told in line for line in broken_promises(tree))
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before, "utf-8")


def loaded_by(pattern: str, unwanted: tuple[str, ...]) -> str:
    """Import these modules of `explorer/` in a fresh process; which of the unwanted came along."""
    files = sorted((ROOT / "explorer").glob(pattern))
    assert files, pattern
    modules = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    names = [module.removesuffix(".__init__") for module in modules]
    excluded = ("explorer.main", "explorer.script")
    lines = [f"import {name}" for name in names if name not in excluded]
    program = "\n".join([*lines, "import sys", f"print(*(set({unwanted}) & set(sys.modules)))"])
    call = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return call.stdout.strip()


def test_concepts_work_without_streamlit() -> None:
    assert loaded_by("*.py", ("streamlit",)) == ""


def test_figures_work_without_streamlit_and_torch() -> None:
    assert loaded_by("figures/*.py", ("streamlit", "torch")) == ""


def test_what_a_module_imports_is_found() -> None:
    assert loaded_by("widgets/frame.py", ("streamlit",)) == "streamlit"
