export * from './engine.ts';
export * from './frame.ts';
export * from './onnx/index.ts';
export * from './stages.ts';
export * from './tfjs/conv2d-backprop-filter.ts';
export * from './wasm/index.ts';
