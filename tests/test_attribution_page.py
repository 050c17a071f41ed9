"""The page "Attribution" as the server draws it: every method on every network, the checks, links with nonsense."""

import base64
import json
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from explorer import attribution, cost, faithfulness, networks
from explorer.attribution import METHODS
from explorer.browser.attribution import code
from explorer.evidence import Query
from explorer.networks import EMBEDDED, preprocessing
from explorer.subject import Subject
from tests.programs import printed_by

PICTURES = {"mnist": "digit3", "fashion_mnist": "shirt"}


def opened(**query: str) -> AppTest:
    at = AppTest.from_file("../explorer/script.py", default_timeout=100)
    at.query_params.update(query)
    return at.run().switch_page("../pages/inside/attribution.py").run()


def shown(at: AppTest) -> dict[str, Any]:
    assert not at.exception and not [error.value for error in at.error]
    return mounted(at, "attribution")


def mounted(at: AppTest, name: str) -> dict[str, Any]:
    protos = [element.proto for element in at.get("bidi_component")]
    proto = next(one for one in protos if one.component_name.endswith(f"explorer_{name}"))
    found: dict[str, Any] = json.loads(proto.json or proto.mixed.json)
    return found


def values(panel: dict[str, Any]) -> np.ndarray:
    halves = np.frombuffer(base64.b64decode(panel["map"]["values"]), "<f2").astype(np.float32)
    return (halves * panel["map"]["most"]).reshape(panel["map"]["shape"])


def subject_of(name: str) -> Subject:
    return Subject(name, "embedded", PICTURES[EMBEDDED[name].dataset])


def asked(name: str) -> tuple[torch.nn.Module, torch.Tensor]:
    subject = subject_of(name)
    return networks.build(name, weights="embedded"), preprocessing.batch(subject.shown, subject.how)


