/** `noscope train`: a labelled video to a bundle. */
import { scoreReport, trainCascade } from '@noscope/pipeline/node';
import { describePlan } from '@noscope/plan';
import type { Command } from 'commander';
import { queryOf } from '../arguments.ts';
import { workFolder } from '../folders.ts';
import { addLearnFlags, gridOf, type LearnFlags } from '../query-flags.ts';
import { scoreLine } from '../query-text.ts';
import {
  addReferenceFlags,
  checkObjects,
  engineOf,
  openAnswers,
  type ReferenceFlags,
  sourceName,
} from '../reference-flags.ts';
import type { Session } from '../session.ts';

interface Flags extends LearnFlags, ReferenceFlags {
  out: string;
}

export function trainCommand(program: Command, session: Session): void {
  const command = program
    .command('train')
    .argument('<video>', 'a video file, all of which is labelled')
    .description('learn a cascade from a video, test it on the part kept apart, and write it as a bundle')
    .requiredOption('--out <bundle>', 'folder of the bundle');
  addLearnFlags(addReferenceFlags(command, { labels: true })).action((video: string, flags: Flags) =>
    session.run(command, async ({ terminal, signal }) => {
      const query = queryOf(flags);
      const { reference, names, isModel } = await openAnswers(flags, video, terminal);
      try {
        checkObjects(query.objects, names, sourceName(flags));
        const { bundle, lesson, test, warnings } = await trainCascade({
          video,
          query,
          reference,
          referenceIsModel: isModel,
          referenceS: flags.referenceCost,
          grid: gridOf(flags.grid),
          engine: engineOf(flags.engine),
          seed: flags.seed,
          workFolder: flags.work ?? workFolder(video, ['train', query.objects, query.zone, reference.id]),
          bundleFolder: flags.out,
          signal,
          onProgress: terminal.progress,
          now: () => new Date(),
        });
        const { choice } = lesson.learned;
        terminal.print(`plan     ${describePlan(choice.plan)}`);
        terminal.print(`         ${choice.reason}`);
        terminal.print(
          `test     on ${test.frames.positives + test.frames.negatives} frames kept apart, the reference asked on ${(100 * test.reference).toFixed(1)}%`,
        );
        terminal.print(`         ${scoreLine('windows', scoreReport(test.windows))}`);
        terminal.print(`         ${scoreLine('frames', scoreReport(test.frames))}`);
        terminal.print(`bundle   ${flags.out} (${bundle.manifest.id.slice(0, 12)})`);
        terminal.document({
          bundle: { id: bundle.manifest.id, folder: flags.out },
          query,
          plan: choice.plan,
          reason: choice.reason,
          expected: choice.expected,
          frontier: choice.frontier,
          test: { reference: test.reference, frames: scoreReport(test.frames), windows: scoreReport(test.windows) },
          timing: { labelS: lesson.labelled.wallS, ...lesson.learned.timing },
          engine: lesson.engines,
          warnings,
        });
      } finally {
        await reference.close();
      }
    }),
  );
}
