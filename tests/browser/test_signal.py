"""The page "Kernel as a signal": its numbers against numpy, `explorer.spectrum` and its own PyTorch code."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Page, expect

from explorer.browser import served
from explorer.kernels import KERNELS, gaussian, slide
from explorer.pictures import BUILT_IN, open_picture
from explorer.spectrum import compose, frequency_response, multiplies, separable_factors
from tests.browser.tab import Tab
from tests.programs import printed_by

Floats = npt.NDArray[np.float64]
STEPS = 192
SIDE_PX = 256
RANK_TOLERANCE = 1e-6  # of the largest singular value, as the page says
BOX = np.full((3, 3), 1 / 9)


def numbers(page: Page) -> dict[str, Any]:
    """What the component has computed."""
    root = page.locator('[data-component="signal"]')
    expect(root.locator(".signal-page")).to_be_visible()
    page.wait_for_function(
        """() => [...document.querySelectorAll('*')].some((e) =>
            e.shadowRoot?.querySelector('[data-component="signal"]')?.__numbers?.ready)"""
    )
    # two frames, so that an edit has been painted
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found = root.evaluate("(root) => root.__numbers")
    assert isinstance(found, dict)
    return found


def photograph(name: str = "chelsea") -> Floats:
    """The part of a built-in picture that the page looks at: its middle, in grey levels."""
    grey = np.asarray(open_picture(BUILT_IN[name].file.read_bytes()).convert("L"), dtype=np.float64)
    top, left = ((side - min(side, SIDE_PX)) // 2 for side in grey.shape)
    return grey[top : top + SIDE_PX, left : left + SIDE_PX]


def address(weights: npt.ArrayLike) -> str:
    """A kernel as the page's link writes it."""
    grid = np.asarray(weights, dtype=np.float64)
    cells = ",".join(f"{cell:.9g}" for cell in grid.ravel())
    return f"{grid.shape[0]}x{grid.shape[1]}~{cells}~1"


def module(page: Page, name: str, body: str, given: Any) -> Any:
    """Run `body` in the browser with the module as `m` and `given`."""
    url = f"/{served.module_base()}signal/{name}.js"
    return page.evaluate(f"async ([url, given]) => {{ const m = await import(url); {body} }}", [url, given])


def random_kernels(count: int) -> list[Floats]:
    rng = np.random.default_rng(7)
    shapes = rng.choice([1, 3, 5, 7], size=(count, 2))
    kernels = [rng.normal(size=tuple(shape)) for shape in shapes]
    low_rank = [rng.normal(size=(7, 2)) @ rng.normal(size=(2, 5)), np.zeros((3, 5))]
    return kernels + low_rank + [kernel.weights for kernel in KERNELS.values()]


def test_modules_agree_with_the_concepts(tab: Tab) -> None:
    """Response, singular values, factors and composition, over random kernels and every preset."""
    page = tab.open("/signal")
    kernels = random_kernels(12)
    given = [{"rows": k.shape[0], "columns": k.shape[1], "cells": k.ravel().tolist()} for k in kernels]
    responses = module(
        page,
        "spectrum",
        "return given.map((k) => { const r = m.response(k.cells, k.rows, k.columns, 48);"
        " return [Array.from(r.re), Array.from(r.im), Array.from(r.gain)]; });",
        given,
    )
    factors = module(
        page,
        "factors",
        "return given.map((k) => { const t = m.svd(k.cells, k.rows, k.columns);"
        " const term = t[0].singular ? m.written(t[0]) : null; return { s: t.map((x) => x.singular),"
        " rank: m.rank(t), column: term && Array.from(term.column), row: term && Array.from(term.row),"
        " whole: t.reduce((sum, x) => sum.map((v, i) => v + x.singular * m.outer(x.u, x.v)[i]),"
        " k.cells.map(() => 0)) }; });",
        given,
    )
    composed = module(
        page, "composition", "return given.map((k) => Array.from(m.compose(k, given[0]).cells));", given
    )
    for kernel, response, found, both in zip(kernels, responses, factors, composed, strict=True):
        scale = max(1.0, float(np.abs(kernel).sum()))
        responds(kernel, response, 1e-12 * scale)
        factored(kernel, found, 1e-12 * scale)
        assert np.abs(np.array(both) - compose(kernel, kernels[0]).ravel()).max() < 1e-11 * scale


def responds(kernel: Floats, found: list[list[float]], slack: float) -> None:
    """Real part, imaginary part and gain are those of `explorer.spectrum`."""
    real, imaginary, gain = map(np.array, found)
    grid = (real + 1j * imaginary).reshape(49, 49)
    expected = frequency_response(kernel, 48)
    assert np.abs(grid[:-1, :-1] - expected).max() < slack
    assert np.abs(grid[-1, :-1] - expected[0]).max() < slack  # +0.5 is −0.5 for odd kernels
    assert np.abs(gain - np.abs(grid).ravel()).max() < slack


