"""Every cache of the app, each bounded. Keys are names, numbers and bytes: never a module or a tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer import boot

if TYPE_CHECKING:  # torch is imported in the background: see `boot`
    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from explorer.activity import Activity, Floats, Mapless, Step
    from explorer.comparison import Entry
    from explorer.cost import CostTable
    from explorer.editing import Edit
    from explorer.effective import Unit
    from explorer.evidence import Query
    from explorer.figures.sheets import Sheet
    from explorer.filterbank import Filter
    from explorer.growth import Layer
    from explorer.other_tools import OtherCount
    from explorer.patches import Record
    from explorer.predictions import Answer
    from explorer.proof import Check
    from explorer.receptive import Row
    from explorer.slides import Finding
    from explorer.subject import Subject

    Singles = NDArray[np.float32]

Shape = tuple[int, int, int]


@st.cache_data(max_entries=256, show_spinner=False)
def cost_table(name: str, shape: Shape, batch: int = 1, element_bytes: int = 4) -> CostTable:
    """`explorer.cost.table` of a network by name."""
    boot.ready()
    from explorer import cost

    return cost.table(name, shape, batch=batch, element_bytes=element_bytes)


@st.cache_data(max_entries=256, show_spinner=False)
def receptive_trace(name: str, shape: Shape) -> list[Row]:
    """`explorer.receptive.trace` of a network by name."""
    boot.ready()
    from explorer import receptive

    return receptive.trace(name, shape)


@st.cache_data(max_entries=64, show_spinner="Measuring …")
def proof(name: str, shape: Shape) -> tuple[Check, ...]:
    """`explorer.proof.measure` of a network by name."""
    boot.ready()
    from explorer import proof as measured

    return measured.measure(name, shape)


@st.cache_data(max_entries=1, show_spinner="Checking the slides …")
def slide_findings() -> tuple[Finding, ...]:
    """`explorer.slides.findings`: every figure of the slides beside the counted one."""
    boot.ready()
    from explorer import slides

    return slides.findings()


@st.cache_data(max_entries=64, show_spinner=False)
def other_counts(name: str, shape: Shape) -> tuple[OtherCount, ...]:
    """`explorer.other_tools.counts` of a network by name."""
    boot.ready()
    from explorer import other_tools

    return other_tools.counts(cost_table(name, shape))


@st.cache_resource(max_entries=3, show_spinner=False)
def network(name: str, weights: str | None) -> nn.Module:
    """A network on the CPU, shared by all sessions: ask it through `explorer.features` and `explorer.attribution`.

    Without weights its random ones are always the same.
    """
    boot.ready()
    import torch

    from explorer import networks
    from explorer.subject import UNTRAINED_SEED

    if weights is not None:
        return networks.build(name, weights=weights)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(UNTRAINED_SEED)
        return networks.build(name, device="cpu")


@st.cache_data(max_entries=64, show_spinner=False)
def switched(subject: Subject, off: tuple[str, ...]) -> tuple[list[Answer], dict[str, list[Answer]]]:
    """The top 5 with the stages of `off` left out, and `explorer.predictions.switched`."""
    from explorer import predictions
    from explorer.networks import preprocessing

    module = network(subject.network, subject.weights)
    batch = preprocessing.batch(subject.shown, subject.how, frozenset(off))
    now = predictions.answers(predictions.logits(module, batch)[0], subject.how)
    return now, predictions.switched(module, subject.shown, subject.how)


@st.cache_data(max_entries=256, show_spinner=False)
def probed(subject: Subject, probe: str, amounts: tuple[float, ...]) -> list[list[float]]:
    """The logits of `explorer.predictions.probed` for a few amounts. Shapes: (amounts, classes)."""
    from explorer import predictions

    module = network(subject.network, subject.weights)
    parts = predictions.probed(module, subject.shown, subject.how, probe, amounts)
    return [row for part in parts for row in part.tolist()]


@st.cache_data(max_entries=64, show_spinner=False)
def steps(name: str, side_px: int, channels: int) -> tuple[Step, ...]:
    """`explorer.activity.steps` of a network by name (its weights do not matter)."""
    boot.ready()
    from explorer import activity, networks

    return activity.steps_of(networks.walk(name, (channels, side_px, side_px)))


@st.cache_data(max_entries=64, show_spinner=False)
def without_maps(name: str, side_px: int, channels: int) -> tuple[Mapless, ...]:
    """`explorer.activity.without_maps` of a network by name."""
    boot.ready()
    from explorer import activity, networks

    return activity.without_maps(networks.walk(name, (channels, side_px, side_px)))


def step(subject: Subject, layer: str) -> Step:
    """One of `steps` by its name, for the subject's picture; the last run where the name says none.

    Raises: ValueError where there is none.
    """
    how = subject.how
    every = steps(subject.network, how.input_px, how.channels)
    found = [step for step in every if layer in (step.name, step.layer)]
    if not found:
        raise ValueError(f"{subject.network} has no layer {layer!r} with maps")
    return found[-1]


@st.cache_data(max_entries=12, show_spinner=False)
def maps(subject: Subject, layer: str) -> tuple[Floats, Floats | None]:
    """The maps of one layer on the subject's picture, and its tokens that are no place (None where there are none).

    Shapes: (channels, height, width) and (tokens, channels).
    """
    from explorer import features
    from explorer.networks import preprocessing

    batch = preprocessing.batch(subject.shown, subject.how)
    own = features.maps(network(subject.network, subject.weights), batch, [layer])[layer]
    lies = step(subject, layer).arrangement
    beside = lies.beside(own)
    planes: Floats = lies.maps(own)[0].contiguous().numpy()
    return planes, None if beside is None else beside[0].numpy()


@st.cache_data(max_entries=96, show_spinner=False)
def plane(subject: Subject, layer: str, channel: int) -> Floats:
    """One map of `maps`, kept for longer. Shapes: (height, width)."""
    found: Floats = maps(subject, layer)[0][channel].copy()
    return found


@st.cache_data(max_entries=48, show_spinner=False)
def sheet(subject: Subject, layer: str, shared: bool, dark: bool) -> Sheet:
    """The maps of one layer as one picture."""
    from explorer.figures import sheets

    return sheets.sheet(maps(subject, layer)[0], shared=shared, dark=dark)


@st.cache_data(max_entries=96, show_spinner=False)
def activity(subject: Subject, layer: str) -> Activity:
    """`explorer.activity.of` the maps of one layer."""
    from explorer import activity as counted
    from explorer import features

    module = features.module_of(network(subject.network, subject.weights), layer.partition("@")[0])
    return counted.of(maps(subject, layer)[0], counted.bounds_of(module))


@st.cache_data(max_entries=400, show_spinner=False)
def record(subject: Subject, layers: tuple[str, ...], sign: int = 1) -> dict[str, Record]:
    """`explorer.patches.record` of the subject's picture: about 10 kB a layer."""
    from explorer import patches
    from explorer.maximisation import ANSWER
    from explorer.networks import preprocessing

    batch = preprocessing.batch(subject.shown, subject.how)
    lie = {layer: step(subject, layer).arrangement for layer in layers if layer != ANSWER}
    return patches.record(network(subject.network, subject.weights), batch, layers, sign, lie)


