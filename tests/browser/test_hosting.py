"""What docs/hosting.md promises: the container's files are enough, and a base path does no harm."""

import re
import shutil
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import NewTab
from tests.browser.served import ROOT, serve

DOCKERFILE = re.search(r"```dockerfile\n(.*?)```", (ROOT / "docs" / "hosting.md").read_text("utf-8"), re.S)


def test_the_container_has_all_that_the_app_needs(new_tab: NewTab, tmp_path: Path) -> None:
    assert DOCKERFILE
    for sources, target in re.findall(r"^COPY (.+) (\S+)$", DOCKERFILE[1], re.M):
        for source in sources.replace("--from=libraries /libraries/", "").split():
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, tmp_path / target)
            else:
                shutil.copy(ROOT / source, tmp_path / target)
    command = re.search(r'^CMD \["python", "-m", "streamlit", "run", "app.py", (.+)\]$', DOCKERFILE[1], re.M)
    assert command
    options = re.findall(r'"(.+?)"', command[1])
    with serve(tmp_path / "app.py", *options, folder=tmp_path) as container:
        for path in ("/", "/kernels", "/finetune"):
            tab = new_tab(served=container)
            tab.open(path)
            tab.close()


def test_components_come_without_the_launchers_routes(new_tab: NewTab) -> None:
    """Below a base path, as behind a proxy, the module routes are not where the page is: the page lives on."""
    with serve(ROOT / "app.py", "--server.baseUrlPath=lab") as moved:
        tab = new_tab(served=moved)
        page = tab.open("/lab/kernels")
        expect(page.locator('[data-component="kernels"] canvas').first).to_be_visible()
        assert all("module script" in fault for fault in tab.faults), tab.faults
        tab.faults.clear()
        tab.close()
