"""The page "One unit" as the server draws it: what the browser asks for, what it gets, and bad links."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

from explorer import maximisation, networks
from explorer.maximisation import Goal
from explorer.networks import NETWORKS, preprocessing


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    return AppTest.from_file("../explorer/script.py", default_timeout=60)


@pytest.fixture
def page(fresh: AppTest) -> AppTest:
    return opened(fresh)


def opened(at: AppTest, **link: str) -> AppTest:
    at.run()
    for name, value in link.items():
        at.query_params[name] = value
    at = at.switch_page("../pages/inside/unit.py").run()
    assert not at.exception
    return at


def shown(at: AppTest, place: int = 0) -> dict[str, Any]:
    """What the component was given: 0 the climb, 1 the strip."""
    assert not at.exception
    found: dict[str, Any] = json.loads(at.get("bidi_component")[place].proto.json)
    return found


def ask(at: AppTest, todo: str, tick: float, name: str = "unit", run: str | None = None) -> AppTest:
    """As the browser does."""
    wanted = shown(at, 0 if name == "unit" else 1)["run"] if run is None else run
    at.session_state[f"component_{name}"] = {"ask": {"tick": tick, "todo": todo, "run": wanted, "have": ""}}
    return at.run()


def test_the_page_shows_the_start_and_waits(page: AppTest) -> None:
    data = shown(page)
    assert (data["step"], data["done"], len(data["curve"])) == (0, False, 1)
    fixed = data["fixed"]
    assert len(fixed["patches"]) == 9
    values = [patch["value"] for patch in fixed["patches"]]
    assert values == sorted(values, reverse=True)
    assert shown(page.run())["step"] == 0, "nothing runs unless it is asked for"
    assert not shown(page, 1)["started"]


def test_slices_go_on_where_they_stopped_and_end_where_the_concept_ends(page: AppTest) -> None:
    page.slider(key="unit_steps").set_value(32).run()
    steps, tick = [0], 0
    while not shown(page)["done"]:
        tick += 1
        ask(page, "go", tick)
        assert shown(page)["step"] > steps[-1]
        steps.append(shown(page)["step"])
        assert shown(page.run())["step"] == steps[-1], "the same request is answered once"
        assert tick < 33
    data = shown(page)
    fixed = data["fixed"]
    how = preprocessing.plan(NETWORKS["small_resnet"], "embedded")
    settings = replace(maximisation.usual(how, 28), steps=32)
    goal = Goal(fixed["layer"], fixed["unit"])
    own = list(maximisation.climb(networks.build("small_resnet", weights="embedded"), goal, how, settings))
    assert data["activation"] == pytest.approx(own[-1].activation, rel=1e-4)
    assert data["curve"] == pytest.approx([moment.activation for moment in own], rel=1e-4)
    ask(page, "again", 100)
    assert shown(page)["step"] == 0


def test_other_settings_begin_anew_and_keep_the_last_picture(page: AppTest) -> None:
    ask(page, "go", 1)
    before = shown(page)
    page.segmented_control(key="unit_priors").set_value("off").run()
    now = shown(page)
    assert now["run"] != before["run"]
    assert now["step"] == 0
    assert now["fixed"]["before"]["activation"] == before["activation"]
    assert "no priors" in now["fixed"]["caption"]
    ask(page, "go", 2, run=before["run"])
    assert shown(page)["step"] == 0, "a request for the old run is passed over"


@pytest.mark.parametrize(
    "sent", [None, 3, "go", {"tick": "x"}, {"tick": [1], "todo": {}, "run": 5, "have": None}]
)
def test_whatever_the_browser_sends_the_page_stands(page: AppTest, sent: object) -> None:
    page.session_state["component_unit"] = {"ask": sent}
    page.session_state["component_depth"] = {"ask": sent}
    page.run()
    assert shown(page)["step"] == 0
    assert not page.error


@pytest.mark.parametrize(
    "link",
    [
        {"unit_net": "nothing", "unit_layer_small_resnet": "nowhere"},
        {"unit_channel_small_resnet_stage3.conv1": "999", "unit_layer_small_resnet": "stage3.conv1"},
        {"unit_steps": "-4", "unit_rate": "7", "unit_seed": "x", "unit_priors": "Most"},
        {"unit_depth_small_resnet": "nowhere", "unit_each": "9"},
    ],
)
def test_bad_links_open_the_page_with_what_is_there(fresh: AppTest, link: dict[str, str]) -> None:
    at = opened(fresh, **link)
    assert shown(at)["fixed"]["network"] == "small_resnet"
    assert not at.error


def test_a_link_opens_its_unit_with_its_settings(fresh: AppTest) -> None:
    at = opened(
        fresh,
        unit_net="small_vgg",
        unit_layer_small_vgg="answer",
        unit_class_small_vgg="7: sneaker",
        unit_priors="Own",
        unit_decay="0.05",
        unit_start="Picture",
        unit_sign="Least",
    )
    fixed = shown(at)["fixed"]
    assert (fixed["network"], fixed["layer"], fixed["unit"], fixed["label"]) == (
        "small_vgg",
        "answer",
        7,
        "sneaker",
    )
    assert fixed["sign"] == -1
    assert "0.05" in fixed["code"]
    assert "-torch.nan_to_num" in fixed["code"]


def test_untrained_networks_and_their_missing_weights(fresh: AppTest) -> None:
    at = opened(fresh, unit_net="squeezenet1_1", unit_px="96")
    assert at.button(key="unit_squeezenet1_1_fetch")
    ask(at, "go", 1)
    assert shown(at)["step"] > 0
    assert shown(at)["fixed"]["weights"] == "untrained"


def test_the_walk_is_planned_when_asked_and_cleared(fresh: AppTest) -> None:
    at = opened(fresh, unit_each="1")
    tick = 0
    while not shown(at, 1)["tiles"]:
        tick += 1
        ask(at, "go", tick, "depth")
        assert tick < 60
    data = shown(at, 1)
    tile = data["tiles"][0]
    assert tile["layer"] == "conv"
    assert tile["value"] > tile["start"]
    assert data["total"] == 6
    ask(at, "again", 99, "depth")
    assert shown(at, 1)["tiles"] == []
    at.select_slider(key="unit_depth_small_resnet").set_value(("conv", "conv")).run()
    assert at.info[0].value == "Choose two different layers."
