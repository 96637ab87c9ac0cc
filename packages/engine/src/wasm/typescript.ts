/** The plain twin of the WASM kernels: what they mean, and what runs where SIMD is missing. */
import { resizeForNetwork } from './bilinear.ts';
import { averageCells, snapCrop } from './cells.ts';
import { checkBlocks, checkPair, checkPlanes, checkRoom, checkSize } from './check.ts';
import { rgbRow } from './colour.ts';
import type { Kernels } from './kernels.ts';

let room = new Uint8Array(0);

export const typescriptKernels: Kernels = {
  implementation: 'typescript',

  room(bytes) {
    checkRoom(bytes);
    if (room.length < bytes) room = new Uint8Array(bytes);
    return room.subarray(0, bytes);
  },

  smallFrame(planes, size, crop) {
    checkPlanes(planes);
    checkSize('size', size);
    return averageCells(planes, size, snapCrop(crop, planes.width, planes.height));
  },

  rgb(planes) {
    checkPlanes(planes);
    const rowBytes = planes.width * 3;
    const out = new Uint8Array(rowBytes * planes.height);
    for (let y = 0; y < planes.height; y++) rgbRow(planes, y, 0, planes.width, out.subarray(y * rowBytes));
    return out;
  },

  networkInput(planes, width, height, fit) {
    checkPlanes(planes);
    checkSize('width', width);
    checkSize('height', height);
    return resizeForNetwork(planes, width, height, fit);
  },

  mse(a, b) {
    checkPair(a, b);
    let sum = 0;
    for (let i = 0; i < a.length; i++) {
      const difference = a[i] - b[i];
      sum += difference * difference;
    }
    return Math.fround(sum / a.length);
  },

  blockMse(a, b, size, blocks, out) {
    checkBlocks(a, b, size, blocks, out);
    const edges = Array.from({ length: blocks + 1 }, (_, i) => Math.floor((i * size) / blocks));
    for (let i = 0; i < blocks; i++) {
      for (let j = 0; j < blocks; j++) {
        let sum = 0;
        for (let y = edges[i]; y < edges[i + 1]; y++) {
          for (let k = (y * size + edges[j]) * 3; k < (y * size + edges[j + 1]) * 3; k++) {
            const difference = a[k] - b[k];
            sum += difference * difference;
          }
        }
        out[i * blocks + j] = sum / ((edges[i + 1] - edges[i]) * (edges[j + 1] - edges[j]) * 3);
      }
    }
  },
};
