import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import type { Frame } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import { afterAll, describe, expect, it } from 'vitest';
import type { FrameRange, Video } from '../video.ts';
import { openVideo } from './open-video.ts';
import { HEIGHT, temporaryFolder, testPicture, WIDTH, writeClip } from './testing.ts';

const folder = temporaryFolder();
afterAll(() => folder.dispose());

interface Seen {
  id: number;
  timestampS: number;
}

async function read(video: Video, range: FrameRange = {}): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const { id, timestampS, close } of closing(video, range)) {
    seen.push({ id, timestampS });
    close();
  }
  return seen;
}

async function* closing(video: Video, range: FrameRange) {
  for await (const frame of video.frames(range)) {
    yield { id: frame.id, timestampS: frame.timestampS, close: () => frame.close() };
  }
}

async function rejection(opening: Promise<unknown>): Promise<NoScopeError> {
  const error = await opening.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(NoScopeError);
  return error as NoScopeError;
}

const meanDifference = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;

/** Uneven steps, a start after zero and a gap of seconds. */
const uneven = (id: number) => 0.1 + id * 0.04 + (id % 3 === 0 ? 0.013 : 0) + (id > 50 ? 2.5 : 0);

describe('openVideo', () => {
  it.each([
    ['mp4', 'h264'],
    ['mkv', 'h264'],
    ['mov', 'mpeg4'],
    ['mkv', 'mjpeg'],
    ['ts', 'h264'],
  ] as const)('gives every frame of a variable-rate .%s (%s) at its own time', async (ending, codec) => {
    const path = folder.file(`vfr-${codec}.${ending}`);
    await writeClip(path, 90, uneven, { codec });
    const video = await openVideo(path);
    expect(video.info).toMatchObject({ width: WIDTH, height: HEIGHT, codec, isLive: false });
    const seen = await read(video);
    expect(seen.map(({ id }) => id)).toEqual(Array.from({ length: 90 }, (_, id) => id));
    // MPEG-TS shifts all times by a constant.
    const shiftS = seen[0].timestampS - uneven(0);
    if (ending !== 'ts') expect(Math.abs(shiftS)).toBeLessThan(0.001);
    for (const { id, timestampS } of seen) expect(timestampS - shiftS).toBeCloseTo(uneven(id), 3);
    expect(video.damage).toBeNull();
    expect(video.warnings).toEqual([]);
    await video.close();
  });

  it.each(['mpeg4', 'mjpeg'] as const)('reads .avi (%s)', async (codec) => {
    const path = folder.file(`steady-${codec}.avi`);
    await writeClip(path, 40, (id) => id / 25, { codec });
    const video = await openVideo(path);
    const seen = await read(video);
    expect(seen.map(({ timestampS }) => timestampS)).toEqual(
      Array.from({ length: 40 }, (_, id) => expect.closeTo(id / 25, 6)),
    );
    expect(video.damage).toBeNull();
    await video.close();
  });

  it('gives the pictures that were written', async () => {
    const path = folder.file('picture.mp4');
    await writeClip(path, 30, (id) => id / 25);
    const video = await openVideo(path);
    for await (const frame of video.frames({ everyN: 10 })) {
      const rgb = await frame.view({ kind: 'rgb' });
      expect(meanDifference(rgb, testPicture(frame.id))).toBeLessThan(2);
      const small = await frame.view({ kind: 'small', size: 8 });
      expect(small).toHaveLength(192);
      const network = await frame.view({ kind: 'network', width: 32, height: 32, fit: 'letterbox' });
      expect(network).toHaveLength(3 * 32 * 32);
      frame.close();
      frame.close();
      await expect(frame.view({ kind: 'rgb' })).rejects.toThrow(/is closed/);
    }
    await video.close();
  });

  it('keeps frames that were given out, whatever happens to the video', async () => {
    const path = folder.file('kept.mp4');
    await writeClip(path, 30, (id) => id / 25);
    const video = await openVideo(path);
    const kept: Frame[] = [];
    for await (const frame of video.frames({ prefetch: 2 })) {
      kept.push(frame);
      if (kept.length === 12) break;
    }
    await video.close();
    for (const frame of kept) {
      expect(meanDifference(await frame.view({ kind: 'rgb' }), testPicture(frame.id))).toBeLessThan(2);
      frame.close();
    }
  });

  it.each([90, 180, 270] as const)('turns the picture by %i° as its metadata asks', async (rotation) => {
    const path = folder.file(`turned-${rotation}.mp4`);
    await writeClip(path, 2, (id) => id / 25, { rotation });
    const video = await openVideo(path);
    const size = rotation === 180 ? [WIDTH, HEIGHT] : [HEIGHT, WIDTH];
    expect([video.info.width, video.info.height]).toEqual(size);
    for await (const frame of video.frames({ endFrame: 1 })) {
      expect([frame.width, frame.height]).toEqual(size);
      const rgb = await frame.view({ kind: 'rgb' });
      // Clockwise, the left edge's lower end comes to the top left first, then the right edge's, then its upper end.
      const [x, y] = { 90: [0, HEIGHT - 1], 180: [WIDTH - 1, HEIGHT - 1], 270: [WIDTH - 1, 0] }[rotation];
      expect(rgb[0]).toBeCloseTo(2 * x, -1);
      expect(rgb[1]).toBeCloseTo(3 * y, -1);
      frame.close();
    }
    await video.close();
  });

  it('refuses a rotation that is no quarter turn', async () => {
    const path = folder.file('askew.mp4');
    await writeClip(path, 2, (id) => id / 25, { rotation: 45 as 90 });
    const error = await rejection(openVideo(path));
    expect(error.code).toBe('unsupported');
  });
});

