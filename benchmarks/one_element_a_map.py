"""The usual way to show feature maps, for comparison: one `st.image` a map. Served by benchmarks.feature_maps."""

import streamlit as st
import torch

from explorer import features, networks

MOST = 64


@st.cache_resource
def network() -> torch.nn.Module:
    return networks.build("resnet18", weights=None, device="cpu")


@st.cache_data
def picture() -> torch.Tensor:
    return torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))


layers = [name for name, module in network().named_modules() if isinstance(module, torch.nn.Conv2d)][1:]
index = st.slider("Layer", 0, len(layers) - 1, 0)
maps = features.maps(network(), picture(), [layers[index]])[layers[index]][0, :MOST]
columns = st.columns(8)
for number, plane in enumerate(maps):
    level = (plane - plane.min()) / (plane.max() - plane.min()).clamp(min=1e-9)
    columns[number % 8].image(level.numpy(), caption=f"{layers[index]}, {number}")
