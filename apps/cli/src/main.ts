/** The `noscope` command. */

import { Command, CommanderError } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { UsageError } from './arguments.ts';
import { demoCommand } from './commands/demo.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { labelCommand } from './commands/label.ts';
import { modelsCommand } from './commands/models.ts';
import { queryCommand } from './commands/query.ts';
import { runCommand } from './commands/run.ts';
import { sceneCommand } from './commands/scene.ts';
import { trainCommand } from './commands/train.ts';
import { EXIT, Session } from './session.ts';

const session = new Session();
const program = new Command('noscope')
  .description('Ask a fixed camera when an object was there: as a reference model would answer, many times faster.')
  .option('--json', 'write one JSON document to standard output, everything else to standard error')
  .version(packageFile.version)
  .showHelpAfterError('(--help shows what there is)')
  .exitOverride();
for (const add of [
  queryCommand,
  labelCommand,
  trainCommand,
  runCommand,
  evaluateCommand,
  modelsCommand,
  sceneCommand,
  demoCommand,
])
  add(program, session);
// Commands are made with the program's settings at that moment, so options that all share are added to each here.
for (const command of program.commands) {
  for (const one of [command, ...command.commands])
    one.option('--json', 'write one JSON document to standard output').exitOverride();
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else if (error instanceof UsageError) {
    process.stderr.write(`noscope: ${error.message}\n`);
    process.exitCode = EXIT.usage;
  } else throw error;
}
