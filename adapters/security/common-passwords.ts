import type { CommonPasswords } from '../../src/identity/ports.ts';

/**
 * What every list of leaked passwords begins with. The lists are mostly these words, bare or with one of a few
 * endings, so the words times the endings stand for the ten thousand, without shipping somebody's list.
 * Whatever is not typed by thousands is let through: a long password with a sign in it is nobody's business.
 */
const STEMS = `
  password passwort passw0rd p@ssword p@ssw0rd pa$$word pa$$w0rd pass passe passord wachtwoord senha contrasena
  motdepasse parola haslo salasana parol mypassword thepassword yourpassword nopassword
  welcome welkom willkommen bienvenue letmein letmeinnow openup opensesame iloveyou iloveu loveyou ilovegod
  lovelove loveme lover lovely sweetheart darling babygirl babyboy princess prince queen king angel angels
  admin administrator root user guest login default changeme changethis secret topsecret private access master
  superuser system server service test testing tester testtest demo temp temporary example sample
  qwerty qwertz azerty qwert qwertyui qwertyuiop asdf asdfgh asdfghjk asdfghjkl zxcv zxcvbn zxcvbnm qazwsx
  qazwsxedc qweasd qweasdzxc asdasd asdasdasd qweqwe qweqweqwe zxczxc zaqxsw zaqwsx poiuytrewq lkjhgfdsa
  mnbvcxz 1q2w3e 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc q1w2e3 q1w2e3r4 q1w2e3r4t5 qwer1234 asdf1234
  zaq12wsx abcd abcde abcdef abcdefg abcdefgh abcdefghi abcdefghij abc123 abcd1234 abc12345 a1b2c3 a1b2c3d4
  a123456 a12345678 aa123456 aaaaaa aaaaaaaa
  football baseball basketball soccer hockey tennis golf rugby cricket swimming running cycling skiing
  liverpool arsenal chelsea barcelona realmadrid juventus manchester manutd celtic rangers bayern dortmund
  yankees redsox lakers cowboys steelers eagles packers raiders patriots broncos dolphins chargers giants
  monkey dragon tiger lion eagle falcon wolf bear panther jaguar leopard shark dolphin horse pony puppy kitten
  kitty doggy bulldog butterfly ladybug spider scorpion cobra snake turtle rabbit hamster chicken
  superman batman spiderman ironman wolverine hulk deadpool captain starwars startrek skywalker darthvader
  jedi yoda matrix terminator transformers pokemon pikachu naruto goku dragonball mario zelda sonic minecraft
  fortnite roblox callofduty counterstrike warcraft worldofwarcraft leagueoflegends playstation xbox nintendo
  gandalf frodo hobbit hogwarts harrypotter potter dumbledore voldemort simpsons homer snoopy garfield mickey
  mickeymouse minnie donald tinkerbell cinderella barbie hellokitty spongebob scooby
  sunshine rainbow flower flowers rose sunflower summer winter spring autumn monday tuesday wednesday thursday
  friday saturday sunday january february march april june july august september october november december
  morning midnight moonlight starlight heaven paradise ocean island beach forest mountain river thunder storm
  lightning phoenix fire freedom liberty peace hope faith grace blessed blessing jesus jesuschrist christ god
  michael jennifer jessica ashley michelle jordan daniel andrew joshua matthew thomas robert charlie william
  richard joseph anthony christopher nicholas alexander alexandra benjamin jonathan samantha stephanie nicole
  melissa amanda elizabeth victoria veronica natasha patricia patrick martin george david james john maria
  marie anna laura sarah sophie emily hannah rebecca rachel danielle vanessa caroline christine charlotte
  maggie ginger buster bailey shadow hunter cooper harley tigger pepper smokey rocky lucky max buddy sadie
  chocolate cookie cookies cheese banana orange apple cherry strawberry peaches pumpkin coffee pepsi cocacola
  whiskey vodka beer pizza honey sugar candy bubbles
  computer internet google facebook twitter instagram youtube netflix amazon microsoft windows linux ubuntu
  samsung iphone android nokia motorola blackberry mobile laptop keyboard network wireless security database
  mustang ferrari porsche mercedes corvette camaro toyota honda yamaha suzuki kawasaki harleydavidson bmw audi
  ford chevy subaru nissan volvo
  london paris berlin madrid moscow newyork chicago boston dallas houston texas florida california america
  canada england scotland ireland germany france italy spain mexico brasil brazil argentina colombia india
  pakistan indonesia malaysia turkey russia ukraine poland australia africa europe
  metallica nirvana slipknot greenday linkinpark blink182 eminem beatles rockstar guitar music musica piano
  killer ninja samurai warrior soldier sniper pirate cowboy wizard magic mystery genius champion winner legend
  hello hello123 hellohello goodbye whatever nothing anything something trustno1 fuckyou fuckoff asshole
  bitch bullshit sexy hottie bigboy biggie playboy player gangster hacker money dollar cash casino poker
  diamond silver golden gold crystal purple yellow green blue black white red pink
  family forever friend friends bestfriend together happy smile lollipop crazy stupid cool awesome fantastic
  internet1 number one onetwothree blahblah lalala nananana
  usher streaming video movie movies music cinema theater premium subscription
`;

/** What people add when they must. */
const ENDINGS = new Set([
  ...Array.from({ length: 100 }, (_, number) => String(number)),
  ...Array.from({ length: 10 }, (_, number) => `0${number}`),
  ...[
    '007',
    '101',
    '111',
    '123',
    '222',
    '321',
    '333',
    '420',
    '456',
    '555',
    '666',
    '777',
    '888',
    '999',
    '1111',
  ],
  ...['1212', '1234', '4321', '12345', '54321', '123456', '1234567', '12345678', '123456789', '1234567890'],
  ...Array.from({ length: 61 }, (_, year) => String(1970 + year)),
]);

/** Runs on a keyboard and along the alphabet, in both directions. */
const RUNS = [
  '01234567890123456789',
  '09876543210987654321',
  'abcdefghijklmnopqrstuvwxyz',
  'zyxwvutsrqponmlkjihgfedcba',
  'qwertyuiopasdfghjklzxcvbnm',
  'mnbvcxzlkjhgfdsapoiuytrewq',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
  '1234qwerasdfzxcv',
];

const stems = new Set(STEMS.split(/\s+/).filter((stem) => stem !== ''));

export const commonPasswords: CommonPasswords = {
  has: (password) => {
    const plain = password.toLowerCase();
    return stems.has(plain) || isRun(plain) || isDate(plain) || isRepetition(plain) || isEnded(plain);
  },
};

/** A stem with an ending: `dragon12`, `welcome2024`. */
function isEnded(text: string): boolean {
  const [, word = '', digits = ''] = /^(.*?)(\d{1,10})$/.exec(text) ?? [];
  return ENDINGS.has(digits) && stems.has(word);
}

const isRun = (text: string): boolean => RUNS.some((run) => run.includes(text));

/** `aaaaaaaa`, `12121212`, `abcabcabc`, `20002000`; `passwordpassword` by its half. */
function isRepetition(text: string): boolean {
  if (text.length > 24) return false;
  const part = /^(.{1,4}?)\1+$/.exec(text)?.[1] ?? /^(.+)\1$/.exec(text)?.[1];
  return part !== undefined && (part.length <= 4 || stems.has(part));
}

/** A day of a year, written either way round: the first thing tried against eight digits. */
const isDate = (text: string): boolean =>
  /^(?:(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d)$/.test(
    text,
  );
