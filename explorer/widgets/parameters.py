"""The sections of the page "Parameters and operations"."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from explorer import snippets
from explorer.figures import costs
from explorer.widgets import cached, charts, inputs, question

if TYPE_CHECKING:
    from explorer.cost import CostTable

PRECISIONS = {"32": "float32", "16": "float16", "8": "int8"}
NO_LAYER = ("activation", "dropout", "norm", "flatten", "reshape", "identity")

QUESTION = "AlexNet has 61 million parameters. Which of its layers holds most of them?"
ANSWERS = (
    question.Choice(
        "conv2, the one with most operations", "It has 0.3 million: its few weights are used 729 times."
    ),
    question.Choice(
        "fc6, the first dense layer", "9,216 inputs × 4,096 units: 37.7 million of the 61.", right=True
    ),
    question.Choice(
        "fc8, the one with 1,000 classes", "4,096 × 1,000 = 4.1 million: the smallest dense layer."
    ),
)


@dataclass(frozen=True)
class Convention:
    """How numbers are counted and shown."""

    flops: bool
    with_bias: bool
    batch: int
    element_bytes: int

    def operations(self, macs: int) -> int:
        """Operations of the batch under the chosen unit."""
        return macs * (2 if self.flops else 1) * self.batch


def convention() -> Convention:
    """The switches that every section shares."""
    columns = st.columns([2, 2, 1, 2])
    with columns[0]:
        unit = inputs.choice(
            "parameters", "unit", "Operations in", {"mac": "MACs", "flop": "FLOPs (2 a MAC)"}
        )
    with columns[1]:
        bias = inputs.choice(
            "parameters", "bias", "Parameters", {"all": "with bias", "weights": "weights only"}
        )
    with columns[2]:
        batch = st.number_input("Batch", 1, 4096, 1, key="parameters_batch", bind="query-params")
    with columns[3]:
        bits = inputs.choice("parameters", "bits", "Numbers stored as", PRECISIONS)
    return Convention(unit == "flop", bias == "all", int(batch), int(bits) // 8)


def layers(chosen: Convention) -> None:
    """One network, layer by layer: totals, the table, and where memory, parameters and operations are."""
    left, middle, right = st.columns([3, 1, 2], vertical_alignment="bottom")
    with left:
        name = inputs.network("parameters", "alexnet_slides")
    with middle:
        shape = inputs.input_shape("parameters", name)
    with right:
        every = st.toggle(
            "Show activations, norms and reshapes too", key="parameters_every", bind="query-params"
        )
    table = cached.cost_table(name, shape, chosen.batch, chosen.element_bytes)
    _totals(table, chosen)
    rows = [row for row in table.rows if row.runs and (every or row.kind not in NO_LAYER)]
    charts.show(costs.three_bars(rows, with_bias=chosen.with_bias, flops=chosen.flops), key="parameters_bars")
    frame = pd.DataFrame(costs.lecture_rows(rows, with_bias=chosen.with_bias, flops=chosen.flops))
    number = st.column_config.NumberColumn
    formats = {column: number(format="%.3g") for column in frame.columns if "(" in column}
    st.dataframe(
        frame,
        hide_index=True,
        column_config=formats,
        key="parameters_table",
        height="content",
        placeholder="",
    )
    file = f"{name}_{shape[1]}px.csv"
    st.download_button("Save as CSV", frame.to_csv(index=False), file, "text/csv", key="parameters_csv")
    _left_out(table)
    prove(name, shape)
    question.ask("parameters", QUESTION, ANSWERS)
    _take_home(name, shape, chosen)


def _every() -> bool:
    return st.toggle("Count activations, norms and reshapes too", key="parameters_every", bind="query-params")


def _take_home(name: str, shape: tuple[int, int, int], chosen: Convention) -> None:
    from explorer.networks import NETWORKS

    write = snippets.counting if NETWORKS[name].make is None else snippets.counting_here
    with st.expander("PyTorch code for this view"):
        st.code(write(name, shape, flops=chosen.flops, with_bias=chosen.with_bias), language="python")


def _totals(table: "CostTable", chosen: Convention) -> None:
    params = table.params if chosen.with_bias else table.weight_params
    unit = "FLOPs" if chosen.flops else "MACs"
    operations = sum(row.macs for row in table.rows) * (2 if chosen.flops else 1)
    shown = (
        ("Parameters", f"{params:,}", "weights and biases" if chosen.with_bias else "weights only"),
        (
            "Operations",
            f"{operations:,} {unit}",
            f"for {chosen.batch} picture(s), convolution, linear and attention",
        ),
        (
            "Memory of all outputs",
            f"{table.output_bytes / 2**20:,.1f} MiB",
            "every layer's output, in place or not",
        ),
        ("Memory of the parameters", f"{table.param_bytes / 2**20:,.1f} MiB", "as stored in a file"),
    )
    for column, (label, value, help_text) in zip(st.columns([3, 4, 3, 3]), shown, strict=True):
        column.metric(label, value, help=help_text)


def _left_out(table: "CostTable") -> None:
    if table.not_counted:
        st.warning("Operations not counted (no rule is known for them): " + ", ".join(table.not_counted))
    if table.not_run:
        st.info("Has parameters, but does not run in evaluation mode: " + ", ".join(table.not_run))


def prove(name: str, shape: tuple[int, int, int]) -> None:
    """The button that measures what the table counts."""
    if not st.button("Prove it", key="parameters_prove", help="Measure the same figures in another way, now"):
        return
    checks = cached.proof(name, shape)
    rows = [
        {
            "figure": check.what,
            "counted by the table": f"{check.counted:,}",
            "measured": f"{check.measured:,}",
            "unit": check.unit,
            "agrees": "yes" if check.agrees else "differs",
            "how it was measured": check.how
            + (f" ({check.note})" if check.note and not check.agrees else ""),
        }
        for check in checks
    ]
    st.table(pd.DataFrame(rows).set_index("figure"))


def compared(chosen: Convention) -> None:
    """Two networks beside one another, as the slides set AlexNet beside VGG-16."""
    every = _every()
    left, right = st.columns(2)
    with left:
        first = inputs.network("parameters", "alexnet_slides", label="This network", field="first")
    with right:
        second = inputs.network("parameters", "vgg16", label="beside", field="second")
    from explorer.networks import NETWORKS

    names = (first, second)
    tables = [
        cached.cost_table(name, NETWORKS[name].input_shape, chosen.batch, chosen.element_bytes)
        for name in names
    ]
    kept = [[row for row in table.rows if every or row.kind not in NO_LAYER] for table in tables]
    totals = (
        [sum(row.output_bytes for row in rows) / 2**20 for rows in kept],
        [(table.params if chosen.with_bias else table.weight_params) / 1e6 for table in tables],
        [table.macs * (2 if chosen.flops else 1) / 1e9 for table in tables],
    )
    titles = ("Outputs, MiB", "Parameters, million", f"Operations, G{'FLOP' if chosen.flops else 'MAC'}")
    labels = ("this", "beside") if first == second else names
    charts.show(costs.side_by_side(labels, totals, titles), key="parameters_pair")
    for name, table in zip(names, tables, strict=True):
        st.markdown(f"**{name}**: {_where(table)}")


def _where(table: "CostTable") -> str:
    """In which half of the layers the memory, the parameters and the operations lie."""
    rows = [row for row in table.rows if row.kind not in NO_LAYER]
    total = {"memory": table.output_bytes, "params": table.params, "macs": table.macs}
    conv = [row for row in rows if row.kind == "conv"]
    early = conv[: max(1, len(conv) // 3)]
    dense = [row for row in rows if row.kind == "linear"]
    shares = (
        sum(row.output_bytes for row in early) / max(1, sum(row.output_bytes for row in rows)),
        sum(row.params for row in dense) / max(1, total["params"]),
        sum(row.macs for row in conv) / max(1, total["macs"]),
    )
    return (
        f"{shares[0]:.0%} of the layers' memory in the first third of the convolutions, "
        f"{shares[1]:.0%} of the parameters in the dense layers, {shares[2]:.0%} of the operations in convolutions."
    )
