/** The error measures of the difference detectors: exact sums of squared differences of bytes. */

/** Sum of squared differences of `count` bytes; `b` and `a` are padded with equal bytes to a multiple of 16. */
export function squares(a: usize, b: usize, count: i32): f64 {
  let total = i64x2.splat(0);
  let i = 0;
  while (i < count) {
    // A lane takes at most 2 · 2 · 65,025 a step: 8,192 steps stay below 2^31.
    const end = min(count, i + 16 * 8192);
    let sum = i32x4.splat(0);
    for (; i < end; i += 16) {
      const x = v128.load(a + <usize>i);
      const y = v128.load(b + <usize>i);
      const low = i16x8.sub(i16x8.extend_low_i8x16_u(x), i16x8.extend_low_i8x16_u(y));
      const high = i16x8.sub(i16x8.extend_high_i8x16_u(x), i16x8.extend_high_i8x16_u(y));
      sum = i32x4.add(sum, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)));
    }
    total = i64x2.add(total, i64x2.add(i64x2.extend_low_i32x4_u(sum), i64x2.extend_high_i32x4_u(sum)));
  }
  return <f64>(i64x2.extract_lane(total, 0) + i64x2.extract_lane(total, 1));
}

/**
 * Sums of squared differences of `blocks`×`blocks` parts of two `size`×`size`×3 frames, as u32 into `out`. `columns` has
 * four bytes for each byte of a row, and 64 more.
 */
export function blockSquares(a: usize, b: usize, size: i32, blocks: i32, columns: usize, out: usize): void {
  const rowBytes = 3 * size;
  for (let i = 0; i < blocks; i++) {
    const from = (i * size) / blocks;
    const to = ((i + 1) * size) / blocks;
    for (let x = 0; x < rowBytes; x += 8) {
      let low = i32x4.splat(0);
      let high = i32x4.splat(0);
      for (let y = from; y < to; y++) {
        const at = <usize>(y * rowBytes + x);
        const difference = i16x8.sub(v128.load8x8_u(a + at), v128.load8x8_u(b + at));
        low = i32x4.add(low, i32x4.extmul_low_i16x8_s(difference, difference));
        high = i32x4.add(high, i32x4.extmul_high_i16x8_s(difference, difference));
      }
      v128.store(columns + (<usize>x << 2), low);
      v128.store(columns + (<usize>x << 2) + 16, high);
    }
    for (let j = 0; j < blocks; j++) {
      const end = 3 * (((j + 1) * size) / blocks);
      let sum: u32 = 0;
      for (let x = 3 * ((j * size) / blocks); x < end; x++) sum += load<u32>(columns + (<usize>x << 2));
      store<u32>(out, sum);
      out += 4;
    }
  }
}
