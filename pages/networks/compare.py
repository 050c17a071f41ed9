"""Accuracy against cost, the challenge's winners, kinds of networks, growth, and which network to take."""

import streamlit as st

from explorer.widgets import advice, compare, frame

st.title("Compare")
st.markdown("What accuracy costs, how the networks got there, and which one to take.")
part = compare.choice(
    "part",
    "Show",
    [
        "Accuracy and cost",
        "Challenge winners",
        "CNN against ViT",
        "Growth",
        "Which should I use?",
        "The slide's ResNets",
    ],
)
if part == "Accuracy and cost":
    compare.chart()
    compare.predict()
if part == "Challenge winners":
    advice.winners()
if part == "CNN against ViT":
    advice.kinds()
if part == "Growth":
    advice.growth()
if part == "Which should I use?":
    advice.which()
if part == "The slide's ResNets":
    advice.lecture_resnets()
compare.take_home()
frame.source("torchvision's models and weights", "https://docs.pytorch.org/vision/stable/models.html")