describe('ranges', () => {
  const path = folder.file('long.mp4');
  const made = writeClip(path, 500, uneven, { keyframeS: 1 });

  it.each<FrameRange>([
    { startFrame: 333, endFrame: 350 },
    { startS: 15, endS: 16 },
    { startFrame: 400, everyN: 7 },
    { startS: 12.34, everyS: 0.5 },
    { startFrame: 499 },
    { startFrame: 120, startS: 17.9 },
    { startFrame: 5000 },
  ])('far in have the frames of a full reading: %o', async (range) => {
    await made;
    const video = await openVideo(path);
    const wanted: { id: number; blue: number }[] = [];
    const filter = new (await import('../range.ts')).RangeFilter(range);
    for await (const frame of video.frames()) {
      if (filter.next(frame.id, frame.timestampS) === 'give') {
        wanted.push({ id: frame.id, blue: (await frame.view({ kind: 'small', size: 1 }))[2] });
      }
      frame.close();
    }
    const found: { id: number; blue: number }[] = [];
    for await (const frame of video.frames(range)) {
      found.push({ id: frame.id, blue: (await frame.view({ kind: 'small', size: 1 }))[2] });
      frame.close();
    }
    expect(found).toEqual(wanted);
    await video.close();
  });
});

describe('damage', () => {
  it.each([
    ['mkv', 'h264'],
    ['avi', 'mpeg4'],
    ['avi', 'mjpeg'],
    ['mkv', 'mjpeg'],
  ] as const)('a cut .%s (%s) works up to the break and says where', async (ending, codec) => {
    const whole = folder.file(`whole-${codec}.${ending}`);
    await writeClip(whole, 200, (id) => id / 25, { codec });
    const bytes = readFileSync(whole);
    const cut = folder.file(`cut-${codec}.${ending}`);
    writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    const video = await openVideo(cut);
    const seen = await read(video);
    expect(seen.length).toBeGreaterThan(50);
    expect(seen.length).toBeLessThan(190);
    expect(video.damage).toMatchObject({ frame: seen.length, message: expect.stringContaining('breaks off') });
    expect(video.damage?.atS).toBe(seen.at(-1)?.timestampS);
    await video.close();
  });

  it('a cut .avi of which most bytes are left, and fewer pictures than its header counts', async () => {
    const whole = folder.file('whole-most.avi');
    await writeClip(whole, 200, (id) => id / 25, { codec: 'mpeg4' });
    const bytes = readFileSync(whole);
    const cut = folder.file('cut-most.avi');
    // The first pictures are the heavy ones, so the share of pictures lost is smaller than that of bytes; cut at a chunk.
    let end = 0;
    for (let at = bytes.indexOf('movi') + 4, picture = 0; picture < 190; picture++) {
      const size = bytes.readUInt32LE(at + 4);
      at += 8 + size + (size % 2);
      end = at;
    }
    writeFileSync(cut, bytes.subarray(0, end));
    const video = await openVideo(cut);
    const seen = await read(video);
    expect(seen.length).toBe(190);
    expect(video.damage).toMatchObject({ frame: 190, message: expect.stringMatching(/promises 8\.000 s/) });
    await video.close();
  });

  it('a cut .mp4 without its index is refused as such', async () => {
    const whole = folder.file('whole.mp4');
    await writeClip(whole, 50, (id) => id / 25);
    const bytes = readFileSync(whole);
    const cut = folder.file('cut.mp4');
    writeFileSync(cut, bytes.subarray(0, bytes.length / 2));
    const error = await rejection(openVideo(cut));
    expect(error.code).toBe('corrupt');
    expect(error.message).toMatch(/cut off/);
  });

  it('a .mp4 whose pictures stop short of its index works up to the break', async () => {
    const whole = folder.file('index-first.mp4');
    await writeClip(whole, 100, (id) => id / 25);
    const cut = folder.file('index-first-cut.mp4');
    writeFileSync(cut, indexFirst(readFileSync(whole), 0.5));
    const video = await openVideo(cut);
    const seen = await read(video);
    expect(seen.length).toBeGreaterThan(10);
    expect(seen.length).toBeLessThan(95);
    expect(video.damage?.frame).toBe(seen.length);
    await video.close();
  });
});

