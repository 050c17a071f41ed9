"""One network as a drawing that opens to its layers; two networks stage beside stage."""

import streamlit as st

from explorer.browser import component, network, network_pair
from explorer.widgets import frame
from explorer.widgets import network as pickers

st.title("One network")
st.markdown("A network drawn to scale: as wide as its channels, as high as its maps.")
columns = st.columns([2, 2, 3])
with columns[0]:
    view = pickers.view()
with columns[1]:
    name = pickers.picker("Network", "net", "resnet18")
with columns[2]:
    if view == pickers.PAIR:
        other = pickers.picker("Beside it", "other", "vgg16")
    else:
        st.markdown(
            "Click a stage to open it, a layer for its facts, its code and what one of its units sees. "
            "Arrow keys walk through the layers."
        )
if view == pickers.PAIR:
    component.show("network_pair", network_pair.of(name, other))
else:
    component.show("network", network.of(name))
frame.source(
    "counted on this server from the network's own code; the receptive fields after Araujo, Norris, Sim 2019",
    "https://distill.pub/2019/computing-receptive-fields/",
)