@pytest.mark.parametrize("name", EMBEDDED)
def test_every_method_that_is_offered_shows_the_map_of_attribute(name: str) -> None:
    at = opened(attribution_net=name)
    network, batch = asked(name)
    target = int(network(batch).argmax())
    offered = at.selectbox(key="attribution_method_a").options
    for method in METHODS.values():
        if attribution.misfit(network, method.name, tuple(batch.shape[1:])):
            assert method.title not in offered
            continue
        at.selectbox(key="attribution_method_a").set_value(method.title).run()
        panel = shown(at)["panels"][0]
        assert panel["method"] == method.name and panel["target"] == target
        layer = at.selectbox(key=f"attribution_layer_a_{name}").value if method.needs_layer else None
        options: dict[str, Any] = {}
        if method.name == "occlusion":
            window = at.number_input(key=f"attribution_window_a_{batch.shape[-1]}").value
            options = {"window_px": window, "stride_px": window // 2}
        once = attribution.attribute(
            network, batch, method=method.name, target=target, layer=layer, **options
        )[0]
        expected = once if layer else once[0]
        np.testing.assert_allclose(values(panel), expected, atol=1e-3 * np.abs(expected).max())
        assert panel["map"]["low"] == pytest.approx(float(expected.min()), rel=1e-3, abs=1e-6)


def test_a_method_that_would_be_wrong_is_left_out_with_the_reason() -> None:
    at = opened(attribution_net="small_depthwise", attribution_method_a="Guided backpropagation")
    assert "Guided backpropagation" not in at.selectbox(key="attribution_method_a").options
    assert shown(at)["panels"][0]["method"] != "guided_backprop"
    text = next(m.value for m in at.markdown if "without a word" in m.value)
    assert "ReLU6" in text and "DeepLift" in text and "LRP" in text


def test_nonsense_in_the_link_leaves_a_page_that_works() -> None:
    at = opened(
        attribution_net="nonet",
        attribution_method_a="Gut feeling",
        attribution_class_a_fashion_mnist="dragon",
        attribution_steps_a="-3",
        attribution_baseline_a="pink",
        attribution_method_b="Grad-CAM",
        attribution_layer_b_small_resnet="nowhere",
        attribution_picture_fashion_mnist="moon",
    )
    first, second = shown(at)["panels"]
    assert first["method"] == "integrated_gradients" and "50 steps from: mean colour" in first["detail"]
    assert "stage3.relu2" in second["detail"] and first["label"] == "T-shirt/top"
    for steps in ("abc", "99999"):
        assert len(shown(opened(attribution_steps_a=steps))["panels"]) == 2


def test_a_link_brings_back_methods_classes_and_numbers() -> None:
    at = opened(
        attribution_net="small_vgg",
        attribution_method_a="SmoothGrad",
        attribution_samples_a="5",
        attribution_class_a_fashion_mnist="sandal",
        attribution_method_b="Integrated gradients",
        attribution_steps_b="9",
        attribution_baseline_b="white",
    )
    first, second = shown(at)["panels"]
    assert first["label"] == "sandal" and first["detail"].startswith("5 copies")
    assert second["detail"] == "9 steps from: white"
    network, batch = asked("small_vgg")
    once = attribution.attribute(network, batch, method="smooth_grad", target=5, samples=5)[0, 0]
    np.testing.assert_allclose(values(first), once, atol=1e-3 * np.abs(once).max())


def test_the_completeness_error_is_shown_and_grows_with_fewer_steps() -> None:
    network, batch = asked("small_resnet")
    with torch.inference_mode():
        change = float((network(batch) - network(torch.zeros_like(batch)))[0, 0])
    errors = {}
    for steps in ("2", "100"):
        balance = shown(opened(attribution_steps_a=steps))["panels"][0]["balance"]
        assert balance["change"] == pytest.approx(change, abs=1e-3)
        assert balance["sum"] - balance["change"] == pytest.approx(balance["error"], abs=1e-5)
        errors[steps] = abs(balance["error"])
    assert errors["100"] < 0.05 < errors["2"]


def test_the_class_can_be_any_and_follows_the_picture_where_it_is_the_predicted() -> None:
    at = opened()
    at.selectbox(key="attribution_class_b_fashion_mnist").set_value("bag").run()
    at.selectbox(key="attribution_picture_fashion_mnist").set_value("Trousers").run()
    first, second = shown(at)["panels"]
    assert first["label"] == "trouser" and first["rank"] == 1
    assert second["label"] == "bag" and second["rank"] > 1


def test_the_sanity_check_shows_the_likeness_of_the_concept() -> None:
    at = opened(attribution_method_a="Saliency")
    assert len(at.get("bidi_component")) == 1
    at.button(key="attribution_run_sanity").click().run()
    shown(at)
    drawn = mounted(at, "cascade")
    network, batch = asked("small_resnet")
    layers = faithfulness.layers_that_run(network, batch)
    first = attribution.attribute(network, batch, method="saliency", target=0)[0, 0]
    alike = [1.0] + [
        faithfulness.likeness(first, attribution.attribute(changed, batch, method="saliency", target=0)[0, 0])
        for _, changed in faithfulness.randomised_from_top(network, layers=layers)
    ]
    np.testing.assert_allclose(drawn["rows"][0]["likeness"], alike, atol=1e-4)
    assert drawn["depths"] == list(range(11)) and drawn["layers"][1] == "head"
    assert [len(row["pictures"]) for row in drawn["rows"]] == [11, 11]
    assert any("5 of 10 layers random" in m.value for m in at.markdown)
    at.selectbox(key="attribution_method_a").set_value("SmoothGrad").run()
    assert len(at.get("bidi_component")) == 1  # another question: the old answer is not shown for it


def test_removal_shows_the_areas_of_the_concept_and_a_random_order() -> None:
    at = opened(attribution_method_a="Occlusion")
    at.button(key="attribution_run_removal").click().run()
    panels = shown(at)["panels"]
    table = at.table[0].value
    assert len(table) == 3 and table.index[2] == "random order"
    network, batch = asked("small_resnet")
    deletion, insertion = (
        faithfulness.faithfulness(network, batch, values(panels[1]), target=0, insertion=back)
        for back in (False, True)
    )
    cam, chance = table.iloc[1], table.iloc[2]
    assert float(cam.iloc[0]) == pytest.approx(deletion.area, abs=0.01)
    assert float(cam.iloc[1]) == pytest.approx(insertion.area, abs=0.01)
    assert float(chance.iloc[0]) == pytest.approx(deletion.random_area, abs=1e-4)
    beats = [
        name
        for name, won in (
            ("deletion", cam.iloc[0] < chance.iloc[0]),
            ("insertion", cam.iloc[1] > chance.iloc[1]),
        )
        if won
    ]
    assert cam["better than random"] == (" and ".join(beats) or "neither")


def test_work_that_was_stopped_waits_until_it_is_asked_to_go_on() -> None:
    at = opened()
    held = (
        subject_of("small_resnet"),
        (Query("integrated_gradients", 0), Query("grad_cam", 0, "stage3.relu2")),
    )
    at.session_state["attribution_stopped"] = held
    at.run()
    assert [panel["map"] for panel in shown(at)["panels"]] == [None, None]
    assert any("Both maps are needed" in note.value for note in at.markdown)
    at.button(key="attribution_go_on").click().run()
    assert all(panel["map"] for panel in shown(at)["panels"])


def test_what_takes_long_waits_until_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.widgets import evidence

    cam = 3 * cost.table("small_resnet", (1, 28, 28)).macs
    monkeypatch.setattr(evidence, "MOST_MACS", 2 * cam)
    at = opened()
    assert [panel["map"] is None for panel in shown(at)["panels"]] == [True, False]
    assert any("150 passes of small_resnet" in m.value for m in at.markdown)
    at.button(key="attribution_allow").click().run()
    assert all(panel["map"] for panel in shown(at)["panels"])
    assert all(panel["map"] for panel in shown(at.run())["panels"])


def test_a_network_too_large_to_copy_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.widgets import attribution_checks

    monkeypatch.setattr(attribution_checks, "MOST_PARAMS", 1000)
    at = opened()
    at.button(key="attribution_run_sanity").click().run()
    assert "second copy of the network" in at.error[0].value and len(at.get("bidi_component")) == 1


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        (
            "small_vgg",
            (Query("integrated_gradients", 2, steps=9, baseline="blur"), Query("smooth_grad", 1, samples=3)),
        ),
        ("lenet5", (Query("occlusion", 3, window_px=6, stride_px=4), Query("saliency", 8))),
        ("small_resnet", (Query("grad_cam", 0, "stage2.relu2"), Query("guided_backprop", 6))),
        (
            "small_depthwise",
            (Query("hires_cam", 0, "blocks.3.5"), Query("integrated_gradients", 4, baseline="white")),
        ),
    ],
)
def test_the_code_of_the_view_prints_the_numbers_shown(name: str, queries: tuple[Query, Query]) -> None:
    subject = Subject(name, "embedded", "text")
    program = code.program(subject, queries)
    assert "explorer" not in program
    printed = printed_by(program).splitlines()
    lines = {line.split()[0]: line.split()[1:] for line in printed if line.startswith("map_")}
    network, batch = networks.build(name, weights="embedded"), preprocessing.batch(subject.shown, subject.how)
    for query, key in zip(queries, ("map_a", "map_b"), strict=True):
        from tests.test_evidence import whole

        found = whole(network, batch, subject, query)
        most = float(np.abs(found).max())
        for text, number in zip(lines[key], (found.min(), found.max(), found.sum()), strict=True):
            assert float(text) == pytest.approx(float(number), rel=2e-3, abs=1e-3 * most)
    if any(query.method == "integrated_gradients" for query in queries):
        assert any("the logit moved by" in line for line in printed)
