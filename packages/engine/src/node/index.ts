export { loadOnnxRuntime, type OnnxOptions, openOnnx } from './onnx.ts';
export { chooseEngine, chooseFrom, probeEngines } from './probe.ts';
export { largestTensorBytes, type Tfjs, throwIfGpuFailed, useTfjs } from './tfjs.ts';
export { findWebGpu, installWebGpu, releaseWebGpu, type WebGpuAdapter } from './webgpu.ts';
