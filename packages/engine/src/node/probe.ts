/** Which engines this host has, and which one to take. Nothing falls back in silence: every choice carries its reason. */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { NoScopeError } from '@noscope/query';
import { ENGINES, type EngineChoice, type EngineId, type EngineProbe } from '../engine.ts';
import { loadOnnxRuntime } from './onnx.ts';
import { findWebGpu } from './webgpu.ts';

/**
 * Every engine with whether it can be had here and why not. Takes under a second.
 * @param insist look for a GPU even where no device speaks for one, see `findWebGpu`.
 */
export async function probeEngines(insist = false): Promise<EngineProbe[]> {
  const runtime = await loadOnnxRuntime().catch((error: unknown) => String(error));
  const providers = typeof runtime === 'string' ? [] : runtime.listSupportedBackends().map(({ name }) => name);
  const gpu = await findWebGpu(insist);
  return ENGINES.map((engine): EngineProbe => {
    switch (engine) {
      case 'onnxruntime-cpu':
        return typeof runtime === 'string'
          ? { engine, available: false, detail: runtime }
          : { engine, available: true, detail: `ONNX Runtime on ${availableParallelism()} CPU threads` };
      case 'onnxruntime-webgpu':
        if (typeof runtime === 'string') return { engine, available: false, detail: runtime };
        if (!providers.some((name) => name === 'webgpu')) {
          return { engine, available: false, detail: 'this build of ONNX Runtime has no WebGPU provider' };
        }
        return typeof gpu === 'string'
          ? { engine, available: false, detail: gpu }
          : { engine, available: true, detail: gpu.name, isSoftware: gpu.isSoftware };
      case 'tfjs-webgpu':
        return typeof gpu === 'string'
          ? { engine, available: false, detail: gpu }
          : { engine, available: true, detail: gpu.name, isSoftware: gpu.isSoftware };
      case 'tfjs-node':
      case 'tfjs-node-gpu':
        return isInstalled(`@tensorflow/${engine}`)
          ? { engine, available: true, detail: `@tensorflow/${engine} is installed` }
          : { engine, available: false, detail: `not installed (npm i --no-save @tensorflow/${engine})` };
      case 'tfjs-wasm':
        return { engine, available: true, detail: 'WebAssembly SIMD, one thread' };
      case 'tfjs-cpu':
        return { engine, available: true, detail: 'plain JavaScript, for tests' };
      default:
        return engine satisfies never;
    }
  });
}

function isInstalled(specifier: string): boolean {
  try {
    createRequire(import.meta.url).resolve(specifier);
    return true;
  } catch {
    return false;
  }
}

/**
 * The engine to take: the one asked for, else the first that is there and is no emulated GPU.
 * @throws NoScopeError `unavailable` when the one asked for cannot be had; the message lists what can.
 */
export async function chooseEngine(prefer?: EngineId): Promise<EngineChoice> {
  return chooseFrom(await probeEngines(prefer?.includes('webgpu')), prefer);
}

/** The rule behind `chooseEngine`, over given probes. */
export function chooseFrom(probes: EngineProbe[], prefer?: EngineId): EngineChoice {
  const usable = probes.filter((probe) => probe.available);
  if (prefer !== undefined) {
    const probe = probes.find(({ engine }) => engine === prefer);
    if (probe === undefined || !probe.available) {
      throw new NoScopeError(
        'unavailable',
        `engine ${prefer} cannot be had here: ${probe?.detail ?? 'no such engine'}; there is ${usable.map(({ engine }) => engine).join(', ')}`,
      );
    }
    return { engine: prefer, reason: `asked for; ${probe.detail}`, probes };
  }
  const best = usable.find((probe) => probe.isSoftware !== true);
  if (best === undefined) {
    throw new NoScopeError('unavailable', 'no engine can be had here; install onnxruntime-node or @tensorflow/tfjs');
  }
  const passed = probes
    .slice(0, probes.indexOf(best))
    .map(({ engine, available, detail }) =>
      available ? `${engine} is emulated by the CPU (${detail})` : `${engine}: ${detail}`,
    );
  return { engine: best.engine, reason: [best.detail, ...passed].join('; '), probes };
}
