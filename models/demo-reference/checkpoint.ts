/** Checkpoints on disk: a line of JSON, then the arrays' bytes. A file is whole or not there. */
import { readFile, rename, writeFile } from 'node:fs/promises';

export interface Progress {
  /** Which of the stages of `train.ts`. */
  stage: 'narrow' | 'wide';
  /** Seconds of this stage so far, over all runs. */
  elapsedS: number;
  seed: number;
}

export async function writeCheckpoint(
  path: string,
  progress: Progress,
  arrays: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  const header = { ...progress, arrays: [...arrays].map(([name, { length }]) => ({ name, length })) };
  const parts = [...arrays.values()].map((data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  await writeFile(`${path}.part`, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...parts]));
  await rename(`${path}.part`, path);
}

export async function readCheckpoint(path: string): Promise<{ progress: Progress; arrays: Map<string, Float32Array> }> {
  const bytes = await readFile(path);
  const end = bytes.indexOf(10);
  const header = JSON.parse(bytes.toString('utf8', 0, end)) as Progress & {
    arrays: { name: string; length: number }[];
  };
  let offset = end + 1;
  const arrays = new Map<string, Float32Array>();
  for (const { name, length } of header.arrays) {
    const data = new Float32Array(length);
    new Uint8Array(data.buffer).set(bytes.subarray(offset, offset + 4 * length));
    arrays.set(name, data);
    offset += 4 * length;
  }
  const { stage, elapsedS, seed } = header;
  return { progress: { stage, elapsedS, seed }, arrays };
}
