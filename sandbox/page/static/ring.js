// The ringing tone, made on the spot, if the visitor has switched sound on.

import { byId } from "./dom.js";
import { remember, remembered } from "./state.js";

const TONES_HZ = [440, 480];
const BURST_SECONDS = 0.8;
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
  burst();
  timer = setInterval(burst, EVERY_MILLISECONDS);
}

// A browser lets a page sound only once its reader has pressed something.
function wake() {
  if (!isOn || audio?.state === "running" || !navigator.userActivation.hasBeenActive) return;
  audio ??= new AudioContext();
  audio.resume().then(play);
}

function burst() {
  if (audio?.state !== "running") return;
  const end = audio.currentTime + BURST_SECONDS;
  const volume = audio.createGain();
  volume.gain.setValueAtTime(0.06, audio.currentTime);
  volume.gain.setTargetAtTime(0, end - 0.1, 0.03);
  volume.connect(audio.destination);
  for (const hertz of TONES_HZ) {
    const tone = audio.createOscillator();
    tone.frequency.value = hertz;
    tone.connect(volume);
    tone.start();
    tone.stop(end);
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
