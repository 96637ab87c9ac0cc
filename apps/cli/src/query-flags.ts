/** The flags by which a question is asked, and those by which a cascade is learnt. */
import { NoScopeError } from '@noscope/query';
import { ladder } from '@noscope/specialized';
import { type Command, Option } from 'commander';
import {
  parseCount,
  parseDuration,
  parseList,
  parseShare,
  parseZone,
  type QueryFlags,
  UsageError,
} from './arguments.ts';

export interface LearnFlags extends QueryFlags {
  grid: string[];
  seed: number;
  referenceCost?: number;
  work?: string;
}

export function addLearnFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--object <names>', 'what to look for; with commas between, any of them')
        .argParser(parseList)
        .makeOptionMandatory(),
    )
    .option('--zone <x,y,…>', 'only where a box stands inside this polygon, in 0..1 of the picture', parseZone)
    .option('--min-height <share>', "only boxes at least this high, as a share of the picture's height", parseShare)
    .option('--confidence <share>', 'only boxes of at least this confidence', parseShare, 0.25)
    .option('--fp <share>', 'at most this share of the windows without the object answered wrongly', parseShare, 0.01)
    .option('--fn <share>', 'at most this share of the windows with the object answered wrongly', parseShare, 0.01)
    .option('--grid <ladder>', 'specialized models to try: default, paper, or ids with commas between', parseList, [
      'default',
    ])
    .option('--seed <n>', 'seed of everything random', parseCount, 1)
    .option(
      '--reference-cost <time>',
      'take a frame of the reference model to cost this long instead of measuring it',
      parseDuration,
    )
    .option('--work <dir>', 'where labels and models are kept between runs (default: in the cache folder)');
}

/** Throws `UsageError` for a net that there is not: better now than after an hour of labelling. */
export function gridOf(names: readonly string[]): 'default' | 'paper' | readonly string[] {
  const [only] = names;
  if (names.length === 1 && (only === 'default' || only === 'paper')) return only;
  try {
    ladder(names);
  } catch (cause) {
    throw cause instanceof NoScopeError ? new UsageError(`--grid: ${cause.message}`, { cause }) : cause;
  }
  return names;
}
