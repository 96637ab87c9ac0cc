/** The one stream of progress that the command line, the service and the page consume. */
export type ProgressEvent =
  | { kind: 'stage'; stage: string; message: string }
  | { kind: 'progress'; stage: string; done: number; total: number | null; unit: string; perSecond: number | null }
  | { kind: 'candidate'; stage: string; id: string; scores: Record<string, number>; message: string }
  | { kind: 'warning'; code: string; message: string };

export type OnProgress = (event: ProgressEvent) => void;
