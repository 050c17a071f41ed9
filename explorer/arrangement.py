"""Where the maps lie in what a layer gives: channels first, channels last, windows, or a row of tokens.

Networks turn their maps about on the way. An *arrangement* says how to bring one layer's own output to (N, C, H, W)
without changing a number. It is read off the walk over the network (`explorer.layouts`), which follows every place
through each reshape; where the walk lost the places there is no arrangement, and no map is made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from torch import Tensor

from explorer import layouts
from explorer.fields.field import Field
from explorer.graph import Graph
from explorer.layouts import COLUMN, OTHER, PLACES, ROW, Digit, Dimension
from explorer.operators import CONSTANT, Shape

_JOINING = ("cat", "concat", "concatenate")
_MIXING = ("scaled_dot_product_attention", "softmax", "_softmax")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A row of tokens that begins or ends with some that are no place of the picture, such as the class token."""

    dimension: int
    before: int
    behind: int

    @property
    def count(self) -> int:
        """How many tokens are no place."""
        return self.before + self.behind


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How to bring a layer's output to maps.

    Shapes: `own` is the output's for one picture; `pieces` are the sizes into which it is taken apart, `order` puts
    them into channels, rows, columns; `shape` is the result's (C, H, W).
    """

    own: tuple[int, ...]
    pieces: tuple[int, ...]
    order: tuple[int, ...]
    shape: tuple[int, int, int]
    tokens: Tokens | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the output is (N, C, H, W) as it is."""
        return self.own == (1, *self.shape) and self.order == tuple(range(len(self.order)))

    def maps(self, output: Tensor) -> Tensor:
        """The maps. Shapes: the layer's own -> (N, C, H, W).

        Raises: ValueError for an output that is not arranged like this.
        """
        if self.is_plain and tuple(output.shape[1:]) == self.shape:
            return output
        try:
            apart = self._places(output).reshape(-1, *self.pieces)
            return apart.permute(0, *(place + 1 for place in self.order)).reshape(-1, *self.shape)
        except (RuntimeError, IndexError) as error:
            raise ValueError(
                f"an output of shape {tuple(output.shape)} holds no maps of {self.shape}"
            ) from error

    def _places(self, output: Tensor) -> Tensor:
        """The output without the tokens that are no place."""
        if self.tokens is None:
            return output
        at = self.tokens.dimension
        return output.narrow(at, self.tokens.before, output.shape[at] - self.tokens.count)

    def beside(self, output: Tensor) -> Tensor | None:
        """The tokens that are no place, those before the places first; None where there are none.

        Shapes: (N, L, C) -> (N, tokens, C).
        """
        if self.tokens is None or self.tokens.dimension != 1 or len(self.own) != 3:
            return None
        length = output.shape[1]
        return output[:, [*range(self.tokens.before), *range(length - self.tokens.behind, length)]]

    def code(self, name: str) -> str:
        """A PyTorch expression that makes the maps of the tensor called `name`."""
        if self.is_plain:
            return name
        order = ", ".join(str(place + 1) for place in self.order)
        if self.own == (1, *self.pieces) and len(self.order) == 3:
            return f"{name}.permute(0, {order})"
        if self.tokens is not None:
            end = str(-self.tokens.behind) if self.tokens.behind else ""
            name += "[" + ":, " * self.tokens.dimension + f"{self.tokens.before}:{end}]"
        pieces, shape = (", ".join(map(str, sizes)) for sizes in (self.pieces, self.shape))
        text = f"{name}.reshape(-1, {pieces}).permute(0, {order})"
        is_whole = tuple(self.pieces[place] for place in self.order) == self.shape
        return text if is_whole else f"{text}.reshape(-1, {shape})"


def of_field(
    field: Field, shape: Shape, rows_of_tokens: Mapping[int, tuple[Tokens, Dimension]]
) -> Arrangement | None:
    """The arrangement of an output whose places are known; None where they can no longer be told apart."""
    tokens: Tokens | None = None
    digits: list[Digit] = []
    for index, dimension in enumerate(field.layout):
        known = rows_of_tokens.get(shape[index]) if _is_lost(dimension) and index else None
        if known is not None and tokens is None:
            tokens = Tokens(index, known[0].before, known[0].behind)
            digits += known[1]
        else:
            digits += dimension
    rows, columns = (_whole(digits, axis, field.length(axis)) for axis in (ROW, COLUMN))
    if rows is None or columns is None or _is_lost(digits):
        return None
    channels = [place for place, digit in enumerate(digits) if digit.axis == OTHER]
    count = layouts.size_of(tuple(digits[place] for place in channels))
    order = (*channels, *rows, *columns)
    return Arrangement(shape, tuple(digit.size for digit in digits), order, (count, *field.map_px), tokens)


def _is_lost(digits: Iterable[Digit]) -> bool:
    return any(digit.axis == PLACES for digit in digits)


def _whole(digits: list[Digit], axis: str, length: int) -> list[int] | None:
    """Where the digits of an axis are, outermost first; None where they are not the whole axis."""
    own = sorted((p for p, d in enumerate(digits) if d.axis == axis), key=lambda p: -digits[p].step)
    below = 1
    for place in reversed(own):
        if digits[place].step != below:
            return None
        below *= digits[place].size
    return own if below == length else None


def sequences(graph: Graph) -> dict[int, tuple[Tokens, Dimension]]:
    """Rows of tokens by their length: how many stand before and behind the places, and how the places run.

    They begin where a constant, such as the class token, is put before the places of a map. A length at which two rows
    differ is left out.
    """
    found: dict[int, tuple[Tokens, Dimension]] = {}
    unclear: set[int] = set()
    for operation in graph.operations:
        if operation.name not in _JOINING or len([n for n in operation.inputs if n != CONSTANT]) != 1:
            continue
        at = next(place for place, number in enumerate(operation.inputs) if number != CONSTANT)
        field, joined = graph.fields.get(operation.inputs[at]), operation.output_shapes[0]
        if field is None:
            continue
        for index, dimension in enumerate(field.layout):
            if joined[index] != operation.input_shapes[at][index] and layouts.places(dimension):
                before = sum(shape[index] for shape in operation.input_shapes[:at])
                behind = sum(shape[index] for shape in operation.input_shapes[at + 1 :])
                entry = (Tokens(index, before, behind), dimension)
                if found.setdefault(joined[index], entry) != entry:
                    unclear.add(joined[index])
    return {length: entry for length, entry in found.items() if length not in unclear}


def of_layer(graph: Graph, layer: str) -> Arrangement | None:
    """The arrangement of what a layer, or a block, gives in its last run; None where that holds no maps.

    Raises: ValueError for tokens after the last attention: of those the answer reads the class token alone.
    """
    last = next((output for output in reversed(graph.outputs) if output.path == layer), None)
    field = None if last is None else graph.fields.get(last.value)
    if last is None or field is None or len(last.shape) <= 2:
        return None
    found = of_field(field, last.shape, sequences(graph))
    if found is not None and found.tokens is not None and last.value >= last_mixing(graph):
        raise ValueError(
            f"the answer reads only the class token of {layer!r}, no place: choose a layer before the last attention"
        )
    return found


def last_mixing(graph: Graph) -> int:
    """The value that the last attention gave: after it, tokens no longer learn of one another; -1 without attention."""
    return max(
        (operation.outputs[0] for operation in graph.operations if operation.name in _MIXING), default=-1
    )
