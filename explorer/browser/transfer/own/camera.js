// The camera: opened once for all classes, its pictures taken while a button is held. They stay in the tab.
import { h } from "../../shared/controls.js";
import { squareOf } from "./prepare.js";

const WHY = { NotAllowedError: "The camera was not allowed.", NotFoundError: "No camera was found.", NotReadableError: "The camera is in use elsewhere." };

/** {video, square(), close()}: a running camera; an Error with a sentence where there is none. `onEnd` hears it stop. */
export async function openCamera(onEnd) {
  if (!navigator.mediaDevices?.getUserMedia) throw new Error("This browser gives pages no camera (it needs https or localhost).");
  const video = h("video", { playsinline: true, "aria-label": "Camera picture", class: "own-video" });
  video.muted = true;
  let stream = null;
  const close = () => { stream?.getTracks().forEach((track) => track.stop()); video.srcObject = null; };
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 320 }, height: { ideal: 240 } }, audio: false });
    video.srcObject = stream;
    await video.play();
  } catch (error) {
    close();
    throw new Error(WHY[error.name] || "The camera could not be opened.");
  }
  stream.getVideoTracks()[0].addEventListener("ended", () => { close(); onEnd(); });
  return { video, close, square: () => (video.videoWidth ? squareOf(video, video.videoWidth, video.videoHeight) : null) };
}

/** A button that works while it is held, by mouse, finger, Space or Enter: `start()` and `stop()`. */
export function heldButton(label, start, stop) {
  let held = false;
  const begin = (event) => { if (event.button) return; event.preventDefault(); element.focus(); if (!held) { held = true; element.classList.add("held"); start(); } };
  const end = () => { if (held) { held = false; element.classList.remove("held"); stop(); } };
  const key = (event) => [" ", "Enter"].includes(event.key);
  const element = h("button", {
    type: "button", class: "button primary own-hold",
    onpointerdown: (event) => { element.setPointerCapture(event.pointerId); begin(event); },
    onpointerup: end, onpointercancel: end, onlostpointercapture: end, onblur: end,
    onkeydown: (event) => { if (key(event)) begin(event); },
    onkeyup: (event) => { if (key(event)) { event.preventDefault(); end(); } },
    oncontextmenu: (event) => event.preventDefault(),
  }, label);
  return { element, release: end };
}
