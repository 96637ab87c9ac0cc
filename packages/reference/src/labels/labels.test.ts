import type { Frame } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCocoJson } from './coco-json.ts';
import { parseCsv } from './csv.ts';
import { readDetectionsCsv } from './detections-csv.ts';
import type { LabelledFrame } from './frames.ts';
import { referenceFromLabels } from './label-reference.ts';
import { readNoScopeCsv, writeNoScopeCsv } from './noscope-csv.ts';

const car = { className: 'car', confidence: 0.75, x: 10, y: 20, w: 30, h: 40 };

describe('NoScope’s CSV', () => {
  it('reads the original columns, frames in any order', () => {
    const frames = readNoScopeCsv(
      'frame,object_name,confidence,xmin,ymin,xmax,ymax\n7,bus,0.5,1,2,3,4\n3,car,0.75,10,20,40,60\n3,car,0.2,0,0,1,1\n',
    );
    expect(frames.map(({ frame, timestampS, boxes }) => [frame, timestampS, boxes.length])).toEqual([
      [3, null, 2],
      [7, null, 1],
    ]);
    expect(frames[0].boxes[0]).toEqual(car);
  });

  it('finds columns by name, wherever they stand', () => {
    const text =
      'timestamp,confidence,frame,extra,object_name,xmin,ymin,xmax,ymax\r\n0.4,0.75,3,x,"car",10,20,40,60\r\n';
    expect(readNoScopeCsv(text)).toEqual([{ frame: 3, timestampS: 0.4, boxes: [car] }]);
  });

  it('gives back what it wrote', () => {
    const coordinate = fc.integer({ min: -20_000, max: 200_000 }).map((n) => n / 100);
    const length = fc.integer({ min: 0, max: 100_000 }).map((n) => n / 100);
    const boxes = fc.array(
      fc.record({
        className: fc.constantFrom('car', 'traffic light', 'a "b", c', 'ü'),
        confidence: fc.integer({ min: 0, max: 1_000_000 }).map((n) => n / 1_000_000),
        x: coordinate,
        y: coordinate,
        w: length,
        h: length,
      }),
      { minLength: 1, maxLength: 4 },
    );
    const frames = fc
      .uniqueArray(fc.record({ frame: fc.nat(1000), timestampS: fc.nat(100_000).map((n) => n / 1000), boxes }), {
        selector: ({ frame }) => frame,
      })
      .map((list): LabelledFrame[] => list.sort((a, b) => a.frame - b.frame));
    fc.assert(
      fc.property(frames, (written) => {
        const read = readNoScopeCsv(writeNoScopeCsv(written));
        expect(read.map(({ frame, timestampS }) => [frame, timestampS])).toEqual(
          written.map(({ frame, timestampS }) => [frame, timestampS]),
        );
        for (const [i, { boxes: got }] of read.entries()) {
          for (const [j, box] of got.entries()) {
            const want = written[i].boxes[j];
            expect([box.className, box.confidence]).toEqual([want.className, want.confidence]);
            for (const key of ['x', 'y', 'w', 'h'] as const) expect(box[key]).toBeCloseTo(want[key], 1);
          }
        }
      }),
    );
  });

  it.each([
    ['', /column.* frame, object_name/],
    ['frame,object_name,confidence,xmin,ymin,xmax\n', /the column ymax is missing/],
    [
      'frame,object_name,confidence,xmin,ymin,xmax,ymax\n1,car,x,1,2,3,4\n',
      /line 2: confidence must be a number, not "x"/,
    ],
    ['frame,object_name,confidence,xmin,ymin,xmax,ymax\n\n-1,car,1,1,2,3,4\n', /line 3: frame must be a whole number/],
    ['frame,object_name,confidence,xmin,ymin,xmax,ymax\n1,car,1,1,2,0,4\n', /ends before it begins/],
    ['frame,object_name,confidence,xmin,ymin,xmax,ymax\n1,car,7,1,2,3,4\n', /between 0 and 1/],
    ['frame,object_name,confidence,xmin,ymin,xmax,ymax\n1,"car,1,1,2,3,4\n', /not closed/],
  ])('says what is wrong and where: %j', (text, message) => {
    expect(() => readNoScopeCsv(text)).toThrow(message);
  });
});

