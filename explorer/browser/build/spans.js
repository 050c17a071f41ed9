// Which pixels a unit of a map sees along one axis of the picture, exactly: the first and last pixel of one round of
// units, and how far the next round lies. Convolutions and pooling alone keep rounds of one unit.
// Source: Araujo, Norris, Sim 2019, Computing Receptive Fields of Convolutional Neural Networks, Distill.

const LONGEST_ROUND = 4096;

export const gcd = (a, b) => { while (b) [a, b] = [b, a % b]; return a; };

/** What no single span describes: `why` says it in a sentence. */
export class Unknown {
  constructor(why) { this.why = why; }
  windowed() { return this; }
  reduced() { return this; }
  resampled() { return this; }
  joined() { return this; }
  same(other) { return other instanceof Unknown && other.why === this.why; }
}

export class Span {
  constructor(firsts, lasts, round) { Object.assign(this, { firsts, lasts, round }); }

  get units() { return this.firsts.length; }

  /** How far apart the centres of neighbouring units lie, on average over a round. */
  get jump() { return this.round / this.units; }

  /** [first, last] pixel that a unit sees; both may lie outside the picture. */
  at(unit) {
    const rounds = Math.floor(unit / this.units), place = unit - rounds * this.units;
    return [this.firsts[place] + rounds * this.round, this.lasts[place] + rounds * this.round];
  }

  /** [first, last] pixel that the units low to high see together. */
  over(low, high) {
    let first = Infinity, last = -Infinity;
    for (let i = low; i <= Math.min(high, low + this.units - 1); i++) first = Math.min(first, this.at(i)[0]);
    for (let i = Math.max(low, high - this.units + 1); i <= high; i++) last = Math.max(last, this.at(i)[1]);
    return [first, last];
  }

  /** The span of a map whose unit o reads the units reads(o); reads(o + units) is reads(o) moved by `moves`. */
  remapped(reads, units, moves) {
    const repeats = this.units / gcd(this.units, moves);
    const length = units * repeats;
    if (length > LONGEST_ROUND) return new Unknown(`the pattern of receptive fields repeats only after ${length} units`);
    const seen = Array.from({ length }, (_, unit) => this.over(...reads(unit)));
    return made(seen.map((s) => s[0]), seen.map((s) => s[1]), (this.round * moves * repeats) / this.units);
  }

  /** After a window slides over the map: a -= p j, b += (d (k - 1) - p) j, j *= s. */
  windowed(kernel, stride, padding, dilation = 1) {
    const reach = dilation * (kernel - 1);
    if (this.units === 1) {
      const jump = this.round;
      return made([this.firsts[0] - padding * jump], [this.lasts[0] + (reach - padding) * jump], jump * stride);
    }
    return this.remapped((o) => [o * stride - padding, o * stride - padding + reach], 1, stride);
  }

  /** When each group of `size` neighbours becomes one unit. */
  reduced(size) { return this.remapped((o) => [o * size, o * size + size - 1], 1, size); }

  /** After a map of `before` units is stretched or squeezed to `after` units. */
  resampled(before, after, reads) {
    const common = gcd(before, after);
    return this.remapped(reads, after / common, before / common);
  }

  /** A unit that reads the same unit of two maps. */
  joined(other) {
    if (other instanceof Unknown) return other;
    if (this.same(other)) return this;
    if (this.round * other.units !== other.round * this.units)
      return new Unknown(`two maps meet whose units lie ${this.jump} and ${other.jump} px apart`);
    const length = (this.units * other.units) / gcd(this.units, other.units);
    const pairs = Array.from({ length }, (_, i) => [this.at(i), other.at(i)]);
    return made(pairs.map(([a, b]) => Math.min(a[0], b[0])), pairs.map(([a, b]) => Math.max(a[1], b[1])), (this.round * length) / this.units);
  }

  same(other) {
    if (this === other) return true;
    if (!(other instanceof Span) || other.round !== this.round || other.units !== this.units) return false;
    return this.firsts.every((first, i) => first === other.firsts[i] && this.lasts[i] === other.lasts[i]);
  }

  /** The same span with the shortest round that repeats. */
  shortest() {
    for (let units = 1; units < this.units; units++) {
      if (this.units % units || (this.round * units) % this.units) continue;
      const moved = (this.round * units) / this.units;
      const repeats = this.firsts.every((first, i) => i < units || (first === this.firsts[i - units] + moved && this.lasts[i] === this.lasts[i - units] + moved));
      if (repeats) return new Span(this.firsts.slice(0, units), this.lasts.slice(0, units), moved);
    }
    return this;
  }
}

function made(firsts, lasts, round) {
  const exact = Number.isSafeInteger(round) && firsts.every(Number.isSafeInteger) && lasts.every(Number.isSafeInteger);
  if (!exact) return new Unknown("more pixels than can be counted exactly");
  const span = new Span(firsts, lasts, round);
  return firsts.length > 1 ? span.shortest() : span;
}

export const PICTURE = new Span([0], [0], 1);
