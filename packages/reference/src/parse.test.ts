import { NoScopeError } from '@noscope/query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInCfg } from './builtin.ts';
import { findInCatalogue } from './catalogue.ts';
import { convolutions, gigaFlops } from './network.ts';
import { parseCfg } from './parse.ts';
import { yolov3, yolov3Tiny, yolov4, yolov4Tiny } from './topologies.fixture.ts';
import { weightsSize } from './weights.ts';

describe('published topologies', () => {
  it.each([
    ['yolov2', builtInCfg('yolov2'), 1, [[19, 425]]],
    ['yolov2-tiny', builtInCfg('yolov2-tiny'), 1, [[13, 425]]],
    [
      'yolov3',
      yolov3(),
      2,
      [
        [19, 255],
        [38, 255],
        [76, 255],
      ],
    ],
    [
      'yolov3-tiny',
      yolov3Tiny(),
      2,
      [
        [13, 255],
        [26, 255],
      ],
    ],
    [
      'yolov4',
      yolov4(),
      2,
      [
        [76, 255],
        [38, 255],
        [19, 255],
      ],
    ],
    [
      'yolov4-tiny',
      yolov4Tiny(),
      2,
      [
        [13, 255],
        [26, 255],
      ],
    ],
  ] as const)('%s: heads, cost and the length of the weights file', (name, cfg, minor, heads) => {
    const network = parseCfg(cfg);
    const entry = findInCatalogue(name);
    expect(network.heads.map(({ output }) => [output.width, output.channels])).toEqual(heads);
    expect(weightsSize(network, { major: 0, minor })).toBe(entry?.weights.bytes);
    expect(gigaFlops(network)).toBeCloseTo(entry?.gigaFlops ?? 0, 0);
  });
});

describe('parseCfg', () => {
  const net = '[net]\nwidth=32\nheight=16\n';

  it('takes comments, spaces and Windows line ends', () => {
    const network = parseCfg(
      '\uFEFF# head\r\n[net]\r\n width = 32 ; wide\r\nheight=16\r\n\r\n[maxpool]\r\nsize=2\r\nstride=2\r\n',
    );
    expect(network.layers[0].output).toEqual({ channels: 3, height: 8, width: 16 });
  });

  it('pads max pools as Darknet: stride 1 keeps the size, padding at the right and bottom', () => {
    const [pool] = parseCfg(`${net}[maxpool]\nsize=2\nstride=1`).layers;
    expect(pool).toMatchObject({ output: { height: 16, width: 32 }, pad: { top: 0, left: 0, bottom: 1, right: 1 } });
    const [odd] = parseCfg('[net]\nwidth=13\nheight=13\n[maxpool]\nsize=2\nstride=2').layers;
    expect(odd.output).toEqual({ channels: 3, height: 7, width: 7 });
  });

  it('counts layers from the end for negative numbers, dropout included', () => {
    const [conv] = convolutions(parseCfg(`${net}[convolutional]\nfilters=8\n[dropout]\n[route]\nlayers=-2,0`));
    expect(conv.activation).toBe('logistic');
    expect(parseCfg(`${net}[convolutional]\nfilters=8\n[dropout]\n[route]\nlayers=-2,0`).layers[2]).toMatchObject({
      from: [0, 0],
      output: { channels: 16 },
    });
  });

  it.each([
    ['', /empty/],
    ['[convolutional]\nfilters=3', /line 1, \[convolutional\].*\[net\]/],
    ['width=3', /line 1.*before the first/],
    ['[net]\nwidth=32', /line 1, \[net\]: height is missing/],
    [`${net}[convolutional]\nfilters=x`, /line 5, \[convolutional\]: filters must be a number, not "x"/],
    [`${net}[convolutional]\nfilters=8\nsize=99`, /line 4.*nothing is left/],
    [`${net}[convolutional]\nfilters=8\nactivation=gelu`, /line 6.*"gelu" is not one of/],
    [`${net}[convolutional]\nfilters=8\ngroups=2`, /groups do not divide/],
    [`${net}[lstm]`, /line 4, \[lstm\].*not one that detection networks/],
    [`${net}[route]\nlayers=-1`, /layer -1/],
    [`${net}[maxpool]\nstride=2\n[shortcut]\nfrom=-9`, /layer -9, but only layers 0 to 0/],
    [`${net}[maxpool]\nstride=2\n[maxpool]\nstride=2\n[shortcut]\nfrom=0`, /cannot be added/],
    [`${net}[yolo]\nclasses=2\nanchors=1,2\nmask=0`, /need 7 channels, the layer before has 3; set its filters to 7/],
    [`${net}[convolutional]\nfilters=7\n[yolo]\nclasses=2\nanchors=1,2\nmask=1`, /mask names anchor 1/],
    [`${net}[convolutional]\nfilters=7\n[region]\nclasses=2\nnum=1\nanchors=1,0`, /positive/],
    [`${net}[reorg]\nstride=2`, /does not divide/],
    [`${net}nonsense`, /line 4: expected/],
  ])('says what is wrong and where: %j', (cfg, message) => {
    expect(() => parseCfg(cfg)).toThrow(message);
    expect(() => parseCfg(cfg)).toThrow(NoScopeError);
  });

  it('throws nothing but NoScopeError on garbage', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '[net]',
        '[convolutional]',
        '[maxpool]',
        '[route]',
        '[region]',
        '[yolo]',
        '[reorg]',
        '[upsample]',
        '[shortcut]',
        '[avgpool]',
      ),
      fc
        .tuple(
          fc.constantFrom(
            'width',
            'height',
            'filters',
            'size',
            'stride',
            'pad',
            'padding',
            'groups',
            'layers',
            'from',
            'anchors',
            'classes',
            'num',
            'mask',
            'group_id',
          ),
          fc.oneof(fc.integer({ min: -5, max: 40 }).map(String), fc.double().map(String), fc.string()),
        )
        .map(([key, value]) => `${key}=${value}`),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 25 }), fc.boolean(), (lines, begun) => {
        try {
          parseCfg((begun ? net : '') + lines.join('\n'));
        } catch (error) {
          expect(error).toBeInstanceOf(NoScopeError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
