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

/** The most of the frames that are asked for safety's sake alone, and what it comes from. */
const MOST_SAFETY = 0.03;
const SAFETY_PER_APPEARANCE = 0.15;

/**
 * Share of all frames by which the thresholds are widened. What was seen so far says how the next appearance will score
 * only as far as it was seen often: the chance that it is unlike all of them falls as one over their number (Good,
 * Biometrika 1953), so a clip with five passages gets a wide margin and a day of traffic next to none.
 */
export const safetyShare = (seen: number): number => Math.min(MOST_SAFETY, SAFETY_PER_APPEARANCE / Math.max(1, seen));

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
