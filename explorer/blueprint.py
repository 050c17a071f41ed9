"""One network as plain names and numbers: what a drawing of it in a browser is made of.

Everything is lists, strings and numbers, so that it can be sent as JSON; keys are short because large networks have a
thousand rows. Units: pixels, parameters, MACs, bytes of float32 outputs, one picture.
"""

from __future__ import annotations

from typing import Any

from explorer import cost, drawing, listing, networks, receptive
from explorer.alignment import StageFacts, align, facts
from explorer.cost import Row
from explorer.drawing import Drawing
from explorer.networks import NETWORKS
from explorer.receptive import Row as Field
from explorer.spans import Span

Json = dict[str, Any]


def blueprint(name: str) -> Json:
    """A whole network: rows, nodes, stages, joins, blocks, and the code that makes it.

    Raises: ValueError for an unknown name, and for a network that cannot be walked or drawn, with the reason.
    """
    drawn, trace = _drawn(name)
    fields = {row.name: row for row in trace}
    modules = {path for path, _ in networks.build(name).named_modules()}
    table = drawn.table
    return {
        "facts": _facts(name),
        "totals": {"params": table.params, "macs": table.macs, "bytes": table.output_bytes},
        "rows": [_row(row, fields.get(row.name), modules) for row in table.rows],
        "nodes": [
            [
                node.rows,
                node.kind,
                node.sources,
                node.side_px,
                node.channels,
                node.stage,
                node.column,
                node.lane,
            ]
            for node in drawn.nodes
        ],
        "stages": [
            _stage(stage) | {"nodes": drawn.stages[i].nodes} for i, stage in enumerate(facts(drawn, trace))
        ],
        "joins": [
            [join.node, join.how, join.fork, join.is_skip, drawn.is_projected(join)] for join in drawn.joins
        ],
        "blocks": [[block.name, block.stage, block.nodes] for block in drawn.blocks],
        "notRun": drawn.not_run,
        "notCounted": table.not_counted,
        "code": listing.making(name),
    }


def pair(first: str, second: str) -> Json:
    """Two networks, stage beside stage.

    Raises: ValueError as ``blueprint`` does.
    """
    sides = [_drawn(name) for name in (first, second)]
    stages = [facts(drawn, trace) for drawn, trace in sides]
    tables = [drawn.table for drawn, _ in sides]
    return {
        "facts": [_facts(name) for name in (first, second)],
        "totals": [
            {"params": table.params, "macs": table.macs, "bytes": table.output_bytes} for table in tables
        ],
        "pairs": [
            [both.first and _stage(both.first), both.second and _stage(both.second)]
            for both in align(*stages)
        ],
        "code": [listing.making(name) for name in (first, second)],
    }


def _drawn(name: str) -> tuple[Drawing, list[Field]]:
    if name not in NETWORKS:
        networks.build(name)  # says which names come close
    walked = networks.walk(name, NETWORKS[name].input_shape)
    return drawing.drawing(cost.table(walked, walked.input_shape)), receptive.trace(
        walked, walked.input_shape
    )


def _facts(name: str) -> Json:
    known = NETWORKS[name]
    return {
        "name": name,
        "year": known.year,
        "family": known.family,
        "paper": known.paper,
        "url": known.url,
        "note": known.note,
        "input": known.input_shape,
        "published": [
            [
                result.weights,
                result.dataset,
                result.top1_percent,
                result.top5_percent,
                result.other,
                result.source,
            ]
            for result in known.published
        ],
    }


def _row(row: Row, field: Field | None, modules: set[str]) -> Json:
    """One row; what it has not is left out."""
    shown: Json = {
        "n": row.name,
        "k": row.kind,
        "i": row.input_shape,
        "o": row.output_shape,
        "p": [row.weight_params, row.bias_params],
        "m": row.macs if row.is_counted else None,
        "b": row.output_bytes,
    }
    if row.module_class:
        shown["c"] = row.module_class
    if row.kernel is not None:
        shown["w"] = [row.kernel, row.stride, row.padding, row.dilation]
    if row.groups and row.groups > 1:
        shown["g"] = row.groups
    path = _module_of(row.name, modules)
    if path != row.name:
        shown["path"] = path
    if field is not None:
        shown["f"] = _field(field)
    return shown


def _module_of(name: str, modules: set[str]) -> str:
    """The module that a row is a call of, or the one in whose forward it happens; "" is the network itself."""
    unnumbered, _, number = name.rpartition("_")
    if name not in modules and number.isdigit() and unnumbered in modules:
        return unnumbered
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def _field(field: Field) -> Json:
    shown: Json = {"map": field.map_px, "rows": _span(field.rows)}
    if field.columns != field.rows:
        shown["columns"] = _span(field.columns)
    if field.is_global:
        shown["global"] = True
    if field.note:
        shown["note"] = field.note
    return shown


def _span(span: Span) -> list[Any]:
    """First and last pixel of the units of one round, and how far the next round lies."""
    if span.units == 1:
        return [span.firsts[0], span.lasts[0], span.round_px]
    return [span.firsts, span.lasts, span.round_px]


def _stage(stage: StageFacts) -> Json:
    return {
        "name": stage.name,
        "level": stage.level,
        "shape": stage.output_shape,
        "side": stage.side_px,
        "channels": stage.channels,
        "layers": stage.layers,
        "skips": stage.skips,
        "params": stage.params,
        "macs": stage.macs,
        "bytes": stage.output_bytes,
        "field": stage.field_px,
        "global": stage.is_global,
    }
