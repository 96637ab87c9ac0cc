/** `noscope label`: the reference model's boxes on every frame, as a file. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { labelVideo, writeLabels } from '@noscope/pipeline/node';
import type { Command } from 'commander';
import { checkOutFile } from '../out-file.ts';
import { addReferenceFlags, openAnswers, type ReferenceFlags } from '../reference-flags.ts';
import type { Session } from '../session.ts';

interface Flags extends ReferenceFlags {
  out: string;
}

export function labelCommand(program: Command, session: Session): void {
  const command = program
    .command('label')
    .argument('<video>', 'a video file, or an HLS or RTSP address')
    .description('ask the reference model about every frame and write its boxes as a file')
    .option(
      '--out <file>',
      "where to write NoScope's CSV; labelling that was stopped goes on when the same file is named",
      'labels.csv',
    );
  addReferenceFlags(command, { labels: false }).action((video: string, flags: Flags) =>
    session.run(command, async ({ terminal, signal }) => {
      checkOutFile(flags.out);
      const { reference } = await openAnswers(flags, video, terminal);
      try {
        const folder = `${flags.out}.partial`;
        const labelled = await labelVideo({
          video,
          reference,
          folder,
          view: null,
          endS: null,
          signal,
          onProgress: terminal.progress,
        });
        const { journal, damage, framesNow, wallS } = labelled;
        const written = await writeLabels(journal, `${folder}/labels.csv`);
        const frames = journal.count;
        journal.close();
        renameSync(`${folder}/labels.csv`, flags.out);
        if (existsSync(folder)) rmSync(folder, { recursive: true });
        if (damage !== null) terminal.note(`warning: ${damage.message}`);
        terminal.print(
          `${frames} frames, ${written.boxes} boxes: ${flags.out}${framesNow === 0 ? '' : ` (${(framesNow / wallS).toFixed(1)} frames/s)`}`,
        );
        terminal.document({
          out: flags.out,
          frames,
          boxes: written.boxes,
          framesNow,
          labelS: wallS,
          fps: framesNow === 0 ? null : framesNow / wallS,
          damage,
          reference: reference.id,
        });
      } finally {
        await reference.close();
      }
    }),
  );
}
