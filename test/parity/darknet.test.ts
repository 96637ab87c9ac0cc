/** One golden set, every engine against it: tensors within 2e-4 of their peak, the stills' boxes one by one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isTfjsEngine } from '@noscope/engine';
import { openOnnx, probeEngines, useTfjs } from '@noscope/engine/node';
import { decodeDetections, INPUT_NAME, intersectionOverUnion, outputLayers, toOnnx, toTfjs } from '@noscope/reference';
import { describe, expect, it } from 'vitest';
import { type Fixture, fixtureNames, loadFixture, relativeError } from '../support/fixtures.ts';
import { needsSharedData, sharedData } from '../support/shared-data.ts';

const data = sharedData();
const TOLERANCE = 2e-4;
/** What every host has, and what this one has besides; an emulated GPU is looked at below, in a process of its own. */
const here = (await probeEngines()).filter(({ available, isSoftware }) => available && isSoftware !== true);

async function headOf(fixture: Fixture, engine: (typeof here)[number]['engine']): Promise<Float32Array> {
  const { network, weights, input } = fixture;
  const [{ name, layer }] = outputLayers(network);
  if (isTfjsEngine(engine)) {
    const lifted = toTfjs(await useTfjs(engine), network, weights);
    const head = (await lifted.run(input, 1)).get(layer.index) ?? new Float32Array();
    lifted.dispose();
    return head;
  }
  const session = await openOnnx(toOnnx(network, weights), { engine });
  const { channels, height, width } = network.input;
  const results = await session.run({ [INPUT_NAME]: { dims: [1, channels, height, width], data: input } });
  await session.close();
  return results[name].data as Float32Array;
}

describe.skipIf(data === null)(needsSharedData('golden tensors'), () => {
  describe.each(here.map(({ engine }) => engine))('%s', (engine) => {
    it.each(data === null ? [] : fixtureNames(data))('%s', async (name) => {
      const fixture = loadFixture(data ?? '', name);
      const head = await headOf(fixture, engine);
      expect(relativeError(head, fixture.expected)).toBeLessThan(TOLERANCE);
      if (fixture.still === null) return;
      const { threshold, nmsIou, picture, boxes } = fixture.still;
      const tensors = [{ head: fixture.network.heads[0], data: head }];
      const options = { names: fixture.names, threshold, nmsIou };
      const found = decodeDetections(fixture.network, tensors, 0, picture, options);
      expect(found.map(({ className }) => className)).toEqual(boxes.map((box) => box.class));
      for (const [i, box] of boxes.entries()) {
        expect(Math.abs(found[i].confidence - box.confidence)).toBeLessThan(0.01);
        expect(intersectionOverUnion(found[i], { ...box, className: box.class })).toBeGreaterThan(0.95);
      }
    });
  });

  // Chromium brings a Vulkan loader and a driver that runs on the CPU; both must be named before a process starts.
  const chromium = '/usr/lib/chromium';
  const emulated = existsSync(`${chromium}/vk_swiftshader_icd.json`) && existsSync(`${chromium}/libvulkan.so.1`);
  const title = emulated
    ? 'WebGPU over Dawn on an emulated GPU, through tfjs and ONNX Runtime'
    : 'WebGPU over Dawn (skipped: no real adapter, and no Chromium with an emulated one)';
  it.skipIf(!emulated)(title, () => {
    const program = fileURLToPath(new URL('./darknet-webgpu.ts', import.meta.url));
    const child = spawnSync(process.execPath, ['--import', 'tsx', program], {
      encoding: 'utf8',
      env: {
        ...process.env,
        LD_LIBRARY_PATH: chromium,
        VK_ICD_FILENAMES: `${chromium}/vk_swiftshader_icd.json`,
      },
    });
    const results: { engine: string; name: string; error: number; backend: string }[] = JSON.parse(
      child.stdout || '[]',
    );
    expect(results.length, child.stderr).toBe(4);
    for (const { engine, name, error } of results) expect(error, `${engine} ${name}`).toBeLessThan(TOLERANCE);
    expect(new Set(results.map(({ backend }) => backend))).toEqual(new Set(['webgpu', 'onnxruntime-webgpu']));
  });
});
