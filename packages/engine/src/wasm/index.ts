export { fitPicture } from './bilinear.ts';
export { snapCrop } from './cells.ts';
export { planeShapes } from './check.ts';
export type { Kernels, PixelFormat, Plane, Planes } from './kernels.ts';
export { loadKernels } from './load.ts';
export { typescriptKernels } from './typescript.ts';
