/** One of the threads of `scene-video.ts`: renders every n-th frame of a scene, one for each message. */
import { parentPort, workerData } from 'node:worker_threads';
import { type SceneOptions, type TruthOptions, truthCsvLines } from '@noscope/scene';
import { openScene } from '@noscope/scene/node';

export interface SceneWork {
  scene: SceneOptions;
  truth: TruthOptions;
  /** This thread renders `first`, `first + step`, … */
  first: number;
  step: number;
}

export interface Rendered {
  index: number;
  timestampS: number;
  /** [height, width, 3], interleaved RGB. */
  rgb: Uint8Array;
  /** The frame's lines of the label file. */
  lines: string;
}

/** The parent's message handler comes first: frames that it asks for while the street is traced wait in the port. */
export function serveFrames({ scene, truth, first, step }: SceneWork): void {
  const port = parentPort;
  if (port === null) throw new Error('scene-worker.ts runs as a worker thread');
  const source = openScene(scene);
  let index = first;
  port.on('message', () => {
    const frame = source.scene.frameAt(index);
    const rgb = source.renderRgb(frame);
    const rendered: Rendered = { index, timestampS: frame.timestampS, rgb, lines: truthCsvLines(frame, truth) };
    port.postMessage(rendered, [rgb.buffer as ArrayBuffer]);
    index += step;
  });
}

serveFrames(workerData as SceneWork);
