/**
 * Published topologies as cfg text, for tests: the length of their weights files is known, so shapes, routes, groups
 * and batch norm of every layer have to be right for it to come out. YOLOv3 (Redmon and Farhadi 2018), YOLOv4
 * (Bochkovskiy et al. 2020).
 */
const conv = (filters: number, size: number, options: { stride?: number; activation?: string; bn?: boolean } = {}) => {
  const { stride = 1, activation = 'leaky', bn = true } = options;
  return `[convolutional]\n${bn ? 'batch_normalize=1\n' : ''}filters=${filters}\nsize=${size}\nstride=${stride}\npad=1\nactivation=${activation}`;
};
const net = (size: number) => `[net]\nwidth=${size}\nheight=${size}\nchannels=3`;
const route = (...layers: number[]) => `[route]\nlayers = ${layers.join(', ')}`;
const halfRoute = '[route]\nlayers=-1\ngroups=2\ngroup_id=1';
const shortcut = '[shortcut]\nfrom=-3\nactivation=linear';
const upsample = '[upsample]\nstride=2';
const maxpool = (size: number, stride: number) => `[maxpool]\nsize=${size}\nstride=${stride}`;
const repeat = (count: number, parts: string[]) => Array.from({ length: count }, () => parts).flat();

const V3 = '10,13,  16,30,  33,23,  30,61,  62,45,  59,119,  116,90,  156,198,  373,326';
const TINY = '10,14,  23,27,  37,58,  81,82,  135,169,  344,319';
const V4 = '12, 16, 19, 36, 40, 28, 36, 75, 76, 55, 72, 146, 142, 110, 192, 243, 459, 401';
const head = (mask: string, anchors: string, num: number, scale = 1) => [
  conv(255, 1, { activation: 'linear', bn: false }),
  `[yolo]\nmask = ${mask}\nanchors = ${anchors}\nclasses=80\nnum=${num}\nscale_x_y = ${scale}`,
];

export function yolov3(): string {
  const stage = (filters: number, count: number) => [
    conv(filters, 3, { stride: 2 }),
    ...repeat(count, [conv(filters / 2, 1), conv(filters, 3), shortcut]),
  ];
  const neck = (filters: number) => repeat(3, [conv(filters, 1), conv(2 * filters, 3)]);
  return [
    net(608),
    conv(32, 3),
    ...stage(64, 1),
    ...stage(128, 2),
    ...stage(256, 8),
    ...stage(512, 8),
    ...stage(1024, 4),
    ...neck(512),
    ...head('6,7,8', V3, 9),
    route(-4),
    conv(256, 1),
    upsample,
    route(-1, 61),
    ...neck(256),
    ...head('3,4,5', V3, 9),
    route(-4),
    conv(128, 1),
    upsample,
    route(-1, 36),
    ...neck(128),
    ...head('0,1,2', V3, 9),
  ].join('\n\n');
}

export function yolov3Tiny(): string {
  return [
    net(416),
    ...[16, 32, 64, 128, 256].flatMap((filters) => [conv(filters, 3), maxpool(2, 2)]),
    conv(512, 3),
    maxpool(2, 1),
    conv(1024, 3),
    conv(256, 1),
    conv(512, 3),
    ...head('3,4,5', TINY, 6),
    route(-4),
    conv(128, 1),
    upsample,
    route(-1, 8),
    conv(256, 3),
    ...head('0,1,2', TINY, 6),
  ].join('\n\n');
}

export function yolov4(): string {
  const mish = (filters: number, size: number, stride = 1) => conv(filters, size, { stride, activation: 'mish' });
  const stage = (filters: number, inner: number, count: number, back: number) => [
    mish(filters, 3, 2),
    mish(inner, 1),
    route(-2),
    mish(inner, 1),
    ...repeat(count, [mish(filters === 64 ? 32 : inner, 1), mish(inner, 3), shortcut]),
    mish(inner, 1),
    route(-1, -back),
    mish(filters, 1),
  ];
  const neck = (filters: number) => [...repeat(2, [conv(filters, 1), conv(2 * filters, 3)]), conv(filters, 1)];
  return [
    net(608),
    mish(32, 3),
    ...stage(64, 64, 1, 7),
    ...stage(128, 64, 2, 10),
    ...stage(256, 128, 8, 28),
    ...stage(512, 256, 8, 28),
    ...stage(1024, 512, 4, 16),
    conv(512, 1),
    conv(1024, 3),
    conv(512, 1),
    maxpool(5, 1),
    route(-2),
    maxpool(9, 1),
    route(-4),
    maxpool(13, 1),
    route(-1, -3, -5, -6),
    conv(512, 1),
    conv(1024, 3),
    conv(512, 1),
    conv(256, 1),
    upsample,
    route(85),
    conv(256, 1),
    route(-1, -3),
    ...neck(256),
    conv(128, 1),
    upsample,
    route(54),
    conv(128, 1),
    route(-1, -3),
    ...neck(128),
    conv(256, 3),
    ...head('0,1,2', V4, 9, 1.2),
    route(-4),
    conv(256, 3, { stride: 2 }),
    route(-1, -16),
    ...neck(256),
    conv(512, 3),
    ...head('3,4,5', V4, 9, 1.1),
    route(-4),
    conv(512, 3, { stride: 2 }),
    route(-1, -37),
    ...neck(512),
    conv(1024, 3),
    ...head('6,7,8', V4, 9, 1.05),
  ].join('\n\n');
}

export function yolov4Tiny(): string {
  const stage = (filters: number) => [
    conv(filters, 3),
    halfRoute,
    conv(filters / 2, 3),
    conv(filters / 2, 3),
    route(-1, -2),
    conv(filters, 1),
    route(-6, -1),
    maxpool(2, 2),
  ];
  return [
    net(416),
    conv(32, 3, { stride: 2 }),
    conv(64, 3, { stride: 2 }),
    ...stage(64),
    ...stage(128),
    ...stage(256),
    conv(512, 3),
    conv(256, 1),
    conv(512, 3),
    ...head('3,4,5', TINY, 6, 1.05),
    route(-4),
    conv(128, 1),
    upsample,
    route(-1, 23),
    conv(256, 3),
    ...head('1,2,3', TINY, 6, 1.05),
  ].join('\n\n');
}
