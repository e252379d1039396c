import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseConfig } from '../../adapters/composition/parse-config.ts';
import { faultsOf, KEY_A, KEY_B, namesOf } from './config-faults.ts';

describe('a secret in a file', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'usher-config-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const fileWith = (text: string): string => {
    const path = join(folder, 'secret');
    writeFileSync(path, text);
    return path;
  };

  it('is read without the line end that editors leave', () => {
    const { secrets } = parseConfig({ SERVER_SECRET_FILE: fileWith(`${KEY_A}\n`) });
    expect(secrets.server).to.deep.equal([KEY_A]);
  });

  it('chooses the database as the variable would', () => {
    const config = parseConfig({ DATABASE_URL_FILE: fileWith('postgres://u:p@db/usher\n') });
    expect(config).to.deep.include({ profile: 'postgres', databaseUrl: 'postgres://u:p@db/usher' });
  });

  for (const name of ['MEDIA_SECRET', 'SIGNING_KEY', 'METRICS_TOKEN', 'SERVER_SECRET_PREVIOUS']) {
    it(`stands for ${name}`, () => {
      const given = { SERVER_SECRET: KEY_B, [`${name}_FILE`]: fileWith(KEY_A) };
      expect(parseConfig(given)).to.deep.equal(parseConfig({ SERVER_SECRET: KEY_B, [name]: KEY_A }));
    });
  }

  it('that cannot be read is named, without its place', () => {
    const path = join(folder, 'absent');
    expect(namesOf({ SIGNING_KEY_FILE: path })).to.deep.equal(['SIGNING_KEY_FILE']);
    expect(faultsOf({ SIGNING_KEY_FILE: path }).join()).to.not.include(path);
  });

  it('that is empty is no secret, and named: with it, anybody could sign', () => {
    const given = { MUX_WEBHOOK_SECRET_PREVIOUS_FILE: fileWith('\n') };
    expect(faultsOf(given)).to.deep.equal(['MUX_WEBHOOK_SECRET_PREVIOUS_FILE: the file is empty']);
  });

  it('that cannot be read does not hide the other faults', () => {
    const given = {
      SIGNING_KEY_FILE: join(folder, 'absent'),
      MEDIA_SECRET_FILE: join(folder, 'gone'),
      PORT: 'x',
    };
    expect(namesOf(given)).to.have.members(['SIGNING_KEY_FILE', 'MEDIA_SECRET_FILE', 'PORT']);
  });

  it('is only for secrets', () => {
    expect(parseConfig({ PORT_FILE: fileWith('4000') }).http.port).to.equal(3000);
  });
});
