import assert from 'node:assert/strict';
import { fieldsOf, fill, hasFields, type SmsError } from '../../dist/src/sms/index.js';

describe('filling fields', () => {
  it('fills each field verbatim, without escaping anything', () => {
    assert.equal(fill('Hi {{name}}', { name: 'A & B <b> "c"' }), 'Hi A & B <b> "c"');
    assert.equal(fill('{{a}}{{b}}{{a}}', { a: '$&', b: "$'" }), "$&$'$&");
  });

  it('takes spaces in the braces, three braces, and paths', () => {
    const fields = { name: 'Jan', customer: { name: 'Els' }, items: ['x', 'y'], 'a.b': 1 };
    assert.equal(fill('{{ name }} {{{ name }}} {{customer.name}} {{items.1}} {{a.b}}', fields), 'Jan Jan Els y 1');
  });

  it('takes numbers, booleans and an empty text', () => {
    assert.equal(fill('{{n}}|{{z}}|{{b}}|{{e}}|{{i}}', { n: 1.5, z: 0, b: false, e: '', i: 3n }), '1.5|0|false||3');
  });

  it('does not fill a value again', () => {
    assert.equal(fill('{{a}}', { a: '{{b}}', b: 'no' }), '{{b}}');
  });

  it('leaves a text without fields alone', () => {
    for (const text of ['', 'plain', '{a}', '}} {', '{"a":{"b":1}}']) assert.equal(fill(text, {}), text);
  });

  it('tells where the fields stand', () => {
    assert.deepEqual(fieldsOf('Hi {{ name }}, {{{b}}}'), [
      { index: 3, length: 10 },
      { index: 15, length: 7 },
    ]);
    assert.deepEqual(fieldsOf('{a} {{b'), []);
  });

  it('refuses an unknown field, naming it and what there is', () => {
    refuses(/\{\{nmae\}\}: it has only: name, city/, '{{nmae}}', { name: 'x', city: 'y' });
    refuses(/\{\{name\}\}: it has none/, '{{name}}', {});
    refuses(/customer\.age/, '{{customer.age}}', { customer: {} });
  });

  it('never reads the prototype', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'a.constructor.name', 'a.length', 'hasOwnProperty']) {
      refuses(/no field/, `{{${name}}}`, { a: {} });
    }
  });

  it('refuses a value that would read badly', () => {
    refuses(/\{\{a\}\} is an object/, '{{a}}', { a: {} });
    refuses(/is an array/, '{{a}}', { a: [1] });
    refuses(/is null/, '{{a}}', { a: null });
    refuses(/is NaN/, '{{a}}', { a: Number.NaN });
    refuses(/is a Date/, '{{a}}', { a: new Date() });
    refuses(/no field/, '{{a}}', { a: undefined });
  });

  it('refuses braces without a name, or not closed', () => {
    refuses(/without a name/, '{{ }}', { a: 1 });
    refuses(/no \}\} closes/, 'Hi {{name', { name: 'x' });
    refuses(/no \}\} closes/, '{{a}} {{b', { a: 1 });
  });

  it('keeps errors short', () => {
    refuses(/no field/, `{{${'x'.repeat(10_000)}}}`, { ['y'.repeat(10_000)]: 1 });
  });

  it('knows whether a text has fields', () => {
    for (const text of ['{{a}}', 'x {{ a.b }} y', '{{{a}}}', '{{}}']) assert.equal(hasFields(text), true);
    for (const text of ['', 'a', '{a}', '{{a', 'a}}', '{"a":{"b":1}}']) assert.equal(hasFields(text), false);
  });
});

function refuses(message: RegExp, text: string, fields: Record<string, unknown>): void {
  assert.throws(
    () => fill(text, fields),
    (error: SmsError) => {
      assert.equal(error.code, 'SMS_INVALID_TEXT');
      assert.match(error.message, message);
      assert.ok(error.message.length < 300);
      return true;
    },
  );
}
