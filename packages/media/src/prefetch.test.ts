import { describe, expect, it } from 'vitest';
import { prefetch } from './prefetch.ts';

const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

describe('prefetch', () => {
  it('keeps the order and stays within its depth', async () => {
    let made = 0;
    let taken = 0;
    let ahead = 0;
    async function* source() {
      for (; made < 200; ) {
        if (made % 7 === 0) await pause();
        yield made++;
      }
    }
    for await (const item of prefetch(source(), 4, () => {})) {
      expect(item).toBe(taken++);
      if (item % 13 === 0) await pause();
      ahead = Math.max(ahead, made - taken);
    }
    expect(taken).toBe(200);
    // One more may wait in the source itself.
    expect(ahead).toBeGreaterThan(1);
    expect(ahead).toBeLessThanOrEqual(5);
  });

  it('works ahead while the consumer is busy', async () => {
    let made = 0;
    async function* source() {
      while (made < 10) yield made++;
    }
    const items = prefetch(source(), 3, () => {});
    await items.next();
    await pause();
    expect(made).toBeGreaterThanOrEqual(4);
    await items.return();
  });

  it('hands back what nobody took, and ends the source, when the consumer leaves', async () => {
    const discarded: number[] = [];
    let isClosed = false;
    let isStopped = false;
    async function* source() {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        isClosed = true;
      }
    }
    const stop = () => {
      isStopped = true;
    };
    for await (const item of prefetch(source(), 3, (left) => discarded.push(left), stop)) {
      await pause();
      if (item === 5) break;
    }
    expect(discarded).toEqual([6, 7, 8]);
    expect([isClosed, isStopped]).toEqual([true, true]);
  });

  it('passes an error on after what came before it', async () => {
    async function* source() {
      yield 1;
      yield 2;
      throw new Error('broken');
    }
    const seen: number[] = [];
    const reading = async () => {
      for await (const item of prefetch(source(), 8, () => {})) seen.push(item);
    };
    await expect(reading()).rejects.toThrow('broken');
    expect(seen).toEqual([1, 2]);
  });
});
