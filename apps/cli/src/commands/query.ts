/** `noscope query`: all of it, from a video and an object to the times at which the object was there. */
import { join } from 'node:path';
import { answerVideo, checkReportPlace, writeReportFolder } from '@noscope/pipeline/node';
import type { Command } from 'commander';
import { parseCount, parseDuration, queryOf } from '../arguments.ts';
import { workFolder } from '../folders.ts';
import { addLearnFlags, gridOf, type LearnFlags } from '../query-flags.ts';
import { printQuery } from '../query-text.ts';
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
  trainDuration?: number;
  audit: number;
  verify?: boolean;
  out?: string;
  report?: string;
}

export function queryCommand(program: Command, session: Session): void {
  const command = program
    .command('query')
    .argument('<video>', 'a video file')
    .description(
      'learn on the first part of a video, say when the object was there in the rest, and how right that is',
    );
  addLearnFlags(addReferenceFlags(command, { labels: true }))
    .option('--train-duration <time>', 'how much to learn from, such as 10m (default: 60% of the video)', parseDuration)
    .option('--audit <n>', 'how many frames, drawn at random, the reference checks afterwards', parseCount, 500)
    .option('--verify', 'let the reference check every frame instead')
    .option('--out <dir>', 'where to write the bundle (default: in the work folder)')
    .option(
      '--report <dir>',
      'write a report there: report.html with pictures, decisions.csv, intervals.vtt, the bundle',
    )
    .action((video: string, flags: Flags) =>
      session.run(command, async ({ terminal, signal }) => {
        const query = queryOf(flags);
        if (flags.report !== undefined) await checkReportPlace(flags.report);
        const { reference, names, isModel } = await openAnswers(flags, video, terminal);
        try {
          checkObjects(query.objects, names, sourceName(flags));
          const now = () => new Date();
          const answered = await answerVideo({
            video,
            query,
            reference,
            referenceIsModel: isModel,
            referenceS: flags.referenceCost,
            trainDurationS: flags.trainDuration,
            grid: gridOf(flags.grid),
            engine: engineOf(flags.engine),
            seed: flags.seed,
            check: flags.verify ? { method: 'verify' } : { method: 'audit', frames: flags.audit },
            workFolder: flags.work ?? workFolder(video, [query.objects, query.zone, reference.id]),
            bundleFolder: flags.out,
            pictures: flags.report !== undefined,
            signal,
            onProgress: terminal.progress,
            now,
          });
          if (flags.report !== undefined) await writeReportFolder(flags.report, answered, { createdAt: now(), signal });
          printQuery(answered.report, terminal);
          if (flags.report !== undefined) terminal.print(`report     ${join(flags.report, 'report.html')}`);
          terminal.document(answered.report);
        } finally {
          await reference.close();
        }
      }),
    );
}
