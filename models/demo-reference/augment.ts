/** Training pictures made different each time they are seen: part of the picture, mirrored, other light, noise, blur. */
import type { Kernels } from '@noscope/engine';
import type { Random, TrainingPicture } from '@noscope/reference';
import type { JpegDecoder } from './jpeg.ts';
import { HEIGHT, type Picture, WIDTH } from './pictures.ts';
import { trainingBoxes, WHOLE, type Window } from './truth.ts';

export interface Augmenter {
  kernels: Kernels;
  decoder: JpegDecoder;
  width: number;
  height: number;
  /** How often the whole picture is taken, as in use, instead of a part. */
  wholeShare: number;
}

export async function augmented(tools: Augmenter, picture: Picture, random: Random): Promise<TrainingPicture> {
  const { kernels, decoder, width, height, wholeShare } = tools;
  const window = random.next() < wholeShare ? WHOLE : randomWindow(random);
  const flip = random.next() < 0.5;
  const input = await decoder.decode(picture.jpeg, window, (planes) =>
    kernels.networkInput(planes, width, height, 'stretch'),
  );
  if (random.next() < 0.2) blur(input, width);
  relight(input, random);
  if (flip) mirror(input, width);
  return { input, boxes: trainingBoxes(picture.boxes, window, height, flip) };
}

/** Between 0.6 and all of the picture, its shape a little changed; even numbers, as 4:2:0 chroma wants them. */
function randomWindow(random: Random): Window {
  const even = (value: number): number => 2 * Math.round(value / 2);
  const scale = random.between(0.6, 1);
  const stretch = random.between(0.9, 1.1);
  const w = Math.min(WIDTH, even(WIDTH * scale * stretch));
  const h = Math.min(HEIGHT, even((HEIGHT * scale) / stretch));
  return { x: even(random.between(0, WIDTH - w)), y: even(random.between(0, HEIGHT - h)), w, h };
}

function relight(input: Float32Array, random: Random): void {
  const contrast = random.between(0.8, 1.25);
  const brightness = random.between(-0.08, 0.08);
  const noise = random.next() < 0.3 ? random.between(0, 0.06) : 0;
  const plane = input.length / 3;
  for (let c = 0; c < 3; c++) {
    const gain = contrast * random.between(0.92, 1.08);
    const offset = 0.4 * (1 - contrast) + brightness;
    for (let i = c * plane; i < (c + 1) * plane; i++) {
      const value = input[i] * gain + offset + (noise > 0 ? noise * (random.next() - 0.5) : 0);
      input[i] = value < 0 ? 0 : value > 1 ? 1 : value;
    }
  }
}

/** What a stingy codec does to fine detail: a [1 2 1] filter along the rows and down the columns. */
function blur(input: Float32Array, width: number): void {
  for (const step of [1, width]) {
    let before = input[0];
    const line = new Float32Array(step).fill(before);
    for (let i = 0; i + step < input.length; i++) {
      const slot = i % step;
      before = line[slot];
      line[slot] = input[i];
      input[i] = (before + 2 * input[i] + input[i + step]) / 4;
    }
  }
}

function mirror(input: Float32Array, width: number): void {
  for (let start = 0; start < input.length; start += width) input.subarray(start, start + width).reverse();
}
