"""The page "Kernels": its numbers against `explorer.kernels.slide`, by mouse, keys and links; its own code."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, WebSocket, expect

from explorer.browser import served
from explorer.kernels import KERNELS, slide
from explorer.pictures import BUILT_IN, open_picture
from tests.browser.conftest import NewTab
from tests.browser.served import ROOT
from tests.browser.tab import Tab

Floats = npt.NDArray[np.float64]
MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
TOLERANCE = 1e-5
ENGINE = """([url, picture, cases]) => import(url).then((m) => {
  const plane = (rows) => ({ data: Float64Array.from(rows.flat()), height: rows.length, width: rows[0].length });
  const given = { grey: plane(picture.grey), colour: picture.colour.map(plane) };
  const engine = m.createEngine();
  return cases.map((values) => {
    const why = m.obstacle(values, given.grey.height, given.grey.width);
    return why ? { why } : { planes: engine.run(given, values).map((p) => [p.height, p.width, ...p.data]) };
  });
})"""


def component(page: Page) -> Locator:
    return page.locator('[data-component="kernels"]')


def read(page: Page, expression: str) -> Any:
    """What the component computed, after two frames: an expression of `n` (numbers) and `s` (state)."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return component(page).evaluate(
        f"(root) => {{ const n = root.__numbers, s = root.__state; return {expression} }}"
    )


def opened(tab: Tab, query: str = "") -> Page:
    """The page, as soon as it has computed (or refused) its first output."""
    page = tab.open(f"/kernels{query}")
    component(page).locator(".kernels-page").wait_for()
    page.wait_for_function(
        """() => [...document.querySelectorAll('*')].some((e) =>
            e.shadowRoot?.querySelector('[data-component="kernels"]')?.__numbers?.input)"""
    )
    return page


def output(page: Page) -> Floats:
    """(C, H, W): the maps as the component holds them."""
    size, planes = read(page, "[n.size, n.output]")
    return np.array(planes).reshape(-1, *size)


def messages(page: Page) -> list[Any]:
    """Everything that the page sends over websockets from now on."""
    sent: list[Any] = []

    def watch(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(frame))  # noqa: PLW0108 - a plain method is refused

    page.on("websocket", watch)
    return sent


def upload(page: Page, name: str, data: bytes) -> None:
    page.locator('input[type="file"]').set_input_files({"name": name, "mimeType": "", "buffer": data})


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, "PNG")
    return held.getvalue()


def cell(page: Page, row: int, column: int) -> Locator:
    return page.get_by_label(f"Kernel: row {row}, column {column}", exact=True)


def values_of(rng: np.random.Generator) -> dict[str, Any]:
    """Any state of the kernel and its settings."""
    rows, columns = (int(n) for n in rng.choice([1, 3, 5, 7], 2))
    mode = str(rng.choice(["grey", "each", "full"]))
    slices = 3 if mode == "full" and rng.random() < 0.7 else 1
    cells = np.round(rng.normal(size=(slices, rows * columns)), 4).tolist()
    return {
        "k": {
            "rows": rows,
            "columns": columns,
            "divisor": float(rng.choice([1, 3, -7, 0.5])),
            "slices": cells,
        },
        "mode": mode,
        "s": int(rng.integers(1, 4)),
        "d": int(rng.integers(1, 4)),
        "pm": str(rng.choice(["none", *MODES])),
        "p": str(rng.choice(["half", "0", "1", "2", "3", "5"])),
        "b": float(rng.choice([0, 12.5, -40])),
        "flip": bool(rng.random() < 0.5),
        "act": str(rng.choice(["none", "relu", "abs"])),
    }


