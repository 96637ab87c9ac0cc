/**
 * WebGPU in Node: Dawn, from the npm package `webgpu`. tfjs looks for `navigator.gpu` when its WebGPU back end is
 * imported, so it has to be in place before.
 */
import { existsSync } from 'node:fs';
import { NoScopeError } from '@noscope/query';

export interface WebGpuAdapter {
  /** Vendor, architecture and device as the driver names them. */
  name: string;
  /** SwiftShader, lavapipe and the like: a CPU that plays GPU. */
  isSoftware: boolean;
}

interface DawnModule {
  create(options: string[]): GPU;
  globals: Record<string, unknown>;
}

let requesting: Promise<WebGpuAdapter | string> | null = null;

/**
 * What GPU there is, or why there is none. The first answer is kept, Dawn is not.
 *
 * Dawn is loaded only where a device says that it may find something: without a driver it prints a warning about Vulkan
 * that nobody can silence. `insist` loads it all the same, for a GPU that is emulated.
 */
export function findWebGpu(insist = false): Promise<WebGpuAdapter | string> {
  if (!insist && requesting === null && !hasGpuDevice()) {
    return Promise.resolve('no GPU device on this host (no /dev/dri, /dev/nvidiactl or /dev/dxg)');
  }
  requesting ??= requestAdapter();
  return requesting;
}

function hasGpuDevice(): boolean {
  if (process.platform !== 'linux') return true;
  return ['/dev/dri', '/dev/nvidiactl', '/dev/dxg'].some((path) => existsSync(path));
}

async function requestAdapter(): Promise<WebGpuAdapter | string> {
  try {
    const { create } = await loadDawn();
    const adapter = await create([]).requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) return 'Dawn finds no GPU adapter (no Vulkan, Metal or D3D12 driver)';
    const { vendor, architecture, device, description } = adapter.info;
    const name =
      [vendor, architecture, device, description].filter((part) => part !== '').join(' ') || 'unnamed adapter';
    const isSoftware =
      adapter.info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(name);
    return { name, isSoftware };
  } catch (cause) {
    return `the package webgpu does not load: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

/**
 * Puts `navigator.gpu` and WebGPU's globals in place, as tfjs expects them. Dawn keeps the process alive from here to
 * `releaseWebGpu()`.
 * @throws NoScopeError `unavailable` without an adapter.
 */
export async function installWebGpu(): Promise<WebGpuAdapter> {
  const found = await findWebGpu(true);
  if (typeof found === 'string') {
    throw new NoScopeError('unavailable', `${found}; use onnxruntime-cpu or tfjs-wasm`);
  }
  const { create, globals } = await loadDawn();
  Object.assign(globalThis, globals);
  const holder = globalThis as { navigator?: object };
  // Node 21 and later have a navigator of their own, without a gpu.
  holder.navigator ??= {};
  Object.defineProperty(holder.navigator, 'gpu', { value: create([]), configurable: true, writable: true });
  return found;
}

/** Lets Dawn go, so that the process can end. */
export function releaseWebGpu(): void {
  const holder = globalThis as { navigator?: { gpu?: unknown } };
  if (holder.navigator !== undefined) delete holder.navigator.gpu;
}

async function loadDawn(): Promise<DawnModule> {
  return (await import('webgpu')) as unknown as DawnModule;
}
