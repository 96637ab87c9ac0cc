import { describe, expect, it } from 'vitest';
import { COCO_NAMES, editDistance, parseNames, suggestName, VOC_NAMES } from './names.ts';

describe('suggestName', () => {
  it.each([
    ['buss', 'bus'],
    ['Car', 'car'],
    ['persons', 'person'],
    ['trcuk', 'truck'],
    ['trafic light', 'traffic light'],
    ['motorcycle', null],
    ['elephantine', 'elephant'],
    ['zzz', null],
    ['car', null],
  ])('%s → %s', (wanted, name) => {
    expect(suggestName(wanted, COCO_NAMES)).toBe(name);
  });
});

it('editDistance counts a swap of neighbours once', () => {
  expect(editDistance('trcuk', 'truck')).toBe(1);
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('kitten', 'sitting')).toBe(3);
});

it('the class lists have their lengths', () => {
  expect([COCO_NAMES.length, VOC_NAMES.length]).toEqual([80, 20]);
});

it('parseNames keeps names with spaces and drops the end of the file', () => {
  expect(parseNames('person\r\ntraffic light\r\n\r\n')).toEqual(['person', 'traffic light']);
});
