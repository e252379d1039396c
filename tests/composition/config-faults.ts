import { ConfigFault, parseConfig } from '../../adapters/composition/parse-config.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export const faultsOf = (variables: Variables): readonly string[] => {
  try {
    parseConfig(variables);
  } catch (error) {
    if (error instanceof ConfigFault) return error.faults;
    throw error;
  }
  return [];
};

/** The names that the faults begin with. */
export const namesOf = (variables: Variables): readonly string[] =>
  faultsOf(variables).map((fault) => fault.split(':')[0] ?? '');

export const KEY_A = 'k9Qw2-Zr7Xp4_Lm8Vb1Nc6Ty3Hd5Jf0Gs';
export const KEY_B = 'Aa1Ss2Dd3Ff4Gg5Hh6Jj7Kk8Ll9Zz0Xx-_';
