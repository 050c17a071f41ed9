// Choosing a picture: the built-in photographs, a file, a camera snapshot, the live webcam, or a drawing.
// Nothing chosen here leaves the browser.
import { button, h, line } from "./controls.js";
import { drawingPad } from "./drawing-pad.js";
import { drawn, openFile } from "./picture-file.js";

const OWN = { file: "your picture", snapshot: "a camera snapshot", webcam: "the webcam", drawing: "your drawing" };

/**
 * pictures: [{name, title, url, thumb, credit, alt}]. onPicture({name, title, alt, canvas, live}) for each new picture or
 * frame; onName(name) when the reader chooses. `sources` limits the ways offered.
 */
export function picturePicker({ pictures, initial, onPicture, onName = () => {}, sources = ["file", "snapshot", "webcam", "drawing"] }) {
  const said = line();
  const failed = line("alert");
  const credit = h("p", { class: "credit" });
  const stage = h("div", { class: "picker-stage", hidden: true });
  const file = h("input", { type: "file", accept: "image/*", class: "unseen", tabindex: "-1", "aria-hidden": "true" });
  const strip = h("div", { class: "strip", role: "group", "aria-label": "Picture" });
  const thumbs = new Map();
  let stream = null, loop = 0, choice = "", token = 0;

  const stop = () => {
    cancelAnimationFrame(loop);
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    stage.hidden = true;
    stage.replaceChildren();
  };
  const mark = (name) => {
    choice = name;
    thumbs.forEach((item, key) => item.setAttribute("aria-pressed", String(key === name)));
    credit.textContent = pictures.find((picture) => picture.name === name)?.credit || "";
  };
  const chose = (name) => { mark(name); onName(name); };
  const give = (name, canvas, live = false, note = "") => {
    failed.say("");
    said.say(note ? `Opened: ${note}.` : "");
    const known = pictures.find((picture) => picture.name === name);
    onPicture({ name, title: known?.title || OWN[name], alt: known?.alt || OWN[name], canvas, live });
  };

  async function builtIn(name) {
    const picture = pictures.find((item) => item.name === name) || pictures[0];
    const mine = ++token;
    stop();
    mark(picture.name);
    const image = new Image();
    image.decoding = "async";
    image.src = new URL(picture.url, document.baseURI).href;
    const fetched = await image.decode().then(() => true, () => false);
    if (!fetched) {
      image.src = picture.thumb; // came with the page
      await image.decode();
    }
    if (mine !== token) return;
    give(picture.name, drawn(image, image.naturalWidth, image.naturalHeight));
    if (!fetched) failed.say(`The picture "${picture.title}" could not be fetched from the app: this is its small preview.`);
  }

  async function fromFile(chosen) {
    if (!chosen) return;
    const mine = ++token;
    try {
      const { canvas, note } = await openFile(chosen);
      if (mine !== token) return;
      stop();
      chose("file");
      give("file", canvas, false, note);
    } catch (error) {
      failed.say(error.message + " The last picture stays.");
    }
  }

  /** A running video of the camera; undefined, with a sentence, where there is none or another choice came first. */
  async function watch(mine) {
    if (!navigator.mediaDevices?.getUserMedia) return failed.say("This browser gives pages no camera (it needs https or localhost).");
    const video = h("video", { playsinline: true, "aria-label": "Camera picture" });
    video.muted = true;
    let opened = null;
    try {
      opened = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 320 }, height: { ideal: 240 } }, audio: false });
      video.srcObject = opened;
      await video.play();
    } catch (error) {
      opened?.getTracks().forEach((track) => track.stop());
      const why = { NotAllowedError: "The camera was not allowed.", NotFoundError: "No camera was found.", NotReadableError: "The camera is in use elsewhere." }[error.name] || "The camera could not be opened.";
      return mine === token ? failed.say(`${why} The last picture stays.`) : undefined;
    }
    if (mine !== token) return opened.getTracks().forEach((track) => track.stop());
    stream = opened;
    stream.getVideoTracks()[0].addEventListener("ended", () => { if (stream === opened) { stop(); failed.say("The camera stopped. The last picture stays."); } });
    return video;
  }

  async function camera(live) {
    const mine = ++token;
    stop();
    const video = await watch(mine);
    if (!video) return;
    failed.say("");
    if (live) return follow(video);
    const take = () => {
      const canvas = drawn(video, video.videoWidth, video.videoHeight, 320);
      stop();
      chose("snapshot");
      give("snapshot", canvas);
    };
    stage.replaceChildren(video, button("Take the picture", take, { kind: "primary" }), button("Close", stop));
    stage.hidden = false;
  }

  function follow(video) {
    chose("webcam");
    const canvas = h("canvas", {});
    const ctx = canvas.getContext("2d", { willReadFrequently: true });
    let last = -1, begun = false;
    stage.replaceChildren(h("p", {}, "The webcam runs; its frames stay in this tab."), button("Stop the webcam", stop));
    stage.hidden = false;
    const next = () => {
      loop = requestAnimationFrame(next);
      if (video.currentTime === last || !video.videoWidth) return;
      last = video.currentTime;
      const scale = Math.min(1, 320 / video.videoWidth);
      [canvas.width, canvas.height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
      ctx.drawImage(video, 0, 0, canvas.width, canvas.height);
      give("webcam", canvas, begun);
      begun = true;
    };
    next();
  }

  function drawing() {
    token++;
    stop();
    chose("drawing");
    const pad = drawingPad({ side: 256, pen: 14, moved: () => give("drawing", pad.canvas, true), tabindex: "0" });
    const clear = () => { pad.clear(); give("drawing", pad.canvas); };
    stage.replaceChildren(pad.canvas, button("Clear", clear));
    stage.hidden = false;
    clear();
  }

  const tile = (name, title, content, action) => {
    const item = h("button", { type: "button", class: "thumb", title, "aria-pressed": "false", onclick: action }, content, h("span", {}, title));
    thumbs.set(name, item);
    return item;
  };
  pictures.forEach((picture) => strip.append(tile(picture.name, picture.title, h("img", { src: picture.thumb, alt: "", width: 48, height: 40 }), () => { onName(picture.name); builtIn(picture.name); })));
  const own = {
    file: ["Upload", "⤒", () => file.click()],
    snapshot: ["Snapshot", "◉", () => camera(false)],
    webcam: ["Webcam", "▶", () => camera(true)],
    drawing: ["Draw", "✎", drawing],
  };
  sources.forEach((name) => strip.append(tile(name, own[name][0], h("b", { "aria-hidden": "true" }, own[name][1]), own[name][2])));
  file.addEventListener("change", () => { fromFile(file.files[0]); file.value = ""; });

  const element = h("section", { class: "picker" }, strip, file, stage, said.element, failed.element, credit);
  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", (event) => { event.preventDefault(); fromFile(event.dataTransfer.files[0]); });
  const begin = pictures.some((picture) => picture.name === initial) ? initial : pictures[0].name;
  builtIn(begin);
  if (initial in OWN) said.say(`This link was made with ${OWN[initial]}, which never left the other browser: here is "${pictures[0].title}" instead.`);
  return { element, credit, choose: builtIn, openFile: fromFile, dispose() { token++; stop(); }, get choice() { return choice; } };
}
