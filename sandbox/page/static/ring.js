// The ringing tone, made on the spot, if the visitor has switched sound on.

import { byId } from "./dom.js";
import { remember, remembered } from "./state.js";

const RING_HZ = [440, 480];
const RING_SECONDS = 0.8;
const TEXT_HZ = [880, 1320];
const TEXT_SECONDS = 0.15;
const EVERY_MILLISECONDS = 2200;

let isOn = remembered("sound", false);
let isRinging = false;
let audio = null;
let timer = 0;

export function setRinging(rings) {
  if (rings === isRinging) return;
  isRinging = rings;
  play();
}

function play() {
  clearInterval(timer);
  if (!isOn || !isRinging) return;
  ring();
  timer = setInterval(ring, EVERY_MILLISECONDS);
}

// A browser lets a page sound only once its reader has pressed something.
function wake() {
  if (!isOn || audio?.state === "running" || !navigator.userActivation.hasBeenActive) return;
  audio ??= new AudioContext();
  audio.resume().then(play);
}

const ring = () => sound(RING_HZ, 0, RING_SECONDS);

// A text has come: two short tones, one after the other.
export function chime() {
  if (isOn) TEXT_HZ.forEach((hertz, turn) => sound([hertz], turn * TEXT_SECONDS, TEXT_SECONDS));
}

function sound(tones, after, seconds) {
  if (audio?.state !== "running") return;
  const start = audio.currentTime + after;
  const volume = audio.createGain();
  volume.gain.setValueAtTime(0.06, start);
  volume.gain.setTargetAtTime(0, start + seconds * 0.85, 0.03);
  volume.connect(audio.destination);
  for (const hertz of tones) {
    const tone = audio.createOscillator();
    tone.frequency.value = hertz;
    tone.connect(volume);
    tone.start(start);
    tone.stop(start + seconds);
  }
}

function draw() {
  const button = byId("sound");
  button.setAttribute("aria-pressed", String(isOn));
  button.textContent = isOn ? "Sound is on" : "Sound is off";
}

byId("sound").addEventListener("click", () => {
  isOn = !isOn;
  remember("sound", isOn);
  draw();
  play();
  wake();
});
for (const pressed of ["pointerup", "keydown"]) addEventListener(pressed, wake);
draw();
