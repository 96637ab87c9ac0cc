import { describe, expect, it } from 'vitest';
import { architecture, ladder, layersOf } from './architecture.ts';
import { initialWeights, weightSpecs } from './weights.ts';

describe('the ladder', () => {
  it('has by default at most 8 nets of at most 30 MFLOP, cheap ones first', () => {
    const nets = ladder('default');
    expect(nets.length).toBeLessThanOrEqual(8);
    expect(Math.max(...nets.map(({ mflop }) => mflop))).toBeLessThanOrEqual(30);
    expect(nets[0].mflop).toBeLessThan(6);
    expect(nets.map(({ mflop }) => mflop)).toEqual(nets.map(({ mflop }) => mflop).sort((a, b) => a - b));
  });

  it('is the paper’s grid on demand: 16 nets, 3.4 GFLOP a sample', () => {
    const nets = ladder('paper');
    expect(new Set(nets.map(({ id }) => id)).size).toBe(16);
    expect(nets.reduce((total, { mflop }) => total + mflop, 0)).toBeCloseTo(3413.4, 1);
  });

  it('takes names, each once', () => {
    expect(ladder(['pool-2x32-64', 'stride-2x32-32', 'stride-2x32-32']).map(({ id }) => id)).toEqual([
      'stride-2x32-32',
      'pool-2x32-64',
    ]);
    expect(architecture('stride-2x32-32@50').id).toBe('stride-2x32-32');
    expect(architecture('stride-2x32-32@64').inputSize).toBe(64);
  });

  it.each([
    ['stride-3x32-32', /no specialized model is called "stride-3x32-32"; give default, paper, or ids such as/],
    ['stride-2x32-32@4', /16 to 224 pixels/],
  ])('refuses %s', (id, message) => {
    expect(() => ladder([id])).toThrow(message);
  });

  it('refuses an empty list', () => {
    expect(() => ladder([])).toThrow(/empty/);
  });

  it('halves the picture as its name says', () => {
    const sizes = (id: string) =>
      layersOf(architecture(id)).flatMap((layer) => ('outSize' in layer ? [layer.outSize] : []));
    expect(sizes('pool-4x32-32')).toEqual([50, 50, 25, 25, 25, 12]);
    expect(sizes('stride-pool-4x32-32')).toEqual([25, 25, 12, 12, 12, 6]);
    expect(sizes('stride-4x32-32')).toEqual([25, 13, 7, 4]);
  });
});

describe('initial weights', () => {
  it('come from the seed and the net', () => {
    const net = architecture('stride-2x32-32@16');
    expect(initialWeights(net, 5)).toEqual(initialWeights(net, 5));
    expect(initialWeights(net, 6)[0].data).not.toEqual(initialWeights(net, 5)[0].data);
  });

  it('have He’s deviation', () => {
    const net = architecture('stride-4x64-256');
    const specs = weightSpecs(net);
    initialWeights(net, 1).forEach(({ name, data }, i) => {
      if (!name.endsWith('/kernel') || data.length < 5000) return;
      const deviation = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
      expect(deviation / Math.sqrt(2 / specs[i].fanIn)).toBeCloseTo(1, 1);
    });
  });
});
