import { expect } from 'chai';
import { commonPasswords } from '../../../adapters/security/common-passwords.ts';
import { emailKeyOf, isEmail, isPhone, roleOf } from '../../../src/identity/account.ts';
import { mailboxOf, withMail, type MailQuota } from '../../../src/identity/mail-quota.ts';
import { passwordFault } from '../../../src/identity/password-rules.ts';
import { pictureTypeOf } from '../../../src/identity/picture.ts';
import { identityPolicy } from '../../../src/identity/policy.ts';
import { after, HOUR, MINUTE } from '../../../src/kernel/instant.ts';
import { NOW } from '../../world/subscriptions.ts';

describe('choosing a password', () => {
  const rules = { policy: identityPolicy.password, common: commonPasswords };
  const fault = (password: string, name: string | null = 'Ada Lovelace') =>
    passwordFault(password, { email: ' Ada.Byron@Example.com ', name }, rules);

  it('counts code points, not code units, after composing accents', () => {
    expect(fault('🦀🦑🐙🦐🦞🐡🐠')).to.equal('too-short');
    expect(fault('🦀🦑🐙🦐🦞🐡🐠🐟')).to.equal(undefined);
    expect(fault('e\u0301'.repeat(7))).to.equal('too-short');
    expect(fault('🦀x'.repeat(64))).to.equal(undefined);
    expect(fault(`${'🦀x'.repeat(64)}!`)).to.equal('too-long');
  });

  it('refuses what everybody types, in any case', () => {
    for (const common of [
      'password',
      'PassWord1',
      '12345678',
      'qwertyui',
      'iloveyou',
      'Football1',
      '11111111',
    ])
      expect(fault(common), common).to.equal('common');
  });

  it('lets a long sentence and a random word through', () => {
    for (const good of ['three blind mice', 'password-of-ours', 'kTq7#vPm', 'S3cret-Passw0rd'])
      expect(fault(good), good).to.equal(undefined);
  });

  it("refuses the address, its name and the owner's name", () => {
    for (const own of ['ada.byron@example.com', 'ADA.BYRON', 'Ada Lovelace', 'adalovelace'])
      expect(fault(own), own).to.equal('personal');
    expect(fault('Ada Lovelace', null)).to.equal(undefined);
  });
});

describe('an address', () => {
  it('is the same in any case, with blanks around it, however its accents are composed', () => {
    expect(emailKeyOf('  Ada@Example.COM ')).to.equal('ada@example.com');
    expect(emailKeyOf('re\u0301ne@example.com')).to.equal(emailKeyOf('réne@example.com'));
  });

  it('needs a name, a sign and a domain', () => {
    for (const bad of [
      'ada',
      'ada@',
      '@example.com',
      'a b@example.com',
      'ada@example',
      `${'a'.repeat(250)}@b.com`,
    ])
      expect(isEmail(bad), bad).to.equal(false);
    expect(isEmail('ada+tv@mail.example.com')).to.equal(true);
  });
});

describe('a phone number', () => {
  it('is E.164', () => {
    expect(isPhone('+442071838750')).to.equal(true);
    for (const bad of ['02071838750', '+0123456789', '+44 20 7183', '+1234567890123456'])
      expect(isPhone(bad), bad).to.equal(false);
  });
});

describe('a role', () => {
  it('is derived from the flag and from the level', () => {
    expect(roleOf({ isAdmin: true }, 'free')).to.equal('admin');
    expect(roleOf({ isAdmin: false }, 'basic')).to.equal('premium');
    expect(roleOf({ isAdmin: false }, 'premium')).to.equal('premium');
    expect(roleOf({ isAdmin: false }, 'free')).to.equal('normal');
  });
});

describe('a picture', () => {
  const bytes = (...parts: readonly (string | number)[]): Uint8Array =>
    Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...Buffer.from(part)])));

  it('is what its first bytes say', () => {
    expect(pictureTypeOf(bytes(0x89, 'PNG\r\n', 0x1a, '\n'))).to.equal('image/png');
    expect(pictureTypeOf(bytes(0xff, 0xd8, 0xff, 0xe0))).to.equal('image/jpeg');
    expect(pictureTypeOf(bytes('RIFF', 1, 2, 3, 4, 'WEBPVP8 '))).to.equal('image/webp');
    for (const other of [bytes('GIF89a'), bytes('<svg>'), bytes('RIFF', 1, 2, 3, 4, 'AVI '), bytes()])
      expect(pictureTypeOf(other)).to.equal(undefined);
  });
});

describe('the mails to one recipient', () => {
  it('are those to every address of the mailbox, whatever its tag', () => {
    for (const tagged of [
      'ada+tv@example.com',
      'ada+@example.com',
      'ada+a+b+c@example.com',
      'ada@example.com',
    ])
      expect(mailboxOf(tagged), tagged).to.equal('ada@example.com');
  });

  it('are not those to another name or domain, and a name that begins with + is a name', () => {
    for (const other of ['adam@example.com', 'ada@example+tv.com', '+ada@example.com', '+@example.com'])
      expect(mailboxOf(other), other).to.equal(other);
    expect(mailboxOf('ada+tv@mail.example.com')).to.equal('ada@mail.example.com');
  });

  it('are five within any hour', () => {
    let quota: MailQuota | undefined;
    for (let mail = 0; mail < 5; mail += 1) {
      quota = withMail('r', quota, after(NOW, mail * MINUTE), identityPolicy);
      expect(quota?.sentAt).to.have.length(mail + 1);
    }
    expect(withMail('r', quota, after(NOW, HOUR - 1), identityPolicy)).to.equal(undefined);
    expect(withMail('r', quota, after(NOW, HOUR), identityPolicy)?.sentAt).to.have.length(5);
  });
});
