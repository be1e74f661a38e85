/** The example flows of the project, as the import menu offers them: a folder is a submenu. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowNode } from './node-red.ts';
import { ROOT } from './packed.ts';

export interface Example {
  /** Inside `examples/`, with slashes, as `CALLR/3 - Reply loop.json`. */
  path: string;
  folder: string;
  /** The name in the menu, without its number. */
  title: string;
  nodes: FlowNode[];
}

/** Every example, in the order of the menu. */
export function readExamples(): Example[] {
  const files = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' });
  const paths = files.map((file) => file.replaceAll('\\', '/')).filter((file) => file.endsWith('.json'));
  return paths.sort().map((path) => {
    const [file = '', folder = ''] = path.split('/').reverse();
    const nodes = JSON.parse(readFileSync(join(ROOT, 'examples', path), 'utf8')) as FlowNode[];
    return { path, folder, title: file.replace(/^\d+ - |\.json$/g, ''), nodes };
  });
}

/** @param path as {@link Example.path} has it */
export function readExample(path: string): FlowNode[] {
  const found = readExamples().find((example) => example.path === path);
  if (!found) throw new Error(`There is no example ${path}.`);
  return found.nodes;
}