def edited(rng: np.random.Generator, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A state, then single cells changed one after another: what an edit adds must come to the same."""
    yield values
    for _ in range(int(rng.integers(1, 4))):
        cells = [list(part) for part in values["k"]["slices"]]
        part = cells[int(rng.integers(len(cells)))]
        part[int(rng.integers(len(part)))] = float(rng.choice([0, 2.5, -1000]))
        values = values | {"k": values["k"] | {"slices": cells}, "act": str(rng.choice(["none", "relu"]))}
        yield values


def expected(colour: Floats, values: dict[str, Any]) -> Floats | None:
    """The maps by `explorer.kernels.slide`, each channel padded by numpy; None where that refuses."""
    kernel, spread = values["k"], values["d"]
    weights = np.array(kernel["slices"]).reshape(-1, kernel["rows"], kernel["columns"]) / kernel["divisor"]
    weights = weights[:, ::-1, ::-1] if values["flip"] else weights
    inputs = grey_of(colour)[None] if values["mode"] == "grey" else colour
    border = [0, 0]
    if values["pm"] != "none":
        half = [spread * (size - 1) // 2 for size in weights.shape[1:]]
        border = half if values["p"] == "half" else [int(values["p"])] * 2
    limits = {"reflect": -1, "circular": 0}
    if values["pm"] in limits and any(
        wide > size + limits[values["pm"]] for wide, size in zip(border, inputs.shape[1:], strict=True)
    ):
        return None
    padded = np.pad(inputs, [(0, 0), *((wide, wide) for wide in border)], MODES.get(values["pm"], "constant"))
    depth = values["mode"] == "full"
    try:
        maps = [
            slide(
                plane, weights[c % len(weights)] if depth else weights[0], stride=values["s"], dilation=spread
            )
            for c, plane in enumerate(padded)
        ]
    except ValueError:
        return None
    sums = (np.sum(maps, axis=0)[None] if depth else np.array(maps)) + values["b"]
    return {"none": sums, "relu": np.maximum(sums, 0), "abs": np.abs(sums)}[values["act"]]


def link(values: dict[str, Any]) -> str:
    kernel = values["k"]
    cells = "~".join(",".join(f"{value:g}" for value in part) for part in kernel["slices"])
    others = "&".join(f"{name}={values[name]}" for name in ("s", "d", "pm", "p", "mode", "b", "act"))
    flip = int(values["flip"])
    return f"?k={kernel['rows']}x{kernel['columns']}~{cells}~{kernel['divisor']:g}&{others}&flip={flip}"


def picture(rng: np.random.Generator, height: int, width: int) -> npt.NDArray[np.uint8]:
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def grey_of(colour: Floats) -> Floats:
    """(H, W) grey levels of (3, H, W), in whole numbers."""
    pixels = Image.fromarray(colour.transpose(1, 2, 0).astype(np.uint8))
    return np.asarray(pixels.convert("L"), dtype=np.float64)


def photograph(name: str) -> Floats:
    """(3, H, W) of a built-in picture."""
    rgb = np.asarray(open_picture(BUILT_IN[name].file.read_bytes()), dtype=np.float64)
    return np.ascontiguousarray(rgb.transpose(2, 0, 1))


def preset(name: str, **others: Any) -> dict[str, Any]:
    weights = KERNELS[name].weights
    kernel = {
        "rows": weights.shape[0],
        "columns": weights.shape[1],
        "divisor": 1.0,
        "slices": [weights.ravel().tolist()],
    }
    settings = {
        "mode": "grey",
        "s": 1,
        "d": 1,
        "pm": "zeros",
        "p": "half",
        "b": 0,
        "flip": False,
        "act": "none",
    }
    return {"k": kernel, **settings, **others}


def test_arithmetic_of_the_component_equals_slide(tab: Tab) -> None:
    page, rng = opened(tab), np.random.default_rng(1)
    url = f"/{served.module_base()}kernels/engine.js"
    refused = compared = 0
    for _ in range(4):
        pixels = picture(rng, *(int(n) for n in rng.integers(3, 24, 2)))
        colour = pixels.transpose(2, 0, 1).astype(np.float64)
        grey = grey_of(colour).tolist()
        cases = [case for _ in range(25) for case in edited(rng, values_of(rng))]
        found = page.evaluate(ENGINE, [url, {"grey": grey, "colour": colour.tolist()}, cases])
        for values, answer in zip(cases, found, strict=True):
            maps = expected(colour, values)
            if maps is None:
                refused += 1
                assert len(answer.get("why", "")) > 30, values
                continue
            compared += 1
            assert "why" not in answer, (answer, values)
            planes = [np.reshape(data, (height, width)) for height, width, *data in answer["planes"]]
            np.testing.assert_allclose(planes, maps, atol=TOLERANCE, rtol=0, err_msg=str(values))
    assert compared > 100
    assert refused > 25


@pytest.mark.parametrize("seed", range(3))
def test_a_link_and_an_upload_give_what_slide_gives(tab: Tab, seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    pixels = picture(rng, *(int(n) for n in rng.integers(11, 60, 2) * 2 + 1))
    colour = pixels.transpose(2, 0, 1).astype(np.float64)
    states = (values_of(rng) | {"mode": ("grey", "each", "full")[seed % 3]} for _ in range(99))
    values, maps = next(
        (v, m) for v in states if (m := expected(colour, v)) is not None and len(v["k"]["slices"][0]) > 3
    )
    page = opened(tab, link(values))
    upload(page, "random.png", png(pixels))
    page.wait_for_function(
        """([h, w]) => [...document.querySelectorAll('*')].some((e) => {
          const n = e.shadowRoot?.querySelector('[data-component="kernels"]')?.__numbers?.input?.size;
          return n && n[0] === h && n[1] === w; })""",
        arg=list(pixels.shape[:2]),
    )
    np.testing.assert_allclose(output(page), maps, atol=TOLERANCE, rtol=0, err_msg=str(values))
    shown = component(page).locator(".facts").inner_text().replace("−", "-")
    low, mean, high = (float(text) for text in re.findall(r"(?:lowest|mean|highest) (\S+)", shown))
    np.testing.assert_allclose([low, mean, high], [maps.min(), maps.mean(), maps.max()], rtol=2e-3, atol=2e-3)


TAKEN = {
    "full depth, flipped, circular": (
        "?k=emboss&mode=full&flip=1&pm=circular&d=2&b=-20.5&act=abs&y=0&x=450",
        "chelsea",
        preset("emboss", mode="full", flip=True, pm="circular", d=2, b=-20.5, act="abs"),
    ),
    "each alone, reflected": (
        "?pic=coffee&k=gaussian_5x5&mode=each&pm=reflect&p=3&s=3&act=relu&y=5&x=7",
        "coffee",
        preset("gaussian_5x5", mode="each", pm="reflect", p="3", s=3, act="relu"),
    ),
    "grey, unpadded": (
        "?pic=text&k=letter_f&pm=none&s=2&flip=1",
        "text",
        preset("letter_f", pm="none", s=2, flip=True),
    ),
}


def printed(text: str) -> list[list[float]]:
    """Every line's numbers, without those of its words."""
    return [
        [float(word) for word in line.split() if re.fullmatch(r"-?[\d.]+(?:e-?\d+)?", word)]
        for line in text.splitlines()
    ]


def programs(folder: Path, codes: list[str]) -> list[list[list[float]]]:
    """What the programs print, run by one Python from the project's folder."""
    files = []
    for number, code in enumerate(codes):
        files.append(folder / f"{number}.py")
        files[-1].write_text(code, "utf-8")
    runner = "import runpy, sys\nfor f in sys.argv[1:]:\n    runpy.run_path(f)\n    print('----')"
    call = subprocess.run(
        [sys.executable, "-c", runner, *map(str, files)],
        cwd=ROOT,
        env=dict(os.environ, OMP_NUM_THREADS="1"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert call.returncode == 0, call.stderr
    return [printed(part.strip()) for part in call.stdout.split("----")[:-1]]


def code_of(page: Page) -> str:
    page.get_by_text("PyTorch code for this view").click()
    code = page.locator("pre.code code")
    expect(code).to_contain_text("conv2d")
    return code.text_content() or ""


def test_take_home_code_prints_what_the_page_shows(tab: Tab, tmp_path: Path) -> None:
    codes, shown = [], []
    for query, name, values in TAKEN.values():
        page = opened(tab, query)
        np.testing.assert_allclose(output(page), expected(photograph(name), values), atol=TOLERANCE, rtol=0)
        codes.append(code_of(page))
        shown.append(read(page, "[n.size, [n.low, n.high, n.mean], n.pixel.outputs]"))
    own, of_difference = own_picture(tab, tmp_path / "picture.png")
    *told, told_own = programs(tmp_path, [*codes, own])
    for lines, (size, summary, at) in zip(told, shown, strict=True):
        assert lines[0] == size
        np.testing.assert_allclose(lines[1], summary, atol=2e-6, rtol=1e-9)
        np.testing.assert_allclose(lines[2][-len(at) :], at, atol=2e-6)
    np.testing.assert_allclose(told_own[3], of_difference, atol=2e-6, rtol=1e-9)


def own_picture(tab: Tab, file: Path) -> tuple[str, list[float]]:
    """The program for the difference on an uploaded picture, which is saved to `file`; what is shown of it."""
    page = opened(tab, "?view=diff&mode=full&k=sharpen")
    upload(page, "mine.png", png(picture(np.random.default_rng(5), 33, 47)))
    expect(page.get_by_text("Input · 33 × 47")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the picture").click()
    download.value.save_as(file)
    return code_of(page).replace('"picture.png"', repr(str(file))), read(page, "[n.low, n.high, n.mean]")


def test_link_restores_everything(new_tab: NewTab) -> None:
    first = opened(new_tab(), "?pic=astronaut")
    first.get_by_role("combobox", name="Kernel").select_option("motion_blur")
    first.get_by_label("Full depth").check(force=True)
    first.get_by_label("The same for R, G, B").uncheck()
    cell(first, 1, 1).fill("-1/3")
    first.get_by_label("ReLU").check(force=True)
    first.get_by_label("Reflect").check(force=True)
    first.get_by_label("Longest side").select_option("128")
    first.get_by_role("application").focus()
    first.keyboard.press("Shift+ArrowLeft")
    first.wait_for_timeout(400)
    maps, state = output(first), read(first, "s")
    assert "k=7x7~" in first.url
    second = opened(new_tab(), first.url[first.url.index("?") :])
    again = read(second, "s")
    np.testing.assert_allclose(again.pop("k")["slices"], state.pop("k")["slices"], atol=1e-8)
    assert again == state
    np.testing.assert_allclose(output(second), maps, atol=TOLERANCE)
    expect(second.get_by_role("img", name=re.compile("Eileen Collins"))).to_be_visible()


ABSURD = (
    "?k=9x9~1~1&s=0&d=1e9&pm=evil&p=-1&mode=<b>&b=NaN&flip=yes&act=&view=3&px=100000&pic=../../etc&y=-5",
    "?k=3x3~" + ",".join(["1e400"] * 9) + "~1",
    "?k=3x3~0,0,0,0,1,0,0,0,0~0&k=identity",
)


def test_absurd_links_are_ignored(tab: Tab) -> None:
    for query in ABSURD:
        page = opened(tab, query)
        np.testing.assert_allclose(
            output(page), expected(photograph("chelsea"), preset("sobel_x")), atol=TOLERANCE, err_msg=query
        )
    page = opened(tab, ABSURD[0])
    plain = {"s": 1, "d": 1, "pm": "zeros", "p": "half", "mode": "grey", "b": 0, "flip": False, "act": "none"}
    state = read(page, "s")
    assert {name: state[name] for name in plain} == plain
