/**
 * Whether what was learnt from can stand for what comes. A cascade is only as good as the part it was trained and
 * chosen on, so what that part lacks is said before anything is promised.
 */
import { appearances, type LearningSet, type Range } from './learning-set.ts';

/** Fewer separate appearances than this teach one object's looks, not the object. */
const FEW_APPEARANCES = 5;

export interface Warning {
  code: string;
  message: string;
}

/** What the training and optimizing parts lack, each in a sentence. */
export function coverageWarnings(set: LearningSet, train: Range, optimize: Range): Warning[] {
  const warnings: Warning[] = [];
  for (const [part, range] of [
    ['training', train],
    ['optimizing', optimize],
  ] as const) {
    const count = appearances(set, range);
    if (count < FEW_APPEARANCES) {
      warnings.push({
        code: 'few-appearances',
        message: `the object came ${times(count)} in the ${part} part (${seconds(set, range)}): what looks different later may be missed; learn from a longer part`,
      });
    }
  }
  const shares = [train, optimize].map((range) => positiveShare(set.label, range));
  if (Math.abs(shares[0] - shares[1]) > 0.35) {
    warnings.push({
      code: 'parts-differ',
      message: `the object is there ${percent(shares[0])} of the training part and ${percent(shares[1])} of the optimizing part: neither stands for the other`,
    });
  }
  return warnings;
}

/** Shares of all frames: the most that safety may cost, and what it costs after a single appearance. */
const ASK_MORE = { most: 0.04, single: 0.4 };
const REUSE_LESS = { most: 0.15, single: 1 };
/** Share of the cost that a difference detector has to save to be trusted. */
const EARN = { most: 0.15, single: 1 };

/**
 * By which shares of all frames the reference is asked more, and labels are reused less, than the learnt part needs.
 * What was seen says how the next appearance will score only as far as it was seen often: the chance that it is unlike
 * all of them falls as one over their number (Good, Biometrika 1953). So a clip with five passages gets a wide margin
 * and a day of traffic next to none. Reusing less only costs the specialized model, so that margin is the wider one.
 */
export function safetyMargins(seen: number): { widenFrames: number; tightenFrames: number; simplerWithin: number } {
  const share = ({ most, single }: typeof ASK_MORE) => Math.min(most, single / Math.max(1, seen));
  return { widenFrames: share(ASK_MORE), tightenFrames: share(REUSE_LESS), simplerWithin: share(EARN) };
}

/** A run that asks much more, or sees the object much more often, than was expected has met something new. */
export function noveltyWarnings(expectedAsked: number, asked: number, frames: number): Warning[] {
  const share = frames === 0 ? 0 : asked / frames;
  if (share <= 2 * expectedAsked + 0.02) return [];
  return [
    {
      code: 'unlike-the-training-part',
      message: `the reference was asked on ${percent(share)} of the frames, ${percent(expectedAsked)} were expected: this part looks unlike the one learnt from; train again with it included`,
    },
  ];
}

function positiveShare(label: Uint8Array, { start, end }: Range): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += label[i];
  return end === start ? 0 : sum / (end - start);
}

const seconds = (set: LearningSet, { start, end }: Range) =>
  end === start ? '0 s' : `${Math.round(set.timestampS[end - 1] - set.timestampS[start])} s`;
const times = (count: number) => (count === 0 ? 'never' : count === 1 ? 'once' : `${count} times`);
export const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;
