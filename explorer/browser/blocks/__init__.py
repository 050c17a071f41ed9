"""The constants of the page "Building blocks", and the milliseconds that a reader has asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any

import streamlit as st

from explorer import boot
from explorer.buildingblocks import BLOCKS, Block
from explorer.kernels import KERNELS
from explorer.widgets.pictures import built_in

KEY = "component_blocks"
GATED = (
    "sobel_x", "sobel_y", "laplacian", "gaussian_3x3", "sharpen", "emboss", "line_level", "line_upright",
)  # fmt: skip


def data(inline: bool) -> Mapping[str, Any]:
    """Every block as the browser draws and counts it, and the answer to "measure", where this run was asked."""
    constants: dict[str, Any] = {
        "blocks": [_block(block) for block in BLOCKS.values()],
        "picture": built_in(inline=inline)[0],
        "kernels": [
            {"title": KERNELS[name].title, "weights": KERNELS[name].weights.ravel().tolist()}
            for name in GATED
        ],
    }
    asked = (st.session_state.get(KEY) or {}).get("measure")
    return {**constants, "measured": _measured(asked)} if isinstance(asked, dict) else constants


def _block(block: Block) -> dict[str, Any]:
    held: dict[str, Any] = _plain(block)
    held["parameters"] = [
        {**_plain(parameter), "steps": list(parameter.steps)} for parameter in block.parameters
    ]
    return held


def _plain(value: Any) -> Any:
    """Dataclasses as mappings without what is at its default; tuples as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        held = {field.name: getattr(value, field.name) for field in fields(value)}
        default = {field.name: field.default for field in fields(value)}
        return {name: _plain(each) for name, each in held.items() if each != default[name]}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _measured(asked: dict[str, Any]) -> dict[str, Any]:
    """The milliseconds of one block at the settings asked for, or the sentence why there are none."""
    block = BLOCKS.get(str(asked.get("block")))
    given = asked.get("settings")
    answer: dict[str, Any] = {"ticket": asked.get("ticket")}
    if block is None or not isinstance(given, dict):
        return {**answer, "error": "There is no such block to measure."}
    boot.ready()
    from explorer.buildingblocks import timing

    settings = {
        parameter.name: given[parameter.name] for parameter in block.parameters if parameter.name in given
    }
    try:
        return {**answer, **asdict(timing.measure(block, **settings))}
    except ValueError as error:
        return {**answer, "error": str(error)}
