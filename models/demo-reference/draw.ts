/** Pictures with the model's detections drawn in, to look at. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadKernels } from '@noscope/engine';
import { encodePng } from '@noscope/media/node';
import type { DarknetReference } from '@noscope/reference/node';
import { JpegDecoder } from './jpeg.ts';
import { PRESENT_FROM } from './measure.ts';
import { HEIGHT, readScene, scenesIn, WIDTH } from './pictures.ts';
import { WHOLE } from './truth.ts';

const COLOURS: Record<string, [number, number, number]> = {
  car: [255, 220, 0],
  bus: [255, 60, 60],
  truck: [60, 160, 255],
  bicycle: [60, 255, 120],
  person: [255, 90, 255],
};

/** One picture of every test scene in the cache, as PNG into `folder`; a class is a colour. */
export async function drawDetections(reference: DarknetReference, cache: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const kernels = await loadKernels();
  const decoder = await JpegDecoder.open();
  const { width, height } = reference.network.input;
  for (const scene of await scenesIn(cache, 'test', 0)) {
    const { jpeg, picture } = (await readScene(cache, 'test', 0, scene))[10];
    const [input, rgb] = await decoder.decode(jpeg, WHOLE, (planes) => [
      kernels.networkInput(planes, width, height, 'stretch'),
      kernels.rgb(planes),
    ]);
    const [{ boxes }] = await reference.detectInputs([input], [{ width: WIDTH, height: HEIGHT }]);
    for (const box of boxes) {
      if (box.confidence < PRESENT_FROM) continue;
      outline(rgb, box, COLOURS[box.className] ?? [255, 255, 255]);
    }
    await writeFile(join(folder, `scene-${scene}-${picture}.png`), await encodePng(rgb, WIDTH, HEIGHT));
  }
}

function outline(
  rgb: Uint8Array | Float32Array,
  { x, y, w, h }: { x: number; y: number; w: number; h: number },
  colour: readonly number[],
): void {
  const [left, top, right, bottom] = [x, y, x + w, y + h].map(Math.round);
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const edge = row === top || row === bottom || column === left || column === right;
      if (edge && row >= 0 && row < HEIGHT && column >= 0 && column < WIDTH)
        rgb.set(colour, (row * WIDTH + column) * 3);
    }
  }
}
