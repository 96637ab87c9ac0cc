import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame, NetworkView, ViewData, ViewSpec } from '@noscope/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCfg } from '../parse.ts';
import { numbersFrom, writeWeightsFile } from '../weights.fixture.ts';
import { openReference } from './open.ts';

const CFG = `[net]
width=64
height=32
[convolutional]
filters=8
size=3
pad=1
stride=4
activation=leaky
[convolutional]
filters=14
size=1
activation=linear
[region]
classes=2
num=2
anchors=1,1,3,2
softmax=1
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'noscope-reference-'));
  const network = parseCfg(CFG);
  const next = numbersFrom(3);
  const small = () => 0.3 * next();
  await writeFile(join(folder, 'net.cfg'), CFG);
  await writeFile(join(folder, 'net.weights'), writeWeightsFile(network, small));
  await writeFile(join(folder, 'net.names'), 'car\nbus\n');
  await writeFile(join(folder, 'short.names'), 'car\n');
  await writeFile(join(folder, 'backbone.cfg'), '[net]\nwidth=8\nheight=8\n[convolutional]\nfilters=1\n');
});
afterAll(() => rm(folder, { recursive: true }));

const file = (name: string) => join(folder, name);
const files = () => ({ cfg: file('net.cfg'), weights: file('net.weights'), names: file('net.names') });

class TestFrame implements Frame {
  readonly timestampS = 0;
  readonly width = 640;
  readonly height = 320;
  readonly id: number;
  views: ViewSpec[] = [];
  constructor(id: number) {
    this.id = id;
  }
  async view<V extends ViewSpec>(spec: V): Promise<ViewData<V>> {
    this.views.push(spec);
    const { width, height } = spec as NetworkView;
    return Float32Array.from({ length: 3 * width * height }, numbersFrom(this.id)) as unknown as ViewData<V>;
  }
  close() {}
}

describe('openReference', () => {
  it('detects in batches as one by one, whatever the batch, on ONNX Runtime and tfjs alike', async () => {
    const frames = [1, 2, 3, 4, 5].map((id) => new TestFrame(id));
    const answers = [];
    for (const options of [{ batchSize: 1 }, { batchSize: 2 }, { engine: 'tfjs-wasm' as const, batchSize: 3 }]) {
      const reference = await openReference({ ...files(), threads: 1, ...options });
      answers.push(await reference.detect(frames));
      expect(reference.describe()).toMatch(/net.cfg: 64×32 \(stretch\).*2 classes, on (onnxruntime-cpu|tfjs-wasm)/);
      await reference.close();
      await reference.close();
      await expect(reference.detect(frames)).rejects.toThrow(/closed/);
    }
    expect(frames[0].views[0]).toEqual({ kind: 'network', width: 64, height: 32, fit: 'stretch' });
    expect(answers[0].flatMap(({ boxes }) => boxes).length).toBeGreaterThan(5);
    expect(answers[0][0].picture).toEqual({ width: 640, height: 320 });
    for (const other of answers.slice(1)) {
      for (const [i, { boxes }] of other.entries()) {
        expect(boxes.map(({ className }) => className)).toEqual(answers[0][i].boxes.map(({ className }) => className));
        for (const [j, box] of boxes.entries()) {
          expect(box.confidence).toBeCloseTo(answers[0][i].boxes[j].confidence, 5);
          expect(box.x).toBeCloseTo(answers[0][i].boxes[j].x, 2);
        }
      }
    }
  });

  it('has an id that follows what it answers', async () => {
    const id = async (options: { threshold?: number; batchSize?: number }) => {
      const reference = await openReference({ ...files(), ...options });
      await reference.close();
      return reference.id;
    };
    const [plain, batched, stricter] = await Promise.all([id({}), id({ batchSize: 4 }), id({ threshold: 0.5 })]);
    expect(batched).toBe(plain);
    expect(stricter).not.toBe(plain);
  });

  it('stops on request between batches', async () => {
    const reference = await openReference(files());
    const controller = new AbortController();
    controller.abort();
    await expect(reference.detect([new TestFrame(1)], controller.signal)).rejects.toMatchObject({ code: 'aborted' });
    await reference.close();
  });

  it.each([
    [{ cfg: '/nowhere/a.cfg' }, 'not-found', /no such cfg file/],
    [{ cfg: 'yolo2' }, 'not-found', /did you mean yolov2\?/],
    [{ cfg: 'yolov2', weights: undefined, names: undefined }, 'not-found', /noscope models pull yolov2/],
    [
      { cfg: 'yolov2', weights: undefined, names: undefined, cacheFolder: '/nowhere' },
      'not-found',
      /noscope models pull yolov2/,
    ],
    [{ cfg: 'yolov3', cacheFolder: '/nowhere' }, 'not-found', /noscope models pull yolov3/],
    [{ weights: undefined }, 'bad-input', /no weights given/],
    [{ weights: '/nowhere/a.weights' }, 'not-found', /no such weights file/],
    [{ names: undefined }, 'bad-input', /2 classes; name the file/],
    [{ names: '/nowhere/a.names' }, 'not-found', /no such names file/],
    [{ engine: 'tfjs-node-gpu' as const }, 'unavailable', /tfjs-node-gpu cannot be had here.*onnxruntime-cpu/],
  ])('says what is wrong: %j', async (wrong, code, message) => {
    await expect(openReference({ ...files(), ...wrong })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('refuses names and networks that do not fit', async () => {
    await expect(openReference({ ...files(), names: file('short.names') })).rejects.toThrow(
      /has 1 names, the network has 2/,
    );
    await expect(openReference({ ...files(), cfg: file('backbone.cfg') })).rejects.toThrow(/no region or yolo layer/);
    await expect(openReference({ ...files(), weights: file('net.cfg') })).rejects.toMatchObject({ code: 'corrupt' });
    await expect(openReference({ ...files(), cfg: folder })).rejects.toThrow(/is a folder/);
  });
});
