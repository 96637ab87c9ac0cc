/** `noscope run`: a bundle over a video, every decision into a file. */
import { readBundle } from '@noscope/cascade/node';
import { DecisionsCsv, openBundleCascade, runCascades } from '@noscope/pipeline/node';
import type { Command } from 'commander';
import { checkOutFile } from '../out-file.ts';
import { intervalsLine } from '../query-text.ts';
import { addReferenceFlags, openAnswers, type ReferenceFlags } from '../reference-flags.ts';
import type { Session } from '../session.ts';

interface Flags extends ReferenceFlags {
  out: string;
}

export function runCommand(program: Command, session: Session): void {
  const command = program
    .command('run')
    .argument('<bundle>', 'folder that "noscope train" or "noscope query" wrote')
    .argument('<video>', 'a video file, or an HLS or RTSP address')
    .description('run a cascade over a video and write what it decided on every frame')
    .option('--out <file>', 'where to write the decisions', 'decisions.csv');
  addReferenceFlags(command, { labels: true }).action((folder: string, video: string, flags: Flags) =>
    session.run(command, async ({ terminal, signal }) => {
      checkOutFile(flags.out);
      const bundle = await readBundle(folder, { signal });
      const { reference } = await openAnswers(flags, video, terminal);
      const cascade = await openBundleCascade(bundle);
      const csv = new DecisionsCsv(flags.out);
      try {
        const failures: string[] = [];
        const { summaries, wallS, frames, damage } = await runCascades({
          video,
          cascades: [cascade.run],
          reference,
          onDecisions: (_, decisions) => csv.add(decisions),
          onReferenceError: (error) => failures.push(error instanceof Error ? error.message : String(error)),
          signal,
          onProgress: terminal.progress,
        });
        csv.finish();
        const [{ intervals, gaps, counts, asked, unresolved }] = summaries;
        if (damage !== null) terminal.note(`warning: ${damage.message}`);
        if (failures.length > 0)
          terminal.note(`warning: the reference model failed ${failures.length} times, first: ${failures[0]}`);
        terminal.print(intervalsLine(bundle.manifest.decides.query.objects, intervals));
        terminal.print(
          `${frames} frames, ${(frames / wallS).toFixed(1)} frames/s, the reference asked on ${asked}${unresolved > 0 ? `, ${unresolved} frames unresolved` : ''}: ${flags.out}`,
        );
        terminal.document({
          out: flags.out,
          bundle: bundle.manifest.id,
          frames,
          intervals,
          gaps,
          counts,
          asked,
          unresolved,
          runS: wallS,
          fps: frames / wallS,
          damage,
        });
      } catch (error) {
        csv.abandon();
        throw error;
      } finally {
        await cascade.close();
        await reference.close();
      }
    }),
  );
}
