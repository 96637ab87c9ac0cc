/** The traffic light: green, yellow, all red, by turns for the two roads, with a green that can wait for a bus. */
import type { RoadParameters } from '../options.ts';

export type Phase = 'greenA' | 'yellowA' | 'clearA' | 'greenB' | 'yellowB' | 'clearB';
export type Light = 'green' | 'yellow' | 'red';

const NEXT: Record<Phase, Phase> = {
  greenA: 'yellowA',
  yellowA: 'clearA',
  clearA: 'greenB',
  greenB: 'yellowB',
  yellowB: 'clearB',
  clearB: 'greenA',
};
const YELLOW_S = 3;
const CLEAR_S = 2;
/** A green is not cut shorter for a bus, and not held longer than `HOLD_S` beyond its time. */
const LEAST_GREEN_S = 6;
const HOLD_S = 14;

export class Signals {
  phase: Phase = 'greenA';
  /** Seconds in this phase. */
  elapsedS = 0;
  readonly #roads: RoadParameters;

  constructor(roads: RoadParameters) {
    this.#roads = roads;
  }

  /** `busOn`: the road on which a bus is arriving, if one is. */
  step(dtS: number, busOn: 'A' | 'B' | null): void {
    this.elapsedS += dtS;
    if (this.elapsedS < this.#lengthS(busOn)) return;
    this.phase = NEXT[this.phase];
    this.elapsedS = 0;
  }

  light(road: 'A' | 'B'): Light {
    if (this.phase === (road === 'A' ? 'greenA' : 'greenB')) return 'green';
    return this.phase === (road === 'A' ? 'yellowA' : 'yellowB') ? 'yellow' : 'red';
  }

  /** Seconds for which traffic on the road is still held back for certain; 0 while it has green or yellow. */
  redLeftS(road: 'A' | 'B'): number {
    const other = road === 'A' ? 'B' : 'A';
    if (this.light(road) !== 'red') return 0;
    if (this.phase === `green${other}`) {
      const green = other === 'A' ? this.#roads.greenA : this.#roads.greenB;
      return Math.max(0, green - this.elapsedS) + YELLOW_S + CLEAR_S;
    }
    return Math.max(0, YELLOW_S + CLEAR_S - this.elapsedS);
  }

  #lengthS(busOn: 'A' | 'B' | null): number {
    switch (this.phase) {
      case 'greenA':
      case 'greenB': {
        const road = this.phase === 'greenA' ? 'A' : 'B';
        const green = road === 'A' ? this.#roads.greenA : this.#roads.greenB;
        if (busOn === null) return green;
        return busOn === road ? green + HOLD_S : LEAST_GREEN_S;
      }
      case 'yellowA':
      case 'yellowB':
        return YELLOW_S;
      case 'clearA':
      case 'clearB':
        return CLEAR_S;
      default:
        return this.phase satisfies never;
    }
  }
}
