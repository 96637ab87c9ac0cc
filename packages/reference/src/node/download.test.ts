import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RemoteFile } from '../catalogue.ts';
import { pullFile, pullModel } from './download.ts';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251));
const sha256 = createHash('sha256').update(content).digest('hex');
const requests: (string | undefined)[] = [];
let server: Server;
let base = '';
let folder = '';
/** How many bytes the next answer sends before the connection breaks. */
let breakAfter = Number.POSITIVE_INFINITY;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.headers.range);
    if (request.url === '/missing') return void response.writeHead(404).end();
    const start = request.url === '/no-range' ? 0 : Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start >= content.length) return void response.writeHead(416).end();
    const body = content.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': body.length });
    if (body.length <= breakAfter) return void response.end(body);
    response.write(body.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 50));
    breakAfter = Number.POSITIVE_INFINITY;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'noscope-pull-'));
  requests.length = 0;
  return () => rm(folder, { recursive: true });
});

const pull = (file: Partial<RemoteFile> = {}, options = {}) =>
  pullFile({ url: `${base}/model`, bytes: content.length, sha256, ...file }, join(folder, 'm.weights'), 'm.weights', {
    cacheFolder: folder,
    ...options,
  });

describe('pullFile', () => {
  it('fetches with progress, and not a second time', async () => {
    const done: number[] = [];
    const onProgress = (event: { kind: string; done?: number }) => {
      if (event.kind === 'progress') done.push(event.done ?? 0);
    };
    expect(await pull({}, { onProgress })).toBe(true);
    expect(done.at(-1)).toBe(content.length);
    expect(content.equals(await readFile(join(folder, 'm.weights')))).toBe(true);
    expect(await pull()).toBe(false);
    expect(requests).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['m.weights']);
  });

  it.each([{}, { bytes: null, sha256: null }])('goes on where a broken connection left off: %j', async (known) => {
    breakAfter = 100_000;
    await expect(pull(known)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('again') });
    expect(await readdir(folder)).toEqual(['m.weights.part']);
    await pull(known);
    expect(requests[1]).toMatch(/^bytes=[1-9]\d*-$/);
    expect(content.equals(await readFile(join(folder, 'm.weights')))).toBe(true);
  });

  it('begins again with a server that knows no ranges', async () => {
    await writeFile(join(folder, 'm.weights.part'), content.subarray(0, 5000));
    await pull({ url: `${base}/no-range` });
    expect(content.equals(await readFile(join(folder, 'm.weights')))).toBe(true);
  });

  it('deletes what has the wrong checksum', async () => {
    await expect(pull({ sha256: sha256.replace(/./, (c) => (c === '0' ? '1' : '0')) })).rejects.toMatchObject({
      code: 'corrupt',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a longer file than the catalogue says', async () => {
    await expect(pull({ bytes: 1000 })).rejects.toMatchObject({ code: 'corrupt' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('says that there is no network, or what the server said', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(pull({ url: `http://127.0.0.1:${port}/model` })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/no network, or 127.* is not reachable \(.*ECONNREFUSED.*name the file instead/),
    });
    await expect(pull({ url: `${base}/missing` })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('404'),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('stops on request and keeps what came', async () => {
    const controller = new AbortController();
    const onProgress = (event: { kind: string }) => {
      if (event.kind === 'progress') controller.abort();
    };
    await expect(pull({}, { onProgress, signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
    await pull();
    expect(content.equals(await readFile(join(folder, 'm.weights')))).toBe(true);
  });
});

it('pullModel suggests the nearest name', async () => {
  await expect(pullModel('yolo2', { cacheFolder: folder })).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('did you mean yolov2?'),
  });
});
