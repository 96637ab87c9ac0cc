/** The real clips: every frame of each, at the decoder's times. */
import { describe, expect, it } from 'vitest';
import { needsSharedData, sharedData } from '../../../../test/support/shared-data.ts';
import { openVideo } from './open-video.ts';

const clips = `${sharedData()}clips/`;

describe.skipIf(sharedData() === null)(needsSharedData('real clips'), () => {
  it.each([
    ['aboda-video4.avi', 1169, 720, 480],
    ['cdnet-highway.mp4', 1700, 320, 240],
    ['dvrscan-traffic_camera.mp4', 576, 1280, 720],
    ['intel-one-by-one-person-detection.mp4', 1394, 768, 432],
    ['opendatacam-street.mjpeg.avi', 499, 640, 360],
    ['ciechanek-cars.mp4', 1801, 600, 360],
    ['pets09-vtest.mp4', 795, 480, 360],
  ])('%s has %i frames of %i×%i', async (name, frames, width, height) => {
    const video = await openVideo(clips + name);
    expect(video.info).toMatchObject({ width, height, isLive: false });
    let count = 0;
    let lastS = Number.NEGATIVE_INFINITY;
    for await (const frame of video.frames()) {
      expect(frame.id).toBe(count++);
      expect(frame.timestampS).toBeGreaterThan(lastS);
      lastS = frame.timestampS;
      frame.close();
    }
    expect(count).toBe(frames);
    expect(lastS).toBeCloseTo(video.info.durationS ?? 0, 0);
    expect(video.damage).toBeNull();

    const late = video.frames({ startFrame: frames - 20 });
    const first = await late.next();
    expect(first.value?.id).toBe(frames - 20);
    first.value?.close();
    await late.return?.();
    await video.close();
  });

  it('takes the same memory however much is read', async () => {
    const video = await openVideo(`${clips}dvrscan-traffic_camera.mp4`);
    const residentMb = async (frames: number) => {
      for await (const frame of video.frames({ endFrame: frames, prefetch: 8 })) {
        await frame.view({ kind: 'small', size: 50 });
        frame.close();
      }
      return process.memoryUsage().rss / 1e6;
    };
    const short = await residentMb(50);
    // 576 pictures of 1280×720 are 800 MB.
    expect((await residentMb(576)) - short).toBeLessThan(150);
    await video.close();
  });
});
