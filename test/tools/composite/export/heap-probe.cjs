// Loaded into a server with --require and --expose-gc. SIGUSR2 starts the measurement, the next one writes the bytes of live
// objects at its start and at most since then to the file HEAP_FILE.
const { writeFileSync } = require('node:fs');

let measurement;
const sample = () => {
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};
process.on('SIGUSR2', () => {
  if (measurement) {
    clearInterval(measurement.timer);
    writeFileSync(process.env.HEAP_FILE, JSON.stringify({ start: measurement.start, peak: measurement.peak }));
    measurement = undefined;
    return;
  }
  const start = sample();
  const timer = setInterval(() => {
    measurement.peak = Math.max(measurement.peak, sample());
  }, 2);
  measurement = { timer, start, peak: start };
});
