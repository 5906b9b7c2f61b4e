// Prints what was seen as the README has it: kind of page by way, `stranger / paired` where they differ.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';
import { KINDS } from './kinds';
import { WAYS } from './ways';

interface Cell {
  kind: string;
  way: string;
  who: string;
  outcome: string;
}

const FILE = join(__dirname, '../../../artefacts/pages.md');

export default class Table implements Reporter {
  private readonly cells: Cell[] = [];

  onTestEnd(_test: TestCase, result: TestResult) {
    if (result.status !== 'passed') return;
    for (const { type, description } of result.annotations) {
      if (type === 'cell') this.cells.push(JSON.parse(description ?? '{}'));
    }
  }

  onEnd() {
    const table = this.markdown();
    mkdirSync(join(FILE, '..'), { recursive: true });
    writeFileSync(FILE, table);
    console.log(`\n${table}`);
  }

  private markdown(): string {
    // In the order of the list, whichever was through first.
    const ways = [...new Set([...WAYS.map(({ name }) => name), ...this.cells.map(({ way }) => way).sort()])];
    const columns = merged(
      KINDS.map((kind) => [kind.name, '---', kind.asks, ...this.column(kind.name, ways), kind.uses]),
    );
    const rows = ['', '---', 'the browser asks, except for links', ...ways, '**the page should use**'];
    return rows.map((row, at) => `| ${[row, ...columns.map((column) => column[at])].join(' | ')} |\n`).join('');
  }

  private column(kind: string, ways: string[]): string[] {
    return ways.map((way) => {
      const seen = (who: string) =>
        this.cells.find((cell) => cell.kind === kind && cell.way === way && cell.who === who);
      const [stranger, paired] = [seen('stranger')?.outcome ?? '?', seen('paired')?.outcome ?? '?'];
      return stranger === paired ? stranger : `${stranger} / ${paired}`;
    });
  }
}

/** Neighbours that differ in nothing but their name share a column. */
function merged(columns: string[][]): string[][] {
  const kept: string[][] = [];
  for (const [name, ...cells] of columns) {
    const last = kept.at(-1);
    if (last && last.slice(1).join('|') === cells.join('|')) last[0] += `; ${name}`;
    else kept.push([name!, ...cells]);
  }
  return kept;
}
