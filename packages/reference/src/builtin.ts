/**
 * Topologies that need no cfg file: YOLOv2 and YOLOv2-tiny for COCO, written from the published architecture (Redmon and
 * Farhadi, "YOLO9000: Better, Faster, Stronger", CVPR 2017, table 6 and section 2; anchors from the authors' release).
 */

const BUILT_IN = ['yolov2', 'yolov2-tiny'] as const;
export type BuiltInName = (typeof BUILT_IN)[number];

/** The anchors of the released COCO models, in cells. */
const ANCHORS = '0.57273, 0.677385, 1.87446, 2.06253, 3.33843, 5.47434, 7.88282, 3.52778, 9.77052, 9.16828';

export const isBuiltIn = (name: string): name is BuiltInName => BUILT_IN.some((known) => known === name);

/** The cfg text of a built-in topology, 80 classes. */
export function builtInCfg(name: BuiltInName): string {
  return name === 'yolov2' ? yolov2() : yolov2Tiny();
}

/** Darknet-19 without its classifier, three more 3×3 convolutions, and the 26×26-cell features passed through (reorg). */
function yolov2(): string {
  return [
    net(608),
    convolution(32, 3),
    maxpool(2),
    convolution(64, 3),
    maxpool(2),
    ...bottleneck(128, 1),
    maxpool(2),
    ...bottleneck(256, 1),
    maxpool(2),
    ...bottleneck(512, 2),
    maxpool(2),
    ...bottleneck(1024, 2),
    convolution(1024, 3),
    convolution(1024, 3),
    '[route]\nlayers=-9',
    convolution(64, 1),
    '[reorg]\nstride=2',
    '[route]\nlayers=-1,-4',
    convolution(1024, 3),
    ...head(),
  ].join('\n\n');
}

function yolov2Tiny(): string {
  const pyramid = [16, 32, 64, 128, 256].flatMap((filters) => [convolution(filters, 3), maxpool(2)]);
  return [
    net(416),
    ...pyramid,
    convolution(512, 3),
    maxpool(1),
    convolution(1024, 3),
    convolution(512, 3),
    ...head(),
  ].join('\n\n');
}

const net = (size: number): string => `[net]\nwidth=${size}\nheight=${size}\nchannels=3`;

const convolution = (filters: number, size: number): string =>
  `[convolutional]\nbatch_normalize=1\nfilters=${filters}\nsize=${size}\nstride=1\npad=1\nactivation=leaky`;

const maxpool = (stride: number): string => `[maxpool]\nsize=2\nstride=${stride}`;

/** 3×3 convolutions with 1×1 ones of half the filters between. */
const bottleneck = (filters: number, repeats: number): string[] => [
  convolution(filters, 3),
  ...Array.from({ length: repeats }, () => [convolution(filters / 2, 1), convolution(filters, 3)]).flat(),
];

const head = (): string[] => [
  '[convolutional]\nfilters=425\nsize=1\nstride=1\npad=1\nactivation=linear',
  `[region]\nanchors = ${ANCHORS}\nclasses=80\ncoords=4\nnum=5\nsoftmax=1`,
];
