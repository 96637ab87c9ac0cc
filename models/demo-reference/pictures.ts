/**
 * The pictures that the demo's reference model learns from and is tested on: frames of the synthetic camera, rendered
 * once into a folder and kept as JPEG at 640×360, since what the model will see has been through a codec too.
 */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeJpeg } from '@noscope/media/node';
import type { Split } from '@noscope/scene';
import { type TrainingSample, trainingSamples } from '@noscope/scene/node';

export const WIDTH = 640;
export const HEIGHT = 360;
/** Pictures of one scene; so many seconds apart that traffic has moved on. */
export const PICTURES_PER_SCENE = 20;
const EVERY_S = 3;
/** Quantizers of the JPEGs, one after the other: from hardly visible to what a stingy camera sends. */
const QUANTIZERS = [2, 3, 4, 5, 6, 8, 10];

export interface Picture {
  scene: number;
  picture: number;
  jpeg: Uint8Array;
  boxes: TrainingSample['boxes'];
}

/** Where pictures are kept unless `--cache` says otherwise. */
export const defaultCache = (): string => join(tmpdir(), 'noscope-demo-reference');

const fileOf = (cache: string, split: Split, seed: number, scene: number): string =>
  join(cache, `${split}-${seed}-${String(scene).padStart(6, '0')}.json`);

/** Numbers of the scenes that lie in the cache, in order. */
export async function scenesIn(cache: string, split: Split, seed: number): Promise<number[]> {
  const prefix = `${split}-${seed}-`;
  const names = await readdir(cache).catch((): string[] => []);
  return names
    .filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
    .map((name) => Number(name.slice(prefix.length, -5)))
    .sort((a, b) => a - b);
}

/** Renders a scene into the cache; a scene is there whole or not at all. */
export async function renderScene(
  cache: string,
  split: Split,
  seed: number,
  scene: number,
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(cache, { recursive: true });
  const pictures: { jpeg: string; boxes: TrainingSample['boxes'] }[] = [];
  for await (const { picture, rgb, boxes } of trainingSamples({
    split,
    seed,
    firstScene: scene,
    scenes: 1,
    picturesPerScene: PICTURES_PER_SCENE,
    everyS: EVERY_S,
    width: WIDTH,
    height: HEIGHT,
    signal,
  })) {
    const quantizer = QUANTIZERS[(scene * 5 + picture * 3) % QUANTIZERS.length];
    const jpeg = await encodeJpeg(rgb, WIDTH, HEIGHT, quantizer);
    pictures.push({ jpeg: Buffer.from(jpeg).toString('base64'), boxes });
  }
  const path = fileOf(cache, split, seed, scene);
  await writeFile(`${path}.part`, JSON.stringify({ scene, pictures }));
  await rename(`${path}.part`, path);
}

/** Reads a scene from the cache. */
export async function readScene(cache: string, split: Split, seed: number, scene: number): Promise<Picture[]> {
  const text = await readFile(fileOf(cache, split, seed, scene), 'utf8');
  const { pictures } = JSON.parse(text) as { pictures: { jpeg: string; boxes: TrainingSample['boxes'] }[] };
  return pictures.map(({ jpeg, boxes }, picture) => ({ scene, picture, jpeg: Buffer.from(jpeg, 'base64'), boxes }));
}
