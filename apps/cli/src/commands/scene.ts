/** `noscope scene`: the synthetic camera as a video, with the boxes that are really there. */
import { NoScopeError } from '@noscope/query';
import { createScene, PRESETS, type PresetName } from '@noscope/scene';
import { type Command, Option } from 'commander';
import { parseCount, parseDuration, parseShare, UsageError } from '../arguments.ts';
import { checkOutFile } from '../out-file.ts';
import { renderSceneVideo, type SceneVideoOptions } from '../scene-video.ts';
import type { Session } from '../session.ts';
import { clock } from '../terminal.ts';

interface Flags {
  seed: number;
  preset: PresetName;
  duration: number;
  width: number;
  height: number;
  fps: number;
  minVisible: number;
  minHeightPx: number;
  out: string;
  labels?: string;
  threads?: number;
}

/** A box counts from half visible on: of less, nobody could say from a still what it is. */
export const SCENE_TRUTH = { minVisible: 0.5, minHeight: 8 } as const;

export function sceneCommand(program: Command, session: Session): void {
  const command = program.command('scene');
  command
    .description('render the synthetic camera: a street crossing from a seed, as H.264 video with exact boxes')
    .option('--seed <n>', 'which street', parseCount, 7)
    .addOption(new Option('--preset <name>', 'light, weather and traffic').choices(PRESETS).default('street'))
    .option('--duration <time>', 'length, such as 90s or 10m', parseDuration, 600)
    .option('--width <px>', 'width of the picture', parseCount, 640)
    .option('--height <px>', 'height of the picture', parseCount, 360)
    .option('--fps <n>', 'frames a second', Number, 15)
    .option('--out <file>', 'where to write the video; the ending names the container', 'street.mp4')
    .option('--labels <file>', "where to write the boxes, as NoScope's CSV (default: nowhere)")
    .option(
      '--min-visible <share>',
      'least visible share of a box that counts as there',
      parseShare,
      SCENE_TRUTH.minVisible,
    )
    .option('--min-height-px <px>', 'least height of a box that counts as there', parseCount, SCENE_TRUTH.minHeight)
    .option('--threads <n>', 'threads that render (default: one a core)', parseCount)
    .action((flags: Flags) =>
      session.run(command, async ({ terminal, signal }) => {
        const { seed, preset, duration, width, height, fps, out, labels = null, threads } = flags;
        const scene = { seed, preset, width, height, fps };
        const truth = { minVisible: flags.minVisible, minHeight: flags.minHeightPx };
        checkScene(scene);
        checkOutFile(out);
        if (labels !== null) checkOutFile(labels, '--labels');
        const frames = Math.max(1, Math.round(duration * fps));
        terminal.note(`scene: ${preset}, seed ${seed}: ${frames} frames of ${width}×${height}`);
        const startedMs = performance.now();
        await renderSceneVideo({
          ...{ scene, frames, video: out, labels, truth, threads },
          signal,
          onProgress: terminal.progress,
        });
        const renderS = (performance.now() - startedMs) / 1000;
        const rule = truthRule(truth);
        terminal.print(`video      ${out}, ${clock(frames / fps)}, ${(frames / renderS).toFixed(1)} frames/s`);
        if (labels !== null) terminal.print(`labels     ${labels}: ${rule}`);
        terminal.document({ video: out, labels, ...scene, frames, durationS: frames / fps, rule, renderS });
      }),
    );
}

/** Which boxes are in the labels, in words. */
export const truthRule = ({ minVisible, minHeight }: { minVisible: number; minHeight: number }): string =>
  `boxes of which at least ${Number((100 * minVisible).toFixed(1))}% can be seen and that are at least ${minHeight} px high`;

/** Before any thread starts: options that make no scene are wrong arguments. */
function checkScene(scene: SceneVideoOptions['scene']): void {
  try {
    createScene(scene);
  } catch (cause) {
    throw cause instanceof NoScopeError ? new UsageError(cause.message, { cause }) : cause;
  }
}
