"""The contents: every page with its address, its title and what it teaches. Menu and cards are made of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One page: its file below `pages/`, its address, title, icon, and a sentence for its card."""

    file: str
    url_path: str
    title: str
    icon: str
    about: str


HOME = Entry("home.py", "", "Home", ":material/home:", "What can be learnt here, as a path.")

SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Convolution": (
        Entry(
            "convolution/kernels.py",
            "kernels",
            "Kernels",
            ":material/grid_on:",
            "Slide a grid of weights over a photo, your webcam or a drawing, and change it while it slides.",
        ),
        Entry(
            "convolution/signal.py",
            "signal",
            "Kernel as a signal",
            ":material/graphic_eq:",
            "What a kernel lets through: frequencies, brightness, separability; and two kernels as one.",
        ),
        Entry(
            "convolution/channels.py",
            "channels",
            "Channels",
            ":material/layers:",
            "One filter over red, green and blue: three products, one sum. Many filters make a volume.",
        ),
        Entry(
            "convolution/padding.py",
            "padding",
            "Padding, stride, dilation",
            ":material/padding:",
            "The arithmetic of a moving window: how large the output gets, which pixels are never read.",
        ),
        Entry(
            "convolution/activation.py",
            "activation",
            "Non-linearity and pooling",
            ":material/show_chart:",
            "Bend the numbers, then keep the strongest: what is lost, and how far a shift survives.",
        ),
        Entry(
            "convolution/dense.py",
            "dense",
            "From dense to convolution",
            ":material/hub:",
            "From 1.6 billion weights to nine: locality, weight sharing, and what follows when things move.",
        ),
    ),
    "Size": (
        Entry(
            "size/parameters.py",
            "parameters",
            "Parameters and operations",
            ":material/calculate:",
            "What a network stores and what it computes, layer by layer: counted, measured, and as the slides have it.",
        ),
        Entry(
            "size/receptive.py",
            "receptive",
            "Receptive field",
            ":material/center_focus_strong:",
            "How much of your picture one unit sees, layer by layer, and to how much of that it listens.",
        ),
        Entry(
            "size/blocks.py",
            "blocks",
            "Building blocks",
            ":material/widgets:",
            "Inception, residual, depthwise, octave: drawn to scale, with sliders and the cost equation filled in.",
        ),
        Entry(
            "size/build.py",
            "build",
            "Build your own",
            ":material/construction:",
            "Stack layers and change any number: shapes, costs and what one unit sees follow every key.",
        ),
    ),
    "Networks": (
        Entry(
            "networks/compare.py",
            "compare",
            "Compare",
            ":material/bubble_chart:",
            "Accuracy against what it costs, for every trained network: the front, the challenge, which one to take.",
        ),
        Entry(
            "networks/network.py",
            "network",
            "One network",
            ":material/schema:",
            "A whole network drawn to scale: open its stages, click a layer, and set two networks side by side.",
        ),
    ),
    "Inside": (
        Entry(
            "inside/predictions.py",
            "predictions",
            "Predictions",
            ":material/label:",
            "What the network was really shown, what it answers, and how a shift of one pixel changes its mind.",
        ),
        Entry(
            "inside/maps.py",
            "maps",
            "Feature maps",
            ":material/view_module:",
            "Every layer on your picture, all channels at once: what is found, what is dead, what a unit sees.",
        ),
        Entry(
            "inside/filters.py",
            "filters",
            "Filters",
            ":material/texture:",
            "The learnt weights as pictures. Zero one, flip it, put a Sobel kernel in its place: what then?",
        ),
        Entry(
            "inside/digit.py",
            "digit",
            "Draw a digit",
            ":material/draw:",
            "A small network answers while you draw, and every number in it can be taken apart. Then draw a letter.",
        ),
        Entry(
            "inside/unit.py",
            "unit",
            "One unit",
            ":material/landscape:",
            "What excites one unit most: a picture that climbs before your eyes, beside pieces of real ones.",
        ),
        Entry(
            "inside/attribution.py",
            "attribution",
            "Attribution",
            ":material/manage_search:",
            "Which pixels spoke for the answer, by eight methods; and whether such a map is to be believed.",
        ),
    ),
    "Training": (
        Entry(
            "training/finetune.py",
            "finetune",
            "Fine-tuning",
            ":material/model_training:",
            "From scratch, the head alone, or the whole network? Bet, then let them race in your browser.",
        ),
    ),
}


def entries() -> tuple[Entry, ...]:
    """All pages but the home page, in order."""
    return tuple(entry for section in SECTIONS.values() for entry in section)
