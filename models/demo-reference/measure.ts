/** The figures of the README: average precision on unseen scenes, presence on the demo's own camera. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadKernels } from '@noscope/engine';
import { encodeVideo, openVideo, type RgbFrame } from '@noscope/media/node';
import type { Box } from '@noscope/query';
import { type DarknetReference, openReference } from '@noscope/reference/node';
import { CLASSES } from '@noscope/scene';
import { openScene } from '@noscope/scene/node';
import { averagePrecision, type ClassFigures, type JudgedPicture } from './average-precision.ts';
import { JpegDecoder } from './jpeg.ts';
import { HEIGHT, readScene, renderScene, scenesIn, WIDTH } from './pictures.ts';
import { COUNTED, isCounted, type SceneBox, WHOLE } from './truth.ts';

/** Confidence from which a detection says that the object is there. */
export const PRESENT_FROM = 0.25;
const PICTURE = { width: WIDTH, height: HEIGHT };

/** The model of this folder, or other weights of its cfg; gives out weak detections too, which average precision needs. */
export function openDemoReference(weights?: string, threads = 2): Promise<DarknetReference> {
  const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  return openReference({
    cfg: here('demo-reference.cfg'),
    weights: weights ?? here('demo-reference.weights'),
    names: here('demo-reference.names'),
    engine: 'onnxruntime-cpu',
    threads,
    threshold: 0.01,
  });
}

export interface UnseenFigures {
  scenes: number;
  pictures: number;
  classes: ClassFigures[];
}

/** Average precision at overlap 0.5 on the first `scenes` scenes of the test split, rendered into `cache` where missing. */
export async function measureUnseen(
  reference: DarknetReference,
  cache: string,
  scenes: number,
  picturesPerScene = Number.POSITIVE_INFINITY,
): Promise<UnseenFigures> {
  const { width, height } = reference.network.input;
  const kernels = await loadKernels();
  const decoder = await JpegDecoder.open();
  const judged: JudgedPicture[] = [];
  for (let scene = 0; scene < scenes; scene++) {
    if (!(await scenesIn(cache, 'test', 0)).includes(scene)) await renderScene(cache, 'test', 0, scene);
    for (const { jpeg, boxes } of (await readScene(cache, 'test', 0, scene)).slice(0, picturesPerScene)) {
      const input = await decoder.decode(jpeg, WHOLE, (planes) =>
        kernels.networkInput(planes, width, height, 'stretch'),
      );
      const [{ boxes: detections }] = await reference.detectInputs([input], [PICTURE]);
      const plain = (box: SceneBox): Box => ({ ...box, confidence: 1 });
      judged.push({
        detections,
        counted: boxes.filter((box) => isCounted(box, height)).map(plain),
        ignored: boxes.filter((box) => !isCounted(box, height)).map(plain),
        leastHeight: (COUNTED.heightPx * HEIGHT) / height,
      });
    }
  }
  return { scenes, pictures: judged.length, classes: CLASSES.map((name) => averagePrecision(judged, name)) };
}

export interface PresenceFigures {
  className: string;
  /** Frames with a counted object, with none at all, and with only such as do not count, which are left out. */
  present: number;
  absent: number;
  leftOut: number;
  precision: number;
  recall: number;
}

/**
 * Presence of each class on the `street` preset, one frame every `everyS` seconds, seen as the demo sees it: encoded as
 * H.264 and decoded again.
 */
export async function measurePresence(
  reference: DarknetReference,
  options: { seed: number; frames: number; everyS: number; confidence?: number },
): Promise<PresenceFigures[]> {
  const fps = 15;
  const source = openScene({ seed: options.seed, preset: 'street', width: WIDTH, height: HEIGHT, fps });
  const truth: SceneBox[][] = [];
  async function* rendered(): AsyncGenerator<RgbFrame> {
    for (let i = 0; i < options.frames; i++) {
      const frame = source.scene.frameAt(Math.round(i * options.everyS * fps));
      truth.push(frame.boxes);
      yield { rgb: source.renderRgb(frame), timestampS: i / fps };
    }
  }
  const folder = await mkdtemp(join(tmpdir(), 'noscope-presence-'));
  const found: Box[][] = [];
  try {
    const path = join(folder, 'street.mp4');
    await encodeVideo(path, { width: WIDTH, height: HEIGHT, fps, codec: 'h264' }, rendered());
    const video = await openVideo(path);
    for await (const frame of video.frames()) {
      const [{ boxes }] = await reference.detect([frame]);
      found.push(boxes.filter(({ confidence }) => confidence >= (options.confidence ?? PRESENT_FROM)));
      frame.close();
    }
    await video.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return CLASSES.map((className) => presenceOf(className, truth, found, reference.network.input.height));
}

function presenceOf(
  className: string,
  truth: readonly SceneBox[][],
  found: readonly Box[][],
  networkHeight: number,
): PresenceFigures {
  let [present, absent, leftOut, said, right] = [0, 0, 0, 0, 0];
  for (const [i, boxes] of truth.entries()) {
    const own = boxes.filter((box) => box.className === className);
    const isThere = own.some((box) => isCounted(box, networkHeight));
    if (!isThere && own.length > 0) {
      leftOut++;
      continue;
    }
    if (isThere) present++;
    else absent++;
    if (!found[i].some((box) => box.className === className)) continue;
    said++;
    if (isThere) right++;
  }
  return { className, present, absent, leftOut, precision: right / said, recall: right / present };
}
