/** Pictures small enough for a document: an exact box average, as a thumbnail should be. */

export interface RgbPicture {
  width: number;
  height: number;
  /** [height, width, 3], interleaved RGB. */
  rgb: Uint8Array;
}

/** The picture at most `maxWidth` pixels wide, its shape kept; a smaller one is given back as it is. */
export function shrink(picture: RgbPicture, maxWidth: number): RgbPicture {
  if (picture.width <= maxWidth) return picture;
  const width = maxWidth;
  const height = Math.max(1, Math.round((picture.height * maxWidth) / picture.width));
  // Rows first, then columns: the average over a box is separable.
  const narrow = new Float32Array(picture.height * width * 3);
  average(picture.rgb, narrow, { lines: picture.height, from: picture.width, to: width, step: 3, line: picture.width });
  const rgb = new Uint8Array(width * height * 3);
  const small = new Float32Array(width * height * 3);
  average(narrow, small, { lines: 1, from: picture.height, to: height, step: 3 * width, line: 0 });
  for (let i = 0; i < rgb.length; i++) rgb[i] = Math.round(small[i]);
  return { width, height, rgb };
}

/** Averages runs of `from` items of `step` numbers each to `to` items, on each of `lines` lines of `line` items. */
function average(
  source: Uint8Array | Float32Array,
  target: Float32Array,
  { lines, from, to, step, line }: { lines: number; from: number; to: number; step: number; line: number },
): void {
  const share = to / from;
  for (let l = 0; l < lines; l++) {
    const base = l * line * step;
    for (let t = 0; t < to; t++) {
      const start = t / share;
      const end = (t + 1) / share;
      const at = (l * to + t) * step;
      for (let s = Math.floor(start); s < Math.min(from, Math.ceil(end - 1e-9)); s++) {
        const weight = (Math.min(end, s + 1) - Math.max(start, s)) * share;
        for (let k = 0; k < step; k++) target[at + k] += weight * source[base + s * step + k];
      }
    }
  }
}
