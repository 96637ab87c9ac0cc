/** Small clips for the tests of this package, made on the spot. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EncodeOptions, encodeVideo } from './encode.ts';

export const WIDTH = 96;
export const HEIGHT = 64;

/** A folder that is gone after `dispose`. */
export function temporaryFolder(): { path: string; file(name: string): string; dispose(): void } {
  const path = mkdtempSync(join(tmpdir(), 'noscope-media-'));
  return { path, file: (name) => join(path, name), dispose: () => rmSync(path, { recursive: true, force: true }) };
}

/** Smooth colours whose blue tells the frame. */
export function testPicture(id: number, width = WIDTH, height = HEIGHT): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rgb.set([x * 2, y * 3, (id * 5) % 256], (y * width + x) * 3);
  }
  return rgb;
}

export function writeClip(
  path: string,
  count: number,
  timestampS: (id: number) => number,
  options: Partial<EncodeOptions> = {},
): Promise<number> {
  const frames = function* () {
    for (let id = 0; id < count; id++) yield { rgb: testPicture(id), timestampS: timestampS(id) };
  };
  const codec = options.codec ?? 'h264';
  const quality = codec === 'h264' ? 4 : 1;
  return encodeVideo(path, { width: WIDTH, height: HEIGHT, fps: 25, codec, quality, ...options }, frames());
}
