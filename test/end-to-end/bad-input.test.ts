/** What can be wrong with what a person gives, each with its exit code and words that say what to do. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { encodeVideo } from '@noscope/media/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCli, scratch } from '../support/run-cli.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { writeBlueDetector, writeSyntheticClip } from '../support/synthetic-clip.ts';

const folder = scratch('bad-input');
const cache = folder.at('cache');
const noscope = (...args: string[]) => runCli(args, { cache, cwd: folder.path });
const size = { width: 160, height: 120, fps: 10 } as const;
let model: string[] = [];
/** The one query here that gets as far as training. */
let learning: string[] = [];

beforeAll(async () => {
  model = writeBlueDetector(folder.path).flags;
  learning = ['query', 'cut.mkv', '--object', 'car', ...model, '--grid', 'stride-2x32-32', '--train-duration', '15'];
  await writeSyntheticClip(folder.at('clip.mp4'), { seconds: 30 });
  for (const name of ['whole.mkv', 'whole.mp4']) await writeSyntheticClip(folder.at(name), { seconds: 30 });
  for (const name of ['whole.mkv', 'whole.mp4']) {
    const bytes = readFileSync(folder.at(name));
    writeFileSync(folder.at(name.replace('whole', 'cut')), bytes.subarray(0, Math.floor(0.7 * bytes.length)));
  }
  await encodeVideo(folder.at('no-frames.avi'), { ...size, codec: 'mpeg4' }, []);
  await encodeVideo(folder.at('no-frames.mp4'), { ...size, codec: 'h264' }, []);
  await encodeVideo(
    folder.at('short.mp4'),
    { ...size, codec: 'h264' },
    Array.from({ length: 5 }, (_, i) => ({ timestampS: i / 10, rgb: new Uint8Array(160 * 120 * 3).fill(20 * i) })),
  );
  writeFileSync(folder.at('empty.mp4'), '');
  writeFileSync(folder.at('text.mp4'), 'this is no video\n'.repeat(500));
  mkdirSync(folder.at('a-folder'));
  const weights = readFileSync(folder.at('blue.weights'));
  writeFileSync(folder.at('cut.weights'), weights.subarray(0, 50));
  writeFileSync(folder.at('long.weights'), Buffer.concat([weights, Buffer.alloc(40)]));
  writeFileSync(folder.at('bad.csv'), 'frame,class,confidence,x,y,w,h\n0,car,0.9,1,2,3,4\n1,car,high,1,2,3,4\n');
  const rows = Array.from({ length: 300 }, (_, frame) => `${frame},car,0.9,10,10,20,20\n`);
  writeFileSync(folder.at('always.csv'), `frame,class,confidence,x,y,w,h\n${rows.join('')}`);
});
afterAll(() => folder.remove());

/** Files that a command would leave where it was to write. */
const outputs = () => readdirSync(folder.path).filter((name) => /^(out|labels|decisions)\.csv$/.test(name));

describe('a video that cannot be read', () => {
  it.each([
    ['nowhere.mp4', /no such file: .*nowhere\.mp4/],
    ['a-folder', /a-folder is a folder: name a video file in it/],
    ['text.mp4', /text\.mp4 is not a video/],
    ['empty.mp4', /empty\.mp4 is empty/],
    ['no-frames.avi', /no-frames\.avi holds no frame/],
    ['no-frames.mp4', /no-frames\.mp4 .*no (frame|video)/],
    // Its index stood at the end, so nothing of it can be found.
    ['cut.mp4', /cut\.mp4 begins as MP4 and its index cannot be read: it was cut off or altered/],
  ])('label %s: exit code 1, and nothing is left behind', async (video, message) => {
    const { code, stdout, stderr } = await noscope('label', video, ...model, '--out', 'out.csv', '--json');
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(existsSync(folder.at('out.csv'))).toBe(false);
  });

  it('query and run say it too', async () => {
    const query = await noscope('query', 'nowhere.mp4', '--object', 'car', ...model);
    expect(query).toMatchObject({ code: 1, stderr: expect.stringMatching(/no such file: .*nowhere\.mp4/) });
    const run = await noscope('run', 'no-bundle', 'clip.mp4', ...model);
    expect(run).toMatchObject({ code: 1, stderr: expect.stringMatching(/no-bundle is no bundle: .*noscope train/) });
    expect(outputs()).toEqual([]);
  });
});

