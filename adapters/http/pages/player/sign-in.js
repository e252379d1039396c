import { onChange, signIn, signOut, whoIsIn } from './account.js';
import { found } from './elements.js';
import { Refusal } from './rest.js';
import { refusalSaid } from './words.js';

/** The head of every page: who is in, and the dialog that lets somebody in. */

const dialog = found('sign-in-dialog', HTMLDialogElement);
const form = found('sign-in-form', HTMLFormElement);
const email = found('email', HTMLInputElement);
const password = found('password', HTMLInputElement);
const problem = found('sign-in-problem', HTMLElement);
const submit = found('sign-in-submit', HTMLButtonElement);
const who = found('who', HTMLElement);
const inButton = found('sign-in', HTMLButtonElement);
const outButton = found('sign-out', HTMLButtonElement);

/** @type {((isIn: boolean) => void) | undefined} */
let answered;

/** Opens the dialog; true when somebody is signed in at its end. */
export function askToSignIn() {
  problem.textContent = '';
  if (!dialog.open) dialog.showModal();
  email.focus();
  return new Promise((/** @type {(isIn: boolean) => void} */ resolve) => {
    answered?.(false);
    answered = resolve;
  });
}

dialog.addEventListener('close', () => {
  password.value = '';
  answered?.(whoIsIn() !== null);
  answered = undefined;
});
found('sign-in-cancel', HTMLButtonElement).addEventListener('click', () => dialog.close());

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (!form.checkValidity()) {
    problem.textContent = 'Write your e-mail address and your password.';
    (email.checkValidity() ? password : email).focus();
    return;
  }
  submit.disabled = true;
  problem.textContent = '';
  try {
    await signIn(email.value, password.value);
    dialog.close();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    problem.textContent = refusalSaid(error).text;
    password.select();
    password.focus();
  } finally {
    submit.disabled = false;
  }
});

inButton.addEventListener('click', () => void askToSignIn());
outButton.addEventListener('click', () => void signOut());

onChange(() => {
  const profile = whoIsIn();
  inButton.hidden = profile !== null;
  outButton.hidden = profile === null;
  who.hidden = profile === null;
  who.textContent = profile === null ? '' : (profile.name ?? profile.email);
});
