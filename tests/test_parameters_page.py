"""The page "Parameters and operations", driven without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import cost, proof, snippets
from tests.programs import printed_by

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def page() -> AppTest:
    app = AppTest.from_file(str(ROOT / "explorer" / "script.py"), default_timeout=60).run()
    return app.switch_page("../pages/size/parameters.py").run()


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def test_totals_are_those_of_the_engine_and_follow_the_switches(page: AppTest) -> None:
    table = cost.table("alexnet_slides", (3, 227, 227))
    assert metrics(page)["Parameters"] == f"{table.params:,}"
    assert metrics(page)["Operations"] == f"{table.macs:,} MACs"
    page.button_group(key="parameters_unit").set_value("flop").run()
    page.button_group(key="parameters_bias").set_value("weights").run()
    assert metrics(page)["Operations"] == f"{table.flops:,} FLOPs"
    assert metrics(page)["Parameters"] == f"{table.weight_params:,}"
    page.number_input(key="parameters_batch").set_value(8).run()
    assert metrics(page)["Operations"] == f"{8 * table.flops:,} FLOPs"
    assert not page.exception


def test_the_table_has_the_lectures_columns_and_its_rows_sum_up(page: AppTest) -> None:
    frame = page.dataframe[0].value
    assert list(frame["layer"][:3]) == ["conv1", "pool1", "conv2"]
    assert frame["memory (KiB)"][0] == 784 and round(frame["MAC (M)"][0]) == 73
    table = cost.table("alexnet_slides", (3, 227, 227))
    assert frame["params (k)"].sum() * 1000 == pytest.approx(table.params)
    assert frame["MAC (M)"].sum() * 1e6 == pytest.approx(table.macs)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "vit_b_16"])
def test_proof_measures_the_same_figures(name: str) -> None:
    params, macs, memory = proof.measure(name, (3, 224, 224))
    assert params.agrees and macs.agrees, (params, macs)
    assert memory.measured > 0 and not memory.agrees and memory.note


def test_prove_it_shows_what_was_measured(page: AppTest) -> None:
    page.button(key="parameters_prove").click().run()
    assert "FlopCounterMode" in page.table[0].value.to_string()


def test_slides_and_other_tools_are_shown(page: AppTest) -> None:
    page.button_group(key="parameters_part").set_value("slides").run()
    assert "145" in page.table[0].value.to_string() and "149.5" in page.table[0].value.to_string()
    page.button_group(key="parameters_part").set_value("tools").run()
    assert "fvcore" in page.table[0].value.to_string()
    page.button_group(key="parameters_part").set_value("pair").run()
    assert not page.exception and not page.error


def test_a_picture_too_small_for_the_network_is_a_sentence(page: AppTest) -> None:
    page.number_input(key="parameters_px_alexnet_slides").set_value(16).run()
    assert page.error and not page.exception


@pytest.mark.parametrize(
    ("write", "name"), [(snippets.counting, "resnet18"), (snippets.counting_here, "lenet5")]
)
def test_the_take_home_code_prints_what_is_shown(write: object, name: str) -> None:
    shape = (3, 224, 224) if name == "resnet18" else (1, 32, 32)
    code = write(name, shape, flops=False, with_bias=True)  # type: ignore[operator]
    if (
        name == "resnet18"
    ):  # where torchvision's compiled part does not load, its operators must be named first
        code = "from explorer import torchvision_operators\ntorchvision_operators.models()\n" + code
    table = cost.table(name, shape)
    assert printed_by(code).split() == ["parameters", str(table.params), "MACs", str(table.macs)]
