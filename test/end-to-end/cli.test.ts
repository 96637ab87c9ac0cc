/** The command as a new user meets it, on a clip and with a reference model that come with these tests. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, scratch } from '../support/run-cli.ts';
import { writeBlueDetector, writeSyntheticClip } from '../support/synthetic-clip.ts';

const folder = scratch('cli');
const cache = folder.at('cache');
const clip = folder.at('street.mp4');
const noscope = (...args: string[]) => runCli(args, { cache, cwd: folder.path });
let model: string[] = [];
let present: Uint8Array = new Uint8Array();

beforeAll(async () => {
  model = writeBlueDetector(folder.path).flags;
  ({ present } = await writeSyntheticClip(clip, { seconds: 60 }));
});
afterAll(() => folder.remove());

describe('help', () => {
  const options = {
    query: ['--object', '--zone', '--min-height', '--train-duration', '--audit', '--verify', '--labels', '--seed'],
    label: ['--reference', '--weights', '--names', '--out'],
    train: ['--object', '--labels', '--fp', '--fn', '--grid', '--out'],
    run: ['--reference', '--labels', '--out'],
    evaluate: ['--labels'],
    models: [],
    'models pull': [],
  };

  it('names every command', async () => {
    const { code, stdout } = await noscope('--help');
    expect(code).toBe(0);
    for (const command of Object.keys(options))
      expect(stdout).toMatch(new RegExp(`^ +${command.split(' ')[0]}\\b`, 'm'));
  });

  it.each(Object.entries(options))('%s --help lists its options and --json', async (command, flags) => {
    const { code, stdout, stderr } = await noscope(...command.split(' '), '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const flag of [...flags, '--json']) expect(stdout).toContain(flag);
  });

  it.each([[['bogus']], [['query']], [['query', 'clip.mp4', '--no-such-option']], [['run', 'only-a-bundle']]])(
    'wrong arguments %j end with 2 and point to the help',
    async (args) => {
      const { code, stdout, stderr } = await noscope(...args);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain('--help');
    },
  );
});

describe('models', () => {
  it('lists what can be fetched, with size, licence and address', async () => {
    const { code, stdout } = await noscope('models');
    expect(code).toBe(0);
    expect(stdout).toMatch(/yolov2 .*204 MB.*public domain/);
    const listed = await noscope('models', '--json');
    const { models } = JSON.parse(listed.stdout);
    expect(models).toContainEqual(expect.objectContaining({ name: 'yolov2', isHere: false }));
  });

  it('pull without a network says so, and leaves nothing that looks like a model', async () => {
    // Names that cannot be resolved: a closed network, wherever the test runs.
    const closed = `import dns from 'node:dns'; dns.lookup = (name, options, done) => (done ?? options)(Object.assign(new Error('getaddrinfo ENOTFOUND ' + name), { code: 'ENOTFOUND' }));`;
    const { code, stdout, stderr } = await runCli(['models', 'pull', 'yolov2-tiny', '--json'], {
      cache,
      env: { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(closed)}` },
    });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/no network/);
    expect(existsSync(`${cache}/weights/yolov2-tiny.weights`)).toBe(false);
  });

  it('suggests a name for one that is not in the catalogue', async () => {
    const { code, stderr } = await noscope('models', 'pull', 'yolo2');
    expect(code).not.toBe(0);
    expect(stderr).toContain('did you mean yolov2?');
  });
});

describe('label, train, run, evaluate', () => {
  it('is a chain from a video to a cascade that answers as the reference does', async () => {
    const labelled = await noscope('label', clip, ...model, '--out', 'labels.csv', '--json');
    expect(labelled.code, labelled.stderr).toBe(0);
    expect(JSON.parse(labelled.stdout)).toMatchObject({ frames: 600, framesNow: 600, damage: null, out: 'labels.csv' });
    const [header, first] = readFileSync(folder.at('labels.csv'), 'utf8').split('\n');
    expect(header).toBe('frame,object_name,confidence,xmin,ymin,xmax,ymax,timestamp');
    expect(first).toMatch(/^\d+,car,0\.\d+,/);

    const train = ['--object', 'car', '--labels', 'labels.csv', '--grid', 'stride-2x32-32', '--reference-cost', '0.05'];
    const trained = await noscope('train', clip, ...train, '--out', 'bundle', '--json');
    expect(trained.code, trained.stderr).toBe(0);
    const lesson = JSON.parse(trained.stdout);
    expect(lesson.bundle.id).toMatch(/^[0-9a-f]{64}$/);
    expect(lesson.test.frames.accuracy).toBeGreaterThan(0.97);
    expect(readdirSync(folder.at('bundle'))).toContain('manifest.json');

    const ran = await noscope('run', 'bundle', clip, ...model, '--out', 'decisions.csv', '--json');
    expect(ran.code, ran.stderr).toBe(0);
    const answer = JSON.parse(ran.stdout);
    expect(answer).toMatchObject({ bundle: lesson.bundle.id, frames: 600, unresolved: 0, damage: null });
    expect(answer.asked).toBeLessThan(300);
    const [columns, ...rows] = readFileSync(folder.at('decisions.csv'), 'utf8').trim().split('\n');
    expect(columns).toBe('frame,timestamp,label,stage,difference,confidence,source');
    const cells = rows.map((row) => row.split(','));
    expect(cells.map(([frame]) => Number(frame))).toEqual([...present.keys()]);
    const labels = Uint8Array.from(cells, ([, , label]) => Number(label));
    const wrong = labels.filter((label, frame) => label !== present[frame]).length;
    expect(wrong).toBeLessThan(0.05 * present.length);
    const inIntervals = cells.map(([, timestamp]) =>
      answer.intervals.some(
        ({ startS, endS }: { startS: number; endS: number }) => Number(timestamp) >= startS && Number(timestamp) < endS,
      )
        ? 1
        : 0,
    );
    expect(inIntervals).toEqual([...labels]);
    const byStage = Object.entries(answer.counts as Record<string, number>).map(([stage, count]) => [
      stage,
      count,
      cells.filter((row) => row[3] === stage).length,
    ]);
    for (const [stage, told, written] of byStage) expect([stage, written]).toEqual([stage, told]);

    const evaluated = await noscope('evaluate', 'bundle', clip, '--labels', 'labels.csv', '--json');
    expect(evaluated.code, evaluated.stderr).toBe(0);
    const { frames, asked } = JSON.parse(evaluated.stdout);
    expect(frames.positives + frames.negatives).toBe(600);
    // The labels are the model's own answers, so the run asked and answered the same.
    expect(asked).toBe(answer.asked);
    expect(frames.accuracy).toBeGreaterThan(0.95);
  });

  it('takes no more memory on a video four times as long', async () => {
    await writeSyntheticClip(folder.at('long.mp4'), { seconds: 240 });
    const commands = (video: string) => [
      ['label', video, ...model, '--out', 'memory.csv'],
      ['run', 'bundle', video, ...model, '--out', 'memory-decisions.csv'],
    ];
    const [short, long] = [commands(clip), commands('long.mp4')];
    for (const [i, command] of short.entries()) {
      const once = await noscope(...command);
      const fourTimes = await noscope(...long[i]);
      expect([once.code, fourTimes.code], fourTimes.stderr).toEqual([0, 0]);
      const ratio = (fourTimes.peakRssBytes ?? Number.NaN) / (once.peakRssBytes ?? Number.NaN);
      expect(ratio, command[0]).toBeLessThan(1.1);
    }
  });

  it('writes for a person without --json', async () => {
    const { code, stdout } = await noscope('run', 'bundle', clip, '--labels', 'labels.csv', '--out', 'again.csv');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^car at 0:0\d–0:\d\d, /m);
    expect(stdout.split('\n').filter((line) => line.startsWith('car at'))).toHaveLength(1);
    expect(readFileSync(folder.at('again.csv'), 'utf8')).toBe(readFileSync(folder.at('decisions.csv'), 'utf8'));
  });

  it('refuses a bundle in which a byte was changed, by the name of the file', async () => {
    const name = readdirSync(folder.at('bundle')).find((file) => file !== 'manifest.json') ?? '';
    const path = folder.at('bundle', name);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(path, bytes);
    const { code, stderr } = await noscope('run', 'bundle', clip, '--labels', 'labels.csv', '--out', 'never.csv');
    expect(code).toBe(1);
    expect(stderr).toContain(name);
    expect(readdirSync(folder.path).filter((file) => file.startsWith('never'))).toEqual([]);
  });
});
