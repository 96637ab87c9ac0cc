import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration, parseList, parseShare, parseZone, queryOf, UsageError } from './arguments.ts';

describe('arguments', () => {
  it.each([
    ['90', 90],
    ['90s', 90],
    ['1.5m', 90],
    ['2h', 7200],
    ['1:30', 90],
    ['1:00:05', 3605],
  ])('reads the duration %s', (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  it('reads shares as numbers and percentages', () => {
    expect(parseShare('0.01')).toBe(0.01);
    expect(parseShare('1%')).toBe(0.01);
  });

  it('reads what it would write', () => {
    const corner = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(corner, { minLength: 1 }), (zone) => {
        expect(
          parseZone(
            zone
              .flat()
              .map((v) => (Object.is(v, -0) ? 0 : v))
              .join(','),
          ),
        ).toEqual(zone.map(([x, y]) => [x + 0, y + 0]));
      }),
    );
  });

  it('fails on garbage in words, with the error that means exit code 2', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const parse of [parseDuration, parseShare, parseZone, parseList]) {
          try {
            parse(text);
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError);
          }
        }
      }),
    );
  });

  it('names the flag that is wrong', () => {
    const flags = { object: ['car'], confidence: 0.25, fp: 0.01, fn: 0.01 };
    expect(() =>
      queryOf({
        ...flags,
        zone: [
          [0, 0],
          [1, 1],
        ],
      }),
    ).toThrow(/--zone: a zone needs at least three points/);
  });
});