describe('a truncated video', () => {
  it('is labelled up to the break, and where that is gets said', async () => {
    const { code, stdout, stderr } = await noscope('label', 'cut.mkv', ...model, '--out', 'cut.csv', '--json');
    expect(code).toBe(0);
    const { frames, damage } = JSON.parse(stdout);
    expect(frames).toBeGreaterThan(100);
    expect(frames).toBeLessThan(300);
    expect(damage).toMatchObject({ frame: frames, atS: expect.closeTo((frames - 1) / 10, 3) });
    expect(stderr).toMatch(new RegExp(`warning: .*cut\\.mkv breaks off after frame ${frames - 1} at `));
  });

  it('is answered up to the break, and where that is gets said', async () => {
    const { code, stdout, stderr } = await noscope(...learning, '--json');
    expect(code, stderr).toBe(0);
    const { warnings, answered } = JSON.parse(stdout);
    expect(warnings).toContainEqual({
      code: 'damaged-video',
      message: expect.stringMatching(/cut\.mkv breaks off after frame \d+ at /),
    });
    expect(answered.endS).toBeLessThan(30 - 1);
  });
});

describe('a question that cannot be asked', () => {
  const query = (...args: string[]) => noscope('query', 'clip.mp4', ...model, ...args);

  it.each([
    [['--object', 'carr'], /does not know "carr"; did you mean "car"\?/],
    [['--object', 'car', '--zone', '0,0,1,1'], /--zone: a zone needs at least three points/],
    [['--object', 'car', '--zone', '0,0,0.5,0.5,1,1'], /--zone: the zone encloses no area/],
    [['--object', 'car', '--zone', '0,0,640,0,640,480'], /640 lies outside the picture/],
    [['--object', 'car', '--zone', 'here'], /"here" is no zone; give corners as x,y/],
    [['--object', 'car', '--fp', '2'], /"2" is no share/],
    [['--object', 'car', '--grid', 'nonsense'], /--grid: no specialized model is called "nonsense"/],
  ])('%j: exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await query(...args);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it.each([
    [['--object', 'bus'], /bus never appears in the \d+ frames to learn from.*what it did see: car \(\d+ frames\)/],
    [['--object', 'car', '--zone', '0,0,1,0,1,0.1,0,0.1'], /car never appears in the zone/],
    [['--object', 'car', '--train-duration', '10m'], /leaves nothing of the 30\.0 s to answer for; give less/],
  ])('%j: exit code 1', async (args, message) => {
    const { code, stdout, stderr } = await query(...args);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('an object that is always there, and a video of half a second, leave nothing to learn', async () => {
    // Labels that were corrected under the same name are other labels: what was kept of the first ones does not count.
    const [header, first, ...rows] = readFileSync(folder.at('always.csv'), 'utf8').split('\n');
    writeFileSync(folder.at('labels.csv'), [header, first, ''].join('\n'));
    const rarely = ['query', 'clip.mp4', '--object', 'car', '--zone', '0,0,1,0,1,0.1,0,0.1', '--labels', 'labels.csv'];
    const never = await noscope(...rarely);
    expect(never).toMatchObject({ code: 1, stderr: expect.stringMatching(/never appears in the zone/) });
    const high = rows.map((row) => row.replace(/,10,10,20,20$/, ',10,-10,20,20'));
    writeFileSync(folder.at('labels.csv'), [header, first.replace(',10,10,', ',10,-10,'), ...high].join('\n'));
    const always = await noscope(...rarely);
    rmSync(folder.at('labels.csv'));
    expect(always).toMatchObject({ code: 1, stderr: expect.stringMatching(/is there on all \d+ frames.*--zone/) });
    const short = await noscope('query', 'short.mp4', '--object', 'car', ...model);
    expect(short.code).toBe(1);
    expect(short.stderr).toMatch(/short\.mp4 has only 5 frames|never appears in the 3 frames/);
  });

  it('has to say who answers', async () => {
    expect(await noscope('query', 'clip.mp4', '--object', 'car')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/say who answers: --reference .* or --labels/),
    });
  });
});

