import type { Recording } from '@noscope/plan';
import { replay } from '@noscope/plan';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { index, otherPlan, plan, recording } from './testing.ts';
import { decodeRecording, encodeRecording } from './traces.ts';

describe('traces', () => {
  it('replay as the recording they were made of', () => {
    const original = recording(300);
    const read = decodeRecording(encodeRecording(original, index));
    for (const one of [plan, otherPlan]) expect(replay(one, read)).toEqual(replay(one, original));
  });

  it('keep every bit of every column', () => {
    const frames = fc.integer({ min: 0, max: 50 });
    const column = frames.chain((n) =>
      fc.record({
        timestampS: fc.array(fc.double(), { minLength: n, maxLength: n }).map((xs) => Float64Array.from(xs)),
        label: fc
          .array(fc.integer({ min: 0, max: 1 }), { minLength: n, maxLength: n })
          .map((xs) => Uint8Array.from(xs)),
        score: fc.array(fc.float(), { minLength: n, maxLength: n }).map((xs) => Float32Array.from(xs)),
        sampled: fc.subarray([...Array(n).keys()]).map((xs) => Int32Array.from(xs)),
        back: fc.array(fc.nat(1000), { minLength: n, maxLength: n }),
      }),
    );
    fc.assert(
      fc.property(column, ({ timestampS, label, score, sampled, back }) => {
        const pair = sampled.map((_, k) => (back[k] > k ? -1 : k - back[k]));
        const made: Recording = {
          timestampS,
          label,
          confidence: () => score,
          // A frame is never compared with itself: distance 0 stands for none.
          difference: () => ({
            sampled,
            pair: pair.map((partner, k) => (partner === k ? -1 : partner)),
            difference: score.slice(0, sampled.length),
          }),
        };
        const read = decodeRecording(
          encodeRecording(made, { models: ['m'], differences: [{ detector: 'd', tSkipS: 1 / 3 }] }),
        );
        expect(read.timestampS).toEqual(timestampS);
        expect(read.label).toEqual(label);
        expect(read.confidence('m')).toEqual(score);
        expect(read.difference('d', 1 / 3)).toEqual(made.difference('d', 1 / 3));
      }),
    );
  });

  it('cost little more than their scores where the camera is steady', () => {
    const frames = 9000;
    const encoded = encodeRecording(recording(frames), { models: [], differences: index.differences });
    const scores = 4 * (frames + frames / 2);
    expect(encoded.length).toBeLessThan(8 * frames + frames / 8 + scores + 400);
  });

  it('refuse what is damaged, cut or of a later version, whatever the damage', () => {
    const file = encodeRecording(recording(60), index);
    fc.assert(
      fc.property(fc.nat(file.length - 1), (length) => {
        expect(() => decodeRecording(file.slice(0, length))).toThrow(expect.objectContaining({ code: 'corrupt' }));
      }),
    );
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = file.slice();
        changed[at] ^= flip;
        // A changed score is a score; everything else is noticed, and nothing hangs or allocates for it.
        try {
          decodeRecording(changed);
        } catch (error) {
          expect(error).toMatchObject({ name: 'NoScopeError' });
        }
      }),
      { numRuns: 500 },
    );
    const later = file.slice();
    later[4] = 2;
    expect(() => decodeRecording(later)).toThrow(/version 2/);
    expect(() => decodeRecording(new Uint8Array([...file, 0]))).toThrow(/follow its end/);
  });

  it('say which column they do not hold', () => {
    const read = decodeRecording(encodeRecording(recording(20), index));
    expect(() => read.confidence('other')).toThrow(/the model other/);
    expect(() => read.difference('image', 0.2)).toThrow(/detector image at a t_skip of 0.2/);
  });
});