@st.cache_data(max_entries=16, show_spinner=False)
def seen(subject: Subject) -> bytes:
    """What the network sees of the picture, before scaling and normalising, as a PNG."""
    import io

    from PIL import Image

    from explorer.networks import preprocessing

    values = preprocessing.stages(subject.shown, subject.how)[1].values.permute(1, 2, 0).numpy()
    held = io.BytesIO()
    Image.fromarray(values[..., 0] if values.shape[2] == 1 else values).save(held, "PNG", compress_level=1)
    return held.getvalue()


@st.cache_data(max_entries=24, show_spinner=False)
def filters(name: str, weights: str | None, layer: str) -> tuple[Floats, list[Filter]]:
    """The filters of one convolution and `explorer.filterbank.describe` of them."""
    from explorer import features, filterbank

    found = features.filters(network(name, weights), layer)
    return found, filterbank.describe(found)


@st.cache_data(max_entries=24, show_spinner=False)
def edited(subject: Subject, layer: str, edits: tuple[Edit, ...]) -> tuple[Floats, Floats, Floats]:
    """A copy with edited filters on the subject's picture: its filters, the layer's maps, and the logits."""
    from explorer import editing, features, predictions
    from explorer.networks import preprocessing

    module = editing.edited(network(subject.network, subject.weights), layer, edits)
    batch = preprocessing.batch(subject.shown, subject.how)
    found: Floats = features.maps(module, batch, [layer])[layer][0].numpy()
    scores: Floats = predictions.logits(module, batch)[0].numpy()
    return features.filters(module, layer), found, scores


@st.cache_data(max_entries=128, show_spinner=False)
def receptive_layers(name: str, shape: Shape) -> tuple[Layer, ...]:
    """`explorer.growth.layers` of a network by name."""
    boot.ready()
    from explorer import growth

    return growth.layers(name, shape)


@st.cache_data(max_entries=8, show_spinner=False)
def early_striding(name: str) -> int | None:
    """`explorer.growth.early_striding` of a network by name."""
    boot.ready()
    from explorer import growth

    return growth.early_striding(name)


@st.cache_data(max_entries=64, show_spinner=False)
def effective_unit(name: str, shape: Shape, layer: str) -> Unit:
    """`explorer.effective.unit` of a layer by name."""
    boot.ready()
    from explorer import effective

    return effective.unit(name, shape, layer)