describe('files beside the video', () => {
  const label = (weights: string, ...more: string[]) =>
    noscope('label', 'clip.mp4', '--reference', 'blue.cfg', '--weights', weights, '--names', 'blue.names', ...more);

  it('weights that do not fit the cfg are refused with the layer', async () => {
    const cut = await label('cut.weights');
    expect(cut).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/truncated .* layer 5 \(convolutional, 7 filters/),
    });
    const long = await label('long.weights');
    expect(long).toMatchObject({ code: 1, stderr: expect.stringMatching(/132 bytes, this cfg needs 92/) });
  });

  it('labels that are no numbers are refused with the line', async () => {
    const { code, stderr } = await noscope('query', 'clip.mp4', '--object', 'car', '--labels', 'bad.csv');
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/line 3: confidence .*"high"/) });
  });

  it('a folder in the place of an output is noticed before the work', async () => {
    const { code, stderr } = await label('blue.weights', '--out', 'a-folder');
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/--out a-folder is a folder/) });
    expect(readdirSync(folder.at('a-folder'))).toEqual([]);
  });
});

describe('a full disk', () => {
  let disk: SmallDisk | null = null;
  afterEach(() => {
    disk?.remove();
    disk = null;
  });

  it('stops labelling in words; with room the same command goes on and gives the same file', async ({ skip }) => {
    disk = mountSmallDisk(folder.at('disk'), 12);
    if (disk === null) return skip('mounting a small disk takes root');
    const out = folder.at('disk', 'labels.csv');
    const full = await noscope('label', 'clip.mp4', ...model, '--out', out, '--json');
    expect(full.stderr).toMatch(/ENOSPC.*make room, then run the same command again/);
    expect({ code: full.code, stdout: full.stdout }).toEqual({ code: 1, stdout: '' });
    expect(readdirSync(disk.path)).not.toContain('labels.csv');
    disk.resize(1024);
    const again = await noscope('label', 'clip.mp4', ...model, '--out', out, '--json');
    expect(again.code, again.stderr).toBe(0);
    const { frames, framesNow } = JSON.parse(again.stdout);
    expect(frames).toBe(300);
    expect(framesNow).toBeLessThan(300);
    await noscope('label', 'clip.mp4', ...model, '--out', 'undisturbed.csv');
    expect(readFileSync(out, 'utf8')).toBe(readFileSync(folder.at('undisturbed.csv'), 'utf8'));
    expect(readdirSync(disk.path)).toEqual(['labels.csv']);
  });

  it('stops a query in words, whether at its labels or at its bundle', async ({ skip }) => {
    disk = mountSmallDisk(folder.at('disk'), 400);
    if (disk === null) return skip('mounting a small disk takes root');
    const labels = await runCli([...learning, '--json'], { cache: disk.path, cwd: folder.path });
    expect(labels.stderr).toMatch(/cannot write .*ENOSPC.*make room/);
    expect({ code: labels.code, stdout: labels.stdout }).toEqual({ code: 1, stdout: '' });
    for (const name of readdirSync(disk.path)) rmSync(folder.at('disk', name), { recursive: true });
    disk.resize(16);
    const bundle = await noscope(...learning, '--out', folder.at('disk', 'bundle'), '--json');
    expect(bundle.stderr).toMatch(/cannot write the bundle .*ENOSPC.*nothing was left behind/);
    expect({ code: bundle.code, stdout: bundle.stdout }).toEqual({ code: 1, stdout: '' });
    expect(readdirSync(disk.path)).not.toContain('bundle');
  });

  it('and a limit on the length of files stop a run without half a file', async () => {
    // Without a mount: the shell caps the length of every file that the process writes.
    await noscope('label', 'clip.mp4', ...model, '--out', 'capped.csv');
    const { code, stderr } = await runCli(['label', 'clip.mp4', ...model, '--out', 'too-long.csv'], {
      cache,
      cwd: folder.path,
      fileBlocks: 8,
    });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/EFBIG.*make room/) });
    expect(existsSync(folder.at('too-long.csv'))).toBe(false);
    const again = await noscope('label', 'clip.mp4', ...model, '--out', 'too-long.csv');
    expect(again.code).toBe(0);
    expect(readFileSync(folder.at('too-long.csv'), 'utf8')).toBe(readFileSync(folder.at('capped.csv'), 'utf8'));
  });
});
