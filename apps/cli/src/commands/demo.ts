/**
 * `noscope demo`: the main job from start to end on a video that it renders itself, answered by a reference model that
 * comes with the program. The scene knows its exact boxes, so here, and only here, one sees what the cascade and the
 * reference model each get wrong.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Answered,
  answerVideo,
  checkReportPlace,
  type KnownTruth,
  scoreReport,
  writeReportFolder,
} from '@noscope/pipeline/node';
import { isPresent, type Query, scoreFrames } from '@noscope/query';
import { readNoScopeCsv } from '@noscope/reference';
import type { Command } from 'commander';
import { parseCount, parseDuration, parseList } from '../arguments.ts';
import { sceneFolder, workFolder } from '../folders.ts';
import { gridOf } from '../query-flags.ts';
import { printQuery, scoreLine } from '../query-text.ts';
import { openAnswers } from '../reference-flags.ts';
import { renderSceneVideo } from '../scene-video.ts';
import type { Running, Session } from '../session.ts';
import { clock } from '../terminal.ts';
import { SCENE_TRUTH, truthRule } from './scene.ts';

interface Flags {
  out: string;
  seed: number;
  duration: number;
  audit: number;
  verify?: boolean;
  grid: string[];
}

const PICTURE = { width: 640, height: 360, fps: 15 } as const;
const PRESET = 'street';
const QUERY: Query = { objects: ['bus'], confidence: 0.25, targets: { fp: 0.01, fn: 0.01 } };
const MODEL = fileURLToPath(new URL('../../../../models/demo-reference/demo-reference', import.meta.url));

/** Errors per frame against the boxes that are really there. */
interface SceneReport {
  preset: string;
  seed: number;
  frames: number;
  truth: Omit<KnownTruth, 'present'>;
}

export function demoCommand(program: Command, session: Session): void {
  const command = program.command('demo');
  command
    .description('render ten minutes of a street, find its buses with a cascade, and write a report to look at')
    .option('--out <dir>', 'where to write the report', 'noscope-demo')
    .option('--seed <n>', 'another street', parseCount, 7)
    .option('--duration <time>', 'length of the video', parseDuration, 600)
    .option('--audit <n>', 'how many frames, drawn at random, the reference checks afterwards', parseCount, 500)
    .option('--verify', 'let the reference check every frame instead')
    .option('--grid <ladder>', 'specialized models to try: default, paper, or ids with commas between', parseList, [
      'default',
    ])
    .action((flags: Flags) => session.run(command, (running) => demo(flags, running)));
}

async function demo(flags: Flags, { terminal, signal }: Running): Promise<void> {
  const grid = gridOf(flags.grid);
  await checkReportPlace(flags.out);
  const { reference } = await openAnswers(
    { reference: `${MODEL}.cfg`, weights: `${MODEL}.weights`, names: `${MODEL}.names` },
    '',
    terminal,
  );
  try {
    const startedMs = performance.now();
    const { video, labels, frames } = await sceneOnDisk(flags, { terminal, signal });
    const renderedMs = performance.now();
    const now = () => new Date();
    const answered = await answerVideo({
      video,
      query: QUERY,
      reference,
      referenceIsModel: true,
      grid,
      seed: 1,
      check: flags.verify ? { method: 'verify' } : { method: 'audit', frames: flags.audit },
      workFolder: workFolder(video, [QUERY.objects, reference.id]),
      pictures: true,
      signal,
      onProgress: terminal.progress,
      now,
    });
    const known = againstScene(answered, labels);
    const { present: _, ...truth } = known;
    const scene: SceneReport = { preset: PRESET, seed: flags.seed, frames, truth };
    const answeredMs = performance.now();
    await writeReportFolder(flags.out, answered, { known, more: { scene }, createdAt: now(), signal });

    printQuery(answered.report, terminal);
    terminal.print(`really     what was there is known here: ${truth.rule}`);
    terminal.print(`           cascade, ${scoreLine('frames', truth.cascade)}`);
    terminal.print(`           reference model, ${scoreLine('checked frames', truth.reference)}`);
    const { labelS, trainS, optimizeS, runS, auditS } = answered.report.timing;
    const renderS = (renderedMs - startedMs) / 1000;
    const wholeS = (performance.now() - startedMs) / 1000;
    const otherS = (answeredMs - renderedMs) / 1000 - labelS - trainS - optimizeS - runS - auditS;
    const steps = Object.entries({
      'rendering the street': renderS,
      labels: labelS,
      training: trainS,
      choosing: optimizeS,
      answering: runS,
      checking: auditS,
      'the rest': Math.max(0, otherS) + (performance.now() - answeredMs) / 1000,
    });
    terminal.print(`together   ${clock(wholeS)}: ${steps.map(([name, s]) => `${name} ${clock(s)}`).join(', ')}`);
    terminal.print();
    terminal.print(
      `Open ${join(flags.out, 'report.html')} in a browser: when the bus was there, how right that is, and pictures of why.`,
    );
    terminal.print('Your own video: npm run noscope -- models                    which reference models there are');
    terminal.print('                npm run noscope -- models pull yolov2-tiny   fetch one');
    terminal.print('                npm run noscope -- query VIDEO --object car --reference yolov2-tiny --report DIR');
    terminal.document({ ...answered.report, scene, report: flags.out });
  } finally {
    await reference.close();
  }
}

/** The video and its boxes from the cache, rendered where they are not there yet. */
async function sceneOnDisk({ seed, duration }: Flags, { terminal, signal }: Running) {
  const scene = { seed, preset: PRESET, ...PICTURE } as const;
  const frames = Math.max(1, Math.round(duration * PICTURE.fps));
  const folder = sceneFolder({ ...scene, frames, ...SCENE_TRUTH });
  const video = join(folder, `${PRESET}-${seed}.mp4`);
  const labels = join(folder, `${PRESET}-${seed}.csv`);
  if (existsSync(video) && existsSync(labels)) {
    terminal.note(`scene: ${video}, rendered before`);
    return { video, labels, frames };
  }
  mkdirSync(folder, { recursive: true });
  terminal.note(`scene: rendering ${clock(duration)} of a street with buses, once`);
  await renderSceneVideo({ scene, frames, video, labels, truth: SCENE_TRUTH, signal, onProgress: terminal.progress });
  return { video, labels, frames };
}

function againstScene({ evidence }: Answered, labels: string): KnownTruth {
  const boxes = new Map(readNoScopeCsv(readFileSync(labels, 'utf8')).map((frame) => [frame.frame, frame.boxes]));
  const { log, checked, truth: reference } = evidence;
  const present = Uint8Array.from(log.frameIds, (id) => (isPresent(QUERY, boxes.get(id) ?? [], PICTURE) ? 1 : 0));
  const checkedTruth = Uint8Array.from(checked, (place) => present[place]);
  return {
    rule: truthRule(SCENE_TRUTH),
    present,
    cascade: scoreReport(scoreFrames(present, log.label)),
    reference: scoreReport(scoreFrames(checkedTruth, reference)),
  };
}
