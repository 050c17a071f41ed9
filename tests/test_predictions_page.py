"""The page "Predictions" as the server draws it: pickers, switches, own pictures and what is no picture."""

import io
from pathlib import Path

import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from explorer import networks
from explorer.drawings import DRAWINGS
from explorer.subject import Subject
from tests.programs import printed_by


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page, with an empty cache of PyTorch."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    at = AppTest.from_file("../explorer/script.py", default_timeout=60)
    at.run()
    return at.switch_page("../pages/inside/predictions.py").run()


def said(at: AppTest) -> str:
    assert not at.exception
    return next(m.value for m in at.main.markdown if " says " in m.value)


def test_the_page_says_what_predict_says(page: AppTest) -> None:
    (label, share), *_ = networks.predict("small_resnet", DRAWINGS["shirt"].picture(), 1)
    assert f"says **{label}**, {share:.1%}" in said(page)
    assert len(page.get("plotly_chart")) == 2


def test_a_switched_off_stage_changes_the_answer(page: AppTest) -> None:
    before = said(page)
    page.toggle(key="predictions_scale").set_value(False).run()
    assert said(page) != before
    effects = page.main.table[0].value
    assert list(effects.index) == ["nothing", "resize", "crop", "scale", "normalise"]
    assert effects.loc["scale", "says"] in said(page)


def test_weights_that_are_not_here_are_offered_with_their_size(page: AppTest) -> None:
    page.selectbox(key="predictions_net").set_value("resnet18").run()
    assert any("44.7 MB" in m.value for m in page.main.markdown)
    assert page.button(key="predictions_resnet18_fetch").label == "Fetch 44.7 MB"
    assert "untrained" in said(page)


def test_a_refused_download_is_a_sentence_and_the_page_goes_on(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from explorer import weights

    def refuse(*_: object, **__: object) -> None:
        raise weights.DownloadError("The server of the weights refused: 503 Busy.")

    page.selectbox(key="predictions_net").set_value("squeezenet1_1").run()
    monkeypatch.setattr(weights, "download", refuse)
    page.button(key="predictions_squeezenet1_1_fetch").click().run()
    assert [error.value for error in page.error] == ["The server of the weights refused: 503 Busy."]
    assert "untrained" in said(page)


def test_own_pictures_and_files_that_are_none(page: AppTest) -> None:
    page.selectbox(key="predictions_picture_fashion_mnist").set_value("Upload …").run()
    uploader = page.get("file_uploader")[0]
    uploader.upload("broken.png", b"no picture", "image/png").run()
    assert "no picture that can be opened" in page.error[0].value
    said(page)
    held = io.BytesIO()
    DRAWINGS["trousers"].picture().save(held, "PNG")
    page.get("file_uploader")[0].upload("own.png", held.getvalue(), "image/png").run()
    assert not page.error
    assert "trouser" in said(page)


@pytest.mark.parametrize("network", ["lenet5", "small_vgg"])
def test_the_code_of_the_view_prints_the_same_numbers(network: str) -> None:
    from explorer.widgets.predictions import _PRINT

    subject = Subject(network, "embedded", "text")
    code = subject.code() + _PRINT.format(labels=list(subject.how.labels))
    assert "explorer" not in code
    expected = networks.predict(network, subject.shown)
    lines = printed_by(code).strip().splitlines()
    for line, (label, share) in zip(lines, expected, strict=True):
        assert label in line
        assert f"{share:.4f}" in line


def test_a_picture_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no picture 'moon'"):
        _ = Subject("lenet5", None, "moon").shown
    with pytest.raises(ValueError, match="unknown alteration"):
        _ = Subject("lenet5", None, "text", alteration="melted").shown
    assert Image.open(io.BytesIO(Subject("lenet5", None, "text").png())).size == (448, 172)


def test_the_picture_and_the_table_of_the_view_hold_what_is_shown(page: AppTest) -> None:
    from explorer.widgets import cached
    from explorer.widgets.predictions import _card, _listed

    subject = Subject("small_resnet", "embedded", "shirt")
    now, effects = cached.switched(subject, ("scale",))
    saved = Image.open(io.BytesIO(_card(subject, ("scale",), now)))
    assert saved.width == 24 + 4 * 284 and len(saved.getcolors(1 << 20) or ()) > 20
    lines = _listed(effects).strip().splitlines()
    assert lines[0] == "left out,index,label,probability,logit"
    assert len(lines) == 1 + 5 * 5
    assert {button.proto.label for button in page.get("download_button")} >= {
        "Save PNG",
        "CSV of these answers",
    }
