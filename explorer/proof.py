"""Prove it: every figure of a cost table beside one that is measured in another way, on the spot."""

from dataclasses import dataclass

import torch
from torch.utils.flop_counter import FlopCounterMode

from explorer import cost, networks, shapes
from explorer.operators import Shape


@dataclass(frozen=True)
class Check:
    """One figure counted and measured. `how` says what was measured."""

    what: str
    unit: str
    counted: int
    measured: int
    how: str
    note: str = ""

    @property
    def agrees(self) -> bool:
        """Whether both are the same number."""
        return self.counted == self.measured


def measure(name: str, input_shape: Shape) -> tuple[Check, ...]:
    """Count a network by its rows, and measure it: numel of its parameters, PyTorch's FLOP counter, its outputs.

    Raises: ValueError for an unknown name or an impossible shape.
    """
    counted = cost.table(name, input_shape)
    network = networks.build(name, image_px=input_shape[1])
    params = sum(parameter.numel() for parameter in network.parameters())
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(torch.empty((1, *shapes.checked_shape(input_shape)), device="meta"))
    macs = counter.get_total_flops() // 2
    saved = cost.saved_bytes(name, input_shape)
    return (
        Check(
            "Parameters", "numbers", counted.params, params, "the sum of numel() over network.parameters()"
        ),
        Check(
            "Multiply-adds",
            "MACs",
            counted.macs,
            macs,
            "PyTorch's FlopCounterMode on the meta device, halved",
        ),
        Check(
            "Memory that training keeps",
            "bytes",
            counted.output_bytes,
            saved,
            "what saved_tensors_hooks report for one picture's backward pass",
            "not the same thing: the table adds up all outputs; the backward pass keeps some, and shares others",
        ),
    )