/** Leaves the index where it is and overwrites nothing: moves `mdat`'s tail away by cutting the file behind the index. */
function indexFirst(bytes: Buffer, keep: number): Buffer {
  // ftyp, free, mdat, moov → ftyp, free, moov, mdat with shifted chunk offsets.
  const boxes: { name: string; start: number; size: number }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    boxes.push({ name: bytes.toString('latin1', at + 4, at + 8), start: at, size });
    at += size;
  }
  const part = (name: string) => {
    const box = boxes.find((candidate) => candidate.name === name);
    if (!box) throw new Error(`no ${name}`);
    return bytes.subarray(box.start, box.start + box.size);
  };
  const moov = Buffer.from(part('moov'));
  const offsets = moov.indexOf('stco', 0, 'latin1') + 4;
  for (let i = 0; i < moov.readUInt32BE(offsets + 4); i++) {
    const at = offsets + 8 + 4 * i;
    moov.writeUInt32BE(moov.readUInt32BE(at) + moov.length, at);
  }
  const mdat = part('mdat');
  const before = boxes.filter(({ name }) => name !== 'moov' && name !== 'mdat').map(({ name }) => part(name));
  return Buffer.concat([...before, moov, mdat.subarray(0, Math.floor(mdat.length * keep))]);
}

it('a video in which nothing can be decoded is refused when it is read', async () => {
  const whole = folder.file('header.mkv');
  await writeClip(whole, 20, (id) => id / 25);
  const bytes = readFileSync(whole);
  const cluster = bytes.indexOf(Buffer.from([0x1f, 0x43, 0xb6, 0x75]));
  const cut = folder.file('header-only.mkv');
  writeFileSync(cut, bytes.subarray(0, cluster + 12));
  const video = await openVideo(cut);
  const error = await rejection(read(video));
  expect(error.code).toBe('corrupt');
  expect(error.message).toMatch(/no frame that can be decoded/);
  await video.close();
});

it('frames without a timestamp follow at the nominal rate, with a warning', async () => {
  const path = folder.file('reordered.avi');
  await writeClip(path, 30, (id) => id / 25, { codec: 'h264' });
  const video = await openVideo(path);
  const seen = await read(video);
  expect(seen).toHaveLength(30);
  for (let i = 1; i < 30; i++) expect(seen[i].timestampS - seen[i - 1].timestampS).toBeCloseTo(0.04, 6);
  expect(video.warnings.map(({ code }) => code)).toEqual(['no-timestamps']);
  await video.close();
});

