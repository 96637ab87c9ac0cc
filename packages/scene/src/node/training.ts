/** Pictures with boxes for training a reference model, scene after scene. */
import { throwIfAborted } from '@noscope/query';
import type { SceneOptions } from '../options.ts';
import { type Split, splitScene } from '../training.ts';
import type { SceneBox } from '../visibility.ts';
import { openScene } from './frames.ts';

export interface TrainingSample {
  /** Number of the scene within its split, and of the picture within the scene. */
  scene: number;
  picture: number;
  width: number;
  height: number;
  /** [height, width, 3], interleaved RGB; the caller's to keep. */
  rgb: Uint8Array;
  /** Everything of which something can be seen; `visible` says how much. */
  boxes: SceneBox[];
}

export interface TrainingSamplesOptions {
  split: Split;
  /** Shifts the split's seeds, default 0. */
  seed?: number;
  /** First scene and number of scenes. */
  firstScene?: number;
  scenes: number;
  picturesPerScene: number;
  /** Seconds between two pictures of a scene, default 2.4: traffic has moved on by then. */
  everyS?: number;
  /** Pixels, default 640×360. */
  width?: number;
  height?: number;
  overrides?: SceneOptions['overrides'];
  signal?: AbortSignal;
}

/** Rejects with `aborted` when the signal says so. */
export async function* trainingSamples(
  options: TrainingSamplesOptions,
): AsyncGenerator<TrainingSample, void, undefined> {
  const {
    split,
    seed = 0,
    firstScene = 0,
    scenes,
    picturesPerScene,
    everyS = 2.4,
    width,
    height,
    overrides,
    signal,
  } = options;
  const fps = 15;
  const step = Math.max(1, Math.round(everyS * fps));
  for (let scene = firstScene; scene < firstScene + scenes; scene++) {
    const source = openScene({ ...splitScene(split, scene, seed), width, height, fps, overrides });
    for (let picture = 0; picture < picturesPerScene; picture++) {
      throwIfAborted(signal);
      const frame = source.scene.frameAt(picture * step);
      const rgb = source.renderRgb(frame);
      yield { scene, picture, width: frame.width, height: frame.height, rgb, boxes: frame.boxes };
      // Lets timers and the signal's sender have their turn between pictures.
      await Promise.resolve();
    }
  }
}
