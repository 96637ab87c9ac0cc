/** `noscope models`: the catalogue of reference weights, and fetching from it. */
import { catalogue } from '@noscope/reference';
import { isPulled, pullModel } from '@noscope/reference/node';
import type { Command } from 'commander';
import { weightsFolder } from '../folders.ts';
import type { Session } from '../session.ts';

const megabytes = (bytes: number | null) => (bytes === null ? 'size unknown' : `${(bytes / 1e6).toFixed(0)} MB`);

export function modelsCommand(program: Command, session: Session): void {
  const models = program.command('models').description('list the reference models that can be fetched');
  models.action(() =>
    session.run(models, async ({ terminal }) => {
      const folder = weightsFolder();
      const listed = await Promise.all(
        catalogue.map(async (entry) => ({ ...entry, isHere: await isPulled(entry, folder) })),
      );
      for (const { name, title, gigaFlops, licence, weights, isHere } of listed) {
        terminal.print(
          `${name.padEnd(14)} ${title}; ${gigaFlops} GFLOP a frame, ${megabytes(weights.bytes)}, ${licence}${isHere ? '; fetched' : ''}`,
        );
        terminal.print(`${''.padEnd(14)} ${weights.url}  sha256 ${weights.sha256 ?? 'unknown'}`);
      }
      terminal.document({ folder, models: listed });
    }),
  );
  const pull = models
    .command('pull')
    .argument('<name>', 'a name from "noscope models"')
    .description('fetch a model into the cache, resuming what was begun, and check it');
  pull.action((name: string) =>
    session.run(pull, async ({ terminal, signal }) => {
      const pulled = await pullModel(name, { cacheFolder: weightsFolder(), signal, onProgress: terminal.progress });
      terminal.print(`${name} ${pulled.alreadyThere ? 'is here already' : 'fetched'}: ${pulled.weights}`);
      terminal.document({ name, weights: pulled.weights, cfg: pulled.cfg, alreadyThere: pulled.alreadyThere });
    }),
  );
}
