import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface Cell {
  readonly id: string;
  readonly cell_type: string;
  readonly source: readonly string[];
  readonly outputs?: readonly unknown[];
  readonly execution_count?: number | null;
}

const folder = new URL('../notebooks/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.ipynb'));

describe.each(names)('notebooks/%s', (name) => {
  const notebook = JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
  const cells: readonly Cell[] = notebook.cells;
  const code = cells.filter((cell) => cell.cell_type === 'code');

  it('is in the format that gives each cell an id of its own', () => {
    expect([notebook.nbformat, notebook.nbformat_minor]).toEqual([4, 5]);
    expect(new Set(cells.map((cell) => cell.id)).size).toBe(cells.length);
    for (const cell of cells) expect(cell.id).toMatch(/^[a-z][a-z0-9-]*$/);
  });

  it('is committed as it is before it runs: no outputs, no counts', () => {
    expect(code.flatMap((cell) => cell.outputs)).toEqual([]);
    expect(code.filter((cell) => cell.execution_count !== null)).toEqual([]);
  });

  it('looks first whether the stack answers, and says what helps where it doesn’t', () => {
    const first = code[0]?.source.join('') ?? '';
    expect(first).toMatch(
      /requests\.get\(API,[\s\S]+raise RuntimeError\(f"Nothing answers at \{API\}: [^"]+`npm start/,
    );
  });

  it('imports nothing but the standard library, IPython, requests and matplotlib', () => {
    const standard = 'base64 concurrent datetime html json os pathlib random shutil subprocess time uuid'.split(' ');
    const imported = code
      .flatMap((cell) => cell.source)
      .flatMap((line) => /^\s*(?:from|import)\s+(\w+)/.exec(line)?.[1] ?? []);
    expect(imported.filter((module) => ![...standard, 'IPython', 'requests', 'matplotlib'].includes(module))).toEqual(
      [],
    );
  });
});

it('there are notebooks', () => expect(names).toEqual(expect.arrayContaining(['orders.ipynb', 'tasks.ipynb'])));