def factored(kernel: Floats, found: dict[str, Any], slack: float) -> None:
    """Singular values and rank are numpy's, and the terms add up to the kernel."""
    singular = np.linalg.svd(kernel, compute_uv=False)
    assert np.abs(np.array(found["s"]) - singular).max() < slack
    assert found["rank"] == int((singular > RANK_TOLERANCE * singular[0]).sum())
    assert np.abs(np.array(found["whole"]) - kernel.ravel()).max() < slack
    if found["rank"] == 1:
        assert separable_factors(kernel) is not None
        assert np.abs(np.outer(found["column"], found["row"]) - kernel).max() < slack


def choose(page: Page, name: str) -> None:
    """Take a kernel from the menu of the first one."""
    page.locator(".editor select").first.select_option(name)


def test_gain_at_a_frequency_is_what_a_wave_undergoes(tab: Tab) -> None:
    page = tab.open("/signal?u=17&v=-40")
    for name in ("laplacian_of_gaussian", "box_blur", "sobel_x", "unsharp"):
        choose(page, name)
        response = frequency_response(KERNELS[name].weights, STEPS)
        page.get_by_label("Gain at every frequency", exact=False).focus()
        for key, u, v in (
            ("", 17, -40),
            ("ArrowRight", 18, -40),
            ("Shift+ArrowDown", 18, -28),
            ("Home", 0, 0),
        ):
            if key:
                page.keyboard.press(key)
            found = numbers(page)["freq"]
            expected = response[STEPS // 2 + v, STEPS // 2 + u]
            assert found["frequency"] == {"fx": u / STEPS, "fy": v / STEPS}
            assert found["gain"] == pytest.approx(abs(expected), abs=1e-9)
            assert found["measured"] == pytest.approx(abs(expected), abs=1e-9)
            if abs(expected) > 1e-9:
                assert np.exp(1j * np.deg2rad(found["phase"])) == pytest.approx(expected / abs(expected))
        assert found["most"] == pytest.approx(np.abs(response).max(), rel=1e-9)
        expect(page.locator(".reading")).to_contain_text("frequency 0")
        for key in (
            *["ArrowRight"] * 5,
            "Shift+ArrowRight",
            "Shift+ArrowUp",
            "Shift+ArrowUp",
            "Shift+ArrowUp",
            *["ArrowUp"] * 4,
        ):
            page.keyboard.press(key)
    page.wait_for_function("() => location.search.includes('v=-40')")


def test_hover_and_cut_read_the_same_curve(tab: Tab) -> None:
    page = tab.open("/signal?cut=v")
    assert numbers(page)["freq"]["cut"] == pytest.approx(
        np.abs(np.r_[c := frequency_response(BOX, STEPS)[:, STEPS // 2], c[:1]])
    )
    curve = page.get_by_label("Gain along the cut", exact=False)
    box = curve.bounding_box()
    assert box
    page.mouse.move(box["x"] + 46 + (box["width"] - 58) * (1 / 3 + 0.5), box["y"] + 60)
    found = numbers(page)["freq"]
    assert found["frequency"]["fx"] == 0
    assert found["frequency"]["fy"] == pytest.approx(1 / 3, abs=0.5 / STEPS)
    assert found["gain"] < 0.02  # a 3-pixel wave does not get through a mean of three
    expect(page.locator(".legend")).to_contain_text("turned over")


def test_sum_is_the_brightness_of_a_wall_and_edits_are_undone(tab: Tab) -> None:
    page = tab.open("/signal?k=box_blur&u=0&v=0")
    for name, verb in (
        ("box_blur", "kept"),
        ("edge_3", "removed"),
        ("corner", "removed"),
        ("letter_f", "kept"),
    ):
        choose(page, name)
        flat = numbers(page)["flat"]
        wall = slide(np.full((9, 9), 100.0), KERNELS[name].weights)
        assert (flat["sum"], flat["after"]) == pytest.approx(
            (KERNELS[name].weights.sum(), wall[0, 0]), abs=1e-9
        )
        assert flat["verb"] == verb
    choose(page, "box_blur")
    cell = page.get_by_label("Kernel: row 2, column 2")
    for typed, verb in (("3", "brightened"), ("-3", "darkened"), ("-9", "negated"), ("-8", "removed")):
        cell.fill(typed)
        cell.press("Enter")
        found = numbers(page)
        assert found["freq"]["gain"] == pytest.approx(abs(8 + int(typed)) / 9, abs=1e-12)
        assert found["flat"]["verb"] == verb
    corner = page.get_by_label("Kernel: row 3, column 3")
    corner.fill("1/2")
    corner.press("Enter")
    assert numbers(page)["flat"]["sum"] == pytest.approx(-1 / 18)
    page.get_by_role("button", name="Undo").click()
    assert numbers(page)["flat"]["sum"] == pytest.approx(0, abs=1e-12)
    cell.fill("two")
    cell.press("Tab")
    expect(page.get_by_text("is no number that a kernel can hold")).to_be_visible()


def test_separable_or_not(tab: Tab) -> None:
    page = tab.open("/signal?view=sep")
    for name, rank, cost in (
        ("sobel_x", 1, 6),
        ("gaussian_7x7", 1, 14),
        ("motion_blur", 7, 98),
        ("sharpen", 2, 12),
    ):
        choose(page, name)
        weights = KERNELS[name].weights
        found = numbers(page)["sep"]
        assert found["rank"] == rank == np.linalg.matrix_rank(weights)
        assert found["singular"] == pytest.approx(np.linalg.svd(weights, compute_uv=False), abs=1e-12)
        assert found["multiplies"] == {"full": weights.size, "separable": cost}
        assert found["difference"] < 1e-9
        assert multiplies(weights).separable == (cost if rank == 1 else None)
        if rank == 1:
            assert np.outer(found["column"], found["row"]) == pytest.approx(weights, abs=1e-12)
    page.get_by_label("Terms kept").press("ArrowLeft")
    u, s, vt = np.linalg.svd(weights)
    rest = slide(photograph(), weights - s[0] * np.outer(u[:, 0], vt[0]))
    assert numbers(page)["sep"]["difference"] == pytest.approx(np.abs(rest).max(), abs=1e-9)


def test_two_in_a_row_are_one(tab: Tab) -> None:
    first, second = KERNELS["gaussian_3x3"].weights, KERNELS["laplacian_of_gaussian"].weights
    page = tab.open("/signal?view=two&k=gaussian_3x3&k2=laplacian_of_gaussian")
    found = numbers(page)["two"]
    one = compose(first, second)
    assert (found["rows"], found["columns"]) == one.shape == (7, 7)
    assert found["weights"] == pytest.approx(one.ravel(), abs=1e-12)
    assert found["counts"] == {"two": 9 + 25, "one": 49}
    picture = photograph()
    same: dict[str, Any] = {"padding": "same", "padding_mode": "replicate"}
    turn = slide(slide(picture, first, **same), second, **same)
    apart = np.abs(turn - slide(picture, one, **same))
    inside = apart[3:-3, 3:-3].max()
    apart[3:-3, 3:-3] = 0
    assert max(found["interior"], found["order"], found["product"], inside) < 1e-9
    assert found["border"] == pytest.approx(apart.max(), abs=1e-9)
    assert found["border"] > 1
    page.get_by_text("ReLU between the two").click()
    assert numbers(page)["two"]["interior"] < 1e-9  # a blurred photograph is nowhere negative
    page.get_by_role("button", name="Swap").click()
    assert numbers(page)["two"]["interior"] > 1
    page.get_by_role("button", name="Box twice: a pyramid").click()
    assert np.array(numbers(page)["two"]["weights"]) * 81 == pytest.approx(
        np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]).ravel()
    )
    page.get_by_role("button", name="Use it as the first kernel").click()
    assert (numbers(page)["two"]["rows"], numbers(page)["flat"]["sum"]) == (7, pytest.approx(1))


def test_a_link_restores_and_nonsense_does_no_harm(tab: Tab) -> None:
    sigma = gaussian(5, 0.8)
    page = tab.open(f"/signal?view=two&k={address(sigma)}&k2=sobel_y&pic=coffee&u=nonsense&cut=x&terms=99")
    found = numbers(page)
    assert found["two"]["weights"] == pytest.approx(
        compose(sigma, KERNELS["sobel_y"].weights).ravel(), abs=1e-7
    )
    page.get_by_role("radio", name="Separable").check()
    assert numbers(page)["sep"]["rank"] == 1  # nine digits in a link do not make it two
    assert found["picture"] == {"size": [256, 256], "top": 42, "left": 128}
    page.wait_for_function("() => location.search.includes('view=sep')")


def test_code_to_take_home_prints_what_is_shown(tab: Tab, tmp_path: Path) -> None:
    page = tab.open("/signal?k=sharpen&k2=gabor&pic=coins&u=10&v=30&terms=1")
    page.locator("details.takehome summary").click()
    files = [tmp_path / f"{view}.py" for view in ("Frequency", "Separable", "Two in a row")]
    for file, sign in zip(files, ("response", "svd", "one = "), strict=True):
        page.get_by_role("radio", name=file.stem).check()
        code = page.locator("details.takehome code")
        expect(code).to_contain_text(sign)
        file.write_text(code.inner_text())
    shown = numbers(page)
    printed = [[float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", printed_by(file))] for file in files]
    freq, sep, two = shown["freq"], shown["sep"], shown["two"]
    expected = [shown["flat"]["sum"], freq["gain"], freq["phase"], freq["measured"]]
    assert printed[0][:4] == pytest.approx(expected, abs=2e-4)
    assert printed[0][4:] == pytest.approx(freq["photo"], abs=2e-4)
    expected = [*sep["singular"], sep["rank"], *sep["multiplies"].values(), sep["difference"]]
    assert printed[1] == pytest.approx(expected, abs=2e-5)
    expected = [two["rows"], two["columns"], *two["weights"], two["interior"], two["border"]]
    assert printed[2] == pytest.approx(expected, abs=2e-5)
