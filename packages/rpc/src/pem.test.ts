import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createAuthority } from './certificate.fixture.ts';
import { PemError, readCertificates } from './pem.ts';

const folder = mkdtempSync(join(tmpdir(), 'syncline-pem-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'ca.pem');

const first = createAuthority('first').cert;
const second = createAuthority('second').cert;
const { key } = createAuthority('third').issue('third');

function read(content: string): Buffer {
  writeFileSync(path, content);
  return readCertificates(path);
}

test.each([
  ['one certificate', first],
  ['several, with text between them', `Issuer: first\n${first}\nIssuer: second\n${second}`],
  ['a certificate and its key', key + first],
  ['lines that end as on Windows', first.replaceAll('\n', '\r\n')],
  ['no line end after the last', (first + second).trimEnd()],
])('a file of certificates may hold %s', (_, content) => {
  expect(read(content).toString()).toBe(content);
});

test.each([
  ['no certificate', key, 'holds no certificate'],
  ['no PEM', 'in the making', 'holds no PEM block'],
  ['a second certificate without its end', first + second.slice(0, -10), 'BEGIN CERTIFICATE has no END'],
  ['a second one cut in its first line', `${first}-----BEGIN CERTIF`, 'BEGIN CERTIF has no END'],
  ['one that begins within another', first.slice(0, 100) + second, 'BEGIN CERTIFICATE has no END'],
  ['an end without its begin', first.slice(40) + second, 'END CERTIFICATE has no BEGIN'],
])('a file of certificates with %s is refused by name', (_, content, why) => {
  expect(() => read(content)).toThrow(new PemError(path, why));
});

test('a certificate with a part missing is refused by its place in the file', () => {
  const lines = second.split('\n');
  const holed = [...lines.slice(0, 3), ...lines.slice(5)].join('\n');
  expect(() => read(first + holed)).toThrow(`${path}: certificate 2 cannot be read: `);
});

test('of a half-written file no byte is taken, wherever the writer stands', () => {
  const whole = first.trimEnd();
  for (let length = 0; length < whole.length; length += 7) {
    expect(() => read(whole.slice(0, length))).toThrow(PemError);
  }
});
