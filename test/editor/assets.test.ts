/** The build step that puts the editor's files beside the compiled nodes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../support/packed.ts';

describe('the assets of the nodes', () => {
  let root: string;

  const put = (path: string, content: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const copy = () => execFileSync(process.execPath, [join(root, 'scripts', 'assets.mjs')]);
  const built = () =>
    readdirSync(join(root, 'dist', 'nodes'), { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(root, 'dist', 'nodes', path)).isFile())
      .sort();

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sms-assets-'));
    for (const script of ['assets.mjs', 'browser-modules.mjs']) {
      cpSync(join(ROOT, 'scripts', script), join(root, 'scripts', script));
    }
    put('nodes/sms-provider/sms-provider.html', '<p>account</p>');
    put('nodes/editor/shared.js', 'shared();\n');
    put('nodes/one/one.ts', 'source');
    put('nodes/one/one.html', '<p>one</p>');
    put('nodes/one/locales/en-US/one.json', '{}');
    put('icons/one.svg', '<svg/>');
    put('dist/nodes/one/one.js', 'compiled');
    put('dist/nodes/one/one.d.ts', 'types');
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('stand beside the compiled node, all icons with one node', () => {
    copy();
    assert.deepEqual(built(), [
      'one/locales/en-US/one.json',
      'one/one.d.ts',
      'one/one.html',
      'one/one.js',
      'sms-provider/sms-provider.html',
      'sms-send/icons/one.svg',
    ]);
  });

  it('carry what the dialogs share once, in the html of the account', () => {
    copy();
    const html = readFileSync(join(root, 'dist/nodes/sms-provider/sms-provider.html'), 'utf8');
    assert.equal(html, '<script type="text/javascript">\nshared();\n</script>\n\n<p>account</p>');
    assert.equal(readFileSync(join(root, 'dist/nodes/one/one.html'), 'utf8'), '<p>one</p>');
  });

  it('go when their source goes, compiled files too', () => {
    copy();
    rmSync(join(root, 'nodes/one'), { recursive: true });
    rmSync(join(root, 'icons/one.svg'));
    copy();
    assert.deepEqual(built(), ['sms-provider/sms-provider.html']);
  });

  it('are written only when they changed', () => {
    copy();
    const target = join(root, 'dist/nodes/one/one.html');
    const before = statSync(target, { bigint: true }).mtimeNs;
    copy();
    assert.equal(statSync(target, { bigint: true }).mtimeNs, before);
    put('nodes/one/one.html', '<p>changed</p>');
    copy();
    assert.equal(readFileSync(target, 'utf8'), '<p>changed</p>');
    assert.ok(existsSync(join(root, 'dist/nodes/one/one.js')));
  });
});
