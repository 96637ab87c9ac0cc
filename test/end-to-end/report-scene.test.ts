/** `noscope scene`: the video holds every frame of the scene, the labels its boxes, and a stop leaves nothing behind. */
import { readdirSync, readFileSync } from 'node:fs';
import { openVideo } from '@noscope/media/node';
import { readNoScopeCsv } from '@noscope/reference';
import { createScene, truthBoxes } from '@noscope/scene';
import { openScene } from '@noscope/scene/node';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli, scratch } from '../support/run-cli.ts';

const OPTIONS = { seed: 5, preset: 'rush-hour', width: 192, height: 108, fps: 10 } as const;
const FRAMES = 45;
const RULE = { minVisible: 0.5, minHeight: 8 };

describe('noscope scene', () => {
  const folder = scratch('scene');
  afterAll(() => folder.remove());
  const video = folder.at('street.mp4');
  const labels = folder.at('street.csv');
  const scene = (...flags: string[]) => [
    ...['scene', '--seed', String(OPTIONS.seed), '--preset', OPTIONS.preset, '--fps', String(OPTIONS.fps)],
    ...['--width', String(OPTIONS.width), '--height', String(OPTIONS.height), '--out', video, '--labels', labels],
    ...flags,
  ];

  it('writes the scene that the seed gives, frame by frame, with its boxes', async () => {
    const { code, stdout, stderr } = await runCli(scene('--duration', '4.5s', '--threads', '2', '--json'), {
      cache: folder.at('cache'),
    });
    expect(stderr).not.toContain('noscope:');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ...OPTIONS, frames: FRAMES, video, labels });
    expect(JSON.parse(stdout).rule).toMatch(/50%.*8 px/);

    const truth = createScene(OPTIONS);
    const written = new Map(readNoScopeCsv(readFileSync(labels, 'utf8')).map((frame) => [frame.frame, frame]));
    const opened = await openVideo(video);
    const timestamps: number[] = [];
    const drawn = openScene(OPTIONS);
    for await (const frame of opened.frames()) {
      const { id } = frame;
      timestamps.push(frame.timestampS);
      const real = truth.frameAt(id);
      const row = written.get(id);
      expect((row?.boxes ?? []).map(rounded)).toEqual(truthBoxes(real, RULE).map(rounded));
      if (row !== undefined) expect(row.timestampS).toBeCloseTo(real.timestampS, 5);
      if (id % 20 === 3)
        expect(psnr(await frame.view({ kind: 'rgb' }), drawn.renderRgb(drawn.scene.frameAt(id)))).toBeGreaterThan(24);
      frame.close();
    }
    await opened.close();
    expect(timestamps).toHaveLength(FRAMES);
    for (const [i, timestampS] of timestamps.entries()) expect(timestampS).toBeCloseTo(i / OPTIONS.fps, 3);
    expect([...written.keys()].every((id) => id >= 0 && id < FRAMES)).toBe(true);
    expect(written.size).toBeGreaterThan(0);
  });

  it('leaves nothing when it is stopped', async () => {
    const place = folder.at('stopped');
    let isTold = false;
    const { code } = await runCli(
      [
        'scene',
        '--duration',
        '10m',
        '--out',
        `${place}.mp4`,
        '--labels',
        `${place}.csv`,
        '--width',
        '192',
        '--height',
        '108',
      ],
      {
        cache: folder.at('cache'),
        onStderr: (child, text) => {
          // A second signal would end the process at once.
          if (!isTold && text.includes('scene: street')) isTold = child.kill('SIGINT');
        },
      },
    );
    expect(code).toBe(1);
    expect(readdirSync(folder.path).filter((name) => name.includes('stopped'))).toEqual([]);
  });

  it('says which argument makes no scene', async () => {
    const { code, stderr } = await runCli(['scene', '--width', '333'], { cache: folder.at('cache') });
    expect(code).toBe(2);
    expect(stderr).toMatch(/width must be an even number/);
  });
});

const rounded = ({ className, x, y, w, h }: { className: string; x: number; y: number; w: number; h: number }) => [
  className,
  ...[x, y, w, h].map((value) => Number(value.toFixed(1))),
];

/** Peak signal-to-noise ratio in decibels; an encoder's loss lies at 30 and more, another frame's picture at 20. */
function psnr(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (const [i, value] of a.entries()) sum += (value - b[i]) ** 2;
  return 10 * Math.log10((255 * 255 * a.length) / sum);
}