describe('frame,class,confidence,x,y,w,h', () => {
  it('is read', () => {
    expect(readDetectionsCsv('frame,class,confidence,x,y,w,h\n3,car,0.75,10,20,30,40\n')).toEqual([
      { frame: 3, timestampS: null, boxes: [car] },
    ]);
  });
});

describe('COCO JSON', () => {
  const categories = [{ id: 3, name: 'car' }];
  const annotation = (image: number | string) => ({
    image_id: image,
    category_id: 3,
    bbox: [10, 20, 30, 40],
    score: 0.75,
  });

  it('numbers pictures by file name, numbers as numbers, and keeps empty ones', () => {
    const images = ['frame_10.jpg', 'frame_9.jpg', 'frame_2.jpg'].map((file_name, id) => ({ id, file_name }));
    const frames = readCocoJson(JSON.stringify({ images, categories, annotations: [annotation(0), annotation(2)] }));
    expect(frames.map(({ frame, boxes }) => [frame, boxes])).toEqual([
      [0, [car]],
      [1, []],
      [2, [car]],
    ]);
  });

  it('takes a frame number where every picture has one', () => {
    const images = [
      { id: 'b', frame_id: 40, timestamp: 1.6 },
      { id: 'a', frame_id: 5 },
    ];
    const frames = readCocoJson(JSON.stringify({ images, categories, annotations: [annotation('b')] }));
    expect(frames).toEqual([
      { frame: 5, timestampS: null, boxes: [] },
      { frame: 40, timestampS: 1.6, boxes: [car] },
    ]);
  });

  it('orders by id without names', () => {
    const images = [{ id: 30 }, { id: 4 }];
    expect(readCocoJson(JSON.stringify({ images, categories, annotations: [annotation(30)] }))[1].boxes).toEqual([car]);
  });

  it.each([
    ['{', /no JSON/],
    ['{"images":[]}', /categories/],
    [JSON.stringify({ images: [], categories, annotations: [annotation(1)] }), /annotations.0 names image 1/],
    [JSON.stringify({ images: [{ id: 1 }], categories: [], annotations: [annotation(1)] }), /category 3/],
    [JSON.stringify({ images: [{ id: 1 }, { id: 1 }], categories, annotations: [] }), /two images/],
    [
      JSON.stringify({ images: [{ id: 1 }], categories, annotations: [{ ...annotation(1), bbox: [1, 2] }] }),
      /annotations.0.bbox/,
    ],
  ])('says what is wrong: %j', (text, message) => {
    expect(() => readCocoJson(text)).toThrow(message);
  });
});

it('no reader of labels throws anything but NoScopeError on garbage', () => {
  const garbage = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .array(fc.string(), { maxLength: 9 })
      .map((cells) => `frame,object_name,confidence,xmin,ymin,xmax,ymax\n${cells.join(',')}`),
    fc
      .array(fc.oneof(fc.double(), fc.nat()), { maxLength: 9 })
      .map((cells) => `frame,class,confidence,x,y,w,h\n${cells.join(',')}`),
  );
  fc.assert(
    fc.property(garbage, (text) => {
      for (const read of [readNoScopeCsv, readDetectionsCsv, readCocoJson, parseCsv]) {
        try {
          read(text);
        } catch (error) {
          expect(error).toBeInstanceOf(NoScopeError);
        }
      }
    }),
    { numRuns: 1000 },
  );
});

describe('referenceFromLabels', () => {
  const frame = (id: number): Frame => ({
    id,
    timestampS: id,
    width: 8,
    height: 8,
    view: () => Promise.reject(new Error('labels need no pixels')),
    close() {},
  });
  const picture = { width: 640, height: 360 };

  it('answers by frame, empty where the labels say nothing, from a list or a map', async () => {
    const weak = { ...car, confidence: 0.05 };
    for (const labels of [[{ frame: 3, timestampS: null, boxes: [car, weak] }], new Map([[3, [car, weak]]])]) {
      const reference = referenceFromLabels(labels, picture, 'labels');
      expect(await reference.detect([frame(3), frame(4)])).toEqual([
        { boxes: [car], picture },
        { boxes: [], picture },
      ]);
    }
  });
});
