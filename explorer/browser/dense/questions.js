// What to look for, and what to predict before revealing it.
export const QUESTIONS = {
  wires: {
    look: "one colour is one number to learn. Drag the slider: first lines go, then colours become few. In the matrix the few colours lie on diagonals.",
    ask: "a row of 10 pixels becomes a row of 20, the window stays at 3. How many weights does the convolution have?",
    choices: [
      { label: "3", right: true, why: "The window has 3 weights, however long the row is: 18 units share them. The fully connected layer of the same size grows from 10 · 8 = 80 to 20 · 18 = 360." },
      { label: "6", why: "More pixels give more places for the window, not more weights: still 3. Try it with the slider “Pixels”." },
      { label: "54", why: "That is what a locally connected layer has: 18 units with 3 weights each. The convolution shares 3 among all." },
    ],
  },
  counts: {
    look: "the bars stand on a scale where each step is ten times as much: sharing weights saves parameters; the multiply-adds stay those of the local layer.",
    ask: "a convolution's picture doubles in height and in width (same padding). What grows fourfold?",
    choices: [
      { label: "Its parameters", why: "They do not depend on the picture: k · k · C · filters + filters. The multiply-adds grow fourfold." },
      { label: "Its multiply-adds", right: true, why: "There are four times as many places, each with k · k · C multiply-adds a filter; the parameters stay as they are. A fully connected layer would need four times the parameters too." },
      { label: "Both", why: "Only the multiply-adds: the same weights are used at four times as many places." },
    ],
  },
  shift: {
    look: "shift the picture: the convolution's map moves along, unit for unit. The other two give answers that are not the old ones moved.",
    ask: "the picture is shifted by 1 pixel and the convolution has stride 2. Is the new map the old one, moved?",
    choices: [
      { label: "Yes, by half a pixel", why: "A map cannot move by half a unit: the windows now stand on other pixels. Set the stride to 2 and look at the difference." },
      { label: "No", right: true, why: "The windows stand on every second pixel, and after the shift these are other pixels. With stride 2 only even shifts come through exactly: set it and try." },
      { label: "Yes, it does not change", why: "That would be invariance, and the windows stand on other pixels now. Set the stride to 2 and look at the difference." },
    ],
  },
};
