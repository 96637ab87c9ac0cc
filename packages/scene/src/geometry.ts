/** Plane geometry on flat arrays of x, y pairs. */

/** Counter-clockwise convex hull (Andrew's monotone chain); fewer than three points give what there is. */
export function convexHull(points: Float64Array | readonly number[]): Float64Array {
  const count = points.length / 2;
  const order = Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => points[a * 2] - points[b * 2] || points[a * 2 + 1] - points[b * 2 + 1],
  );
  if (count < 3) return Float64Array.from(points);
  const chain: number[] = [];
  const turn = (o: number, a: number, b: number): number =>
    (points[a * 2] - points[o * 2]) * (points[b * 2 + 1] - points[o * 2 + 1]) -
    (points[a * 2 + 1] - points[o * 2 + 1]) * (points[b * 2] - points[o * 2]);
  for (const pass of [order, order.slice().reverse()]) {
    const start = chain.length;
    for (const i of pass) {
      while (chain.length >= start + 2 && turn(chain[chain.length - 2], chain[chain.length - 1], i) <= 0) chain.pop();
      chain.push(i);
    }
    chain.pop();
  }
  const hull = new Float64Array(chain.length * 2);
  chain.forEach((i, k) => {
    hull[k * 2] = points[i * 2];
    hull[k * 2 + 1] = points[i * 2 + 1];
  });
  return hull;
}

/** Area of a simple polygon, not negative. */
export function polygonArea(polygon: Float64Array): number {
  let sum = 0;
  const n = polygon.length / 2;
  for (let i = 0, j = n - 1; i < n; j = i++) {
    sum += polygon[j * 2] * polygon[i * 2 + 1] - polygon[i * 2] * polygon[j * 2 + 1];
  }
  return Math.abs(sum) / 2;
}

/** The part of a convex polygon within 0..width × 0..height (Sutherland and Hodgman). */
export function clipToPicture(polygon: Float64Array, width: number, height: number): Float64Array {
  let points = Array.from(polygon);
  for (let edge = 0; edge < 4; edge++) {
    const axis = edge & 1;
    const limit = edge < 2 ? 0 : axis === 0 ? width : height;
    const sign = edge < 2 ? 1 : -1;
    const next: number[] = [];
    const n = points.length / 2;
    for (let i = 0; i < n; i++) {
      const j = (i + 1) % n;
      const a = (points[i * 2 + axis] - limit) * sign;
      const b = (points[j * 2 + axis] - limit) * sign;
      if (a >= 0) next.push(points[i * 2], points[i * 2 + 1]);
      if (a >= 0 !== b >= 0) {
        const t = a / (a - b);
        next.push(
          points[i * 2] + (points[j * 2] - points[i * 2]) * t,
          points[i * 2 + 1] + (points[j * 2 + 1] - points[i * 2 + 1]) * t,
        );
      }
    }
    points = next;
  }
  return Float64Array.from(points);
}

/** Calls `span(y, from, to)` for each row of cells whose centres the convex polygon covers; cells are 1 / `scale` wide. */
export function scanConvex(
  polygon: Float64Array,
  scale: number,
  columns: number,
  rows: number,
  span: (row: number, from: number, to: number) => void,
): void {
  const n = polygon.length / 2;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < n; i++) {
    low = Math.min(low, polygon[i * 2 + 1]);
    high = Math.max(high, polygon[i * 2 + 1]);
  }
  const first = Math.max(0, Math.ceil(low * scale - 0.5));
  const last = Math.min(rows - 1, Math.floor(high * scale - 0.5));
  for (let row = first; row <= last; row++) {
    const y = (row + 0.5) / scale;
    let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = 0, j = n - 1; i < n; j = i++) {
      const [ya, yb] = [polygon[j * 2 + 1], polygon[i * 2 + 1]];
      if (ya > y === yb > y) continue;
      const x = polygon[j * 2] + ((polygon[i * 2] - polygon[j * 2]) * (y - ya)) / (yb - ya);
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
    const from = Math.max(0, Math.ceil(left * scale - 0.5));
    const to = Math.min(columns - 1, Math.floor(right * scale - 0.5));
    if (from <= to) span(row, from, to);
  }
}
