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
import { runInNewContext } from 'node:vm';
import { ROOT } from '../support/packed.ts';

describe('the assets of the nodes', () => {
  let root: string;

  const put = (path: string, content: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const copy = () => execFileSync(process.execPath, [join(root, 'scripts', 'assets.mjs')], { stdio: 'pipe' });
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

  it('carry the scripts and styles beside a node in its own html, in the order of their names', () => {
    put('nodes/one/b.js', 'second();\n');
    put('nodes/one/a.js', 'first();\n');
    put('nodes/one/look.css', 'p { margin: 0; }\n');
    copy();
    const html = readFileSync(join(root, 'dist/nodes/one/one.html'), 'utf8');
    assert.match(html, /^<script[^>]*>\nfirst\(\);\n<\/script>\s+<script[^>]*>\nsecond\(\);\n<\/script>\s+<style>/);
    assert.match(html, /p \{ margin: 0; \}\n<\/style>\n\n<p>one<\/p>$/);
  });

  it('carry the compiled modules that the dialogs ask for, with what those need', () => {
    put('nodes/editor/shared.js', "smsEditor.require('sms/twice');\n");
    put('nodes/editor/vendor.js', `smsEditor.require(\`makers/\${id}/own\`);\n`);
    put('dist/src/sms/twice.js', '/** Doubles. */\nconst { one } = require("./one");\nexports.twice = 2 * one;\n');
    put('dist/src/sms/one.js', 'exports.one = 1;\n');
    put('dist/src/sms/unasked.js', 'exports.unasked = true;\n');
    put('dist/src/makers/acme/own.js', 'exports.own = require("../../sms/one").one;\n');
    put('dist/src/makers/plain/other.js', '');
    copy();
    const html = readFileSync(join(root, 'dist/nodes/sms-provider/sms-provider.html'), 'utf8');
    assert.doesNotMatch(html, /unasked|Doubles/);
    const page: { window?: unknown; smsEditor?: { require(id: string): unknown } } = {};
    page.window = page;
    runInNewContext(/<script type="text\/javascript">\n([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '', page);
    const answers = ['sms/twice', 'makers/acme/own', 'makers/plain/own', 'toString'].map((id) =>
      page.smsEditor?.require(id),
    );
    assert.equal(JSON.stringify(answers), '[{"twice":2},{"own":1},null,null]');
  });

  it('are not built with a module that is missing, or that no browser can run', () => {
    put('nodes/editor/shared.js', "smsEditor.require('sms/one');\n");
    assert.throws(copy, /asks for src\/sms\/one, which is not compiled/);
    put('dist/src/sms/one.js', 'require("node:fs");\n');
    assert.throws(copy, /src\/sms\/one cannot run in a browser: it needs node:fs/);
    put('dist/src/sms/one.js', 'exports.one = "</script>";\n');
    assert.throws(copy, /would end the script/);
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
