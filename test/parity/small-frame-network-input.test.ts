/** A real frame and a still, decoded and resized, against the blobs that OpenCV made of them. */
import { readFileSync } from 'node:fs';
import { openVideo } from '@noscope/media/node';
import { describe, expect, it } from 'vitest';
import { needsSharedData, sharedData } from '../support/shared-data.ts';

const folder = sharedData() ?? '';

function blob(name: string): Float32Array {
  const bytes = readFileSync(`${folder}fixtures/${name}`);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

async function networkInput(path: string, frameId: number): Promise<Float32Array> {
  const video = await openVideo(path);
  try {
    for await (const frame of video.frames({ startFrame: frameId, endFrame: frameId + 1 })) {
      expect(frame.id).toBe(frameId);
      const input = await frame.view({ kind: 'network', width: 224, height: 224, fit: 'stretch' });
      frame.close();
      return input;
    }
  } finally {
    await video.close();
  }
  throw new Error(`${path} has no frame ${frameId}`);
}

/** Mean absolute and signed difference in levels of 255. */
function compare(a: Float32Array, b: Float32Array): { mean: number; bias: number } {
  expect(a.length).toBe(b.length);
  let sum = 0;
  let signed = 0;
  for (let i = 0; i < a.length; i++) {
    sum += Math.abs(a[i] - b[i]);
    signed += a[i] - b[i];
  }
  return { mean: (255 * sum) / a.length, bias: (255 * signed) / a.length };
}

describe.skipIf(sharedData() === null)(needsSharedData('network input'), () => {
  it('of frame 1000 of the highway clip', async () => {
    const input = await networkInput(`${folder}clips/cdnet-highway.mp4`, 1000);
    const { mean, bias } = compare(input, blob('input-highway1000-224.f32'));
    // OpenCV converts colour with FFmpeg's scaler, which cuts off where we round: about one level darker.
    expect(mean).toBeLessThan(1.5);
    expect(bias).toBeGreaterThan(0);
  });

  it('of the dog', async () => {
    const { mean, bias } = compare(await networkInput(`${folder}stills/dog.jpg`, 0), blob('input-dog-224.f32'));
    // Another JPEG decoder, which interpolates chroma.
    expect(mean).toBeLessThan(0.5);
    expect(Math.abs(bias)).toBeLessThan(0.2);
  });
});
