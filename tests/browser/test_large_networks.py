"""Networks for photographs and fetched picture sets on the page "Fine-tuning", from a server that has some of them."""

import csv
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page, expect

from explorer import networks, weights
from explorer.transfer import DATASETS, PictureSet, Recipe, datasets, downloads, raced
from explorer.transfer.training import train
from tests.browser.conftest import NewTab
from tests.browser.served import Server, serve
from tests.browser.test_finetune import ROOT, finished, numbers, opened, press, wait_for
from tests.browser.test_finetune_kept import maps
from tests.browser.test_own_pictures import bring, by_class, own, packed
from tests.test_raced import fetched
from tests.test_transfer_export import alone

SQUEEZENET = "from=imagenet&net=squeezenet1_1"
RECIPE = {"pictures_per_class": 1, "batch": 8}
LANES = "lanes=head:n4,b8"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home and a cache of PyTorch, for this process and for servers: weights of SqueezeNet, random ones, and pets."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        patch.setenv("TORCH_HOME", str(folder / "torch"))
        patch.setattr(torch.hub, "_hub_dir", None)
        kept = weights.offered("squeezenet1_1").file
        kept.parent.mkdir(parents=True)
        torch.manual_seed(4)
        torch.save(networks.build("squeezenet1_1", weights=None).state_dict(), kept)
        downloads.cache_folder().mkdir(parents=True)
        fetched("cifar10", downloads.cache_folder(), most=30)
        yield folder


@pytest.fixture(scope="module")
def stocked(home: Path) -> Iterator[Server]:
    with serve() as running:
        yield running


def torch_losses(pictures: str | PictureSet, network: str, source: str, recipe: Recipe) -> list[float]:
    run = train(recipe, pictures, network=network, weights=raced.weights_name(source))
    return [record.loss for record in islice(run, recipe.steps)]


def saved(page: Page, button: str) -> Path:
    with page.expect_download() as found:
        press(page, button)
    return Path(found.value.path())


def test_squeezenet_learns_as_in_torch_and_is_repeated(
    new_tab: NewTab, stocked: Server, tmp_path: Path
) -> None:
    """Drawn grey pictures, enlarged and normalised for weights of torchvision; table, weights and program as well."""
    page = opened(new_tab(served=stocked, gpu=False), f"set=pictograms&n=1&{SQUEEZENET}&{LANES}&view=runs")
    expect(page.locator(f"{ROOT} .split")).to_contain_text("10 to train on, 200 of 800 held out")
    expect(page.locator(f"{ROOT} .clock")).to_contain_text(re.compile(r"^about \d+ (s|min) on this device$"))
    press(page, "Race")
    [lane] = wait_for(page, finished)["lanes"]
    recipe = Recipe.of_lane("head", steps=4, **RECIPE)
    expected = torch_losses("pictograms", "squeezenet1_1", raced.IMAGENET, recipe)
    assert lane["loss"] == pytest.approx(expected, rel=1e-3)
    with zipfile.ZipFile(saved(page, "Head only in PyTorch")) as held:
        held.extractall(tmp_path)
    command = [sys.executable, "repeat.py"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=300, env=alone(tmp_path))
    rows = list(csv.DictReader((tmp_path / "repeated.csv").read_text("utf-8").splitlines()))
    assert [float(row["loss"]) for row in rows] == pytest.approx(lane["loss"], rel=1e-3)
    assert float(rows[-1]["test_accuracy"]) == pytest.approx(lane["test"][-1][1], abs=0.011)
    from safetensors.torch import load_file

    end, repeated = (
        load_file(saved(page, "Head only safetensors")),
        load_file(tmp_path / "repeated.safetensors"),
    )
    assert end.keys() == repeated.keys()
    for name, value in repeated.items():
        torch.testing.assert_close(end[name], value, rtol=1e-3, atol=1e-4)
    page.get_by_role("radio", name="Inside").check(force=True)
    [live] = maps(page, 4)
    page.get_by_label("Step shown").focus()
    page.keyboard.press("Home")
    [kept] = maps(page, 0)  # read from the weights that the page holds; the backbone has not moved
    assert kept["data"] == pytest.approx(live["data"], abs=1e-5)