describe('bad input', () => {
  it('is refused with a code and words', async () => {
    const text = folder.file('notes.txt');
    writeFileSync(text, 'A list of things to do.\n'.repeat(40));
    const csv = folder.file('labels.csv');
    writeFileSync(csv, 'frame,class\n1,car\n'.repeat(100));
    const empty = folder.file('empty.mp4');
    writeFileSync(empty, '');
    const noise = folder.file('noise.mp4');
    writeFileSync(noise, Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 + 13) % 251)));
    mkdirSync(folder.file('clips'));
    const cases: [string, NoScopeError['code'], RegExp][] = [
      [folder.file('none.mp4'), 'not-found', /no such file/],
      [folder.file('clips'), 'bad-input', /is a folder/],
      [text, 'bad-input', /no video in it|not a video/],
      [csv, 'bad-input', /no video in it|not a video/],
      [noise, 'bad-input', /no video in it|not a video/],
      [empty, 'corrupt', /is empty/],
      ['carrier-pigeon://loft/x', 'unsupported', /carrier-pigeon:\/\//],
      ['', 'bad-input', /no video was named/],
    ];
    for (const [address, code, message] of cases) {
      const error = await rejection(openVideo(address));
      expect(error.message).toMatch(message);
      expect(error.code).toBe(code);
    }
  });

  it('a source that does not answer is unavailable', async () => {
    const error = await rejection(openVideo('http://127.0.0.1:9/x.mp4'));
    expect(error.code).toBe('unavailable');
  });

  it('a range or step that means nothing is refused at once', async () => {
    const path = folder.file('short.mp4');
    await writeClip(path, 5, (id) => id / 25);
    const video = await openVideo(path);
    expect(() => video.frames({ everyN: 0 })).toThrow(/everyN/);
    expect(() => video.frames({ prefetch: 0 })).toThrow(/prefetch/);
    await video.close();
    await video.close();
    expect(() => video.frames()).toThrow(/closed/);
  });
});

describe('stopping', () => {
  it('by signal, between frames', async () => {
    const path = folder.file('stopped.mp4');
    await writeClip(path, 200, (id) => id / 25);
    const stop = new AbortController();
    const video = await openVideo(path, { signal: stop.signal });
    let count = 0;
    const reading = async () => {
      for await (const frame of video.frames()) {
        frame.close();
        if (++count === 5) stop.abort();
      }
    };
    expect((await rejection(reading())).code).toBe('aborted');
    expect(count).toBeLessThan(30);
    await video.close();
    expect((await rejection(openVideo(path, { signal: stop.signal }))).code).toBe('aborted');
  });

  // The time limit lies below the 15 s after which the source would count as gone by itself.
  it('by signal, while a source is silent', { timeout: 10_000 }, async () => {
    const silent = createTcpServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const error = await rejection(openVideo(`rtsp://127.0.0.1:${port}/camera`, { signal: stop.signal }));
    expect(error.code).toBe('aborted');
    silent.close();
  });

  it('by close(), from within the loop', async () => {
    const path = folder.file('stopped.mp4');
    const video = await openVideo(path);
    let count = 0;
    for await (const frame of video.frames()) {
      frame.close();
      if (++count === 3) await video.close();
    }
    expect(count).toBe(3);
  });
});

describe('HLS', () => {
  it('over HTTP is read like a file', async () => {
    const segment = folder.file('segment.ts');
    await writeClip(segment, 50, (id) => id / 25);
    const playlist = '#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\nsegment.ts\n#EXT-X-ENDLIST\n';
    const server = createServer((request, response) => {
      if (request.url === '/x.m3u8') response.setHeader('content-type', 'application/vnd.apple.mpegurl').end(playlist);
      else if (request.url === '/segment.ts')
        response.setHeader('content-type', 'video/mp2t').end(readFileSync(segment));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const video = await openVideo(`http://127.0.0.1:${port}/x.m3u8`);
    expect(video.info.isLive).toBe(false);
    expect(await read(video)).toHaveLength(50);
    expect(await read(video, { startFrame: 10, endFrame: 20 })).toHaveLength(10);
    await video.close();
    expect((await rejection(openVideo(`http://127.0.0.1:${port}/none.m3u8`))).code).toBe('not-found');
    server.closeAllConnections();
    server.close();
  });
});