@st.cache_data(max_entries=96, show_spinner=False)
def effective_run(name: str, shape: Shape, layer: str, kind: str, seed: int) -> Singles:
    """`explorer.effective.gradient`: one run, as float32 (200 kB at 224 px)."""
    boot.ready()
    import numpy as np

    from explorer import effective

    return effective.gradient(name, shape, layer, kind, seed).astype(np.float32)


@st.cache_data(max_entries=64, show_spinner="Walking through the network …")
def blueprint(name: str) -> dict[str, Any]:
    """`explorer.blueprint.blueprint` of a network by name: up to 340 kB."""
    boot.ready()
    from explorer import blueprint as drawn

    return drawn.blueprint(name)


@st.cache_data(max_entries=128, show_spinner="Walking through the networks …")
def network_pair(first: str, second: str) -> dict[str, Any]:
    """`explorer.blueprint.pair` of two networks by name."""
    boot.ready()
    from explorer import blueprint as drawn

    return drawn.pair(first, second)


@st.cache_data(max_entries=8, show_spinner=False)
def trained_entries(recipes: str) -> tuple[Entry, ...]:
    """`explorer.comparison.entries`: the trained networks with what torchvision publishes of them."""
    boot.ready()
    from explorer import comparison

    return comparison.entries(recipes)


@st.cache_data(max_entries=512, show_spinner=False)
def totals(name: str, shape: Shape) -> tuple[int, int, int]:
    """Parameters, MACs and bytes of all outputs of a network by name: small, so that all networks fit."""
    boot.ready()
    from explorer import cost

    table = cost.table(name, shape)
    return table.params, table.macs, table.output_bytes


@st.cache_data(max_entries=64, show_spinner=False)
def logits(subject: Subject) -> Floats:
    """The logits of the subject's picture. Shapes: (classes,)."""
    from explorer import predictions
    from explorer.networks import preprocessing

    batch = preprocessing.batch(subject.shown, subject.how)
    found: Floats = predictions.logits(network(subject.network, subject.weights), batch)[0].numpy()
    return found


@st.cache_data(max_entries=128, show_spinner=False)
def misfits(name: str, side_px: int, channels: int) -> dict[str, str]:
    """`explorer.evidence.misfits` of a network by name (its weights do not matter)."""
    from explorer import evidence

    walked = steps(name, side_px, channels)
    return evidence.misfits(network(name, None), (channels, side_px, side_px), walked)


@st.cache_data(max_entries=64, show_spinner=False)
def layers_that_run(name: str, side_px: int, channels: int) -> tuple[str, ...]:
    """`explorer.faithfulness.layers_that_run` of a network by name (its weights do not matter)."""
    import torch

    from explorer import faithfulness

    return faithfulness.layers_that_run(network(name, None), torch.zeros(1, channels, side_px, side_px))


@st.cache_data(max_entries=240, show_spinner=False)
def evidence_part(subject: Subject, query: Query, index: int, depth: int = 0) -> Floats:
    """One part of an attribution map; with `depth`, of a copy whose last layers have fresh weights."""
    from explorer import evidence, faithfulness
    from explorer.networks import preprocessing

    module, how = network(subject.network, subject.weights), subject.how
    if depth:
        layers = layers_that_run(subject.network, how.input_px, how.channels)
        module = faithfulness.randomised(module, depth, layers=layers)
    lies = step(subject, query.layer).arrangement if query.layer else None
    return evidence.part(module, preprocessing.batch(subject.shown, how), how, query, index, lies)


@st.cache_data(max_entries=64, show_spinner=False)
def completeness(subject: Subject, query: Query, total: float) -> float:
    """By how much the sum of a map misses the change of the logit from the baseline to the picture."""
    import numpy as np

    from explorer import evidence, faithfulness
    from explorer.networks import preprocessing

    batch = preprocessing.batch(subject.shown, subject.how)
    start = evidence.baseline(batch, subject.how, query.baseline)
    whole = np.array([[total]], dtype=np.float32)
    module = network(subject.network, subject.weights)
    return float(
        faithfulness.completeness_error(module, batch, whole, target=query.target, baseline=start)[0]
    )


@st.cache_data(max_entries=192, show_spinner=False)
def removed(
    subject: Subject, scores: Floats | None, target: int, share: tuple[float, ...], insertion: bool
) -> list[float]:
    """`explorer.faithfulness.removed` for a few shares of the pixels."""
    import numpy as np

    from explorer import faithfulness
    from explorer.networks import preprocessing

    module = network(subject.network, subject.weights)
    batch = preprocessing.batch(subject.shown, subject.how)
    found = faithfulness.removed(module, batch, scores, np.array(share), target=target, insertion=insertion)
    return [float(value) for value in found]
