/**
 * What the renderer needs of a canvas: the part of the Canvas 2D interface that OffscreenCanvas, an HTML canvas and the
 * canvas for Node have in common.
 */

export interface Gradient {
  addColorStop(offset: number, color: string): void;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

export interface Context2D {
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  lineCap: string;
  lineJoin: string;
  globalAlpha: number;
  globalCompositeOperation: string;
  imageSmoothingEnabled: boolean;
  beginPath(): void;
  closePath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  arc(x: number, y: number, radius: number, start: number, end: number): void;
  ellipse(x: number, y: number, rx: number, ry: number, rotation: number, start: number, end: number): void;
  rect(x: number, y: number, w: number, h: number): void;
  fill(): void;
  stroke(): void;
  clip(): void;
  save(): void;
  restore(): void;
  fillRect(x: number, y: number, w: number, h: number): void;
  clearRect(x: number, y: number, w: number, h: number): void;
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  createRadialGradient(x0: number, y0: number, r0: number, x1: number, y1: number, r1: number): Gradient;
  drawImage(image: object, x: number, y: number): void;
  drawImage(image: object, x: number, y: number, w: number, h: number): void;
  drawImage(
    image: object,
    sx: number,
    sy: number,
    sw: number,
    sh: number,
    x: number,
    y: number,
    w: number,
    h: number,
  ): void;
  createImageData(width: number, height: number): Pixels;
  getImageData(x: number, y: number, width: number, height: number): Pixels;
  /** Takes what `createImageData` or `getImageData` gave. */
  putImageData(pixels: object, x: number, y: number): void;
}

export interface Surface {
  readonly canvas: object;
  readonly context: Context2D;
  readonly width: number;
  readonly height: number;
}

/** Makes an empty canvas; the Node and browser entries each have one. */
export type MakeSurface = (width: number, height: number) => Surface;
