import { describe, expect, it } from 'vitest';
import { type Box, insideZone, isPresent, type Query, querySchema } from './query.ts';

const picture = { width: 100, height: 200 };
const box = (over: Partial<Box>): Box => ({ className: 'bus', confidence: 0.9, x: 40, y: 100, w: 20, h: 40, ...over });
const query: Query = { objects: ['bus'], confidence: 0.25, targets: { fp: 0.01, fn: 0.01 } };

describe('a query', () => {
  it('counts boxes of its objects at its confidence', () => {
    expect(isPresent(query, [box({})], picture)).toBe(true);
    expect(isPresent(query, [box({ className: 'car' })], picture)).toBe(false);
    expect(isPresent(query, [box({ confidence: 0.2 })], picture)).toBe(false);
    expect(isPresent({ ...query, objects: ['car', 'bus'] }, [box({})], picture)).toBe(true);
  });

  it('takes the bottom centre for the zone', () => {
    const zone: Query['zone'] = [
      [0, 0.5],
      [1, 0.5],
      [1, 1],
      [0, 1],
    ];
    expect(isPresent({ ...query, zone }, [box({})], picture)).toBe(true);
    expect(isPresent({ ...query, zone }, [box({ y: 20 })], picture)).toBe(false);
    expect(isPresent({ ...query, zone }, [box({ y: 190 })], picture), 'a box cut by the lower edge').toBe(true);
  });

  it('takes the least height as a share of the picture', () => {
    expect(isPresent({ ...query, minHeight: 0.2 }, [box({})], picture)).toBe(true);
    expect(isPresent({ ...query, minHeight: 0.21 }, [box({})], picture)).toBe(false);
  });

  it('knows inside from outside in a zone that is not convex', () => {
    const l: Query['zone'] = [
      [0, 0],
      [1, 0],
      [1, 0.3],
      [0.3, 0.3],
      [0.3, 1],
      [0, 1],
    ];
    expect(insideZone(l, [0.1, 0.9])).toBe(true);
    expect(insideZone(l, [0.9, 0.1])).toBe(true);
    expect(insideZone(l, [0.6, 0.6])).toBe(false);
  });

  it.each([
    [
      'two points',
      [
        [0, 0],
        [1, 1],
      ],
      /at least three points/,
    ],
    [
      'a line',
      [
        [0, 0],
        [0.5, 0.5],
        [1, 1],
      ],
      /encloses no area/,
    ],
    [
      'a point outside the picture',
      [
        [0, 0],
        [2, 0],
        [1, 1],
      ],
      /too big|<=/i,
    ],
  ])('refuses a zone of %s', (_, zone, message) => {
    const result = querySchema.safeParse({ ...query, zone });
    expect(result.success).toBe(false);
    expect(result.error?.message).toMatch(message);
  });
});
