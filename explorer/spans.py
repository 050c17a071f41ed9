"""Which pixels a unit of a map sees along one axis of the picture, exactly.

For convolutions and pooling alone, unit i sees the pixels a + j i to b + j i: one interval that moves by the jump j.
After up-sampling, or attention in windows, neighbouring units no longer move by the same amount, but the pattern
repeats: unit i + n sees what unit i sees, moved by a whole number of pixels. A span stores one such round of n units.

Units: pixels of the network's input; the first pixel is 0 and padding lies below 0.
Source: Araujo, Norris, Sim 2019, Computing Receptive Fields of Convolutional Neural Networks, Distill.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import gcd, lcm

LONGEST_ROUND = 4096


@dataclass(frozen=True, slots=True)
class Span:
    """One round of units: the first and last pixel that each sees, and how far the next round lies."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]
    round_px: int

    @property
    def units(self) -> int:
        """How many units a round has; 1 in a network of convolutions and pooling."""
        return len(self.firsts)

    @property
    def jump_px(self) -> int | float:
        """How far apart the centres of neighbouring units lie, on average over a round."""
        return self.round_px // self.units if self.round_px % self.units == 0 else self.round_px / self.units

    def at(self, unit: int) -> tuple[int, int]:
        """The first and last pixel that a unit sees; both may lie outside the picture."""
        rounds, place = divmod(unit, self.units)
        return self.firsts[place] + rounds * self.round_px, self.lasts[place] + rounds * self.round_px

    def over(self, low: int, high: int) -> tuple[int, int]:
        """The first and last pixel that the units low to high see together."""
        near_low = range(low, min(high, low + self.units - 1) + 1)
        near_high = range(max(low, high - self.units + 1), high + 1)
        return min(self.at(i)[0] for i in near_low), max(self.at(i)[1] for i in near_high)

    def remapped(self, reads: Callable[[int], tuple[int, int]], units: int, moves: int) -> Span:
        """The span of a map whose unit o reads the units ``reads(o)`` of this one.

        ``reads`` repeats: ``reads(o + units)`` is ``reads(o)`` moved by ``moves``.
        Raises: ValueError when the pattern takes too many units to repeat.
        """
        repeats = self.units // gcd(self.units, moves)
        length = units * repeats
        if length > LONGEST_ROUND:
            raise ValueError(f"the pattern of receptive fields repeats only after {length} units")
        seen = [self.over(*reads(unit)) for unit in range(length)]
        round_px = self.round_px * moves * repeats // self.units
        return Span(tuple(s[0] for s in seen), tuple(s[1] for s in seen), round_px).shortest()

    def windowed(self, kernel: int, stride: int, padding: int, dilation: int = 1) -> Span:
        """The span after a window slides over the map: a -= p j, b += (d (k - 1) - p) j, j *= s."""
        reach = dilation * (kernel - 1)
        if self.units == 1:
            jump = self.round_px
            first, last = self.firsts[0] - padding * jump, self.lasts[0] + (reach - padding) * jump
            return Span((first,), (last,), jump * stride)
        return self.remapped(lambda o: (o * stride - padding, o * stride - padding + reach), 1, stride)

    def transposed(self, kernel: int, stride: int, padding: int, dilation: int = 1) -> Span:
        """The span after a transposed convolution: input unit i reaches the outputs i s - p to i s - p + d (k - 1)."""

        def reads(unit: int) -> tuple[int, int]:
            taps = [unit + padding - dilation * tap for tap in range(kernel)]
            inputs = [tap // stride for tap in taps if tap % stride == 0]
            nearest = (unit + padding) // stride
            return min(inputs, default=nearest), max(inputs, default=nearest)

        return self.remapped(reads, stride, 1)

    def moved(self, units: int) -> Span:
        """The span of a map whose unit i is this map's unit i + units (padding, cropping, rolling)."""
        return self.remapped(lambda o: (o + units, o + units), 1, 1)

    def strided(self, start: int, step: int) -> Span:
        """The span of every step-th unit from start on."""
        return self.remapped(lambda o: (start + o * step, start + o * step), 1, step)

    def mixed(self, size: int, step: int) -> Span:
        """The span when every unit reads its whole group: the units that differ in one digit of their number."""

        def reads(unit: int) -> tuple[int, int]:
            digit = unit // step % size
            return unit - digit * step, unit + (size - 1 - digit) * step

        return self.remapped(reads, size * step, size * step)

    def reduced(self, size: int, step: int, only: int | None = None) -> Span:
        """The span when each group becomes one unit: of all its members, or of the one numbered ``only``."""

        def reads(unit: int) -> tuple[int, int]:
            base = unit // step * size * step + unit % step
            low, high = (0, size - 1) if only is None else (only, only)
            return base + low * step, base + high * step

        return self.remapped(reads, step, size * step)

    def resampled(self, before: int, after: int, reads: Callable[[int], tuple[int, int]]) -> Span:
        """The span after a map of ``before`` units is stretched or squeezed to ``after`` units."""
        common = gcd(before, after)
        return self.remapped(reads, after // common, before // common)

    def joined(self, other: Span) -> Span:
        """The span of a unit that reads the same unit of two maps (addition, concatenation).

        Raises: ValueError when the units of the two maps are not equally far apart.
        """
        if self == other:
            return self
        if self.round_px * other.units != other.round_px * self.units:
            raise ValueError(f"two maps meet whose units lie {self.jump_px} and {other.jump_px} px apart")
        length = lcm(self.units, other.units)
        pairs = [(self.at(i), other.at(i)) for i in range(length)]
        return Span(
            tuple(min(one[0], two[0]) for one, two in pairs),
            tuple(max(one[1], two[1]) for one, two in pairs),
            self.round_px * length // self.units,
        ).shortest()

    def shortest(self) -> Span:
        """The same span with the shortest round that repeats."""
        for units in range(1, self.units):
            if self.units % units or self.round_px * units % self.units:
                continue
            moved = self.round_px * units // self.units
            if all(
                self.firsts[i] == self.firsts[i - units] + moved
                and self.lasts[i] == self.lasts[i - units] + moved
                for i in range(units, self.units)
            ):
                return Span(self.firsts[:units], self.lasts[:units], moved)
        return self


PICTURE = Span((0,), (0,), 1)
"""Every pixel sees itself."""
