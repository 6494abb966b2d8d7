// Pace: how fast bytes go, of the last seconds, and when all will have gone.

const WINDOW = 8000; // ms
const SURE = 1500; // ms before anything is said

export class Pace {
  constructor() {
    this.samples = [];
  }

  // `bytes` have gone by now; fewer than before begin it anew.
  note(bytes, now = performance.now()) {
    if (bytes < (this.samples.at(-1)?.bytes ?? 0)) this.samples = [];
    this.samples.push({ bytes, now });
    while (now - this.samples[0].now > WINDOW) this.samples.shift();
  }

  // Bytes a second, or 0 where it is too soon to tell.
  get rate() {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    const passed = last ? last.now - first.now : 0;
    return passed < SURE ? 0 : ((last.bytes - first.bytes) / passed) * 1000;
  }
}
