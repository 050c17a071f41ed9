"""The page "Feature maps" as the server draws it, on networks whose layers lie in other ways than (N, C, H, W)."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from explorer import features, networks
from explorer.networks import NETWORKS, preprocessing
from explorer.subject import UNTRAINED_SEED, Subject
from tests.programs import printed_by

OPERATORS = "from explorer import torchvision_operators\n\ntorchvision_operators.models()\n"
"""What torchvision needs where its compiled part is missing."""


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    return AppTest.from_file("../explorer/script.py", default_timeout=120)


def opened(at: AppTest, page: str, **link: str) -> dict[str, Any]:
    """What the page's component is given."""
    at.run()
    for name, value in link.items():
        at.query_params[name] = value
    at.switch_page(f"../pages/inside/{page}.py").run()
    assert not at.exception
    assert not at.error
    found: dict[str, Any] = json.loads(at.get("bidi_component")[0].proto.json)
    return found


def own(name: str, layer: str, picture: str = "chelsea") -> torch.Tensor:
    torch.manual_seed(UNTRAINED_SEED)
    network = networks.build(name, weights=None)
    batch = preprocessing.batch(Subject(name, None, picture).shown, preprocessing.plan(NETWORKS[name], None))
    return features.maps(network, batch, [layer])[layer]


def test_channels_last_are_shown_as_channels(fresh: AppTest) -> None:
    layer = "features.3.0.mlp.1"
    data = opened(fresh, "maps", maps_net="swin_t", maps_weights="Untrained", maps_layer_swin_t=layer)
    maps = own("swin_t", layer)[0].permute(2, 0, 1).numpy()
    assert (data["layer"], data["shape"]) == (layer, [768, 28, 28])
    assert "channels last" in data["lies"]
    assert data["activity"]["mean"] == pytest.approx(maps.mean((1, 2)).tolist(), rel=1e-3, abs=1e-5)
    assert data["activity"]["zeros"] == pytest.approx((maps == 0).mean((1, 2)).tolist(), abs=1e-4)
    detail = data["detail"]
    values = np.frombuffer(base64.b64decode(detail["values"]), "<f4").reshape(28, 28)
    np.testing.assert_allclose(values, maps[detail["channel"]], atol=1e-5)
    assert detail["channel"] == int(np.abs(maps).mean((1, 2)).argmax())
    row, column, value = detail["peaks"][0]
    assert value == pytest.approx(maps[detail["channel"], row, column], rel=1e-5)
    assert detail["token"] == []
    assert (len(detail["field"]["rows"]), len(detail["field"]["columns"])) == (28, 28)
    assert "explorer" not in data["code"]
    program = f"{OPERATORS}{data['code']}print(tuple(maps.shape), float(maps[-1].mean()))\n"
    first, *_, last = printed_by(program).splitlines()
    assert int(first.split()[0]) == detail["channel"]
    assert last.startswith("(768, 28, 28)")
    assert float(last.split()[-1]) == pytest.approx(float(maps[-1].mean()), rel=1e-3)


def test_tokens_become_the_grid_of_patches_and_the_class_token_stands_apart(fresh: AppTest) -> None:
    layer = "encoder.layers.encoder_layer_0.ln_1"
    data = opened(fresh, "maps", maps_net="vit_b_32", maps_weights="Untrained", maps_layer_vit_b_32=layer)
    tokens = own("vit_b_32", layer)[0].numpy()
    assert data["shape"] == [768, 7, 7]
    assert "class token" in data["lies"]
    detail = data["detail"]
    channel = detail["channel"]
    values = np.frombuffer(base64.b64decode(detail["values"]), "<f4").reshape(7, 7)
    np.testing.assert_allclose(values, tokens[1:, channel].reshape(7, 7), atol=1e-5)
    assert detail["token"] == pytest.approx([float(tokens[0, channel])], rel=1e-3)
    assert detail["field"]["rows"][2] == [64, 95]  # a patch of 32 px
    assert fresh.expander[0].label == "13 layers without maps"
    assert "gives several tensors" in fresh.expander[0].markdown[0].value


def test_a_unit_is_one_of_the_channels(fresh: AppTest) -> None:
    layer = "features.7.1.mlp.3"
    link = {"unit_net": "swin_t", "unit_weights": "Untrained", "unit_layer_swin_t": layer, "unit_px": "96"}
    data = opened(fresh, "unit", **link, **{f"unit_channel_swin_t_{layer}": "700"})
    assert data["fixed"]["unit"] == 700
    best = data["fixed"]["patches"][0]
    map_ = own("swin_t", layer, best["picture"])[0, :, :, 700]
    assert best["value"] == pytest.approx(float(map_.max()), rel=1e-3)
    assert best["value"] == pytest.approx(float(map_[best["cell"][0], best["cell"][1]]), rel=1e-3)
    assert fresh.number_input(key=f"unit_channel_swin_t_{layer}").max == 767
    assert "permute(0, 3, 1, 2)" in data["fixed"]["code"]
