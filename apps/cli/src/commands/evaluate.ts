/** `noscope evaluate`: how right a bundle is on a video whose labels are known. */
import { readBundle } from '@noscope/cascade/node';
import { evaluateBundle, scoreReport } from '@noscope/pipeline/node';
import type { Command } from 'commander';
import { scoreLine } from '../query-text.ts';
import { readLabels } from '../reference-flags.ts';
import type { Session } from '../session.ts';

export function evaluateCommand(program: Command, session: Session): void {
  const command = program
    .command('evaluate')
    .argument('<bundle>', 'folder that "noscope train" or "noscope query" wrote')
    .argument('<video>', 'a video file')
    .description('run a cascade over a labelled video and count its errors; the labels stand for the reference model')
    .requiredOption('--labels <file>', "NoScope's CSV, CSV of frame,class,confidence,x,y,w,h, or COCO JSON");
  command.action((folder: string, video: string, flags: { labels: string }) =>
    session.run(command, async ({ terminal, signal }) => {
      const bundle = await readBundle(folder, { signal });
      const { frames, windows, summary, promised, damage } = await evaluateBundle({
        bundle,
        video,
        labels: readLabels(flags.labels),
        signal,
        onProgress: terminal.progress,
      });
      if (damage !== null) terminal.note(`warning: ${damage.message}`);
      terminal.print(scoreLine('windows', scoreReport(windows)));
      terminal.print(scoreLine('frames', scoreReport(frames)));
      terminal.print(
        `the reference asked on ${summary.asked} of ${summary.frames} frames; targets ${promised ? 'shown' : 'not shown'} at 95% confidence`,
      );
      terminal.document({
        bundle: bundle.manifest.id,
        windows: scoreReport(windows),
        frames: scoreReport(frames),
        promised,
        counts: summary.counts,
        asked: summary.asked,
        answered: summary.frames,
        damage,
      });
    }),
  );
}
