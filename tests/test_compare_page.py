"""The pages "Compare" and "One network", driven without a browser."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import comparison, cost

ROOT = Path(__file__).resolve().parent.parent


def opened(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "explorer" / "script.py"), default_timeout=120)
    app.query_params.update(query)
    return app.run().switch_page(f"../pages/networks/{page}.py").run()


def figure(page: AppTest, number: int = 0) -> dict[str, list[dict[str, object]]]:
    spec: dict[str, list[dict[str, object]]] = json.loads(page.get("plotly_chart")[number].proto.spec)
    return spec


def test_chart_shows_every_network_and_the_front() -> None:
    page = opened("compare")
    assert not page.exception and not page.error
    entries = comparison.entries("best")
    front, *families = figure(page)["data"]
    assert sum(len(trace["customdata"]) for trace in families) == len(entries)  # type: ignore[arg-type]
    expected = comparison.front([(entry.gmacs, entry.top1_percent) for entry in entries])
    assert len(front["x"]) == len(expected)  # type: ignore[arg-type]
    table = page.table[0].value
    assert table.loc["parameters, million"].iloc[0] == "25.56"
    counted = cost.table("resnet50", (3, 224, 224))
    assert table.loc["memory of outputs, MiB"].iloc[0] == f"{counted.output_bytes / 2**20:.1f}"
    assert table.loc["GMACs"].iloc[0] == f"{counted.macs / 1e9:.3f}"


def test_time_is_measured_on_this_server_for_the_two_pinned() -> None:
    page = opened("compare", compare_cost="time")
    assert any("Nothing has been measured" in info.value for info in page.info)
    page.button_group(key="compare_measured").set_value("the two pinned").run()
    page.button(key="compare_measure").click().run()
    assert not page.exception and not page.error
    times = page.session_state["compare_times"]
    assert set(times) == {("resnet50", 224), ("mobilenet_v2", 224)}
    assert all(found.median_ms > 0 for found in times.values())
    assert times["resnet50", 224].ratio > times["mobilenet_v2", 224].ratio  # 14 times the operations
    _, *families = figure(page)["data"]
    shown = [x for trace in families for x in trace["x"]]  # type: ignore[attr-defined]
    assert sorted(shown) == pytest.approx(sorted(found.ratio for found in times.values()))


@pytest.mark.parametrize("part", ["Challenge winners", "Growth", "The slide's ResNets", "CNN against ViT"])
def test_each_part_opens_from_its_link(part: str) -> None:
    page = opened("compare", compare_part=part)
    assert not page.exception and not page.error
    assert page.get("plotly_chart") or page.table


def test_the_slides_resnets_are_set_beside_todays_figures() -> None:
    table = opened("compare", compare_part="The slide's ResNets").table[0].value
    assert table.loc["resnet50"].iloc[0] == "3.8" and table.loc["resnet50"].iloc[1] == "4.089"
    assert "7.13" in table.loc["resnet50"].to_list()


def test_filter_finds_what_fits_and_says_when_nothing_does() -> None:
    page = opened("compare", compare_part="Which should I use?")
    best = comparison.fitting(comparison.entries("best"), comparison.Budget(30e6, 5, None, 75))[0]
    assert any(f"**{best.label}**" in text.value for text in page.main.markdown)
    quotes = [text.value for text in page.main.markdown if text.value.startswith(">")]
    assert any("Don't be a hero" in quote for quote in quotes) and any(
        "MobileNets" in quote for quote in quotes
    )
    page.number_input(key="compare_gmacs").set_value(0.01).run()
    assert page.warning and not page.exception


def test_one_network_sends_its_drawing() -> None:
    page = opened("network", network_net="unet")
    assert not page.exception and not page.error
    data = json.loads(page.get("bidi_component")[0].proto.json)
    assert data["facts"]["name"] == "unet" and len(data["stages"]) == 9
    table = cost.table("unet", (1, 572, 572))
    assert data["totals"] == {"params": table.params, "macs": table.macs, "bytes": table.output_bytes}


def test_two_networks_are_sent_stage_beside_stage() -> None:
    page = opened("network", network_view="Two networks", network_net="alexnet", network_other="vgg16")
    data = json.loads(page.get("bidi_component")[0].proto.json)
    assert [facts["name"] for facts in data["facts"]] == ["alexnet", "vgg16"]
    assert [bool(pair[0]) for pair in data["pairs"]] == [False, False, True, True, True, True, True]


def test_an_unknown_network_in_a_link_gives_the_usual_one() -> None:
    page = opened("network", network_net="resnet51")
    assert not page.exception
    assert json.loads(page.get("bidi_component")[0].proto.json)["facts"]["name"] == "resnet18"
