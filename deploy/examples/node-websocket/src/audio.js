'use strict';

const BYTES_PER_SAMPLE = 2;

/** Peak of 16-bit samples, 0 to 1. */
function loudness(chunk) {
  let peak = 0;
  for (let offset = 0; offset < chunk.length; offset += BYTES_PER_SAMPLE) {
    peak = Math.max(peak, Math.abs(chunk.readInt16LE(offset)));
  }
  return peak / 32768;
}

module.exports = { loudness };
