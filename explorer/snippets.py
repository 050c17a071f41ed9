"""Take-home code: short PyTorch programs that print what a page shows. They need torch and torchvision only."""


def counting(name: str, shape: tuple[int, int, int], *, flops: bool, with_bias: bool) -> str:
    """A program that builds a torchvision network and prints its parameters and operations."""
    unit, factor = ("FLOPs", "") if flops else ("MACs", " // 2")
    chosen = "" if with_bias else ' if not key.endswith("bias")'
    return f'''import torch
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import get_model

with torch.device("meta"):  # shapes only: nothing is stored, nothing is downloaded
    network = get_model("{name}", weights=None).eval()
parameters = sum(p.numel() for key, p in network.named_parameters(){chosen})
with torch.no_grad(), FlopCounterMode(display=False) as counter:
    network(torch.empty(1, {", ".join(str(n) for n in shape)}, device="meta"))
print("{"parameters" if with_bias else "weights"}", parameters)
print("{unit}", counter.get_total_flops(){factor})
'''


def counting_here(name: str, shape: tuple[int, int, int], *, flops: bool, with_bias: bool) -> str:
    """The same for a network that this project defines itself; runs in the project's folder."""
    unit, figure = ("FLOPs", "flops") if flops else ("MACs", "macs")
    chosen = "params" if with_bias else "weight_params"
    return f'''from explorer import cost

table = cost.table("{name}", {shape})
print("{"parameters" if with_bias else "weights"}", table.{chosen})
print("{unit}", table.{figure})
'''
