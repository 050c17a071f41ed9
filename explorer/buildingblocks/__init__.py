"""The building blocks that convolutional networks are made of: drawn, counted, built and compared.

`BLOCKS` maps a name to a `Block`: its settings with the lecture's defaults, its parts, its cost equations, a plain
alternative, what a slide says. Blocks stand without norms unless their setting ``bn`` asks for them, as in the
lectures' counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer.buildingblocks.block import Block, Choice, Claim, Cost, Note, Parameter, Plain, Rule
from explorer.buildingblocks.branches import BRANCHES
from explorer.buildingblocks.heads import HEADS
from explorer.buildingblocks.light import LIGHT
from explorer.buildingblocks.part import Layer, Part
from explorer.buildingblocks.skips import SKIPS
from explorer.buildingblocks.stacked import STACKED

__all__ = [
    "BLOCKS",
    "Block",
    "Choice",
    "Claim",
    "Cost",
    "Layer",
    "Note",
    "Parameter",
    "Part",
    "Plain",
    "Rule",
]

BLOCKS: Mapping[str, Block] = MappingProxyType(
    {block.name: block for block in (*STACKED, *BRANCHES, *SKIPS, *LIGHT, *HEADS)}
)
"""Every building block, in the order of the gallery."""