def test_a_fetched_set_comes_as_a_part(new_tab: NewTab, stocked: Server) -> None:
    """Colour of 32 px for a small network that wants grey of 28: the numbers of torch on the same part."""
    tab = new_tab(served=stocked, gpu=False)
    page = opened(tab, "set=cifar10&n=2&lanes=whole:n3,b8&view=runs")
    expect(page.locator(f"{ROOT} .split")).to_contain_text("A part of the set: up to 100 of about 5,000")
    press(page, "Race")
    [lane] = wait_for(page, finished)["lanes"]
    recipe = Recipe.of_lane("whole", steps=3, batch=8, pictures_per_class=2)
    part = raced.part(datasets.get("cifar10"), DATASETS["cifar10"])
    assert lane["loss"] == pytest.approx(torch_losses(part, "small_vgg", "glyphs", recipe), rel=1e-3)


def test_what_is_not_here_is_offered_and_small_networks_go_on(new_tab: NewTab, stocked: Server) -> None:
    page = opened(new_tab(served=stocked, gpu=False), "set=pictograms&n=1&lanes=head:n2")
    page.get_by_label("It was trained on").select_option(label="ImageNet: ResNet-18")
    offer = page.get_by_role("button", name="Fetch 44.7 MB")
    expect(offer).to_be_visible()
    press(page, "Race")
    sentence = "Not on this server yet: the trained weights of ResNet-18. Fetch them above."
    expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    page.get_by_label("Now it learns").select_option(label="MNIST")
    expect(page.get_by_role("button", name="Fetch 11.6 MB")).to_be_visible()
    expect(page.locator(f"{ROOT} .task")).to_contain_text("12 MB, not on this server yet: fetch it above.")
    page.get_by_label("It was trained on").select_option(label="Textures")
    page.get_by_label("Now it learns").select_option(label="Noisy pictograms")
    expect(offer).not_to_be_visible()
    press(page, "Race")
    assert wait_for(page, finished)["lanes"][0]["steps"] == 2


def test_own_pictures_for_a_network_of_photographs(new_tab: NewTab, stocked: Server, tmp_path: Path) -> None:
    """96 px in colour; the zip that is packed here holds the mean of the weights, and torch repeats it."""
    tab = new_tab(served=stocked, gpu=False)
    page = opened(tab, f"set=own&n=5&{SQUEEZENET}&{LANES}&view=runs")
    bring(page, packed(tmp_path / "own.zip", by_class({"ant": 5, "bee": 5})))
    press(page, "Race")
    [lane] = wait_for(page, finished)["lanes"]
    assert len(own(page, "images")) == 10 * 96 * 96 * 3
    with zipfile.ZipFile(saved(page, "Head only in PyTorch")) as held:
        held.extractall(tmp_path)
    pictures = datasets.unpacked((tmp_path / "pictures.safetensors").read_bytes())
    assert pictures.mean == (0.485, 0.456, 0.406)
    assert pictures.side_px == (96, 96)
    recipe = Recipe.of_lane("head", steps=4, batch=8, pictures_per_class=5)
    expected = torch_losses(pictures, "squeezenet1_1", raced.IMAGENET, recipe)
    assert lane["loss"] == pytest.approx(expected, rel=1e-3)


def test_the_weights_of_a_large_network_come_in_pieces_that_can_be_stopped(
    new_tab: NewTab, stocked: Server
) -> None:
    """ResNet-18 from scratch, 45 MB: how much has come is said, and Stop ends it."""
    tab = new_tab(served=stocked, gpu=False)
    page = opened(tab, "set=pictograms&n=1&lanes=scratch:n1,b2&view=runs")
    asked: list[str] = []

    def hold(route: object) -> None:
        asked.append(route.request.url)  # type: ignore[attr-defined]
        if len(asked) < 3:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/pieces/*/weights/resnet18-*", hold)
    page.get_by_label("It was trained on").select_option(label="ImageNet: ResNet-18")
    press(page, "Race")
    expect(page.locator(f"{ROOT} .clock")).to_have_text("17 of 45 MB", timeout=60_000)
    press(page, "Stop")
    expect(page.get_by_role("button", name="Race", exact=True)).to_be_enabled()
    assert not numbers(page)["lanes"] and not numbers(page)["problem"]
    tab.faults.clear()
