/** The report as a folder. It is written under another name beside its place and renamed when it is whole. */
import { randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { NoScopeError, throwIfAborted } from '@noscope/query';
import { DECISIONS_HEADER, decisionLine } from '../decisions-csv.ts';
import { reason } from '../journal.ts';
import type { QueryReport } from '../report.ts';
import type { Evidence } from './evidence.ts';
import { type PageOptions, reportPage } from './page.ts';
import { webVtt } from './webvtt.ts';

export const REPORT_FILES = ['report.html', 'report.json', 'decisions.csv', 'intervals.vtt', 'bundle'] as const;

/** Throws `bad-input` where `folder` holds anything but an earlier report: to be asked before the work, not after it. */
export async function checkReportPlace(folder: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    if (cause.code === 'ENOENT') return;
    if (cause.code === 'ENOTDIR')
      throw new NoScopeError('bad-input', `${folder} is a file; choose another place for the report`, { cause });
    throw new NoScopeError('resource', `cannot read ${folder}: ${reason(cause)}`, { cause });
  }
  const known: readonly string[] = REPORT_FILES;
  const foreign = names.find((name) => !known.includes(name));
  if (foreign !== undefined)
    throw new NoScopeError(
      'bad-input',
      `${folder} holds files that are not a report's (${foreign}) and is left alone; choose a new or an empty folder`,
    );
}

export interface ReportFolderOptions extends PageOptions {
  /** Further parts of `report.json`, beside the report's own. */
  more?: Record<string, unknown>;
  signal?: AbortSignal;
}

/**
 * Writes `report.html`, `report.json`, `decisions.csv`, `intervals.vtt` and a copy of the bundle to `folder`, in the
 * place of a report that is there. Throws `bad-input` when the place is taken by anything else, `resource` when the disk
 * is full; nothing half-written is left.
 */
export async function writeReportFolder(
  folder: string,
  { report, evidence }: { report: QueryReport; evidence: Evidence },
  { more, signal, ...page }: ReportFolderOptions,
): Promise<void> {
  await checkReportPlace(folder);
  const place = resolve(folder);
  const beside = join(dirname(place), `.${basename(place)}.${randomUUID()}`);
  const partial = `${beside}.partial`;
  const isThere = await readdir(place).then(
    () => true,
    () => false,
  );
  try {
    await mkdir(partial, { recursive: true });
    const write = async (name: (typeof REPORT_FILES)[number], content: string | AsyncIterable<string>) => {
      throwIfAborted(signal);
      await writeFile(join(partial, name), content);
    };
    await write('report.json', `${JSON.stringify({ ...report, ...more }, null, 2)}\n`);
    await write('decisions.csv', decisionsCsv(evidence));
    await write('intervals.vtt', webVtt(report.query.objects, report.intervals));
    await cp(report.bundle.folder, join(partial, 'bundle'), { recursive: true });
    await write('report.html', reportPage(report, evidence, page));
    if (isThere) await rename(place, `${beside}.old`);
    try {
      await rename(partial, place);
    } catch (cause) {
      if (isThere) await rename(`${beside}.old`, place);
      throw cause;
    }
    await rm(`${beside}.old`, { recursive: true, force: true });
  } catch (cause) {
    await rm(partial, { recursive: true, force: true });
    if (cause instanceof NoScopeError) throw cause;
    throw new NoScopeError(
      'resource',
      `cannot write the report to ${folder}: ${reason(cause)}; make room or choose another place, nothing was left behind`,
      { cause },
    );
  }
}

/** In pieces: two hours of video have a hundred thousand lines. */
async function* decisionsCsv({ log }: Evidence): AsyncGenerator<string> {
  yield DECISIONS_HEADER;
  const { decisions } = log;
  for (let start = 0; start < decisions.length; start += 4096)
    yield decisions
      .slice(start, start + 4096)
      .map(decisionLine)
      .join('');
}
