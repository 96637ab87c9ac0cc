import type { Detection, Frame, ViewData, ViewSpec } from '@noscope/engine';
import type { Decision, Query } from '@noscope/query';
import { describe, expect, it } from 'vitest';
import { DecisionLog } from '../run.ts';
import { PICTURE_WIDTH, PictureTaker } from './picture-taker.ts';

const WIDTH = 400;
const HEIGHT = 200;
const QUERY: Query = { objects: ['bus'], confidence: 0.25, targets: { fp: 0.01, fn: 0.01 } };

class GreyFrame implements Frame {
  readonly timestampS: number;
  readonly width = WIDTH;
  readonly height = HEIGHT;
  readonly id: number;
  constructor(id: number) {
    this.id = id;
    this.timestampS = id / 10;
  }
  async view<V extends ViewSpec>(_: V): Promise<ViewData<V>> {
    return new Uint8Array(WIDTH * HEIGHT * 3).fill(this.id) as ViewData<V>;
  }
  close(): void {}
}

const detection = (isThere: boolean): Detection => ({
  picture: { width: WIDTH, height: HEIGHT },
  boxes: [
    { className: 'car', confidence: 1, x: 1, y: 1, w: 5, h: 5 },
    ...(isThere ? [{ className: 'bus', confidence: 0.9, x: 10, y: 20, w: 30, h: 40 }] : []),
  ],
});

/** 100 frames that the cascade takes to be without a bus. */
function logOf(): DecisionLog {
  const log = new DecisionLog();
  log.add(
    Array.from(
      { length: 100 },
      (_, i): Decision => ({
        frameId: i,
        timestampS: i / 10,
        label: false,
        stage: 'specialized',
        score: i / 1000,
        sourceFrameId: i,
        state: 'final',
        revision: 0,
        reason: 'cascade',
        probability: 0,
      }),
    ),
  );
  return log;
}

/** The reference sees a bus on frames 10–29 and on 50. */
const sees = (id: number) => (id >= 10 && id < 30) || id === 50;

async function taken(checked: ReadonlySet<number> | null) {
  const taker = new PictureTaker({ query: QUERY, log: logOf(), checked, frameIntervalS: 0.1 });
  for (let id = 0; id < 100; id++) {
    if (checked === null || checked.has(id) || taker.wanted.has(id))
      await taker.see(new GreyFrame(id), detection(sees(id)));
  }
  return taker.finish();
}

describe('pictures of a check', () => {
  it('shows a stretch of wrong frames once, from about its middle', async () => {
    const { errors, errorFrames, errorEpisodes } = await taken(null);
    expect([errorFrames, errorEpisodes]).toEqual([21, 2]);
    expect(errors.map(({ episode }) => episode.frames)).toEqual([20, 1]);
    const [{ decision, episode, boxes, jpeg, width, height }] = errors;
    expect(episode.startS).toBe(1);
    expect(episode.endS).toBeCloseTo(3);
    expect(decision.frameId).toBeGreaterThan(14);
    expect(decision.frameId).toBeLessThan(25);
    expect(boxes.map(({ className }) => className)).toEqual(['bus']);
    expect([width, height]).toEqual([WIDTH, HEIGHT]);
    expect(jpegSize(jpeg)).toEqual({ width: PICTURE_WIDTH, height: (PICTURE_WIDTH * HEIGHT) / WIDTH });
  });

  it('shows every wrong frame that an audit drew, and no other', async () => {
    const { errors, errorFrames } = await taken(new Set([5, 12, 13, 50, 60]));
    expect(errors.map(({ decision }) => decision.frameId)).toEqual([12, 13, 50]);
    expect(errorFrames).toBe(3);
  });

  it('takes samples of the stages that decided', async () => {
    const { samples } = await taken(new Set([5]));
    expect(samples.specialized).toHaveLength(4);
    expect(samples.skipped).toEqual([]);
  });
});

/** From the start-of-frame segment (ITU-T T.81, B.2.2). */
function jpegSize(bytes: Uint8Array): { width: number; height: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at < bytes.length) {
    const marker = view.getUint16(at);
    if (marker === 0xffc0) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}
