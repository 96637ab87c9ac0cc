/** Coarser frames from the small frame's bytes, so that a frame is averaged from full resolution only once. */

/**
 * Mean of each square of `size / resolution` pixels a side, rounded half up to a byte.
 *
 * @param frame Uint8Array [size, size, 3]
 * @returns Uint8Array [resolution, resolution, 3]; `frame` itself where the sizes are equal
 */
export function poolFrame(frame: Uint8Array, size: number, resolution: number): Uint8Array {
  if (size === resolution) return frame;
  if (size === 2 * resolution) return halveFrame(frame, size);
  const factor = size / resolution;
  const area = factor * factor;
  const pooled = new Uint8Array(resolution * resolution * 3);
  let at = 0;
  for (let y = 0; y < resolution; y++) {
    for (let x = 0; x < resolution * 3; x++) {
      const corner = y * factor * size * 3 + Math.floor(x / 3) * factor * 3 + (x % 3);
      let sum = area / 2;
      for (let dy = 0; dy < factor; dy++) {
        for (let dx = 0; dx < factor; dx++) sum += frame[corner + (dy * size + dx) * 3];
      }
      pooled[at++] = Math.floor(sum / area);
    }
  }
  return pooled;
}

/** The usual case unrolled: in the loop above pooling would cost ten times what the comparison itself does. */
function halveFrame(frame: Uint8Array, size: number): Uint8Array {
  const half = size / 2;
  const row = size * 3;
  const pooled = new Uint8Array(half * half * 3);
  let at = 0;
  for (let y = 0; y < half; y++) {
    let from = 2 * y * row;
    for (let x = 0; x < half; x++) {
      for (let c = 0; c < 3; c++, from++) {
        pooled[at++] = (frame[from] + frame[from + 3] + frame[from + row] + frame[from + row + 3] + 2) >> 2;
      }
      from += 3;
    }
  }
  return pooled;
}
